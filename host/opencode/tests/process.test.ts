/** What a tool starts never outlives it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { startChild } from "../src/process.ts";

let folder: string;
beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), "trapos-process-test-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const module = path.resolve(import.meta.dirname, "../src/process.ts");
const environment = { PATH: process.env.PATH ?? "" };

/** Whether a process runs; one that has ended and that nobody has looked for does not. */
function isRunning(pid: number): boolean {
    try {
        return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
    } catch {
        return false;
    }
}

const readPids = (file: string) => readFileSync(file, "utf8").split("\n").filter(Boolean).map(Number);

// What runs is told by /proc.
describe.skipIf(process.platform !== "linux")("a child and what it has started", () => {
    test.each(Array.from({ length: 10 }, (_, round) => round))(
        "end with a process that is killed in the moment the child begins, round %d",
        async (round) => {
            const file = path.join(folder, `pids-${round}`);
            // Its first act is to kill who has started it.
            const script = `echo $$ >> ${file}; kill -KILL $PARENT; sleep 300 & echo $! >> ${file}; wait`;
            const program = `
                process.env.PARENT = String(process.pid);
                const { startChild } = await import(${JSON.stringify(module)});
                startChild("/bin/sh", ["-c", ${JSON.stringify(script)}], { cwd: "/", env: { ...process.env } });
            `;
            const parent = spawn(
                process.execPath,
                ["--import", "tsx", "--input-type=module", "--eval", program],
                { cwd: path.dirname(module), stdio: "ignore", env: { ...process.env } },
            );
            const [, signal] = (await once(parent, "exit")) as [number | null, string | null];
            expect(signal).toBe("SIGKILL");
            await vi.waitFor(() => expect(readPids(file).some(isRunning)).toBe(false), 30_000);
        },
    );

    test("end with the child", async () => {
        const file = path.join(folder, "pids-ended");
        const child = startChild("/bin/sh", ["-c", `sleep 300 & echo $! > ${file}; echo gone; exit 3`], {
            cwd: folder,
            env: environment,
        });
        expect(await child.ended).toBe("exit status 3");
        expect(child.lastLines()).toEqual(["gone"]);
        await vi.waitFor(() => expect(readPids(file).some(isRunning)).toBe(false), 30_000);
    });

    test("are not waited for where they have left its group and keep its output open", async () => {
        const file = path.join(folder, "pids-apart");
        const child = startChild("/bin/sh", ["-c", `setsid sleep 300 & echo $! > ${file}; exit 4`], {
            cwd: folder,
            env: environment,
        });
        expect(await child.ended).toBe("exit status 4");
        for (const pid of readPids(file)) if (isRunning(pid)) process.kill(pid, "SIGKILL");
    });

    test("a program that is not there is told of", async () => {
        const child = startChild(path.join(folder, "nowhere"), [], { cwd: folder, env: environment });
        expect(await child.ended).toBe("exit status 127");
        expect(child.lastLines().join("\n")).toContain("nowhere");
        expect(existsSync(path.join(folder, "nowhere"))).toBe(false);
    });
});
