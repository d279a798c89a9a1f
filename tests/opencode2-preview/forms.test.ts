/** What the preview makes of answers to forms. */
import { expect, it } from "vitest";
import { answersOf, form } from "../../tools/opencode2-preview/forms.ts";
import { entriesOf } from "../../tools/opencode2-preview/exchange.ts";

const options = [{ label: "Birch" }, { label: "Oak" }];
const asked = form({
    id: "que_1",
    sessionID: "ses_1",
    questions: [
        { question: "Which?", header: "Wood", options, custom: false },
        { question: "What else?", header: "More", options, multiple: true, custom: false },
    ],
});
const fields = entriesOf(asked["fields"]);
const [wood, more] = fields.map(({ key }) => String(key)) as [string, string];

it("are answers by question", () => {
    expect(answersOf(fields, { [wood]: "Oak", [more]: [] })).toEqual([["Oak"], []]);
});

it.each([
    [{ [wood]: "Spruce", [more]: [] }, `Not among the options: ${wood}`],
    [{ [wood]: "Oak", [more]: ["Oak", "Spruce"] }, `Not among the options: ${more}`],
    [{ [wood]: "Oak" }, `Missing field: ${more}`],
    [{ [wood]: ["Oak"], [more]: [] }, `Another type was expected: ${wood}`],
    [{ [wood]: "Oak", [more]: [], other: "x" }, "Unknown field: other"],
])("refuses %j", (answer, refused) => {
    expect(answersOf(fields, answer)).toEqual({ refused });
});
