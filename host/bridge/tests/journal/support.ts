import { type ChildProcess, type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";

/** A folder for each test, and the path of a journal in it. */
export function journalFile(): { path: string } {
    const file = { path: "" };
    let folder: string;
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "journal-test-"));
        file.path = join(folder, "journal.db");
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));
    return file;
}

/** Starts a program beside this file in a process of its own; its standard output can be read. */
export function startProgram(name: string, ...words: string[]): ChildProcessByStdio<null, Readable, null> {
    const program = fileURLToPath(new URL(name, import.meta.url));
    return spawn(process.execPath, ["--conditions=trapos-source", "--import", "tsx", program, ...words], {
        stdio: ["ignore", "pipe", "inherit"],
    });
}

/** Starts a process that has a journal open, with a computer "held" in its log. Resolves when it has. */
export async function startHolder(path: string): Promise<ChildProcess> {
    const holder = startProgram("holder.ts", path);
    const ended = once(holder, "exit").then(() => {
        throw new Error("It ended before it had the journal open.");
    });
    await Promise.race([once(holder.stdout, "data"), ended]);
    ended.catch(() => undefined);
    return holder;
}

/** Ends a process at once, and waits for it. */
export async function kill(child: ChildProcess): Promise<void> {
    const ended = once(child, "exit");
    if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGKILL");
        await ended;
    }
}
