/** Shows jobs: a list of them, and what one is at. */
import * as strings from "cc.strings";
import { showRows } from "../../trapos/pager";
import type { Row } from "../../trapos/row";
import { cut, oneLine } from "../../trapos/text";
import { linkState } from "../link/conversation";
import type { Job } from "../jobs/shapes";
import type { Progress } from "../types";

/** The colours of states. */
const COLOURS: Record<string, number | undefined> = {
    queued: colours.lightGrey,
    running: colours.lightBlue,
    asks: colours.yellow,
    done: colours.lime,
    failed: colours.red,
    killed: colours.orange,
};

/** The fewest columns of a number, so that short lists look alike; those of a state, and of a time. */
const LEAST_DIGITS = 2;
const STATE_COLUMNS = 7;
const TIME_COLUMNS = 3;

/** A job's state in a word, of one that waits for somebody that it asks. */
export function stateOf(job: Job): string {
    return job.state === "running" && job.asks !== undefined ? "asks" : job.state;
}

/** The colour of a job's state. */
export function colourOf(job: Job): number | undefined {
    return COLOURS[stateOf(job)];
}

/** How long something took, as short as a list needs it: "40s", "5m", "3h", "2d". */
export function timeText(seconds: number): string {
    if (seconds < 60) return `${Math.floor(seconds)}s`;
    const minutes = Math.floor(seconds / 60);
    if (minutes < 60) return `${minutes}m`;
    if (minutes < 1440) return `${Math.floor(minutes / 60)}h`;
    return string.format("%.0fd", Math.floor(minutes / 1440));
}

/** What a job does, waits for or has come to, in a line; nothing where its state tells all. */
export function doingOf(job: Job): string | undefined {
    const state = job.state;
    if (state === "queued") {
        const place = job.place === undefined ? "waits" : `number ${job.place} in the queue`;
        return job.reason === undefined ? place : `${place}: ${job.reason}`;
    }
    if (state === "running") return job.asks ?? job.tool ?? job.words;
    if (state !== "done") return job.reason;
    if (job.isCollected) return undefined;
    return `ai collect ${job.number}`;
}

/** Whether a job was begun on this computer; where that cannot be told it counts as begun elsewhere. */
export function isOwn(job: Job): boolean {
    const state = linkState();
    return state !== undefined && state.name === job.computer;
}

/** Shows a list of jobs: of each its number, its state, its age and what is asked, and below what it does. */
export function showJobs(jobs: readonly Job[]): void {
    const state = linkState();
    const here = state && state.name;
    let digits = LEAST_DIGITS;
    for (const job of jobs) digits = Math.max(digits, string.format("%.0f", job.number).length);
    showRows((width, emit) => {
        for (const job of jobs) {
            const number = strings.ensure_width("", digits - string.format("%.0f", job.number).length);
            const start = `${number}${string.format("%.0f", job.number)} `;
            const word = strings.ensure_width(stateOf(job), STATE_COLUMNS);
            const time = timeText(job.seconds);
            const blanks = string.rep(" ", Math.max(TIME_COLUMNS - time.length, 0));
            const before = ` ${blanks}${time} `;
            const room = width - start.length - word.length - before.length;
            const row: Row = [
                { text: start },
                { text: word, colour: colourOf(job) },
                { text: before, colour: colours.lightGrey },
                { text: cut(oneLine(job.prompt), Math.max(room, 0)) },
            ];
            emit(row);
            const doing = doingOf(job);
            const parts: string[] = [];
            if (here !== job.computer) table.insert(parts, job.computer);
            if (doing !== undefined) table.insert(parts, doing);
            if (parts.length > 0) {
                const colour = job.asks === undefined ? colours.lightGrey : colours.yellow;
                const below = string.rep(" ", start.length) + oneLine(table.concat(parts, ": "));
                emit([{ text: cut(below, width), colour }]);
            }
        }
    });
}

/** What is told of a job to whoever waits for it, on the moving line. */
export function progressOf(job: Job): Progress {
    const doing = doingOf(job);
    const tool = doing === undefined ? stateOf(job) : doing;
    const said = job.asks === undefined || job.state !== "running" ? tool : `asks: ${tool}`;
    return { phase: "working", seconds: job.seconds, tool: said, title: "" };
}
