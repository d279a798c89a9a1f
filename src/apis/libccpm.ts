/**
 * The package manager for programs: `local ccpm = require("/apis/libccpm")()`.
 *
 * Each function returns `true, value` or `false, failure` and never raises, except for `Terminated` (Ctrl+T), which it
 * passes on after it has put what was fetched aside for the next time. Planning and doing are apart: a plan is plain
 * data that can be shown and thrown away, and `apply` does it, whole or not at all. While a function waits for a
 * registry it takes every event of its coroutine: run it under `parallel` beside code that needs events of its own.
 */
import { fail, type Failure } from "./ccpm/failure";
import { JOURNAL, recover } from "./ccpm/finish";
import { keys, lockWith, lockWithout, look, makePlan, matches, type Intent } from "./ccpm/plan";
import { baseUrl, fetchFile, fetchIndex, fileUrl } from "./ccpm/registry";
import { resolve } from "./ccpm/resolve";
import { LOCK, readState, stateFiles } from "./ccpm/state";
import { open } from "./ccpm/transaction";
import type {
    CachedRegistry,
    Candidate,
    Ccpm,
    Configuration,
    Environment,
    Fetched,
    FileChange,
    Finding,
    InstalledPackage,
    InstallOptions,
    Plan,
    Result,
    State,
    UninstallOptions,
} from "./ccpm/types";
import { verify } from "./ccpm/verify";
import { send } from "./http";

/** CC allows 16 a computer, and other programs may want some. */
const REQUESTS_AT_ONCE = 4;
/** Seconds until a request counts as timed out. */
const TIMEOUT = 30;
/** Fetched first: where it is not installed, a transaction needs it before anything else. */
const FINISHER = "apis/ccpm/finish.lua";

type Failures = Record<string, Failure>;

function fetchOverHttp(this: void, url: string): Fetched {
    return send({ url, timeout: TIMEOUT });
}

/** Whether two values of plain data say the same. */
function same(one: unknown, other: unknown): boolean {
    if (type(one) !== "table" || type(other) !== "table") return one === other;
    for (const [key, value] of pairs(one as Record<string, unknown>)) {
        if (!same(value, (other as Record<string, unknown>)[key])) return false;
    }
    for (const [key] of pairs(other as Record<string, unknown>)) {
        if ((one as Record<string, unknown>)[key] === undefined) return false;
    }
    return true;
}

function titleOf(verb: string, names: readonly string[]): string {
    return `${verb} ${names.length > 3 ? `${names.length} packages` : table.concat(names as string[], ", ")}`;
}

/** Where a registry serves a path; both were checked when the registry was added. */
function urlOf(registry: string, path: string): string {
    const [, base] = baseUrl(registry);
    return fileUrl(base as string, path);
}

/**
 * The position of a registry among others, or undefined where it is not one of them; `owner/repo` and the URL that it
 * stands for are the same registry.
 */
function positionOf(registries: readonly string[], registry: string): number | undefined {
    const [, base] = baseUrl(registry);
    for (const [position, known] of ipairs(registries)) {
        const [, other] = baseUrl(known);
        if (known === registry || base === other) return position;
    }
    return undefined;
}

/** What there is to choose from: of each name, what the registries offer in their order. */
function candidatesOf(state: State): Record<string, Candidate[]> {
    const candidates: Record<string, Candidate[]> = {};
    for (const registry of state.configuration.registries) {
        const known = state.cache.registries[registry];
        for (const [name, offered] of pairs(known ? known.packages : {})) {
            const { version, description, dependencies, files, autostart, data } = offered;
            candidates[name] ??= [];
            candidates[name].push({ version, description, dependencies, files, autostart, data, registry });
        }
    }
    return candidates;
}

/**
 * Makes a package manager. It keeps nothing in memory: the state is read anew by each call.
 * @param environment stand-ins for what the computer provides, and who is told of progress and notes
 * @returns its functions
 */
function createCcpm(this: void, environment?: Environment): Ccpm {
    const given: Environment = environment ?? {};
    const disk = given.fs ?? (fs);
    const fetch = given.fetch ?? fetchOverHttp;
    const now = given.now ?? (() => os.epoch("utc"));
    const tell = given.onProgress ?? (() => {});
    const note = given.onNote ?? (() => {});

    /** The state, once what a power cut has left half done is finished. */
    function currentState(lines: string[]): Result<State> {
        const [done, line] = recover(disk);
        if (!done && disk.exists(JOURNAL)) return $multi(false as const, fail("not_finished", { what: line }));
        if (line !== undefined) lines.push(line);
        return readState(disk, lines);
    }

    /**
     * Makes a public function of one that needs the state: whatever happens in it, it returns.
     * @param act gets the state and the function's own arguments
     * @param reports given where `act` tells itself what was done to get at the state: those lines
     */
    function guarded<A, B, T>(
        act: (state: State, first: A, second: B) => Result<T>,
        reports?: string[],
    ): (this: void, first?: A, second?: B) => Result<T> {
        return (first, second) => {
            const [ran, ok, value] = pcall(() => {
                const lines = reports ?? [];
                const [known, state] = currentState(lines);
                if (reports === undefined) for (const line of lines) note(line);
                if (!known) return $multi(false as const, state);
                return act(state, first as A, second as B);
            });
            if (ran) return $multi(ok, value) as unknown as Result<T>;
            if ((ok as unknown) === "Terminated") error(ok, 0);
            return $multi(false as const, fail("internal_error", { what: ok }));
        };
    }

    /** Acts on each item, some at once where that is possible. After a failure nothing more is begun. */
    function forEach<T>(items: readonly T[], act: (item: T) => Failure | undefined): Failure | undefined {
        let next = 0;
        let failure: Failure | undefined;
        const work = () => {
            while (next < items.length && failure === undefined) {
                next += 1;
                failure = act(items[next - 1]!) ?? failure;
            }
        };
        if (given.fetch !== undefined || items.length < 2) {
            work();
        } else {
            const workers: (() => void)[] = [];
            for (const _ of $range(1, REQUESTS_AT_ONCE)) workers.push(work);
            parallel.waitForAll(...workers);
        }
        return failure;
    }

    /**
     * Asks the registries what they have.
     * @param failures what went wrong, by registry; what such a registry offered before stands in
     * @param stamp whether the time is written down although nothing is new
     */
    function ask(before: State, failures: Failures, stamp: boolean): Result<State> {
        const { configuration, lock } = before;
        const { registries } = configuration;
        if (registries.length === 0) return $multi(false as const, fail("no_registry"));
        const cached: Record<string, CachedRegistry> = {};
        let [done, failed] = [0, 0];
        forEach(registries, (registry) => {
            tell({ phase: "index", name: registry, done, total: registries.length, bytes: 0, totalBytes: 0 });
            const [ok, answer] = fetchIndex(registry, fetch);
            const known = before.cache.registries[registry];
            if (known !== undefined) cached[registry] = known;
            if (!ok) {
                failures[registry] = answer;
                failed += 1;
            } else if (stamp || known === undefined || !same(known.packages, answer.packages)) {
                cached[registry] = { updated: now(), packages: answer.packages };
            }
            done += 1;
            return undefined;
        });
        if (failed === registries.length) {
            const first = failures[registries[0]!]!;
            return $multi(
                false as const,
                failed === 1 ? first : fail("no_registry_answers", { what: first.message }),
            );
        }
        return $multi(true as const, { configuration, lock, cache: { version: 1 as const, registries: cached } });
    }

    /** As `ask`, with a note for each registry that does not answer. */
    function askWithNotes(before: State, notes: string[]): Result<State> {
        const failures: Failures = {};
        const [ok, state] = ask(before, failures, false);
        for (const registry of ok ? keys(failures) : []) {
            const known = before.cache.registries[registry] !== undefined;
            notes.push(`${failures[registry]!.message} ${known ? "What it had before counts." : "It is left out."}`);
        }
        return $multi(ok, state) as unknown as Result<State>;
    }

    const plan = (intent: Intent) => makePlan(disk, intent, urlOf);

    /** Plans what a resolution leads to. */
    function planResolved(
        before: State,
        title: string,
        wanted: readonly string[],
        newest: readonly string[] | true,
        options: InstallOptions | undefined,
    ): Result<Plan> {
        const notes: string[] = [];
        const [asked, state] = askWithNotes(before, notes);
        if (!asked) return $multi(false as const, state);
        const { configuration, cache, lock } = state;
        const candidates = candidatesOf(state);
        const [ok, resolved] = resolve({ wanted, newest, installed: lock.packages, candidates });
        if (!ok) {
            for (const each of notes) note(each);
            return $multi(false as const, resolved);
        }
        for (const each of resolved.notes) notes.push(each);
        const after = { configuration, cache, lock: lockWith(resolved.packages) };
        return plan({ title, before, state: after, notes, force: options && options.force });
    }

    /** The first of some names that is not installed, as a failure. */
    function missing(state: State, names: readonly string[]): Failure | undefined {
        for (const name of names) {
            if (state.lock.packages[name] === undefined) return fail("not_installed", { name });
        }
        return undefined;
    }

    function fetchAndCommit(todo: Plan): Failure | undefined {
        const [opened, transaction] = open(disk, todo.files);
        if (!opened) return transaction;
        const work = () => {
            const first: FileChange[] = [];
            const others: FileChange[] = [];
            const seen: Record<string, true | undefined> = {};
            let [done, bytes, totalBytes] = [0, 0, 0];
            for (const change of todo.files) {
                const to = change.to;
                if (to !== undefined && seen[to.sha256] === undefined && !transaction.has(to)) {
                    seen[to.sha256] = true;
                    totalBytes += to.size;
                    (change.path === FINISHER ? first : others).push(change);
                }
            }
            const total = first.length + others.length;
            const get = (change: FileChange) => {
                tell({ phase: "fetch", name: change.path, done, total, bytes, totalBytes });
                const [ok, content] = fetchFile(change, fetch);
                if (!ok) return content;
                const [staged, problem] = transaction.stage(change.to!, content);
                if (!staged) return problem;
                done += 1;
                bytes += change.to!.size;
                return undefined;
            };
            const failure = forEach(first, get) ?? forEach(others, get);
            if (failure !== undefined) return failure;
            tell({ phase: "apply", name: todo.title, done, total, bytes, totalBytes });
            const [committed, problem] = transaction.commit(todo, stateFiles(todo.state, todo.before));
            return committed ? undefined : problem;
        };
        const [ran, failure] = pcall(work);
        if (!ran || failure !== undefined) transaction.keep();
        if (!ran) error(failure, 0);
        return failure;
    }

    function apply(state: State, todo: Plan): Result<undefined> {
        const before = todo.before;
        if (!same(state.lock, before.lock) || !same(state.configuration, before.configuration)) {
            return $multi(false as const, fail("changed_meanwhile", { path: LOCK }));
        }
        const changes = todo.files.length + todo.data.length > 0;
        if (!changes && same(state, todo.state)) return $multi(true as const, undefined);
        const free = disk.getFreeSpace("");
        if (free !== "unlimited" && free < todo.needed) {
            return $multi(false as const, fail("no_space", { needed: todo.needed, free }));
        }
        const failure = fetchAndCommit(todo);
        if (failure !== undefined) return $multi(false as const, failure);
        return $multi(true as const, undefined);
    }

    /** Changes nothing but the state. */
    function change(before: State, state: State, title: string): Result<undefined> {
        const [ok, todo] = plan({ title, before, state, notes: [] });
        if (!ok) return $multi(false as const, todo);
        return apply(before, todo);
    }

    /** Changes the list of registries: takes one out, then puts one in. */
    function changeRegistries(
        before: State,
        title: string,
        from: number | undefined,
        to: number | undefined,
        registry: string,
        offered?: CachedRegistry,
    ): Result<undefined> {
        const registries: string[] = [];
        for (const known of before.configuration.registries) registries.push(known);
        const last = registries.length + (from === undefined ? 1 : 0);
        if (to !== undefined && !(to >= 1 && to <= last && to % 1 === 0)) {
            return $multi(false as const, fail("registry_position", { position: to, last }));
        }
        if (from !== undefined) table.remove(registries, from);
        if (to !== undefined) table.insert(registries, to, registry);
        const cached: Record<string, CachedRegistry> = {};
        for (const known of registries) {
            const entry = known === registry ? (offered ?? before.cache.registries[known]) : before.cache.registries[known];
            if (entry !== undefined) cached[known] = entry;
        }
        const configuration: Configuration = { version: 1, registries };
        const state = { configuration, lock: before.lock, cache: { version: 1 as const, registries: cached } };
        return change(before, state, `${title} registry ${registry}`);
    }

    /** Puts packages of the cache that stand whole on the disk back into a lock that was set aside. */
    function rebuildLock(before: State, lines: string[]): Result<string[]> {
        const candidates = candidatesOf(before);
        const packages: Record<string, InstalledPackage> = {};
        const found: string[] = [];
        for (const [name, known] of pairs(before.lock.packages)) packages[name] = known;
        const stands = (offered: Candidate) => {
            let [any, whole] = [false, true];
            for (const [path, file] of pairs(offered.files)) {
                const seen = look(disk, path);
                any = true;
                whole &&= seen !== undefined && matches(disk, path, seen, file);
            }
            // A package without files is there when all that it brings is.
            for (const [name] of pairs(any ? {} : offered.dependencies)) whole &&= packages[name] !== undefined;
            return whole;
        };
        let more = true;
        while (more) {
            more = false;
            for (const name of keys(candidates)) {
                for (const offered of candidates[name]!) {
                    if (packages[name] === undefined && stands(offered)) {
                        const { version, dependencies, files, autostart, data, registry } = offered;
                        packages[name] = { version, dependencies, files, autostart, data, registry };
                        found.push(`${name} ${version}`);
                        more = true;
                    }
                }
            }
        }
        if (found.length === 0) return $multi(true as const, lines);
        lines.push(`Found again: ${table.concat(found, ", ")}.`);
        const { configuration, cache } = before;
        const after = { configuration, cache, lock: { version: 1 as const, packages } };
        const [ok, problem] = change(before, after, "recover the lock");
        if (!ok) return $multi(false as const, problem);
        return $multi(true as const, lines);
    }

    return {
        state: guarded((state: State) => $multi(true as const, state)),
        update: guarded((before) => {
            const failures: Failures = {};
            const [ok, state] = ask(before, failures, true);
            if (!ok) return $multi(false as const, state);
            const [changed, problem] = change(before, state, "update");
            if (!changed) return $multi(false as const, problem);
            return $multi(true as const, failures);
        }),
        planInstall: guarded((before, names: readonly string[], options?: InstallOptions) =>
            planResolved(before, titleOf("install", names), names, [], options),
        ),
        planUpgrade: guarded((before, names?: readonly string[], options?: InstallOptions) => {
            const problem = missing(before, names ?? []);
            if (problem !== undefined) return $multi(false as const, problem);
            const title = names === undefined ? "upgrade" : titleOf("upgrade", names);
            return planResolved(before, title, [], names ?? true, options);
        }),
        planUninstall: guarded((before, names: readonly string[], options?: UninstallOptions) => {
            const notes: string[] = [];
            const [ok, lock] = lockWithout(before.lock, names, options ?? {}, notes);
            if (!ok) return $multi(false as const, lock);
            const { configuration, cache } = before;
            const title = names.length === 0 ? "uninstall what is unused" : titleOf("uninstall", names);
            return plan({ title, before, state: { configuration, cache, lock }, notes });
        }),
        verify: guarded((state, names?: readonly string[]) => {
            const problem = missing(state, names ?? []);
            if (problem !== undefined) return $multi(false as const, problem);
            return $multi(true as const, verify(disk, state.lock, names));
        }),
        planRepair: guarded((before, findings: readonly Finding[]) => {
            const notes: string[] = [];
            const repair: string[] = [];
            let state = before;
            for (const finding of findings) repair.push(finding.path);
            if (repair.length > 0 && before.configuration.registries.length > 0) {
                const [ok, answer] = askWithNotes(before, notes);
                if (ok) state = answer;
                else notes.push(answer.message);
            }
            return plan({ title: titleOf("repair", repair), before, state, notes, repair });
        }),
        apply: guarded(apply),
        addRegistry: guarded((before, registry: string, options?: { position?: number; force?: boolean }) => {
            const { registries } = before.configuration;
            const [valid, problem] = baseUrl(registry);
            if (!valid) return $multi(false as const, problem);
            if (positionOf(registries, registry) !== undefined) {
                return $multi(false as const, fail("registry_known", { registry }));
            }
            const [ok, answer] = fetchIndex(registry, fetch);
            if (!ok && !(options && options.force)) return $multi(false as const, answer);
            const offered = ok ? { updated: now(), packages: answer.packages } : undefined;
            const position = (options && options.position) ?? registries.length + 1;
            return changeRegistries(before, "add", undefined, position, registry, offered);
        }),
        removeRegistry: guarded((before, registry: string) => {
            const from = positionOf(before.configuration.registries, registry);
            if (from === undefined) return $multi(false as const, fail("registry_unknown", { registry }));
            return changeRegistries(before, "remove", from, undefined, registry);
        }),
        moveRegistry: guarded((before, registry: string, position: number) => {
            const { registries } = before.configuration;
            const from = positionOf(registries, registry);
            if (from === undefined) return $multi(false as const, fail("registry_unknown", { registry }));
            return changeRegistries(before, "move", from, position, registries[from - 1]!);
        }),
        recover: () => {
            const lines: string[] = [];
            return guarded((state: State) => {
                let aside = false;
                for (const name of disk.isDir("trapos") ? disk.list("trapos") : []) {
                    aside ||= string.find(name, "^ccpm%.lock%.json%.broken")[0] !== undefined;
                }
                if (aside) return rebuildLock(state, lines);
                return $multi(true as const, lines);
            }, lines)();
        },
    };
}

export = createCcpm;
