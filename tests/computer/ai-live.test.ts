/** An answer on the screen while it is written: at each moment the screen shows what has come, once, and nothing is lost. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { boot } from "craftos-headless";
import { installPackages } from "../../tools/harness/disk.ts";
import { randomOf } from "../soak/random.ts";
import { answerRows, ends, play, rowsOf, type Play, type Screen } from "./ai-live-support.ts";
import { hostileTexts, rawError } from "./ai-screen-support.ts";
import { temporaryFolder } from "./libai-support.ts";

const screens: [name: string, screen: Screen][] = [
    ["a computer", { width: 51, height: 19 }],
    ["a window", { width: 51, height: 19, isWindow: true }],
    ["a turtle", { width: 39, height: 13 }],
    ["a pocket computer", { width: 26, height: 20 }],
    ["a computer without colours", { width: 51, height: 19, colour: false }],
    ["a turtle without colours", { width: 39, height: 13, colour: false }],
];
const usual: Screen = { width: 51, height: 19 };

const answer = [
    "The door listens to its left side, and the computer sets the **right** one: that is why nothing moves.",
    "",
    "| side | what is there | state |",
    "|---|---|---:|",
    "| left | the door | 0 |",
    "| right | nothing – yet | 15 |",
    "",
    "Do this:",
    "",
    "```lua",
    'local event, key = os.pullEvent("key") -- waits for a key',
    'redstone.setOutput("left", key == keys.enter)',
    "```",
    "",
    "- It opens.",
    "- It closes again → done.",
    "",
].join("\n");

/** Text that is one line, higher than a screen: "w1 w2 w3 ...". */
const paragraph = Array.from({ length: 300 }, (_, index) => `w${index + 1}`).join(" ");

/** A text in pieces of some characters. */
const pieces = (text: string, length: number) =>
    Array.from({ length: Math.ceil(text.length / length) }, (_, index) =>
        text.slice(index * length, (index + 1) * length),
    );

/** All that was ever on the screen but for the moving line, without blank rows. */
function seen({ computer }: Play): string[] {
    return computer
        .transcript()
        .split("\n")
        .map((row) => row.trimEnd())
        .filter((row) => row !== "");
}

/** The same of rows that are expected. */
const solid = (rows: readonly string[]) => rows.filter((row) => row !== "");

describe.each(screens)("on %s", (_, screen) => {
    it("shows at each moment what has come, and at the end each row once", async () => {
        const shown = await play(screen);
        let come = "";
        for (const piece of pieces(answer, 19)) {
            shown.tell("text", piece);
            come += piece;
            await shown.shows([...shown.head, ...answerRows(come, screen)]);
        }
        shown.tell("end", answer);
        await shown.computer.waitForText("the end");
        const rows = answerRows(answer, screen);
        const end = rows.length < screen.height ? [] : ["Read it again: ai last"];
        const expected = solid([...shown.head, ...rows, ...end, "the end", ">"]);
        if (screen.isWindow === true)
            expect(solid(rowsOf(shown.computer))).toEqual(
                expected.slice(-solid(rowsOf(shown.computer)).length),
            );
        else expect(seen(shown)).toEqual(expected);
    });

    it("shows the end of a line that is higher than the screen, and at the end all of it", async () => {
        const shown = await play(screen);
        let come = "";
        for (const piece of pieces(paragraph, 97)) {
            shown.tell("text", piece);
            come += piece;
            await shown.shows([...shown.head, ...answerRows(come, screen)]);
        }
        shown.tell("text", "\nAnd on.");
        await shown.shows([...shown.head, ...answerRows(`${paragraph}\nAnd on.`, screen)]);
        shown.tell("end", `${paragraph}\nAnd on.`);
        await shown.computer.waitForText("the end");
        if (screen.isWindow === true) return;
        expect(seen(shown)).toEqual(
            solid([
                ...shown.head,
                ...answerRows(`${paragraph}\nAnd on.`, screen),
                "Read it again: ai last",
                "the end",
                ">",
            ]),
        );
    });

    it("has tools where they ran, and behind the line that they ran in", async () => {
        const shown = await play(screen);
        shown.tell("text", "I look at it.");
        shown.tell("tool", "ls");
        await shown.shows([...shown.head, "I look at it.", "$ ls 0.1 s"]);
        shown.tell("text", " Then I go on,");
        await shown.shows([
            ...shown.head,
            ...answerRows("I look at it. Then I go on,", screen),
            "$ ls 0.1 s",
        ]);
        shown.tell("text", " still.\n\nIt is mended.");
        const first = answerRows("I look at it. Then I go on, still.", screen);
        await shown.shows([...shown.head, ...first, "$ ls 0.1 s", "", "It is mended."]);
        shown.tell("text", "\n");
        shown.tell("tool", "pwd");
        await shown.shows([...shown.head, ...first, "$ ls 0.1 s", "", "It is mended.", "$ pwd 0.1 s"]);
        shown.tell("end", "I look at it. Then I go on, still.\n\nIt is mended.\n");
        await shown.computer.waitForText("the end");
        expect(solid(rowsOf(shown.computer))).toEqual(
            solid([...shown.head, ...first, "$ ls 0.1 s", "It is mended.", "$ pwd 0.1 s", "the end", ">"]),
        );
    });

    it.each([3, 30])("a box opens over text of %i words, and closes again", async (count) => {
        const shown = await play(screen);
        const text = paragraph.split(" ").slice(0, count).join(" ");
        shown.tell("text", text);
        await shown.shows([...shown.head, ...answerRows(text, screen)]);
        shown.tell("permission", "npm test");
        await shown.computer.waitForText("y once");
        shown.tell("text", " while it is open");
        await shown.computer.type("y");
        const rows = answerRows(`${text} while it is open`, screen);
        const all = [...shown.head, ...rows, "Allowed once: bash: npm"];
        if (screen.width > 26) all[all.length - 1] += " test";
        else all.push("test");
        // Where the terminal does not tell what it shows a box moves it up.
        const least = Math.min(rows.length + 2, screen.height - 3);
        await ends(shown.computer, [...all, "~"], least);
        shown.tell("text", ".\nDone.");
        shown.tell("end", `${text} while it is open.\nDone.`);
        await shown.computer.waitForText("the end");
        const last = [
            ...answerRows(`${text} while it is open.`, screen),
            ...all.slice(shown.head.length + rows.length),
            "Done.",
            "the end",
            ">",
        ];
        expect(rowsOf(shown.computer).slice(-last.length)).toEqual(last);
    });

    it("q and Ctrl+T leave what has come", async () => {
        for (const leave of [
            (shown: Play) => shown.computer.type("q"),
            (shown: Play) => shown.computer.press("ctrl+t"),
        ]) {
            const shown = await play(screen);
            shown.tell("text", "One.\nTwo and");
            await shown.shows([...shown.head, "One.", "Two and"]);
            await leave(shown);
            await shown.computer.waitForText(/(the end|Terminated)[^>]*>/);
            const left = ["It goes on. Show the answer:", "ai resume"];
            const rows = rowsOf(shown.computer).slice(shown.head.length);
            expect(rows.slice(0, 2)).toEqual(["One.", "Two and"]);
            const rest = rows.slice(2).join(" ");
            expect(["Terminated >", `${left.join(" ")} the end >`]).toContain(rest);
        }
    });
});

describe("a screen of another size", () => {
    it.each([
        ["lower by a row, as another tab makes it", 51, 18],
        ["lower", 51, 8],
        ["higher", 51, 30],
        ["narrower", 26, 19],
        ["wider", 70, 19],
        ["as a pocket computer's", 26, 20],
        ["of some rows", 20, 3],
    ])("%s", async (_, width, height) => {
        for (const [count, isWindow] of [
            [4, false],
            [60, false],
            [4, true],
            [60, true],
        ] as const) {
            const shown = await play({ ...usual, isWindow });
            const text = `${Array.from({ length: 12 }, (_unused, index) => `row ${index + 1}`).join("\n")}\n`;
            const words = paragraph.split(" ").slice(0, count).join(" ");
            shown.tell("text", text + words);
            await shown.shows([...shown.head, ...answerRows(text + words, usual)]);
            shown.computer.resize(width, height);
            const screen = { width, height };
            const rows = answerRows(text + words, screen);
            const least = Math.min(rows.length + 1, height);
            await ends(shown.computer, [...shown.head, ...rows, "~"], least);
            shown.tell("text", " and on");
            const all = answerRows(`${text + words} and on`, screen);
            await ends(shown.computer, [...shown.head, ...all, "~"], least);
            shown.tell("end", `${text + words} and on`);
            await shown.computer.waitForText("the end");
        }
    });
});

describe("at the end", () => {
    it("says that all of it follows where a part was replaced", async () => {
        const shown = await play(usual);
        shown.tell("text", "One.\nTwo");
        await shown.shows([...shown.head, "One.", "Two"]);
        shown.tell("end", "One.\nThree.");
        await shown.computer.waitForText("the end");
        expect(rowsOf(shown.computer).slice(shown.head.length)).toEqual([
            "One.",
            "Two",
            "It was changed since. All of it:",
            "One.",
            "Three.",
            "the end",
            ">",
        ]);
    });

    it("goes on where its end is missing", async () => {
        const shown = await play(usual);
        shown.tell("text", "One.\nTw");
        await shown.shows([...shown.head, "One.", "Tw"]);
        shown.tell("end", "One.\nTwo.\n\nThree.");
        await shown.computer.waitForText("the end");
        expect(rowsOf(shown.computer).slice(shown.head.length)).toEqual([
            "One.",
            "Two.",
            "",
            "Three.",
            "the end",
            ">",
        ]);
    });

    it.each([
        ["what was written", "One.\nTwo", ["One.", "Two"]],
        ["nothing", "", ["One.", "Two"]],
        ["something else", "Three.", ["One.", "Two", "It was changed since. All of it:", "Three."]],
    ])("shows once what there was where it fails with %s", async (_, text, rows) => {
        const shown = await play(usual);
        shown.tell("text", "One.\nTwo");
        await shown.shows([...shown.head, "One.", "Two"]);
        shown.tell("fail", text);
        await shown.computer.waitForText("the end");
        expect(rowsOf(shown.computer).slice(shown.head.length)).toEqual([
            ...rows,
            "It failed.",
            "Ask again.",
            "the end",
            ">",
        ]);
    });

    it("says how to read a long one again, in the session that it was asked in", async () => {
        const shown = await play(usual);
        shown.tell("call", 'options.session = "ses_1"');
        shown.tell("text", "row\n".repeat(20));
        shown.tell("end", "row\n".repeat(20));
        await shown.computer.waitForText("the end");
        expect(rowsOf(shown.computer).slice(-3)).toEqual([
            "Read it again: ai last --session ses_1",
            "the end",
            ">",
        ]);
    });

    it("is paged as ever where nothing has come before", async () => {
        const shown = await play(usual);
        shown.tell("text", "<think>hm");
        shown.tell("tool", "ls");
        shown.tell("end", "row\n".repeat(40));
        await shown.computer.waitForText("1-18 of 40");
        await shown.computer.type("q");
        await shown.computer.waitForText("the end");
    });
});

describe("what the model thinks", () => {
    it("is told on the moving line alone", async () => {
        const shown = await play(usual);
        shown.tell("reasoning", "SECRET");
        await shown.computer.waitForText("s thinking");
        shown.tell("text", "<think>SECRET</think>One.");
        await shown.shows([...shown.head, "One."]);
        await shown.computer.waitForText("s working", { sinceInput: true });
        shown.tell("end", "One.");
        await shown.computer.waitForText("the end");
        expect(shown.computer.transcript()).not.toContain("SECRET");
    });

    it.each([true, false])("is shown in grey with --reasoning, in colour: %s", async (colour) => {
        const shown = await play({ ...usual, colour }, ["showsReasoning"]);
        shown.tell("reasoning", "**Doors**\n\nThey");
        await shown.shows([...shown.head, "Thinking:", "Doors", "", "They"]);
        shown.tell("reasoning", " open.");
        shown.tell("text", "Push");
        shown.tell("text", " it.");
        await shown.shows([...shown.head, "Thinking:", "Doors", "", "They open.", "", "Push it."]);
        shown.tell("reasoning", "Or pull?");
        shown.tell("text", "\n\nOr pull it.");
        await shown.shows([
            ...shown.head,
            ...["Thinking:", "Doors", "", "They open.", "", "Push it."],
            ...["", "Thinking:", "Or pull?", "", "Or pull it."],
        ]);
        const screen = rowsOf(shown.computer);
        const { rows } = shown.computer.picture();
        const colours = ["Doors", "They open.", "Or pull?"].map(
            (row) => rows[screen.indexOf(row)]!.textColour[0],
        );
        expect(new Set(colours)).toEqual(new Set([colour ? 8 : 0]));
        shown.tell("end", "Push it.\n\nOr pull it.");
        await shown.computer.waitForText("the end");
        expect(rowsOf(shown.computer).slice(-4)).toEqual(["", "Or pull it.", "the end", ">"]);
    });

    it("that turns out to be no answer is said to be none", async () => {
        const shown = await play(usual);
        shown.tell("text", "Hm, hm.\nHm.");
        await shown.shows([...shown.head, "Hm, hm.", "Hm."]);
        shown.tell("text", "\n</think>\n\nIt is 4.");
        await shown.shows([...shown.head, "Hm, hm.", "Hm.", "Until here it thought.", "It is 4."]);
        shown.tell("end", "It is 4.");
        await shown.computer.waitForText("the end");
        expect(rowsOf(shown.computer).slice(-3)).toEqual(["It is 4.", "the end", ">"]);
    });
});

describe("a box that is open", () => {
    it.each([false, true])("is left by Ctrl+T, and not by q, in a window: %s", async (isWindow) => {
        const shown = await play({ ...usual, isWindow });
        const text = paragraph.split(" ").slice(0, 60).join(" ");
        shown.tell("text", text);
        await shown.shows([...shown.head, ...answerRows(text, usual)]);
        shown.tell("permission", "npm test");
        await shown.computer.waitForText("y once");
        await shown.computer.type("q");
        await shown.computer.press("ctrl+t");
        await shown.computer.waitForText(/Terminated[^>]*>/);
        expect(rowsOf(shown.computer)).toEqual([
            ...shown.head,
            ...answerRows(text, usual),
            "Terminated",
            ">",
        ]);
    });

    it.each([
        [39, 13, false],
        [39, 13, true],
        [70, 30, false],
        [70, 30, true],
    ])("stays over text on a screen of %i x %i, in a window: %s", async (width, height, isWindow) => {
        const shown = await play({ ...usual, isWindow });
        shown.tell("text", "One.\nTwo.\nThree");
        await shown.shows([...shown.head, "One.", "Two.", "Three"]);
        shown.tell("permission", "npm test");
        await shown.computer.waitForText("y once");
        shown.computer.resize(width, height);
        shown.tell("text", " and four");
        await shown.computer.type("y");
        const rows = [...shown.head, "One.", "Two.", "Three and four", "Allowed once: bash: npm test", "~"];
        await ends(shown.computer, rows, 6);
    });
});

it(
    "random pieces, tools, boxes and sizes: the screen ends with what has come, once",
    { timeout: 300_000 },
    async () => {
        for (let round = 0; round < 8; round++) {
            const random = randomOf(9, round);
            const isWindow = random.chance(0.5);
            const shown = await play({ ...usual, colour: random.chance(0.5), isWindow });
            const rows: string[] = [...shown.head, ""];
            const done: string[] = [];
            let count = 0;
            /** A line of others, below the one that was being written and is ended. */
            const put = (row: string) => {
                if (rows.at(-1) === "") rows.pop();
                else shown.tell("text", "\n");
                rows.push(row, "");
            };
            for (let step = 0; step < 25; step++) {
                const action = random.whole(10);
                if (action === 0) {
                    const [width = 0, height = 0] = random.pick([
                        [51, 19],
                        [51, 18],
                        [39, 13],
                        [26, 20],
                        [60, 6],
                    ]);
                    shown.computer.resize(width, height);
                    done.push(`${width} x ${height}`);
                } else if (action === 1) {
                    shown.tell("permission", "ls");
                    await shown.computer.waitForText("y once", { sinceInput: true });
                    await shown.computer.type("y");
                    put("Allowed once: bash: ls");
                    done.push("box");
                } else if (action === 2) {
                    shown.tell("tool", "ls");
                    put("$ ls 0.1 s");
                    done.push("tool");
                } else {
                    const word = `w${++count}`;
                    const isEnd = random.chance(0.5);
                    shown.tell("text", word.slice(0, 1));
                    shown.tell("text", `${word.slice(1)}${isEnd ? "\n" : "."}`);
                    rows[rows.length - 1] += isEnd ? word : `${word}.`;
                    if (isEnd || rows.at(-1)!.length > 16) rows.push("");
                    if (!isEnd && rows.at(-1) === "") shown.tell("text", "\n");
                    done.push(isEnd ? "line" : "word");
                }
                const all = rows.at(-1) === "" ? rows.slice(0, -1) : rows;
                await ends(shown.computer, [...all, "~"], 3).catch((problem: unknown) => {
                    throw new Error(`round ${round}: ${done.join(", ")}`, { cause: problem });
                });
            }
            await shown.computer.close();
        }
    },
);

it.each(["isQuiet", "isAttended"])("with %s the other way nothing is shown before the end", async (flag) => {
    const shown = await play(usual, [flag]);
    shown.tell("text", "One.\nTwo.");
    shown.tell("phase", "retry", "overloaded");
    await shown.computer.waitForText("overloaded");
    expect(rowsOf(shown.computer)).toEqual([...shown.head, "~"]);
    shown.tell("end", "One.\nTwo.");
    await shown.computer.waitForText("the end");
    expect(rowsOf(shown.computer)).toEqual([...shown.head, "One.", "Two.", "the end", ">"]);
});

describe("ai <prompt>", () => {
    /** What `ai` does, with a stand-in for a server that writes an answer, waits for the event \`go\`, and ends. */
    const AI = `
        require("/apis/ai/program").run({ ... }, { ask = function(_, options)
            if options.onReasoning then options.onReasoning("It is a door.") end
            if options.onText then options.onText("One.\\nTw") end
            os.pullEvent("go")
            return { text = "One.\\nTwo.", seconds = 1 }
        end })
        print("the end")
    `;

    async function asking(words: string) {
        const disk = await temporaryFolder();
        await installPackages(disk, ["trapos-link"]);
        await writeFile(join(disk, "asking.lua"), AI);
        const computer = await boot({ disk, ...usual });
        onTestFinished(() => computer.close());
        await computer.waitForText(">");
        await computer.type(`${words}\n`);
        await computer.waitForText(/\d s/, { sinceInput: true });
        return computer;
    }

    it.each([
        ["asking hi", ["One.", "Tw"], ["One.", "Two."]],
        ["asking --no-pager hi", ["One.", "Tw"], ["One.", "Two."]],
        [
            "asking --reasoning hi",
            ["Thinking:", "It is a door.", "", "One.", "Tw"],
            ["Thinking:", "It is a door.", "", "One.", "Two."],
        ],
        ["asking --quiet hi", [], ["One.", "Two."]],
        ["asking --json hi", [], ['{"ok":true,"value":{"text":"One.\\nTwo.","seconds":1}}']],
    ])("%s", async (words, before, after) => {
        const computer = await asking(words);
        const head = ["CraftOS 1.9", "Type ai setup to begin.", `> ${words}`];
        await ends(computer, [...head, ...before, "~"], head.length + before.length + 1);
        computer.queue("go");
        await computer.waitForText("the end");
        const shown = rowsOf(computer).slice(head.length, -2);
        if (words.includes("--json")) {
            expect(JSON.parse(shown.join(""))).toMatchObject(JSON.parse(after[0]!) as object);
        } else expect(shown).toEqual(after);
    });
});

it("is drawn once a tick, whatever comes", async () => {
    const shown = await play(usual);
    shown.tell(
        "call",
        `local screen, writes = term.current(), 0
         local counting = setmetatable({ write = function(text) writes = writes + 1 return screen.write(text) end }, { __index = screen })
         term.redirect(counting)
         for tick = 1, 10 do
             for _ = 1, 200 do options.onText("x ") end
             sleep(0.05)
         end
         term.redirect(screen)
         options.onText("\\nwrites: " .. writes .. ".")`,
    );
    await shown.computer.waitForText(/writes: \d+\./, { timeoutSeconds: 30 });
    const writes = Number(/writes: (\d+)\./.exec(shown.computer.transcript())![1]);
    // A screen of rows, each with what fills it, and the moving line: 39 writes a drawing, of which there are 11 at most.
    expect(writes).toBeGreaterThan(20);
    expect(writes).toBeLessThanOrEqual(39 * 11 + 10);
});

it.each(Object.entries(hostileTexts))("%s do no harm", { timeout: 120_000 }, async (_, text) => {
    const shown = await play({ width: 26, height: 20 });
    for (const piece of pieces(text, 5000)) shown.tell("text", piece);
    shown.tell("text", "\n\nSo.");
    await expect.poll(() => rowsOf(shown.computer).slice(-2), { timeout: 60_000 }).toEqual(["So.", "~"]);
    shown.tell("end", `${text}\n\nSo.`);
    await shown.computer.waitForText("the end", { timeoutSeconds: 60 });
    expect(shown.computer.transcript()).not.toMatch(rawError);
});
