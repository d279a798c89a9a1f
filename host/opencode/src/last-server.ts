/**
 * The server that was started last, in a file: where its starter was killed without a word, the next one ends it. On POSIX it
 * has ended already, by the guard of process.ts; on Windows there is none.
 */
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { identityOf, processesWith } from "./process-info.ts";
import { descendants, killAll } from "./process-tree.ts";
import { OpencodeProblem } from "./version.ts";

/** A process, and what tells it from a later one that was given its id. */
interface NotedProcess {
    readonly pid: number;
    readonly began: string;
}

/** What the file holds. */
interface LastServer {
    readonly server: NotedProcess;
    /** The program, which stands in its command line. */
    readonly binary: string;
    readonly port: number;
    /** What stands in the environment of all that it has started. */
    readonly mark: string;
    /** Who has started it. */
    readonly starter: NotedProcess;
}

/** The variable with the mark of a run. */
export const markVariable = "TRAPOS_OPENCODE_RUN";

/**
 * Ends what a server has left behind that is not there any more: opencode starts commands of its agent as groups of their own, which
 * outlive it where it is killed.
 * @param mark that of its run
 */
export async function endMarked(mark: string): Promise<void> {
    // This program may have been started by the agent itself.
    if (process.env[markVariable] === mark) return;
    killAll(await processesWith(markVariable, mark));
}

const fileIn = (dataFolder: string): string => join(dataFolder, "last-opencode.json");

function isProcess(value: unknown): value is NotedProcess {
    const { pid, began } = (value ?? {}) as Record<string, unknown>;
    return Number.isSafeInteger(pid) && Number(pid) > 1 && typeof began === "string" && began !== "";
}

/** @returns undefined where there is no such file, or where it holds something else */
async function read(dataFolder: string): Promise<LastServer | undefined> {
    try {
        const found = JSON.parse(await readFile(fileIn(dataFolder), "utf8")) as Partial<LastServer> | null;
        if (!isProcess(found?.server) || !isProcess(found.starter)) return undefined;
        const { binary, mark } = found;
        if (typeof binary !== "string" || binary === "" || typeof mark !== "string") return undefined;
        return found as LastServer;
    } catch {
        return undefined;
    }
}

/** Whether the very process still runs. @param words must stand in its command line */
async function stillRuns({ pid, began }: NotedProcess, ...words: string[]): Promise<boolean> {
    const now = await identityOf(pid);
    return now?.began === began && words.every((word) => now.command.includes(word));
}

/**
 * Ends the server that the file names where nobody is left who has started it. A process that only has its id is left alone.
 * @param dataFolder where the file is
 * @returns the id of what was ended; rejects with an OpencodeProblem where its starter still runs
 */
export async function endLastServer(dataFolder: string): Promise<number | undefined> {
    const last = await read(dataFolder);
    if (last === undefined) return undefined;
    if (await stillRuns(last.starter)) {
        throw new OpencodeProblem(
            "in_use",
            `Process ${last.starter.pid} keeps an opencode with ${dataFolder} already. End it first, or use another data folder.`,
        );
    }
    const { pid } = last.server;
    const runs = await stillRuns(last.server, last.binary, "serve");
    if (runs) killAll([...descendants(pid), pid]);
    if (last.mark !== "") await endMarked(last.mark);
    await forgetServer(dataFolder);
    return runs ? pid : undefined;
}

/**
 * Notes which server runs.
 * @param dataFolder where the file is; made when absent
 * @param server its process, program and port, and the mark of its run
 */
export async function noteServer(
    dataFolder: string,
    { pid, binary, port, mark }: Pick<LastServer, "binary" | "port" | "mark"> & { readonly pid: number },
): Promise<void> {
    const [server, starter] = await Promise.all([identityOf(pid), identityOf(process.pid)]);
    // It has ended already, or nothing can be told of it.
    if (server === undefined || starter === undefined) return;
    await mkdir(dataFolder, { recursive: true, mode: 0o700 });
    const note: LastServer = {
        server: { pid, began: server.began },
        binary,
        port,
        mark,
        starter: { pid: process.pid, began: starter.began },
    };
    const file = fileIn(dataFolder);
    // Whole or not at all, as whoever reads it decides by it what to kill.
    await writeFile(`${file}.new`, JSON.stringify(note), { mode: 0o600 });
    await rename(`${file}.new`, file);
}

/** Removes the file: nothing runs. */
export async function forgetServer(dataFolder: string): Promise<void> {
    await rm(fileIn(dataFolder), { force: true });
}
