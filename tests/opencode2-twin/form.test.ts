/** Forms: questions of a model as fields of all types, answers that fit or do not, and dismissal. */
import { expect, it } from "vitest";
import type { Rule } from "../../tools/model/index.ts";
import type { Form } from "../../tools/opencode2-twin/types.ts";
import { lastText, outline, startWorld, type World } from "./support.ts";

const poses =
    (given: object): Rule =>
    ({ toolResults }) =>
        toolResults.length === 0
            ? { toolCalls: [{ name: "question", arguments: given as Record<string, unknown> }] }
            : { text: toolResults[0]!.output };

const wood = {
    question: "Birch or oak?",
    header: "Wood",
    options: [{ label: "Birch", description: "pale" }, { label: "Oak" }],
};

async function created(world: World): Promise<Form> {
    return (await world.wait("form.created")).data["form"] as Form;
}

function answer(world: World, { id, sessionID }: Form, values: object) {
    return world.ask(`/api/session/${sessionID}/form/${id}/reply`, { body: { answer: values } });
}

it("asks the model's questions as fields, and tells it the answers", async () => {
    const world = await startWorld({ rules: [poses({ questions: [wood, { ...wood, multiple: true }] })] });
    const { id } = await world.create();
    const turn = world.turn(id, "build");
    const form = await created(world);
    expect(form).toMatchObject({
        sessionID: id,
        metadata: { kind: "question", tool: { id: "call_chatcmpl-1_0" } },
        fields: [
            {
                key: "q0",
                title: "Wood",
                description: "Birch or oak?",
                type: "string",
                options: [
                    { value: "Birch", label: "Birch", description: "pale" },
                    { value: "Oak", label: "Oak" },
                ],
                custom: true,
            },
            { key: "q1", type: "multiselect" },
        ],
    });
    expect(await world.data(`/api/session/${id}/form`)).toEqual([form]);
    expect(await world.data("/api/form")).toEqual([form]);
    expect((await answer(world, form, { q0: "Pine", q1: ["Birch", "Oak"] })).status).toBe(204);
    expect(lastText(await turn)).toContain('"Birch or oak?"="Pine", "Birch or oak?"="Birch, Oak"');
    expect(await world.data(`/api/session/${id}/form`)).toEqual([]);
    expect((await answer(world, form, { q0: "Oak" })).body).toMatchObject({
        _tag: "FormAlreadySettledError",
        id: form.id,
    });
    expect(await world.data(`/api/session/${id}/form/${form.id}`)).toMatchObject({
        state: { status: "answered", answer: { q0: "Pine" } },
    });
});

const fields = [
    { key: "text", type: "string", required: true, maxLength: 5 },
    { key: "one", type: "string", options: [{ value: "a", label: "A" }] },
    { key: "some", type: "multiselect", options: [{ value: "a", label: "A" }], minItems: 1 },
    { key: "number", type: "number", minimum: 1 },
    { key: "whole", type: "integer", maximum: 9 },
    { key: "flag", type: "boolean" },
    { key: "day", type: "string", format: "date" },
    { key: "then", type: "string", when: [{ key: "flag", op: "eq", value: true }] },
];

it("refuses what does not fit its fields", async () => {
    const world = await startWorld({ rules: [poses({ fields })] });
    const { id } = await world.create();
    const turn = world.turn(id, "build");
    const form = await created(world);
    for (const wrong of [
        {},
        { text: 5 },
        { text: "" },
        { text: "x", day: "tomorrow" },
        { text: "too long" },
        { text: "x", one: "b" },
        { text: "x", some: [] },
        { text: "x", some: ["b"] },
        { text: "x", number: 0.5 },
        { text: "x", whole: 1.5 },
        { text: "x", whole: 10 },
        { text: "x", flag: "yes" },
        { text: "x", then: "no flag" },
        { text: "x", flag: false, then: "wrong flag" },
        { text: "x", unknown: "x" },
    ]) {
        const { status, body } = await answer(world, form, wrong);
        expect({ wrong, status, body }).toMatchObject({
            status: 400,
            body: { _tag: "FormInvalidAnswerError" },
        });
    }
    expect((await answer(world, form, { text: null })).body).toMatchObject({ kind: "Payload" });
    const right = {
        text: "x",
        one: "a",
        some: ["a"],
        number: 1.5,
        whole: 9,
        day: "2026-11-30",
        flag: true,
        then: "y",
    };
    expect((await answer(world, form, right)).status).toBe(204);
    expect(outline(await turn)).toContain("idle succeeded");
});

it("ends the turn of a form that is dismissed", async () => {
    const world = await startWorld({ rules: [poses({ questions: [wood] })] });
    const { id } = await world.create();
    const turn = world.turn(id, "build");
    const form = await created(world);
    const path = `/api/session/${id}/form/${form.id}`;
    expect((await world.ask(path, { method: "DELETE" })).status).toBe(204);
    expect(outline(await turn)).toEqual(["user", "assistant", "idle interrupted"]);
    expect((await world.wait("form.cancelled")).data).toEqual({ id: form.id, sessionID: id });
    expect((await world.ask(path, { method: "DELETE" })).status).toBe(409);
    expect((await world.ask(`${path}x`, { method: "DELETE" })).status).toBe(404);
});

it("has no forms where questions are denied", async () => {
    const world = await startWorld({ rules: [poses({ questions: [wood] })] });
    const { id } = await world.create({
        permissions: [{ action: "question", resource: "*", effect: "deny" }],
    });
    expect(lastText(await world.turn(id, "build"))).toBe("Permission denied: question");
});
