/** The `opencc.*` settings: what each is for, what it may be, and the values that are in force. */
import { fail, type Result } from "./failure";

/** CC's settings API, or a stand-in for it. */
export interface SettingsStore {
    get(this: void, name: string): unknown;
    set(this: void, name: string, value: unknown): void;
    unset(this: void, name: string): void;
}

/** The settings as one valid whole. */
export interface Settings {
    readonly serverUrl: string;
    readonly username: string;
    readonly password: string;
    /** "provider/model", when both are set. */
    readonly model?: string;
    readonly agent?: string;
    readonly variant?: string;
    readonly directory?: string;
    readonly sessionId?: string;
    /** Seconds. */
    readonly pollTimeout: number;
    /** Seconds. */
    readonly requestTimeout: number;
    readonly resetSessionOnTimeout: boolean;
}

interface Definition {
    readonly description: string;
    readonly default?: string | number | boolean;
    /** Not given where a value of digits alone is a valid text: `set` would make a number of it and refuse. */
    readonly type?: "string" | "number" | "boolean";
    /** Allowed range of a number. */
    readonly least?: number;
    readonly most?: number;
}

/** Every setting by name without its prefix `opencc.`. */
export const definitions: Record<string, Definition> = {
    server_url: {
        description: "Address of the opencode server",
        default: "http://127.0.0.1:4096",
        type: "string",
    },
    username: { description: "User name for the opencode server", default: "opencode" },
    password: { description: "Password for the opencode server (OPENCODE_SERVER_PASSWORD)" },
    provider_id: { description: "Provider of the model; with model_id. Unset: the server's own choice" },
    model_id: { description: "Model that answers; with provider_id. Unset: the server's own choice" },
    agent: { description: "Agent that answers. Unset: the server's own choice" },
    variant: { description: "Variant of the model, as how hard it thinks. Unset: none" },
    directory: { description: "Folder on the server to work in. Unset: where the server was started" },
    session_id: { description: "The session that this computer talks in; ai sets it" },
    poll_timeout_seconds: {
        description: "Seconds without any progress after which waiting for an answer ends",
        default: 300,
        type: "number",
        least: 1,
        most: 86400,
    },
    request_timeout_seconds: {
        description: "Seconds that one request to the server may take, at most 60",
        default: 30,
        type: "number",
        least: 1,
        most: 60,
    },
    reset_session_on_timeout: {
        description: "Start a new session after waiting for an answer ended without one",
        default: false,
        type: "boolean",
    },
};

/** Tells CC's settings API about the settings, for `set` and its completion. Definitions last until the next boot. */
export function define(): void {
    for (const [name, definition] of pairs(definitions)) {
        settings.define("opencc." + name, {
            description: definition.description,
            default: definition.default,
            type: definition.type,
        });
    }
}

/**
 * Removes a user and password from an address, so that it can be shown.
 * @param url any address
 * @returns the address without what stands before the @
 */
export function redact(url: string): string {
    return string.gsub(url, "//[^/@]*@", "//")[0];
}

function refuse(name: string, what: string, example: unknown): Result<Settings> {
    return $multi(false as const, fail("bad_setting", { name: "opencc." + name, what, example }));
}

/**
 * Reads and checks the settings.
 * @param store where they are kept
 * @returns true and the settings, or false and a failure `bad_setting` that names the first one that cannot be used
 */
export function readSettings(store: SettingsStore): Result<Settings> {
    const values: Record<string, string | undefined> = {};
    const numbers: Record<string, number> = {};
    for (const [name, definition] of pairs(definitions)) {
        const value = store.get("opencc." + name) ?? definition.default;
        if (definition.least !== undefined && definition.most !== undefined) {
            const number = tonumber(value);
            if (number === undefined || !(number >= definition.least && number <= definition.most)) {
                const what = `is not a number from ${definition.least} to ${definition.most}`;
                return refuse(name, what, definition.default);
            }
            numbers[name] = number;
        } else if (value !== undefined && value !== "") {
            values[name] = tostring(value);
        }
    }
    const serverUrl = string.gsub(values.server_url ?? "", "/+$", "")[0];
    if (string.find(serverUrl, "^https?://[^/%s?#]+[^%s?#]*$")[0] === undefined) {
        return refuse("server_url", "is not an address", "http://127.0.0.1:4096");
    }
    const both = values.provider_id !== undefined && values.model_id !== undefined;
    return $multi(true as const, {
            serverUrl,
            username: values.username ?? "opencode",
            password: values.password ?? "",
            model: both ? `${values.provider_id}/${values.model_id}` : undefined,
            agent: values.agent,
            variant: values.variant,
            directory: values.directory,
            sessionId: values.session_id,
            pollTimeout: numbers.poll_timeout_seconds!,
            requestTimeout: numbers.request_timeout_seconds!,
            resetSessionOnTimeout: values.reset_session_on_timeout === "true",
    });
}
