/**
 * What a structured answer has to be: a part of JSON Schema (2020-12, validation), as a Lua table. Its words are `type`,
 * `properties`, `required`, `items`, `enum`, `minimum`, `maximum`, `minItems`, `maxItems` and `description`.
 */

/** A schema. */
export interface Schema {
    readonly type?: "object" | "array" | "string" | "number" | "integer" | "boolean";
    readonly description?: string;
    readonly properties?: Readonly<Record<string, Schema>>;
    /** Names of properties that must be there. */
    readonly required?: readonly string[];
    readonly items?: Schema;
    readonly enum?: readonly unknown[];
    readonly minimum?: number;
    readonly maximum?: number;
    readonly minItems?: number;
    readonly maxItems?: number;
}

const TYPES: Readonly<Record<string, string | undefined>> = {
    object: "table",
    array: "table",
    string: "string",
    number: "number",
    integer: "number",
    boolean: "boolean",
};

/** Lua's types of a schema's words. */
const WORDS: Readonly<Record<string, string | undefined>> = {
    type: "string",
    description: "string",
    properties: "table",
    required: "table",
    items: "table",
    enum: "table",
    minimum: "number",
    maximum: "number",
    minItems: "number",
    maxItems: "number",
};

/** Schemas within schemas deeper than this are a table that holds itself. */
const DEEPEST = 20;

/**
 * What is wrong with a schema, in words that begin with where it stands, or nothing.
 * @param where what it is called
 */
export function problemWithSchema(schema: unknown, where: string, depth = 0): string | undefined {
    if (type(schema) !== "table") return `${where} must be a table`;
    if (depth > DEEPEST) return `${where} goes too deep`;
    for (const [word, value] of pairs(schema as Record<string, unknown>)) {
        const wanted = WORDS[word];
        if (wanted === undefined) return `${where}.${tostring(word)} is no word of a schema`;
        if (type(value) !== wanted) return `${where}.${word} must be a ${wanted}`;
    }
    const given = schema as Schema;
    if (given.type !== undefined && TYPES[given.type] === undefined)
        return `${where}.type must be object, array, string, number, integer or boolean`;
    for (const [name, inner] of pairs(given.properties ?? {})) {
        const problem = problemWithSchema(inner, `${where}.properties.${name}`, depth + 1);
        if (problem !== undefined) return problem;
    }
    if (given.items === undefined) return undefined;
    return problemWithSchema(given.items, `${where}.items`, depth + 1);
}

/** Whether a value is of a schema's type. JSON's null is nothing, and an empty table any of the two. */
function isOfType(value: unknown, wanted: string): boolean {
    if (type(value) !== TYPES[wanted]) return false;
    if (wanted === "integer") return (value as number) % 1 === 0;
    const isList = wanted !== "object" && wanted !== "array";
    if (isList || next(value as object)[0] === undefined) return true;
    return ((value as unknown[])[0] !== undefined) === (wanted === "array");
}

/** What is wrong with a value that is to be one of some. */
function problemWithChoice(value: unknown, allowed: readonly unknown[], where: string): string | undefined {
    const names: string[] = [];
    for (const one of allowed) {
        if (one === value) return undefined;
        names.push(tostring(one));
    }
    return `${where} must be one of: ${names.join(", ")}`;
}

/** What is wrong with how much or how many a value is. */
function problemWithSize(schema: Schema, value: unknown, where: string): string | undefined {
    if (type(value) === "number") {
        const number = value as number;
        if (number < (schema.minimum ?? number)) return `${where} must be at least ${schema.minimum!}`;
        if (number > (schema.maximum ?? number)) return `${where} must be at most ${schema.maximum!}`;
    }
    if (type(value) === "table") {
        const count = (value as unknown[]).length;
        if (count < (schema.minItems ?? count))
            return `${where} must have at least ${schema.minItems!} items`;
        if (count > (schema.maxItems ?? count)) return `${where} must have at most ${schema.maxItems!} items`;
    }
    return undefined;
}

/**
 * What does not fit a schema, in words that begin with where it stands, or nothing.
 * @param schema one with which nothing is wrong
 * @param value as JSON was decoded
 * @param where what it is called
 */
export function misfit(schema: Schema, value: unknown, where: string): string | undefined {
    if (value === undefined) return `${where} is missing`;
    if (schema.type !== undefined && !isOfType(value, schema.type))
        return `${where} must be of type ${schema.type}`;
    const choice = problemWithChoice(value, schema.enum ?? [value], where);
    if (choice !== undefined) return choice;
    const problem = problemWithSize(schema, value, where);
    if (problem !== undefined || type(value) !== "table") return problem;
    const fields = value as Record<string, unknown>;
    for (const name of schema.required ?? []) {
        if (fields[name] === undefined) return `${where}.${name} is missing`;
    }
    for (const [name, inner] of pairs(schema.properties ?? {})) {
        const field = fields[name];
        if (field !== undefined) {
            const wrong = misfit(inner, field, `${where}.${name}`);
            if (wrong !== undefined) return wrong;
        }
    }
    if (schema.items === undefined) return undefined;
    for (const [place, item] of ipairs(value as unknown[])) {
        const wrong = misfit(schema.items, item, `${where}[${place}]`);
        if (wrong !== undefined) return wrong;
    }
    return undefined;
}
