/**
 * The pictures of docs/bridge.md, taken from the page as it is: `TRAPOS_PAGE_PICTURES=1 npm test -- pictures` writes them anew.
 * Without that it is looked whether they are there and small, as their pixels differ from one machine's fonts to another's.
 */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectFolder } from "../../../../tools/harness/disk.ts";
import { inBrowser } from "./browsing.ts";
import { jobOf, standInJobs } from "./stand-in-jobs.ts";
import { startScene } from "./scene.ts";

const folder = join(projectFolder, "docs/pictures");

/** The pictures: the view, and the window in which it is shown. */
const pictures = [
    ["page-computers-light", "computers", "light", 1000, 760],
    ["page-computer-light", "computer", "light", 1000, 900],
    ["page-session-dark-phone", "session", "dark", 360, 720],
    ["page-usage-dark-phone", "usage", "dark", 360, 720],
] as const;

/** What tells that a view is all there. */
const signs = {
    computers: "lighthouse",
    computer: "Allow this command?",
    session: "read the card first",
    usage: "in all",
};

const MOST_BYTES = 120_000;

test("the pictures are there, small, and all of them in docs/bridge.md", () => {
    const text = readFileSync(join(projectFolder, "docs/bridge.md"), "utf8");
    const shown = [...text.matchAll(/\(pictures\/([a-z-]+)\.png\)/g)].map(([, name]) => name);
    expect(shown.toSorted()).toEqual(pictures.map(([name]) => name).toSorted());
    for (const [name] of pictures)
        expect(statSync(join(folder, `${name}.png`)).size).toBeLessThan(MOST_BYTES);
});

inBrowser("the pictures", (open) => {
    test.skipIf(process.env["TRAPOS_PAGE_PICTURES"] === undefined)("are taken anew", async () => {
        const jobs = standInJobs([
            jobOf(7, { prompt: "Tidy up the storage room", tool: "bash: npm test", tools: 12, cost: 0.21 }),
            jobOf(6, { state: "done", prompt: "Write a program for the lift", seconds: 312 }),
        ]);
        const scene = await startScene({ shownJobs: jobs });
        const door = await scene.join("front door", "build", ["screen"]);
        const others = [await scene.join("storage", "read"), await scene.join("lift", "talk")];
        (await scene.join("lighthouse", "build")).computer.close();
        scene.bridge.pairings.offer(12, "reactor", "127.0.0.1");
        const turn = await door.prompt(
            "Have the door open for Ann alone, and tell me why it did not.",
            "A lock for the door",
        );
        turn.write(
            "The door's program asks nobody who stands before it. I shall have it read the card first, and test that:\n\n",
        );
        await turn.askPermission({ metadata: { command: "npm test -- door" }, always: ["npm test *"] });
        for (const [place, { prompt }] of [door, ...others].entries()) {
            const { sessionId } = place === 0 ? turn : await prompt("x");
            for (let back = 0; back < 14; back += 1) {
                scene.jump(-back * 86_400_000);
                const input = Math.round(40_000 + 30_000 * Math.sin(back * 1.7 + place * 2));
                scene.bridge.turns.happened({
                    kind: "step usage",
                    sessionId,
                    messageId: "m",
                    partId: `${place} ${back}`,
                    usage: {
                        input,
                        output: 900,
                        reasoning: 0,
                        cacheRead: 0,
                        cacheWrite: 0,
                        cost: input / 1e6,
                    },
                });
                scene.jump(back * 86_400_000);
            }
        }
        const row = (text: string, colour: string) => [text.padEnd(51), colour.repeat(51), "f".repeat(51)];
        door.computer.say({
            type: "screen",
            rows: [
                row("CraftOS 1.9", "4"),
                row("> ai have the door open for Ann alone", "0"),
                row("", "0"),
                row("* bash: npm test -- door", "9"),
                row("", "0"),
                row(" Allow this command?            y yes  n no", "1"),
                ...Array.from({ length: 13 }, () => row("", "0")),
            ],
        });
        for (const [name, view, colorScheme, width, height] of pictures) {
            const { page } = await open({ colorScheme, viewport: { width, height } });
            await page.goto(scene.bridge.pageUrl);
            await page.getByRole("heading", { name: "To answer" }).waitFor();
            const places = {
                computers: "computers",
                computer: `computers/${door.id}`,
                session: `sessions/${turn.sessionId}`,
                usage: "usage",
            };
            await page.goto(`${scene.url}/#/${places[view]}`);
            await page.locator("main").getByText(signs[view]).first().waitFor();
            if (view === "computers") await page.evaluate("scrollTo(0, 0)");
            await page.screenshot({ path: join(folder, `${name}.png`) });
        }
    });
});
