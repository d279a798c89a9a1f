import { builders, printer, utils } from "prettier/doc";
import * as tstl from "typescript-to-lua";

type Doc = Parameters<typeof printer.printDocToString>[0];

const { breakParent, conditionalGroup, fill, group, hardline, indent, join, label, line, softline } =
    builders;

/** A blank that is there for readers alone, and one that is the place to break a long line, too. */
const SPACE = label("space", " ");
const SPACE_OR_LINE = label("space", line);

/** Around what is assigned, between what is listed. */
const EQUALS: Doc = [SPACE, "=", SPACE];
const COMMA: Doc = [",", SPACE];

/** As wide as the TypeScript is; the lines of CC's own ROM are as long. */
const WIDTH = 110;

/** Columns that a tab counts as; in CC's font it is one blank column. */
const TAB_WIDTH = 4;

/** How tightly Lua's operators bind: https://www.lua.org/manual/5.2/manual.html#3.4.7 */
const BINARY_OPERATORS = new Map<tstl.SyntaxKind, { text: string; precedence: number }>([
    [tstl.SyntaxKind.OrOperator, { text: "or", precedence: 1 }],
    [tstl.SyntaxKind.AndOperator, { text: "and", precedence: 2 }],
    [tstl.SyntaxKind.LessThanOperator, { text: "<", precedence: 3 }],
    [tstl.SyntaxKind.GreaterThanOperator, { text: ">", precedence: 3 }],
    [tstl.SyntaxKind.LessEqualOperator, { text: "<=", precedence: 3 }],
    [tstl.SyntaxKind.GreaterEqualOperator, { text: ">=", precedence: 3 }],
    [tstl.SyntaxKind.InequalityOperator, { text: "~=", precedence: 3 }],
    [tstl.SyntaxKind.EqualityOperator, { text: "==", precedence: 3 }],
    [tstl.SyntaxKind.ConcatOperator, { text: "..", precedence: 4 }],
    [tstl.SyntaxKind.AdditionOperator, { text: "+", precedence: 5 }],
    [tstl.SyntaxKind.SubtractionOperator, { text: "-", precedence: 5 }],
    [tstl.SyntaxKind.MultiplicationOperator, { text: "*", precedence: 6 }],
    [tstl.SyntaxKind.DivisionOperator, { text: "/", precedence: 6 }],
    [tstl.SyntaxKind.ModuloOperator, { text: "%", precedence: 6 }],
    [tstl.SyntaxKind.PowerOperator, { text: "^", precedence: 8 }],
]);

const UNARY_OPERATORS = new Map<tstl.SyntaxKind, string>([
    [tstl.SyntaxKind.NegationOperator, "-"],
    [tstl.SyntaxKind.LengthOperator, "#"],
    [tstl.SyntaxKind.NotOperator, "not "],
]);

const UNARY_PRECEDENCE = 7;

/** Operators whose chains mean the same whatever their parentheses: `(a .. b) .. c` is `a .. (b .. c)`. */
const ASSOCIATIVE = new Set([
    tstl.SyntaxKind.ConcatOperator,
    tstl.SyntaxKind.AndOperator,
    tstl.SyntaxKind.OrOperator,
]);

const KEYWORDS = new Set(
    (
        "and break do else elseif end false for function goto if in local nil not or repeat return then true " +
        "until while"
    ).split(" "),
);

/**
 * Tells whether a text can stand as a name in Lua, of any version that CC has had.
 *
 * @param text any text
 */
export function isName(text: string): boolean {
    return /^[A-Za-z_]\w*$/.test(text) && !KEYWORDS.has(text);
}

/**
 * Writes a file down as a Lua programmer would: one tab a level, on one line what fits there, no parentheses that
 * change nothing, and a blank line around what has a comment and around each function of the outermost level.
 *
 * @param statements what TypeScriptToLua made of a TypeScript file, for Lua 5.1
 * @param options.isTight without the blanks that are for readers alone
 * @returns the Lua, without a line end after the last line
 * @throws Error for syntax that Lua 5.1 does not have
 */
export function layOut(
    statements: readonly tstl.Statement[],
    options: { readonly isTight?: boolean } = {},
): string {
    const reached = printable(statements);
    const parts: Doc[] = reached.map((statement, index) => {
        const previous = reached[index - 1];
        const doc = withSemicolon(statement, reached[index + 1]);
        if (previous === undefined) return doc;
        const isApart =
            isFunction(previous) || isFunction(statement) || statement.leadingComments !== undefined;
        return isApart ? [hardline, hardline, doc] : [hardline, doc];
    });
    const doc = options.isTight === true ? utils.mapDoc(parts, withoutSpace) : parts;
    const print = { printWidth: WIDTH, tabWidth: TAB_WIDTH, useTabs: true };
    return printer.printDocToString(doc, print).formatted;
}

function withoutSpace(doc: Doc): Doc {
    const isSpace =
        typeof doc === "object" && !Array.isArray(doc) && doc.type === "label" && doc.label === "space";
    if (!isSpace) return doc;
    return doc.contents === " " ? "" : softline;
}

function isFunction(statement: tstl.Statement): boolean {
    const isNamed = tstl.isVariableDeclarationStatement(statement) || tstl.isAssignmentStatement(statement);
    return isNamed && tstl.isFunctionDefinition(statement);
}

/** A return or break ends its block: what stands behind it is never reached, and Lua does not take it. */
function printable(statements: readonly tstl.Statement[]): readonly tstl.Statement[] {
    const end = statements.findIndex(
        (statement) => tstl.isReturnStatement(statement) || tstl.isBreakStatement(statement),
    );
    return end < 0 ? statements : statements.slice(0, end + 1);
}

function statementsDoc(statements: readonly tstl.Statement[]): Doc {
    const reached = printable(statements);
    return join(
        hardline,
        reached.map((statement, index) => withSemicolon(statement, reached[index + 1])),
    );
}

/** Lua would read a parenthesis at the start of a line as a call of what stands at the end of the one before. */
function withSemicolon(statement: tstl.Statement, next: tstl.Statement | undefined): Doc {
    const mayContinue =
        tstl.isVariableDeclarationStatement(statement) ||
        tstl.isAssignmentStatement(statement) ||
        tstl.isExpressionStatement(statement);
    const comments = [
        (statement.leadingComments ?? []).map((comment) => [commentDoc(comment), hardline]),
        (statement.trailingComments ?? []).map((comment) => [hardline, commentDoc(comment)]),
    ];
    const doc = statementDoc(statement);
    const semicolon = mayContinue && next !== undefined && startsWithParenthesis(next) ? ";" : "";
    return [comments[0] ?? "", doc, semicolon, comments[1] ?? ""];
}

function commentDoc(comment: string | string[]): Doc {
    return join(
        hardline,
        [comment].flat().map((text) => `--${text}`),
    );
}

function startsWithParenthesis(statement: tstl.Statement): boolean {
    let first: tstl.Expression | undefined;
    if (tstl.isExpressionStatement(statement)) first = statement.expression;
    else if (tstl.isAssignmentStatement(statement)) first = statement.left[0];
    return first !== undefined && !tstl.isIdentifier(startOf(first));
}

function startsWithRequire(value: tstl.Expression): boolean {
    const start = startOf(value);
    return tstl.isIdentifier(start) && start.text === "require";
}

/** What is called or indexed first. */
function startOf(given: tstl.Expression): tstl.Expression {
    const expression = oneValueOf(given);
    if (tstl.isCallExpression(expression)) return startOf(expression.expression);
    if (tstl.isMethodCallExpression(expression)) return startOf(expression.prefixExpression);
    if (tstl.isTableIndexExpression(expression)) return startOf(expression.table);
    return expression;
}

function statementDoc(statement: tstl.Statement): Doc {
    if (tstl.isVariableDeclarationStatement(statement)) {
        const { left, right } = statement;
        if (tstl.isFunctionDefinition(statement)) return ["local ", namedFunctionDoc(statement)];
        const declared = ["local ", namesDoc(left)];
        return right === undefined || right.length === 0 ? declared : [declared, assignedDoc(left, right)];
    }
    if (tstl.isAssignmentStatement(statement)) {
        if (isDeclaredFunction(statement)) return namedFunctionDoc(statement);
        const targets = statement.left.map((target) => expressionDoc(target));
        return [join(COMMA, targets), assignedDoc(statement.left, statement.right)];
    }
    if (tstl.isExpressionStatement(statement)) return expressionDoc(statement.expression);
    if (tstl.isReturnStatement(statement)) {
        return statement.expressions.length === 0
            ? "return"
            : ["return ", join(COMMA, valueDocs(statement.expressions))];
    }
    if (tstl.isBreakStatement(statement)) return "break";
    if (tstl.isIfStatement(statement)) return ifDoc(statement);
    if (tstl.isDoStatement(statement)) return ["do", blockDoc(statement.statements), "end"];
    if (tstl.isWhileStatement(statement)) {
        return bodyDoc(conditionDoc("while", statement.condition, "do"), statement.body);
    }
    if (tstl.isRepeatStatement(statement)) {
        return ["repeat", blockDoc(statement.body.statements), "until ", oneValueDoc(statement.condition)];
    }
    if (tstl.isForStatement(statement)) {
        const { controlVariable, controlVariableInitializer, limitExpression, stepExpression } = statement;
        const range = [
            controlVariableInitializer,
            limitExpression,
            ...(stepExpression ? [stepExpression] : []),
        ];
        const head = [
            `for ${controlVariable.text}`,
            EQUALS,
            join(
                COMMA,
                range.map((value) => oneValueDoc(value)),
            ),
            " do",
        ];
        return bodyDoc(head, statement.body);
    }
    if (tstl.isForInStatement(statement)) {
        const values = join(COMMA, valueDocs(statement.expressions));
        return bodyDoc(["for ", namesDoc(statement.names), " in ", values, " do"], statement.body);
    }
    throw new Error(`Lua 5.1 has no ${tstl.SyntaxKind[statement.kind]}`);
}

/** The sign and what is assigned: as long as there is a target for each value, no value but the first of a call is taken. */
function assignedDoc(left: readonly tstl.Expression[], right: readonly tstl.Expression[]): Doc {
    const values = left.length > right.length ? valueDocs(right) : right.map((value) => oneValueDoc(value));
    const [first] = right;
    // TypeScriptToLua finds what a file requires in its text, and only behind a blank.
    return [first && startsWithRequire(first) ? " = " : EQUALS, join(COMMA, values)];
}

function namesDoc(names: readonly tstl.Identifier[]): Doc {
    return join(
        COMMA,
        names.map(({ text }) => text),
    );
}

function isDeclaredFunction(
    statement: tstl.AssignmentStatement,
): statement is typeof statement & tstl.FunctionDefinition {
    if (!tstl.isFunctionDefinition(statement)) return false;
    if ((statement.right[0].flags & tstl.NodeFlags.Declaration) === 0) return false;
    let target: tstl.Expression | undefined = statement.left[0];
    while (target !== undefined && tstl.isTableIndexExpression(target)) {
        if (!tstl.isStringLiteral(target.index) || !isName(target.index.value)) return false;
        target = target.table;
    }
    return target !== undefined && tstl.isIdentifier(target);
}

function namedFunctionDoc(statement: tstl.FunctionDefinition): Doc {
    const [value] = statement.right;
    const [name] = statement.left;
    return functionDoc(["function ", name === undefined ? "" : expressionDoc(name)], value);
}

function functionDoc(head: Doc, { params = [], dots, body }: tstl.FunctionExpression): Doc {
    const parameters = [...params.map(({ text }) => text), ...(dots === undefined ? [] : ["..."])];
    return bodyDoc([head, "(", join(COMMA, parameters), ")"], body);
}

function blockDoc(statements: readonly tstl.Statement[]): Doc {
    return statements.length === 0 ? " " : [indent([hardline, statementsDoc(statements)]), hardline];
}

/** A block to its `end`: on the line of its head when it holds no more than one simple statement. */
function bodyDoc(head: Doc, body: tstl.Block): Doc {
    const only = onlySimpleIn(body);
    return only === undefined
        ? [head, blockDoc(body.statements), "end"]
        : group([head, indent([line, statementDoc(only)]), line, "end"]);
}

function onlySimpleIn({ statements: [only, ...others] }: tstl.Block): tstl.Statement | undefined {
    return only !== undefined && others.length === 0 && isSimple(only) ? only : undefined;
}

function isSimple(statement: tstl.Statement): boolean {
    if (statement.leadingComments !== undefined || statement.trailingComments !== undefined) return false;
    return (
        tstl.isReturnStatement(statement) ||
        tstl.isBreakStatement(statement) ||
        tstl.isAssignmentStatement(statement) ||
        tstl.isExpressionStatement(statement)
    );
}

function conditionDoc(opening: string, condition: tstl.Expression, closing: string): Doc {
    return group([`${opening} `, indent(oneValueDoc(condition)), line, closing]);
}

function ifDoc(statement: tstl.IfStatement): Doc {
    if (statement.elseBlock === undefined) {
        return bodyDoc(conditionDoc("if", statement.condition, "then"), statement.ifBlock);
    }
    const { condition, ifBlock, elseBlock } = statement;
    const [one, other] = [
        onlySimpleIn(ifBlock),
        tstl.isBlock(elseBlock) ? onlySimpleIn(elseBlock) : undefined,
    ];
    if (one !== undefined && other !== undefined) {
        const arm = (only: tstl.Statement): Doc => [indent([line, statementDoc(only)]), line];
        return group([conditionDoc("if", condition, "then"), arm(one), "else", arm(other), "end"]);
    }
    const parts: Doc[] = [];
    let opening = "if";
    let arm: tstl.IfStatement | tstl.Block | undefined = statement;
    while (arm !== undefined && tstl.isIfStatement(arm)) {
        parts.push(conditionDoc(opening, arm.condition, "then"), blockDoc(arm.ifBlock.statements));
        opening = "elseif";
        arm = arm.elseBlock;
    }
    if (arm !== undefined) parts.push("else", blockDoc(arm.statements));
    return [parts, "end"];
}

/** Expressions of which the last may give several values. */
function valueDocs(expressions: readonly tstl.Expression[]): Doc[] {
    return expressions.map((expression, index) =>
        index === expressions.length - 1 ? expressionDoc(expression) : oneValueDoc(expression),
    );
}

/** An expression where one value is taken anyway, so that parentheses that cut off the others change nothing. */
function oneValueDoc(expression: tstl.Expression): Doc {
    return expressionDoc(oneValueOf(expression));
}

function oneValueOf(expression: tstl.Expression): tstl.Expression {
    return tstl.isParenthesizedExpression(expression) ? oneValueOf(expression.expression) : expression;
}

/** Without parentheses, but for those that cut all but the first value off. */
function withoutParentheses(expression: tstl.Expression): tstl.Expression {
    if (!tstl.isParenthesizedExpression(expression)) return expression;
    const inner = withoutParentheses(expression.expression);
    return givesSeveral(inner) ? expression : inner;
}

function givesSeveral(expression: tstl.Expression): boolean {
    return (
        tstl.isCallExpression(expression) ||
        tstl.isMethodCallExpression(expression) ||
        tstl.isDotsLiteral(expression)
    );
}

function expressionDoc(given: tstl.Expression): Doc {
    const expression = withoutParentheses(given);
    if (tstl.isParenthesizedExpression(expression)) return ["(", oneValueDoc(expression.expression), ")"];
    if (tstl.isStringLiteral(expression)) return quoted(expression.value);
    if (tstl.isNumericLiteral(expression)) return String(expression.value);
    if (tstl.isNilLiteral(expression)) return "nil";
    if (tstl.isDotsLiteral(expression)) return "...";
    if (tstl.isArgLiteral(expression)) return "arg";
    if (tstl.isBooleanLiteral(expression)) {
        return expression.kind === tstl.SyntaxKind.TrueKeyword ? "true" : "false";
    }
    if (tstl.isIdentifier(expression)) return expression.text;
    if (tstl.isFunctionExpression(expression)) return functionDoc("function", expression);
    if (tstl.isTableExpression(expression)) return listDoc("{", tableFieldDocs(expression), "}");
    if (tstl.isUnaryExpression(expression)) return unaryDoc(expression);
    if (tstl.isBinaryExpression(expression)) return binaryDoc(expression);
    if (tstl.isCallExpression(expression))
        return [prefixDoc(expression.expression), argumentsDoc(expression.params)];
    if (tstl.isMethodCallExpression(expression)) {
        const { prefixExpression, name, params } = expression;
        return [prefixDoc(prefixExpression), ":", name.text, argumentsDoc(params)];
    }
    if (tstl.isTableIndexExpression(expression)) {
        const index = oneValueOf(expression.index);
        const isField = tstl.isStringLiteral(index) && isName(index.value);
        return [prefixDoc(expression.table), isField ? `.${index.value}` : ["[", oneValueDoc(index), "]"]];
    }
    throw new Error(`Lua 5.1 has no ${tstl.SyntaxKind[expression.kind]}`);
}

const ESCAPES: Readonly<Record<string, string>> = {
    "\\": "\\\\",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
};

/** A text in the quotes that it holds none of; control characters as their bytes, so that they can be seen. */
function quoted(text: string): string {
    const quote = text.includes('"') && !text.includes("'") ? "'" : '"';
    // A digit behind an escape would be read as a part of it, unless that has three already.
    const escaped = text.replace(/([\p{Cc}\\"'])(\d?)/gu, (_, character: string, digit: string) => {
        if (character === '"' || character === "'")
            return (character === quote ? "\\" : "") + character + digit;
        const bytes = [...Buffer.from(character, "utf8")].map(
            (byte) => `\\${digit === "" ? byte : String(byte).padStart(3, "0")}`,
        );
        return (ESCAPES[character] ?? bytes.join("")) + digit;
    });
    return `${quote}${escaped}${quote}`;
}

function tableFieldDocs({ fields }: tstl.TableExpression): Doc[] {
    return fields.map(({ key, value }, index) => {
        if (key !== undefined) {
            const name = tstl.isStringLiteral(key) && isName(key.value) ? key.value : undefined;
            return [name ?? ["[", oneValueDoc(key), "]"], EQUALS, oneValueDoc(value)];
        }
        return index === fields.length - 1 ? expressionDoc(value) : oneValueDoc(value);
    });
}

function listDoc(opening: string, items: readonly Doc[], closing: string): Doc {
    if (items.length === 0) return opening + closing;
    return group([opening, indent([softline, join([",", SPACE_OR_LINE], [...items])]), softline, closing]);
}

/** Arguments; the last one, when it is a table or function, may go on over the next lines by itself. */
function argumentsDoc(params: readonly tstl.Expression[]): Doc {
    const items = valueDocs(params);
    const last = params.at(-1);
    const lastItem = items.at(-1);
    const before = params.slice(0, -1).map(withoutParentheses);
    const mayHug =
        last !== undefined &&
        lastItem !== undefined &&
        (tstl.isFunctionExpression(last) || (tstl.isTableExpression(last) && last.fields.length > 0)) &&
        !before.some((param) => tstl.isFunctionExpression(param) || tstl.isTableExpression(param));
    if (items.length === 1 && last !== undefined && isWord(last)) return ["(", items, ")"];
    const all = listDoc("(", items, ")");
    if (!mayHug) return all;
    const hugged = [
        "(",
        items.slice(0, -1).map((item) => [item, COMMA]),
        group(lastItem, { shouldBreak: true }),
        ")",
    ];
    return utils.willBreak(lastItem)
        ? [breakParent, conditionalGroup([hugged, all])]
        : conditionalGroup([all, hugged, all]);
}

/** True for what has no place where a line could be broken. */
function isWord(expression: tstl.Expression): boolean {
    return tstl.isIdentifier(expression) || tstl.isLiteral(expression);
}

/** What is called or indexed: Lua takes no bare literal, operator or function there. */
function prefixDoc(given: tstl.Expression): Doc {
    const expression = oneValueOf(given);
    const isBare =
        tstl.isIdentifier(expression) ||
        tstl.isTableIndexExpression(expression) ||
        tstl.isCallExpression(expression) ||
        tstl.isMethodCallExpression(expression);
    return isBare ? expressionDoc(expression) : ["(", expressionDoc(expression), ")"];
}

function unaryDoc({ operator, operand }: tstl.UnaryExpression): Doc {
    const text = UNARY_OPERATORS.get(operator);
    if (text === undefined) throw new Error(`Lua 5.1 has no ${tstl.SyntaxKind[operator]}`);
    const inner = oneValueOf(operand);
    // Two dashes would begin a comment.
    const isNegative = text === "-" && startsWithDash(inner);
    return [text, operandDoc(inner, isNegative ? Infinity : UNARY_PRECEDENCE)];
}

function startsWithDash(expression: tstl.Expression): boolean {
    const inner = oneValueOf(expression);
    if (tstl.isNumericLiteral(inner)) return isNegative(inner);
    if (tstl.isUnaryExpression(inner)) return inner.operator === tstl.SyntaxKind.NegationOperator;
    return tstl.isBinaryExpression(inner) && startsWithDash(inner.left);
}

function isNegative({ value }: tstl.NumericLiteral): boolean {
    return value < 0 || Object.is(value, -0);
}

function binaryDoc(expression: tstl.BinaryExpression): Doc {
    const { operator } = expression;
    const found = BINARY_OPERATORS.get(operator);
    if (found === undefined) throw new Error(`Lua 5.1 has no ${tstl.SyntaxKind[operator]}`);
    const { text, precedence } = found;
    const isComparison = precedence === 3;
    const isRightAssociative = operator === tstl.SyntaxKind.PowerOperator;
    const operands = ASSOCIATIVE.has(operator)
        ? operandsOf(expression, operator).map((operand) => operandDoc(operand, precedence + 1))
        : [
              operandDoc(expression.left, isComparison || isRightAssociative ? precedence + 1 : precedence),
              operandDoc(expression.right, isRightAssociative ? precedence : precedence + 1),
          ];
    const [before, after] = canTouch(expression) ? [SPACE_OR_LINE, SPACE] : [line, " "];
    if (operator === tstl.SyntaxKind.ConcatOperator) {
        const [first = "", ...rest] = operands;
        return group(indent(fill([first, ...rest.flatMap((operand) => [before, [text, after, operand]])])));
    }
    return group(indent(join([before, text, after], operands)));
}

/** Whether an operator can stand right beside its operands: `1..a` is no number, `a--b` a comment, `anda` a name. */
function canTouch({ operator, left, right }: tstl.BinaryExpression): boolean {
    if (operator === tstl.SyntaxKind.AndOperator || operator === tstl.SyntaxKind.OrOperator) return false;
    if (operator === tstl.SyntaxKind.SubtractionOperator) return !startsWithDash(right);
    if (operator !== tstl.SyntaxKind.ConcatOperator) return true;
    const operands = [...operandsOf(left, operator), ...operandsOf(right, operator)];
    return !operands.some(
        (operand) =>
            tstl.isNumericLiteral(operand) ||
            tstl.isDotsLiteral(operand) ||
            tstl.isUnaryExpression(operand) ||
            tstl.isBinaryExpression(operand),
    );
}

/** All that is joined by one operator, from left to right. */
function operandsOf(given: tstl.Expression, operator: tstl.SyntaxKind): tstl.Expression[] {
    const expression = oneValueOf(given);
    return tstl.isBinaryExpression(expression) && expression.operator === operator
        ? [...operandsOf(expression.left, operator), ...operandsOf(expression.right, operator)]
        : [expression];
}

function operandDoc(given: tstl.Expression, least: number): Doc {
    const expression = oneValueOf(given);
    return precedenceOf(expression) < least
        ? ["(", expressionDoc(expression), ")"]
        : expressionDoc(expression);
}

function precedenceOf(expression: tstl.Expression): number {
    if (tstl.isBinaryExpression(expression))
        return BINARY_OPERATORS.get(expression.operator)?.precedence ?? 0;
    if (tstl.isUnaryExpression(expression)) return UNARY_PRECEDENCE;
    if (tstl.isNumericLiteral(expression) && isNegative(expression)) return UNARY_PRECEDENCE;
    return Infinity;
}
