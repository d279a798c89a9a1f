/**
 * The package manager for programs: `local ccpm = require("/apis/libccpm")()`.
 *
 * Each function returns `true, value` or `false, failure` and never raises, except for `Terminated` (Ctrl+T), which it
 * passes on after it has put what was fetched aside for the next time. Planning and doing are apart: a plan is plain
 * data that can be shown and thrown away, and `apply` does it, whole or not at all. While a function waits for a
 * registry it takes every event of its coroutine: run it under `parallel` beside code that needs events of its own.
 */
import { fail, type Failure } from "./ccpm/failure";
import * as finish from "./ccpm/finish";
import * as planning from "./ccpm/plan";
import * as web from "./ccpm/registry";
import { resolve } from "./ccpm/resolve";
import * as store from "./ccpm/state";
import { open, type Transaction } from "./ccpm/transaction";
import type {
    CachedRegistry,
    Candidate,
    Ccpm,
    Environment,
    Fetched,
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

type Installed = Record<string, InstalledPackage>;

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

function titleOf(verb: string, names: readonly string[] = []): string {
    if (names.length === 0) return verb;
    return `${verb} ${names.length > 3 ? `${names.length} of them` : table.concat(names as string[], ", ")}`;
}

/** The value of a result. A failure is thrown, and comes back from the public function. */
const need = ((ok: boolean, value: unknown) => {
    if (!ok) throw value;
    return value;
}) as (this: void, ...result: unknown[]) => unknown;

/**
 * The position of a registry among others, or undefined where it is not one of them; `owner/repo` and the URL that it
 * stands for are the same registry.
 */
function positionOf(registries: readonly string[], registry: string): number | undefined {
    const [, base] = web.baseUrl(registry);
    for (const [position, known] of ipairs(registries)) {
        const [, other] = web.baseUrl(known);
        if (known === registry || base === other) return position;
    }
    return undefined;
}

function requirePosition(state: State, registry: string): number {
    const position = positionOf(state.configuration.registries, registry);
    if (position === undefined) throw fail("registry_unknown", { registry });
    return position;
}

function withPackages(state: State, packages: Installed): State {
    return { configuration: state.configuration, cache: state.cache, lock: { version: 1, packages } };
}

/** What there is to choose from: of each name, what the registries offer in their order. */
function candidatesOf(state: State): Record<string, Candidate[]> {
    const candidates: Record<string, Candidate[]> = {};
    for (const registry of state.configuration.registries) {
        const known = state.cache.registries[registry];
        for (const [name, offered] of pairs(known ? known.packages : {})) {
            const candidate: Record<string, unknown> = { registry };
            for (const [field, value] of pairs(offered)) candidate[field] = value;
            candidates[name] ??= [];
            table.insert(candidates[name], candidate as unknown as Candidate);
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

    function report(
        phase: Progress["phase"],
        name: string,
        done: number,
        total: number,
        bytes = 0,
        totalBytes = 0,
    ): void {
        if (given.onProgress !== undefined) given.onProgress({ phase, name, done, total, bytes, totalBytes });
    }

    function tell(notes: readonly string[]): void {
        for (const note of given.onNote !== undefined ? notes : []) given.onNote!(note);
    }

    /**
     * Makes a public function: whatever happens in `act`, it returns.
     * @param act gets the state, once what a power cut has left half done is finished, the function's own arguments, and
     * what there is to tell about that
     * @param isReporter whether `act` tells that itself
     */
    function guarded<A, B, T>(
        act: (state: State, first: A, second: B, lines: string[]) => T,
        isReporter?: boolean,
    ): (this: void, first?: A, second?: B) => Result<T> {
        return (first, second) => {
            const [ok, value] = pcall(() => {
                const lines: string[] = [];
                const [done, line] = finish.recover(disk);
                if (!done && disk.exists(finish.JOURNAL)) throw fail("not_finished", { what: line });
                if (line !== undefined) lines.push(line);
                const [known, read] = store.readState(disk, lines);
                if (!isReporter) tell(lines);
                const state = need(known, read) as State;
                const registries = state.configuration.registries as string[];
                const added = given.registry;
                if (added !== undefined && positionOf(registries, added) === undefined) registries.push(added);
                return act(state, first as A, second as B, lines);
            });
            if (ok) return $multi(true as const, value);
            if (value === "Terminated") error(value, 0);
            const failure = type(value) === "table" ? value : fail("internal_error", { what: value });
            return $multi(false as const, failure as unknown as Failure);
        };
    }

    /**
     * Acts on each item: the first alone, the others some at once where that is possible. After a failure nothing more
     * is begun.
     */
    function forEach<T>(items: readonly T[], act: (item: T) => Failure | undefined): Failure | undefined {
        let next = 0;
        let failure: Failure | undefined;
        const work = (last: number) => {
            while (next < last && failure === undefined) {
                next += 1;
                failure = act(items[next - 1]!) ?? failure;
            }
        };
        const all = () => {
            work(items.length);
        };
        work(given.fetch !== undefined ? items.length : Math.min(1, items.length));
        // CC allows 16 requests a computer, and other programs may want some.
        if (next < items.length) parallel.waitForAll(all, all, all, all);
        return failure;
    }

    /**
     * Asks the registries what they have.
     * @param failures gets what went wrong, by registry; what such a registry offered before stands in
     * @param purpose an update writes the time down although nothing is new; a repair goes on without any answer
     */
    function ask(before: State, failures: Record<string, Failure>, purpose?: "update" | "repair"): State {
        const registries = before.configuration.registries;
        const cached: Record<string, CachedRegistry> = {};
        let done = 0;
        let first: Failure | undefined;
        let answered = 0;
        if (registries.length === 0 && purpose !== "repair") throw fail("no_registry");
        forEach(registries, (registry) => {
            report("index", registry, done, registries.length);
            const [ok, answer] = web.fetchIndex(registry, fetch);
            const known = before.cache.registries[registry];
            if (known !== undefined) cached[registry] = known;
            done += 1;
            if (!ok) {
                failures[registry] = answer;
                first ??= answer;
                return;
            }
            answered += 1;
            if (purpose === "update" || known === undefined || !same(known.packages, answer.packages)) {
                cached[registry] = { updated: now(), packages: answer.packages };
            }
            return undefined;
        });
        if (answered === 0 && purpose !== "repair") throw done === 1 ? first : fail("no_registry_answers", { what: first!.message });
        return { configuration: before.configuration, lock: before.lock, cache: { version: 1, registries: cached } };
    }

    /** As `ask`, with a note for each registry that does not answer. */
    function askWithNotes(before: State, notes: string[], purpose?: "repair"): State {
        const failures: Record<string, Failure> = {};
        const state = ask(before, failures, purpose);
        for (const registry of planning.keys(failures)) {
            const known = before.cache.registries[registry] !== undefined;
            notes.push(`${failures[registry]!.message} ${known ? "What it had before counts." : "It is left out."}`);
        }
        return state;
    }

    const plan = (
        title: string,
        before: State,
        state: State,
        notes: string[],
        force?: boolean,
        repair?: readonly string[],
    ) => planning.makePlan(disk, { title, before, state, notes, force, repair });

    /** Plans what a resolution leads to. */
    function planResolved(
        before: State,
        title: string,
        wanted: readonly string[],
        newest: readonly string[] | true,
        options: InstallOptions | undefined,
    ): Plan {
        const notes: string[] = [];
        const asked = askWithNotes(before, notes);
        const candidates = candidatesOf(asked);
        const [ok, resolved] = resolve({ wanted, newest, installed: before.lock.packages, candidates });
        if (!ok) {
            tell(notes);
            throw resolved;
        }
        const packages: Installed = {};
        for (const note of resolved.notes) notes.push(note);
        for (const chosen of resolved.packages) {
            packages[chosen.name] = planning.installed(chosen.package, chosen.automatic);
        }
        return plan(title, before, withPackages(asked, packages), notes, options && options.force);
    }

    function requireInstalled(state: State, names: readonly string[] = []): void {
        for (const name of names) {
            if (state.lock.packages[name] === undefined) throw fail("not_installed", { name });
        }
    }

    /** Fetches what a plan needs, and does it. */
    function carryOut(todo: Plan, transaction: Transaction): Failure | undefined {
        const wanted: FileChange[] = [];
        const seen: Record<string, true | undefined> = {};
        let done = 0;
        let bytes = 0;
        let totalBytes = 0;
        for (const change of todo.files) {
            const to = change.to;
            if (to !== undefined && !seen[to.sha256] && !transaction.has(to)) {
                seen[to.sha256] = true;
                totalBytes += to.size;
                table.insert(wanted, change.path === FINISHER ? 1 : wanted.length + 1, change);
            }
        }
        const failure = forEach(wanted, (change) => {
            report("fetch", change.path, done, wanted.length, bytes, totalBytes);
            const [ok, content] = web.fetchFile(change, fetch);
            if (!ok) return content;
            const [staged, problem] = transaction.stage(change.to!, content);
            if (!staged) return problem;
            done += 1;
            bytes += change.to!.size;
            return undefined;
        });
        if (failure !== undefined) return failure;
        report("apply", todo.title, done, done, bytes, bytes);
        need(...transaction.commit(todo, store.stateFiles(todo.state, todo.before)));
        return undefined;
    }

    function apply(state: State, todo: Plan): undefined {
        const before = todo.before;
        if (!same(state.lock, before.lock) || !same(state.configuration, before.configuration)) {
            throw fail("changed_meanwhile", { path: store.LOCK });
        }
        if (todo.files.length + todo.data.length === 0 && same(state, todo.state)) return;
        const free = disk.getFreeSpace("");
        if (free !== "unlimited" && free < todo.needed) throw fail("no_space", { needed: todo.needed, free });
        const transaction = need(...open(disk, todo.files)) as Transaction;
        const [ok, failure] = pcall(() => carryOut(todo, transaction));
        if (ok && failure === undefined) return;
        transaction.keep();
        throw failure;
    }

    /** Changes nothing but the state. */
    function change(before: State, state: State, title: string): void {
        apply(before, plan(title, before, state, []));
    }

    /** Changes the list of registries: takes one out, then puts one in. */
    function changeRegistries(
        before: State,
        verb: string,
        registry: string,
        from?: number,
        to?: number,
        offered?: CachedRegistry,
    ): undefined {
        const registries: string[] = [];
        for (const known of before.configuration.registries) registries.push(known);
        const last = registries.length + (from === undefined ? 1 : 0);
        if (to !== undefined && !(to >= 1 && to <= last && to % 1 === 0)) {
            throw fail("registry_position", { position: to, last });
        }
        if (from !== undefined) table.remove(registries, from);
        if (to !== undefined) table.insert(registries, to, registry);
        const cached: Record<string, CachedRegistry | undefined> = {};
        for (const known of registries) cached[known] = before.cache.registries[known];
        cached[registry] ??= offered;
        const state = {
            configuration: { version: 1 as const, registries },
            lock: before.lock,
            cache: { version: 1 as const, registries: cached as Record<string, CachedRegistry> },
        };
        change(before, state, `${verb} registry ${registry}`);
    }

    /** Puts packages of the cache that stand whole on the disk back into a lock that was set aside. */
    function rebuildLock(before: State, lines: string[]): void {
        const candidates = candidatesOf(before);
        const packages: Installed = {};
        const found: string[] = [];
        for (const [name, known] of pairs(before.lock.packages)) packages[name] = known;
        const stands = (offered: Candidate) => {
            let isMeta = true;
            for (const [path, file] of pairs(offered.files)) {
                const seen = planning.look(disk, path);
                if (seen === undefined || !planning.matches(disk, path, seen, file)) return false;
                isMeta = false;
            }
            // A package without files is there when all that it brings is.
            for (const [name] of pairs(offered.dependencies)) {
                if (isMeta && packages[name] === undefined) return false;
            }
            return true;
        };
        let known = -1;
        while (found.length > known) {
            known = found.length;
            for (const name of planning.keys(candidates)) {
                for (const offered of candidates[name]!) {
                    if (packages[name] === undefined && stands(offered)) {
                        packages[name] = planning.installed(offered, false);
                        found.push(`${name} ${offered.version}`);
                    }
                }
            }
        }
        if (known === 0) return;
        lines.push(`Found again: ${table.concat(found, ", ")}.`);
        change(before, withPackages(before, packages), "recover the lock");
    }

    return {
        state: guarded((state: State) => state),
        update: guarded((before) => {
            const failures: Record<string, Failure> = {};
            change(before, ask(before, failures, "update"), "update");
            return failures;
        }),
        planInstall: guarded((before, names: readonly string[], options?: InstallOptions) =>
            planResolved(before, titleOf("install", names), names, [], options),
        ),
        planUpgrade: guarded((before, names?: readonly string[], options?: InstallOptions) => {
            requireInstalled(before, names);
            return planResolved(before, titleOf("upgrade", names), [], names ?? true, options);
        }),
        planUninstall: guarded((before, names: readonly string[], options?: UninstallOptions) => {
            const notes: string[] = [];
            const packages = planning.withoutPackages(before.lock, names, options ?? {}, notes);
            return plan(titleOf("uninstall", names), before, withPackages(before, packages), notes);
        }),
        verify: guarded((state, names?: readonly string[]) => {
            requireInstalled(state, names);
            return verify(disk, state.lock, names);
        }),
        planRepair: guarded((before, findings: readonly Finding[]) => {
            const notes: string[] = [];
            const repair: string[] = [];
            for (const finding of findings) repair.push(finding.path);
            const state = repair.length > 0 ? askWithNotes(before, notes, "repair") : before;
            return plan(titleOf("repair", repair), before, state, notes, false, repair);
        }),
        apply: guarded(apply),
        addRegistry: guarded((before, registry: string, options: { position?: number; force?: boolean } = {}) => {
            const known = before.configuration.registries;
            need(...web.baseUrl(registry));
            if (positionOf(known, registry) !== undefined) throw fail("registry_known", { registry });
            const [ok, answer] = web.fetchIndex(registry, fetch);
            if (!ok && options.force !== true) throw answer;
            const offered = ok ? { updated: now(), packages: answer.packages } : undefined;
            const position = options.position ?? known.length + 1;
            return changeRegistries(before, "add", registry, undefined, position, offered);
        }),
        removeRegistry: guarded((before, registry: string) => {
            const from = requirePosition(before, registry);
            return changeRegistries(before, "remove", registry, from);
        }),
        moveRegistry: guarded((before, registry: string, position: number) => {
            const from = requirePosition(before, registry);
            return changeRegistries(before, "move", before.configuration.registries[from - 1]!, from, position);
        }),
        recover: guarded((state, _first, _second, lines) => {
            for (const name of disk.isDir("trapos") ? disk.list("trapos") : []) {
                if (string.find(name, "^ccpm%.lock%.json%.broken")[0] !== undefined) {
                    rebuildLock(state, lines);
                    break;
                }
            }
            return lines;
        }, true),
    };
}

export = createCcpm;
