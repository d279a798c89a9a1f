/** What fits a schema, in the compiled Lua: as JSON is decoded there, an empty list is an empty table. */
import { expect, test } from "vitest";
import { runLua, toLua } from "../../tools/lua/index.ts";
import { COMPUTER } from "./support/computer.ts";

const item = { type: "object", required: ["name"], properties: { name: { type: "string" } } };

const cases: [schema: object, value: unknown, problem: string | undefined][] = [
    [{}, "anything", undefined],
    [{ type: "string" }, "", undefined],
    [{ type: "string" }, 5, "value must be of type string"],
    [{ type: "number" }, 1.5, undefined],
    [{ type: "integer" }, 1.5, "value must be of type integer"],
    [{ type: "integer", minimum: 1 }, 0, "value must be at least 1"],
    [{ type: "integer", maximum: 3 }, 4, "value must be at most 3"],
    [{ type: "boolean" }, false, undefined],
    [{ type: "boolean" }, "false", "value must be of type boolean"],
    [{ type: "array" }, [], undefined],
    [{ type: "object" }, {}, undefined],
    [{ type: "array" }, { a: 1 }, "value must be of type array"],
    [{ type: "object" }, [1], "value must be of type object"],
    [{ type: "object" }, "x", "value must be of type object"],
    [{ type: "array", minItems: 2 }, [1], "value must have at least 2 items"],
    [{ type: "array", maxItems: 1 }, [1, 2], "value must have at most 1 items"],
    [{ enum: ["a", "b"] }, "b", undefined],
    [{ enum: ["a", "b"] }, "c", "value must be one of: a, b"],
    [item, { name: "door" }, undefined],
    [item, {}, "value.name is missing"],
    [item, { name: 5 }, "value.name must be of type string"],
    [{ type: "array", items: item }, [{ name: "a" }, { name: 5 }], "value[2].name must be of type string"],
    [{ properties: { a: item } }, { a: { name: "x" }, other: 1 }, undefined],
];

test.each(cases)("%j: %j", (schema, value, problem) => {
    const code = `return require("/apis/ai/schema").misfit(${toLua(schema)}, ${toLua(value)}, "value")`;
    expect(runLua(code, { setup: COMPUTER })[0] ?? undefined).toBe(problem);
});

const schemas: [schema: unknown, problem: string | undefined][] = [
    [{ type: "object", properties: { a: { type: "array", items: { type: "string" } } } }, undefined],
    ["x", "schema must be a table"],
    [{ type: "list" }, "schema.type must be object, array, string, number, integer or boolean"],
    [{ types: "object" }, "schema.types is no word of a schema"],
    [{ required: "a" }, "schema.required must be a table"],
    [{ minimum: "1" }, "schema.minimum must be a number"],
    [{ properties: { a: { type: 5 } } }, "schema.properties.a.type must be a string"],
    [{ items: 5 }, "schema.items must be a table"],
    [
        { items: { items: { type: "x" } } },
        "schema.items.items.type must be object, array, string, number, integer or boolean",
    ],
];

test.each(schemas)("a schema %j", (schema, problem) => {
    const code = `return require("/apis/ai/schema").problemWithSchema(${toLua(schema)}, "schema")`;
    expect(runLua(code, { setup: COMPUTER })[0] ?? undefined).toBe(problem);
});

test("a schema that holds itself is refused", () => {
    const code = `
        local schema = { type = "array" }
        schema.items = schema
        return require("/apis/ai/schema").problemWithSchema(schema, "schema")`;
    expect(runLua(code, { setup: COMPUTER })[0]).toMatch(/goes too deep$/);
});
