import ts from "typescript";
import * as tstl from "typescript-to-lua";
import { documentationIn, documentationOf, type Documentation } from "./annotations.ts";

/**
 * A TypeScriptToLua plugin that carries over what a reader on a computer needs: the comment at the top of a file, and
 * the documentation of what a module exports to programs, as LDoc writes it; of files as a whole the first sentence.
 * Types are in the declarations for users, and how a function does its work is told where
 * it is worked on, in the TypeScript: a computer's disk is small.
 *
 * It also leaves out what Lua does not need: the empty table that a file without exports would return, and the
 * extra name for the value of `export =`.
 */
export function commentsPlugin(): tstl.Plugin {
    /** By the function expression, which hoisting keeps while it makes a new statement around it. */
    const documentationOfFunctions = new Map<tstl.Expression, string[]>();

    const transformStatement = (
        node: ts.Statement,
        context: tstl.TransformationContext,
    ): tstl.Statement[] => {
        const statements = context.superTransformStatements(node);
        for (const statement of statements) delete statement.leadingComments;
        // TypeScriptToLua rewrites some statements before this; only the original knows what stood before it.
        const comments = commentsBefore(ts.getOriginalNode(node), context.checker);
        const first = context.precedingStatementsStack.at(-1)?.[0] ?? statements[0];
        if (first !== undefined && comments.length > 0) first.leadingComments = comments;
        const value = statements.map(valueOf).find((candidate) => candidate !== undefined);
        if (ts.isFunctionDeclaration(node) && value !== undefined && comments.length > 0) {
            documentationOfFunctions.set(value, comments);
        }
        return statements;
    };

    const transformFile = (node: ts.SourceFile, context: tstl.TransformationContext): tstl.File => {
        const source = ts.getOriginalNode(node, ts.isSourceFile);
        const [file] = context.superTransformNode(node) as [tstl.File];
        for (const statement of file.statements) {
            const value = valueOf(statement);
            const comments = value && documentationOfFunctions.get(value);
            if (comments !== undefined) statement.leadingComments = comments;
        }
        file.statements = withoutNeedlessExports(file.statements, source, context.checker);
        const [first] = file.statements;
        const header = commentsOfFile(source).map((line) => `--${line}\n`);
        if (first === undefined || header.length === 0) return file;
        file.trivia += header.join("") + (first.leadingComments === undefined ? "" : "\n");
        return file;
    };

    return {
        visitors: {
            [ts.SyntaxKind.VariableStatement]: transformStatement,
            [ts.SyntaxKind.FunctionDeclaration]: transformStatement,
            [ts.SyntaxKind.SourceFile]: transformFile,
        },
    };
}

function valueOf(statement: tstl.Statement): tstl.Expression | undefined {
    return tstl.isVariableDeclarationStatement(statement) || tstl.isAssignmentStatement(statement)
        ? statement.right?.[0]
        : undefined;
}

function commentsBefore(node: ts.Node, checker: ts.TypeChecker): string[] {
    const isAtTop = (node.parent as ts.Node | undefined) !== undefined && ts.isSourceFile(node.parent);
    if (!isAtTop || isInternal(node.parent) || !isExported(node, node.parent, checker)) return [];
    const isSaidOfFile = node === node.parent.statements[0] && !hasCommentOfItsOwn(node.parent);
    const documentation = documentationOf(node);
    return documentation === undefined || isSaidOfFile ? [] : commentLines(documentation);
}

/**
 * Whether no program requires a file and nobody types its name: a module in a folder below apis/, which is a part of the
 * one beside the folder, a startup file, or one that says so at its top.
 */
export function isInternal(source: ts.SourceFile): boolean {
    const tags = commentsAtTop(source).flatMap((comment) => [...(comment.tags ?? [])]);
    return (
        /\/src\/(apis\/[^/]+|startup)\/[^/]+$/.test(source.fileName) ||
        tags.some(({ tagName }) => tagName.text === "internal")
    );
}

/** The first sentence alone; the rest is told where the code is worked on. */
function summaryOf({ text }: Documentation): Documentation {
    const end = text.indexOf("");
    const paragraph = text.slice(0, end === -1 ? undefined : end).join(" ");
    const sentence = /^.*?[.:;](?= )/.exec(paragraph)?.[0].replace(/[:;]$/, ".") ?? paragraph;
    return { text: [sentence], parameters: new Map(), returns: undefined, tags: [] };
}

/** True for a declaration of something that `require` gives to others. */
function isExported(node: ts.Node, source: ts.SourceFile, checker: ts.TypeChecker): boolean {
    const module = checker.getSymbolAtLocation(source);
    if (module === undefined) return false;
    const value = module.exports?.get(ts.InternalSymbolName.ExportEquals);
    const exported = value === undefined ? checker.getExportsOfModule(module) : [value];
    return exported.some((symbol) => {
        const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
        return target.declarations?.some(
            (declaration) =>
                declaration === node ||
                (ts.isVariableDeclaration(declaration) && declaration.parent.parent === node),
        );
    });
}

/** How many of the comments before the first statement speak of the whole file. */
function fileCommentCount(source: ts.SourceFile): number {
    const [first] = source.statements;
    const ranges = ts.getLeadingCommentRanges(source.text, 0) ?? [];
    if (first === undefined || ts.isImportDeclaration(first) || ts.isImportEqualsDeclaration(first)) {
        return ranges.length;
    }
    const start = first.getStart(source);
    const firstOwn = ranges.findLastIndex((range, index) => {
        const next = ranges[index + 1]?.pos ?? start;
        return /\n[ \t]*\n/.test(source.text.slice(range.end, next));
    });
    return firstOwn + 1;
}

function hasCommentOfItsOwn(source: ts.SourceFile): boolean {
    return (ts.getLeadingCommentRanges(source.text, 0) ?? []).length > fileCommentCount(source);
}

function commentsOfFile(source: ts.SourceFile): string[] {
    return commentsAtTop(source).flatMap((comment) => commentLines(summaryOf(documentationIn(comment))));
}

/** The comments that speak of the whole file. */
function commentsAtTop(source: ts.SourceFile): ts.JSDoc[] {
    const ranges = (ts.getLeadingCommentRanges(source.text, 0) ?? []).slice(0, fileCommentCount(source));
    return ranges.flatMap((range) => jsDocAt(source, range) ?? []);
}

function jsDocAt(source: ts.SourceFile, range: ts.CommentRange): ts.JSDoc | undefined {
    const [first] = source.statements;
    const comments = first === undefined ? [] : first.getChildren(source).filter(ts.isJSDoc);
    return comments.find((comment) => comment.pos === range.pos);
}

/** A documentation comment as LDoc writes it, `---` on its first line alone. The printer puts two dashes before each. */
function commentLines({ text, parameters, returns, tags }: Documentation): string[] {
    const lines = [
        ...text,
        ...[...parameters].map(([name, said]) => `@param ${name} ${oneLine(said)}`),
        ...(returns === undefined ? [] : [`@return ${oneLine(returns)}`]),
        ...tags.flatMap(({ name, text: said }) => `@${name} ${said}`.split("\n")),
    ];
    return lines.map((line, index) => `${index === 0 ? "-" : ""} ${line}`.trimEnd());
}

function oneLine(text: string): string {
    return text.replace(/\s*\n\s*/g, " ");
}

function withoutNeedlessExports(
    statements: readonly tstl.Statement[],
    source: ts.SourceFile,
    checker: ts.TypeChecker,
): tstl.Statement[] {
    const beforeReturn = statements.at(-2);
    if (source.statements.some((statement) => ts.isExportAssignment(statement) && statement.isExportEquals)) {
        const value = beforeReturn && valueOf(beforeReturn);
        return value === undefined
            ? [...statements]
            : [...statements.slice(0, -2), tstl.createReturnStatement([value])];
    }
    const module = checker.getSymbolAtLocation(source);
    const exported = module === undefined ? [] : checker.getExportsOfModule(module);
    const hasValues = exported.some((symbol) => {
        const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
        return target.flags & ts.SymbolFlags.Value;
    });
    if (hasValues) return [...statements];
    return statements.filter((statement) => {
        const isTable =
            tstl.isVariableDeclarationStatement(statement) && statement.left[0]?.text === "____exports";
        return !isTable && !tstl.isReturnStatement(statement);
    });
}
