/** Schemas of shapes: what they take is read whole, and they name all that a shape names. */
import { expect, test } from "vitest";
import { answers, lists } from "../../../src/apis/ai/protocol.ts";
import type { Shape } from "../../../src/apis/trapos/shapes.ts";
import { type JsonSchema, jsonSchemaOf } from "../src/json-schema.ts";
import { reader } from "../src/shapes.ts";

test.each<[Shape, JsonSchema]>([
    ["text", { type: "string" }],
    [["list", "boolean"], { type: "array", items: { type: "boolean" } }],
    [["some", "status"], { type: "array", items: { type: "number", minimum: 100, maximum: 999 } }],
    [["record", "present"], { type: "object", additionalProperties: {} }],
    [["choice", "busy", "idle"], { type: "string", enum: ["busy", "idle"] }],
    [["either", "name", "a tool"], { type: "string", default: "a tool" }],
    [
        { id: "text", "inner?": { "flag?": "boolean" } },
        {
            type: "object",
            properties: {
                id: { type: "string" },
                inner: { type: "object", properties: { flag: { type: "boolean" } }, required: [] },
            },
            required: ["id"],
        },
    ],
])("of %j", (shape, schema) => {
    expect(jsonSchemaOf(shape)).toEqual(schema);
});

/** A value that a schema takes, with all that it names. */
function example(schema: JsonSchema): unknown {
    if (schema.enum) return schema.enum.at(-1);
    switch (schema.type) {
        case "string":
            return "x1";
        case "number":
            return schema.minimum;
        case "array":
            return [example(schema.items!)];
        case "object": {
            const fields = schema.properties ?? { any: schema.additionalProperties! };
            return Object.fromEntries(Object.entries(fields).map(([name, inner]) => [name, example(inner)]));
        }
        default:
            return true;
    }
}

test.each(Object.entries({ ...answers, ...lists }) as [string, Shape][])("%s is read whole", (_, shape) => {
    const value = example(jsonSchemaOf(shape));
    expect(reader(shape)(value)).toEqual(value);
});
