/** The page without a mouse, by a screen reader's rules, in light and in dark. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, test } from "vitest";
import type { Page } from "playwright-core";
import { inBrowser } from "./browsing.ts";
import { jobOf, standInJobs } from "./stand-in-jobs.ts";
import { startScene } from "./scene.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds wrong, a line each. The game's colours on a computer's screen are its player's. */
async function violationsOf(page: Page): Promise<string[]> {
    const found = await page.evaluate(
        `${axe}; axe.run({ exclude: [".screen"] }, { resultTypes: ["violations"] }).then(({ violations }) =>
            violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => id + ": " + html + " " + failureSummary)))`,
    );
    return found as string[];
}

async function startAll() {
    const jobs = standInJobs([
        jobOf(1, { tool: "bash: npm test" }),
        jobOf(2, { state: "queued", place: 1 }),
        jobOf(3, { state: "done" }),
        jobOf(4, { state: "killed", reason: "stopped" }),
    ]);
    const scene = await startScene({ shownJobs: jobs });
    const door = await scene.join("door", "build", ["screen"]);
    door.computer.say({ type: "screen", rows: [["> ai", "0000", "ffff"]] });
    (await scene.join("lift", "talk")).computer.close();
    scene.bridge.pairings.offer(3, "wants in", "127.0.0.1");
    const turn = await door.prompt("Which?", "walls");
    turn.write("I look.");
    await turn.askPermission({ always: ["npm *"], metadata: { command: "npm test", diff: "-a\n+b" } });
    const question = await door.prompt("And?");
    await question.askQuestion([{ question: "Which door?", options: [{ label: "oak" }, { label: "iron" }] }]);
    scene.bridge.turns.happened({
        kind: "step usage",
        sessionId: turn.sessionId,
        messageId: "m",
        partId: "p",
        usage: { input: 5, output: 5, reasoning: 0, cacheRead: 0, cacheWrite: 0, cost: 1 },
    });
    return { scene, turn, door, question };
}

inBrowser("a screen reader gets on", (open) => {
    test.each([
        ["light", 1100],
        ["dark", 360],
    ] as const)("in %s, %i wide, in every view and dialog", async (colorScheme, width) => {
        const { scene, turn, door } = await startAll();
        const { page, wrong } = await open({
            colorScheme,
            viewport: { width, height: 800 },
            bypassCSP: true,
        });
        await page.goto(`${scene.url}/`);
        await page.getByRole("heading", { name: "Log in" }).waitFor();
        expect(await violationsOf(page)).toEqual([]);
        await page.goto(scene.bridge.pageUrl);
        await page.getByRole("heading", { name: "To answer" }).waitFor();
        for (const [place, sign] of [
            ["computers", "lift"],
            [`computers/${door.id}`, "walls"],
            ["sessions", "waits for an answer"],
            [`sessions/${turn.sessionId}`, "I look."],
            ["jobs", "bash: npm test"],
            ["usage", "in all"],
            ["health", "1.18.33"],
        ] as const) {
            await page.goto(`${scene.url}/#/${place}`);
            await page.locator("main").getByText(sign).first().waitFor();
            expect(await violationsOf(page), place).toEqual([]);
        }
        await page.goto(`${scene.url}/#/usage`);
        await page.getByText("As a table").click();
        expect(await violationsOf(page)).toEqual([]);
        await page.goto(`${scene.url}/#/jobs`);
        for (const name of [
            "Allow always…",
            "Refuse…",
            "Approve…",
            "Result of job 3",
            "Kill job 1…",
            "Start a job…",
        ]) {
            await page.getByRole("button", { name }).first().click();
            await page.getByRole("dialog").waitFor();
            expect(await violationsOf(page), name).toEqual([]);
            await page.keyboard.press("Escape");
            await page.getByRole("dialog").waitFor({ state: "detached" });
        }
        await page.goto(`${scene.url}/#/computers/${door.id}`);
        for (const name of ["Change…", "Limits of door…", "Revoke…"]) {
            await page.getByRole("button", { name }).first().click();
            await page.getByRole("dialog").waitFor();
            expect(await violationsOf(page), name).toEqual([]);
            await page.keyboard.press("Escape");
            await page.getByRole("dialog").waitFor({ state: "detached" });
        }
        expect(wrong).toEqual([]);
    });

    test("the colours are those that the reader's system has", async () => {
        const scene = await startScene();
        const backs = [];
        for (const colorScheme of ["light", "dark"] as const) {
            const { page } = await open({ colorScheme });
            await page.goto(scene.bridge.pageUrl);
            await page.getByRole("heading", { name: "Computers" }).waitFor();
            backs.push(await page.evaluate("getComputedStyle(document.body).backgroundColor"));
        }
        expect(backs).toEqual(["rgb(244, 246, 248)", "rgb(19, 22, 26)"]);
    });
});

inBrowser("with the keyboard alone", (open) => {
    /** Presses Tab until something of that name has the focus. */
    async function tabTo(page: Page, name: RegExp, key = "Tab"): Promise<void> {
        const seen: string[] = [];
        for (let count = 0; count < 80; count += 1) {
            await page.keyboard.press(key);
            const focused = await page.evaluate<string>(
                `(() => { const it = document.activeElement; return it.getAttribute('aria-label') || it.labels?.[0]?.textContent || it.textContent; })()`,
            );
            seen.push(focused.trim().slice(0, 40));
            if (name.test(focused.trim())) {
                // It is to be seen where it is.
                const outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle");
                expect(outline, focused).not.toBe("none");
                return;
            }
        }
        throw new Error(`nothing called ${name} is reached: ${seen.join(" | ")}`);
    }

    test("somebody logs in, answers, approves, kills a job, and logs out", async () => {
        const { scene, question } = await startAll();
        const { page, wrong } = await open();
        await page.goto(`${scene.url}/`);
        await page.getByRole("heading", { name: "Log in" }).waitFor();
        await tabTo(page, /^Address or token/);
        await page.keyboard.type(new URL(scene.bridge.pageUrl).hash.slice(1));
        await page.keyboard.press("Enter");
        await page.getByRole("heading", { name: "To answer" }).waitFor();
        await tabTo(page, /^To the content/);
        await page.keyboard.press("Enter");
        await tabTo(page, /^Find/);
        await tabTo(page, /^Allow once/, "Shift+Tab");
        await page.keyboard.press("Enter");
        await expect.poll(() => scene.answered, { timeout: 15_000 }).toContain("answerPermission once");
        await page.getByText("may it use").waitFor({ state: "detached" });
        // Whichever of a group has the focus, the arrows choose the other one.
        await tabTo(page, /^(oak|iron)/);
        await page.keyboard.press("ArrowDown");
        await tabTo(page, /^Answer/);
        await page.keyboard.press("Enter");
        await expect
            .poll(() => scene.answered, { timeout: 15_000 })
            .toContainEqual(expect.stringMatching(/^answerQuestion \[\["(oak|iron)"\]\]$/));
        await expect.poll(() => page.getByText("Which door?").count()).toBe(0);
        expect(question.nonce).toBeDefined();
        await tabTo(page, /^Approve…/);
        await page.keyboard.press("Enter");
        await page.getByRole("dialog").waitFor();
        await tabTo(page, /^Approve$/);
        // The focus stays in a dialog, whichever way it goes.
        await tabTo(page, /^Whose it is/, "Shift+Tab");
        await page.keyboard.type("ann");
        await page.keyboard.press("Enter");
        await page.getByRole("link", { name: "wants in" }).waitFor();
        await tabTo(page, /^Jobs/);
        await page.keyboard.press("Enter");
        await page.getByRole("heading", { name: "Jobs" }).waitFor();
        expect(await page.evaluate("document.activeElement.id")).toBe("view");
        await tabTo(page, /^Kill job 1/);
        await page.keyboard.press("Enter");
        await page.getByRole("dialog").waitFor();
        await page.keyboard.press("Escape");
        await page.getByRole("dialog").waitFor({ state: "detached" });
        // Back where it was.
        expect(await page.evaluate("document.activeElement.getAttribute('aria-label')")).toBe("Kill job 1…");
        await page.keyboard.press("Enter");
        await page.getByRole("dialog").waitFor();
        await tabTo(page, /^Kill$/);
        await page.keyboard.press("Enter");
        await page.getByRole("listitem").filter({ hasText: "prompt 1" }).getByText("killed").waitFor();
        await tabTo(page, /^Log out/);
        await page.keyboard.press("Enter");
        await page.getByRole("heading", { name: "Log in" }).waitFor();
        expect(wrong).toEqual([]);
    });
});
