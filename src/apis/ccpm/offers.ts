/** What the registries offer. */
import { outcome } from "../trapos/failure";
import { fail, type Failure } from "./failure";
import { keys, same } from "./tables";
import { fetchIndex } from "./registry";
import { copy, replace, type Writable } from "./state";
import type { CachedPackage, CachedRegistry, Candidate, State, Tools } from "./types";

/** How many packages of a registry are named that are left out. */
const MOST_NAMED = 5;

/** Tells which packages of a registry are left out, and why. */
function noteLeftOut(tools: Tools, registry: string, leftOut: Record<string, string>): void {
    const names = keys(leftOut);
    for (const [place, name] of ipairs(names)) {
        if (place > MOST_NAMED) break;
        tools.onNote(`${registry}: left out: ${name} (${leftOut[name]})`);
    }
    const more = names.length - MOST_NAMED;
    if (more > 0) tools.onNote(`${registry}: left out: ${more} more`);
}

/**
 * Asks registries what they have. One that does not answer is left out, with a note.
 * @param tools what is used of the computer, and who is told
 * @param before the state up to now
 * @param isOptional whether to go on where none answers
 * @param only those that are asked; all that are configured where it is absent
 * @returns the state with what is new in its cache, of each package what the registries offer in their order, and why
 * packages are left out, by name
 */
export function askRegistries(
    tools: Tools,
    before: State,
    isOptional?: boolean,
    only?: readonly string[],
): LuaMultiReturn<[State, Record<string, Candidate[]>, Record<string, string>]> {
    const registries = only ?? before.configuration.registries;
    const total = registries.length;
    const cached: Record<string, CachedRegistry | undefined> = copy(before.cache.registries);
    const candidates: Record<string, Candidate[]> = {};
    const leftOut: Record<string, string> = {};
    const failures: Failure[] = [];
    for (const [place, registry] of ipairs(registries)) {
        tools.onProgress({ phase: "index", name: registry, done: place - 1, total, bytes: 0, totalBytes: 0 });
        const [ok, answer] = outcome(() => fetchIndex(registry, tools.fetch));
        if (ok) {
            noteLeftOut(tools, registry, answer.leftOut);
            for (const [name, why] of pairs(answer.leftOut)) leftOut[name] ??= why;
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
            const isKnown = known && same(known.packages, packages);
            if (!isKnown) cached[registry] = { updated: tools.now(), packages };
        } else failures.push(answer);
    }
    if (failures.length === total && !isOptional) throw failures[0] ?? fail("no_registry");
    for (const failure of failures) tools.onNote(`${failure.message} It is left out.`);
    return $multi(replace(before, "cache", "registries", cached), candidates, leftOut);
}
