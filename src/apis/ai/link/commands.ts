/** What the package of the link adds to `ai`: its commands, their flags, and those of `ai` that they take, too. */
import type { Flag, Program } from "../../trapos/commandline";
import type { AiCommand } from "../command";
import bg = require("../commands/bg");
import collect = require("../commands/collect");
import job = require("../commands/job");
import jobs = require("../commands/jobs");
import kill = require("../commands/kill");
import screen = require("../commands/screen");
import unlink = require("../commands/unlink");

/** Where its commands begin in the list: before the code's. */
const BEFORE = "lua";

/** In the order in which help lists them. */
const COMMANDS: readonly AiCommand[] = [unlink, screen, bg, jobs, job, collect, kill];

const FLAGS: readonly Flag[] = [{ name: "keep", purpose: "Begin a job again if it fails", commands: ["bg"] }];

/** Flags of `ai` that some of them take, too. */
const TAKEN: Readonly<Record<string, string | undefined>> = { model: "bg", agent: "bg", timeout: "collect" };

/** A flag that one more command takes. */
function takenBy(flag: Flag, command: string): Flag {
    const commands = [command];
    for (const other of flag.commands ?? []) table.insert(commands, other);
    return { name: flag.name, letter: flag.letter, value: flag.value, purpose: flag.purpose, commands };
}

/** Adds all of it to what `ai` understands. */
export function addTo(program: Program<AiCommand>): void {
    const commands = program.commands as AiCommand[];
    let place = commands.length + 1;
    for (const [index, command] of ipairs(commands)) if (command.name === BEFORE) place = index;
    for (const [index, command] of ipairs(COMMANDS as AiCommand[]))
        table.insert(commands, place + index - 1, command);
    const flags = program.flags as Flag[];
    for (const [index, flag] of ipairs(flags)) {
        const command = TAKEN[flag.name];
        if (command !== undefined) flags[index - 1] = takenBy(flag, command);
    }
    for (const flag of FLAGS) table.insert(flags, flag);
}
