/**
 * Runs CraftOS's shell on a terminal that knows what it shows, so that a line can be put above its prompt while somebody types, and
 * that others can be told what the screen shows. To the shell, and to all that it runs, nothing is otherwise: it alone gets a `read` and a `write` that
 * tell when its prompt waits. Programs that it starts get the real ones, as it makes their globals anew.
 */
import modules = require("cc.require");
import { DROPPED, LOOK, NOTICE, READY, rowOf, ROWS, SHOWN, type Notice } from "./notices";
import { insertAbove } from "./promptrow";
import type { Known } from "./recorded";

declare const multishell: unknown;
declare function read(this: void, ...given: unknown[]): string;
declare function write(this: void, text: string | number): number;

const PATH = "/rom/programs/shell.lua";

const terminal = term.current() as Known;
/** Whether the shell waits for a line. */
let isAtPrompt = false;
/** Whether it has begun to. */
let isReading = false;
/** Lines that are to be shown. */
let notices: Notice[] = [];

/** The shell's own way to read a line. */
function readLine(...given: unknown[]): string {
    isReading = true;
    isAtPrompt = true;
    const [ok, line] = pcall(read, ...given);
    isReading = false;
    isAtPrompt = false;
    if (!ok) error(line, 0);
    return line;
}

/** The shell's own way to write its prompt; it does so in the middle of reading where files were dropped on it. */
function writePrompt(text: string | number): number {
    isAtPrompt = isReading;
    return write(text);
}

/** The globals that the shell gets, as a program that another shell runs. */
function environmentOf(): Record<string, unknown> {
    const environment: Record<string, unknown> = {
        shell,
        multishell,
        arg: { 0: PATH },
        read: readLine,
        write: writePrompt,
    };
    const [require, loaded] = modules.make(environment, fs.getDir(PATH));
    environment.require = require;
    environment.package = loaded;
    return setmetatable(environment, { __index: _G });
}

/** Follows the screen's size, where the terminal does not by itself. */
function fit(): void {
    if (terminal.fitScreen !== undefined) terminal.fitScreen();
}

/** Shows what is to be shown, where the prompt waits. */
function showNotices(): void {
    if (!isAtPrompt || notices.length === 0) return;
    fit();
    const shown = notices;
    notices = [];
    const [width] = terminal.getSize();
    for (const notice of shown) {
        insertAbove(terminal, rowOf(notice, width), notice.colour);
        os.queueEvent(SHOWN, notice.id);
    }
}

/** Takes a line of an id out of those that are to be shown. */
function drop(id: string): void {
    const left: Notice[] = [];
    for (const notice of notices) if (notice.id !== id) table.insert(left, notice);
    notices = left;
}

/** Tells what the screen shows. */
function tellRows(): void {
    const rows: string[][] = [];
    fit();
    const [, height] = terminal.getSize();
    for (const y of $range(1, height)) {
        const [text, textColours, grounds] = terminal.getLine(y);
        table.insert(rows, [text, textColours, grounds]);
    }
    os.queueEvent(ROWS, rows);
}

/** Does what an event means for the screen, before the shell gets it. */
function heed(event: unknown, first: unknown): void {
    if (event === "term_resize") fit();
    else if (event === "file_transfer") isAtPrompt = false;
    else if (event === NOTICE) {
        const notice = first as Notice;
        drop(notice.id);
        table.insert(notices, notice);
    } else if (event === DROPPED) drop(first as string);
    else if (event === LOOK) tellRows();
}

const [program, problem] = loadfile(PATH, undefined, environmentOf());
if (program === undefined) error(problem ?? "", 0);
const thread = coroutine.create(program);
let filter: unknown;
const dispatch: (this: void, ...event: unknown[]) => void = (event?: unknown, ...values) => {
    heed(event, values[0]);
    if (filter === undefined || filter === event || event === "terminate") {
        const [ok, result] = coroutine.resume(thread, event, ...values);
        if (!ok) error(result, 0);
        filter = result;
    }
    showNotices();
};
os.queueEvent(READY);
dispatch();
while (coroutine.status(thread) !== "dead") dispatch(...os.pullEventRaw());
