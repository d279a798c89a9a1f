import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { boot, type Settings, writeSettings, type End, watch } from "craftos-headless";
import { installPackages, usualPackages } from "./disk.ts";

/** A computer and the Lua that it is to run. */
export interface SnippetOptions {
    /** The host folder that is the computer's "/"; made when absent. */
    disk: string;
    /** Lua source; a program, with `shell` and `require`. */
    snippet: string;
    /** A computer without our packages, which runs the snippet as its startup file. */
    bare?: boolean;
    /** Those of `usualPackages` when absent. */
    packages?: string[];
    settings?: Settings;
    /** Hosts that the computer may reach although they are private. */
    allow?: string[];
    /** Called with each private address that it is not let through to. */
    onDenied?: (host: string, port: number) => void;
    width?: number;
    height?: number;
    colour?: boolean;
    /** 30 when absent. */
    timeoutSeconds?: number;
    signal?: AbortSignal;
}

/** What came of a snippet. */
export interface SnippetResult {
    /** How the computer ended: status 0 when the snippet ran through, 1 after an error, n after os.shutdown(n). */
    end: End;
    /** What it printed, its error included, in rows of the screen's width. */
    output: string;
}

/** How long a snippet may run when nothing else is said. */
export const defaultSnippetSeconds = 30;

const lua = join(import.meta.dirname, "lua");

/**
 * Runs Lua on a fresh computer: through our boot with harness mode on, or as the startup file of a bare computer.
 */
export async function runSnippet(options: SnippetOptions): Promise<SnippetResult> {
    const { disk, snippet, bare = false, timeoutSeconds = defaultSnippetSeconds } = options;
    await mkdir(join(disk, "harness"), { recursive: true });
    await writeFile(join(disk, "harness/snippet.lua"), snippet);
    await copyFile(join(lua, "run-snippet.lua"), join(disk, "harness/run-snippet.lua"));
    if (bare) {
        await copyFile(join(lua, "bare-startup.lua"), join(disk, "startup.lua"));
        await writeSettings(disk, options.settings ?? {});
    } else {
        await installPackages(disk, options.packages ?? usualPackages);
        await writeSettings(disk, {
            ...options.settings,
            "trapos.harness_mode": true,
            "trapos.harness_program": "/harness/run-snippet.lua",
        });
    }
    options.signal?.throwIfAborted();
    const computer = await boot({ ...options, http: { allow: options.allow, onDenied: options.onDenied } });
    const end = await watch(computer, timeoutSeconds, options.signal);
    return { end, output: computer.transcript() };
}
