/**
 * The package manager for programs: `local ccpm = require("/apis/libccpm")()`.
 *
 * Each function returns `true, value` or `false, failure` and never raises, except for `Terminated` (Ctrl+T), which it
 * passes on after it has put what was fetched aside for the next time. Planning and doing are apart: a plan is plain
 * data that can be shown and thrown away, and `apply` does it, whole or not at all. While a function waits for a
 * registry it takes every event of its coroutine: run it under `parallel` beside code that needs events of its own.
 */
import { fail, raise, type Failure } from "./ccpm/failure";
import * as finish from "./ccpm/finish";
import * as planning from "./ccpm/plan";
import * as web from "./ccpm/registry";
import { resolve } from "./ccpm/resolve";
import * as store from "./ccpm/state";
import { open, type Transaction } from "./ccpm/transaction";
import type {
    CachedPackage,
    CachedRegistry,
    Candidate,
    Ccpm,
    Environment,
    FileChange,
    Finding,
    InstalledPackage,
    InstallOptions,
    Plan,
    Progress,
    Result,
    State,
    UninstallOptions,
} from "./ccpm/types";
import { verify } from "./ccpm/verify";
import { send } from "./http";

/** Seconds until a request counts as timed out. */
const TIMEOUT = 30;
/** Fetched first: where it is not installed, a transaction needs it before anything else. */
const FINISHER = "apis/ccpm/finish.lua";

type Names = readonly string[];
type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** The value of a result. A failure is thrown, and comes back from the public function. */
const need = ((ok: boolean, value: unknown) => {
    if (!ok) throw value;
    return value;
}) as (this: void, ...result: unknown[]) => unknown;

function copy<T extends object>(from: T): Writable<T> {
    const to: Record<string, unknown> = {};
    for (const [field, value] of pairs(from as Record<string, unknown>)) to[field] = value;
    return to as Writable<T>;
}

/** A state with another content in one of its files. */
function replace(before: State, file: "lock" | "cache" | "configuration", field: string, content: object): State {
    const state: Record<string, unknown> = copy(before);
    state[file] = { version: 1, [field]: content };
    return state as unknown as State;
}

function titleOf(verb: string, names: Names): string {
    return string.sub(table.concat([verb, ...names], " "), 1, 80);
}

/**
 * The position of a registry among others, or undefined where it is not one of them; `owner/repo` and the URL that it
 * stands for are the same registry.
 */
function positionOf(registries: Names, registry: string): number | undefined {
    const [, base] = web.baseUrl(registry);
    for (const [position, known] of ipairs(registries)) {
        const [, other] = web.baseUrl(known);
        if (known === registry || base === other) return position;
    }
    return undefined;
}

function requireInstalled(state: State, names?: Names): void {
    for (const name of names ?? []) {
        if (state.lock.packages[name] === undefined) raise("not_installed", { name });
    }
}

/**
 * Makes a package manager. It keeps nothing in memory: the state is read anew by each call.
 * @param environment stand-ins for what the computer provides, and who is told of progress and notes
 * @returns its functions
 */
function createCcpm(this: void, environment: Environment = {}): Ccpm {
    const disk = environment.fs ?? (fs);
    const fetch = environment.fetch ?? ((url) => send({ url, timeout: TIMEOUT }));
    const now = environment.now ?? (() => os.epoch("utc"));
    const onProgress = environment.onProgress ?? (() => {});
    const onNote = environment.onNote ?? (() => {});

    /**
     * Makes a public function: whatever happens in `act`, it returns.
     * @param act gets the state, once what a power cut has left half done is finished, the function's own arguments, and
     * what has been told about that
     */
    function guarded<A, B, T>(
        act: (state: State, first: A, second: B, notes: string[]) => T,
    ): (this: void, first?: A, second?: B) => Result<T> {
        return (first, second) => {
            const [ok, value] = pcall(() => {
                const notes: string[] = [];
                const [done, line] = finish.recover(disk);
                if (!done && disk.exists(finish.JOURNAL)) raise("not_finished", { what: line });
                if (line !== undefined) notes.push(line);
                const state = need(...store.readState(disk, notes)) as Writable<State>;
                state.stamp = planning.stamp(disk);
                for (const note of notes) onNote(note);
                const registries = state.configuration.registries as string[];
                const added = environment.registry;
                if (added !== undefined && positionOf(registries, added) === undefined) registries.push(added);
                return act(state, first as A, second as B, notes);
            });
            if (ok) return $multi(true as const, value);
            if (value === "Terminated") error(value, 0);
            const failure = type(value) === "table" ? value : fail("internal_error", { what: value });
            return $multi(false as const, failure as unknown as Failure);
        };
    }

    /**
     * Asks registries what they have. One that does not answer is left out, with a note.
     * @param isOptional whether to go on where none answers
     * @param only those that are asked; all that are configured where it is absent
     * @returns the state with what is new in its cache, and of each package what the registries offer in their order
     */
    function ask(
        before: State,
        isOptional?: boolean,
        only?: Names,
    ): LuaMultiReturn<[State, Record<string, Candidate[]>]> {
        const registries = only ?? before.configuration.registries;
        const total = registries.length;
        const cached: Record<string, CachedRegistry | undefined> = copy(before.cache.registries);
        const candidates: Record<string, Candidate[]> = {};
        const failures: Failure[] = [];
        for (const [place, registry] of ipairs(registries)) {
            onProgress({ phase: "index", name: registry, done: place - 1, total, bytes: 0, totalBytes: 0 });
            const [ok, answer] = web.fetchIndex(registry, fetch);
            if (ok) {
                const packages: Record<string, CachedPackage> = {};
                for (const [name, offered] of pairs(answer.packages)) {
                    let size = 0;
                    for (const [, file] of pairs(offered.files)) size += file.size;
                    packages[name] = {
                        version: offered.version,
                        description: offered.description,
                        dependencies: offered.dependencies,
                        size,
                    };
                    (offered as Writable<Candidate>).registry = registry;
                    candidates[name] ??= [];
                    table.insert(candidates[name], offered as Candidate);
                }
                const known = cached[registry];
                const isKnown = known && planning.same(known.packages, packages);
                if (!isKnown) cached[registry] = { updated: now(), packages };
            } else failures.push(answer);
        }
        if (failures.length === total && !isOptional) throw failures[0] ?? fail("no_registry");
        for (const failure of failures) onNote(`${failure.message} It is left out.`);
        return $multi(replace(before, "cache", "registries", cached), candidates);
    }

    /** Plans what a resolution leads to. */
    function planResolved(
        before: State,
        title: string,
        wanted: Names,
        newest: Names | true,
        options?: InstallOptions,
    ): Plan {
        const [state, candidates] = ask(before);
        const installed = before.lock.packages;
        const resolved = resolve({ wanted, newest, installed, candidates });
        const packages: Record<string, InstalledPackage> = {};
        for (const chosen of resolved.packages) {
            const entry = copy(chosen.package as Partial<Candidate> & InstalledPackage);
            entry.description = undefined;
            entry.automatic = chosen.automatic || undefined;
            packages[chosen.name] = entry;
        }
        const after = replace(state, "lock", "packages", packages);
        const force = options && options.force;
        return planning.makePlan(disk, title, before, after, resolved.notes, candidates, force);
    }

    /** Fetches what a plan needs, and does it. */
    function carryOut(plan: Plan, transaction: Transaction): void {
        const wanted: FileChange[] = [];
        const seen: Record<string, true | undefined> = {};
        for (const change of plan.files) {
            const to = change.to;
            if (to && !seen[to.sha256] && !transaction.has(to)) {
                seen[to.sha256] = true;
                table.insert(wanted, change.path === FINISHER ? 1 : wanted.length + 1, change);
            }
        }
        const total = wanted.length;
        let begun = 0;
        let done = 0;
        let bytes = 0;
        let failure: unknown;
        const tell = (phase: Progress["phase"], name: string) => {
            onProgress({ phase, name, done, total, bytes, totalBytes: plan.download });
        };
        const work = (last: number) => {
            while (begun < last && failure === undefined) {
                begun += 1;
                const change = wanted[begun - 1]!;
                tell("fetch", change.path);
                const [ok, content] = web.fetchFile(change, fetch);
                if (ok) {
                    const [staged, problem] = transaction.stage(change.to!, content);
                    if (!staged) failure = problem;
                } else failure = content;
                done += 1;
                bytes += change.to!.size;
            }
        };
        const all = () => {
            work(total);
        };
        // The finisher alone. CC allows 16 requests a computer, and other programs may want some.
        work(math.min(1, total));
        parallel.waitForAll(all, all, all, all);
        if (failure !== undefined) throw failure;
        tell("apply", plan.title);
        // Nothing yields from here on.
        if (planning.stamp(disk) !== plan.stamp) raise("changed_meanwhile", { path: store.LOCK });
        need(...transaction.commit(plan, plan.state));
    }

    function apply(_before: State, plan: Plan): undefined {
        if (plan.files.length + plan.data.length === 0 && next(plan.state)[0] === undefined) return;
        if (plan.free < plan.needed) raise("no_space", { needed: plan.needed, free: plan.free });
        const transaction = need(...open(disk, plan.files)) as Transaction;
        const [ok, failure] = pcall(carryOut, plan, transaction);
        if (ok) return;
        transaction.keep();
        throw failure;
    }

    /** Changes nothing but the state. */
    function change(before: State, state: State, title: string): undefined {
        return apply(before, planning.makePlan(disk, title, before, state, []));
    }

    /** The state with a registry at a position, or nowhere; fails unless it is new, or not, as it should be. */
    function place(before: State, registry: string, position: number | undefined, isNew: boolean): State {
        const registries: string[] = copy(before.configuration.registries);
        const from = positionOf(registries, registry);
        if (isNew !== (from === undefined)) raise(isNew ? "registry_known" : "registry_unknown", { registry });
        const name = from === undefined ? registry : table.remove(registries, from)!;
        const last = registries.length + 1;
        const to = position ?? last;
        if (!(to >= 1 && to <= last && to % 1 === 0)) raise("registry_position", { position: to, last });
        if (isNew || position !== undefined) table.insert(registries, to, name);
        return replace(before, "configuration", "registries", registries);
    }

    return {
        state: guarded((state: State) => state),
        update: guarded((before) => {
            const [state] = ask(before);
            return change(before, state, "update");
        }),
        planInstall: guarded((before, names: Names, options?: InstallOptions) =>
            planResolved(before, titleOf("install", names), names, [], options),
        ),
        planUpgrade: guarded((before, names?: Names, options?: InstallOptions) => {
            requireInstalled(before, names);
            return planResolved(before, titleOf("upgrade", names ?? []), [], names ?? true, options);
        }),
        planUninstall: guarded((before, names: Names, options: UninstallOptions = {}) => {
            const notes: string[] = [];
            const packages = planning.withoutPackages(before.lock, names, options, notes);
            const state = replace(before, "lock", "packages", packages);
            return planning.makePlan(disk, titleOf("uninstall", names), before, state, notes);
        }),
        verify: guarded((state, names?: Names) => {
            requireInstalled(state, names);
            return verify(disk, state.lock, names);
        }),
        planRepair: guarded((before, findings: readonly Finding[]) => {
            const [state, candidates] = ask(before, true);
            return planning.makePlan(disk, "repair", before, state, [], candidates, true, findings);
        }),
        apply: guarded(apply),
        addRegistry: guarded((before, registry: string, options: { position?: number; force?: boolean } = {}) => {
            need(...web.baseUrl(registry));
            const placed = place(before, registry, options.position, true);
            const [state] = ask(placed, options.force, [registry]);
            return change(before, state, `add registry ${registry}`);
        }),
        removeRegistry: guarded((before, registry: string) =>
            change(before, place(before, registry, undefined, false), `remove registry ${registry}`),
        ),
        moveRegistry: guarded((before, registry: string, position?: number) =>
            change(before, place(before, registry, position ?? 0, false), `move registry ${registry}`),
        ),
        recover: guarded((_state, _first, _second, notes) => notes),
    };
}

export = createCcpm;
