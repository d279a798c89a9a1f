/** Which versions of opencode this project works with. */
import { spawn } from "node:child_process";

/** What a server of opencode's is talked with: the routes of opencode 1, or those of opencode 2. */
export type Dialect = 1 | 2;

/** The versions of opencode 1 that all end-to-end tests were run against. There is none of opencode 2. */
export const triedVersions: readonly string[] = ["1.14.41", "1.18.14", "1.18.33"];

/** The oldest minor version of opencode 1 that works: 1.2.27 loses the ends of replies. */
const leastMinor = 14;

/** The newest major version whose routes are known. */
const newestMajor = 2;

/** How long `opencode --version` may take: it takes 1 s on a machine at rest, and loads 180 MB first. */
const versionSeconds = 30;

/** Why an opencode cannot be used. `message` is one line that says what to do. */
export class OpencodeProblem extends Error {
    readonly code: "not_found" | "not_opencode" | "too_old" | "too_new" | "in_use" | "no_directory";

    constructor(code: OpencodeProblem["code"], message: string) {
        super(message);
        this.name = "OpencodeProblem";
        this.code = code;
    }
}

/** What a version is worth. */
export interface Judgement {
    /** As in "1.18.33". */
    readonly version: string;
    /** One line, where all may be well and nobody knows. */
    readonly warning?: string;
}

/**
 * Judges what an opencode says of its version.
 * @param text what `opencode --version`, `/global/health` or `/api/info` say: "1.18.33", "opencode v2.0.18"
 * @param where who says so: a path or an address
 * @returns the version; throws an OpencodeProblem for one that cannot be used
 */
export function judgeVersion(text: string, where: string): Judgement {
    const found = /^(?:opencode )?v?((\d+)\.(\d+)\.\d+\S*)$/.exec(text.trim());
    if (!found) {
        const said = text.trim().split("\n")[0]?.slice(0, 80) ?? "";
        throw new OpencodeProblem(
            "not_opencode",
            `${where} is no opencode: as its version it says "${said}". Give another with --opencode PATH.`,
        );
    }
    const [, version = "", major, minor] = found;
    if (Number(major) > newestMajor) {
        throw new OpencodeProblem(
            "too_new",
            `${where} is opencode ${version}, and nothing newer than opencode ${newestMajor} is known here. Run: npm install -g opencode-ai@1`,
        );
    }
    if (Number(major) === 2) {
        return {
            version,
            warning: `opencode ${version} was never tried with this program: for opencode 2 it was written from the published contract alone.`,
        };
    }
    if (Number(major) < 1 || Number(minor) < leastMinor) {
        throw new OpencodeProblem(
            "too_old",
            `${where} is opencode ${version}, which is too old: at least 1.${leastMinor} is needed. Run: npm install -g opencode-ai@1`,
        );
    }
    if (triedVersions.includes(version)) return { version };
    return {
        version,
        warning: `opencode ${version} was never tried with this program. Tried are ${triedVersions.join(", ")}.`,
    };
}

/**
 * What a server of some version is talked with.
 * @param version as `judgeVersion` gives it, "1.18.33"; nothing where none is known yet
 * @returns the dialect of opencode 1 for what is no version
 */
export function dialectOf(version: string | undefined): Dialect {
    return Number(/^v?(\d+)\./.exec(version ?? "")?.[1] ?? 1) >= 2 ? 2 : 1;
}

/**
 * Asks a program for its version.
 * @param binary its path
 * @param env its environment
 * @returns what it printed; rejects with an OpencodeProblem when it cannot be run, or prints nothing in time
 */
export function readVersion(binary: string, env: Record<string, string>): Promise<string> {
    return new Promise((resolve, reject) => {
        const child = spawn(binary, ["--version"], { env, stdio: ["ignore", "pipe", "pipe"] });
        const fail = (why: string): void => {
            reject(
                new OpencodeProblem(
                    "not_opencode",
                    `${binary} cannot be run: ${why}. Give another with --opencode PATH.`,
                ),
            );
        };
        let output = "";
        let errors = "";
        child.stdout.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
        child.stderr.setEncoding("utf8").on("data", (chunk: string) => (errors += chunk));
        const timer = setTimeout(() => child.kill("SIGKILL"), versionSeconds * 1000);
        child.once("error", (error: NodeJS.ErrnoException) => {
            clearTimeout(timer);
            fail(error.code === "EACCES" ? "it is no program, or not for this user" : error.message);
        });
        child.once("close", (code, signal) => {
            clearTimeout(timer);
            if (signal !== null) return fail(`it said nothing in ${versionSeconds} s`);
            if (code === 0) return resolve(output);
            const said = errors.trim().split("\n").at(-1)?.slice(0, 200);
            fail(said ? `exit status ${code}, ${said}` : `exit status ${code}`);
        });
    });
}
