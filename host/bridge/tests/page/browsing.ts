/** Tests in a browser: one for each file of them, and a window of its own for each test. */
import { afterAll, beforeAll, describe, expect, onTestFinished } from "vitest";
import type { BrowserContextOptions, Page } from "playwright-core";
import { type Chromium, startChromium } from "../../../../tools/harness/chromium.ts";
import { findChromium, isChromiumRequired } from "../../../../tools/setup/chromium.ts";

/** Somebody who looks at the page. */
export interface Viewer {
    readonly page: Page;
    /** What went wrong in the browser: errors, and what its policy has stopped. */
    readonly wrong: string[];
}

/** Opens a window. */
export type Open = (options?: BrowserContextOptions) => Promise<Viewer>;

/** Declares tests that have a browser. Where there is none they are skipped, unless they are required: then they fail. */
export function inBrowser(name: string, declare: (open: Open) => void): void {
    const isThere = findChromium() !== undefined || isChromiumRequired();
    if (!isThere) console.warn(`Skipped: "${name}". There is no Chromium: apt-get install chromium`);
    describe.skipIf(!isThere)(name, () => {
        let browser: Chromium | undefined;
        beforeAll(async () => {
            browser = await startChromium();
        });
        afterAll(() => browser?.stop());
        declare(async (options) => {
            const context = await browser!.open({ reducedMotion: "reduce", ...options });
            onTestFinished(() => context.close());
            context.setDefaultTimeout(20_000);
            const page = await context.newPage();
            const wrong: string[] = [];
            page.on("pageerror", (error) => wrong.push(String(error)));
            page.on("console", (message) => {
                // What a request was answered with is the page's to show.
                if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
                    wrong.push(message.text());
            });
            page.on("dialog", (dialog) => {
                wrong.push(`a script has opened ${dialog.type()}: ${dialog.message()}`);
                void dialog.dismiss();
            });
            return { page, wrong };
        });
    });
}

/** Fails where something is wider than the window. */
export async function expectNoSideways(page: Page): Promise<void> {
    // As a text: it runs there, where there is a document.
    const beyond = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
    expect(await page.evaluate(beyond)).toBeLessThanOrEqual(0);
}
