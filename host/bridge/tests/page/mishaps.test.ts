/** What goes wrong in the hands of those who look at the page: clicks that come too late, dialogs that stay open, many windows. */
import { expect, test } from "vitest";
import type { Page } from "playwright-core";
import { inBrowser } from "./browsing.ts";
import { jobOf, standInJobs } from "./stand-in-jobs.ts";
import { startScene } from "./scene.ts";
import { logIn } from "./visitor.ts";

/** What comes over opencode takes some looks. */
const patience = { timeout: 15_000 };

const heading = (page: Page, name: string) => page.getByRole("heading", { name }).first();
const dialog = (page: Page) => page.getByRole("dialog");

inBrowser("a click", (open) => {
    test("that is meant for what has gone allows nothing that has come in its place", async () => {
        const scene = await startScene();
        const { prompt } = await scene.join("door");
        for (const command of ["npm test", "rm -rf /"]) {
            const turn = await prompt(command);
            await turn.askPermission({ metadata: { command } });
        }
        const { page, wrong } = await open();
        await page.goto(scene.bridge.pageUrl);
        const cards = page.getByRole("listitem").filter({ hasText: "may it use bash?" });
        await cards.nth(1).waitFor();
        const allow = cards.first().getByRole("button", { name: "Allow once" });
        await allow.click({ trial: true });
        const { x, y, width, height } = (await allow.boundingBox())!;
        // The second click comes as soon as the second card stands where the first one stood.
        await page.evaluate(`new MutationObserver((_, observer) => {
            const [first] = document.querySelectorAll(".asks li");
            if (first.textContent.includes("npm test")) return;
            observer.disconnect();
            document.elementFromPoint(${x + width / 2}, ${y + height / 2})
                .dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, detail: 2 }));
            window.clicked = true;
        }).observe(document.querySelector(".asks"), { childList: true, subtree: true })`);
        await allow.click();
        await expect.poll(() => page.evaluate("window.clicked"), patience).toBe(true);
        await cards.nth(1).waitFor({ state: "detached" });
        // It is still asked, and allowed by whoever has seen it.
        await expect.poll(() => scene.answered, patience).toEqual(["answerPermission once"]);
        await cards.first().getByText("rm -rf /").waitFor();
        await allow.click();
        await expect.poll(() => scene.answered.length, patience).toBe(2);
        expect(wrong).toEqual([]);
    });
});

inBrowser("a dialog", (open) => {
    test("that shows a job's result has all of it once the job has ended", async () => {
        const jobs = standInJobs([jobOf(1)]);
        const scene = await startScene({ shownJobs: jobs });
        const { page } = await open();
        await page.goto(scene.bridge.pageUrl);
        await page.getByRole("link", { name: /^Jobs/ }).click();
        await page.getByRole("button", { name: "Result of job 1" }).click();
        await dialog(page).getByText("Nothing was written.").waitFor();
        jobs.put({ number: 1, state: "done" }, "All is well.");
        await dialog(page).getByText("All is well.").waitFor();
    });

    test("in which something is changed leaves the rest as somebody else has changed it meanwhile", async () => {
        const scene = await startScene();
        const { id } = await scene.join("door", "trusted");
        const { page } = await open();
        await page.goto(scene.bridge.pageUrl);
        await page.goto(`${scene.url}/#/computers/${id}`);
        await page.getByRole("button", { name: "Change…" }).click();
        await dialog(page).getByLabel("Name").fill("gate");
        const elsewhere = await logIn(scene);
        expect((await elsewhere.change("change", { computer: id, profile: "talk" })).status).toBe(200);
        await dialog(page).getByRole("button", { name: "Change" }).click();
        await heading(page, "gate").waitFor();
        await expect.poll(() => page.locator("dd b").textContent()).toBe("talk");
    });

    test("takes a limit as fine as the commands take it", async () => {
        const scene = await startScene();
        const { id } = await scene.join("door");
        const visitor = await logIn(scene);
        await visitor.change("limits", { computer: id, limits: { costPerDay: 0.125 } });
        const { page } = await open();
        await page.goto(scene.bridge.pageUrl);
        await page.goto(`${scene.url}/#/computers/${id}`);
        await page.getByRole("button", { name: "Limits of door…" }).click();
        await dialog(page).getByLabel("Turns at once").fill("2");
        await dialog(page).getByRole("button", { name: "Set" }).click();
        await page.getByText("2 turns at once, $0.125 a day").waitFor();
    });
});

inBrowser("a tool", (open) => {
    test("that was called with what is no text is shown all the same", async () => {
        const parts = [{ toString: 1 }, ["ls"], 5, null].map((command, place) => ({
            id: `prt_${place}`,
            type: "tool",
            tool: "bash",
            state: { status: "error", input: { command }, error: "no text", time: { start: 1, end: 2 } },
        }));
        const scene = await startScene({}, {
            getMessages: async () => [
                { info: { id: "msg_1", role: "assistant", time: { created: 1, completed: 2 } }, parts },
            ],
        } as never);
        const { computer } = await scene.join("door");
        const { value } = await computer.call("createSession", { title: "odd" });
        const { page, wrong } = await open();
        await page.goto(scene.bridge.pageUrl);
        await page.goto(`${scene.url}/#/sessions/${(value as { id: string }).id}`);
        await expect.poll(() => page.getByText("no text").count(), patience).toBe(4);
        expect(wrong).toEqual([]);
    });
});

inBrowser("an address", (open) => {
    test("that is gone to while the page begins is where it is then", async () => {
        const scene = await startScene();
        const { page } = await open();
        await page.addInitScript(`new MutationObserver((_, observer) => {
            if (!document.getElementById("page")?.firstChild) return;
            observer.disconnect();
            location.hash = "#/health";
        }).observe(document, { childList: true, subtree: true })`);
        await page.goto(scene.bridge.pageUrl);
        await heading(page, "Health").waitFor();
    });
});

inBrowser("many windows", (open) => {
    test("of one browser leave it connections for what is asked and changed, and the last one says why it hears nothing", async () => {
        const scene = await startScene();
        const { page } = await open();
        await page.goto(scene.bridge.pageUrl);
        await heading(page, "Computers").waitFor();
        const windows: Page[] = [];
        for (let count = 0; count < 6; count += 1) {
            const other = await page.context().newPage();
            await other.goto(`${scene.url}/`);
            await heading(other, "Computers").waitFor();
            windows.push(other);
        }
        const last = windows.at(-1)!;
        await last.getByText("The page is open too often").waitFor();
        const { code } = scene.bridge.pairings.offer(5, "new", "127.0.0.1");
        await page.getByText(code).waitFor();
        await page.getByRole("button", { name: "Refuse…" }).click();
        await dialog(page).getByRole("button", { name: "Refuse" }).click();
        await expect.poll(() => scene.bridge.pairings.waiting(), patience).toEqual([]);
        for (const other of windows.slice(0, 4)) await other.close();
        await last.getByText("The bridge is not heard.").waitFor({ state: "detached" });
    });
});
