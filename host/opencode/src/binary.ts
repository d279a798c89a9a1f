import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { OpencodeProblem } from "./version.ts";

/** What decides which of opencode's builds runs on a machine. */
export interface Machine {
    platform: NodeJS.Platform;
    arch: string;
    /** Whether the CPU has AVX2, which the plain x64 builds need; the baseline builds do without. */
    avx2: boolean;
    /** Whether the C library is musl (Alpine), not glibc. */
    musl: boolean;
}

/**
 * Names the npm packages that may hold a build for this machine, best first. `opencode-ai` lists all of them as
 * optional dependencies and npm installs those that fit the platform.
 */
export function packageNames(machine: Machine): string[] {
    const platform = machine.platform === "win32" ? "windows" : machine.platform;
    const base = `opencode-${platform}-${machine.arch}`;
    const plain = machine.arch === "x64" && !machine.avx2 ? [] : [base];
    const names = machine.arch === "x64" ? [...plain, `${base}-baseline`] : plain;
    return machine.musl ? names.map((name) => `${name}-musl`) : names;
}

function hasAvx2(): boolean {
    if (process.arch !== "x64") return false;
    try {
        if (process.platform === "linux") return /\bavx2\b/.test(readFileSync("/proc/cpuinfo", "utf8"));
        if (process.platform === "darwin") {
            const asked = spawnSync("sysctl", ["-n", "hw.optional.avx2_0"], { encoding: "utf8" });
            return asked.stdout.trim() === "1";
        }
    } catch {
        // Cannot tell: the baseline build runs everywhere.
    }
    return false;
}

/** Whether Node itself runs on musl: its loader is in the process then. */
function usesMusl(): boolean {
    return process.platform === "linux" && readFileSync("/proc/self/maps", "utf8").includes("/ld-musl-");
}

/**
 * Finds the opencode program that npm installed. It looks into the packages with the builds, not at what
 * `opencode-ai` links, because that link is made by an install script that may not have run.
 * @param from a file or folder URL from which Node would resolve the packages
 * @returns the absolute path; throws an Error that says what to run when there is no build for this machine
 */
export function findBinary(from: string = import.meta.url): string {
    const require = createRequire(from);
    const names = packageNames({
        platform: process.platform,
        arch: process.arch,
        avx2: hasAvx2(),
        musl: usesMusl(),
    });
    const file = process.platform === "win32" ? "opencode.exe" : "opencode";
    for (const name of names) {
        try {
            const path = join(dirname(require.resolve(`${name}/package.json`)), "bin", file);
            if (existsSync(path)) return path;
        } catch {
            // Not installed: try the next build.
        }
    }
    throw new Error(
        `opencode is not installed (looked for ${names.join(", ")}). Run: npm install opencode-ai`,
    );
}

function isProgram(file: string): boolean {
    try {
        accessSync(file, constants.X_OK);
        return statSync(file).isFile();
    } catch {
        return false;
    }
}

/** Looks for opencode where the shell would. On Windows npm puts a script there, which Node does not run: the build is behind it. */
function onPath(path: string): string | undefined {
    const folders = path.split(delimiter).filter((folder) => isAbsolute(folder));
    const file = process.platform === "win32" ? "opencode.exe" : "opencode";
    for (const folder of folders) {
        if (isProgram(join(folder, file))) return join(folder, file);
        if (process.platform !== "win32" || !existsSync(join(folder, "opencode.cmd"))) continue;
        try {
            return findBinary(
                pathToFileURL(join(folder, "node_modules", "opencode-ai", "package.json")).href,
            );
        } catch {
            // Somebody else's script.
        }
    }
    return undefined;
}

/**
 * Finds the opencode that the owner of this machine wants: the one they name, else the one that npm has installed beside this
 * program, else the one of their shell.
 * @param named its path, where they name one
 * @param path where their shell looks for programs
 * @returns the absolute path; throws an OpencodeProblem that says what to do where there is none
 */
export function locateOpencode(named: string | undefined, path: string = process.env["PATH"] ?? ""): string {
    if (named !== undefined) {
        const file = resolve(named);
        if (isProgram(file)) return file;
        throw new OpencodeProblem(
            "not_found",
            `${file} is no program that this user may run. Check --opencode.`,
        );
    }
    try {
        return findBinary();
    } catch {
        // Then one of theirs.
    }
    const found = onPath(path);
    if (found !== undefined) return found;
    throw new OpencodeProblem(
        "not_found",
        "opencode was not found. Run: npm install -g opencode-ai@1, or name it with --opencode PATH.",
    );
}
