/** A real browser for tests: Chromium, headless, with a profile of its own. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type BrowserContextOptions } from "playwright-core";

/** The variable that says that tests in a browser may not be skipped. */
export const CHROMIUM_REQUIRED = "TRAPOS_TEST_CHROMIUM";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Where the browser is; nothing where there is none. `CHROMIUM` names another one. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
    return [...(env["CHROMIUM"] === undefined ? [] : [env["CHROMIUM"]]), ...places].find((file) =>
        existsSync(file),
    );
}

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
