/** `ai config`: shows the settings, and changes one. */
import { outcome } from "../../trapos/failure";
import { add, show as showListing, start, type Listing } from "../../trapos/listing";
import { readLine } from "../../trapos/lineinput";
import { closest, misspelt, nearest } from "../../trapos/nearest";
import { remark, say } from "../../trapos/screen";
import { ownSettings, type SettingsStore } from "../../trapos/settingsfile";
import { oneLine, shorten } from "../../trapos/text";
import { toUtf8 } from "../../trapos/utf8";
import type { AiCommand, Context } from "../command";
import { fail } from "../failure";
import { changeSettings, definitions, isSet, LINK_CHANGED, readSetting, redact } from "../settings";

/** What stands for going back to a default. */
const DEFAULT = "default";

/** Columns that a value may take. */
const LONGEST_VALUE = 120;

/** A setting as `--json` prints it. */
interface Shown {
    /** With its prefix. */
    readonly name: string;
    /** Absent where there is none, and where it is secret. */
    readonly value?: unknown;
    readonly source: "set" | "default" | "none";
    /** True for a secret one, whether it is set or not. */
    readonly isSecret?: boolean;
    /** What is wrong with the value, where something is. */
    readonly problem?: string;
    readonly description: string;
    /** True for one that was changed just now. */
    readonly isChanged?: boolean;
}

/** The names of all settings, without their prefix. */
function names(): string[] {
    const found: string[] = [];
    for (const [name] of pairs(definitions)) table.insert(found, name);
    table.sort(found);
    return found;
}

/** What a word names, with or without the prefix. */
function nameOf(word: string): string {
    return string.gsub(word, "^opencc%.", "")[0];
}

/** The names as they may be written. */
function written(): string[] {
    const found: string[] = [];
    for (const name of names()) for (const word of [name, "opencc." + name]) table.insert(found, word);
    return found;
}

/** Whether a word is meant for a name of a setting, rather than to begin a prompt. */
function isName(word: string, isAlone: boolean): boolean {
    const name = nameOf(word);
    if (definitions[name] !== undefined || name !== word || string.find(word, "_", 1, true)[0] !== undefined)
        return true;
    const find = isAlone ? closest : misspelt;
    return find(word, names()) !== undefined;
}

/** What a setting is, as it is stored; its default where it has no value of its own. */
function valueOf(store: SettingsStore, name: string): unknown {
    if (isSet(store, name)) return store.get("opencc." + name);
    return definitions[name]!.default;
}

/** A setting as it is. */
function look(name: string, isChanged?: boolean): Shown {
    const store = ownSettings(fs);
    const definition = definitions[name]!;
    const isOwn = isSet(store, name);
    const value = valueOf(store, name);
    let problem: string | undefined;
    if (value !== undefined) {
        const [ok, failure] = outcome(() => readSetting(name, value));
        if (!ok) problem = failure.message;
    }
    let shown = value;
    if (definition.isSecret || type(value) === "table") shown = undefined;
    else if (type(value) === "string") shown = redact(value as string);
    let source: Shown["source"] = "default";
    if (isOwn) source = "set";
    else if (value === undefined) source = "none";
    return {
        name: "opencc." + name,
        value: shown,
        source,
        isSecret: definition.isSecret,
        problem,
        description: definition.description,
        isChanged,
    };
}

/** Asks for a secret value, which nobody sees; nothing where Enter alone was pressed. */
function askSecretly(name: string): string | undefined {
    const typed = readLine({ prompt: `${name}: `, isSecret: true });
    return typed === "" ? undefined : typed;
}

function run(context: Context, words: readonly string[]): Shown | readonly Shown[] {
    const word = words[0];
    if (word === undefined) {
        const settings: Shown[] = [];
        for (const name of names()) table.insert(settings, look(name));
        return settings;
    }
    const name = nameOf(word);
    const definition = definitions[name];
    if (definition === undefined)
        throw fail("unknown_setting", { name: word, known: nearest(name, names()) });
    let value = words[1];
    // A secret that is typed is taken as it is, whatever word it is.
    const isUnset = value === "" || value === DEFAULT;
    if (value === undefined && definition.isSecret && context.options.isAttended) value = askSecretly(name);
    if (value !== undefined) {
        changeSettings(ownSettings(fs), [isUnset ? [name] : [name, value]]);
        if (name === "link_url" || name === "link_token") os.queueEvent(LINK_CHANGED);
    }
    return look(name, value !== undefined);
}

/** A value as it is shown, in CC's font. */
function valueText(setting: Shown): string {
    if (setting.isSecret) return setting.source === "set" ? "(hidden)" : "(not set)";
    if (setting.source === "none") return "(not set)";
    return shorten(oneLine(toUtf8(tostring(setting.value))), LONGEST_VALUE);
}

/** Shows one setting: what it is for, and where its value comes from. */
function showOne(setting: Shown): void {
    const [name] = string.gsub(setting.name, "^opencc%.", "");
    const source = setting.source === "default" ? " (default)" : "";
    say(`${name} = ${valueText(setting)}${source}`);
    if (!setting.isChanged) remark(setting.description);
    if (setting.problem !== undefined) say(setting.problem, colours.red);
}

/** A setting on a row; on two where both have no room on one: a name stays whole. */
function addSetting(listing: Listing, name: string, value: string, colour: number | undefined): void {
    const [width] = term.getSize();
    if (name.length + 1 + value.length <= width) {
        add(listing, name, colour, value);
        return;
    }
    add(listing, name, colour);
    add(listing, `  ${value}`, colour);
}

/** Shows all of them: those that are set, and then the others. */
function showAll(settings: readonly Shown[]): void {
    const listing = start();
    for (const isSection of [true, false]) {
        const section: Shown[] = [];
        for (const setting of settings) {
            if ((setting.source === "set") === isSection) table.insert(section, setting);
        }
        if (section.length > 0) {
            if (listing.lines.length > 0) add(listing, "");
            add(listing, isSection ? "Set on this computer:" : "Defaults:", colours.yellow);
        }
        for (const setting of section) {
            const colour = setting.problem === undefined ? undefined : colours.red;
            addSetting(listing, nameOf(setting.name), valueText(setting), colour);
            if (setting.problem !== undefined) add(listing, setting.problem, colours.red);
        }
    }
    showListing(listing);
}

function show(_context: Context, value: Shown | readonly Shown[]): void {
    if ("name" in value) showOne(value);
    else showAll(value);
}

const config: AiCommand = {
    name: "config",
    usage: "ai config [key] [value]",
    purpose: "Show settings, change one",
    most: 2,
    fits: (words) => isName(words[0]!, words.length === 1),
    complete: (previous) => {
        if (previous.length === 0) return written();
        const definition = definitions[nameOf(previous[0]!)];
        if (definition === undefined) return [];
        const words: string[] = [DEFAULT];
        for (const choice of definition.choices ?? []) table.insert(words, choice);
        return words;
    },
    run,
    show,
};

export = config;
