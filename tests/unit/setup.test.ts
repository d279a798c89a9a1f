/** How the npm scripts end: whatever ends npm ends all that was started by it. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { isolatedOwner } from "trapos-opencode";
import { descendants } from "trapos-opencode/process-tree";
import { parts } from "../soak/parts/index.ts";

const project = path.resolve(import.meta.dirname, "../..");

let folder: string;
beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), "trapos-setup-test-"));
    writeFileSync(path.join(folder, "steps.txt"), "screen\nwait-for never 300");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function isAlive(pid: number): boolean {
    try {
        process.kill(pid, 0);
        // One that has ended stays listed until its parent has looked.
        return process.platform !== "linux" || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
    } catch {
        return false;
    }
}

const wait = { timeout: 60_000, interval: 50 };

/** A script that lives on until it is ended, and what it prints once it does what it is there for. */
interface Script {
    readonly script: string;
    readonly words: string[];
    readonly ready: string;
    /** Whether it runs an opencode server then. */
    readonly hasServer?: boolean;
}

const registry: Script = { script: "registry", words: ["--port", "0"], ready: "Ctrl+C ends it." };
const scripts: Script[] = [
    registry,
    { script: "bridge", words: ["--port", "0", "--data", "DATA"], ready: "Ctrl+C ends it.", hasServer: true },
    { script: "start", words: ["ai", "[hang]"], ready: "A computer boots", hasServer: true },
    { script: "computer", words: ["--script", "STEPS"], ready: "CraftOS" },
    { script: "specs", words: [], ready: "events.spec.ts" },
    { script: "test", words: ["tests/e2e/abort.test.ts"], ready: "RUN", hasServer: true },
    { script: "bench", words: ["--only", "turn-2s"], ready: "Starting", hasServer: true },
    { script: "trapos-exec", words: ["--timeout", "300", "while true do sleep(1) end"], ready: "" },
    ...parts.slice(0, 1).map(({ name }) => ({ script: "soak", words: ["--part", name], ready: `${name}: ` })),
];

/** Runs a script by npm until it is what it is to be, ends npm, and waits until nothing of it is left. */
async function endsWithNpm({ script, words, ready, hasServer }: Script, end: (npm: ChildProcess) => void) {
    const temporary = mkdtempSync(path.join(folder, "tmp-"));
    const paths = new Map([
        ["STEPS", path.join(folder, "steps.txt")],
        ["DATA", path.join(folder, "data")],
    ]);
    const given = words.map((word) => paths.get(word) ?? word);
    // What works for its owner finds one who is nobody of this machine.
    const owner = await isolatedOwner(path.join(folder, "owner"));
    const npm = spawn("npm", ["run", script, "--", ...given], {
        cwd: project,
        // A group of its own, as a terminal makes one.
        detached: true,
        stdio: ["ignore", "pipe", "pipe"],
        env: { ...process.env, ...owner, TMPDIR: temporary, NO_COLOR: "1" },
    });
    let output = "";
    for (const stream of [npm.stdout, npm.stderr])
        stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    // Node's loader of TypeScript keeps what it has made, and so does opencode.
    const ours = () => readdirSync(temporary).filter((name) => !/^(tsx-.*|opencode)$/.test(name));
    const started = () => [npm.pid ?? 0, ...descendants(npm.pid ?? 0)];
    let all: number[] = [];
    try {
        await vi.waitFor(() => {
            expect(output).toContain(ready);
            all = started();
            const commands = all.map((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8"));
            expect(commands.some((command) => command.includes("setup/main.ts"))).toBe(true);
            if (hasServer) expect(commands.some((command) => command.includes("serve"))).toBe(true);
        }, wait);
        all = started();
        end(npm);
        await vi.waitFor(() => expect(all.filter(isAlive), output).toEqual([]), wait);
        await vi.waitFor(() => expect(ours(), output).toEqual([]), wait);
    } finally {
        for (const pid of [...all, ...started()]) if (isAlive(pid)) process.kill(pid, "SIGKILL");
    }
}

// What runs is told by /proc.
describe.skipIf(process.platform !== "linux")("what npm started ends with it:", { timeout: 180_000 }, () => {
    test.each(["SIGTERM", "SIGHUP"] as const)("npm run registry, by %s", (signal) =>
        endsWithNpm(registry, (npm) => npm.kill(signal)),
    );

    test.each(scripts)("npm run $script, by SIGKILL", (script) =>
        endsWithNpm(script, (npm) => npm.kill("SIGKILL")),
    );

    test.each(scripts)("npm run $script, by Ctrl+C, which the terminal tells all of them", (script) =>
        endsWithNpm(script, (npm) => process.kill(-(npm.pid ?? 0), "SIGINT")),
    );
});
