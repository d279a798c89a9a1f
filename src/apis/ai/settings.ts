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
}

/** Every setting by name without its prefix `opencc.`. */
export const definitions: Record<string, Definition> = {
    server_url: {
        description: "Address of the opencode server",
        default: "http://127.0.0.1:4096",
        type: "string",
    },
    username: { description: "User of the opencode server", default: "opencode" },
    password: { description: "Password of the opencode server" },
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

/** Tells CC's settings API about the settings, for `set` and its completion. Definitions last until the next boot. */
export function define(): void {
    for (const [name, definition] of pairs(definitions)) {
        settings.define("opencc." + name, definition);
    }
}

/**
 * Changes settings, and keeps them beyond the next boot.
 * @param store where they are kept
 * @param changes names without the prefix `opencc.`, each with its value; without one it goes back to its default
 */
export function changeSettings(
    store: SettingsStore,
    changes: readonly (readonly [name: string, value?: string])[],
): void {
    for (const change of changes) {
        const name = `opencc.${change[0]}`;
        if (change[1] === undefined) store.unset(name);
        else store.set(name, change[1]);
    }
    if (store.save !== undefined) store.save();
}

/**
 * Removes a user and password from an address, so that it can be shown.
 * @param url any address
 * @returns the address without what stands before the @
 */
export function redact(url: string): string {
    return string.gsub(url, "//[^/@]*@", "//")[0];
}

function refuse(name: string, what: string): never {
    const example = definitions[name]!.default;
    throw fail("bad_setting", { name: "opencc." + name, what, example });
}

/** Refuses a text that is none of those that a setting may be. */
function checkChoice(name: string, choices: readonly string[], value: unknown): void {
    for (const choice of choices) {
        if (choice === value) return;
    }
    refuse(name, `is none of ${table.concat(choices as string[], ", ")}`);
}

/**
 * Reads and checks the settings. Fails with `bad_setting`, which names the first one that cannot be used.
 * @param store where they are kept
 */
export function readSettings(store: SettingsStore): Settings {
    const values: Record<string, string | number | undefined> = {};
    for (const [name, definition] of pairs(definitions)) {
        let value = store.get("opencc." + name);
        // `set` takes an empty text where somebody wants none.
        if (value === undefined || value === "") value = definition.default;
        const most = definition.most;
        if (most !== undefined) {
            const number = tonumber(value) ?? -1;
            const least = definition.least ?? 1;
            if (!(number >= least && number <= most))
                refuse(name, `is not a number from ${least} to ${most}`);
            values[name] = number;
        } else if (value !== undefined) {
            if (type(value) === "table" || type(value) === "function") refuse(name, "is not a text");
            values[name] = toUtf8(tostring(value));
            if (definition.choices !== undefined) checkChoice(name, definition.choices, values[name]);
        }
    }
    const [address] = string.gsub((values.server_url as string | undefined) ?? "", "/+$", "");
    if (string.find(address, "^https?://[^/%s?#]+[^%s?#]*$")[0] === undefined) {
        refuse("server_url", "is not an address");
    }
    // A letter beyond ASCII in its path; the rest is as it has to be.
    const [escaped] = string.gsub(address, "[^\x01-\x7f]", percentEncode);
    values.server_url = escaped;
    if (values.provider_id !== undefined && values.model_id !== undefined) {
        values.model = `${values.provider_id}/${values.model_id}`;
    }
    return values as unknown as Settings;
}
