import * as tstl from "typescript-to-lua";
import { identifiersIn, visit } from "./nodes.ts";

/** What the names that the compiler made up start with. */
const MADE_UP = "____";

const NAME = /^[A-Za-z_]\w*$/;

const KEYWORDS = new Set(
    (
        "and break do else elseif end false for function goto if in local nil not or repeat return then true until " +
        "while"
    ).split(" "),
);

/**
 * TypeScriptToLua's printer, with the few things that look like a machine's written as a Lua programmer writes them:
 * the module's table is `M`, a module that is required for one thing is not named, made-up names lose their
 * underscores, joined texts have no brackets, and functions and comments have room around them. How the lines are laid
 * out is StyLua's business.
 */
class ReadablePrinter extends tstl.LuaPrinter {
    /** Statements that a blank line stands before. */
    private readonly spaced = new Set<tstl.Statement>();

    protected override printFile(file: tstl.File): ReturnType<tstl.LuaPrinter["printFile"]> {
        const { requires, rest } = takeRequires(file.statements);
        file.statements = [...requires, ...rest];
        givePlainNames(file);
        this.spaceOut(rest);
        if (requires.length > 0 && rest[0] !== undefined) this.spaced.add(rest[0]);
        visit(file, (node) => {
            if (tstl.isBlock(node)) this.spaceComments(node.statements);
        });
        return super.printFile(file);
    }

    /** On the outermost level: around functions, and before what has a comment. */
    private spaceOut(statements: readonly tstl.Statement[]): void {
        this.spaceComments(statements);
        for (const [index, statement] of statements.entries()) {
            const previous = statements[index - 1];
            if (previous === undefined) continue;
            if (isFunction(statement) || isFunction(previous)) this.spaced.add(statement);
        }
    }

    /** Inside of a block the first comment needs no room. */
    private spaceComments(statements: readonly tstl.Statement[]): void {
        for (const statement of statements.slice(1)) {
            if (statement.leadingComments !== undefined) this.spaced.add(statement);
        }
    }

    override printStatement(statement: tstl.Statement): ReturnType<tstl.LuaPrinter["printStatement"]> {
        const printed = super.printStatement(statement);
        return this.spaced.has(statement) ? this.concatNodes("\n", printed) : printed;
    }

    protected override printStatementExcludingComments(
        statement: tstl.Statement,
    ): ReturnType<tstl.LuaPrinter["printStatement"]> {
        const printed = super.printStatementExcludingComments(statement);
        // Behind a comment TypeScriptToLua misses that Lua would take the bracket for a call of what stands before.
        const joins = this.isBelowComment(statement) && printed.toString().trimStart().startsWith("(");
        return joins ? this.concatNodes(";", printed) : printed;
    }

    private isBelowComment(statement: tstl.Statement): boolean {
        return this.spaced.has(statement) && statement.leadingComments !== undefined;
    }

    override printStringLiteral(
        expression: tstl.StringLiteral,
    ): ReturnType<tstl.LuaPrinter["printStringLiteral"]> {
        // Bytes that no editor shows, which TypeScriptToLua writes as they are.
        const text = tstl
            .escapeString(expression.value)
            .replace(/[\x01-\x1f\x7f](?=(\d?))/g, (byte, digit: string) => {
                const code = String(byte.charCodeAt(0));
                return `\\${digit === "" ? code : code.padStart(3, "0")}`;
            });
        return this.createSourceNode(expression, text);
    }

    override printBinaryExpression(
        expression: tstl.BinaryExpression,
    ): ReturnType<tstl.LuaPrinter["printBinaryExpression"]> {
        // Joining texts gives the same from the left and from the right.
        const { left, operator } = expression;
        if (operator !== tstl.SyntaxKind.ConcatOperator || !isConcat(left)) {
            return super.printBinaryExpression(expression);
        }
        const right = tstl.createBinaryExpression(left.right, expression.right, operator);
        return this.printBinaryExpression(tstl.createBinaryExpression(left.left, right, operator));
    }
}

/** The printer, as a TypeScriptToLua plugin takes it. */
export const printReadable: tstl.Printer = (program, emitHost, fileName, file) =>
    new ReadablePrinter(emitHost, program, fileName).print(file);

function isConcat(node: tstl.Expression): node is tstl.BinaryExpression {
    return tstl.isBinaryExpression(node) && node.operator === tstl.SyntaxKind.ConcatOperator;
}

function isFunction(statement: tstl.Statement): boolean {
    const isNamed = tstl.isVariableDeclarationStatement(statement) || tstl.isAssignmentStatement(statement);
    return isNamed && tstl.isFunctionDefinition(statement);
}

/** The path that a call of `require` names. */
function requiredModule(value: tstl.Expression): string | undefined {
    if (!tstl.isCallExpression(value) || !tstl.isIdentifier(value.expression)) return undefined;
    const [path] = value.params;
    const isCall = value.expression.text === "require" && path !== undefined && tstl.isStringLiteral(path);
    return isCall ? path.value : undefined;
}

/**
 * Parts what a file requires from the rest: `local a = require("/b").a` for a module that is required for one thing, and
 * all that is taken of another one in one declaration, where TypeScriptToLua names each module and has a line for each
 * thing. The table of the module itself comes after them.
 */
function takeRequires(statements: readonly tstl.Statement[]): Record<"requires" | "rest", tstl.Statement[]> {
    const requires: tstl.Statement[] = [];
    const rest: tstl.Statement[] = [];
    for (let index = 0; index < statements.length; index++) {
        const statement = statements[index]!;
        const module = declared(statement);
        if (module === undefined || requiredModule(module.value) === undefined) {
            rest.push(statement);
            continue;
        }
        const fields = fieldsTaken(module.name, statements.slice(index + 1));
        const [only] = fields;
        if (only !== undefined && fields.length === 1) only.value.table = module.value;
        else requires.push(statement);
        if (only === undefined) continue;
        const names = fields.map(({ name }) => name);
        requires.push(
            tstl.createVariableDeclarationStatement(
                names,
                fields.map(({ value }) => value),
            ),
        );
        index += fields.length;
    }
    return { requires, rest };
}

/** The one variable that a statement declares, and its value. */
function declared(statement: tstl.Statement): { name: tstl.Identifier; value: tstl.Expression } | undefined {
    if (!tstl.isVariableDeclarationStatement(statement)) return undefined;
    const [name, ...others] = statement.left;
    const [value] = statement.right ?? [];
    return name === undefined || value === undefined || others.length > 0 ? undefined : { name, value };
}

/** What the first of some statements take of a table. */
function fieldsTaken(
    table: tstl.Identifier,
    statements: readonly tstl.Statement[],
): { name: tstl.Identifier; value: tstl.TableIndexExpression }[] {
    const fields = [];
    for (const statement of statements) {
        const taken = declared(statement);
        if (taken === undefined || !tstl.isTableIndexExpression(taken.value)) break;
        if (!tstl.isIdentifier(taken.value.table) || taken.value.table.text !== table.text) break;
        fields.push({ name: taken.name, value: taken.value });
    }
    return fields;
}

/**
 * Gives the locals that the compiler made up (`____exports`, `____`, `____text`) plain names: `M`, `_`, `text`, or
 * `textModule` where the file says `text` itself. The new name stands for nothing else in the file, so that nothing
 * can be captured or hidden.
 */
function givePlainNames(file: tstl.File): void {
    const identifiers = identifiersIn(file);
    const taken = new Set(identifiers.map(({ text }) => text));
    const plainNames = new Map<string, string>();
    for (const name of taken) {
        if (!name.startsWith(MADE_UP)) continue;
        // `M` is the name that Lua programmers give the table that a module returns.
        const plain = name === "____exports" ? "M" : name.slice(MADE_UP.length) || "_";
        const candidates = [plain, `${plain}Module`];
        const free = candidates.find((one) => NAME.test(one) && !KEYWORDS.has(one) && !taken.has(one));
        if (free === undefined) continue;
        plainNames.set(name, free);
        taken.add(free);
    }
    for (const identifier of identifiers) {
        identifier.text = plainNames.get(identifier.text) ?? identifier.text;
    }
}
