/** How the npm scripts end. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { expect, test } from "vitest";

const wrapper = path.resolve(import.meta.dirname, "../../tools/setup/run.mjs");

test("what a script runs ends when the script is killed", { timeout: 60_000 }, async () => {
    const script = spawn(process.execPath, [wrapper, "registry"], { stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    script.stdout.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes("wget run")) script.kill("SIGKILL");
    });
    // The server holds the other end of the pipe for as long as it runs.
    await once(script.stdout, "close");
    expect(script.signalCode).toBe("SIGKILL");
    expect(output).toContain("wget run");
});
