import { join } from "node:path";
import { translateRules } from "../../../src/apis/ai/server/opencode2/rules.ts";
import { rulesOf } from "./permission-rules.ts";
import type { Dialect } from "./version.ts";

/** Where a server that is started here keeps everything, all of it under one folder. */
export function folders(home: string) {
    return {
        config: join(home, ".config"),
        data: join(home, ".local", "share"),
        state: join(home, ".local", "state"),
        cache: join(home, ".cache"),
        temporary: join(home, "tmp"),
        /** Where the agent works when no other directory is named. */
        work: join(home, "work"),
    };
}

/** What a program needs of the parent's environment to run at all. Keys, proxies and opencode's own are left out. */
const inherited = [
    "PATH",
    "LANG",
    "LC_ALL",
    "TZ",
    "SHELL",
    "LD_LIBRARY_PATH",
    "SystemRoot",
    "SystemDrive",
    "ComSpec",
    "PATHEXT",
    "windir",
];

/** What becomes of something that the agent wants to do. */
export type Action = "allow" | "ask" | "deny";

/** Actions by permission, or by permission and pattern. Source: https://opencode.ai/docs/permissions */
export type Permission = Readonly<Record<string, Action | Readonly<Record<string, Action>>>>;

/**
 * By what a server is told its password. opencode 2 takes the first of them that is set, its early ones only the second, which
 * is all that opencode 1 knows (2.0.18).
 */
function passwordVariables(password: string): Record<string, string> {
    return { OPENCODE_PASSWORD: password, OPENCODE_SERVER_PASSWORD: password };
}

/**
 * By what a server is told what its agent may do, where that wins over its configuration's files. opencode 2 does not know
 * OPENCODE_PERMISSION, and opencode 1 refuses a configuration with `permissions` in it.
 */
function permissionVariables(permission: Permission, dialect: Dialect): Record<string, string> {
    if (dialect === 1) return { OPENCODE_PERMISSION: JSON.stringify(permission) };
    return { OPENCODE_CONFIG_CONTENT: JSON.stringify({ permissions: translateRules(rulesOf(permission)) }) };
}

/** Who starts a server says what its agent may do: without a word that is nothing. */
const nothing: Permission = { "*": "deny" };

/**
 * The environment of a server that reaches nothing outside of `home` and 127.0.0.1 by itself.
 * @param home the folder that is its home
 * @param access the user and password that it asks for, and what its agent may do: nothing when absent
 * @param parent the environment to take PATH and the like from
 * @param more set last; undefined removes a variable
 * @param dialect what the server speaks
 */
export function environment(
    home: string,
    access: { username: string; password: string; permission?: Permission },
    parent: NodeJS.ProcessEnv,
    more: Record<string, string | undefined> = {},
    dialect: Dialect = 1,
): Record<string, string> {
    const { config, data, state, cache, temporary } = folders(home);
    const all: Record<string, string | undefined> = {
        ...Object.fromEntries(inherited.map((name) => [name, parent[name]])),
        HOME: home,
        USERPROFILE: home,
        XDG_CONFIG_HOME: config,
        XDG_DATA_HOME: data,
        XDG_STATE_HOME: state,
        XDG_CACHE_HOME: cache,
        TMPDIR: temporary,
        TEMP: temporary,
        TMP: temporary,
        // Neither AGENTS.md nor .opencode/ of the folders above is the server's business.
        OPENCODE_DISABLE_PROJECT_CONFIG: "1",
        OPENCODE_DISABLE_MODELS_FETCH: "1",
        OPENCODE_DISABLE_AUTOUPDATE: "1",
        OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
        OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
        OPENCODE_DISABLE_SHARE: "1",
        ...permissionVariables(access.permission ?? nothing, dialect),
        OPENCODE_SERVER_USERNAME: access.username,
        ...passwordVariables(access.password),
        ...more,
    };
    return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => !!entry[1]));
}

/**
 * Variables that are not handed on to the owner's server: what guards another one, what rules its agent (each session has rules of
 * its own), and what an opencode sets for what it runs itself, which would take the server for its child (1.18.33).
 */
const notTheirs = [
    "OPENCODE_SERVER_USERNAME",
    "OPENCODE_SERVER_PASSWORD",
    "OPENCODE_PASSWORD",
    "OPENCODE_PERMISSION",
    "OPENCODE",
    "OPENCODE_PID",
    "OPENCODE_CLIENT",
    "OPENCODE_ROUTE",
    "OPENCODE_TERMINAL",
    "OPENCODE_WORKSPACE_ID",
    "OPENCODE_PURE",
    "OPENCODE_PRINT_LOGS",
    "AGENT",
    // npm's, of the script that has started this process.
    "INIT_CWD",
    "npm_command",
    "npm_execpath",
    "npm_node_execpath",
];

/** What starts with these is no business of the agent's: this program's own settings, and npm's of its script. */
const notTheirPrefixes = ["TRAPOS_", "npm_lifecycle_", "npm_package_"];

/**
 * The environment of a server that works for its owner: with their home, their keys and their configuration.
 * @param access the user and password that it asks for
 * @param owner the owner's environment
 * @param more set last; undefined removes a variable
 */
export function ownerEnvironment(
    access: { username: string; password: string },
    owner: NodeJS.ProcessEnv,
    more: Record<string, string | undefined> = {},
): Record<string, string> {
    const isTheirs = (name: string): boolean =>
        !notTheirs.includes(name) && !notTheirPrefixes.some((prefix) => name.startsWith(prefix));
    const all: Record<string, string | undefined> = {
        ...Object.fromEntries(Object.entries(owner).filter(([name]) => isTheirs(name))),
        OPENCODE_SERVER_USERNAME: access.username,
        ...passwordVariables(access.password),
        ...more,
    };
    return Object.fromEntries(
        Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
}

/** The provider id and the models under which the configured server knows an OpenAI-compatible model. */
export const provider = { id: "scripted", name: "Scripted model", models: ["model", "other"] } as const;

/** An OpenAI-compatible endpoint. */
export interface ModelEndpoint {
    baseUrl: string;
    /** What opencode.json says more of a model, by its name: its limit, cost, variants. */
    details?: Readonly<Record<string, object>>;
}

/** The scripted model as opencode's configuration has it. */
function scriptedProvider(model: ModelEndpoint, dialect: Dialect): Record<string, unknown> {
    const name = `${provider.id}/${provider.models[0]}`;
    const settings = { baseURL: model.baseUrl, apiKey: "none" };
    const models = Object.fromEntries(
        provider.models.map((id) => [id, { name: `Scripted ${id}`, ...model.details?.[id] }]),
    );
    if (dialect === 2) {
        const endpoint = { package: "@opencode/ai/providers/openai-compatible", settings };
        return { model: name, providers: { [provider.id]: { name: provider.name, ...endpoint, models } } };
    }
    const endpoint = { npm: "@ai-sdk/openai-compatible", options: settings };
    return {
        model: name,
        small_model: name,
        enabled_providers: [provider.id],
        provider: { [provider.id]: { name: provider.name, ...endpoint, models } },
    };
}

/**
 * opencode.json for such a server, in the shape of what reads it. opencode 2 would translate the older shape, too, but not
 * one that is mixed, and the permissions that go with it (see `environment`) have none but the newer one.
 * @param model an OpenAI-compatible endpoint, which becomes the only provider of opencode 1, and the default model
 * @param more wins over what is set here, key by key at the top level
 * @param dialect what the server speaks
 */
export function configuration(
    model: ModelEndpoint | undefined,
    more: Record<string, unknown> = {},
    dialect: Dialect = 1,
): Record<string, unknown> {
    return {
        $schema: "https://opencode.ai/config.json",
        share: "disabled",
        autoupdate: false,
        // A snapshot is a git commit of the work folder after each step: of no use to an empty folder.
        ...(dialect === 1 ? { snapshot: false } : {}),
        ...(model === undefined ? {} : scriptedProvider(model, dialect)),
        ...more,
    };
}
