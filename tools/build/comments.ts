import ts from "typescript";
import * as tstl from "typescript-to-lua";
import {
    annotationLines,
    documentationIn,
    documentationOf,
    parametersOf,
    returnsOf,
    type Documentation,
    type NameOfType,
    type Parameter,
} from "./annotations.ts";

const STATEMENTS = [
    ts.SyntaxKind.VariableStatement,
    ts.SyntaxKind.FunctionDeclaration,
    ts.SyntaxKind.ExpressionStatement,
    ts.SyntaxKind.IfStatement,
    ts.SyntaxKind.DoStatement,
    ts.SyntaxKind.WhileStatement,
    ts.SyntaxKind.ForStatement,
    ts.SyntaxKind.ForInStatement,
    ts.SyntaxKind.ForOfStatement,
    ts.SyntaxKind.ReturnStatement,
    ts.SyntaxKind.SwitchStatement,
    ts.SyntaxKind.ThrowStatement,
    ts.SyntaxKind.TryStatement,
] as const;

/** What TypeScriptToLua prints after two dashes. */
type Comment = NonNullable<tstl.Statement["leadingComments"]>[number];

/** Comments that steer a tool and say nothing to a reader. */
const TOOL_COMMENT = /^\s*(eslint-|prettier-|@ts-|#region|#endregion|<reference)/;

/**
 * A TypeScriptToLua plugin that carries comments over to the Lua: documentation comments as LuaLS reads them,
 * with the types that TypeScript knows, and the `//` comments that stand before a statement.
 *
 * It also leaves out what Lua does not need: the empty table that a file without exports would return, and the
 * extra name for the value of `export =`.
 *
 * @param nameOf names the types that Lua users can name
 */
export function commentsPlugin(nameOf: NameOfType): tstl.Plugin {
    /** By the function expression, which hoisting keeps while it makes a new statement around it. */
    const documentationOfFunctions = new Map<tstl.Expression, Comment[]>();

    const transformStatement = (
        node: ts.Statement,
        context: tstl.TransformationContext,
    ): tstl.Statement[] => {
        const statements = context.superTransformStatements(node);
        // TypeScriptToLua rewrites some statements before this; only the original knows what stood before it.
        const original = ts.getOriginalNode(node);
        const comments = isStatementInFile(original) ? commentsBefore(original, context.checker, nameOf) : [];
        for (const statement of statements) delete statement.leadingComments;
        const first = context.precedingStatementsStack.at(-1)?.[0] ?? statements[0];
        if (first !== undefined && comments.length > 0 && mayFollowComment(first)) {
            first.leadingComments = comments;
        }
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
        const comments = commentsOfFile(source);
        if (first !== undefined && comments.length > 0) {
            first.leadingComments = [...comments, ...(first.leadingComments ?? [])];
        }
        return file;
    };

    const ofStatements = Object.fromEntries(STATEMENTS.map((kind) => [kind, transformStatement]));
    return { visitors: { ...ofStatements, [ts.SyntaxKind.SourceFile]: transformFile } };
}

function isStatementInFile(node: ts.Node): node is ts.Statement {
    return ts.isStatement(node) && node.pos >= 0 && (node.parent as ts.Node | undefined) !== undefined;
}

function valueOf(statement: tstl.Statement): tstl.Expression | undefined {
    return tstl.isVariableDeclarationStatement(statement) || tstl.isAssignmentStatement(statement)
        ? statement.right?.[0]
        : undefined;
}

/**
 * A comment hides from TypeScriptToLua's printer that a statement starts with a parenthesis, and so needs a
 * semicolon before it.
 */
function mayFollowComment(statement: tstl.Statement): boolean {
    let expression: tstl.Expression | undefined;
    if (tstl.isExpressionStatement(statement)) expression = statement.expression;
    else if (tstl.isAssignmentStatement(statement)) expression = statement.left[0];
    else return true;
    while (expression !== undefined && !tstl.isIdentifier(expression)) {
        if (tstl.isCallExpression(expression)) expression = expression.expression;
        else if (tstl.isMethodCallExpression(expression)) expression = expression.prefixExpression;
        else if (tstl.isTableIndexExpression(expression)) expression = expression.table;
        else return false;
    }
    return true;
}

function commentsBefore(node: ts.Statement, checker: ts.TypeChecker, nameOf: NameOfType): Comment[] {
    const source = node.getSourceFile();
    const isFirst = node === source.statements[0];
    const ranges = ts.getLeadingCommentRanges(source.text, node.getFullStart()) ?? [];
    const ownFrom = isFirst ? fileCommentCount(source) : 0;
    const lines = plainLines(source, ranges.slice(ownFrom));
    const documentation = documentationOf(node);
    if (documentation === undefined || (isFirst && ranges.length === ownFrom)) return asLuaComments(lines);
    const declaration = functionIn(node);
    const signature = declaration && checker.getSignatureFromDeclaration(declaration);
    const described =
        signature === undefined
            ? annotationLines(documentation)
            : annotationLines(documentation, documentedPart(signature, documentation, checker, nameOf));
    return asLuaComments([...lines, ...described]);
}

/**
 * The parameters and values that their author says something about. A computer's disk is small: the types of the
 * others are in the declarations for users.
 */
function documentedPart(
    signature: ts.Signature,
    documentation: Documentation,
    checker: ts.TypeChecker,
    nameOf: NameOfType,
): { parameters: Parameter[]; returns: string[] } {
    const parameters = parametersOf(checker, signature, nameOf, 0);
    return {
        parameters: parameters.filter(({ name }) => documentation.parameters.has(name)),
        returns: documentation.returns === undefined ? [] : returnsOf(checker, signature, nameOf, 0),
    };
}

/** The function that a statement declares, by itself or as the value of its only variable. */
function functionIn(node: ts.Statement): ts.SignatureDeclaration | undefined {
    if (ts.isFunctionDeclaration(node)) return node;
    if (!ts.isVariableStatement(node) || node.declarationList.declarations.length !== 1) return undefined;
    const value = node.declarationList.declarations[0]?.initializer;
    return value && (ts.isArrowFunction(value) || ts.isFunctionExpression(value)) ? value : undefined;
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

function commentsOfFile(source: ts.SourceFile): Comment[] {
    const ranges = (ts.getLeadingCommentRanges(source.text, 0) ?? []).slice(0, fileCommentCount(source));
    const documentation = ranges.flatMap((range) => {
        const comment = jsDocAt(source, range);
        return comment === undefined
            ? plainLines(source, [range])
            : annotationLines(documentationIn(comment));
    });
    return asLuaComments(documentation);
}

function jsDocAt(source: ts.SourceFile, range: ts.CommentRange): ts.JSDoc | undefined {
    const [first] = source.statements;
    const comments = first === undefined ? [] : first.getChildren(source).filter(ts.isJSDoc);
    return comments.find((comment) => comment.pos === range.pos);
}

/** The `//` comments among some, as Lua comments. */
function plainLines(source: ts.SourceFile, ranges: readonly ts.CommentRange[]): string[] {
    return ranges
        .filter(({ kind }) => kind === ts.SyntaxKind.SingleLineCommentTrivia)
        .map(({ pos, end }) => source.text.slice(pos + 2, end).trimEnd())
        .filter((text) => !TOOL_COMMENT.test(text))
        .map((text) => `--${text}`);
}

/** The printer puts two dashes before each line. */
function asLuaComments(lines: readonly string[]): string[] {
    return lines.map((line) => line.slice(2));
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
