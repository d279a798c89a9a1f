import { type Model, type Rule, startModel } from "../model/index.ts";
import { type Opencode, type OpencodeOptions, type Permission, startOpencode } from "trapos-opencode";
import type { Settings } from "craftos-headless";

/**
 * The agent may do everything, and what only a person could answer is refused: nobody watches a server of a test or of
 * `npm start`, so nothing may wait, and its scripted model does what it is told.
 */
export const allowEverything: Permission = {
    "*": "allow",
    question: "deny",
    external_directory: "allow",
    doom_loop: "allow",
};

/** A real opencode server that asks the scripted model. */
export interface ScriptedServer {
    model: Model;
    opencode: Opencode;
    /** Stops both. Safe to call twice. */
    stop(): Promise<void>;
}

/** What the scripted model is to be. */
export interface ScriptedModelOptions {
    rules?: readonly Rule[];
    /** What opencode.json says more of its models, "model" and "other": limit, cost, variants. */
    models?: Readonly<Record<string, object>>;
}

/** Which server is started. */
export interface ServerChoice {
    /** Starts it; `startOpencode` when absent. */
    start?: (options: OpencodeOptions) => Promise<Opencode>;
}

/**
 * Starts the scripted model and an opencode server that knows no other.
 * @param options as for `startOpencode`, `rules` for the model, and another server's start; the agent may do everything where
 * they do not say
 */
export async function startScriptedServer(
    options: Omit<OpencodeOptions, "model"> & ScriptedModelOptions & ServerChoice,
): Promise<ScriptedServer> {
    const model = await startModel(options);
    const { start = startOpencode, rules: _rules, models: _models, ...rest } = options;
    try {
        const opencode = await start({
            permission: allowEverything,
            ...rest,
            model: { baseUrl: model.url, details: options.models },
        });
        return {
            model,
            opencode,
            async stop() {
                await opencode.stop();
                await model.stop();
            },
        };
    } catch (error) {
        await model.stop();
        throw error;
    }
}

/** The settings by which a computer finds a server. */
export function serverSettings(server: { url: string; username?: string; password?: string }): Settings {
    return {
        "opencc.server_url": server.url,
        "opencc.username": server.username,
        "opencc.password": server.password,
    };
}
