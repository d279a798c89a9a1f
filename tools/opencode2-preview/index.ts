/**
 * A real opencode 1.18.33 whose preview of opencode 2 (`/api`) speaks as a native opencode 2, as far as the two are known to
 * differ, so that a client of native servers is tried on a real engine. What it cannot be: it has no idle records and no
 * `time.idle`, no fork, summary, shell, command, subagents nor retries, and rules of a session do not bind.
 */
import { join } from "node:path";
import { type Opencode, type OpencodeOptions, provider, startOpencode } from "trapos-opencode";
import { openKept } from "./kept.ts";
import { askEngine, type Proxy, startProxy } from "./proxy.ts";
import { untilLoaded } from "./translations.ts";

/** What it says that it is. */
export const previewVersion = "2.0.0-preview";

/** The user whom every opencode 2 knows. */
const username = "opencode";

/**
 * The configuration by which the preview's agent may do what the options say: its engine reads the permissions of opencode.json
 * alone, and no environment (measured on 1.18.33).
 */
function configurationOf({ config, permission }: OpencodeOptions): Record<string, unknown> {
    return { ...config, permission: { ...(permission ?? { "*": "deny" }) } };
}

/**
 * Starts it as `startOpencode` starts an opencode 1.
 * @param options the same; its user is always "opencode"
 * @returns the same; rejects as that does, and where the port is taken
 */
export async function startPreview(options: OpencodeOptions): Promise<Opencode> {
    const engine = await startOpencode({
        ...without(options),
        username,
        config: configurationOf(options),
    });
    const kept = openKept(join(engine.home, "preview.json"));
    const model = options.model && { id: provider.id, model: provider.models[0] };
    const authorization = `Basic ${Buffer.from(`${username}:${engine.password}`).toString("base64")}`;
    let proxy: Proxy;
    try {
        await untilLoaded(
            {
                provider: model,
                ask: (method, path, body) => askEngine(engine.url, { authorization }, method, path, body),
            },
            undefined,
        );
        proxy = await startProxy({
            engine: engine.url,
            port: options.port ?? 0,
            kept,
            provider: model,
            information: (url) => ({
                version: previewVersion,
                pid: process.pid,
                urls: [url],
                paths: { tmp: join(engine.home, "tmp") },
            }),
        });
    } catch (error) {
        await engine.stop();
        throw error;
    }
    const { url, port } = proxy;
    const ended = engine.ended.then(async (how) => {
        await proxy.close();
        return how;
    });
    return {
        url,
        port,
        username,
        password: engine.password,
        version: previewVersion,
        home: engine.home,
        directory: engine.directory,
        ended,
        async stop() {
            await engine.stop();
            await ended;
        },
        async kill() {
            await engine.kill();
            await ended;
        },
    };
}

/** The options of the engine, whose port is its own. */
function without(options: OpencodeOptions): OpencodeOptions {
    const { port: _port, ...rest } = options;
    return rest;
}
