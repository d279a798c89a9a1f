/** All that the program `ccpm` does, with its client handed in, so that the installer does the same. */
import type { Failure } from "../failure";
import { commands, flags, nearest, parse, type CommandLine } from "./arguments";
import { ask, bytes, during, fail, say, show, type Line } from "./screen";
import { compare } from "./semver";
import type { Candidate, Ccpm, Package, Plan, Result, State } from "./types";

/** What a command works with. */
export interface Context {
    /** Its `onProgress` should be `showProgress` of /apis/ccpm/screen, and its `onNote` the `say` from there. */
    readonly client: Ccpm;
    /** Shows why a call failed; as usual where absent. */
    readonly screen?: { readonly fail: typeof fail };
}

type Job = Context & CommandLine;
/** A planning call of the client. The options of all of them have the names of the flags. */
type Planner = (names: readonly string[], options: object) => Result<Plan>;
type Known = Record<string, unknown>;

const TEXT = colours.white;
const NOTE = colours.yellow;
const REMARK = colours.lightGrey;

/** Makes a call under the moving line, and shows why it failed. */
function attempt<T>(context: Context, call: () => Result<T>): Result<T> {
    let ok = false;
    let value: unknown;
    during(() => {
        [ok, value] = call();
    });
    const tell = context.screen ? context.screen.fail : fail;
    if (!ok) tell(value as Failure);
    return $multi(ok, value) as unknown as Result<T>;
}

function sortedKeys(record: Known): string[] {
    const keys: string[] = [];
    for (const [key] of pairs(record)) keys.push(key);
    table.sort(keys);
    return keys;
}

type Offer = Pick<Candidate, "registry"> & { readonly package: Package };

/** What the registries are known to offer; of the same package what the first of them has. */
function offers(state: State): Record<string, Offer | undefined> {
    const found: Record<string, Offer> = {};
    for (const registry of state.configuration.registries) {
        const known = state.cache.registries[registry];
        for (const [name, offered] of pairs(known ? known.packages : {})) {
            found[name] ??= { registry, package: offered };
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
function someOrAll(job: Job): readonly string[] | undefined {
    return job.words.length > 0 ? job.words : undefined;
}

/** Says what may have been meant by those of the words that are no known name. */
function suggest(words: readonly string[], known: Known): void {
    for (const word of words) {
        const meant = known[word] === undefined ? nearest(word, sortedKeys(known)) : undefined;
        if (meant !== undefined) say(`Did you mean: ${meant}?`, NOTE);
    }
}

function describePlan(plan: Plan): Line[] {
    const lines: Line[] = [];
    let source: string | undefined;
    for (const change of plan.packages) {
        const name = change.name;
        const from = change.from;
        const to = change.to;
        const now = to === undefined ? "Remove:" : `From ${change.registry ?? "this computer"}:`;
        if (now !== source) lines.push([now]);
        source = now;
        if (to === undefined) lines.push([`- ${name}`, colours.red, from]);
        else if (from === undefined) lines.push([`+ ${name}`, colours.lime, to]);
        else lines.push([`> ${name}`, NOTE, `${from} > ${to}`]);
    }
    let fetched = 0;
    for (const file of plan.files) {
        if (file.url !== undefined) fetched += 1;
        if (source === undefined) lines.push([(file.to ? "+ " : "- ") + file.path]);
    }
    for (const folder of plan.data) lines.push([`- ${folder}/ (data)`, colours.red]);
    if (fetched > 0) lines.push([`Fetch ${bytes(plan.download)}, ${fetched} ${fetched === 1 ? "file" : "files"}.`]);
    const left = plan.free + plan.freed;
    if (left < math.huge) lines.push([`Disk left: ${bytes(left)}.`]);
    return lines;
}

/** Plans, shows the plan, asks and applies it. `known` are the names that the words may be. */
function carryOut(job: Job, known: Known, planner: Planner): boolean {
    const [planned, plan] = attempt(job, () => planner(job.words, job.flags));
    if (!planned) {
        suggest(job.words, known);
        return false;
    }
    const isIdle = plan.packages.length + plan.files.length + plan.data.length === 0;
    const lines: Line[] = isIdle ? [["There is nothing to do."]] : describePlan(plan);
    for (const note of plan.notes) lines.push([note, NOTE]);
    show(lines);
    if (job.flags["dry-run"]) return true;
    // What does not fit on the disk needs no question: `apply` says so.
    if (!isIdle && plan.needed <= plan.free && !job.flags["yes"] && !ask("Go on?", true)) {
        say("Nothing has changed.");
        return false;
    }
    const [applied] = attempt(job, () => job.client.apply(plan));
    if (applied && !isIdle) {
        let end = "Done.";
        for (const file of plan.files) {
            if (file.to && string.sub(file.path, 1, 8) === "startup/") end = "Done. To use it all: reboot";
        }
        say(end, NOTE);
    }
    return applied;
}

function list(job: Job, state: State): boolean {
    const newer = newerVersions(state);
    const asked: Line[] = [];
    const needed: Line[] = [];
    for (const name of sortedKeys(state.lock.packages)) {
        const installed = state.lock.packages[name]!;
        const version = installed.version;
        const known = newer[name];
        const line: Line = known === undefined ? [name, TEXT, version] : [name, NOTE, `${version} > ${known}`];
        if (installed.automatic) needed.push(line);
        else asked.push(line);
    }
    if (needed.length > 0) asked.push(["Needed by these:", REMARK]);
    for (const line of needed) asked.push(line);
    if (asked.length === 0) asked.push(["Nothing is installed. See: ccpm search"]);
    if (next(newer)[0] !== undefined) asked.push(["Take the newer: ccpm upgrade", NOTE]);
    else if (job.command === "update") asked.push(["Nothing newer is known."]);
    else asked.push(["Look for newer: ccpm update", REMARK]);
    show(asked);
    return true;
}

function search(job: Job, state: State): boolean {
    const lines: Line[] = [];
    const offered = offers(state);
    for (const name of sortedKeys(offered)) {
        const found = offered[name]!.package;
        const text = string.lower(`${name} ${found.description}`);
        let fits = true;
        for (const word of job.words) {
            fits = fits && string.find(text, string.lower(word), 1, true)[0] !== undefined;
        }
        if (fits) {
            const mark = state.lock.packages[name] ? " (installed)" : "";
            lines.push([`${name} ${found.version}${mark}`, NOTE]);
            lines.push([`  ${found.description}`]);
        }
    }
    const isFound = lines.length > 0;
    if (!isFound) lines.push(["No such package is known. Look for new ones: ccpm update", REMARK]);
    show(lines);
    return isFound;
}

/** Shows a package, as it is installed or else offered: all about it, or its files. */
function showPackage(job: Job, state: State): boolean {
    const name = job.words[0]!;
    const packages = state.lock.packages;
    const installed = packages[name];
    const known = offers(state);
    const offer = known[name];
    const shown = installed ?? (offer && offer.package);
    if (!shown) {
        fail({ message: `No package ${name} is known.`, hint: "See: ccpm search, ccpm update" });
        suggest(job.words, known);
        return false;
    }
    const files: Line[] = [];
    let size = 0;
    for (const path of sortedKeys(shown.files)) {
        const file = shown.files[path]!;
        size += file.size;
        files.push([path, TEXT, bytes(file.size)]);
    }
    if (job.command === "files") {
        show(files);
        return true;
    }
    const lines: Line[] = [[name, NOTE]];
    if (offer) lines.push([offer.package.description]);
    const how = installed && installed.automatic ? " (as others need it)" : "";
    lines.push(["Installed:", TEXT, (installed ? installed.version : "no") + how]);
    if (offer) lines.push(["Available:", TEXT, offer.package.version]);
    if (offer) lines.push(["From:", TEXT, offer.registry]);
    for (const other of sortedKeys(shown.dependencies)) {
        lines.push(["Needs:", TEXT, `${other} ${shown.dependencies[other]}`]);
    }
    for (const other of sortedKeys(packages)) {
        if (packages[other]!.dependencies[name] !== undefined) lines.push(["Needed by:", TEXT, other]);
    }
    lines.push(["Files:", TEXT, `${files.length}, ${bytes(size)}`]);
    show(lines);
    return true;
}

function verify(job: Job, state: State): boolean {
    const client = job.client;
    const [ok, findings] = attempt(job, () => client.verify(someOrAll(job)));
    if (!ok) suggest(job.words, state.lock.packages);
    if (!ok) return false;
    const lines: Line[] = [];
    for (const finding of findings) lines.push([`${finding.problem}: ${finding.path}`, colours.red]);
    const isRight = lines.length === 0;
    if (isRight) lines.push(["All files are as they were installed."]);
    else if (!job.flags["fix"]) lines.push(["Repair them: ccpm verify --fix", NOTE]);
    show(lines);
    return isRight || (job.flags["fix"] === true && carryOut(job, {}, () => client.planRepair(findings)));
}

function listRegistries(_job: Job, state: State): boolean {
    const lines: Line[] = [];
    for (const registry of state.configuration.registries) {
        const known = state.cache.registries[registry];
        lines.push([`${lines.length / 2 + 1} ${registry}`]);
        const count = sortedKeys(known ? known.packages : {}).length;
        const date = known && os.date("%Y-%m-%d", known.updated / 1000);
        lines.push([known ? `  ${count} packages, ${date as string}` : "  Not asked yet", REMARK]);
    }
    if (lines.length === 0) lines.push(["There is none. Add one: ccpm registry add <registry>"]);
    show(lines);
    return true;
}

/** Makes a command of a call that changes something, after which the state is read anew and shown. */
function thenShow(
    call: (job: Job, word: string, position: number) => Result<unknown>,
    showState: (job: Job, state: State) => boolean,
) {
    return (job: Job): boolean => {
        const given = job.words[1];
        const position = (given !== undefined && (tonumber(given) ?? 0)) || undefined;
        const [done, value] = attempt(job, () => call(job, job.words[0]!, position!));
        if (!done) return false;
        // What `update` could not reach.
        for (const [, failure] of pairs((value ?? {}) as Record<string, Failure>)) fail(failure);
        const [read, state] = attempt(job, job.client.state);
        return read && showState(job, state);
    };
}

function help(job: Job): boolean {
    const topic = table.concat([...job.words], " ");
    const isNarrow = term.getSize()[0] < 40;
    const lines: Line[] = [];
    if (topic === "" && !isNarrow) lines.push(["ccpm installs, upgrades and removes packages.", NOTE]);
    for (const command of commands) {
        const name = command[0];
        const purpose = command[2];
        const usage = string.match(`${name} ${command[1]}`, "^(.-) ?$")[0]!;
        if (topic === "" && isNarrow) {
            lines.push([usage]);
        } else if (topic === "") {
            lines.push([usage, TEXT, purpose]);
        } else if (string.sub(name, 1, topic.length) === topic) {
            lines.push([`ccpm ${usage}`, NOTE]);
            lines.push([`  ${purpose}`]);
            for (const flag of flags) {
                const [at] = string.find(` ${command[3]} `, ` ${flag[0]} `, 1, true);
                if (at !== undefined) lines.push([`  --${flag[0]}`, TEXT, flag[1]]);
            }
        }
    }
    const unknown = parse([topic]);
    if (lines.length > 0) show(lines);
    else fail({ message: unknown.problem!, hint: unknown.hint! });
    return lines.length > 0;
}

/** What each command does, by its name. */
const actions: Record<string, (job: Job, state: State) => boolean> = {
    install: (job, state) => carryOut(job, offers(state), job.client.planInstall),
    uninstall: (job, state) => carryOut(job, state.lock.packages, job.client.planUninstall),
    upgrade: (job, state) => carryOut(job, state.lock.packages, (_names, options) => job.client.planUpgrade(someOrAll(job), options)),
    update: thenShow((job) => job.client.update(), list),
    list,
    search,
    info: showPackage,
    files: showPackage,
    verify,
    recover: () => true,
    "registry list": listRegistries,
    "registry add": thenShow(
        (job, registry, position) =>
            job.client.addRegistry(registry, { position, force: job.flags["force"] }),
        listRegistries,
    ),
    "registry remove": thenShow((job, registry) => job.client.removeRegistry(registry), listRegistries),
    "registry move": thenShow((job, registry, n) => job.client.moveRegistry(registry, n), listRegistries),
    version: (_job, state) => {
        const own = state.lock.packages["ccpm"];
        say(`ccpm ${own ? own.version : "(not installed)"}`);
        return true;
    },
};

/**
 * Does what a command line says. What a power cut left is put right first.
 * @param given the words after the program's name
 * @param context what to work with
 * @returns whether it succeeded; why not has been shown
 */
export function run(given: readonly string[], context: Context): boolean {
    const line = parse(given);
    const command = line.command;
    const client = context.client;
    if (line.problem !== undefined) {
        fail({ message: line.problem, hint: line.hint! });
        return false;
    }
    const job: Job = { client, screen: context.screen, command, words: line.words, flags: line.flags };
    if (command === "help") return help(job);
    const [recovered, done] = attempt(context, client.recover);
    if (!recovered) return false;
    for (const text of done) say(text, NOTE);
    if (command === "recover" && done.length === 0) say("There is nothing to recover.");
    const [ok, state] = attempt(context, client.state);
    return ok && actions[command]!(job, state);
}
