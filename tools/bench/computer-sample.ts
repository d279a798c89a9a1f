/** Run in a process of its own: prints one sample of what computers cost as a number. `boot` or `idle`. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { boot, type Computer } from "craftos-headless";
import { idleComputers } from "./figures/computer.ts";

const folder = await mkdtemp(join(tmpdir(), "trapos-bench-"));
const computers: Computer[] = [];

async function bootOne(): Promise<void> {
    const disk = await mkdtemp(join(folder, "disk-"));
    const computer = await boot({ disk });
    computers.push(computer);
    await computer.waitForText(/^> ?$/m, { timeoutSeconds: 60 });
}

try {
    if (process.argv[2] === "boot") {
        const start = performance.now();
        await bootOne();
        console.log(performance.now() - start);
    } else {
        globalThis.gc?.();
        const before = process.memoryUsage().rss;
        for (let count = 0; count < idleComputers; count++) await bootOne();
        globalThis.gc?.();
        console.log((process.memoryUsage().rss - before) / idleComputers);
    }
} finally {
    for (const computer of computers) await computer.close();
    await rm(folder, { recursive: true, force: true });
}
