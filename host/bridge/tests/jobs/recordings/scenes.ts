/** Good turns of many kinds: how the scripted model answers, and what is done meanwhile. */
import type { OpencodeClient } from "trapos-opencode";
import type { Reply, Rule } from "../../../../../tools/model/index.ts";
import * as texts from "./texts.ts";

/** A turn that is recorded. */
export interface Scene {
    readonly name: string;
    readonly answer: Rule;
    /** Answers what it waits for. */
    readonly meanwhile?: (client: OpencodeClient, sessionId: string, directory: string) => Promise<unknown>;
}

/** Cuts a text into pieces of so many characters, as a model sends it. */
export const inPieces = (text: string, size: number): string[] =>
    text.match(new RegExp(`[^]{1,${size}}`, "gu")) ?? [];

/** An answer in one text. */
const says = (name: string, text: string, size = 60): Scene => ({
    name,
    answer: () => ({ text: inPieces(text, size) }),
});

/** An answer after a thought. */
const thinks = (name: string, thoughts: string, text: string): Scene => ({
    name,
    answer: () => ({ reasoning: inPieces(thoughts, 40), text: inPieces(text, 20) }),
});

const call = (name: string, input: Record<string, unknown>): Reply => ({
    toolCalls: [{ name, arguments: input }],
});
const bash = (command: string, description = "Look"): Reply => call("bash", { command, description });

/** Steps, one call after another, with the answer behind them. */
function works(name: string, steps: readonly Reply[], meanwhile?: Scene["meanwhile"]): Scene {
    return {
        name,
        answer: ({ toolResults }) => steps[toolResults.length] ?? { text: "It is done." },
        ...(meanwhile && { meanwhile }),
    };
}

const times = <T>(count: number, make: (number: number) => T): T[] =>
    Array.from({ length: count }, (_, index) => make(index + 1));

const countUp = (most: number) =>
    `n=$(cat count 2>/dev/null || echo 0); echo $((n + 1)) > count; echo "built $((n + 1)) of ${most}"`;

const write = (file: string, content: string): Reply => call("write", { filePath: file, content });
const edit = (file: string, number: number): Reply =>
    call("edit", {
        filePath: file,
        oldString: `value ${number} is open`,
        newString: `value ${number} is closed`,
    });

const manyValues = times(20, (number) => `value ${number} is open;`).join("\n");

/** Waits until something is asked, and for a while. */
async function asked<T>(list: () => Promise<readonly T[]>): Promise<T> {
    for (;;) {
        const [first] = await list();
        await new Promise((done) => setTimeout(done, 1000));
        if (first !== undefined) return first;
    }
}

export const scenes: readonly Scene[] = [
    says("200,000 characters of prose", texts.manual, 100),
    says("a long Lua module", texts.program),
    says("200 equal lines of Lua", texts.tunnel),
    says("a table of 100 equal rows", texts.equalRows, 20),
    says("maps of dots", texts.maps),
    says("a building of equal floors", texts.floors),
    says("a picture of noughts", texts.pixels),
    says("JSON with repeated records", texts.records),
    says("JSON of blocks with small coordinates", texts.blocks),
    says("a page of 80 cards", texts.cards),
    says("90 functions that differ in a name", texts.functions),
    says("base64", texts.base64),
    says("base64 of nothing but noughts", texts.base64Blank),
    says("base64 in one line", texts.base64OneLine),
    says("a poem with a refrain", texts.poem, 5),
    says("500 similar items", texts.items),
    says("counting to 2000, a line each", texts.counting, 8),
    says("counting to 2000 in a row", texts.countingInARow, 8),
    says("translations", texts.translations, 12),
    says("Chinese", texts.chinese, 6),
    says("Chinese without stops", texts.chineseWithoutStops, 6),
    says("one sentence of 5,000 characters", texts.longSentence(5000), 6),
    says("a difference", texts.difference),
    says("lines of a log", texts.logLines),
    says("64 bars of drums", texts.drums),
    says("a short answer, a character at a time", "The door is open, and so is the window. 😀", 1),
    thinks("careful thoughts, one by one", texts.carefulThoughts, "All blocks are fine."),
    thinks(
        "thoughts that draft a program four times",
        texts.doubtfulThoughts,
        texts.doubtfulThoughts.slice(0, 2500),
    ),
    thinks("50,000 characters of thoughts", texts.manual.slice(100_000, 150_000), "That was much."),
    { name: "an empty answer", answer: () => ({}) },
    { name: "silence before the answer", answer: () => ({ delaySeconds: 5, text: "Well." }) },
    {
        name: "pauses in the answer",
        answer: () => ({ text: ["One, ", "two, ", "three."], pauseSeconds: 1.5 }),
    },
    {
        name: "an attempt that fails twice",
        answer: ({ attempt }) =>
            attempt < 3
                ? { error: { status: 503, message: "busy", headers: { "retry-after": "2" } } }
                : { delaySeconds: 2, text: "At last." },
    },
    {
        name: "a long answer that is cut twice and written again",
        answer: ({ attempt }) => ({ text: inPieces(texts.manual.slice(0, 40_000), 200), cut: attempt < 3 }),
    },
    works(
        "30 commands that are alike",
        times(30, (number) => bash(`echo the chest ${number} is full`)),
    ),
    works(
        "40 polls whose output differs",
        times(40, () => ({
            text: "I look at the build again.",
            reasoning: texts.shortThoughts,
            ...bash(countUp(40)),
        })),
    ),
    works("8 polls whose output is the same", [
        ...times(8, () => bash("echo still building")),
        bash("echo built"),
    ]),
    works("read and edit one file again and again", [
        write("door.txt", manyValues),
        ...times(10, (number) => [call("read", { filePath: "door.txt" }), edit("door.txt", number)]).flat(),
    ]),
    works("18 edits of one file in a row", [
        write("gate.txt", manyValues),
        ...times(18, (number) => edit("gate.txt", number)),
    ]),
    works(
        "a plan that is said again at each step",
        times(15, (number) => ({
            text: `This is the plan:\n\n${texts.plan}\n`,
            ...bash(`echo step ${number}`),
        })),
    ),
    works("commands that fail, each in its own way", [
        ...times(6, (number) => bash(`echo no door ${number} >&2; exit ${number}`)),
        ...times(4, (number) => call("read", { filePath: `none-${number}.txt` })),
    ]),
    works("a long command", [bash("sleep 6; echo slept")]),
    {
        name: "three subagents at once, and what they report",
        answer: ({ userText, toolResults }) => {
            if (userText.startsWith("look at"))
                return toolResults.length < 3
                    ? bash(`sleep 0.3; echo ${userText} ${toolResults.length}`)
                    : { text: inPieces(texts.plan.repeat(3), 40) };
            if (toolResults.length > 0) return { text: `They say:\n\n${texts.plan}` };
            const tasks = ["the door", "the lamp", "the rail"].map((what) => ({
                name: "task",
                arguments: { description: what, prompt: `look at ${what}`, subagent_type: "general" },
            }));
            return { toolCalls: tasks };
        },
    },
    works("a permission that waits", [bash("date +%Y")], async (client, _, directory) => {
        const { id } = await asked(() => client.readList("permissions", directory));
        await client.answerPermission(id, "once", undefined, directory);
    }),
    works(
        "a question that waits",
        [
            call("question", {
                questions: [
                    {
                        question: "Birch or oak?",
                        header: "Wood",
                        options: [
                            { label: "Birch", description: "light" },
                            { label: "Oak", description: "dark" },
                        ],
                    },
                ],
            }),
        ],
        async (client, _, directory) => {
            const { id } = await asked(() => client.readList("questions", directory));
            await client.answerQuestion(id, [["Birch"]], directory);
        },
    ),
];
