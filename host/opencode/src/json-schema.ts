import type { Shape, Words } from "../../../src/apis/trapos/shapes.ts";

/** What of JSON Schema is written here. */
export interface JsonSchema {
    readonly type?: "string" | "number" | "boolean" | "array" | "object";
    readonly pattern?: string;
    readonly maxLength?: number;
    readonly minimum?: number;
    readonly maximum?: number;
    readonly enum?: readonly string[];
    readonly default?: string;
    readonly items?: JsonSchema;
    readonly additionalProperties?: JsonSchema;
    readonly properties?: Readonly<Record<string, JsonSchema>>;
    readonly required?: readonly string[];
}

/** Texts that are too long to be shown are cut by who reads them, and so no error. */
const words: { readonly [W in keyof Words]: JsonSchema } = {
    text: { type: "string" },
    long: { type: "string" },
    name: { type: "string" },
    message: { type: "string" },
    reason: { type: "string" },
    id: { type: "string", pattern: "^[A-Za-z0-9][A-Za-z0-9._~-]*$", maxLength: 100 },
    folder: { type: "string", maxLength: 4096 },
    boolean: { type: "boolean" },
    time: { type: "number", minimum: 0, maximum: 1e14 },
    count: { type: "number", minimum: 0, maximum: 1e12 },
    amount: { type: "number", minimum: 0, maximum: 1e9 },
    status: { type: "number", minimum: 100, maximum: 999 },
    present: {},
    any: {},
};

/**
 * What a sender has to keep to so that all of a value is read by a shape, as JSON Schema (2020-12). Readers take more:
 * they leave out what is wrong where they can do without.
 */
export function jsonSchemaOf(shape: Shape): JsonSchema {
    if (typeof shape === "string") return words[shape];
    if (!isList(shape)) {
        const fields = Object.entries(shape);
        const properties = fields.map(
            ([key, inner]) => [key.replace(/\?$/, ""), jsonSchemaOf(inner)] as const,
        );
        const required = fields.map(([key]) => key).filter((key) => !key.endsWith("?"));
        return { type: "object", properties: Object.fromEntries(properties), required };
    }
    const [kind, inner, other] = shape;
    if (kind === "choice") return { type: "string", enum: shape.slice(1) };
    if (kind === "either") return { ...jsonSchemaOf(inner), default: other };
    if (kind === "record") return { type: "object", additionalProperties: jsonSchemaOf(inner) };
    return { type: "array", items: jsonSchemaOf(inner) };
}

function isList(shape: Exclude<Shape, string>): shape is Extract<Shape, readonly unknown[]> {
    return Array.isArray(shape);
}
