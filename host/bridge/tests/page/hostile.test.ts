/** What players, models and servers write is shown as it is, and does nothing: in every place where something of theirs stands. */
import { expect, test } from "vitest";
import { expectNoSideways, inBrowser } from "./browsing.ts";
import { jobOf, standInJobs } from "./stand-in-jobs.ts";
import { startScene } from "./scene.ts";
import type { Job } from "../../../../src/apis/ai/jobs/shapes.ts";

/** Each tells, where it is not only text, by the property "ran" of the window. */
const texts: readonly (readonly [name: string, text: string])[] = [
    ["markup", `<img src=x onerror="window.ran=1"><script>window.ran=1</script><svg onload=window.ran=1>`],
    ["an attribute's end", `" onmouseover="window.ran=1" autofocus onfocus="window.ran=1" x='`],
    ["an address", "javascript:window.ran=1"],
    ["a template", "${window.ran=1}{{window.ran=1}}</div></main></dialog><!--"],
    ["other directions", "\u202eevil\u202c \u2066\u200fabc\u2069 \u061c \u05e9\u05dc\u05d5\u05dd"],
    ["what commands terminals", "\u001b[31mred\u001b]0;title\u0007\u0000\u0008\u007f\u0085\u2028"],
    ["what is long", "x".repeat(10_000)],
    ["what is many lines", "line\n".repeat(500)],
    ["what stands above others", `Z${"\u0300".repeat(500)}`],
];

inBrowser("a hostile text", (open) => {
    test.each(texts)("%s", async (_name, text) => {
        // What an earlier border would not let through is none of this one's business: it stands alone.
        const short = text.slice(0, 400);
        const job: Partial<Job> = {
            prompt: text,
            computer: text,
            tool: text,
            words: text,
            asks: text,
            reason: text,
        };
        const jobs = standInJobs([
            jobOf(1, job),
            jobOf(2, { ...job, state: "failed" }),
            jobOf(3, { ...job, state: "queued", place: 1 }),
        ]);
        for (const number of [1, 2, 3]) jobs.put({ number }, text);
        let isAway = false;
        const scene = await startScene({
            shownJobs: jobs,
            opencode: () =>
                isAway ? { kind: "away", reason: text, retryAt: 0 } : { kind: "ready", version: "1.18.33" },
        });
        const door = await scene.join("door", "build", ["screen"]);
        const { turns, pairings } = scene.bridge;
        pairings.offer(3, text, text);
        // The names of computers come by the page itself, too.
        const offer = pairings.offer(4, undefined, "127.0.0.1");
        const named = pairings.approve(offer.code, { name: text, owner: text });
        const turn = await door.prompt(text, text);
        turn.write(text);
        const metadata = { command: text, filepath: text, url: text, diff: text, description: text };
        await turn.askPermission({ kind: short, always: [text], metadata });
        const other = await door.prompt(text, text);
        await other.askQuestion([
            { question: text, header: short, options: [{ label: text, description: text }], multiple: true },
        ]);
        expect(turns.views().filter(({ asked }) => asked !== undefined)).toHaveLength(2);
        door.computer.say({
            type: "screen",
            rows: [[text.slice(0, 300), text.slice(0, 300), text.slice(0, 300)]],
        });
        turns.happened({
            kind: "step usage",
            sessionId: turn.sessionId,
            messageId: "m",
            partId: "p",
            usage: { input: 5, output: 5, reasoning: 0, cacheRead: 0, cacheWrite: 0, cost: 1 },
        });

        isAway = true;
        const { page, wrong } = await open({ viewport: { width: 360, height: 700 } });
        await page.goto(scene.bridge.pageUrl);
        await page.getByRole("heading", { name: "To answer" }).waitFor();
        const places = [
            "computers",
            `computers/${named.id}`,
            `computers/${door.id}`,
            "sessions",
            `sessions/${turn.sessionId}`,
            `sessions/${encodeURIComponent(text.slice(0, 200))}`,
            "jobs",
            "usage",
            "health",
        ];
        for (const place of places) {
            await page.goto(`${scene.url}/#/${place}`);
            await page.locator("main h1").waitFor();
            await expectNoSideways(page);
        }
        await page.goto(`${scene.url}/#/jobs`);
        for (const name of ["Allow always…", "Approve…", "Result of job 2", "Kill job 1…", "Start a job…"]) {
            await page.getByRole("button", { name }).first().click();
            const dialog = page.getByRole("dialog");
            await dialog.waitFor();
            await expectNoSideways(page);
            await page.keyboard.press("Escape");
            await dialog.waitFor({ state: "detached" });
        }
        // All that the page has made of it are elements of its own.
        expect(
            await page.locator("img, iframe, object, embed, main script, a[href^='javascript']").count(),
        ).toBe(0);
        expect(await page.evaluate("window.ran")).toBeUndefined();
        const seen = await page.locator("body").innerText();
        expect(seen).not.toMatch(
            /[\u0000-\u0008\u000e-\u001f\u007f\u0085\u202a-\u202e\u2066-\u2069\u200f\u061c]/,
        );
        expect(await page.title()).toBe("(3) TrapOS AI bridge");
        expect(wrong).toEqual([]);
    });
});

inBrowser("the browser itself", (open) => {
    test("lets no script in that is not the page's, and nobody else frame it", async () => {
        const scene = await startScene();
        const { page } = await open();
        await page.goto(scene.bridge.pageUrl);
        await page.getByRole("heading", { name: "Computers" }).waitFor();
        const violations =
            "new Promise((done) => addEventListener('securitypolicyviolation', (event) => done(event.effectiveDirective), { once: true }))";
        const added = `const it = document.createElement('script'); it.src = 'data:text/javascript,window.ran=1'`;
        // A script that is added by another has to be of a kind that the page never makes.
        expect(
            await page.evaluate(
                `(() => { try { ${added}; return 'added' } catch (error) { return error.name } })()`,
            ),
        ).toBe("TypeError");
        for (const [made, directive] of [
            [
                `const it = document.createElement('img'); it.src = 'http://127.0.0.1:1/x'; document.body.append(it)`,
                "img-src",
            ],
            [
                `const it = document.createElement('iframe'); it.src = 'http://127.0.0.1:1/'; document.body.append(it)`,
                "frame-src",
            ],
            [`fetch('http://127.0.0.1:1/').catch(() => undefined)`, "connect-src"],
            [
                `const it = document.createElement('style'); it.textContent = 'a{}'; document.body.append(it)`,
                "style-src-elem",
            ],
        ] as const)
            expect(
                await page.evaluate(`(() => { const told = ${violations}; ${made}; return told })()`),
            ).toBe(directive);
        const { page: other } = await open();
        await other.setContent(`<iframe src="${scene.url}/"></iframe>`);
        await expect.poll(() => other.frames().length).toBe(2);
        expect(await other.frames()[1]?.content()).not.toContain('id="page"');
        expect(await page.evaluate("window.ran")).toBeUndefined();
    });
});
