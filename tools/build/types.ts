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
            if (declaration === undefined) continue;
            const name = declaration.name.text;
            const known = types.get(name);
            if (known === declaration) continue;
            if (known !== undefined) {
                throw problemAt(
                    declaration,
                    source,
                    `another type for users is called ${name} too, rename one`,
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

/** A name in a declaration that stands for something declared elsewhere. */
interface Reference {
    /** The name as it stands in the source. */
    readonly node: ts.Node;
    /** The type of ours that it names. */
    readonly declaration?: TypeDeclaration;
    /** The package of declarations that brings what it names, such as CC's own APIs. */
    readonly library?: string;
}

/** What a declaration's own text names, apart from what every TypeScript user has. */
function referencesIn(root: ts.Node, source: Source): Reference[] {
    const found: Reference[] = [];
    const visit = (node: ts.Node): void => {
        // What a function does is not part of its declaration.
        if (ts.isBlock(node)) return;
        const name = nameIn(node);
        const reference = name && referenceOf(node, name, source);
        if (reference !== undefined) found.push(reference);
        ts.forEachChild(node, visit);
    };
    visit(root);
    return found;
}

function nameIn(node: ts.Node): ts.Node | undefined {
    if (ts.isTypeReferenceNode(node)) return node.typeName;
    if (ts.isExpressionWithTypeArguments(node)) return node.expression;
    if (ts.isImportTypeNode(node)) return node.qualifier;
    return ts.isTypeQueryNode(node) ? node.exprName : undefined;
}

function referenceOf(node: ts.Node, name: ts.Node, source: Source): Reference | undefined {
    const { program } = source;
    const checker = program.getTypeChecker();
    const symbol = checker.getSymbolAtLocation(name);
    const target = symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    const declaration = target?.declarations?.[0];
    if (declaration === undefined || ts.isTypeParameterDeclaration(declaration)) return undefined;
    const file = declaration.getSourceFile();
    if (program.isSourceFileDefaultLibrary(file)) return undefined;
    const [, library] = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file.fileName) ?? [];
    if (library !== undefined) return { node: name, library };
    const isType = ts.isInterfaceDeclaration(declaration) || ts.isTypeAliasDeclaration(declaration);
    if (isType) return { node: ts.isImportTypeNode(node) ? node : name, declaration };
    const problem = `a type for users is taken from ${name.getText()}, which they do not have: write it out`;
    throw problemAt(name, source, problem);
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
    const documentation = ts.getJSDocCommentsAndTags(main).filter(ts.isJSDoc).at(-1)?.getText() ?? "";
    const body = types.join("\n\n");
    const libraries = [main, ...shown.types.values()]
        .flatMap((declaration) => referencesIn(declaration, source))
        .map(({ library }) => library)
        .filter((library) => library !== undefined);
    const needed = [...new Set(libraries)].sort().map((library) => `/// <reference types="${library}" />\n`);
    return [
        `${needed.join("")}/** @noSelfInFile */`,
        `${documentation}\ndeclare function ${name}(${parameters.join(", ")}): ${returned};`,
        `declare namespace ${name} {\n${body}\n}`,
        `export = ${name};\n`,
    ].join("\n\n");
}

/** A declaration's source text with its documentation, every type of ours by its plain name. */
function textOf(node: ts.Node, source: Source, prefix = ""): string {
    const file = node.getSourceFile();
    // Where several comments stand before it, all but the last are about something else.
    const start = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc).at(-1)?.pos ?? node.getStart(file);
    let text = file.text.slice(start, node.end);
    const references = referencesIn(node, source).sort(
        (one, other) => other.node.getStart(file) - one.node.getStart(file),
    );
    for (const { node: name, declaration } of references) {
        if (declaration === undefined) continue;
        const from = name.getStart(file) - start;
        text = text.slice(0, from) + prefix + declaration.name.text + text.slice(name.end - start);
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
