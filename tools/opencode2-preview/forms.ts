/** Questions of the preview as the forms of a native opencode 2. Pure. */
import { entriesOf, type Fields, fieldsOf } from "./exchange.ts";

/** The id of a form whose question has this id, and the other way round: both begin with what they are. */
export function formId(questionId: unknown): string {
    return String(questionId).replace(/^que_/, "frm_");
}

/** See `formId`. */
export function questionId(form: string): string {
    return form.replace(/^frm_/, "que_");
}

/** The key of the field for a question, by its place. */
function keyOf(place: number): string {
    return `question-${place}`;
}

/** The field for a question: what stands over it is its title, the question itself describes it. */
function field(question: Fields, place: number): Fields {
    const options = entriesOf(question["options"]).map(({ label, description }) => ({
        value: label,
        label,
        ...(description === undefined ? {} : { description }),
    }));
    return {
        key: keyOf(place),
        title: question["header"],
        description: question["question"],
        type: question["multiple"] === true ? "multiselect" : "string",
        options,
        custom: question["custom"] !== false,
        required: true,
    };
}

/** The form for a request of questions. */
export function form(request: Fields): Fields {
    const { messageID, callID } = fieldsOf(request["tool"]);
    return {
        id: formId(request["id"]),
        sessionID: request["sessionID"],
        mode: "form",
        metadata: { kind: "question", tool: { messageID, callID } },
        fields: entriesOf(request["questions"]).map(field),
    };
}

/** Why an answer is none to a form. */
export interface Refusal {
    readonly refused: string;
}

/**
 * The answers by question, for the preview, of an answer by key.
 * @param fields those of the form
 * @returns the answers, or why they are none: a field that is not there, one of another type, one that is missing
 */
export function answersOf(
    fields: readonly Fields[],
    answer: unknown,
): readonly (readonly string[])[] | Refusal {
    const given = fieldsOf(answer);
    const unknown = Object.keys(given).find((key) => fields.every((one) => one["key"] !== key));
    if (unknown !== undefined) return { refused: `Unknown field: ${unknown}` };
    const answers: string[][] = [];
    for (const one of fields) {
        const key = String(one["key"]);
        const value = given[key];
        if (value === undefined) return { refused: `Missing field: ${key}` };
        const isMany = one["type"] === "multiselect";
        if (isMany ? !Array.isArray(value) : typeof value !== "string") {
            return { refused: `Another type was expected: ${key}` };
        }
        const values = (isMany ? value : [value]) as string[];
        const options = entriesOf(one["options"]).map((option) => option["value"]);
        if (one["custom"] !== true && values.some((chosen) => !options.includes(chosen))) {
            return { refused: `Not among the options: ${key}` };
        }
        answers.push(values);
    }
    return answers;
}

/** An answer by key of the answers by question. */
export function answerOf(fields: readonly Fields[], answers: unknown): Fields {
    const lists = Array.isArray(answers) ? (answers as unknown[]) : [];
    return Object.fromEntries(
        fields.map((one, place) => {
            const values = lists[place];
            const first = Array.isArray(values) ? (values as unknown[])[0] : undefined;
            return [keyOf(place), one["type"] === "multiselect" ? values : first];
        }),
    );
}
