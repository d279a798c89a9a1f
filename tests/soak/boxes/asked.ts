/** What a turn asks for, and what is done when it does. */
import { join } from "node:path";
import type { ToolCall } from "../../../tools/model/index.ts";
import { helpOf, type Word } from "../parts/turns-server.ts";

const bash = (command: string): ToolCall => ({
    name: "bash",
    arguments: { command, description: "Run it" },
});

const options = [
    { label: "Birch", description: "light" },
    { label: "Oak", description: "dark" },
    { label: "Elm", description: "brown" },
];
const one = (word: string) => ({ question: `Which wood for ${word}?`, header: "Wood", options });
const several = (word: string) => ({
    question: `Which tools for ${word}?`,
    header: "Tools",
    options,
    multiple: true,
});
const pose = (...questions: object[]): ToolCall => ({ name: "question", arguments: { questions } });

/** What is asked for. */
interface Asked {
    readonly what: "permission" | "question";
    /** What the model does about a word. */
    script(word: string, folder: string): Pick<Word, "more" | "helper"> & { readonly calls: ToolCall[] };
}

export const asked = {
    command: { what: "permission", script: (word) => ({ calls: [bash(`run-${word} now`)] }) },
    choice: { what: "question", script: (word) => ({ calls: [pose(one(word))] }) },
    patch: {
        what: "permission",
        script: (word, folder) => ({
            calls: [
                {
                    name: "write",
                    arguments: { filePath: join(folder, `ask-${word}.lua`), content: "return 1\n" },
                },
            ],
        }),
    },
    "subagent's": {
        what: "permission",
        script: (word) => ({
            calls: [
                {
                    name: "task",
                    arguments: { description: "Help", prompt: helpOf(word), subagent_type: "general" },
                },
            ],
            helper: { toolCalls: [bash(`run-${word} there`)] },
        }),
    },
    several: { what: "question", script: (word) => ({ calls: [pose(several(word))] }) },
    "two at once": {
        what: "permission",
        script: (word) => ({ calls: [bash(`run-${word}-1 now`), bash(`run-${word}-2 now`)] }),
    },
    questions: { what: "question", script: (word) => ({ calls: [pose(one(word), several(word))] }) },
    "one after the other": {
        what: "permission",
        script: (word) => ({
            calls: [bash(`run-${word}-1 now`)],
            more: { toolCalls: [bash(`run-${word}-2 now`)] },
        }),
    },
} satisfies Record<string, Asked>;
export type AskedName = keyof typeof asked;
export const askedNames = Object.keys(asked) as AskedName[];

/** What may be asked for by the model's tools: as `asked` has them. "Always" is for one word's commands alone. */
export const permission = {
    bash: { "*": "allow", "run-*": "ask" },
    edit: { "*": "allow", "*ask-*": "ask" },
    question: "allow",
} as const;

/** What somebody meant by what they did: that is all that may come of it. */
export type Intent = "allow" | "refuse" | "words" | "nobody" | "stop";

/** What is done in the first box; later ones are answered as well. */
interface Deed {
    /** What stays on the screen of it, where nothing else goes wrong. */
    readonly shows: RegExp;
    readonly intent: Intent;
}

const decidedHere = /(Allowed once|Allowed always|Answered): /;
export const deeds = {
    yes: { intent: "allow", shows: decidedHere },
    no: { intent: "refuse", shows: /Refused: / },
    elsewhere: { intent: "allow", shows: /Not asked any more, or answered elsewhere: / },
    terminated: { intent: "stop", shows: /The turn was stopped on the server/ },
    words: { intent: "words", shows: /(Refused|Answered): / },
    "power cut": { intent: "allow", shows: /An answer may be waiting\. Type: ai resume/ },
    "timed out": { intent: "nobody", shows: /Nobody answered, so it is refused: / },
    left: { intent: "allow", shows: /It goes on\. Show the answer: ai resume/ },
    always: { intent: "allow", shows: decidedHere },
    "refused elsewhere": { intent: "refuse", shows: /Not asked any more, or answered elsewhere: / },
    fumbled: { intent: "allow", shows: decidedHere },
    "stopped elsewhere": { intent: "stop", shows: /The turn was stopped\. / },
    rebooted: { intent: "allow", shows: /An answer may be waiting\. Type: ai resume/ },
} satisfies Record<string, Deed>;
export type DeedName = keyof typeof deeds;
export const deedNames = Object.keys(deeds) as DeedName[];

/** What the functions of handle.lua decide; and what a call comes to first, where nothing else goes wrong. */
export const handlers: Readonly<Record<string, { readonly intent: Intent; readonly fails?: boolean }>> = {
    allow: { intent: "allow" },
    raise: { intent: "refuse", fails: true },
    dawdle: { intent: "nobody" },
    number: { intent: "refuse", fails: true },
    words: { intent: "words" },
    "raise-table": { intent: "refuse", fails: true },
    slow: { intent: "allow" },
    nothing: { intent: "refuse" },
    itself: { intent: "allow" },
    ring: { intent: "refuse", fails: true },
    wait: { intent: "nobody" },
    "raise-failure": { intent: "refuse", fails: true },
    look: { intent: "allow" },
    no: { intent: "refuse", fails: true },
    reject: { intent: "refuse" },
    recurse: { intent: "refuse", fails: true },
    asks: { intent: "allow" },
    word: { intent: "refuse", fails: true },
    always: { intent: "allow" },
    "raise-nothing": { intent: "refuse", fails: true },
    noise: { intent: "allow" },
    trap: { intent: "refuse", fails: true },
    coroutine: { intent: "refuse", fails: true },
};
export const handlerNames = Object.keys(handlers);
/** What its function `onTool` does. */
export const followers = ["none", "raise", "quiet", "dawdle", "table", "wrong", "progress", "log"] as const;
