import ts from "typescript";
import * as tstl from "typescript-to-lua";
import { isName } from "./layout.ts";
import { identifiersIn, rewrite, visit } from "./nodes.ts";

/** What the names that the compiler made up start with. */
const MADE_UP = "____";

const MAYBE_FALSE =
    ts.TypeFlags.Boolean |
    ts.TypeFlags.BooleanLiteral |
    ts.TypeFlags.Any |
    ts.TypeFlags.Unknown |
    ts.TypeFlags.Never |
    ts.TypeFlags.Void;

const MAYBE_NIL =
    ts.TypeFlags.Undefined |
    ts.TypeFlags.Null |
    ts.TypeFlags.Any |
    ts.TypeFlags.Unknown |
    ts.TypeFlags.Never |
    ts.TypeFlags.Void;

/**
 * A TypeScriptToLua plugin that writes shorter what the types tell to be the same:
 *
 * - `condition ? one : other` as `condition and one or other` in more cases than TypeScriptToLua does, which needs an
 *   `if` and a temporary variable wherever `one` may be false or nil;
 * - a comparison with undefined that decides something as Lua's own test, where the value is never false;
 * - numbers in texts without `tostring`, as Lua joins them in the same words;
 * - `() => act()` without `return`, where nobody wants the value.
 */
export function typesPlugin(): tstl.Plugin {
    const transformChoice = (
        node: ts.ConditionalExpression,
        context: tstl.TransformationContext,
    ): tstl.Expression => {
        context.pushPrecedingStatements();
        const value = context.superTransformExpression(node);
        const statements = context.popPrecedingStatements();
        const choice = statements.at(-1);
        const direct =
            choice && tstl.isIfStatement(choice) ? choiceOf(choice, node, context.checker) : undefined;
        // Between the temporary variable and the `if` stands what the condition needs.
        context.addPrecedingStatements(direct === undefined ? statements : statements.slice(1, -1));
        return withoutNot(direct ?? value, node, context.checker);
    };
    const transformBinary = (
        node: ts.BinaryExpression,
        context: tstl.TransformationContext,
    ): tstl.Expression => {
        const isEqual = node.operatorToken.kind === ts.SyntaxKind.EqualsEqualsEqualsToken;
        const isUnequal = node.operatorToken.kind === ts.SyntaxKind.ExclamationEqualsEqualsToken;
        const isOfNil =
            node.right.kind === ts.SyntaxKind.NullKeyword ||
            (ts.isIdentifier(node.right) && node.right.text === "undefined");
        const type = context.checker.getTypeAtLocation(node.left);
        if (
            !(isEqual || isUnequal) ||
            !isOfNil ||
            !decides(node) ||
            hasSome(context.checker, type, MAYBE_FALSE)
        ) {
            const value = context.superTransformExpression(node);
            if (node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
                withoutToString(value, [node.left, node.right], context.checker);
            }
            return value;
        }
        const value = context.transformExpression(node.left);
        return isEqual ? tstl.createUnaryExpression(value, tstl.SyntaxKind.NotOperator) : value;
    };
    const transformTemplate = (
        node: ts.TemplateExpression,
        context: tstl.TransformationContext,
    ): tstl.Expression => {
        const value = context.superTransformExpression(node);
        const parts = node.templateSpans.flatMap(({ expression, literal }) => [
            expression,
            ...(literal.text === "" ? [] : [literal]),
        ]);
        withoutToString(value, node.head.text === "" ? parts : [node.head, ...parts], context.checker);
        return value;
    };
    const transformFunction = (
        node: ts.ArrowFunction,
        context: tstl.TransformationContext,
    ): tstl.Expression => {
        const value = context.superTransformExpression(node);
        if (
            !ts.isBlock(node.body) &&
            tstl.isFunctionExpression(value) &&
            isForEffect(node, context.checker)
        ) {
            dropReturned(value.body);
        }
        return value;
    };
    return {
        visitors: {
            [ts.SyntaxKind.ConditionalExpression]: transformChoice,
            [ts.SyntaxKind.BinaryExpression]: transformBinary,
            [ts.SyntaxKind.TemplateExpression]: transformTemplate,
            [ts.SyntaxKind.ArrowFunction]: transformFunction,
        },
    };
}

/** Takes the numbers among the parts of a text, which TypeScriptToLua joined from left to right, out of `tostring`. */
function withoutToString(
    text: tstl.Expression,
    parts: readonly (ts.Expression | ts.TemplateLiteralToken)[],
    checker: ts.TypeChecker,
): void {
    let joined = text;
    for (const [index, part] of [...parts.entries()].reverse()) {
        if (index === 0 || !isJoined(joined)) return;
        joined.right = bare(joined.right, part, checker);
        if (index === 1 && parts[0] !== undefined) joined.left = bare(joined.left, parts[0], checker);
        joined = joined.left;
    }
}

function isJoined(value: tstl.Expression): value is tstl.BinaryExpression {
    return tstl.isBinaryExpression(value) && value.operator === tstl.SyntaxKind.ConcatOperator;
}

function bare(
    value: tstl.Expression,
    part: ts.Expression | ts.TemplateLiteralToken,
    checker: ts.TypeChecker,
): tstl.Expression {
    const isText = tstl.isCallExpression(value) && isVariable([value.expression], "tostring");
    const [inner] = isText ? value.params : [];
    if (inner === undefined) return value;
    const type = checker.getTypeAtLocation(part);
    const { NumberLike, StringLike, Union } = ts.TypeFlags;
    // What is a text already is in a `tostring` that somebody wrote.
    const isNumber =
        hasSome(checker, type, NumberLike) && !hasSome(checker, type, ~(NumberLike | StringLike | Union));
    return isNumber ? inner : value;
}

/** Whether nobody wants what a function returns. */
function isForEffect(node: ts.ArrowFunction, checker: ts.TypeChecker): boolean {
    const wanted = checker.getContextualType(node)?.getNonNullableType().getCallSignatures() ?? [];
    const own = checker.getSignatureFromDeclaration(node);
    return [...wanted, ...(own === undefined ? [] : [own])].some(
        (signature) => (checker.getReturnTypeOfSignature(signature).flags & ts.TypeFlags.Void) !== 0,
    );
}

/** Calls what the last statement of a function returned. */
function dropReturned(body: tstl.Block): void {
    const last = body.statements.at(-1);
    if (last === undefined || !tstl.isReturnStatement(last)) return;
    const [value, ...others] = last.expressions;
    const isCall = value && (tstl.isCallExpression(value) || tstl.isMethodCallExpression(value));
    if (!isCall || others.length > 0) return;
    body.statements.splice(-1, 1, tstl.createExpressionStatement(value));
}

/** Whether only the truth of an expression matters, as in the condition of an `if`. */
function decides(node: ts.Expression): boolean {
    const parent = node.parent;
    if (ts.isIfStatement(parent)) return parent.expression === node;
    if (ts.isConditionalExpression(parent) && parent.condition === node) return true;
    if (ts.isParenthesizedExpression(parent)) return decides(parent);
    if (ts.isPrefixUnaryExpression(parent)) return parent.operator === ts.SyntaxKind.ExclamationToken;
    if (!ts.isBinaryExpression(parent)) return false;
    const joins = [ts.SyntaxKind.AmpersandAmpersandToken, ts.SyntaxKind.BarBarToken];
    return joins.includes(parent.operatorToken.kind) && decides(parent);
}

function choiceOf(
    { condition, ifBlock, elseBlock }: tstl.IfStatement,
    { whenTrue, whenFalse }: ts.ConditionalExpression,
    checker: ts.TypeChecker,
): tstl.Expression | undefined {
    const one = onlyValueIn(ifBlock);
    const other = elseBlock && tstl.isBlock(elseBlock) ? onlyValueIn(elseBlock) : undefined;
    if (one === undefined || other === undefined) return undefined;
    const isKept = (branch: ts.Expression, rest: tstl.Expression) =>
        isTrue(branch, checker, tstl.isNilLiteral(rest) ? MAYBE_FALSE : MAYBE_FALSE | MAYBE_NIL);
    if (isKept(whenTrue, other)) return choose(condition, one, other);
    return isKept(whenFalse, one) ? choose(opposite(condition), other, one) : undefined;
}

/** `condition and other or one` for `not condition and one or other`, where both are true whatever happens. */
function withoutNot(
    choice: tstl.Expression,
    { whenTrue, whenFalse }: ts.ConditionalExpression,
    checker: ts.TypeChecker,
): tstl.Expression {
    if (!tstl.isBinaryExpression(choice) || !tstl.isBinaryExpression(choice.left)) return choice;
    const { left: condition, right: one } = choice.left;
    if (!tstl.isUnaryExpression(condition) || condition.operator !== tstl.SyntaxKind.NotOperator)
        return choice;
    return isTrue(whenTrue, checker) && isTrue(whenFalse, checker)
        ? choose(condition.operand, choice.right, one)
        : choice;
}

function isTrue(node: ts.Expression, checker: ts.TypeChecker, flags = MAYBE_FALSE | MAYBE_NIL): boolean {
    return !hasSome(checker, checker.getTypeAtLocation(node), flags);
}

/** What is assigned, where a block does nothing else. */
function onlyValueIn({ statements: [only, ...others] }: tstl.Block): tstl.Expression | undefined {
    return only !== undefined && others.length === 0 ? valuesOf(only)[0] : undefined;
}

function hasSome(checker: ts.TypeChecker, type: ts.Type, flags: ts.TypeFlags): boolean {
    const constraint = checker.getBaseConstraintOfType(type);
    if (constraint === undefined && type.isTypeParameter()) return true;
    const known = constraint ?? type;
    if (known.isUnionOrIntersection()) return known.types.some((member) => hasSome(checker, member, flags));
    return (known.flags & flags) !== 0;
}

function choose(condition: tstl.Expression, one: tstl.Expression, other: tstl.Expression): tstl.Expression {
    const first = tstl.createBinaryExpression(condition, one, tstl.SyntaxKind.AndOperator);
    return tstl.createBinaryExpression(first, other, tstl.SyntaxKind.OrOperator);
}

function opposite(condition: tstl.Expression): tstl.Expression {
    const { EqualityOperator, InequalityOperator, NotOperator } = tstl.SyntaxKind;
    if (tstl.isParenthesizedExpression(condition)) return opposite(condition.expression);
    if (tstl.isUnaryExpression(condition) && condition.operator === NotOperator) return condition.operand;
    if (tstl.isBinaryExpression(condition)) {
        const { left, right, operator } = condition;
        if (operator === EqualityOperator)
            return tstl.createBinaryExpression(left, right, InequalityOperator);
        if (operator === InequalityOperator)
            return tstl.createBinaryExpression(left, right, EqualityOperator);
    }
    return tstl.createUnaryExpression(condition, NotOperator);
}

/**
 * Takes the detours out of what TypeScriptToLua made of a file, in place: the program does the same in fewer words.
 *
 * @param file what TypeScriptToLua made of a TypeScript file
 */
export function simplify(file: tstl.File): void {
    file.statements = withModuleTables(withDirectRequires(file.statements));
    rewrite(file, methodCall);
    visit(file, (node) => {
        if (tstl.isFile(node) || tstl.isBlock(node) || tstl.isDoStatement(node)) {
            const statements = withDirectFields(withFinalNames(withDirectChoices(node.statements)));
            node.statements = withJoinedDeclarations(statements);
        } else if (tstl.isIfStatement(node)) {
            joinElseIf(node);
        } else if (tstl.isRepeatStatement(node)) {
            unwrapRepeat(node);
        }
    });
    givePlainNames(file);
}

/** Functions of Lua's `string` whose first argument is the text. */
const TEXT_METHODS = new Set("byte find format gmatch gsub lower match rep reverse sub upper".split(" "));

/** `text:find(pattern)` for `string.find(text, pattern)`, where the text is a variable, a field or called for. */
function methodCall(node: tstl.Node): tstl.Node {
    if (!tstl.isCallExpression(node)) return node;
    const { expression, params } = node;
    const [given, ...others] = params;
    if (given === undefined || !tstl.isTableIndexExpression(expression)) return node;
    if (!isVariable([expression.table], "string") || !tstl.isStringLiteral(expression.index)) return node;
    const text = tstl.isParenthesizedExpression(given) ? given.expression : given;
    const isCallable =
        tstl.isIdentifier(text) ||
        tstl.isTableIndexExpression(text) ||
        tstl.isCallExpression(text) ||
        tstl.isMethodCallExpression(text);
    if (!isCallable || !TEXT_METHODS.has(expression.index.value)) return node;
    const method = tstl.createIdentifier(expression.index.value);
    return tstl.createMethodCallExpression(text, method, others);
}

/** How often a variable is spoken of. */
function countOf(name: string, nodes: readonly tstl.Node[]): number {
    return identifiersIn(...nodes).filter(({ text }) => text === name).length;
}

/**
 * Gives the locals that the compiler made up (`____exports`, `____text`, `____switch3`) plain names: `M`, `text`, or
 * `text_` where the file says `text` itself. The new name stands for nothing else in the file, so that nothing
 * can be captured or hidden.
 */
function givePlainNames(file: tstl.File): void {
    const identifiers = identifiersIn(file);
    const taken = new Set(identifiers.map(({ text }) => text));
    const plainNames = new Map<string, string>();
    for (const name of taken) {
        if (!name.startsWith(MADE_UP)) continue;
        // The name that Lua programmers give the table that a module returns.
        const plain = name === "____exports" ? "M" : name.slice(MADE_UP.length);
        const free = (plain === "" ? ["_"] : [plain, `${plain}_`]).find(
            (candidate) => isName(candidate) && !taken.has(candidate),
        );
        if (free === undefined) continue;
        plainNames.set(name, free);
        taken.add(free);
    }
    for (const identifier of identifiers) {
        identifier.text = plainNames.get(identifier.text) ?? identifier.text;
    }
}

/** `local a = require("b").a` where a module is required for nothing else. */
function withDirectRequires(statements: readonly tstl.Statement[]): tstl.Statement[] {
    const result: tstl.Statement[] = [];
    for (const statement of statements) {
        const previous = result.at(-1);
        if (tstl.isDoStatement(statement)) {
            // TypeScriptToLua's way to hand an import on.
            const inner = withDirectRequires(statement.statements);
            result.push(...(inner.some(tstl.isVariableDeclarationStatement) ? [statement] : inner));
            continue;
        }
        const required = previous && requiredBy(previous);
        const field = valuesOf(statement)[0];
        if (
            required !== undefined &&
            field !== undefined &&
            tstl.isTableIndexExpression(field) &&
            isVariable([field.table], required.name) &&
            countOf(required.name, statements) === 2
        ) {
            field.table = required.call;
            takeComments(statement, previous);
            result.pop();
        }
        result.push(statement);
    }
    return result;
}

/**
 * `b.a` wherever it is used, for `local a = b.a`, where several things of a module are required and this is shorter.
 */
function withModuleTables(statements: readonly tstl.Statement[]): tstl.Statement[] {
    let result = [...statements];
    for (const statement of statements) {
        const module = requiredBy(statement)?.name;
        if (module === undefined) continue;
        const taken = result.filter((other) => fieldTaken(other, module) !== undefined);
        const fields = new Map(taken.map((other) => [declaredBy(other)?.text ?? "", valuesOf(other)[0]]));
        const moduleLength = module.length - MADE_UP.length;
        let gain = 0;
        let isHidden = countOf(module, result) !== taken.length + 1;
        for (const [name, field] of fields) {
            if (field === undefined) continue;
            const uses = countOf(name, result) - 1;
            gain += `local ${name} = .${name}\n`.length + moduleLength - uses * (moduleLength + 1);
            isHidden ||= declarationsOf(name, result) > 1;
        }
        if (isHidden || gain <= 0) continue;
        result = result.filter((other) => !taken.includes(other));
        const copies = new Map(
            [...fields].flatMap(([name, field]) => (field ? [[name, field] as const] : [])),
        );
        for (const other of result) replaceIn(other, copies);
    }
    return result;
}

/** The field of a module that a statement gives a name of its own. */
function fieldTaken(statement: tstl.Statement, module: string): tstl.Expression | undefined {
    const [value] = valuesOf(statement);
    if (declaredBy(statement) === undefined || value === undefined) return undefined;
    return tstl.isTableIndexExpression(value) && isVariable([value.table], module) ? value : undefined;
}

/** How many variables of a name are declared. */
function declarationsOf(name: string, nodes: readonly tstl.Node[]): number {
    let count = 0;
    for (const node of nodes) {
        visit(node, (inner) => {
            const declared = tstl.isVariableDeclarationStatement(inner)
                ? inner.left
                : tstl.isFunctionExpression(inner)
                  ? (inner.params ?? [])
                  : tstl.isForStatement(inner)
                    ? [inner.controlVariable]
                    : tstl.isForInStatement(inner)
                      ? inner.names
                      : [];
            count += declared.filter(({ text }) => text === name).length;
        });
    }
    return count;
}

/** `local a, b` for `local a` and `local b`. */
function withJoinedDeclarations(statements: readonly tstl.Statement[]): tstl.Statement[] {
    const result: tstl.Statement[] = [];
    for (const statement of statements) {
        const previous = result.at(-1);
        if (previous && isWithoutValue(previous) && isWithoutValue(statement) && !statement.leadingComments) {
            previous.left.push(...statement.left);
        } else {
            result.push(statement);
        }
    }
    return result;
}

function isWithoutValue(statement: tstl.Statement): statement is tstl.VariableDeclarationStatement {
    return tstl.isVariableDeclarationStatement(statement) && valuesOf(statement).length === 0;
}

/** The `require` that a made-up variable is for. */
function requiredBy(statement: tstl.Statement): { name: string; call: tstl.CallExpression } | undefined {
    const variable = declaredBy(statement);
    const [call] = valuesOf(statement);
    if (variable === undefined || call === undefined || !tstl.isCallExpression(call)) return undefined;
    const isRequire = variable.text.startsWith(MADE_UP) && isVariable([call.expression], "require");
    return isRequire ? { name: variable.text, call } : undefined;
}

/** The variable that a statement declares, if it declares just one. */
function declaredBy(statement: tstl.Statement): tstl.Identifier | undefined {
    if (!tstl.isVariableDeclarationStatement(statement) || statement.left.length !== 1) return undefined;
    return statement.left[0];
}

/** What a statement returns, or gives to its targets. */
function valuesOf(statement: tstl.Statement): readonly tstl.Expression[] {
    if (tstl.isReturnStatement(statement)) return statement.expressions;
    const isGiving = tstl.isVariableDeclarationStatement(statement) || tstl.isAssignmentStatement(statement);
    return isGiving ? (statement.right ?? []) : [];
}

/** True for one value that is the variable of that name. */
function isVariable(values: readonly tstl.Expression[], name: string): boolean {
    const [value, ...others] = values;
    return others.length === 0 && value !== undefined && tstl.isIdentifier(value) && value.text === name;
}

/** Moves the comments before a statement that is about to go. */
function takeComments(statement: tstl.Statement | undefined, from: tstl.Statement | undefined): void {
    const comments = [...(from?.leadingComments ?? []), ...(statement?.leadingComments ?? [])];
    if (statement !== undefined && comments.length > 0) statement.leadingComments = comments;
}

/**
 * Gives the value of a choice right to what it is for. TypeScriptToLua writes `local a = condition ? one : other` as
 * `local temporary`, an `if` that assigns to it in each arm, and `local a = temporary`.
 */
function withDirectChoices(statements: readonly tstl.Statement[]): tstl.Statement[] {
    let result: tstl.Statement[] = [];
    for (const statement of [...statements].reverse()) {
        const direct = directChoice(statement, result);
        if (direct === undefined) {
            result.unshift(statement);
        } else {
            takeComments(direct[0], statement);
            result = [...direct, ...result.slice(2)];
        }
    }
    return result;
}

/** @returns what stands for three statements, undefined when they are no such choice */
function directChoice(
    declaration: tstl.Statement,
    [choice, use, ...others]: readonly tstl.Statement[],
): tstl.Statement[] | undefined {
    const name = declaredBy(declaration)?.text;
    if (name === undefined || !name.startsWith(MADE_UP) || valuesOf(declaration).length > 0) return undefined;
    if (choice === undefined || use === undefined || !tstl.isIfStatement(choice)) return undefined;
    const assignments = assignmentsIn(choice, name);
    if (assignments === undefined || countOf(name, [choice]) !== assignments.length) return undefined;
    if (!isVariable(valuesOf(use), name) || countOf(name, [use, ...others]) !== 1) return undefined;
    if (tstl.isReturnStatement(use)) return returnedChoice(choice);
    const variable = declaredBy(use);
    const target =
        variable ?? (tstl.isAssignmentStatement(use) && use.left.length === 1 ? use.left[0] : undefined);
    if (target === undefined) return undefined;
    // A new variable would hide one of its name; a field's table might be another one by now.
    const mayMove =
        variable === undefined
            ? tstl.isIdentifier(target) || (isFieldOfVariable(target) && !hasCalls(choice))
            : countOf(variable.text, [choice]) === 0;
    if (!mayMove) return undefined;
    for (const assignment of assignments) assignment.left = [target];
    return variable === undefined ? [choice] : [tstl.createVariableDeclarationStatement(variable), choice];
}

/**
 * Gives a variable its name from the start. TypeScriptToLua writes `local a = x ?? y` as `local temporary = x`, an `if`
 * that may change it, and `local a = temporary`.
 */
function withFinalNames(statements: readonly tstl.Statement[]): tstl.Statement[] {
    const result: tstl.Statement[] = [];
    for (const [index, statement] of statements.entries()) {
        const variable = declaredBy(statement);
        const name = result
            .map((previous) => declaredBy(previous)?.text)
            .find((text) => text?.startsWith(MADE_UP) === true && isVariable(valuesOf(statement), text));
        const from = result.findIndex((previous) => declaredBy(previous)?.text === name);
        if (
            variable === undefined ||
            name === undefined ||
            countOf(variable.text, result.slice(from)) > 0 ||
            countOf(name, statements.slice(index)) > 1
        ) {
            result.push(statement);
            continue;
        }
        takeComments(result[from], statement);
        for (const identifier of identifiersIn(...result.slice(from))) {
            if (identifier.text === name) identifier.text = variable.text;
        }
    }
    return result;
}

/**
 * `a.b[#a.b + 1] = c` for `local temporary = a.b` and `temporary[#temporary + 1] = c`. Lua, too, looks at the target
 * before it works out the value.
 */
function withDirectFields(statements: readonly tstl.Statement[]): tstl.Statement[] {
    const result: tstl.Statement[] = [];
    for (const [index, statement] of statements.entries()) {
        const previous = result.at(-1);
        const fields = previous && fieldsIn(previous, hasCalls(statement));
        if (previous !== undefined && fields !== undefined && tstl.isAssignmentStatement(statement)) {
            const isUsedAgain = [...fields.keys()].some(
                (name) => countOf(name, statements.slice(index + 1)) > 0,
            );
            const isUsedForValue = [...fields.keys()].some((name) => countOf(name, statement.right) > 0);
            if (!isUsedAgain && !(isUsedForValue && hasCalls(statement))) {
                replaceIn(statement, fields);
                takeComments(statement, previous);
                result.pop();
            }
        }
        result.push(statement);
    }
    return result;
}

/** What made-up variables are for, by their names: fields, and other variables unless a call may change these. */
function fieldsIn(statement: tstl.Statement, areCalled: boolean): Map<string, tstl.Expression> | undefined {
    if (!tstl.isVariableDeclarationStatement(statement)) return undefined;
    const fields = new Map<string, tstl.Expression>();
    for (const [index, { text }] of statement.left.entries()) {
        const value = statement.right?.[index];
        if (!text.startsWith(MADE_UP) || value === undefined) return undefined;
        if (!isField(value) && !(tstl.isIdentifier(value) && !areCalled)) return undefined;
        fields.set(text, value);
    }
    return fields;
}

function isField(value: tstl.Expression): boolean {
    if (!tstl.isTableIndexExpression(value) || !tstl.isLiteral(value.index)) return false;
    return tstl.isIdentifier(value.table) || isField(value.table);
}

/** Puts expressions in the place of variables. */
function replaceIn(node: tstl.Node, expressions: ReadonlyMap<string, tstl.Expression>): void {
    rewrite(node, (inner) => (tstl.isIdentifier(inner) ? (expressions.get(inner.text) ?? inner) : inner));
}

/** The assignments to a variable that end the arms of an `if`; undefined when not every arm ends so. */
function assignmentsIn(choice: tstl.IfStatement, name: string): tstl.AssignmentStatement[] | undefined {
    const assignments: tstl.AssignmentStatement[] = [];
    for (let arm: tstl.Block | tstl.IfStatement | undefined = choice; ;) {
        if (arm === undefined) return undefined;
        const block: tstl.Block = tstl.isIfStatement(arm) ? arm.ifBlock : arm;
        const last = block.statements.at(-1);
        if (last === undefined || !tstl.isAssignmentStatement(last) || !isVariable(last.left, name))
            return undefined;
        assignments.push(last);
        if (tstl.isBlock(arm)) return assignments;
        arm = arm.elseBlock;
    }
}

function isFieldOfVariable(target: tstl.Expression): boolean {
    return (
        tstl.isTableIndexExpression(target) &&
        tstl.isIdentifier(target.table) &&
        tstl.isStringLiteral(target.index)
    );
}

function hasCalls(node: tstl.Node): boolean {
    let found = false;
    visit(node, (inner) => {
        if (tstl.isCallExpression(inner) || tstl.isMethodCallExpression(inner)) found = true;
    });
    return found;
}

/** `if condition then return one end return other` */
function returnedChoice(choice: tstl.IfStatement): tstl.Statement[] {
    const { ifBlock, elseBlock } = choice;
    returnLast(ifBlock);
    if (elseBlock === undefined) return [choice];
    delete choice.elseBlock;
    if (tstl.isIfStatement(elseBlock)) return [choice, ...returnedChoice(elseBlock)];
    returnLast(elseBlock);
    return [choice, ...elseBlock.statements];
}

/** Returns what the last statement assigned: one value, where a call may give several. */
function returnLast(block: tstl.Block): void {
    const last = block.statements.pop();
    const values =
        last === undefined ? [] : valuesOf(last).map((value) => tstl.createParenthesizedExpression(value));
    block.statements.push(tstl.createReturnStatement(values));
}

/** `elseif` for an `else` that holds nothing but another `if`. */
function joinElseIf(choice: tstl.IfStatement): void {
    if (choice.elseBlock === undefined || !tstl.isBlock(choice.elseBlock)) return;
    const [only, ...others] = choice.elseBlock.statements;
    if (only === undefined || others.length > 0 || !tstl.isIfStatement(only)) return;
    if (only.leadingComments === undefined) choice.elseBlock = only;
}

/**
 * `repeat body until condition` for `repeat do body end until not other`. A block of its own is needed only where it
 * keeps its variables from the condition.
 */
function unwrapRepeat(loop: tstl.RepeatStatement): void {
    const { condition } = loop;
    if (tstl.isUnaryExpression(condition) && condition.operator === tstl.SyntaxKind.NotOperator) {
        loop.condition = opposite(condition.operand);
    }
    const [body, ...others] = loop.body.statements;
    if (body === undefined || others.length > 0 || !tstl.isDoStatement(body)) return;
    const declared = body.statements.filter(tstl.isVariableDeclarationStatement).flatMap(({ left }) => left);
    if (declared.some(({ text }) => countOf(text, [loop.condition]) > 0)) return;
    takeComments(body.statements[0], body);
    loop.body = tstl.createBlock(body.statements);
}
