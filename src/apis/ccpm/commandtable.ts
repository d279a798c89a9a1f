/** What `ccpm` understands, and what each command does. */
import type { Flag, Program } from "../trapos/commandline";
import { add, show, start } from "../trapos/listing";
import { say } from "../trapos/screen";
import { carryOut, carryOutUpgrade } from "./carryout";
import type { Calls } from "./client";
import type { CcpmCommand, Flags } from "./command";
import { raise } from "./failure";
import { installedNames, offeredNames, registryNames } from "./known";
import { NOTE, showFiles, showInstalled, showPackage, showRegistries, showSearch } from "./packagelist";
import { working } from "./progress";
import type { Finding } from "./types";

type Words = readonly string[];

function install(ccpm: Calls, words: Words, flags: Flags): boolean {
    return carryOut(
        ccpm,
        working(() => ccpm.planInstall(words, { force: flags.force === true })),
        flags,
    );
}

function uninstall(ccpm: Calls, words: Words, flags: Flags): boolean {
    const options = { cascade: flags.cascade === true, unused: flags.unused === true };
    return carryOut(
        ccpm,
        working(() => ccpm.planUninstall(words, options)),
        flags,
    );
}

function upgrade(ccpm: Calls, words: Words, flags: Flags): boolean {
    // No words stand for all packages.
    const names = words.length > 0 ? words : undefined;
    return carryOutUpgrade(ccpm, names, flags.force === true, flags);
}

function update(ccpm: Calls): boolean {
    working(() => ccpm.update());
    showInstalled(ccpm.state(), "Nothing newer is known.");
    return true;
}

function list(ccpm: Calls): boolean {
    showInstalled(ccpm.state());
    return true;
}

function search(ccpm: Calls, words: Words): boolean {
    return showSearch(ccpm.state(), words);
}

function info(ccpm: Calls, words: Words): boolean {
    showPackage(ccpm.state(), words[0]!);
    return true;
}

function files(ccpm: Calls, words: Words): boolean {
    showFiles(ccpm.state(), words[0]!);
    return true;
}

/** Repairs what was found; true where all of it is as it was installed then. */
function repair(ccpm: Calls, findings: readonly Finding[], flags: Flags): boolean {
    const plan = working(() => ccpm.planRepair(findings));
    // For what cannot be repaired it has a note in place of a file.
    return carryOut(ccpm, plan, flags) && plan.files.length === findings.length;
}

function verify(ccpm: Calls, words: Words, flags: Flags): boolean {
    const names = words.length > 0 ? words : undefined;
    const findings = working(() => ccpm.verify(names));
    const listing = start();
    for (const finding of findings) add(listing, `${finding.problem}: ${finding.path}`, colours.red);
    const isSound = findings.length === 0;
    const isFixed = flags.fix === true && !isSound;
    if (next(ccpm.state().lock.packages)[0] === undefined) add(listing, "Nothing is installed.");
    else if (isSound) add(listing, "All files are as they were installed.");
    else if (!isFixed) add(listing, "Repair them: ccpm verify --fix", NOTE);
    show(listing);
    if (isFixed) return repair(ccpm, findings, flags);
    return isSound;
}

function recover(ccpm: Calls): boolean {
    // What there was has been told as a note.
    if (ccpm.recover().length === 0) say("There is nothing to recover.");
    return true;
}

function listRegistries(ccpm: Calls): boolean {
    showRegistries(ccpm.state());
    return true;
}

/** The second word as a position up to a last one; fails where it is no number. */
function positionIn(words: Words, last: number): number | undefined {
    const word = words[1];
    if (word === undefined) return undefined;
    return tonumber(word) ?? raise("registry_position", { position: word, last });
}

/** The first word as a registry, which may be given by its number in the list. */
function registryIn(ccpm: Calls, words: Words): string {
    const word = words[0]!;
    return ccpm.state().configuration.registries[(tonumber(word) ?? 0) - 1] ?? word;
}

function addRegistry(ccpm: Calls, words: Words, flags: Flags): boolean {
    const position = positionIn(words, ccpm.state().configuration.registries.length + 1);
    working(() => ccpm.addRegistry(words[0]!, { position, force: flags.force === true }));
    return listRegistries(ccpm);
}

function removeRegistry(ccpm: Calls, words: Words): boolean {
    const registry = registryIn(ccpm, words);
    working(() => ccpm.removeRegistry(registry));
    return listRegistries(ccpm);
}

function moveRegistry(ccpm: Calls, words: Words): boolean {
    const position = positionIn(words, ccpm.state().configuration.registries.length)!;
    const registry = registryIn(ccpm, words);
    working(() => ccpm.moveRegistry(registry, position));
    return listRegistries(ccpm);
}

const MANY = Infinity;

/** Flags of whatever changes packages. */
export const YES: Flag = { name: "yes", letter: "y", purpose: "Do not ask" };
export const DRY_RUN: Flag = { name: "dry-run", purpose: "Only show what would be done" };
export const FORCE: Flag = { name: "force", purpose: "Do it anyway; files are kept aside" };

/** Takes newer versions; `trapos` does so, too. */
export const UPGRADE: CcpmCommand = {
    name: "upgrade",
    usage: "upgrade [package]...",
    purpose: "Take newer versions",
    most: MANY,
    flags: ["yes", "dry-run", "force"],
    complete: installedNames,
    run: upgrade,
};

/** What `ccpm` understands. */
export const program: Program<CcpmCommand> = {
    name: "ccpm",
    commands: [
        {
            name: "install",
            usage: "install <package>...",
            purpose: "Install packages",
            least: 1,
            most: MANY,
            flags: ["yes", "dry-run", "force"],
            complete: offeredNames,
            run: install,
        },
        {
            name: "uninstall",
            usage: "uninstall <package>...",
            purpose: "Remove packages",
            least: 1,
            most: MANY,
            flags: ["yes", "dry-run", "cascade", "unused"],
            complete: installedNames,
            run: uninstall,
        },
        UPGRADE,
        { name: "update", usage: "update", purpose: "Look for new versions", flags: [], run: update },
        { name: "list", usage: "list", purpose: "What is installed", flags: [], run: list },
        {
            name: "search",
            usage: "search [word]...",
            purpose: "What can be installed",
            most: MANY,
            flags: [],
            run: search,
        },
        {
            name: "info",
            usage: "info <package>",
            purpose: "About a package",
            least: 1,
            most: 1,
            flags: [],
            complete: offeredNames,
            run: info,
        },
        {
            name: "files",
            usage: "files <package>",
            purpose: "Files of a package",
            least: 1,
            most: 1,
            flags: [],
            complete: installedNames,
            run: files,
        },
        {
            name: "verify",
            usage: "verify [package]...",
            purpose: "Check installed files",
            most: MANY,
            flags: ["fix", "yes", "dry-run"],
            complete: installedNames,
            run: verify,
        },
        { name: "recover", usage: "recover", purpose: "Mend after power cuts", flags: [], run: recover },
        {
            name: "registry list",
            usage: "registry list",
            purpose: "Registries, in order",
            flags: [],
            run: listRegistries,
        },
        {
            name: "registry add",
            usage: "registry add <registry> [n]",
            purpose: "Add one, as number n",
            least: 1,
            most: 2,
            flags: ["force"],
            run: addRegistry,
        },
        {
            name: "registry remove",
            usage: "registry remove <registry>",
            purpose: "Forget one",
            least: 1,
            most: 1,
            flags: [],
            complete: (previous) => (previous.length === 0 ? registryNames() : []),
            run: removeRegistry,
        },
        {
            name: "registry move",
            usage: "registry move <registry> <n>",
            purpose: "Make it number n",
            least: 2,
            most: 2,
            flags: [],
            complete: (previous) => (previous.length === 0 ? registryNames() : []),
            run: moveRegistry,
        },
    ],
    help: { name: "help", usage: "help [command]...", purpose: "Show this, or one", most: MANY, flags: [] },
    flags: [
        YES,
        DRY_RUN,
        FORCE,
        { name: "cascade", purpose: "Remove what needs them, too" },
        { name: "unused", purpose: "Remove what nothing needs; alone, too", isEnough: true },
        { name: "fix", purpose: "Repair what is found" },
    ],
    usual: "help",
    notes: [
        "A registry is http://... or owner/repo of GitHub.",
        "Your files in the way are kept as .ccpm-old.",
    ],
};
