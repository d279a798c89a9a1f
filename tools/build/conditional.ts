import ts from "typescript";
import * as tstl from "typescript-to-lua";

/**
 * A TypeScriptToLua plugin that writes `found ? value : undefined` as a Lua programmer does, `found and value or nil`,
 * where TypeScriptToLua has a made-up name and an `if`. Only where the value is never `false`, which would become nil.
 */
export function conditionalPlugin(): tstl.Plugin {
    return {
        visitors: {
            [ts.SyntaxKind.ConditionalExpression]: (node, context) => {
                const isNilFirst = isUndefined(node.whenTrue, context.checker);
                if (isNilFirst === isUndefined(node.whenFalse, context.checker)) {
                    return context.superTransformExpression(node);
                }
                const value = isNilFirst ? node.whenFalse : node.whenTrue;
                if (mayBeFalse(context.checker.getTypeAtLocation(value))) {
                    return context.superTransformExpression(node);
                }
                // What has to run before the value may only run where the condition holds.
                context.pushPrecedingStatements();
                const given = context.transformExpression(value);
                if (context.popPrecedingStatements().length > 0)
                    return context.superTransformExpression(node);
                const condition = context.transformExpression(node.condition);
                const { AndOperator, OrOperator } = tstl.SyntaxKind;
                const chosen = tstl.createBinaryExpression(
                    isNilFirst ? negated(condition) : condition,
                    given,
                    AndOperator,
                );
                return tstl.createBinaryExpression(chosen, tstl.createNilLiteral(), OrOperator, node);
            },
        },
    };
}

/** `a ~= b` for `a == b`, and the other way round; `not` before anything else. */
function negated(condition: tstl.Expression): tstl.Expression {
    const { EqualityOperator, InequalityOperator, NotOperator } = tstl.SyntaxKind;
    if (tstl.isParenthesizedExpression(condition)) return negated(condition.expression);
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

function isUndefined(node: ts.Expression, checker: ts.TypeChecker): boolean {
    return ts.isIdentifier(node) && (checker.getTypeAtLocation(node).flags & ts.TypeFlags.Undefined) !== 0;
}

function mayBeFalse(type: ts.Type): boolean {
    if (type.isUnion()) return type.types.some(mayBeFalse);
    const { Any, Unknown, BooleanLike, TypeParameter } = ts.TypeFlags;
    return (type.flags & (Any | Unknown | BooleanLike | TypeParameter)) !== 0;
}
