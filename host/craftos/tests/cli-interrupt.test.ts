/** Ctrl+C while a program keeps Node from doing anything else, and while it does a little at a time. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, watch, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nodeOptions } from "../../../tools/setup/node.ts";

const craftos = join(import.meta.dirname, "../src/cli/main.ts");

let folder: string;
beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "trapos-interrupt-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Boots a computer whose startup file is the program, and interrupts it once the program has made a file "started". */
async function interrupt(program: string): Promise<{ status: unknown; problem: string }> {
    writeFileSync(join(folder, "startup.lua"), `fs.open("started", "w").close() ${program}`);
    const started = new Promise<void>((resolve) => {
        const watcher = watch(folder, (_, name) => {
            if (name !== "started") return;
            watcher.close();
            resolve();
        });
    });
    const child = spawn(process.execPath, [...nodeOptions, craftos, "--disk", folder, "--script", "-"], {
        stdio: ["pipe", "ignore", "pipe"],
    });
    const problem = text(child.stderr);
    child.stdin.end("wait-for never 60");
    await started;
    child.kill("SIGINT");
    const [status] = (await once(child, "exit")) as [unknown];
    return { status, problem: await problem };
}

describe.skipIf(process.platform === "win32")("Ctrl+C", () => {
    it("stops a program that does not yield as soon as CC does", async () => {
        const result = await interrupt(`
            pcall(function() while true do end end)
            os.pullEvent("never")
            fs.open("survived", "w").close()
        `);
        expect(result).toEqual({ status: 130, problem: "Stopped.\n" });
        expect(existsSync(join(folder, "survived"))).toBe(false);
    });

    it.each([1, 2, 3, 4, 5, 6])("is not lost in the midst of a computer's work, round %i", async () => {
        const result = await interrupt("while true do os.queueEvent('again') os.pullEvent('again') end");
        expect(result).toEqual({ status: 130, problem: "Stopped.\n" });
    });

    it("does not keep a single call that takes for ever from being stopped", async () => {
        const { status, problem } = await interrupt('pcall(string.find, ("a"):rep(200000), ".-.-.-b")');
        // Which of the two is told first is chance: that the computer has failed, or that somebody wants to leave.
        expect(status === 130 ? problem : status).toBe(status === 130 ? "Stopped.\n" : 1);
        expect(readdirSync(folder).sort()).toEqual(["started", "startup.lua"]);
    });
});
