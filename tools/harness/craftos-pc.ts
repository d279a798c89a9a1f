import { spawn } from "node:child_process";
import { constants } from "node:fs";
import { access, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Backend, Job, JobResult } from "./backend.ts";
import type { End } from "./watch.ts";

/** What CraftOS-PC does otherwise than the game: cases of specs that are not run on it, and why. */
export const craftosPcSkipped: Readonly<Record<string, string>> = {
    "fs space raises when the disk is full": "CraftOS-PC does not enforce the disk's quota",
    "http get follows a redirect": "CraftOS-PC loses the port of a redirect without a host",
    "http rules denies private addresses that are not allowed":
        "CraftOS-PC lets loopback through, and its rules are not per computer",
};

/** Between the polite end of a process and the other one. */
const graceMilliseconds = 2000;

/**
 * The command line that switches a computer on.
 * @param dataFolder where CraftOS-PC keeps its configuration
 */
export function commandLine(job: Pick<Job, "disk" | "rom">, dataFolder: string): string[] {
    const rom = job.rom === undefined ? [] : ["--rom", job.rom];
    return ["--headless", ...rom, "-d", dataFolder, "--start-dir", job.disk, "-i", "0"];
}

/** What was shown, from what CraftOS-PC wrote: without colours and other terminal codes, right-trimmed. */
export function shownText(written: string): string {
    return written
        .replace(/\x1b\[[\d;?]*[A-Za-z]/g, "")
        .replace(/\r\n?/g, "\n")
        .replace(/[ \t]+$/gm, "")
        .trimEnd();
}

/**
 * Finds the CraftOS-PC that the environment names.
 * @param environment with CRAFTOS_PC, the program's path
 * @returns its path, or a line that says what is missing
 */
export async function findCraftosPc(
    environment: Readonly<Record<string, string | undefined>>,
): Promise<{ path: string } | { missing: string }> {
    const path = environment["CRAFTOS_PC"];
    const how = "Install it from https://www.craftos-pc.cc and set CRAFTOS_PC=/path/to/craftos.";
    if (path === undefined || path === "") return { missing: `CraftOS-PC is not named. ${how}` };
    const isFile = await stat(path).then(
        (found) => found.isFile(),
        () => false,
    );
    if (!isFile) return { missing: `There is no CraftOS-PC at ${path}. ${how}` };
    try {
        await access(path, constants.X_OK);
    } catch {
        return { missing: `${path} cannot be executed. ${how}` };
    }
    return { path };
}

async function runProcess(program: string, job: Job, dataFolder: string): Promise<JobResult> {
    const child = spawn(program, commandLine(job, dataFolder), {
        stdio: ["ignore", "pipe", "pipe"],
        // Otherwise SDL keeps SIGTERM for itself.
        env: { ...process.env, SDL_NO_SIGNAL_HANDLERS: "1" },
    });
    const chunks: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr])
        stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    let stoppedBy: End | undefined;
    let grace: NodeJS.Timeout | undefined;
    const stop = (end: End): void => {
        stoppedBy ??= end;
        child.kill("SIGTERM");
        grace ??= setTimeout(() => child.kill("SIGKILL"), graceMilliseconds);
    };
    const interrupt = (): void => stop({ how: "stopped" });
    const watchdog = setTimeout(() => stop({ how: "timedOut" }), job.timeoutSeconds * 1000);
    job.signal?.addEventListener("abort", interrupt);
    try {
        const end = await new Promise<End>((resolve, reject) => {
            child.on("error", (error) => reject(new Error(`CraftOS-PC does not start: ${error.message}`)));
            child.on("close", (status, signal) => {
                if (stoppedBy !== undefined) resolve(stoppedBy);
                else if (status !== null) resolve({ how: "shutdown", status });
                else resolve({ how: "failed", message: `CraftOS-PC was ended by ${signal}` });
            });
            if (job.signal?.aborted) interrupt();
        });
        return { end, output: shownText(Buffer.concat(chunks).toString("utf8")) };
    } finally {
        clearTimeout(watchdog);
        clearTimeout(grace);
        job.signal?.removeEventListener("abort", interrupt);
    }
}

/**
 * A real CraftOS-PC, headless. Written from its documentation and source; nobody has run it on a real one yet.
 * @param program path of its executable
 */
export function craftosPc(program: string): Backend {
    return {
        name: "CraftOS-PC",
        skipped: craftosPcSkipped,
        async run(job) {
            const dataFolder = await mkdtemp(join(tmpdir(), "trapos-craftos-pc-"));
            try {
                return await runProcess(program, job, dataFolder);
            } finally {
                await rm(dataFolder, { recursive: true, force: true });
            }
        },
    };
}
