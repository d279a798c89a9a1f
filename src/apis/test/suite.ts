/** The words of a spec file, in busted's vocabulary, and the cases that they make. */

export type Body = (this: void) => void;

/** A `describe`, or the file as a whole. */
export interface Block {
    /** Names of the blocks around it and its own. */
    names: string[];
    parent?: Block;
    before: Body[];
    after: Body[];
}

/** An `it`, or a `pending`, which has no body. */
export interface Case {
    names: string[];
    block: Block;
    body?: Body;
}

/** What `pending` raises inside a case. */
export interface Pending {
    pending: string;
}

/** What a spec file finds in its environment. */
export interface Vocabulary {
    describe(this: void, name: string, body: Body): void;
    it(this: void, name: string, body?: Body): void;
    /** Outside of a case: one that is still to be written. Inside: ends the case, which counts as pending. */
    pending(this: void, name?: string, body?: Body): void;
    before_each(this: void, body: Body): void;
    after_each(this: void, body: Body): void;
}

export interface Suite {
    vocabulary: Vocabulary;
    /** In the order of the file. */
    cases: Case[];
    /** From now on `pending` is meant for the case that runs. */
    close(this: void): void;
}

function withName(names: string[], name: string): string[] {
    const longer: string[] = [];
    for (const one of names) longer.push(one);
    longer.push(name);
    return longer;
}

/** Makes the words for one spec file. */
export function createSuite(): Suite {
    const cases: Case[] = [];
    let block: Block = { names: [], before: [], after: [] };
    let isClosed = false;

    const mustBeOpen = (word: string): void => {
        if (isClosed) error(`${word} cannot stand inside of a case`, 3);
    };
    const add = (name: string, body?: Body): void => {
        cases.push({ names: withName(block.names, name), block, body });
    };
    return {
        cases,
        close: () => {
            isClosed = true;
        },
        vocabulary: {
            describe: (name, body) => {
                mustBeOpen("describe");
                const outer = block;
                block = { names: withName(outer.names, name), parent: outer, before: [], after: [] };
                body();
                block = outer;
            },
            it: (name, body) => {
                mustBeOpen("it");
                add(name, body);
            },
            pending: (name) => {
                if (isClosed) throw { pending: name ?? "" } satisfies Pending;
                add(name ?? "pending");
            },
            before_each: (body) => {
                mustBeOpen("before_each");
                table.insert(block.before, body);
            },
            after_each: (body) => {
                mustBeOpen("after_each");
                table.insert(block.after, body);
            },
        },
    };
}
