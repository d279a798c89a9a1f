import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Report, Task } from "../exhaust/host.ts";
import { startHostileServer } from "../exhaust/server.ts";
import { gameErrors, type Way, ways } from "../exhaust/ways.ts";
import type { OpenPart, Part } from "../part.ts";
import type { Random } from "../random.ts";
import { nodeOptions } from "../../../tools/setup/node.ts";

/** What the process of two computers may take, in bytes, one of which takes all that it can get. */
const MOST_MEMORY = 600_000_000;

/** What a computer has of disk space, in bytes. */
const DISK = 1_000_000;

/** After so many seconds beyond its time a computer is broken off, wherever it is. */
const SECONDS_BEFORE_FORCE = 2.5;

/** A busy machine runs late by so many seconds at most. */
const LATE = 3;

const SECONDS_TO_END = 45;
const SECONDS_OF_ENDLESS = 3;

const TOO_LONG = "Too long without yielding";
const NOT_ENOUGH_MEMORY = "not enough memory";

const run = promisify(execFile);
const program = join(import.meta.dirname, "../exhaust/host.ts");

function taskOf(way: Way, random: Random, addresses: { http: string; ws: string }): Task {
    return {
        lua: way.lua,
        endless: way.then === "endless",
        size: 1 + random.whole(4),
        secondsWithoutYield: 0.8 + random.whole(5) / 10,
        seconds: way.then === "endless" ? SECONDS_OF_ENDLESS : SECONDS_TO_END,
        ...addresses,
    };
}

/** What is wrong with how the program ended, if something is. */
function wrongEnd(way: Way, { exit, goesOn, outcome }: Report): string | undefined {
    if (exit !== undefined) {
        const byRule = exit.reason === "failed" && (exit.message ?? "").endsWith(TOO_LONG);
        if (way.then === "ended") return byRule ? undefined : `the computer ended as ${JSON.stringify(exit)}`;
        if (way.then === "endless" || way.error !== undefined)
            return `the computer ended: ${JSON.stringify(exit)}`;
        const allowed =
            exit.reason === "shutdown" || byRule || (exit.message ?? "").endsWith(NOT_ENOUGH_MEMORY);
        return allowed ? undefined : `the computer ended: ${JSON.stringify(exit)}`;
    }
    if (way.then === "endless")
        return outcome === undefined ? undefined : `ended with ${JSON.stringify(outcome)}`;
    if (outcome === undefined) return `no end in ${SECONDS_TO_END} s`;
    if (!goesOn) return `the program cannot go on after ${JSON.stringify(outcome)}`;
    if (way.then === "ended" && outcome.ok) return "the program ended by itself";
    const isError = (pattern: RegExp): boolean => pattern.test(outcome.message);
    if (outcome.ok) return way.error === undefined ? undefined : "there was no error";
    // A busy machine may have the time over first.
    const allowed = way.error === undefined ? gameErrors : [way.error, new RegExp(`${TOO_LONG}$`)];
    return allowed.some(isError) ? undefined : `the error was ${JSON.stringify(outcome.message)}`;
}

function wrongHost(report: Report, task: Task): string | undefined {
    const { disk, memory, silence } = report;
    if (memory > MOST_MEMORY) return `the process took ${Math.round(memory / 1e6)} MB`;
    if (disk > DISK) return `the disk holds ${disk} bytes`;
    const longest = task.secondsWithoutYield + SECONDS_BEFORE_FORCE + LATE;
    if (silence > longest) return `the other computer did not answer for ${silence.toFixed(1)} s`;
    return undefined;
}

/** A program takes all that it can get, in one way a round: it gets the game's error, and only it. */
export const exhaust: Part = {
    name: "exhaust",
    purpose:
        "a program that takes all it can get gets the game's error, and the host and other computers go on",
    rounds: ways.length,
    shortRounds: 4,
    atOnce: 2,
    async open(): Promise<OpenPart> {
        const server = await startHostileServer();
        const { http, ws } = server;
        let most = { memory: 0, name: "" };
        let longest = { silence: 0, name: "" };
        return {
            async round(random, number) {
                const way = ways[number % ways.length];
                if (way === undefined) throw new Error("There is no way");
                const task = taskOf(way, random, { http, ws });
                const options = [...nodeOptions, program, JSON.stringify(task)];
                const { stdout } = await run(process.execPath, options, { timeout: 120_000 });
                const report = JSON.parse(stdout) as Report;
                if (report.memory > most.memory) most = { memory: report.memory, name: way.name };
                if (report.silence > longest.silence) longest = { silence: report.silence, name: way.name };
                const wrong = wrongEnd(way, report) ?? wrongHost(report, task);
                return wrong && `${way.name}: ${wrong}\n${JSON.stringify(report)}`;
            },
            figures: () =>
                `at most ${Math.round(most.memory / 1e6)} MB (${most.name}), ` +
                `no answer for ${longest.silence.toFixed(1)} s (${longest.name})`,
            close: () => server.close(),
        };
    },
};
