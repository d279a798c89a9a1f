/** The page in a browser: each view of it, and all that its owner does there. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { Page } from "playwright-core";
import { expectNoSideways, inBrowser } from "./browsing.ts";
import { jobOf, standInJobs } from "./stand-in-jobs.ts";
import { startScene } from "./scene.ts";
import { visit } from "./visitor.ts";

/** What comes over opencode takes some looks. */
const patience = { timeout: 15_000 };

const heading = (page: Page, name: string | RegExp) => page.getByRole("heading", { name }).first();
const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name }).first();
const dialog = (page: Page) => page.getByRole("dialog");

inBrowser("the login", (open) => {
    test("by the terminal's address leaves nothing of it behind, and lasts", async () => {
        const scene = await startScene();
        const { page, wrong } = await open();
        await page.goto(scene.bridge.pageUrl);
        await heading(page, "Computers").waitFor();
        expect(page.url()).toBe(`${scene.url}/`);
        await page.reload();
        await heading(page, "Computers").waitFor();
        const history = await page.evaluate("history.length");
        expect(history).toBeLessThanOrEqual(2);
        expect(await page.evaluate("document.cookie")).toBe("");
        expect(wrong).toEqual([]);
    });

    test("by what is pasted; a wrong one is told of, and the logout ends it", async () => {
        const scene = await startScene();
        const { page, wrong } = await open();
        await page.goto(`${scene.url}/`);
        const field = page.getByLabel("Address or token");
        await field.fill("0123");
        await button(page, "Log in").click();
        await page.getByText("That is not the token.").waitFor();
        await field.fill(scene.bridge.pageUrl);
        await field.press("Enter");
        await heading(page, "Computers").waitFor();
        await button(page, "Log out").click();
        await heading(page, "Log in").waitFor();
        await page.reload();
        await heading(page, "Log in").waitFor();
        expect(wrong).toEqual([]);
    });

    test("is worth nothing to another server of this machine, which the browser tells of it", async () => {
        const scene = await startScene();
        const { page } = await open();
        await page.goto(scene.bridge.pageUrl);
        await heading(page, "Computers").waitFor();
        let cookie = "";
        const other = createServer((request, response) => {
            cookie = request.headers.cookie ?? cookie;
            response.setHeader("content-type", "text/html");
            response.end("<title>other</title>");
        });
        await new Promise<void>((done) => other.listen(0, "127.0.0.1", done));
        onTestFinished(() => void other.close());
        const { port } = other.address() as AddressInfo;
        await page.goto(`http://127.0.0.1:${port}/`);
        expect(cookie).toContain("trapos-page-");
        expect(await page.evaluate("Object.keys(localStorage)")).toEqual([]);
        for (const path of ["/page/state", "/page/events"])
            expect((await visit(scene.url, { path, headers: { cookie } })).status, path).toBe(401);
        await page.goto(`${scene.url}/`);
        await heading(page, "Computers").waitFor();
    });

    test("by an address of a bridge before says so", async () => {
        const scene = await startScene();
        const { page } = await open();
        await page.goto(`${scene.url}/login#${"0".repeat(48)}`);
        await page.getByText("That is not the token.").waitFor();
        expect(page.url()).toBe(`${scene.url}/`);
    });
});

inBrowser("computers", (open) => {
    test("come, go, are found and are shown fifty at once", async () => {
        const scene = await startScene();
        const { page, wrong } = await open();
        await page.goto(scene.bridge.pageUrl);
        await page.getByText("No computer is linked.").waitFor();
        const { computer } = await scene.join("lobby", "talk");
        const row = page.getByRole("listitem").filter({ hasText: "lobby" });
        await row.getByText("online").waitFor();
        computer.close();
        await row.getByText(/seen \d+ s ago/).waitFor();
        for (let count = 0; count < 60; count += 1) scene.link("read");
        await page.reload();
        await page.getByText("1 to 50 of 61").waitFor();
        await button(page, "After").click();
        await page.getByText("51 to 61 of 61").waitFor();
        await page.getByLabel("Find").fill("LOBBY");
        await expect.poll(() => page.getByRole("listitem").count(), patience).toBe(1);
        await page.getByLabel("Find").fill("nobody");
        await page.getByText("Nothing like that is there.").waitFor();
        expect(wrong).toEqual([]);
    });

    test("one that asks is approved with a profile that is explained, and another is refused", async () => {
        const scene = await startScene();
        const { page, wrong } = await open();
        await page.goto(scene.bridge.pageUrl);
        const { pairings } = scene.bridge;
        const [one, other] = [
            pairings.offer(12, "front door", "127.0.0.1"),
            pairings.offer(13, "odd", "127.0.0.1"),
        ];
        const card = page.getByRole("listitem").filter({ hasText: one.code });
        await card.getByRole("button", { name: "Approve…" }).click();
        await dialog(page).getByText("has a shell on this machine, as you.").waitFor();
        await dialog(page).getByLabel("Name").fill("hall");
        await dialog(page).getByLabel("Whose it is").fill("ann");
        await dialog(page)
            .getByLabel(/^read /)
            .check();
        await dialog(page).getByRole("button", { name: "Approve" }).click();
        await page.getByText("It is linked.").waitFor();
        expect(pairings.state(one.secret)).toMatchObject({ name: "hall", owner: "ann", profile: "read" });
        await page.getByRole("link", { name: "hall" }).waitFor();
        await page
            .getByRole("listitem")
            .filter({ hasText: other.code })
            .getByRole("button", { name: "Refuse…" })
            .click();
        await dialog(page).getByRole("button", { name: "Refuse" }).click();
        await expect.poll(() => pairings.waiting(), patience).toEqual([]);
        await heading(page, "To answer").waitFor({ state: "detached" });
        expect(wrong).toEqual([]);
    });

    test("one is changed, limited and revoked, each after it was asked", async () => {
        const scene = await startScene();
        await scene.join("lobby", "talk");
        const { page, wrong } = await open();
        await page.goto(scene.bridge.pageUrl);
        await page.getByRole("link", { name: "lobby" }).click();
        await heading(page, "lobby").waitFor();
        await button(page, "Change…").click();
        await dialog(page).getByLabel("Name").fill("foyer");
        await dialog(page)
            .getByLabel(/^build /)
            .check();
        await dialog(page).getByRole("button", { name: "Change" }).click();
        await heading(page, "foyer").waitFor();
        await page.getByText("The agent reads, writes and runs commands as you.").first().waitFor();
        await button(page, "Limits of foyer…").click();
        await dialog(page).getByLabel("Prompts an hour").fill("20");
        await dialog(page).getByRole("button", { name: "Set" }).click();
        await page.getByText("20 prompts an hour").waitFor();
        await button(page, "Limits of ann…").click();
        await dialog(page).getByLabel("US dollars a day").fill("1.5");
        await dialog(page).getByRole("button", { name: "Set" }).click();
        await page.getByText("limits of all theirs: $1.5 a day").waitFor();
        await button(page, "Revoke…").click();
        await dialog(page).waitFor();
        await page.keyboard.press("Escape");
        await dialog(page).waitFor({ state: "detached" });
        await page.getByText("It is not linked any more.").waitFor({ state: "detached" });
        await button(page, "Revoke…").click();
        await dialog(page).getByRole("button", { name: "Revoke" }).click();
        await page.getByText("It is not linked any more.").waitFor();
        await page.getByRole("link", { name: "All computers" }).click();
        await page.getByText("No computer is linked.").waitFor();
        expect(wrong).toEqual([]);
    });

    test("one's screen is shown live where its player allows it", async () => {
        const scene = await startScene();
        const { computer } = await scene.join("lobby", "talk", ["screen"]);
        const { page, wrong } = await open();
        await page.goto(scene.bridge.pageUrl);
        await page.getByRole("link", { name: "lobby" }).click();
        await page.getByText("Its player has not allowed to look at it").waitFor();
        await computer.message(({ type }) => type === "watch");
        computer.say({
            type: "screen",
            rows: [
                ["> ai hello", "0400000000", "ffffffffff"],
                ["<b>x</b>  ", "eeeeeeeeee", "ffffffffff"],
            ],
        });
        const screen = page.getByRole("region", { name: "Screen of lobby" });
        await screen.getByText("<b>x</b>").waitFor();
        expect(await screen.locator("b").count()).toBe(0);
        computer.say({ type: "screen", rows: [["> ai bye", "00000000", "ffffffff"]] });
        await screen.getByText("> ai bye").waitFor();
        computer.close();
        await page.getByText("It is away.").waitFor();
        expect(wrong).toEqual([]);
    });
});

inBrowser("what is asked", (open) => {
    test("a permission is allowed once, always, or refused with words", async () => {
        const scene = await startScene();
        const { prompt } = await scene.join("door");
        const { page, wrong } = await open();
        await page.goto(scene.bridge.pageUrl);
        const card = page.getByRole("listitem").filter({ hasText: "door asks: may it use bash?" });
        const first = await prompt("one");
        await first.askPermission({ metadata: { command: "npm test -- --watch" } });
        await card.getByText("npm test -- --watch").waitFor();
        await expect.poll(() => page.title(), patience).toBe("(1) TrapOS AI bridge");
        expect(await page.getByRole("status").first().textContent()).toBe("1 thing to answer");
        await card.getByRole("button", { name: "Allow once" }).click();
        await expect.poll(() => scene.answered, patience).toEqual(["answerPermission once"]);
        await card.waitFor({ state: "detached" });
        const second = await prompt("two");
        await second.askPermission({ always: ["npm *"] });
        await card.getByRole("button", { name: "Allow always…" }).click();
        await dialog(page).getByText("npm *").waitFor();
        await dialog(page).getByRole("button", { name: "Allow always" }).click();
        await expect.poll(() => scene.answered.length, patience).toBe(2);
        const third = await prompt("three");
        await third.askPermission({ kind: "edit", metadata: { filepath: "/etc/hosts", diff: "-a\n+b" } });
        const edit = page.getByRole("listitem").filter({ hasText: "may it use edit?" });
        await edit.getByText("What it changes").click();
        await edit.getByText("+b").waitFor();
        await edit.getByRole("button", { name: "Refuse…" }).click();
        await dialog(page).getByLabel("What the model is told instead").fill("Not that file.");
        await dialog(page).getByRole("button", { name: "Refuse" }).click();
        await expect.poll(() => scene.answered, patience).toContain("answerPermission reject Not that file.");
        expect(wrong).toEqual([]);
    });

    test("questions are answered by a choice, several or one's own words, or refused", async () => {
        const scene = await startScene();
        const { prompt } = await scene.join("door");
        const { page, wrong } = await open();
        await page.goto(scene.bridge.pageUrl);
        const options = [{ label: "oak", description: "brown" }, { label: "iron" }, { label: "glass" }];
        await (
            await prompt("one")
        ).askQuestion([
            { question: "Which door?", options, custom: false },
            { question: "Which walls?", options, multiple: true },
            { question: "What name?" },
        ]);
        await page.getByRole("group", { name: "Which door?" }).getByLabel("iron").check();
        const walls = page.getByRole("group", { name: "Which walls?" });
        await walls.getByLabel(/oak/).check();
        await walls.getByLabel("glass").check();
        await walls.getByLabel("Or in your own words").fill("sand");
        await page.getByRole("group", { name: "What name?" }).getByLabel("Your answer").fill("gate");
        await button(page, "Answer").click();
        await expect
            .poll(() => scene.answered, patience)
            .toEqual(['answerQuestion [["iron"],["oak","glass","sand"],["gate"]]']);
        await (await prompt("two")).askQuestion([{ question: "Really?" }]);
        const card = page.getByRole("listitem").filter({ hasText: "Really?" });
        await card.getByRole("button", { name: "Refuse…" }).click();
        await dialog(page).getByRole("button", { name: "Refuse" }).click();
        await expect.poll(() => scene.answered, patience).toContain("rejectQuestion");
        expect(wrong).toEqual([]);
    });

    test("what somebody else has answered meanwhile is told of as such", async () => {
        const scene = await startScene();
        const turn = await (await scene.join("door")).prompt("one");
        await turn.askPermission();
        const { page } = await open();
        await page.goto(scene.bridge.pageUrl);
        await button(page, "Refuse…").click();
        const { id } = scene.bridge.turns.views()[0]!.asked!.ask;
        scene.bridge.turns.settle(turn.nonce, { id, what: "permission", reply: "once" });
        await dialog(page).getByRole("button", { name: "Refuse" }).click();
        await dialog(page).getByText("It is not asked any more").waitFor();
    });
});

inBrowser("sessions", (open) => {
    test("a turn is read as it is written, and stopped", async () => {
        const scene = await startScene();
        const { prompt } = await scene.join("door");
        const turn = await prompt("Write a poem", "poems");
        turn.write("Roses are red,\n");
        const { page, wrong } = await open();
        await page.goto(scene.bridge.pageUrl);
        await page.getByRole("link", { name: /^At work/ }).click();
        await page.getByRole("link", { name: "door" }).click();
        const live = page.getByRole("article", { name: "Live" });
        await live.getByText("Roses are red,").waitFor();
        await page.getByText("Write a poem").waitFor();
        turn.write("violets are blue.");
        await live.getByText(/Roses are red,\s+violets are blue\./).waitFor();
        expect(await page.getByText("Roses are red").count()).toBe(1);
        await button(page, /^Stop the turn/).click();
        await dialog(page).getByRole("button", { name: "Stop" }).click();
        await expect.poll(() => scene.asked, patience).toContain(`abortSession ${turn.sessionId}`);
        await live.waitFor({ state: "detached" });
        await page.getByText(/violets are blue\./).waitFor();
        expect(wrong).toEqual([]);
    });

    test("of a computer have their titles, and what was said in them", async () => {
        const scene = await startScene();
        const { prompt } = await scene.join("door");
        const turn = await prompt("Why?", "reasons");
        turn.write("Because.");
        turn.end();
        const { page, wrong } = await open();
        await page.goto(scene.bridge.pageUrl);
        await page.getByRole("link", { name: "door" }).click();
        await page.getByRole("link", { name: "reasons" }).click();
        await page.getByText("Because.").waitFor();
        await page.getByText("Why?").waitFor();
        await page.goBack();
        await heading(page, "door").waitFor();
        expect(wrong).toEqual([]);
    });
});

inBrowser("jobs", (open) => {
    test("are begun, found, looked at, collected and killed", async () => {
        const jobs = standInJobs([
            jobOf(1, { tool: "bash: npm test", tools: 3, cost: 0.25, attempt: 2, isKept: true }),
            jobOf(2, { state: "queued", place: 1, reason: "4 jobs run" }),
            jobOf(3, { state: "done", seconds: 120 }),
            jobOf(4, { state: "failed", reason: "no_progress" }),
        ]);
        jobs.put({ number: 3 }, "All tests pass.");
        const scene = await startScene({ shownJobs: jobs });
        await scene.join("door");
        const { page, wrong } = await open();
        await page.goto(scene.bridge.pageUrl);
        await page.getByRole("link", { name: /^Jobs 2/ }).click();
        const rows = page.getByRole("list", { name: "Jobs" }).getByRole("listitem");
        await expect.poll(() => rows.count(), patience).toBe(4);
        await rows.nth(3).getByText("bash: npm test").waitFor();
        await rows
            .nth(3)
            .getByText(/3 tool calls, \$0\.250.*attempt 2.*kept/)
            .waitFor();
        await rows.nth(2).getByText("place 1: 4 jobs run").waitFor();
        await rows.nth(0).getByText("no_progress").waitFor();
        await page.getByLabel("Show").selectOption("open");
        await expect.poll(() => rows.count(), patience).toBe(2);
        await page.getByLabel("Show").selectOption("");
        await button(page, "Result of job 3").click();
        await dialog(page).getByText("All tests pass.").waitFor();
        expect(jobs.job(3).isCollected).toBe(false);
        await dialog(page).getByRole("button", { name: "Collect for its player" }).click();
        await dialog(page).getByText("It was collected").waitFor();
        expect(jobs.job(3).isCollected).toBe(true);
        await dialog(page).getByRole("button", { name: "Close" }).click();
        await button(page, "Kill job 1…").click();
        expect(jobs.job(1).state).toBe("running");
        await dialog(page).getByRole("button", { name: "Kill" }).click();
        await rows.nth(3).getByText("killed").waitFor();
        await button(page, "Start a job…").click();
        await dialog(page).getByLabel("Prompt").fill("Build a wall");
        await dialog(page).getByLabel("Begin it again when it fails").check();
        await dialog(page).getByRole("button", { name: "Start" }).click();
        await rows.nth(0).getByText("Build a wall").waitFor();
        expect(jobs.job(5)).toMatchObject({ computer: "door", isKept: true });
        expect(wrong).toEqual([]);
    });
});

inBrowser("usage and health", (open) => {
    test("are shown as a chart, as a table, and in words", async () => {
        const scene = await startScene();
        for (const [place, name] of ["door", "lift"].entries()) {
            const { prompt } = await scene.join(name);
            const { sessionId } = await prompt("x");
            const usage = {
                input: 1000 * (place + 1),
                output: 5,
                reasoning: 0,
                cacheRead: 0,
                cacheWrite: 0,
                cost: 0.5,
            };
            scene.bridge.turns.happened({
                kind: "step usage",
                sessionId,
                messageId: "m",
                partId: name,
                usage,
            });
        }
        const { page, wrong } = await open();
        await page.goto(scene.bridge.pageUrl);
        await page.getByRole("link", { name: "Usage" }).click();
        await page.getByText("3,010 in all").waitFor();
        expect(await page.locator("svg rect").count()).toBe(2);
        await page.getByText("As a table").click();
        await expect.poll(() => page.getByRole("row").count(), patience).toBe(15);
        expect(await page.getByRole("row").nth(1).getByRole("cell").allTextContents()).toEqual([
            "2,005",
            "1,005",
            "3,010",
        ]);
        await button(page, "Cost").click();
        await page.getByText("$1.00 in all").waitFor();
        await button(page, "30 days").click();
        await expect.poll(() => page.getByRole("row").count(), patience).toBe(31);
        await page.getByRole("link", { name: "Health" }).click();
        await page.getByText(/^1\.18\.33/).waitFor();
        await page.getByText("2, 2 online").waitFor();
        expect(wrong).toEqual([]);
    });
});

inBrowser("a bridge that ends", (open) => {
    test("is told of, and is there again when it is started anew, without another login", async () => {
        const jobs = standInJobs([jobOf(1)]);
        const scene = await startScene({ shownJobs: jobs });
        const { page, wrong } = await open();
        await page.goto(scene.bridge.pageUrl);
        await heading(page, "Computers").waitFor();
        const again = await scene.stop();
        await page.getByText("The bridge is not heard.").waitFor();
        const { pairings } = await again();
        await page.getByText("The bridge is not heard.").waitFor({ state: "detached" });
        const { code } = pairings.offer(5, "back", "127.0.0.1");
        await page.getByText(code).waitFor();
        await button(page, "Refuse…").click();
        await dialog(page).getByRole("button", { name: "Refuse" }).click();
        await expect.poll(() => pairings.waiting(), patience).toEqual([]);
        expect(wrong.filter((text) => !text.includes("ERR_"))).toEqual([]);
    });

    test("and is logged out of elsewhere asks for the login", async () => {
        const scene = await startScene();
        const { page } = await open();
        await page.goto(scene.bridge.pageUrl);
        await heading(page, "Computers").waitFor();
        const other = await page.context().newPage();
        await other.goto(`${scene.url}/`);
        await button(other, "Log out").click();
        await heading(page, "Log in").waitFor();
    });
});

inBrowser("at a phone's width", (open) => {
    test("nothing is wider than the window, in any view", async () => {
        const jobs = standInJobs([jobOf(1, { prompt: "word".repeat(100), tool: "x".repeat(300) })]);
        const scene = await startScene({ shownJobs: jobs });
        const { id, prompt, computer } = await scene.join("a-very-long-name-".repeat(10), "build", [
            "screen",
        ]);
        scene.bridge.pairings.offer(3, "label".repeat(20), "127.0.0.1");
        const turn = await prompt("p".repeat(500), "t".repeat(300));
        turn.write("w".repeat(3000));
        await turn.askPermission({ metadata: { command: "c".repeat(2000) }, always: ["a".repeat(500)] });
        computer.say({
            type: "screen",
            rows: Array.from({ length: 19 }, () => ["M".repeat(51), "0".repeat(51), "f".repeat(51)]),
        });
        const { page, wrong } = await open({
            viewport: { width: 360, height: 640 },
            hasTouch: true,
            isMobile: true,
        });
        await page.goto(scene.bridge.pageUrl);
        await heading(page, "To answer").waitFor();
        for (const place of [
            "computers",
            `computers/${id}`,
            "sessions",
            `sessions/${turn.sessionId}`,
            "jobs",
            "usage",
            "health",
        ]) {
            await page.goto(`${scene.url}/#/${place}`);
            await page.locator("main h1").waitFor();
            await expectNoSideways(page);
        }
        await page.goto(`${scene.url}/#/computers/${id}`);
        const screen = page.getByRole("region", { name: /^Screen of/ });
        await screen.getByText("M".repeat(51)).first().waitFor();
        // All of a row is to be seen.
        const row = "document.querySelector('.screen div')";
        expect(await page.evaluate(`${row}.scrollWidth - ${row}.clientWidth`)).toBeLessThanOrEqual(0);
        await button(page, "Change…").click();
        await expectNoSideways(page);
        await dialog(page).getByRole("button", { name: "Cancel" }).click();
        await button(page, "Approve…").click();
        await dialog(page)
            .getByLabel(/^trusted /)
            .check();
        await expectNoSideways(page);
        expect(wrong).toEqual([]);
    });
});
