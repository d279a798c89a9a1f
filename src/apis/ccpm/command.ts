/** All that the program `ccpm` does, with its client handed in, so that the installer does the same. */
import type { Failure } from "../failure";
import { commands, flags, nearest, parse, type CommandLine } from "./arguments";
import { add, ask, bytes, during, fail, flush } from "./screen";
import { compare } from "./semver";
import type { Ccpm, Package, Plan, Result, State } from "./types";

/** What a command works with. */
export interface Context {
    /** Its `onProgress` should be `showProgress` of /apis/ccpm/screen, and its `onNote` the `say` from there. */
    readonly client: Ccpm;
    /** Shows why a command failed; as usual where absent. */
    readonly screen?: { readonly fail: typeof fail };
}

type Job = CommandLine & { readonly client: Ccpm; readonly state: State };

const NOTE = colours.yellow;
const REMARK = colours.lightGrey;

function refuse(message: string, hint: string): never {
    throw { message, hint };
}

/** Makes a call under the moving line; raises its failure. */
function need<T>(call: () => Result<T>): T {
    const [ok, value] = during(call);
    if (!ok) throw value;
    return value;
}

function sortedKeys(record: Record<string, unknown>): string[] {
    const keys: string[] = [];
    for (const [key] of pairs(record)) keys.push(key);
    table.sort(keys);
    return keys;
}

/** What the registries are known to offer, and which; of the same package what the first of them has. */
function offers(state: State): Record<string, { package: Package; registry: string } | undefined> {
    const found: Record<string, { package: Package; registry: string }> = {};
    for (const registry of state.configuration.registries) {
        const known = state.cache.registries[registry];
        for (const [name, offered] of pairs(known ? known.packages : {})) {
            found[name] ??= { package: offered, registry };
        }
    }
    return found;
}

/**
 * Tells of which installed packages newer versions are known.
 * @param state what is installed and known
 * @returns the newer versions by package
 */
export function newerVersions(state: State): Record<string, string | undefined> {
    const newer: Record<string, string> = {};
    const offered = offers(state);
    for (const [name, installed] of pairs(state.lock.packages)) {
        const offer = offered[name];
        if (offer && compare(offer.package.version, installed.version) > 0) newer[name] = offer.package.version;
    }
    return newer;
}

/** The words as names, where no words stand for all packages. */
function someOrAll(words: readonly string[]): readonly string[] | undefined {
    return words.length > 0 ? words : undefined;
}

/** Shows a plan, asks and applies it. */
function carryOut(job: Job, plan: Plan): boolean {
    let source: string | undefined;
    for (const change of plan.packages) {
        const name = change.name;
        const from = change.from;
        const to = change.to;
        const group = to === undefined ? "Remove:" : `From ${change.registry ?? "this computer"}:`;
        if (group !== source) add(group);
        source = group;
        if (to === undefined) add(`- ${name}`, colours.red, from);
        else if (from === undefined) add(`+ ${name}`, colours.lime, to);
        else add(`> ${name}`, NOTE, `${from} > ${to}`);
    }
    let fetched = 0;
    let hasStartup = false;
    for (const file of plan.files) {
        if (file.url !== undefined) fetched += 1;
        if (source === undefined) add((file.to ? "+ " : "- ") + file.path);
        if (file.to && string.sub(file.path, 1, 8) === "startup/") hasStartup = true;
    }
    for (const folder of plan.data) add(`- ${folder}/ (data)`, colours.red);
    const isIdle = plan.packages.length + plan.files.length + plan.data.length === 0;
    if (isIdle) add("There is nothing to do.");
    if (fetched > 0) add(`Fetch ${bytes(plan.download)}, ${fetched} ${fetched === 1 ? "file" : "files"}.`);
    const left = plan.free + plan.freed;
    if (!isIdle && left < math.huge) add(`Disk left: ${bytes(left)}.`);
    for (const note of plan.notes) add(note, NOTE);
    if (job.flags["dry-run"]) return true;
    // What does not fit on the disk needs no question: `apply` says so.
    if (!isIdle && plan.needed <= plan.free && !job.flags["yes"] && !ask("Go on?", true)) {
        add("Nothing has changed.");
        return false;
    }
    need(() => job.client.apply(plan));
    if (!isIdle) add(hasStartup ? "Done. To use it all: reboot" : "Done.", NOTE);
    return true;
}

function list(state: State, isUpdated: boolean): void {
    const newer = newerVersions(state);
    const names = sortedKeys(state.lock.packages);
    for (const automatic of [false, true]) {
        let isFirst = automatic;
        for (const name of names) {
            const installed = state.lock.packages[name]!;
            const known = newer[name];
            const version = installed.version;
            if ((installed.automatic === true) === automatic) {
                if (isFirst) add("Needed by these:", REMARK);
                isFirst = false;
                if (known === undefined) add(name, undefined, version);
                else add(name, NOTE, `${version} > ${known}`);
            }
        }
    }
    if (names.length === 0) add("Nothing is installed. See: ccpm search");
    if (next(newer)[0] !== undefined) add("Take the newer: ccpm upgrade", NOTE);
    else add(isUpdated ? "Nothing newer is known." : "Look for newer: ccpm update", REMARK);
}

function listRegistries(state: State): void {
    const registries = state.configuration.registries;
    for (const i of $range(1, registries.length)) {
        const registry = registries[i - 1]!;
        const known = state.cache.registries[registry];
        add(`${i} ${registry}`);
        if (known) {
            const date = os.date("%Y-%m-%d", known.updated / 1000) as string;
            add(`  ${sortedKeys(known.packages).length} packages, ${date}`, REMARK);
        } else {
            add("  Not asked yet", REMARK);
        }
    }
    if (registries.length === 0) add("There is none. Add one: ccpm registry add <registry>");
}

/** Changes the registries by a call that takes one and perhaps its place, and shows them. */
function changeRegistries(job: Job, call: (registry: string, position?: number) => Result<undefined>): void {
    const given = job.words[1];
    // What is no number is a place that there is none of.
    const position = given === undefined ? undefined : (tonumber(given) ?? 0);
    need(() => call(job.words[0]!, position));
    listRegistries(need(job.client.state));
}

/** The package that the first word names, as it is installed or else offered. */
function find(job: Job): Package {
    const name = job.words[0]!;
    const offer = offers(job.state)[name];
    const found = job.state.lock.packages[name] ?? (offer && offer.package);
    return (found as Package | undefined) ?? refuse(`No package ${name} is known.`, "See: ccpm search, ccpm update");
}

/** What each command does, by its name; false where it has not done it. */
const actions: Record<string, (job: Job) => unknown> = {
    install: (job) => carryOut(job, need(() => job.client.planInstall(job.words, job.flags as object))),
    uninstall: (job) => carryOut(job, need(() => job.client.planUninstall(job.words, job.flags as object))),
    upgrade: (job) =>
        carryOut(job, need(() => job.client.planUpgrade(someOrAll(job.words), job.flags as object))),
    update: (job) => {
        const problems = need(job.client.update);
        for (const registry of sortedKeys(problems)) fail(problems[registry]!);
        list(need(job.client.state), true);
    },
    list: (job) => { list(job.state, false); },
    search: (job) => {
        const offered = offers(job.state);
        let isFound = false;
        for (const name of sortedKeys(offered)) {
            const found = offered[name]!.package;
            const text = string.lower(`${name} ${found.description}`);
            let fits = true;
            for (const word of job.words) {
                fits = fits && string.find(text, string.lower(word), 1, true)[0] !== undefined;
            }
            if (fits) {
                add(`${name} ${found.version}${job.state.lock.packages[name] ? " (installed)" : ""}`, NOTE);
                add(`  ${found.description}`);
                isFound = true;
            }
        }
        if (!isFound) refuse("No such package is known.", "Look for new ones: ccpm update");
    },
    info: (job) => {
        const shown = find(job);
        const name = job.words[0]!;
        const packages = job.state.lock.packages;
        const installed = packages[name];
        const offer = offers(job.state)[name];
        add(name, NOTE);
        if (offer) add(offer.package.description);
        add("Installed:", undefined, installed ? installed.version : "no");
        if (installed && installed.automatic) add("As others need it");
        if (offer) add("Available:", undefined, offer.package.version);
        if (offer) add("From:", undefined, offer.registry);
        for (const other of sortedKeys(shown.dependencies)) {
            add("Needs:", undefined, `${other} ${shown.dependencies[other]}`);
        }
        for (const other of sortedKeys(packages)) {
            if (packages[other]!.dependencies[name] !== undefined) add("Needed by:", undefined, other);
        }
        let size = 0;
        for (const [, file] of pairs(shown.files)) size += file.size;
        add("Files:", undefined, `${sortedKeys(shown.files).length}, ${bytes(size)}`);
    },
    files: (job) => {
        const files = find(job).files;
        for (const path of sortedKeys(files)) add(path, undefined, bytes(files[path]!.size));
    },
    verify: (job) => {
        const findings = need(() => job.client.verify(someOrAll(job.words)));
        for (const finding of findings) add(`${finding.problem}: ${finding.path}`, colours.red);
        if (findings.length === 0) add("All files are as they were installed.");
        else if (job.flags["fix"]) return carryOut(job, need(() => job.client.planRepair(findings)));
        else add("Repair them: ccpm verify --fix", NOTE);
        return findings.length === 0;
    },
    recover: () => undefined,
    "registry list": (job) => { listRegistries(job.state); },
    "registry add": (job) => {
        const force = job.flags["force"];
        changeRegistries(job, (registry, position) => job.client.addRegistry(registry, { position, force }));
    },
    "registry remove": (job) => { changeRegistries(job, job.client.removeRegistry); },
    "registry move": (job) => { changeRegistries(job, job.client.moveRegistry as typeof job.client.removeRegistry); },
    version: (job) => {
        const own = job.state.lock.packages["ccpm"];
        add(`ccpm ${own ? own.version : "(not installed)"}`);
    },
};

function help(topic: string): void {
    const isNarrow = term.getSize()[0] < 40;
    let isFound = false;
    if (topic === "" && !isNarrow) add("ccpm installs, upgrades and removes packages.", NOTE);
    for (const command of commands) {
        const name = command[0];
        const purpose = command[2];
        const usage = string.match(`${name} ${command[1]}`, "^(.-) ?$")[0]!;
        if (topic === "") {
            add(usage, undefined, isNarrow ? undefined : purpose);
        } else if (string.sub(name, 1, topic.length) === topic) {
            add(`ccpm ${usage}`, NOTE);
            add(`  ${purpose}`);
            for (const flag of flags) {
                const [at] = string.find(` ${command[3]} `, ` ${flag[0]} `, 1, true);
                if (at !== undefined) add(`  --${flag[0]}`, undefined, flag[1]);
            }
            isFound = true;
        }
    }
    const unknown = parse([topic]);
    if (topic !== "" && !isFound) refuse(unknown.problem!, unknown.hint!);
}

/** Does what a command line says; false where that was not done. Raises failures. */
function perform(line: CommandLine, client: Ccpm): unknown {
    const command = line.command;
    if (line.problem !== undefined) refuse(line.problem, line.hint!);
    if (command === "help") return help(table.concat(line.words as string[], " "));
    const done = need(client.recover);
    for (const text of done) add(text, NOTE);
    if (command === "recover" && done.length === 0) add("There is nothing to recover.");
    const state = need(client.state);
    return actions[command]!({ command, words: line.words, flags: line.flags, client, state });
}

/** Says which packages may have been meant by words that are none. */
function suggest(words: readonly string[], client: Ccpm): void {
    const [known, state] = client.state();
    if (!known) return;
    const packages: Record<string, unknown> = offers(state);
    for (const [name] of pairs(state.lock.packages)) packages[name] = true;
    for (const word of words) {
        const meant = packages[word] === undefined ? nearest(word, sortedKeys(packages)) : undefined;
        if (meant !== undefined) add(`Did you mean: ${meant}?`, NOTE);
    }
}

/**
 * Does what a command line says. What a power cut left is put right first.
 * @param given the words after the program's name
 * @param context what to work with
 * @returns whether it succeeded; why not has been shown
 */
export function run(given: readonly string[], context: Context): boolean {
    const line = parse(given);
    const client = context.client;
    let done: unknown;
    const [ok, failure] = pcall(() => {
        done = perform(line, client);
    });
    if (!ok) {
        if (type(failure) !== "table") error(failure, 0);
        const tell = context.screen ? context.screen.fail : fail;
        tell(failure as unknown as Failure);
        if (line.problem === undefined) suggest(line.words, client);
    }
    flush();
    return ok && done !== false;
}
