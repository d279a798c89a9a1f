/** What a client of registries does; its functions raise failures, and /apis/libccpm returns them. */
import { send } from "../trapos/http";
import { apply } from "./apply";
import { raise } from "./failure";
import * as finish from "./finish";
import { MOST_REGISTRIES } from "./formats";
import { askRegistries } from "./offers";
import { stamp } from "./look";
import { makePlan } from "./plan";
import { addressOf, baseUrl } from "./registry";
import { withoutPackages } from "./removal";
import { resolve } from "./resolve";
import { copy, readState, replace, type Writable } from "./state";
import type {
    Candidate,
    Ccpm,
    Environment,
    InstalledPackage,
    Plan,
    Result,
    State,
    Tools,
    UpgradeOptions,
} from "./types";
import { verify } from "./verify";

type Names = readonly string[];

/** Seconds until a request counts as timed out. */
const TIMEOUT = 30;

/** What a client can do; each raises its failure. */
export type Calls = {
    readonly [K in keyof Ccpm]: (
        this: void,
        ...given: Parameters<Ccpm[K]>
    ) => ReturnType<Ccpm[K]> extends Result<infer T> ? T : never;
};

/** What its calls work with. */
interface Client extends Tools {
    /** A registry that counts as the last one, and is written down with the next change. */
    readonly registry?: string;
    /** What was told before: of what a power cut has left, of state that cannot be read. */
    readonly notes: string[];
}

function titleOf(verb: string, names: Names): string {
    return string.sub(table.concat([verb, ...names], " "), 1, 80);
}

/**
 * The position of a registry among others, or undefined where it is not one of them; `owner/repo` and the URL that it
 * stands for are the same registry.
 */
function positionOf(registries: Names, registry: string): number | undefined {
    const base = addressOf(registry) ?? registry;
    for (const [position, known] of ipairs(registries)) {
        if (known === registry || addressOf(known) === base) return position;
    }
    return undefined;
}

function requireInstalled(state: State, names?: Names): void {
    for (const name of names ?? []) {
        if (state.lock.packages[name] === undefined) raise("not_installed", { name });
    }
}

/** The state with a registry at a position, or nowhere; fails unless it is new, or not, as it should be. */
function place(before: State, registry: string, position: number | undefined, isNew: boolean): State {
    const registries: string[] = copy(before.configuration.registries);
    const from = positionOf(registries, registry);
    if (isNew !== (from === undefined)) raise(isNew ? "registry_known" : "registry_unknown", { registry });
    const name = from === undefined ? registry : table.remove(registries, from)!;
    const last = registries.length + 1;
    if (last > MOST_REGISTRIES) raise("registries_full");
    const to = position ?? last;
    if (!(to >= 1 && to <= last && to % 1 === 0)) raise("registry_position", { position: to, last });
    if (isNew || position !== undefined) table.insert(registries, to, name);
    return replace(before, "configuration", "registries", registries);
}

/** The state with the client's own registry as the last, unless it is configured. */
function withOwnRegistry(client: Client, before: State): State {
    const own = client.registry;
    const isKnown = own === undefined || positionOf(before.configuration.registries, own) !== undefined;
    return isKnown ? before : place(before, own, undefined, true);
}

/** Plans what a resolution leads to. */
function planResolved(
    client: Client,
    before: State,
    title: string,
    wanted: Names,
    newest: Names | true,
    options?: UpgradeOptions,
): Plan {
    const [state, candidates, leftOut] = askRegistries(client, withOwnRegistry(client, before));
    const installed = before.lock.packages;
    const resolved = resolve({ wanted, newest, installed, candidates, leftOut });
    const packages: Record<string, InstalledPackage> = {};
    for (const chosen of resolved.packages) {
        const entry = copy(chosen.package as Partial<Candidate> & InstalledPackage);
        entry.description = undefined;
        entry.automatic = chosen.automatic || undefined;
        packages[chosen.name] = entry;
    }
    const after = replace(state, "lock", "packages", packages);
    const force = options && options.force;
    const removeFirst = options && options.removeFirst;
    const notes = resolved.notes;
    return makePlan(client.disk, { title, before, after, notes, candidates, force, removeFirst });
}

/** Changes nothing but the state. */
function change(client: Client, before: State, state: State, title: string): undefined {
    return apply(client, makePlan(client.disk, { title, before, after: state }));
}

/** What each of a client's functions does: it returns its value or raises a failure. */
const functions: {
    readonly [K in keyof Calls]: (
        this: void,
        client: Client,
        before: State,
        ...given: Parameters<Calls[K]>
    ) => ReturnType<Calls[K]>;
} = {
    state: (_client, state) => state,
    update: (client, before) => {
        const [state] = askRegistries(client, withOwnRegistry(client, before));
        return change(client, before, state, "update");
    },
    planInstall: (client, before, names, options) =>
        planResolved(client, before, titleOf("install", names), names, [], options),
    planUpgrade: (client, before, names, options) => {
        requireInstalled(before, names);
        return planResolved(client, before, titleOf("upgrade", names ?? []), [], names ?? true, options);
    },
    planUninstall: (client, before, names, options) => {
        const notes: string[] = [];
        const packages = withoutPackages(before.lock, names, options ?? {}, notes);
        const state = replace(before, "lock", "packages", packages);
        const title = titleOf("uninstall", names);
        return makePlan(client.disk, { title, before, after: state, notes });
    },
    verify: (client, state, names) => {
        requireInstalled(state, names);
        return verify(client.disk, state.lock, names);
    },
    planRepair: (client, before, findings) => {
        const [state, candidates] = askRegistries(client, withOwnRegistry(client, before), true);
        const title = "repair";
        return makePlan(client.disk, {
            title,
            before,
            after: state,
            candidates,
            force: true,
            repair: findings,
        });
    },
    apply: (client, _before, plan) => apply(client, plan),
    addRegistry: (client, before, registry, options) => {
        const given = options ?? {};
        baseUrl(registry);
        const placed = place(before, registry, given.position, true);
        const [state] = askRegistries(client, placed, given.force, [registry]);
        return change(client, before, state, `add registry ${registry}`);
    },
    removeRegistry: (client, before, registry) =>
        change(client, before, place(before, registry, undefined, false), `remove registry ${registry}`),
    moveRegistry: (client, before, registry, position) =>
        change(client, before, place(before, registry, position, false), `move registry ${registry}`),
    recover: (client) => client.notes,
};

/** The functions after which the state is another. */
const changing: Record<string, true | undefined> = {
    update: true,
    apply: true,
    addRegistry: true,
    removeRegistry: true,
    moveRegistry: true,
};

/** Puts right what a power cut has left half done, and reads the state. */
function prepare(client: Client): State {
    const disk = client.disk;
    const notes: string[] = [];
    const [done, line] = finish.recover(disk);
    if (!done && disk.exists(finish.JOURNAL)) raise("not_finished", { what: line });
    if (line !== undefined) table.insert(notes, line);
    const state = readState(disk, notes) as Writable<State>;
    state.stamp = stamp(disk);
    for (const note of notes) {
        table.insert(client.notes, note);
        client.onNote(note);
    }
    return state;
}

/**
 * Makes a client. It reads the state when it is first needed, and anew once it has changed it.
 * @param given stand-ins for what the computer provides, and who is told of progress and notes
 */
export function connect(given: Environment): Calls {
    const client: Client = {
        disk: given.fs ?? fs,
        fetch: given.fetch ?? ((url) => send({ url, timeout: TIMEOUT })),
        now: given.now ?? (() => os.epoch("utc")),
        onProgress: given.onProgress ?? (() => {}),
        onNote: given.onNote ?? (() => {}),
        registry: given.registry,
        notes: [],
    };
    let known: State | undefined;
    const calls: Record<string, unknown> = {};
    for (const [name, act] of pairs(functions)) {
        calls[name] = (first: never, second: never) => {
            // Somebody may have changed it while a question was open.
            const isKnown = known !== undefined && known.stamp === stamp(client.disk);
            const state = isKnown ? known! : prepare(client);
            known = changing[name] ? undefined : state;
            return act(client, state, first, second);
        };
    }
    return calls as unknown as Calls;
}
