/** A real browser for tests: Chromium, headless, with a profile of its own. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type BrowserContextOptions } from "playwright-core";
import { findChromium } from "../setup/chromium.ts";

/** What keeps it from asking others for anything, and from needing a screen. */
const SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/** A browser that runs. */
export interface Chromium {
    /** Somebody's window: with cookies of its own. */
    open(options?: BrowserContextOptions): Promise<BrowserContext>;
    stop(): Promise<void>;
}

/** Starts one. @throws Error where there is none */
export async function startChromium(): Promise<Chromium> {
    const executablePath = findChromium();
    if (executablePath === undefined) throw new Error("There is no Chromium: apt-get install chromium");
    const folder = await mkdtemp(join(tmpdir(), "trapos-chromium-"));
    const browser = await chromium.launch({
        executablePath,
        args: SWITCHES,
        headless: true,
        // What it writes lies in a folder that goes with it.
        env: {
            ...process.env,
            HOME: folder,
            XDG_CONFIG_HOME: folder,
            XDG_CACHE_HOME: folder,
            TMPDIR: folder,
        },
    });
    return {
        open: (options) => browser.newContext(options),
        async stop() {
            await browser.close();
            await rm(folder, { recursive: true, force: true, maxRetries: 5 });
        },
    };
}
