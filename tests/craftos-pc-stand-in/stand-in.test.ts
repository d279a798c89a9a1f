/**
 * The way to CraftOS-PC, walked to its end with our own computer in CraftOS-PC's place: `npm run test:craftos-pc` and
 * the end-to-end steps that need the driver. It shows nothing about CraftOS-PC itself.
 */
import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { craftosPc } from "../../tools/harness/craftos-pc.ts";
import { projectFolder } from "../../tools/harness/disk.ts";
import { backendVariable } from "../../tools/harness/tests-backend.ts";
import { startWorld, type World } from "../e2e/support.ts";
import { nodeOptions } from "../../tools/setup/node.ts";

const standIn = join(import.meta.dirname, "craftos");

describe("npm run test:craftos-pc", () => {
    function run(filters: string[], environment: Record<string, string>) {
        const { CRAFTOS_PC: _, [backendVariable]: __, ...own } = process.env;
        const program = join(projectFolder, "tools/harness/craftos-pc-tests.ts");
        const child = spawn(process.execPath, [...nodeOptions, program, ...filters], {
            cwd: projectFolder,
            env: { ...own, NO_COLOR: "1", ...environment },
            stdio: ["ignore", "pipe", "pipe"],
        });
        const ended = { status: null as number | null, stdout: "", stderr: "" };
        child.stdout.setEncoding("utf8").on("data", (text: string) => (ended.stdout += text));
        child.stderr.setEncoding("utf8").on("data", (text: string) => (ended.stderr += text));
        return new Promise<typeof ended>((done) => child.on("close", (status) => done({ ...ended, status })));
    }

    test("says that there is no CraftOS-PC, with status 3", async () => {
        const { status, stdout, stderr } = await run([], {});
        expect({ status, stdout }).toEqual({ status: 3, stdout: "" });
        expect(stderr).toMatch(/^CraftOS-PC is not named\. [^\n]*\n$/);
    });

    test("a test that there is not: one line, status 2", async () => {
        const { status, stderr } = await run(["nonsense"], { CRAFTOS_PC: standIn });
        expect(status).toBe(2);
        expect(stderr).toMatch(/^error: no such test\. [^\n]*\n$/);
    });

    test("runs tests on what CRAFTOS_PC names, and ends with how many passed", async () => {
        const { status, stdout } = await run(["e2e/ping"], { CRAFTOS_PC: standIn });
        expect(stdout).toMatch(/\n4 passed, 0 failed\n$/);
        expect(status).toBe(0);
    });

    test("fails where CraftOS-PC fails", async () => {
        const { status, stdout } = await run(["e2e/two-computers"], { CRAFTOS_PC: "/bin/false" });
        expect(stdout).toMatch(/\n0 passed, [1-9]\d* failed\n$/);
        expect(status).toBe(1);
    });
});

describe("end to end by the driver", () => {
    let world: World;
    beforeAll(async () => {
        world = await startWorld();
    });
    afterAll(() => world.stop());

    const newComputer = () => world.newComputer({ backend: craftosPc(standIn) });

    test("a power cut leaves the turn, which is taken up again", async () => {
        const computer = newComputer();
        const { computer: screen, finished } = await computer.start("ai [wait 2] what is in the chest?");
        await screen.waitForText(/\d s (asked|working)/, { timeoutSeconds: 30 });
        await screen.powerCut();
        expect((await finished).end).toEqual({ how: "powerCut" });
        expect(await readdir(join(computer.disk, "trapos/ai/turns"))).toHaveLength(1);
        const { transcript, succeeded } = await computer.run("ai resume");
        expect(transcript).toContain("An answer may be waiting. Type: ai resume");
        expect(transcript).toContain("scripted model");
        expect(succeeded).toBe(true);
    });

    test("Ctrl+T stops the turn, and a command that failed has failed", async () => {
        const { computer, finished } = await newComputer().start("ai [hang] wait for ever");
        await computer.waitForText(/\d s (asked|working)/, { timeoutSeconds: 30 });
        await computer.press("ctrl+t");
        const { transcript, end } = await finished;
        expect(transcript).toContain("The turn was stopped on the server.");
        expect(transcript).toContain("Terminated");
        expect(end).toEqual({ how: "shutdown", status: 1 });
    });
});
