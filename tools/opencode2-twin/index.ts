/** A strict stand-in for a native server of opencode 2, which asks the scripted model and does what that says. See docs/testing.md. */
import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Opencode, Permission } from "trapos-opencode";
import { scriptedConfiguration } from "./configuration.ts";
import { type Doubts, likely } from "./doubts.ts";
import { type RunningServer, startServer, username } from "./server.ts";

export { type Doubts, likely } from "./doubts.ts";

export interface TwinOptions {
    /** All that it keeps is in a file in here: the same home brings its sessions back. */
    home: string;
    /** An OpenAI-compatible endpoint: the provider "scripted" with the models "model" and "other". `details` is their limit, cost, variants. */
    model: { baseUrl: string; details?: Readonly<Record<string, object>> };
    /** Where tools work when a session names no directory; made when absent. A folder in `home` without it. */
    directory?: string;
    /** In opencode 1's words. When absent it may do nothing but talk, as with `startOpencode`. */
    permission?: Permission;
    /** Keys of opencode 1's opencode.json: `command`, `agent` and `model` are understood. */
    config?: Record<string, unknown>;
    /** The port on 127.0.0.1; a free one when absent. */
    port?: number;
    /** Made up when absent. */
    password?: string;
    /** What is not likely but possible of a real one; see Doubts. */
    doubts?: Partial<Doubts>;
}

/** A running twin, with the members of a server that `startOpencode` has started. */
export type Twin = Opencode;

/** Starts a twin in this process. Rejects when its port is taken. */
export async function startTwin(options: TwinOptions): Promise<Twin> {
    const home = resolve(options.home);
    const directory = resolve(options.directory ?? join(home, "work"));
    const password = options.password ?? randomBytes(18).toString("base64url");
    const doubts: Doubts = { ...likely, ...options.doubts };
    for (const folder of [directory, join(home, "tmp")]) await mkdir(folder, { recursive: true });
    const server: RunningServer = await startServer({
        hostname: "127.0.0.1",
        ports: [options.port ?? 0],
        password,
        data: join(home, ".local", "share", "opencode"),
        home,
        directory,
        configuration: scriptedConfiguration(
            options.model,
            options.permission ?? { "*": "deny" },
            options.config,
        ),
        doubts,
        environment: { HOME: home, TMPDIR: join(home, "tmp") },
    });
    let end: (how: string) => void;
    const ended = new Promise<string>((resolve) => (end = resolve));
    let ending: Promise<void> | undefined;
    const endBy = (action: () => Promise<void>, how: string): Promise<void> => {
        ending ??= action().then(() => end(how));
        return ending;
    };
    return {
        url: server.url,
        port: server.port,
        username,
        password,
        version: doubts.version,
        home,
        directory,
        ended,
        stop: () => endBy(() => server.stop(), "exit status 0"),
        kill: () => endBy(() => server.kill(), "killed by SIGKILL"),
    };
}

/** A text as one word of a shell. */
function quoted(text: string): string {
    return `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * Writes a program that is a twin as a process of its own, with the command line of opencode 2: what takes the place of
 * an installed opencode.
 * @param folder where; made when absent
 * @param doubts what is not likely but possible of a real one
 * @returns the program's path
 */
export async function twinBinary(folder: string, doubts: Partial<Doubts> = {}): Promise<string> {
    await mkdir(folder, { recursive: true });
    const file = join(folder, "opencode");
    const loader = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
    const main = fileURLToPath(new URL("main.ts", import.meta.url));
    const command = [process.execPath, "--conditions=trapos-source", "--import", loader, main];
    const script = `#!/bin/sh\nOPENCODE2_TWIN_DOUBTS=${quoted(JSON.stringify(doubts))} exec ${command.map(quoted).join(" ")} "$@"\n`;
    await writeFile(file, script, { mode: 0o755 });
    return file;
}
