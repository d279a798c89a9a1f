/** What a model is told that is to write Lua for this computer, and what it is told when that went wrong. */
import { groupNames, groups, type Group } from "./groups";
import { namesLike, unknownName } from "./unknownname";

const globals = _G as unknown as Readonly<Record<string, unknown>>;

/** Names of peripherals that a model is told; a base with a hundred chests is not worth its tokens. */
const MOST_PERIPHERALS = 20;

/** The most bytes of a program's output that go back to the model. */
const MOST_OUTPUT = 2000;

/** What kind of computer this is, in CC's words. */
function kindOfComputer(): string {
    const advanced = term.isColour() ? "advanced " : "";
    if (globals.turtle !== undefined) return `an ${advanced}turtle`;
    if (globals.pocket !== undefined) return `an ${advanced}pocket computer`;
    return globals.commands === undefined ? `an ${advanced}computer` : "a command computer";
}

function peripheralsText(): string {
    const said: string[] = [];
    const names = peripheral.getNames();
    for (const name of names) {
        if (said.length === MOST_PERIPHERALS) {
            table.insert(said, `and ${names.length - said.length} more`);
            break;
        }
        table.insert(said, `${name} (${table.concat([...peripheral.getType(name)] as string[], ", ")})`);
    }
    return said.length === 0 ? "none" : table.concat(said, ", ");
}

/** What stands above the prompt. */
export function instructions(allow: readonly Group[], seconds: number): string {
    const isAllowed: Record<string, true | undefined> = {};
    for (const group of allow) isAllowed[group] = true;
    const closed: string[] = [];
    for (const group of groupNames()) {
        if (isAllowed[group] === undefined) table.insert(closed, `${groups[group]} (${group})`);
    }
    const [width, height] = term.getSize();
    const host = globals._HOST === undefined ? "ComputerCraft" : tostring(globals._HOST);
    return table.concat(
        [
            `You write Lua for ${string.gsub(kindOfComputer(), "^an ([^aeiou])", "a %1")[0]} in ComputerCraft (${host}, Lua 5.2 without the io of a host).`,
            "Its player reads your program, and it is run there once they agree. Do not use tools: the program runs on their computer in the game, not on yours.",
            "Answer with one block of code, ```lua, that is the whole program, and at most two sentences beside it.",
            `Peripherals: ${peripheralsText()}. Screen: ${width} x ${height}. Free disk: ${string.format("%.0f", fs.getFreeSpace("/"))} bytes.`,
            `It is stopped after ${seconds} s, and after 7 s without a pause (sleep, os.pullEvent). Print what the player is to know; return values where that helps.`,
            `It may read files, write in /ai and draw. Do not, unless the player asks for it: ${table.concat(closed, "; ")}.`,
            "It has no getfenv, setfenv, debug or string.dump, and require finds CC's own modules alone (cc.*).",
        ],
        "\n",
    );
}

/**
 * What the model is told of a program that failed.
 * @param problem the error, in Lua's words
 * @param output what it had printed, UTF-8; nothing where it was not run at all
 */
export function correction(problem: string, output?: string): string {
    const said: string[] = [];
    const unknown = output === undefined ? undefined : unknownName(problem);
    if (output === undefined) table.insert(said, `That is not valid Lua; it was not run: ${problem}`);
    else if (unknown === undefined) table.insert(said, `The program failed on the computer: ${problem}`);
    else {
        table.insert(said, `The program uses a name that does not exist on the computer: ${problem}`);
        table.insert(
            said,
            `There is no ${unknown.kind} ${unknown.name}. Names like it:${namesLike(unknown.name, globals)}`,
        );
    }
    if (output !== undefined && output !== "")
        table.insert(said, `It had printed:\n${string.sub(output, -MOST_OUTPUT)}`);
    table.insert(said, "Answer with the whole program, corrected, in one ```lua block.");
    return table.concat(said, "\n");
}
