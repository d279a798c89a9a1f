import { type Model, type Rule, startModel } from "../model/index.ts";
import { type Opencode, type OpencodeOptions, startOpencode } from "../opencode/index.ts";
import type { Settings } from "craftos-headless";

/** A real opencode server that asks the scripted model. */
export interface ScriptedServer {
    model: Model;
    opencode: Opencode;
    /** Stops both. Safe to call twice. */
    stop(): Promise<void>;
}

/**
 * Starts the scripted model and an opencode server that knows no other.
 * @param options as for `startOpencode`, and `rules` for the model
 */
export async function startScriptedServer(
    options: Omit<OpencodeOptions, "model"> & { rules?: readonly Rule[] },
): Promise<ScriptedServer> {
    const model = await startModel(options);
    try {
        const opencode = await startOpencode({ ...options, model: { baseUrl: model.url } });
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
