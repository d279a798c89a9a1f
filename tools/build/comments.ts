import ts from "typescript";
import * as tstl from "typescript-to-lua";

/**
 * A TypeScriptToLua plugin that carries the comments over which TypeScriptToLua leaves behind: what stands at the top of
 * a file, and `//` before a statement. It leaves out the empty table that a file without exports would return, and the second name of what `export =` gives.
 */
export function commentsPlugin(): tstl.Plugin {
    const transformStatement = (
        node: ts.Statement,
        context: tstl.TransformationContext,
    ): tstl.Statement[] => {
        const statements = context.superTransformStatements(node);
        const comments = lineComments(ts.getOriginalNode(node), context.sourceFile);
        // What the statement needs before it, such as a temporary variable, stands between it and the comment.
        const first = context.precedingStatementsStack.at(-1)?.[0] ?? statements[0];
        if (first !== undefined && comments.length > 0) {
            first.leadingComments = [...comments, ...(first.leadingComments ?? [])];
        }
        return statements;
    };

    const transformFile = (node: ts.SourceFile, context: tstl.TransformationContext): tstl.File => {
        const source = ts.getOriginalNode(node, ts.isSourceFile);
        const [file] = context.superTransformNode(node) as [tstl.File];
        file.statements = withoutNeedlessExports(file.statements, source, context.checker);
        const header = headerOf(source);
        if (header.length === 0 || file.statements.length === 0) return file;
        // TypeScript takes the comment at the top for that of the first statement, too.
        const [first] = file.statements;
        if (first !== undefined && isFirstOf(first, source)) delete first.leadingComments;
        file.trivia += `${header.map((line) => `-- ${line}`.trimEnd()).join("\n")}\n\n`;
        return file;
    };

    const statementKinds = [
        ts.SyntaxKind.VariableStatement,
        ts.SyntaxKind.FunctionDeclaration,
        ts.SyntaxKind.ExpressionStatement,
        ts.SyntaxKind.IfStatement,
        ts.SyntaxKind.ForStatement,
        ts.SyntaxKind.ForOfStatement,
        ts.SyntaxKind.ForInStatement,
        ts.SyntaxKind.WhileStatement,
        ts.SyntaxKind.DoStatement,
        ts.SyntaxKind.ReturnStatement,
        ts.SyntaxKind.SwitchStatement,
        ts.SyntaxKind.ThrowStatement,
        ts.SyntaxKind.TryStatement,
    ] as const;
    return {
        visitors: {
            ...Object.fromEntries(statementKinds.map((kind) => [kind, transformStatement])),
            [ts.SyntaxKind.SourceFile]: transformFile,
        },
    };
}

/** The `//` comments right before a statement, as Lua's printer takes them. */
function lineComments(node: ts.Node, source: ts.SourceFile): string[] {
    if (node.pos < 0) return [];
    const ranges = ts.getLeadingCommentRanges(source.text, node.getFullStart()) ?? [];
    return ranges
        .filter(({ kind }) => kind === ts.SyntaxKind.SingleLineCommentTrivia)
        .map(({ pos, end }) => source.text.slice(pos + 2, end));
}

/** The lines of the comment that speaks of a whole file: the first one, where it is not that of the first statement. */
function headerOf(source: ts.SourceFile): string[] {
    const [range, next] = ts.getLeadingCommentRanges(source.text, 0) ?? [];
    const [first] = source.statements;
    if (range === undefined || first === undefined) return [];
    const isImport = ts.isImportDeclaration(first) || ts.isImportEqualsDeclaration(first);
    const below = source.text.slice(range.end, next?.pos ?? first.getStart(source));
    if (!isImport && next === undefined && !/\n[ \t]*\n/.test(below)) return [];
    return source.text
        .slice(range.pos, range.end)
        .replace(/^\/\*\*?|\*\/$/g, "")
        .split("\n")
        .map((line) => line.replace(/^\s*\*? ?/, "").trimEnd())
        .filter((line, index, lines) => line !== "" || (index > 0 && index < lines.length - 1));
}

function isFirstOf(statement: tstl.Statement, source: ts.SourceFile): boolean {
    const start = source.statements[0]?.getStart(source) ?? 0;
    return statement.line === source.getLineAndCharacterOfPosition(start).line;
}

function withoutNeedlessExports(
    statements: readonly tstl.Statement[],
    source: ts.SourceFile,
    checker: ts.TypeChecker,
): tstl.Statement[] {
    const last = statements.at(-2);
    if (source.statements.some((statement) => ts.isExportAssignment(statement) && statement.isExportEquals)) {
        const value = last && tstl.isVariableDeclarationStatement(last) ? last.right?.[0] : undefined;
        if (value !== undefined) return [...statements.slice(0, -2), tstl.createReturnStatement([value])];
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
