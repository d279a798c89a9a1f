import * as tstl from "typescript-to-lua";

function isNode(value: unknown): value is tstl.Node {
    return typeof value === "object" && value !== null && "kind" in value && "flags" in value;
}

/** The nodes right under a node. */
export function childrenOf(node: tstl.Node): tstl.Node[] {
    return Object.values(node).flatMap((value: unknown) => [value].flat().filter(isNode));
}

/** Calls a function with a node and all that is under it, the innermost first. */
export function visit(node: tstl.Node, act: (node: tstl.Node) => void): void {
    for (const child of childrenOf(node)) visit(child, act);
    act(node);
}

/** Puts other nodes in the place of those under a node, the innermost first. */
export function rewrite(node: tstl.Node, change: (node: tstl.Node) => tstl.Node): void {
    const rewritten = (value: unknown): unknown => {
        if (!isNode(value)) return value;
        rewrite(value, change);
        return change(value);
    };
    const parts = node as unknown as Record<string, unknown>;
    for (const [part, value] of Object.entries(parts)) {
        parts[part] = Array.isArray(value) ? value.map(rewritten) : rewritten(value);
    }
}

/** Every name of a variable or method in some nodes. */
export function identifiersIn(...nodes: readonly tstl.Node[]): tstl.Identifier[] {
    const identifiers: tstl.Identifier[] = [];
    for (const node of nodes) {
        visit(node, (inner) => {
            if (tstl.isIdentifier(inner)) identifiers.push(inner);
        });
    }
    return identifiers;
}
