import * as tstl from "typescript-to-lua";
import { isName } from "./layout.ts";
import { childrenOf } from "./nodes.ts";

/** One variable, and what else can be seen where it is declared. */
interface Variable {
    readonly name: string;
    readonly keepsName: boolean;
    readonly visible: readonly Variable[];
    short: string;
}

/** The variables of a block, by their names in the source; those of the blocks around it through `outer`. */
interface Scope {
    readonly outer: Scope | undefined;
    readonly variables: Map<string, Variable>;
}

/**
 * Calls what is declared inside of functions by the first letters of its name, in place: `path` becomes `p`, or `pa`
 * where a `p` can be seen. Fields and what the whole file shares, its functions above all, keep their names, so that
 * errors and a reader still find their way.
 *
 * @param file what TypeScriptToLua made of a TypeScript file
 */
export function shortenNames(file: tstl.File): void {
    const variables: Variable[] = [];
    const spoken = new Map<tstl.Identifier, Variable>();
    const globals = new Set<string>();

    const open = (outer: Scope | undefined): Scope => ({ outer, variables: new Map() });
    const declare = (identifier: tstl.Identifier, scope: Scope): void => {
        const visible = visibleIn(scope);
        // What is called `_` is not used.
        const keepsName = scope.outer === undefined || identifier.text === "_";
        const variable = { name: identifier.text, keepsName, visible, short: identifier.text };
        scope.variables.set(variable.name, variable);
        variables.push(variable);
        spoken.set(identifier, variable);
    };
    const resolve = (identifier: tstl.Identifier, scope: Scope): void => {
        const variable = visibleIn(scope).find(({ name }) => name === identifier.text);
        if (variable === undefined) globals.add(identifier.text);
        else spoken.set(identifier, variable);
    };
    const walkAll = (nodes: readonly tstl.Node[], scope: Scope): void => {
        for (const node of nodes) walk(node, scope);
    };
    const walk = (node: tstl.Node, scope: Scope): void => {
        if (tstl.isIdentifier(node)) {
            resolve(node, scope);
        } else if (tstl.isMethodCallExpression(node)) {
            walkAll([node.prefixExpression, ...node.params], scope);
        } else if (tstl.isVariableDeclarationStatement(node)) {
            // A named function can call itself; any other variable is not there yet in its own value.
            const isFunction = tstl.isFunctionDefinition(node);
            if (!isFunction) walkAll(node.right ?? [], scope);
            for (const name of node.left) declare(name, scope);
            if (isFunction) walkAll(node.right, scope);
        } else if (tstl.isFunctionExpression(node)) {
            const inner = open(scope);
            for (const parameter of node.params ?? []) declare(parameter, inner);
            walk(node.body, inner);
        } else if (tstl.isForStatement(node) || tstl.isForInStatement(node)) {
            const names = tstl.isForStatement(node) ? [node.controlVariable] : node.names;
            const values = childrenOf(node).filter(
                (child) => child !== node.body && !names.some((name) => name === child),
            );
            walkAll(values, scope);
            const inner = open(scope);
            for (const name of names) declare(name, inner);
            walk(node.body, inner);
        } else if (tstl.isRepeatStatement(node)) {
            // Its condition sees the variables of its body.
            const inner = open(scope);
            walkAll([...node.body.statements, node.condition], inner);
        } else {
            const isBlock = tstl.isBlock(node) || tstl.isDoStatement(node);
            walkAll(childrenOf(node), isBlock ? open(scope) : scope);
        }
    };
    walkAll(file.statements, open(undefined));

    const kept = variables.filter(({ keepsName }) => keepsName).map(({ name }) => name);
    for (const variable of variables) {
        if (variable.keepsName) continue;
        const taken = new Set([...globals, ...kept, ...variable.visible.map(({ short }) => short)]);
        variable.short = shortest(variable.name, taken);
    }
    for (const [identifier, { short }] of spoken) identifier.text = short;
}

/** The shortest beginning of a name that is free, or the name with a number. */
function shortest(name: string, taken: ReadonlySet<string>): string {
    for (let length = 1; ; length += 1) {
        const short = length <= name.length ? name.slice(0, length) : `${name}${length - name.length + 1}`;
        if (isName(short) && !taken.has(short)) return short;
    }
}

/** From the innermost block out; of one name, the one that hides the others comes first. */
function visibleIn(scope: Scope): Variable[] {
    const found: Variable[] = [];
    for (let at: Scope | undefined = scope; at !== undefined; at = at.outer)
        found.push(...at.variables.values());
    return found;
}
