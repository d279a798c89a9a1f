/**
 * The package manager for programs: `local ccpm = require("/apis/libccpm")()`.
 *
 * Each function returns `true, value` or `false, failure` and never raises, except for `Terminated` (Ctrl+T), which it
 * passes on after it has put what was fetched aside for the next time. Planning and doing are apart: a plan is plain
 * data that can be shown and thrown away, and `apply` does it, whole or not at all. While a function waits for a
 * registry it takes every event of its coroutine: run it under `parallel` beside code that needs events of its own.
 */
import { apply } from "./ccpm/apply";
import { fail, need, raise, type Failure } from "./ccpm/failure";
import * as finish from "./ccpm/finish";
import { askRegistries } from "./ccpm/offers";
import * as planning from "./ccpm/plan";
import { baseUrl } from "./ccpm/registry";
import { resolve } from "./ccpm/resolve";
import { copy, readState, replace, type Writable } from "./ccpm/state";
import type {
    Candidate,
    Ccpm,
    Environment,
    Finding,
    InstalledPackage,
    InstallOptions,
    Plan,
    Result,
    State,
    Tools,
    UninstallOptions,
} from "./ccpm/types";
import { verify } from "./ccpm/verify";
import { send } from "./http";

/** Seconds until a request counts as timed out. */
const TIMEOUT = 30;

type Names = readonly string[];

function titleOf(verb: string, names: Names): string {
    return string.sub(table.concat([verb, ...names], " "), 1, 80);
}

/**
 * The position of a registry among others, or undefined where it is not one of them; `owner/repo` and the URL that it
 * stands for are the same registry.
 */
function positionOf(registries: Names, registry: string): number | undefined {
    const [, base] = baseUrl(registry);
    for (const [position, known] of ipairs(registries)) {
        const [, other] = baseUrl(known);
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
    const disk = environment.fs ?? fs;
    const onNote = environment.onNote ?? (() => {});
    const tools: Tools = {
        disk,
        fetch: environment.fetch ?? ((url) => send({ url, timeout: TIMEOUT })),
        now: environment.now ?? (() => os.epoch("utc")),
        onProgress: environment.onProgress ?? (() => {}),
        onNote,
    };

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
                const state = need(...readState(disk, notes)) as Writable<State>;
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

    /** Plans what a resolution leads to. */
    function planResolved(
        before: State,
        title: string,
        wanted: Names,
        newest: Names | true,
        options?: InstallOptions,
    ): Plan {
        const [state, candidates] = askRegistries(tools, before);
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

    /** Changes nothing but the state. */
    function change(before: State, state: State, title: string): undefined {
        return apply(tools, planning.makePlan(disk, title, before, state, []));
    }

    /** The state with a registry at a position, or nowhere; fails unless it is new, or not, as it should be. */
    function place(before: State, registry: string, position: number | undefined, isNew: boolean): State {
        const registries: string[] = copy(before.configuration.registries);
        const from = positionOf(registries, registry);
        if (isNew !== (from === undefined)) raise(isNew ? "registry_known" : "registry_unknown", { registry });
        const name = from === undefined ? registry : table.remove(registries, from)!;
        const last = registries.length + 1;
        const to = position ?? last;
        if (!(type(to) === "number" && to >= 1 && to <= last && to % 1 === 0)) raise("registry_position", { position: to, last });
        if (isNew || position !== undefined) table.insert(registries, to, name);
        return replace(before, "configuration", "registries", registries);
    }

    return {
        state: guarded((state: State) => state),
        update: guarded((before) => {
            const [state] = askRegistries(tools, before);
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
            const [state, candidates] = askRegistries(tools, before, true);
            return planning.makePlan(disk, "repair", before, state, [], candidates, true, findings);
        }),
        apply: guarded((_before, plan: Plan) => apply(tools, plan)),
        addRegistry: guarded((before, registry: string, options: { position?: number; force?: boolean } = {}) => {
            need(...baseUrl(registry));
            const placed = place(before, registry, options.position, true);
            const [state] = askRegistries(tools, placed, options.force, [registry]);
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
