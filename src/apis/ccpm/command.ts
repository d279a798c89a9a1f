/** All that the program `ccpm` does, with its client handed in, so that the installer does the same. */
import { parse, takes, type CommandLine } from "./arguments";
import { fail, type Failure } from "./failure";
import { keys } from "./plan";
import { add, ask, bytes, fail as show, flush, need, unattended } from "./screen";
import { compare } from "./semver";
import type { CachedPackage, Ccpm, Plan, State } from "./types";

type Words = readonly string[];
type Flags = CommandLine["flags"];

const NOTE = colours.yellow;
const REMARK = colours.lightGrey;

/**
 * What the registries are known to offer, and which of them: of each package what the first has, or the first that has
 * a newer one than is installed. That is what an installation or an upgrade takes if it fits.
 */
function offers(
    state: State,
): LuaMultiReturn<[Record<string, CachedPackage | undefined>, Record<string, string>]> {
    const offered: Record<string, CachedPackage> = {};
    const from: Record<string, string> = {};
    for (const registry of state.configuration.registries) {
        const known = state.cache.registries[registry];
        for (const [name, found] of pairs(known ? known.packages : {})) {
            const installed = state.lock.packages[name];
            const isNewer = (one: CachedPackage) => installed && compare(one.version, installed.version) > 0;
            const other = offered[name];
            if (other === undefined || (!isNewer(other) && isNewer(found))) {
                offered[name] = found;
                from[name] = registry;
            }
        }
    }
    return $multi(offered, from);
}

/** Shows a plan, asks and applies it; false where the player says no. */
function carryOut(plan: Plan, flags: Flags, client: Ccpm): boolean {
    let source: string | undefined;
    for (const change of plan.packages) {
        const name = change.name;
        const from = change.from;
        const to = change.to;
        const group = to === undefined ? "Remove:" : `From ${change.registry}:`;
        if (group !== source) add(group);
        source = group;
        if (to === undefined) add(`- ${name}`, colours.red, from);
        else if (from === undefined) add(`+ ${name}`, colours.lime, to);
        else add(`> ${name}`, NOTE, `${from} > ${to}`);
    }
    let fetched = 0;
    let done = "Done.";
    for (const file of plan.files) {
        if (file.to) fetched += 1;
        if (source === undefined) add((file.to ? "+ " : "- ") + file.path);
        if (file.to && string.sub(file.path, 1, 8) === "startup/") done = "Done. To use it all: reboot";
    }
    for (const path of plan.data) add(`- ${path} (data)`, colours.red);
    const isIdle = plan.packages.length + plan.files.length + plan.data.length === 0;
    const left = plan.free + plan.freed;
    if (fetched > 0) add(`Fetch ${bytes(plan.download)}, files: ${fetched}`);
    if (!isIdle && left >= 0 && left < math.huge) add(`Disk left: ${bytes(left)}`);
    for (const note of plan.notes) add(note, NOTE);
    // Notes alone say why nothing can be done.
    if (isIdle && plan.notes.length === 0) add("There is nothing to do.");
    if (flags["dry-run"]) return true;
    // What does not fit on the disk needs no question: `apply` says so.
    if (!isIdle && plan.needed <= plan.free && !flags["yes"] && !ask("Go on?", true)) return false;
    need(client.apply, plan);
    if (!isIdle) add(done, NOTE);
    return true;
}

/**
 * Lists what is installed, and what is newer.
 * @param state what is installed and known
 * @param otherwise is said where nothing newer is known; how to look for it, where it is absent
 * @returns whether anything newer is known
 */
export function list(state: State, otherwise?: string): boolean {
    const packages = state.lock.packages;
    const [offered] = offers(state);
    let hasNewer = false;
    for (const name of keys(packages)) {
        const installed = packages[name]!;
        const known = offered[name];
        const isNewer = known !== undefined && compare(known.version, installed.version) > 0;
        let version = installed.version;
        if (isNewer) version += ` > ${known.version}`;
        if (installed.automatic) version += " (needed)";
        add(name, isNewer ? NOTE : undefined, version);
        hasNewer = hasNewer || isNewer;
    }
    if (hasNewer) add("Take the newer: ccpm upgrade", NOTE);
    else if (next(packages)[0] === undefined) add("Nothing is installed. See: ccpm search");
    else add(otherwise ?? "Look for newer: ccpm update", REMARK);
    return hasNewer;
}

function listRegistries(state: State): void {
    for (const [number, registry] of ipairs(state.configuration.registries)) {
        const known = state.cache.registries[registry];
        add(`${number} ${registry}`);
        if (known) {
            const date = os.date("%Y-%m-%d", known.updated / 1000) as string;
            add(`  packages: ${keys(known.packages).length}, ${date}`, REMARK);
        }
    }
    if (state.configuration.registries.length === 0)
        add("There is none. Add one: ccpm registry add <registry>");
}

/** The second word as a position up to a last one; fails where it is no number. */
function positionIn(words: Words, last: number): number | undefined {
    const position = tonumber(words[1] ?? "");
    if (words[1] !== undefined && position === undefined)
        throw fail("registry_position", { position: words[1], last });
    return position;
}

/** The first word as a registry, which may be given by its number in the list. */
function registryIn(state: State, words: Words): string {
    const word = words[0]!;
    return state.configuration.registries[(tonumber(word) ?? 0) - 1] ?? word;
}

/** Gives false where a command was not done, and a plan where that is to be carried out. */
type Action = (this: void, state: State, words: Words, flags: Flags, client: Ccpm) => unknown;

/** What commands do, by their names. */
const actions: Record<string, Action | undefined> = {
    install: (_, words, flags, client) => need(client.planInstall, words, flags as object),
    uninstall: (_, words, flags, client) => need(client.planUninstall, words, flags as object),
    // No words stand for all packages.
    upgrade: (_, words, flags, client) =>
        need(client.planUpgrade, words.length > 0 ? words : undefined, flags as object),
    update: (_, _words, _flags, client) => {
        need(client.update);
        list(need(client.state), "Nothing newer is known.");
    },
    list: (state) => {
        list(state);
    },
    search: (state, words) => {
        const [offered] = offers(state);
        let isFound = false;
        for (const name of keys(offered)) {
            const known = offered[name]!;
            const text = string.lower(`${name} ${known.description}`);
            let fits = true;
            for (const word of words) {
                fits = fits && string.find(text, string.lower(word), 1, true)[0] !== undefined;
            }
            if (fits) {
                const installed = state.lock.packages[name];
                const has = installed && installed.version;
                const mark = has === known.version ? " (installed)" : ` (installed: ${has})`;
                add(name, NOTE, known.version + (has === undefined ? "" : mark));
                add(`  ${known.description}`);
                isFound = true;
            }
        }
        if (!isFound) add("No such package is known. Look: ccpm update", colours.red);
        return isFound;
    },
    info: (state, words) => {
        const name = words[0]!;
        const packages = state.lock.packages;
        const [offered, from] = offers(state);
        const installed = packages[name];
        const known = offered[name];
        if (!installed && !known) throw fail("unknown_package", { name });
        add(name, NOTE);
        if (known) {
            add(known.description);
            add("Available:", undefined, `${known.version}, ${bytes(known.size)}`);
            add("From:", undefined, from[name]);
        }
        if (installed) add("Installed:", undefined, installed.version);
        const dependencies = (installed ?? known!).dependencies;
        for (const other of keys(dependencies)) add("Needs:", undefined, `${other} ${dependencies[other]}`);
        for (const other of keys(packages)) {
            if (packages[other]!.dependencies[name] !== undefined) add("Needed by:", undefined, other);
        }
    },
    files: (state, words) => {
        const name = words[0]!;
        const installed = state.lock.packages[name];
        if (!installed) throw fail("not_installed", { name });
        for (const path of keys(installed.files)) add(path, undefined, bytes(installed.files[path]!.size));
    },
    verify: (state, words, flags, client) => {
        const findings = need(client.verify, words.length > 0 ? words : undefined);
        for (const finding of findings) add(`${finding.problem}: ${finding.path}`, colours.red);
        if (next(state.lock.packages)[0] === undefined) add("Nothing is installed.");
        else if (findings.length === 0) add("All files are as they were installed.");
        else if (flags["fix"]) {
            const plan = need(client.planRepair, findings);
            // For what cannot be repaired it has a note in place of a file.
            return carryOut(plan, flags, client) && plan.files.length === findings.length;
        } else add("Repair them: ccpm verify --fix", NOTE);
        return findings.length === 0;
    },
    version: (state) => {
        const own = state.lock.packages["ccpm"];
        add(`ccpm ${own ? own.version : "(not installed)"}`);
    },
    "registry add": (state, words, flags, client) => {
        const position = positionIn(words, state.configuration.registries.length + 1);
        need(client.addRegistry, words[0]!, { position, force: flags["force"] });
    },
    "registry remove": (state, words, _flags, client) => {
        need(client.removeRegistry, registryIn(state, words));
    },
    "registry move": (state, words, _flags, client) => {
        const position = positionIn(words, state.configuration.registries.length)!;
        need(client.moveRegistry, registryIn(state, words), position);
    },
};

/**
 * Says what a help text has on the commands that begin with some words, and on their flags.
 * @param program whose text it is
 * @param topic the words; all is said where they are empty
 * @returns whether there is anything
 */
export function help(program: string, topic: string): boolean {
    const [width] = term.getSize();
    const path = `/help/${program}.txt`;
    let isFound = false;
    if (!fs.exists(path)) throw fail("no_help", { path });
    for (const [line] of io.lines(path)) {
        const [flag] = string.match(line, "^%-%-([%l%-]+)");
        if (string.sub(line, 1, topic.length) === topic || (flag !== undefined && takes(topic, flag))) {
            // Where two columns have no room the second goes below the first.
            add(line.length > width ? string.gsub(line, "(%S)  +", "%1\n")[0] : line);
            isFound = true;
        }
    }
    return isFound;
}

/** Does what a command line says; false where that was not done. Raises failures. */
function perform(line: CommandLine, client: Ccpm): boolean {
    const command = line.command;
    if (line.problem !== undefined) add(line.problem, colours.red);
    if (command === "help") {
        const topic = table.concat(line.words as string[], " ");
        const isFound = help("ccpm", topic);
        if (!isFound && topic === "") throw fail("no_help", { path: "/help/ccpm.txt" });
        if (!isFound && line.problem === undefined) add(`There is no command ${topic}.`, colours.red);
        if (!isFound) add("See: ccpm help");
        return isFound && line.problem === undefined;
    }
    if (need(client.recover).length === 0 && command === "recover") add("There is nothing to recover.");
    const act = actions[command];
    const result = act && act(need(client.state), line.words, line.flags, client);
    if (string.sub(command, 1, 8) === "registry") listRegistries(need(client.state));
    if (type(result) === "table") return carryOut(result as Plan, line.flags, client);
    return result !== false;
}

/** Says which package may have been meant by a word that is none: one with as much of it as can be. */
function suggest(words: Words, client: Ccpm): void {
    const [offered] = offers(need(client.state));
    for (const word of words) {
        // Longer words are no names, and would only take time.
        for (const length of $range(offered[word] ? 0 : Math.min(word.length, 40), 2, -1)) {
            for (const name of keys(offered)) {
                if (string.find(name, string.lower(string.sub(word, 1, length)), 1, true)[0] !== undefined) {
                    add(`Did you mean: ${name}?`, NOTE);
                    return;
                }
            }
        }
    }
}

/**
 * Does what a command line says. What a power cut left is put right first.
 * @param given the words after the program's name
 * @param client what it works with; its `onProgress` should be `showProgress` of /apis/ccpm/screen, its `onNote` `note`
 * @returns whether it succeeded; why not has been shown
 */
export function run(given: Words, client: Ccpm): boolean {
    const line = parse(given);
    if (line.flags["yes"]) unattended();
    const [ok, done] = pcall(perform, line, client);
    if (!ok) {
        if (type(done) !== "table") error(done, 0);
        show(done as unknown as Failure);
        if ((done as unknown as Failure).code === "unknown_package") suggest(line.words, client);
    }
    flush();
    return ok && done;
}
