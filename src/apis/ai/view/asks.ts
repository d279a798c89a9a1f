/** Permissions and questions in a box on the screen: what is asked, whole, and what each key answers. */
import * as strings from "cc.strings";
import {
    closeBox,
    nextKey,
    openBox,
    readInBox,
    showInBox,
    type Box,
    type BoxContent,
    type BoxKey,
    type BoxRow,
    type Layout,
} from "../../trapos/box";
import { clearRow } from "../../trapos/screen";
import { foldExact } from "../../trapos/font";
import { cut, fold, oneLine } from "../../trapos/text";
import type { PermissionAsk, QuestionAsk, QuestionItem } from "../ask";
import type { PermissionAnswer } from "../types";

/** The box that is open. Whoever has opened it may be gone when it has to be closed. */
let current: Box | undefined;

/** The most rows of what "always" would allow that stand below, beside the rest. */
const MOST_FOOT = 4;
/** What stands before an option, as its key; without those that mean something else. */
const OPTION_KEYS = "123456789abcdefghijklmopqrstuvxyz";

/** Colours of a patch's lines, by how they begin. */
const PATCH: Record<string, number | undefined> = {
    "+": colours.lime,
    "-": colours.red,
    "@": colours.cyan,
};

/** Whether a box is open. */
export function isAsking(): boolean {
    return current !== undefined;
}

/** Closes the box, if one is open. */
export function closeAsk(): void {
    if (current !== undefined) closeBox(current);
    current = undefined;
}

/** Lines of a text as they are, each in as many rows as it needs. */
function addExact(
    rows: BoxRow[],
    text: string,
    width: number,
    colourOf?: (this: void, line: string) => number | undefined,
): void {
    const [whole] = string.gsub(foldExact(text), "\n+$", "");
    for (const [line] of string.gmatch(`${whole}\n`, "([^\n]*)\n")) {
        const colour = colourOf && colourOf(line!);
        let at = 1;
        do {
            rows.push({ text: string.sub(line!, at, at + width - 1), colour });
            at += width;
        } while (at <= line!.length);
    }
}

/** A text in rows that break between words. */
function addWrapped(rows: BoxRow[], text: string, width: number, colour?: number, key?: string): void {
    for (const row of strings.wrap(fold(text), width)) rows.push({ text: row, colour, key });
}

/** A unified diff without the lines that name its file, which stands above it. */
function addPatch(rows: BoxRow[], diff: string, width: number): void {
    let [patch] = string.gsub(diff, "^Index: [^\n]*\n", "");
    [patch] = string.gsub(patch, "^=+\n", "");
    [patch] = string.gsub(patch, "^%-%-%- [^\n]*\n%+%+%+ [^\n]*\n", "");
    addExact(rows, patch, width, (line) => PATCH[string.sub(line, 1, 1)]);
}

/** What is to be allowed. */
function rowsOfPermission(ask: PermissionAsk, width: number): BoxRow[] {
    const rows: BoxRow[] = [];
    if (ask.description !== undefined) addWrapped(rows, ask.description, width, colours.lightGrey);
    if (ask.command !== undefined) addExact(rows, ask.command, width);
    if (ask.filepath !== undefined) addExact(rows, ask.filepath, width, () => colours.yellow);
    if (ask.url !== undefined) addExact(rows, ask.url, width);
    if (ask.diff !== undefined) addPatch(rows, ask.diff, width);
    const isTold = ask.command !== undefined || ask.filepath !== undefined || ask.url !== undefined;
    for (const pattern of isTold ? [] : ask.patterns) addExact(rows, pattern, width);
    if (rows.length === 0) rows.push({ text: "It does not say for what.", colour: colours.lightGrey });
    return rows;
}

/** What "always" would allow. */
function alwaysOf(ask: PermissionAsk): string {
    const what = ask.always.length === 0 ? `all of ${ask.kind}` : table.concat(ask.always as string[], ", ");
    // The bridge keeps it for the session: opencode would for everybody in the folder.
    const isLinked = settings.get("opencc.link_url") !== undefined;
    let where = "in the whole folder, until opencode restarts";
    if (ask.isForGood === true) where = "in the whole project, for good";
    if (isLinked) where = "for the rest of the session";
    return `a allows ${oneLine(what)} ${where}`;
}

/** A permission as a box shows it. */
function layoutOfPermission(ask: PermissionAsk): Layout {
    return (width): BoxContent => {
        const rows = rowsOfPermission(ask, width);
        let foot: BoxRow[] = [];
        addWrapped(foot, alwaysOf(ask), width, colours.lightGrey);
        if (foot.length > MOST_FOOT) {
            // All of it can be read by scrolling.
            rows.push({ text: "" });
            for (const row of foot) rows.push(row);
            foot = [{ text: cut("a allows what stands at the end", width), colour: colours.lightGrey }];
        }
        return {
            title: `Allow ${oneLine(ask.kind)}?`,
            rows,
            foot,
            keys: [
                { key: "y", label: "once" },
                { key: "a", label: "always" },
                { key: "n", label: "no" },
                { key: "t", label: "no, and why" },
            ],
        };
    };
}

/** Decides on a permission in its box. */
function decide(box: Box): PermissionAnswer {
    while (true) {
        const key = nextKey(box);
        if (key === "y") return { reply: "once" };
        if (key === "a") return { reply: "always" };
        if (key === "n") return { reply: "reject" };
        if (key === "t") {
            const message = readInBox(box, "Why not?");
            if (string.find(message, "%S")[0] !== undefined) return { reply: "reject", message };
        }
    }
}

/** Opens a box, and closes it when something was decided, or could not be. */
function inBox<T>(layout: Layout, act: (this: void, box: Box) => T): T {
    clearRow();
    const box = openBox(layout);
    current = box;
    const [ok, result] = pcall(act, box);
    closeAsk();
    if (!ok) error(result, 0);
    return result;
}

/**
 * Asks whether something is allowed. Raises Ctrl+T.
 * @returns what was decided
 */
export function askPermission(ask: PermissionAsk): PermissionAnswer {
    return inBox(layoutOfPermission(ask), decide);
}

/** One of the questions that are being answered. */
interface Answering {
    readonly item: QuestionItem;
    /** As "2 of 3", where there are several. */
    readonly place: string;
    /** The options that are chosen, by their place, and own words. */
    readonly chosen: Record<number, boolean | undefined>;
    words?: string;
}

function keyOfOption(place: number): string {
    return string.sub(OPTION_KEYS, place, place);
}

/** The mark of something that may be one of several. */
function mark(answering: Answering, isChosen: boolean): string {
    if (!answering.item.multiple) return "";
    return isChosen ? "[x] " : "[ ] ";
}

/** Adds an option, with what is said of it below. */
function addOption(rows: BoxRow[], answering: Answering, place: number, width: number): void {
    const option = answering.item.options[place - 1]!;
    const key = keyOfOption(place);
    const isChosen = answering.chosen[place] === true;
    const start = `${key === "" ? "-" : key} ${mark(answering, isChosen)}`;
    const click = key === "" ? `option ${place}` : key;
    const colour = isChosen ? colours.lime : colours.yellow;
    const indent = string.rep(" ", start.length);
    const room = Math.max(width - start.length, 1);
    for (const [index, row] of ipairs(strings.wrap(oneLine(option.label), room)))
        rows.push({ text: (index === 1 ? start : indent) + row, colour, key: click });
    if (option.description === undefined || option.description === "") return;
    for (const row of strings.wrap(fold(option.description), room))
        rows.push({ text: indent + row, colour: colours.lightGrey, key: click });
}

/** How a number is asked for: on its key, where it is typed, and where something else was; a pocket computer has 13 letters for that. */
const KINDS: Readonly<Record<string, readonly [label: string, title: string, again: string] | undefined>> = {
    number: ["number", "Number:", "No number:"],
    integer: ["whole number", "Whole number:", "Not whole:"],
};

/** Whether words are an answer to a question. */
function isAnswer(item: QuestionItem, words: string): boolean {
    if (item.kind === undefined || KINDS[item.kind] === undefined) return true;
    const number = tonumber(words);
    return number !== undefined && (item.kind !== "integer" || number % 1 === 0);
}

/** Reads an answer in own words; an empty one where there is to be none. */
function readWords(box: Box, item: QuestionItem): string {
    const wanted = KINDS[item.kind ?? ""];
    let title = wanted ? wanted[1] : "Your answer:";
    while (true) {
        const words = readInBox(box, title);
        const isNone = string.find(words, "%S")[0] === undefined;
        if (isNone || isAnswer(item, words)) return words;
        title = wanted![2];
    }
}

function keysOf(item: QuestionItem): BoxKey[] {
    const boxKeys: BoxKey[] = [];
    if (item.multiple) boxKeys.push({ key: "enter", label: "send" });
    const kind = KINDS[item.kind ?? ""];
    if (item.custom) boxKeys.push({ key: "w", label: kind ? kind[0] : "own words" });
    boxKeys.push({ key: "n", label: "no answer" });
    return boxKeys;
}

/** A question as a box shows it. */
function layoutOfQuestion(answering: Answering): Layout {
    const item = answering.item;
    return (width): BoxContent => {
        const rows: BoxRow[] = [];
        addWrapped(rows, item.question, width);
        if (item.options.length > 0) rows.push({ text: "" });
        for (const place of $range(1, item.options.length)) addOption(rows, answering, place, width);
        const words = answering.words;
        if (words !== undefined)
            rows.push({ text: cut(`w ${mark(answering, true)}${words}`, width), colour: colours.lime });
        const header = oneLine(item.header ?? "Question");
        const title = answering.place === "" ? header : `${header} (${answering.place})`;
        return { title, rows, foot: [], keys: keysOf(item) };
    };
}

/** The place of the option that a key stands for, if there is one. */
function optionOf(item: QuestionItem, key: string): number | undefined {
    const [clicked] = string.match(key, "^option (%d+)$");
    const place = clicked === undefined ? string.find(OPTION_KEYS, key, 1, true)[0] : tonumber(clicked);
    return place !== undefined && place <= item.options.length ? place : undefined;
}

/** The labels that are chosen. */
function labelsOf(answering: Answering): string[] {
    const labels: string[] = [];
    for (const [place, option] of ipairs(answering.item.options as QuestionItem["options"][number][])) {
        if (answering.chosen[place]) labels.push(option.label);
    }
    if (answering.words !== undefined) labels.push(answering.words);
    return labels;
}

function toggle(answering: Answering, place: number): void {
    const chosen = answering.chosen;
    chosen[place] = !chosen[place];
}

/** Answers one question in the box; nothing where it is not to be answered. */
function answer(box: Box, answering: Answering): string[] | undefined {
    const item = answering.item;
    while (true) {
        const key = nextKey(box);
        if (key === "n") return undefined;
        if (key === "enter" && item.multiple) return labelsOf(answering);
        const place = optionOf(item, key);
        if (place !== undefined) {
            if (!item.multiple) return [item.options[place - 1]!.label];
            toggle(answering, place);
            showInBox(box, layoutOfQuestion(answering), false);
        } else if (key === "w" && item.custom) {
            const words = readWords(box, item);
            const isAny = string.find(words, "%S")[0] !== undefined;
            if (isAny && !item.multiple) return [words];
            answering.words = isAny ? words : undefined;
            showInBox(box, layoutOfQuestion(answering), false);
        }
    }
}

/**
 * Asks questions, one after the other. Raises Ctrl+T.
 * @returns the labels, or own words, for each of them; nothing where they are not to be answered
 */
export function askQuestion(ask: QuestionAsk): string[][] | undefined {
    const all: Answering[] = [];
    for (const [index, item] of ipairs(ask.questions as QuestionItem[])) {
        const place = ask.questions.length > 1 ? `${index} of ${ask.questions.length}` : "";
        all.push({ item, place, chosen: {} });
    }
    if (all.length === 0) return [];
    return inBox(layoutOfQuestion(all[0]!), (box) => {
        const answers: string[][] = [];
        for (const [index, answering] of ipairs(all)) {
            if (index > 1) showInBox(box, layoutOfQuestion(answering), true);
            const labels = answer(box, answering);
            if (labels === undefined) return undefined;
            answers.push(labels);
        }
        return answers;
    });
}
