import { setTimeout as sleep } from "node:timers/promises";
import { startChromium } from "../../harness/chromium.ts";
import type { Bench } from "../bench.ts";
import type { Figure } from "../figure.ts";
import { type PageBridge, startPageBridge } from "../page.ts";
import { median } from "../statistics.ts";

const LOADS = 9;
const STATES = 20;
const HEALTHS = 60;
const VIEWS = ["computers", "sessions", "jobs", "usage", "health"];

interface Loaded {
    /** Of all that there is to fetch, as it is sent, and before it was compressed. */
    readonly sent: number;
    readonly plain: number;
    /** Milliseconds from the navigation to the first computer that is shown. */
    readonly content: number;
}

/** Notes when the first computer is shown, by the clock of the navigation. */
const NOTE_FIRST = `new MutationObserver((_, observer) => {
    if (!document.querySelector("main .list[aria-label=Computers] li")) return;
    observer.disconnect();
    window.firstContent = performance.now();
}).observe(document, { childList: true, subtree: true })`;

async function load(bridge: PageBridge): Promise<Loaded> {
    const browser = await startChromium();
    try {
        const context = await browser.open();
        await context.addInitScript(NOTE_FIRST);
        const sizes = new Map<string, { readonly sent: number; readonly plain: number }>();
        const reading: Promise<unknown>[] = [];
        context.on("response", (response) => {
            const { pathname } = new URL(response.url());
            // What it is told is no part of it.
            if (/\/page\/[a-z]+$/.test(pathname)) return;
            reading.push(
                Promise.all([response.body(), response.request().sizes()]).then(
                    ([body, { responseBodySize }]) =>
                        sizes.set(pathname.replace(/^\/login$/, "/"), {
                            sent: responseBodySize,
                            plain: body.length,
                        }),
                ),
            );
        });
        // A browser fetches it beside the page, where nobody sees that.
        const icon = (await bridge.ask("/page/icon.svg")).text.length;
        sizes.set("/page/icon.svg", { sent: icon, plain: icon });
        const times: number[] = [];
        for (let round = 0; round <= LOADS; round += 1) {
            const page = await context.newPage();
            await page.goto(round === 0 ? bridge.loginUrl : `${bridge.url}/`);
            await page.getByText("wants to be linked").waitFor();
            await page.waitForFunction("window.firstContent !== undefined");
            // The first load logs in, and warms the browser up.
            if (round > 0) times.push(await page.evaluate<number>("window.firstContent"));
            if (round === LOADS)
                for (const view of [...VIEWS, "computers/none"]) {
                    await page.goto(`${bridge.url}/#/${view}`);
                    await page.locator("main h1").waitFor();
                    await page.waitForLoadState("networkidle").catch(() => undefined);
                }
            if (round < LOADS) await page.close();
        }
        await Promise.all(reading);
        const sum = (which: "sent" | "plain") =>
            [...sizes.values()].reduce((total, size) => total + size[which], 0);
        return { sent: sum("sent"), plain: sum("plain"), content: median(times) };
    } finally {
        await browser.stop();
    }
}

interface Measured extends Loaded {
    readonly state: number;
    readonly health: number;
}

async function measure(bench: Bench): Promise<Measured> {
    bench.say("the page with 1,000 computers and 500 jobs ...");
    const bridge = await startPageBridge(await bench.newFolder());
    try {
        const states: number[] = [];
        for (let round = 0; round < STATES; round += 1) {
            const { milliseconds, text } = await bridge.ask("/page/state");
            const { sections } = JSON.parse(text) as {
                sections: Record<string, { set: unknown[] } | undefined>;
            };
            const [computers, jobs] = [sections.computers?.set.length, sections.jobs?.set.length];
            if (computers !== 1000 || jobs !== 500)
                throw new Error(`The page has ${computers} computers and ${jobs} jobs.`);
            states.push(milliseconds);
        }
        const leave = await bridge.watch();
        const changing = setInterval(() => bridge.change(), 100);
        const healths: number[] = [];
        for (let round = 0; round < HEALTHS; round += 1) {
            healths.push((await bridge.ask("/health")).milliseconds);
            await sleep(50);
        }
        clearInterval(changing);
        leave();
        return { state: median(states), health: median(healths), ...(await load(bridge)) };
    } finally {
        await bridge.stop();
    }
}

let measured: Promise<Measured> | undefined;
const of = (bench: Bench) => (measured ??= measure(bench));

/** The owner's page, in a real browser, with many computers and jobs. */
export const pageFigures: readonly Figure[] = [
    { name: "page-bytes", unit: "B", bar: 60_000, measure: async (bench) => (await of(bench)).sent },
    { name: "page-bytes-plain", unit: "B", measure: async (bench) => (await of(bench)).plain },
    { name: "page-first-content", unit: "ms", bar: 500, measure: async (bench) => (await of(bench)).content },
    { name: "page-state-1000", unit: "ms", bar: 100, measure: async (bench) => (await of(bench)).state },
    { name: "page-health-1000", unit: "ms", bar: 5, measure: async (bench) => (await of(bench)).health },
];
