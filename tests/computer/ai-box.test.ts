/** The box in which `ai` asks: what it shows at each size, what its keys answer, and what is on the screen behind it. */
import { describe, expect, it } from "vitest";
import type { Computer } from "craftos-headless";
import { player, rowsOf, type Screen } from "./ai-box-support.ts";
import { hostileTexts, rawError } from "./ai-screen-support.ts";
import { askingServer, type State } from "./asking-server.ts";
import { startServer } from "./libai-support.ts";

const usual: Screen = { width: 51, height: 19 };
const sizes: [name: string, screen: Screen][] = [
    ["a computer", usual],
    ["a turtle", { width: 39, height: 13 }],
    ["a pocket computer", { width: 26, height: 20 }],
    ["a computer without colours", { width: 51, height: 19, colour: false }],
    ["a turtle without colours", { width: 39, height: 13, colour: false }],
];

/** Types a command at a computer and waits for the box. */
async function asked(state: State, screen: Screen, more: { command?: string; settings?: object } = {}) {
    const { answer, told } = askingServer(state);
    const { url, requests } = await startServer(answer);
    const computer = await player({ "opencc.server_url": url, ...more.settings }, screen);
    await computer.type("id\n");
    await computer.type(`${more.command ?? "ai hi"}\n`);
    return { computer, told, requests };
}

/** The same, with the box open. */
async function box(state: State, screen: Screen, more: { command?: string; settings?: object } = {}) {
    const result = await asked(state, screen, more);
    await result.computer.waitForText(state.asks === "permission" ? "y once" : "n no answer", {
        timeoutSeconds: 20,
    });
    return result;
}

/** Waits until the command has ended. */
async function ended(computer: Computer): Promise<string[]> {
    await computer.waitForText(/(done|Terminated|resume|stopped)[^>]*\n> ?$/, { timeoutSeconds: 20 });
    return rowsOf(computer).filter((row) => row !== "");
}

const patch = [
    "Index: /work/lock.lua",
    "===================================================================",
    "--- /work/lock.lua",
    "+++ /work/lock.lua",
    "@@ -1,30 +1,30 @@",
    "-local code = 1234",
    '+local code = settings.get("lock.code") or error("no code")',
    ...Array.from({ length: 30 }, (_, line) => ` print(${line + 1})`),
    "",
].join("\n");
const edit = {
    permission: "edit",
    patterns: ["work/lock.lua"],
    always: ["*"],
    metadata: { filepath: "/work/lock.lua", diff: patch },
};

it("shows all of a command, also what a terminal would not show of it", async () => {
    const command = "rm -r ./* #\rnpm test; rm x #\b\b\b\b\x1b]0;rm y\x07 \u009drm z";
    const entry = { permission: "bash", patterns: [command], always: ["rm *"], metadata: { command } };
    const { computer } = await box({ asks: "permission", entry }, usual);
    const shown = rowsOf(computer).join("").replaceAll(" ", "");
    expect(shown).toContain("rm-r./*#\\13npmtest;rmx#\\8\\8\\8\\8\\27]0;rmy\\7\\157rmz");
});

describe.each(sizes)("on %s", (_, screen) => {
    const head = ["CraftOS", "> id", "This is computer #0", "> ai hi"];

    it("shows a permission, and behind it what was there", async () => {
        const { computer, told } = await box({ asks: "permission" }, screen);
        const shown = rowsOf(computer);
        expect(shown.slice(0, 4).map((row, y) => row.startsWith(head[y]!))).toEqual([true, true, true, true]);
        const from = shown.findIndex((row) => row === " Allow bash?");
        expect(shown.slice(from)).toEqual(
            screen.width === 26
                ? [
                      " Allow bash?",
                      "npm test",
                      "a allows npm * in the",
                      "whole folder, until",
                      "opencode restarts",
                      "y once  a always  n no",
                      "t no, and why",
                  ]
                : screen.width === 39
                  ? [
                        " Allow bash?",
                        "npm test",
                        "a allows npm * in the whole folder,",
                        "until opencode restarts",
                        "y once  a always  n no  t no, and why",
                    ]
                  : [
                        " Allow bash?",
                        "npm test",
                        "a allows npm * in the whole folder, until opencode",
                        "restarts",
                        "y once  a always  n no  t no, and why",
                    ],
        );
        await computer.type("y");
        const rows = await ended(computer);
        expect(rows.slice(1)).toEqual([
            "> id",
            "This is computer #0",
            "> ai hi",
            ...(screen.width === 26 ? ["Allowed once: bash: npm", "test"] : ["Allowed once: bash: npm test"]),
            "> write src/lock.lua 2.5 s",
            "done",
            ">",
        ]);
        expect(told).toEqual([{ path: "/permission/per_1/reply/work", body: { reply: "once" } }]);
    });

    it("scrolls through a whole patch", async () => {
        const { computer } = await box({ asks: "permission", entry: edit }, screen);
        const seen = new Set<string>();
        const note = () => rowsOf(computer).forEach((row) => seen.add(row));
        const place = () =>
            /(\d+)-(\d+) of (\d+) *$/m.exec(computer.screen().join("\n"))!.slice(1).map(Number);
        note();
        const [first, , all] = place();
        expect(first).toBe(1);
        for (let presses = 0; place()[1]! < all!; presses++) {
            expect(presses).toBeLessThan(20);
            await computer.press("pagedown");
            note();
        }
        for (let line = 1; line <= 30; line++) expect(seen).toContain(` print(${line})`);
        expect([...seen].join("").replaceAll(" ", "")).toContain("-localcode=1234");
        const bottom = place();
        await computer.press("up");
        expect(place()[0]).toBe(bottom[0]! - 1);
        await computer.press("home");
        expect(place()[0]).toBe(1);
        computer.queue("mouse_scroll", 1, 5, 5);
        await computer.press("down");
        expect(place()[0]).toBe(5);
        await computer.press("end");
        expect(place()).toEqual(bottom);
        await computer.type("n");
        await ended(computer);
    });

    it("asks questions one after the other", async () => {
        const { computer, told } = await box({ asks: "question" }, screen);
        expect(rowsOf(computer).join("\n")).toMatch(
            / Wood \(1 of 2\)\nWhich\?\n\n1 \[ \] Birch\n {6}light\nEnter send {2}w own words( {2}|\n)n no answer/,
        );
        await computer.type("1w");
        await computer.type("mine\n");
        expect(rowsOf(computer).join("\n")).toContain("1 [x] Birch\n      light\nw [x] mine\n");
        await computer.press("enter");
        expect(rowsOf(computer).join("\n")).toContain(" Question (2 of 2)\nWhy?\n");
        await computer.type("w");
        await computer.type("so\n");
        const rows = await ended(computer);
        expect(rows).toContain("Answered: Which?");
        expect(told).toEqual([
            { path: "/question/que_1/reply/work", body: { answers: [["Birch", "mine"], ["so"]] } },
        ]);
    });
});

describe.each([sizes[2]!, sizes[4]!])("on %s", (_, screen) => {
    // At once, as each waits for its turn more than it works.
    it("shows hostile texts in every field", async () => {
        await Promise.all(
            Object.entries(hostileTexts).map(async ([name, text]) => {
                const long = text.slice(0, 12_000);
                const hostile = {
                    permission: text,
                    patterns: [long, long],
                    always: [long],
                    metadata: { command: text, filepath: long, diff: long, url: long, description: long },
                };
                const { computer } = await box({ asks: "permission", entry: hostile }, screen);
                await computer.press("end");
                await computer.press("pageup");
                expect(rowsOf(computer).join("\n"), name).not.toMatch(rawError);
                await computer.type("y");
                const rows = await ended(computer);
                expect(rows.join("\n"), name).not.toMatch(rawError);
            }),
        );
    });
});

describe("a permission", () => {
    it.each([
        ["a", { reply: "always" }, "Allowed always: bash: npm test"],
        ["n", { reply: "reject" }, "Refused: bash: npm test"],
        ["Y", { reply: "once" }, "Allowed once: bash: npm test"],
        ["xt\nxtuse ls\n", { reply: "reject", message: "use ls" }, "Refused: bash: npm test"],
        ["tq\n", { reply: "reject", message: "q" }, "Refused: bash: npm test"],
        ["tnö\n", { reply: "reject", message: "nö" }, "Refused: bash: npm test"],
    ])("is answered by %j", async (typed, body, line) => {
        const { computer, told } = await box({ asks: "permission" }, usual);
        await computer.type(typed);
        expect(await ended(computer)).toContain(line);
        expect(told).toEqual([{ path: "/permission/per_1/reply/work", body }]);
    });

    it.each([
        ["once", { reply: "once" }],
        ["always", { reply: "always" }],
    ])("is answered by a click on %s", async (word, body) => {
        const { computer, told } = await box({ asks: "permission" }, usual);
        const rows = rowsOf(computer);
        const y = rows.findIndex((row) => row.startsWith("y once"));
        await computer.click(rows[y]!.indexOf(word) + 1, y + 1);
        await ended(computer);
        expect(told[0]!.body).toEqual(body);
    });

    it("has its patch in colours", async () => {
        const { computer } = await box({ asks: "permission", entry: edit }, usual);
        const rows = rowsOf(computer);
        const picture = computer.picture();
        const colourOf = (start: string) =>
            picture.rows[rows.findIndex((row) => row.startsWith(start))]!.textColour[0];
        expect(
            new Set([colourOf("+local"), colourOf("-local"), colourOf("@@"), colourOf(" print(1)")]).size,
        ).toBe(4);
        await computer.type("n");
        await ended(computer);
    });

    it.each([false, true])("follows the size of the screen; in a window: %s", async (isWindow) => {
        const { computer } = await box({ asks: "permission", entry: edit }, { ...usual, isWindow });
        for (const [width, height] of [
            [26, 20],
            [39, 13],
            [26, 7],
            [51, 19],
        ] as const) {
            computer.resize(width, height);
            await computer.waitForText(/t no, and why/, { sinceInput: true });
            const rows = rowsOf(computer);
            expect(rows).toHaveLength(height);
            expect(rows.some((row) => row.startsWith(" Allow edit?"))).toBe(true);
            expect(rows.at(-1)).toMatch(/t no, and why$/);
        }
        await computer.type("y");
        expect(await ended(computer)).toContain("Allowed once: edit: /work/lock.lua");
    });

    it("covers the whole screen of a window, which is as it was behind it", async () => {
        const { computer } = await box({ asks: "permission", entry: edit }, { ...usual, isWindow: true });
        expect(rowsOf(computer)[0]).toMatch(/^ Allow edit\?/);
        await computer.type("y");
        const rows = await ended(computer);
        expect(rows.slice(rows.indexOf("> id"))).toEqual([
            "> id",
            "This is computer #0",
            "> ai hi",
            "Allowed once: edit: /work/lock.lua",
            "> write src/lock.lua 2.5 s",
            "done",
            ">",
        ]);
    });

    it("that somebody else answers closes the box, in the middle of a word, too", async () => {
        for (const typed of ["", "twhy n"]) {
            const { computer, told } = await box({ asks: "permission", goneAfter: 2 }, usual);
            await computer.type(typed);
            const rows = await ended(computer);
            expect(rows.slice(1, 5)).toEqual([
                "> id",
                "This is computer #0",
                "> ai hi",
                "Not asked any more, or answered elsewhere: bash:",
            ]);
            expect(rows.join("\n")).not.toContain("Why not?");
            expect(told).toEqual([]);
        }
    });

    it("of a turn that somebody stops closes the box", async () => {
        const { computer } = await box({ asks: "permission", stoppedAfter: 2 }, usual);
        const rows = await ended(computer);
        expect(rows).toContain("The turn was stopped.");
        expect(rows.join("\n")).not.toContain("Allow bash?");
    });

    it("that nobody answers is refused", async () => {
        const { computer, told } = await box({ asks: "permission" }, usual, {
            settings: { "opencc.permission_timeout_seconds": 2 },
        });
        expect(await ended(computer)).toContain("Nobody answered, so it is refused: bash: npm test");
        expect(told[0]!.body).toEqual({
            reply: "reject",
            message: "Nobody answered at the computer within 2 s.",
        });
    });

    it("and Ctrl+T stops the turn, in the box and while its words are typed", async () => {
        for (const typed of ["", "twhy"]) {
            const { computer, requests } = await box({ asks: "permission" }, usual);
            await computer.type(typed);
            await computer.press("ctrl+t");
            await computer.waitForText("Terminated", { timeoutSeconds: 20 });
            expect(requests).toContain("POST /session/ses_1/abort");
            const rows = rowsOf(computer).filter((row) => row !== "");
            expect(rows.slice(1, 4)).toEqual(["> id", "This is computer #0", "> ai hi"]);
            expect(rows.join("\n")).not.toContain("Allow bash?");
        }
    });

    it.each([
        ["ai --yes hi", {}, { reply: "once" }, "Allowed once: bash: npm test"],
        ["ai --no hi", {}, { reply: "reject" }, "Refused: bash: npm test"],
        ["ai hi", { "opencc.permission": "always" }, { reply: "always" }, "Allowed always: bash: npm test"],
        ["ai --no hi", { "opencc.permission": "always" }, { reply: "reject" }, "Refused: bash: npm test"],
        ["ai --json hi", {}, { reply: "reject" }, undefined],
        ["ai --json --yes hi", {}, { reply: "once" }, undefined],
    ])("%s, %j: nobody is asked", async (command, settings, body, line) => {
        const { computer, told } = await asked({ asks: "permission" }, usual, { command, settings });
        await computer.waitForText(/(done|"ok":true)[^>]*\n> ?$/, { timeoutSeconds: 20 });
        expect(told[0]!.body).toMatchObject(body);
        const screen = rowsOf(computer).join("\n");
        expect(screen).not.toContain("y once");
        if (line !== undefined) expect(screen).toContain(line);
        if (command.includes("--json")) expect(screen).not.toContain("bash");
    });
});

describe("a question of one choice", () => {
    const one = {
        questions: [
            {
                question: "Birch or oak?",
                options: [
                    { label: "Birch", description: "light" },
                    { label: "Oak", description: "dark" },
                ],
                custom: false,
            },
        ],
    };

    it("is answered by a number", async () => {
        const { computer, told } = await box({ asks: "question", entry: one }, usual);
        expect(rowsOf(computer).slice(-7)).toEqual(
            [" Question", "Birch or oak?", "", "1 Birch", "  light", "2 Oak", "  dark"]
                .concat("n no answer")
                .slice(-7),
        );
        await computer.type("w2");
        await ended(computer);
        expect(told[0]!.body).toEqual({ answers: [["Oak"]] });
    });

    it("is answered by a click on what is said of an option", async () => {
        const { computer, told } = await box({ asks: "question", entry: one }, usual);
        const y = rowsOf(computer).findIndex((row) => row === "  dark");
        await computer.click(4, y + 1);
        await ended(computer);
        expect(told[0]!.body).toEqual({ answers: [["Oak"]] });
    });

    it("is refused with n", async () => {
        const { computer, told } = await box({ asks: "question", entry: one }, usual);
        await computer.type("n");
        expect(await ended(computer)).toContain("Refused: Birch or oak?");
        expect(told[0]!.path).toBe("/question/que_1/reject/work");
    });

    it("has more options than keys, and all of them can be clicked", async () => {
        const options = Array.from({ length: 40 }, (_, index) => ({ label: `option ${index + 1}` }));
        const many = { questions: [{ question: "Which?", options }] };
        const { computer, told } = await box({ asks: "question", entry: many }, usual);
        await computer.press("end");
        const y = rowsOf(computer).findIndex((row) => row.endsWith("option 40"));
        await computer.click(4, y + 1);
        await ended(computer);
        expect(told[0]!.body).toEqual({ answers: [["option 40"]] });
    });
});

describe("leaving a turn", () => {
    it("with q, and coming back to the box", async () => {
        const { computer, told } = await box({ asks: "permission" }, usual, {
            settings: { "opencc.permission_timeout_seconds": 60 },
        });
        // In the box it is a key like others.
        await computer.type("q");
        expect(rowsOf(computer).join("\n")).toContain("y once");
        await computer.type("y");
        await ended(computer);
        expect(told).toHaveLength(1);
    });

    it("with q while it waits", async () => {
        const { computer } = await asked({ asks: "question", listAfter: Infinity }, usual);
        await computer.waitForText(/\d+ s (working|write)/, { timeoutSeconds: 20 });
        await computer.type("q");
        await computer.waitForText("It goes on. Show the answer: ai resume", { timeoutSeconds: 10 });
        await computer.waitForText(/resume\n> ?$/);
    });
});

describe("what is open", () => {
    it("is shown by ai status, which offers to answer it", async () => {
        const { computer, told } = await asked({ asks: "permission", listAfter: 3 }, usual, {
            settings: { "opencc.session_id": "ses_1" },
        });
        await computer.waitForText(/\d+ s (working|write)/, { timeoutSeconds: 20 });
        await computer.type("q");
        await computer.waitForText(/resume\n> ?$/, { timeoutSeconds: 10 });
        await new Promise((resolve) => setTimeout(resolve, 3000));
        await computer.type("ai status\n");
        await computer.waitForText("Answer it now? [Y/n]", { timeoutSeconds: 10 });
        const rows = rowsOf(computer).join("\n");
        expect(rows).toContain("Session: t\n");
        expect(rows).toMatch(/Now: write/);
        expect(rows).toContain("Waits: bash: npm test");
        await computer.type("y");
        await computer.waitForText("y once", { timeoutSeconds: 10 });
        await computer.type("y");
        await computer.waitForText("It goes on. Show the answer: ai resume", {
            timeoutSeconds: 10,
            sinceInput: true,
        });
        expect(told[0]!.body).toEqual({ reply: "once" });
        await computer.type("ai resume\n");
        await computer.waitForText("done", { timeoutSeconds: 20 });
    });

    it("is offered where a prompt finds the session busy", async () => {
        const { computer, told } = await asked({ asks: "permission", listAfter: 3 }, usual, {
            settings: { "opencc.session_id": "ses_1" },
        });
        await computer.waitForText(/\d+ s (working|write)/, { timeoutSeconds: 20 });
        await computer.type("q");
        await computer.waitForText(/resume\n> ?$/, { timeoutSeconds: 10 });
        await new Promise((resolve) => setTimeout(resolve, 3000));
        await computer.type("ai another\n");
        await computer.waitForText("Answer it now? [Y/n]", { timeoutSeconds: 10 });
        expect(rowsOf(computer).join("\n")).toContain("This session has been busy for");
        await computer.type("\n");
        await computer.waitForText("y once", { timeoutSeconds: 10 });
        await computer.type("y");
        await computer.waitForText("Then ask again. Show that answer: ai resume", { timeoutSeconds: 10 });
        expect(told[0]!.body).toEqual({ reply: "once" });
    });
});
