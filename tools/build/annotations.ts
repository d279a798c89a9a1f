import ts from "typescript";

/** Gives the name that LuaLS users know a type by, or undefined where it has none. */
export type NameOfType = (symbol: ts.Symbol) => string | undefined;

/** How deep an object type without a name is spelled out before it is just called a table. */
const INLINE_DEPTH = 2;

/**
 * Writes a TypeScript type as LuaLS does.
 *
 * @param checker the program's type checker
 * @param type the type, as seen from `location`
 * @param nameOf names the types that have a `---@class` or `---@alias` of their own
 * @param depth how many objects without a name may still be spelled out
 * @returns the type, in LuaLS' notation
 */
export function luaType(
    checker: ts.TypeChecker,
    type: ts.Type,
    nameOf: NameOfType,
    depth: number = INLINE_DEPTH,
): string {
    const symbol = type.aliasSymbol ?? type.getSymbol();
    const name = symbol && nameOf(symbol);
    if (name !== undefined) return name;
    return structureOf(checker, type, nameOf, depth);
}

/**
 * Writes a type as `luaType` does, but spells the outermost one out even where it has a name: the right-hand
 * side of an `---@alias`.
 */
export function structureOf(
    checker: ts.TypeChecker,
    type: ts.Type,
    nameOf: NameOfType,
    depth: number = INLINE_DEPTH,
): string {
    if (type.isUnion()) return unionOf(checker, type, nameOf, depth);
    if (type.isStringLiteral()) return JSON.stringify(type.value);
    if (type.isNumberLiteral()) return String(type.value);
    if (type.flags & ts.TypeFlags.BooleanLiteral) return checker.typeToString(type);
    if (type.flags & (ts.TypeFlags.StringLike | ts.TypeFlags.TemplateLiteral)) return "string";
    if (type.flags & ts.TypeFlags.NumberLike) return "number";
    if (type.flags & ts.TypeFlags.BooleanLike) return "boolean";
    if (type.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null | ts.TypeFlags.Void)) return "nil";
    if (type.flags & ts.TypeFlags.TypeParameter) {
        const constraint = checker.getBaseConstraintOfType(type);
        return constraint === undefined ? "any" : luaType(checker, constraint, nameOf, depth);
    }
    if (type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection | ts.TypeFlags.NonPrimitive)) {
        return objectOf(checker, type, nameOf, depth);
    }
    return "any";
}

function unionOf(checker: ts.TypeChecker, type: ts.UnionType, nameOf: NameOfType, depth: number): string {
    const members = new Set<string>();
    for (const member of type.types) {
        const text = luaType(checker, member, nameOf, depth);
        members.add(text.startsWith("fun(") ? `(${text})` : text);
    }
    if (members.delete("true") && members.delete("false")) members.add("boolean");
    else if (type.types.some((member) => checker.typeToString(member) === "true")) members.add("true");
    if (members.delete("nil")) members.add("nil");
    return [...members].join("|");
}

function objectOf(checker: ts.TypeChecker, type: ts.Type, nameOf: NameOfType, depth: number): string {
    if (checker.isTupleType(type)) {
        const items = checker.getTypeArguments(type as ts.TypeReference);
        return `[${items.map((item) => luaType(checker, item, nameOf, depth - 1)).join(", ")}]`;
    }
    if (checker.isArrayType(type)) {
        const [item] = checker.getTypeArguments(type as ts.TypeReference);
        const text = item === undefined ? "any" : luaType(checker, item, nameOf, depth);
        return /[|(]/.test(text) ? `(${text})[]` : `${text}[]`;
    }
    const [signature] = type.getCallSignatures();
    if (signature !== undefined) return functionOf(checker, signature, nameOf, depth);
    const values = type.getStringIndexType();
    if (values !== undefined) return `table<string, ${luaType(checker, values, nameOf, depth - 1)}>`;
    const properties = type.getProperties();
    const isSpelledOut = symbolIsAnonymous(type) && depth > 0 && properties.length > 0;
    if (!isSpelledOut) return "table";
    const fields = properties.map((property) => {
        const optional = property.flags & ts.SymbolFlags.Optional ? "?" : "";
        const value = typeOfProperty(checker, property);
        return `${property.name}${optional}: ${luaType(checker, value, nameOf, depth - 1)}`;
    });
    return `{ ${fields.join(", ")} }`;
}

function symbolIsAnonymous(type: ts.Type): boolean {
    const symbol = type.aliasSymbol ?? type.getSymbol();
    return symbol === undefined || symbol.name.startsWith("__");
}

/**
 * The type of a property, without the `undefined` that `?` adds, which LuaLS writes as `?` too.
 */
export function typeOfProperty(checker: ts.TypeChecker, property: ts.Symbol): ts.Type {
    const type = checker.getTypeOfSymbol(property);
    return property.flags & ts.SymbolFlags.Optional ? checker.getNonNullableType(type) : type;
}

function functionOf(
    checker: ts.TypeChecker,
    signature: ts.Signature,
    nameOf: NameOfType,
    depth: number,
): string {
    const parameters = parametersOf(checker, signature, nameOf, depth).map(
        ({ name, optional, type }) => `${name}${optional ? "?" : ""}: ${type}`,
    );
    const returned = returnsOf(checker, signature, nameOf, depth);
    const suffix = returned.length === 0 ? "" : `: ${returned.join(", ")}`;
    return `fun(${parameters.join(", ")})${suffix}`;
}

export interface Parameter {
    readonly name: string;
    readonly optional: boolean;
    /** In LuaLS' notation. */
    readonly type: string;
}

/** The parameters of a function, as LuaLS writes them. */
export function parametersOf(
    checker: ts.TypeChecker,
    signature: ts.Signature,
    nameOf: NameOfType,
    depth: number = INLINE_DEPTH,
): Parameter[] {
    return signature.getParameters().map((parameter, index) => {
        const declaration = parameter.valueDeclaration;
        const isParameter = declaration !== undefined && ts.isParameter(declaration);
        const optional = isParameter && checker.isOptionalParameter(declaration);
        const type = checker.getTypeOfSymbol(parameter);
        if (isParameter && declaration.dotDotDotToken !== undefined) {
            const [item] = checker.isArrayType(type)
                ? checker.getTypeArguments(type as ts.TypeReference)
                : [];
            const itemType = item === undefined ? "any" : luaType(checker, item, nameOf, depth);
            return { name: "...", optional: false, type: itemType };
        }
        const isNamed = isParameter && ts.isIdentifier(declaration.name);
        return {
            name: isNamed ? parameter.name : `argument${index + 1}`,
            optional,
            type: luaType(checker, optional ? checker.getNonNullableType(type) : type, nameOf, depth),
        };
    });
}

/** The values a function returns, as LuaLS writes them: none for void, several for a LuaMultiReturn. */
export function returnsOf(
    checker: ts.TypeChecker,
    signature: ts.Signature,
    nameOf: NameOfType,
    depth: number = INLINE_DEPTH,
): string[] {
    const type = signature.getReturnType();
    if (type.flags & (ts.TypeFlags.Void | ts.TypeFlags.Never)) return [];
    const tuples = multiReturnOf(checker, type);
    if (tuples === undefined) return [luaType(checker, type, nameOf, depth)];
    // A compiler's union has no order of its own: what comes with true, as success does, is told first.
    const isSuccess = ([first]: readonly ts.Type[]) =>
        first !== undefined && checker.typeToString(first) === "true";
    tuples.sort((one, other) => Number(isSuccess(other)) - Number(isSuccess(one)));
    const count = Math.max(...tuples.map((tuple) => tuple.length));
    return Array.from({ length: count }, (_, position) => {
        const texts = tuples.map((tuple) => {
            const item = tuple[position];
            return item === undefined ? "nil" : luaType(checker, item, nameOf, depth);
        });
        return joinAlternatives(texts);
    });
}

function joinAlternatives(texts: readonly string[]): string {
    const members = new Set(texts.flatMap((text) => (text.includes("(") ? [text] : text.split("|"))));
    if (members.has("true") && members.has("false")) {
        members.delete("true");
        members.delete("false");
        return ["boolean", ...members].join("|");
    }
    if (members.delete("nil")) members.add("nil");
    return [...members].join("|");
}

/** The tuples of a LuaMultiReturn, or of a union of them; undefined for any other type. */
function multiReturnOf(checker: ts.TypeChecker, type: ts.Type): (readonly ts.Type[])[] | undefined {
    if (type.isUnion()) {
        const members = type.types.map((member) => multiReturnOf(checker, member));
        return members.every((member) => member !== undefined) ? members.flat() : undefined;
    }
    // LuaMultiReturn is a tuple with a mark. Its name is lost where a union is taken apart, the mark is not.
    if (!type.isIntersection() || type.getProperty("__tstlMultiReturn") === undefined) return undefined;
    const tuple = type.types.find((member) => checker.isTupleType(member));
    return tuple && [checker.getTypeArguments(tuple as ts.TypeReference)];
}

/** A documentation comment taken apart. */
export interface Documentation {
    /** The text before the first tag, line by line. */
    readonly text: readonly string[];
    readonly parameters: ReadonlyMap<string, string>;
    readonly returns: string | undefined;
    /** Every other tag, with its text. */
    readonly tags: readonly { readonly name: string; readonly text: string }[];
}

/** Tags that speak to TypeScriptToLua or to TypeScript's tools, not to a reader. */
const INTERNAL_TAGS =
    /^(noSelf|noSelfInFile|noResolution|internal|customName|compileMembersOnly|type|template)$/;

/**
 * Reads the documentation comment that stands right before a node.
 *
 * @returns undefined where there is none
 */
export function documentationOf(node: ts.Node): Documentation | undefined {
    const comment = ts
        .getJSDocCommentsAndTags(node)
        .filter(ts.isJSDoc)
        .filter((candidate) => candidate.parent === node)
        .at(-1);
    return comment && documentationIn(comment);
}

/** Takes a documentation comment apart. */
export function documentationIn(comment: ts.JSDoc): Documentation {
    const parameters = new Map<string, string>();
    const tags: { name: string; text: string }[] = [];
    let returns: string | undefined;
    for (const tag of comment.tags ?? []) {
        const text = (ts.getTextOfJSDocComment(tag.comment) ?? "").trim();
        if (ts.isJSDocParameterTag(tag)) {
            parameters.set(tag.name.getText(), text.replace(/^-\s*/, ""));
        } else if (ts.isJSDocReturnTag(tag)) {
            returns = text;
        } else if (!INTERNAL_TAGS.test(tag.tagName.text)) {
            // What @see names is not in the tag's text.
            const seen = ts.isJSDocSeeTag(tag) && tag.name !== undefined ? tag.name.getText() : "";
            tags.push({ name: tag.tagName.text, text: `${seen} ${text}`.trim() });
        }
    }
    const text = (ts.getTextOfJSDocComment(comment.comment) ?? "").trim();
    return { text: text === "" ? [] : text.split("\n"), parameters, returns, tags };
}

/**
 * Writes a documentation comment as LuaLS reads it, `---` and all.
 *
 * @param documentation what the comment says
 * @param signature the function that it is about, if it is about one
 * @returns lines without line ends
 */
export function annotationLines(
    documentation: Documentation,
    signature?: { readonly parameters: readonly Parameter[]; readonly returns: readonly string[] },
): string[] {
    const lines = documentation.text.map((line) => (line === "" ? "---" : `--- ${line}`));
    for (const { name, text } of documentation.tags) {
        if (name === "deprecated" || name === "see") lines.push(`---@${name} ${oneLine(text)}`.trimEnd());
        else lines.push(`--- ${capitalised(name)}:`, ...text.split("\n").map((line) => `---     ${line}`));
    }
    for (const { name, optional, type } of signature?.parameters ?? []) {
        const text = oneLine(documentation.parameters.get(name) ?? "");
        lines.push(`---@param ${name}${optional ? "?" : ""} ${type} ${text}`.trimEnd());
    }
    for (const [position, type] of (signature?.returns ?? []).entries()) {
        const text = position === 0 ? oneLine(documentation.returns ?? "") : "";
        lines.push(text === "" ? `---@return ${type}` : `---@return ${type} # ${text}`);
    }
    return lines;
}

function oneLine(text: string): string {
    return text.replace(/\s*\n\s*/g, " ");
}

function capitalised(word: string): string {
    return word.charAt(0).toUpperCase() + word.slice(1);
}
