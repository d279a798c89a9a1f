import path from "node:path";
import ts from "typescript";
import {
    annotationLines,
    documentationOf,
    luaType,
    parametersOf,
    returnsOf,
    structureOf,
    typeOfProperty,
    type Documentation,
    type NameOfType,
} from "./annotations.ts";
import type { Source } from "./compile.ts";
import { BuildError } from "./problem.ts";

type TypeDeclaration = ts.InterfaceDeclaration | ts.TypeAliasDeclaration;

/** What a module shows to those who require it. */
export interface PublicTypes {
    readonly source: Source;
    /** The module's name as TypeScript and LuaLS users see it, such as `libai`. */
    readonly module: string;
    /** The function that `require` returns. */
    readonly main: ts.FunctionDeclaration;
    /** Every type of `src/` that can be reached from the function, by its name, in the order of the names. */
    readonly types: ReadonlyMap<string, TypeDeclaration>;
    readonly nameOf: NameOfType;
}

/**
 * Finds what a module whose value is one function (`export =`) shows to its users.
 *
 * @param source the project
 * @param file path of the module from the project's folder
 * @param module its name for users
 * @returns undefined when the program does not hold the file
 * @throws BuildError where the types cannot stand without the rest of the program
 */
export function publicTypes(source: Source, file: string, module: string): PublicTypes | undefined {
    const sourceFile = source.program.getSourceFile(path.join(source.root, file));
    if (sourceFile === undefined) return undefined;
    const checker = source.program.getTypeChecker();
    const main = mainFunction(sourceFile, checker);
    if (main === undefined) {
        throw new BuildError(
            `${file}: must end with "export = name" for a function whose return type is written down`,
        );
    }
    const types = new Map<string, TypeDeclaration>();
    const waiting: ts.Node[] = [main];
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
        for (const { declaration } of referencesIn(node, source)) {
            const name = declaration.name.text;
            const known = types.get(name);
            if (known === declaration) continue;
            if (known !== undefined) {
                const places = [known, declaration].map((one) => one.getSourceFile().fileName).join(" and ");
                throw new BuildError(
                    `${file}: two of its types are called ${name}, in ${places}: rename one`,
                );
            }
            types.set(name, declaration);
            waiting.push(declaration);
        }
    }
    const named = new Set(
        [...types.values()].map((declaration) => checker.getSymbolAtLocation(declaration.name)),
    );
    const sorted = [...types].sort(([one], [other]) => (one < other ? -1 : 1));
    return {
        source,
        module,
        main,
        types: new Map(sorted),
        nameOf: (symbol) => {
            const isGeneric = symbol.declarations?.some(
                (declaration) =>
                    (ts.isInterfaceDeclaration(declaration) || ts.isTypeAliasDeclaration(declaration)) &&
                    declaration.typeParameters !== undefined,
            );
            return named.has(symbol) && isGeneric !== true ? `${module}.${symbol.name}` : undefined;
        },
    };
}

function mainFunction(source: ts.SourceFile, checker: ts.TypeChecker): ts.FunctionDeclaration | undefined {
    const assignment = source.statements.find(ts.isExportAssignment);
    const symbol = assignment && checker.getSymbolAtLocation(assignment.expression);
    const main = symbol?.declarations?.find(ts.isFunctionDeclaration);
    return main?.type === undefined || main.name === undefined ? undefined : main;
}

interface Reference {
    /** The name as it stands in the source. */
    readonly node: ts.Node;
    readonly declaration: TypeDeclaration;
}

/** The types of `src/` that a declaration's own text names. Bodies of functions are not looked at. */
function referencesIn(root: ts.Node, source: Source): Reference[] {
    const found: Reference[] = [];
    const visit = (node: ts.Node): void => {
        if (ts.isBlock(node)) return;
        if (ts.isTypeQueryNode(node))
            throw problemAt(node, source, `a type for users takes its shape from a value: write it down`);
        const name = ts.isTypeReferenceNode(node)
            ? node.typeName
            : ts.isExpressionWithTypeArguments(node)
              ? node.expression
              : ts.isImportTypeNode(node)
                ? node.qualifier
                : undefined;
        if (name !== undefined) {
            const declaration = declarationOf(name, source);
            if (declaration !== undefined) {
                found.push({ node: ts.isImportTypeNode(node) ? node : name, declaration });
            }
        }
        ts.forEachChild(node, visit);
    };
    visit(root);
    return found;
}

function declarationOf(name: ts.Node, source: Source): TypeDeclaration | undefined {
    const { program } = source;
    const checker = program.getTypeChecker();
    const symbol = checker.getSymbolAtLocation(name);
    const target = symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    const declaration = target?.declarations?.[0];
    if (declaration === undefined || ts.isTypeParameterDeclaration(declaration)) return undefined;
    const file = declaration.getSourceFile();
    const isKnownToUsers =
        program.isSourceFileDefaultLibrary(file) || file.fileName.includes("/language-extensions/");
    if (isKnownToUsers) return undefined;
    const isOurs = !file.fileName.includes("/node_modules/");
    const isType = ts.isInterfaceDeclaration(declaration) || ts.isTypeAliasDeclaration(declaration);
    if (isOurs && isType) return declaration;
    throw problemAt(
        name,
        source,
        `a type for users needs ${name.getText()}: describe in src/ what is used of it`,
    );
}

function problemAt(node: ts.Node, { root }: Source, problem: string): BuildError {
    const file = node.getSourceFile();
    const { line } = file.getLineAndCharacterOfPosition(node.getStart());
    return new BuildError(`${path.relative(root, file.fileName)}(${line + 1}): ${problem}`);
}

/**
 * Writes the declaration for TypeScript users: one file that needs no other of ours.
 *
 * @returns TypeScript, not yet formatted
 */
export function typescriptDeclaration(shown: PublicTypes): string {
    const { main, source } = shown;
    const name = main.name?.text ?? shown.module;
    const types = [...shown.types.values()].map((declaration) =>
        textOf(declaration, source).replace(/^((?:\/\*\*[\s\S]*?\*\/\s*)?)(?:(?:export|declare)\s+)*/, "$1"),
    );
    const parameters = main.parameters.map((parameter) => {
        const optional = (parameter.questionToken ?? parameter.initializer) ? "?" : "";
        const rest = parameter.dotDotDotToken ? "..." : "";
        const type = parameter.type ? textOf(parameter.type, source, `${name}.`) : "any";
        return `${rest}${parameter.name.getText()}${optional}: ${type}`;
    });
    const returned = main.type ? textOf(main.type, source, `${name}.`) : "void";
    const documentation = ts.getJSDocCommentsAndTags(main).find(ts.isJSDoc)?.getText() ?? "";
    const body = types.join("\n\n");
    const extensions = /\bLuaMultiReturn\b/.test(body + returned)
        ? '/// <reference types="@typescript-to-lua/language-extensions" />\n'
        : "";
    return [
        extensions + "/** @noSelfInFile */",
        `${documentation}\ndeclare function ${name}(${parameters.join(", ")}): ${returned};`,
        `declare namespace ${name} {\n${body}\n}`,
        `export = ${name};\n`,
    ].join("\n\n");
}

/** A declaration's source text with its documentation, every type of ours by its plain name. */
function textOf(node: ts.Node, source: Source, prefix = ""): string {
    const file = node.getSourceFile();
    const start = node.getStart(file, true);
    let text = file.text.slice(start, node.end);
    const references = referencesIn(node, source).sort(
        (one, other) => other.node.getStart(file) - one.node.getStart(file),
    );
    for (const reference of references) {
        const from = reference.node.getStart(file) - start;
        const to = reference.node.end - start;
        text = text.slice(0, from) + prefix + reference.declaration.name.text + text.slice(to);
    }
    return text;
}

/**
 * Writes the definition file for LuaLS users.
 */
export function luaDefinitions(shown: PublicTypes): string {
    const checker = shown.source.program.getTypeChecker();
    const { main, module, nameOf } = shown;
    const name = main.name?.text ?? module;
    const blocks = [...shown.types.values()]
        .filter((declaration) => declaration.typeParameters === undefined)
        .map((declaration) => typeLines(declaration, checker, shown));
    const signature = checker.getSignatureFromDeclaration(main);
    const documentation = documentationOf(main);
    const constructor = functionLines(`local function ${name}`, documentation, signature, checker, nameOf);
    return ["---@meta", ...blocks, constructor, `return ${name}\n`].join("\n\n");
}

function typeLines(declaration: TypeDeclaration, checker: ts.TypeChecker, shown: PublicTypes): string {
    const { module, nameOf } = shown;
    const type = checker.getTypeAtLocation(declaration.name);
    const name = `${module}.${declaration.name.text}`;
    const documentation = documentationOf(declaration);
    const lines = documentation === undefined ? [] : annotationLines(documentation);
    const isClass = !type.isUnion() && type.getProperties().length > 0 && isObject(type, checker);
    if (!isClass) return [...lines, `---@alias ${name} ${structureOf(checker, type, nameOf)}`].join("\n");

    const bases = ts.isInterfaceDeclaration(declaration)
        ? (declaration.heritageClauses ?? []).flatMap((clause) => clause.types)
        : [];
    const baseTypes = bases.map((base) => checker.getTypeAtLocation(base));
    const baseNames = baseTypes
        .map((base) => luaType(checker, base, nameOf))
        .filter((base) => base !== "table");
    const inherited = new Set(
        baseTypes
            .flatMap((base) => (baseNames.length > 0 ? base.getProperties() : []))
            .map(({ name }) => name),
    );
    lines.push(`---@class ${name}${baseNames.length > 0 ? `: ${baseNames.join(", ")}` : ""}`);
    const functions: string[] = [];
    for (const property of type.getProperties()) {
        if (inherited.has(property.name)) continue;
        const [signature] = checker.getTypeOfSymbol(property).getCallSignatures();
        const comment = property.declarations
            ?.map((one) => documentationOf(one))
            .find((one) => one !== undefined);
        if (signature !== undefined && !(property.flags & ts.SymbolFlags.Optional)) {
            const header = `function ${declaration.name.text}.${property.name}`;
            functions.push(functionLines(header, comment, signature, checker, nameOf));
        } else {
            lines.push(...fieldLines(property, comment, checker, nameOf));
        }
    }
    if (functions.length > 0) lines.push(`local ${declaration.name.text} = {}`);
    return [lines.join("\n"), ...functions].join("\n\n");
}

function isObject(type: ts.Type, checker: ts.TypeChecker): boolean {
    const isObjectLike = (type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) !== 0;
    const isList = checker.isArrayType(type) || checker.isTupleType(type);
    return isObjectLike && !isList && type.getCallSignatures().length === 0;
}

function fieldLines(
    property: ts.Symbol,
    comment: Documentation | undefined,
    checker: ts.TypeChecker,
    nameOf: NameOfType,
): string[] {
    const optional = property.flags & ts.SymbolFlags.Optional ? "?" : "";
    const type = luaType(checker, typeOfProperty(checker, property), nameOf);
    const lines = comment === undefined ? [] : annotationLines(comment);
    for (const [name, text] of comment?.parameters ?? []) lines.push(`--- \`${name}\`: ${text}`);
    return [...lines, `---@field ${property.name}${optional} ${type}`];
}

function functionLines(
    header: string,
    documentation: Documentation | undefined,
    signature: ts.Signature | undefined,
    checker: ts.TypeChecker,
    nameOf: NameOfType,
): string {
    const parameters = signature === undefined ? [] : parametersOf(checker, signature, nameOf);
    const returns = signature === undefined ? [] : returnsOf(checker, signature, nameOf);
    const empty: Documentation = { text: [], parameters: new Map(), returns: undefined, tags: [] };
    const lines = annotationLines(documentation ?? empty, { parameters, returns });
    return [...lines, `${header}(${parameters.map(({ name }) => name).join(", ")}) end`].join("\n");
}
