/** Looks whether a bridge with some options would run, and says what to do where it would not. */
import { accessSync, constants, existsSync, mkdtempSync, rmdirSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import Database from "libsql";
import { judgeVersion, locateOpencode, ownerEnvironment, probe, readVersion } from "trapos-opencode";
import { adminClient, readAdminAddress } from "./admin.ts";
import { databaseFile, isOpenToOthers } from "./data-folder.ts";
import type { BridgeOptions } from "./options.ts";

/** One thing that was looked at. */
export interface Check {
    readonly name: "port" | "lan" | "opencode" | "server" | "directory" | "data" | "database";
    readonly state: "ok" | "warning" | "failed";
    readonly message: string;
    /** What to do, where not all is well. */
    readonly hint?: string;
}

/** What the doctor depends on. */
export interface DoctorWorld {
    readonly env: NodeJS.ProcessEnv;
    /** Throws with one line when the database cannot be used. It changes nothing. */
    readonly examineDatabase: (file: string) => void;
}

/** How long an opencode of somebody else may take to answer. */
const answerSeconds = 5;

const ok = (name: Check["name"], message: string): Check => ({ name, state: "ok", message });
const warning = (name: Check["name"], message: string, hint: string): Check => ({
    name,
    state: "warning",
    message,
    hint,
});
const failed = (name: Check["name"], message: string, hint: string): Check => ({
    name,
    state: "failed",
    message,
    hint,
});

/** The code of why nobody can listen there; undefined where that is possible. */
function listenFailure(host: string, port: number): Promise<string | undefined> {
    return new Promise((resolve) => {
        const server = createServer();
        server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
        server.listen(port, host, () => server.close(() => resolve(undefined)));
    });
}

/** Whether a bridge runs with the data folder. @returns the port on which its owner reaches it */
async function runningPort(data: string): Promise<number | undefined> {
    try {
        const { url } = readAdminAddress(data);
        await adminClient(data).status();
        return Number(new URL(url).port);
    } catch {
        return undefined;
    }
}

async function checkPort({ host, port }: BridgeOptions, running: number | undefined): Promise<Check> {
    const code = await listenFailure(host, port);
    if (code === undefined)
        return ok("port", port === 0 ? "One that is free will be taken." : `${port} is free.`);
    if (code === "EADDRINUSE" && running === port) return ok("port", `${port} is the bridge's that runs.`);
    switch (code) {
        case "EADDRINUSE":
            return failed(
                "port",
                `Something else listens on port ${port}.`,
                "End it, or give another: --port 4098",
            );
        case "EACCES":
            return failed("port", `Port ${port} is not for this user.`, "Give one above 1023: --port 4097");
        case "EADDRNOTAVAIL":
        case "ENOTFOUND":
            return failed("port", `${host} is no address of this machine.`, "Leave --host away.");
        default:
            return failed(
                "port",
                `Nobody can listen on ${host}, port ${port}: ${code}.`,
                "Give others: --host, --port",
            );
    }
}

function checkLan({ lan, host }: BridgeOptions): Check {
    if (!lan) return ok("lan", "Only this machine reaches the bridge.");
    return warning(
        "lan",
        `Others on the network reach the bridge, on ${host}, without encryption.`,
        "Where you do not trust that network, put it behind a proxy with TLS.",
    );
}

/** Splits the one line of a failure where what to do begins. */
function split(error: unknown): { message: string; hint: string } {
    const { message } = error as Error;
    const found = /^(.*?[.!]) ((?:Run|Check|Give|Name|Start|End)\b.*)$/s.exec(message);
    return { message: found?.[1] ?? message, hint: found?.[2] ?? "Try again, or look at the log." };
}

async function checkOpencode(options: BridgeOptions, env: NodeJS.ProcessEnv): Promise<Check> {
    try {
        const binary = locateOpencode(options.opencode, env["PATH"] ?? env["Path"]);
        const text = await readVersion(binary, ownerEnvironment({ username: "", password: "" }, env));
        const judged = judgeVersion(text, binary);
        if (judged.warning === undefined) return ok("opencode", `${judged.version}, ${binary}`);
        return warning("opencode", judged.warning, "Should it fail, run: npm install -g opencode-ai@1.18.33");
    } catch (error) {
        const { message, hint } = split(error);
        return failed("opencode", message, hint);
    }
}

async function checkServer(options: BridgeOptions, url: string): Promise<Check> {
    const { username, password = "" } = options;
    const outcome = await probe({ url, username, password }, answerSeconds);
    switch (outcome.kind) {
        case "well":
            try {
                const judged = judgeVersion(outcome.version, url);
                if (options.password === undefined) {
                    return warning(
                        "server",
                        `opencode on ${url} wants no password: it obeys whoever reaches it.`,
                        "Start it with OPENCODE_SERVER_PASSWORD set.",
                    );
                }
                if (judged.warning === undefined) return ok("server", `opencode ${judged.version} on ${url}`);
                return warning("server", judged.warning, "Should it fail, use opencode 1.18.33 there.");
            } catch (error) {
                return failed("server", split(error).message, split(error).hint);
            }
        case "unauthorized":
            return failed(
                "server",
                options.password === undefined
                    ? `${url} wants a password.`
                    : `${url} does not take this password for the user ${username}.`,
                "Set TRAPOS_BRIDGE_PASSWORD to what its OPENCODE_SERVER_PASSWORD is.",
            );
        case "silent":
            return failed(
                "server",
                `${url} did not answer in ${answerSeconds} s.`,
                "Look whether it is well.",
            );
        case "unreachable":
            return failed(
                "server",
                `${url} cannot be reached: ${outcome.why}.`,
                "Start it, or check --server.",
            );
        case "strange":
            return failed("server", `${url} is no opencode: ${outcome.why}.`, "Check --server.");
    }
}

function checkDirectory({ directory }: BridgeOptions): Check {
    if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
        return failed(
            "directory",
            `${directory} is no folder.`,
            "Make it, or name another: --directory FOLDER",
        );
    }
    try {
        accessSync(directory, constants.R_OK | constants.W_OK);
        return ok("directory", directory);
    } catch {
        return warning(
            "directory",
            `This user may not write in ${directory}.`,
            "The agent can only read there.",
        );
    }
}

/** Whether files can be made in a folder, or in the nearest one above it that is there. */
function isWritable(folder: string): boolean {
    if (!existsSync(folder)) {
        const above = dirname(folder);
        return above !== folder && isWritable(above);
    }
    try {
        // Permissions alone do not tell of a disk that is full or read-only.
        rmdirSync(mkdtempSync(join(folder, ".trapos-doctor-")));
        return true;
    } catch {
        return false;
    }
}

function checkData({ data }: BridgeOptions): Check {
    const found = statSync(data, { throwIfNoEntry: false });
    if (found !== undefined && !found.isDirectory()) {
        return failed("data", `${data} is no folder.`, "Move it away, or name another: --data FOLDER");
    }
    if (found !== undefined && isOpenToOthers(data)) {
        return failed(
            "data",
            `Others may look into ${data}, and it holds secrets.`,
            `Run: chmod 700 ${data}`,
        );
    }
    if (!isWritable(data)) {
        return failed(
            "data",
            `Nothing can be written to ${data}.`,
            "Look at its owner and at the disk's free space.",
        );
    }
    return ok("data", found === undefined ? `${data} will be made.` : data);
}

function checkDatabase({ data }: BridgeOptions, isRunning: boolean, examine: (file: string) => void): Check {
    const file = databaseFile(data);
    if (isRunning) return ok("database", "The bridge that runs has it open.");
    if (!existsSync(file)) return ok("database", "There is none yet.");
    try {
        examine(file);
        return ok("database", file);
    } catch (error) {
        return failed(
            "database",
            `${file} cannot be used: ${(error as Error).message}`,
            "Move it aside, or put a backup in its place.",
        );
    }
}

/** Opens a database and has SQLite look at all of its pages. It writes nothing. */
export function examineDatabase(file: string): void {
    const database = new Database(file, { readonly: true });
    try {
        const found = database.prepare("PRAGMA quick_check(1)").get() as
            { quick_check?: unknown } | undefined;
        if (found?.quick_check !== "ok") throw new Error(String(found?.quick_check));
    } finally {
        database.close();
    }
}

/**
 * Looks at all that a bridge needs.
 * @returns what it found, in the order in which it would be needed
 */
export async function examine(options: BridgeOptions, world: DoctorWorld): Promise<Check[]> {
    const running = await runningPort(options.data);
    return [
        checkData(options),
        checkDatabase(options, running !== undefined, world.examineDatabase),
        await checkPort(options, running),
        checkLan(options),
        checkDirectory(options),
        options.server === undefined
            ? await checkOpencode(options, world.env)
            : await checkServer(options, options.server),
    ];
}
