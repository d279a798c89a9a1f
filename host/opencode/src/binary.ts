import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

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
