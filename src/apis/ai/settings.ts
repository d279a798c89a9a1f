/** The `opencc.*` settings: what each is for, what it may be, and the values that are in force. */
import type { SettingsStore } from "../trapos/settingsfile";
import { percentEncode, toUtf8 } from "../trapos/utf8";
import type { PermissionReply } from "./ask";
import { fail } from "./failure";

/**
 * The settings as one valid whole, by their names without the prefix `opencc.`; texts that are empty are none, and all
 * are UTF-8, as opencode reads them.
 */
export interface Settings {
    readonly server_url: string;
    /** The bridge's, where this computer is linked with one: then that is talked to. */
    readonly link_url?: string;
    readonly link_token?: string;
    readonly username?: string;
    readonly password?: string;
    /** "provider/model", when both are set. */
    readonly model?: string;
    readonly agent?: string;
    readonly variant?: string;
    readonly directory?: string;
    session_id?: string;
    readonly poll_timeout_seconds: number;
    readonly request_timeout_seconds: number;
    readonly reset_session_on_timeout: "true" | "false";
    /** What the agent of new sessions may do; "server" as its configuration says. */
    readonly profile?: string;
    /** What permissions are answered with: "ask" where a person is. */
    readonly permission: PermissionPolicy;
    readonly permission_timeout_seconds: number;
    readonly lua_exec_max_retries: number;
    readonly lua_exec_timeout_seconds: number;
}

/** Whether a person is asked for permissions, or what each of them is answered with. */
export type PermissionPolicy = "ask" | PermissionReply;

interface Definition {
    readonly description: string;
    readonly default?: string | number | boolean;
    /** Not given where a text of digits alone is valid: `set` makes a number of it and would refuse it. */
    readonly type?: "string" | "number" | "boolean";
    /** The greatest number allowed. */
    readonly most?: number;
    /** The least one; 1 where nothing is said. */
    readonly least?: number;
    /** The texts that are allowed, where not every one is. */
    readonly choices?: readonly string[];
    /** True for what is never shown. */
    readonly isSecret?: boolean;
}

/** Every setting by name without its prefix `opencc.`. */
export const definitions: Record<string, Definition> = {
    server_url: {
        description: "Address of the opencode server",
        default: "http://127.0.0.1:4096",
        type: "string",
    },
    link_url: { description: "Address of the bridge", type: "string" },
    link_token: { description: "This computer's token at the bridge", isSecret: true },
    share_screen: {
        description: "Show this screen on the bridge's page",
        default: false,
        type: "boolean",
        choices: ["true", "false"],
    },
    username: { description: "User of the opencode server", default: "opencode" },
    password: { description: "Password of the opencode server", isSecret: true },
    provider_id: { description: "Provider of the model, with model_id" },
    model_id: { description: "Model that answers; unset: the server's" },
    agent: { description: "Agent that answers; unset: the server's" },
    variant: { description: "Variant of the model" },
    directory: { description: "Folder on the server to work in" },
    session_id: { description: "Session that this computer talks in" },
    poll_timeout_seconds: {
        description: "Seconds to wait without any progress",
        default: 300,
        type: "number",
        most: 86400,
    },
    request_timeout_seconds: {
        description: "Seconds that a request may take",
        default: 30,
        type: "number",
        most: 60,
    },
    reset_session_on_timeout: {
        description: "New session after a wait without an answer",
        default: false,
        type: "boolean",
        choices: ["true", "false"],
    },
    profile: {
        description: "What the agent may do: talk, read, build, trusted, server",
        type: "string",
        choices: ["talk", "read", "build", "trusted", "server"],
    },
    permission: {
        description: "Permissions: ask, once, always or reject",
        default: "ask",
        type: "string",
        choices: ["ask", "once", "always", "reject"],
    },
    permission_timeout_seconds: {
        description: "Seconds until what is asked is rejected",
        default: 120,
        type: "number",
        most: 86400,
    },
    lua_exec_max_retries: {
        description: "Corrections of Lua that failed",
        default: 2,
        type: "number",
        least: 0,
        most: 20,
    },
    lua_exec_timeout_seconds: {
        description: "Seconds that Lua of the model's may run",
        default: 60,
        type: "number",
        most: 86400,
    },
};

/** The event by which the link hears that its settings have changed. */
export const LINK_CHANGED = "trapos_link_changed";

/** Whether the link to the bridge runs beside the shell, from the next boot on. */
export const AUTOSTART = "trapos.autostart.trapos-link";

/** Tells CC's settings API about the settings, for `set` and its completion. Definitions last until the next boot. */
export function define(): void {
    for (const [name, definition] of pairs(definitions)) {
        settings.define("opencc." + name, definition);
    }
    settings.define(AUTOSTART, {
        description: "Hold the link to the bridge beside the shell",
        default: false,
        type: "boolean",
    });
}

/**
 * Removes a user and password from an address, so that it can be shown.
 * @param url any address
 * @returns the address without what stands before the @
 */
export function redact(url: string): string {
    return string.gsub(url, "//[^/]*@", "//")[0];
}

/** Host and port that an address leads to, as a rule of ComputerCraft's configuration names them. */
export function placeOf(url: string): { readonly host: string; readonly port: string } {
    const [scheme, place] = string.match(url, "^(https?)://([^/]*)");
    const [port] = string.match(place!, ":(%d+)$");
    const [host] = string.gsub(string.gsub(place!, ":%d+$", "")[0], "[%[%]]", "");
    return { host, port: port ?? (scheme === "https" ? "443" : "80") };
}

function refuse(name: string, what: string): never {
    const own = definitions[name]!.default;
    const example = own === undefined ? "default" : tostring(own);
    throw fail("bad_setting", { name: "opencc." + name, what, example });
}

/** Whether a setting has a value of its own. `set` takes an empty text where somebody wants none. */
export function isSet(store: SettingsStore, name: string): boolean {
    const value = store.get("opencc." + name);
    if (value === undefined || value === "") return false;
    return store.isSet === undefined || store.isSet("opencc." + name);
}

/** A number, or a text that stands for one. */
function readNumber(name: string, given: unknown, least: number, most: number): number {
    const number = tonumber(given) ?? -1;
    if (!(number >= least && number <= most)) refuse(name, `is not a number from ${least} to ${most}`);
    return number;
}

/** One of some texts. */
function readChoice(name: string, given: string, choices: readonly string[]): string {
    for (const choice of choices) if (given === choice) return choice;
    return refuse(name, `is none of ${table.concat(choices as string[], ", ")}`);
}

/** An address as requests want it. */
function readAddress(name: string, given: string): string {
    const [address] = string.gsub(given, "/+$", "");
    if (string.find(address, "^https?://[^/%s?#]+[^%s?#]*$")[0] === undefined)
        refuse(name, "is not an address");
    // A letter beyond ASCII in its path; the rest is as it has to be.
    return string.gsub(address, "[^\x01-\x7f]", percentEncode)[0];
}

/**
 * Checks a value of a setting. Fails with `bad_setting`.
 * @param name without its prefix
 * @param given as it is stored, or was typed
 * @returns the value that it stands for
 */
export function readSetting(name: string, given: unknown): string | number {
    const definition = definitions[name]!;
    if (definition.most !== undefined) return readNumber(name, given, definition.least ?? 1, definition.most);
    if (type(given) === "table" || type(given) === "function") refuse(name, "is not a text");
    const text = toUtf8(tostring(given));
    if (name === "server_url" || name === "link_url") return readAddress(name, text);
    const choices = definition.choices;
    if (choices !== undefined) return readChoice(name, text, choices);
    return text;
}

/**
 * Reads and checks the settings. Fails with `bad_setting`, which names the first one that cannot be used.
 * @param store where they are kept
 */
export function readSettings(store: SettingsStore): Settings {
    const values: Record<string, string | number | undefined> = {};
    for (const [name, definition] of pairs(definitions)) {
        let value = store.get("opencc." + name);
        if (value === undefined || value === "") value = definition.default;
        if (value !== undefined) values[name] = readSetting(name, value);
    }
    if (values.provider_id !== undefined && values.model_id !== undefined) {
        values.model = `${values.provider_id}/${values.model_id}`;
    }
    return values as unknown as Settings;
}

/** A setting that is to be another: its name without the prefix, and its value as text; without one it is to be unset. */
export type Change = readonly [name: string, value?: string];

/** A value as it is stored: of the type that CC's settings API expects, and a text of digits stays one. */
function storedForm(change: Change): unknown {
    const [name, value] = change;
    const type = definitions[name]!.type;
    if (type === "number") return tonumber(value);
    if (type === "boolean" && value !== undefined) return value === "true";
    return value;
}

function put(store: SettingsStore, name: string, value: unknown): void {
    if (value === undefined) store.unset("opencc." + name);
    else store.set("opencc." + name, value);
}

/**
 * Changes settings, all of them or none. Fails with `bad_setting`, and with `settings_not_saved` where the disk is full.
 * @param store where they are kept
 * @param changes each of another setting
 */
export function changeSettings(store: SettingsStore, changes: readonly Change[]): void {
    for (const [name, value] of changes) if (value !== undefined) readSetting(name, value);
    const before: Record<string, unknown> = {};
    for (const change of changes) {
        const name = change[0];
        if (isSet(store, name)) before[name] = store.get("opencc." + name);
        put(store, name, storedForm(change));
    }
    if (store.save === undefined || store.save() !== false) return;
    for (const [name] of changes) put(store, name, before[name]);
    throw fail("settings_not_saved");
}
