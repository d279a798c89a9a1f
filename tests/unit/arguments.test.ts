/** The command line of `ai`, as a table of cases, in the compiled Lua. */
import { describe, expect, it } from "vitest";
import { parse } from "./support/computer.ts";

const cases: [line: string, command: string, words: string, flags?: Record<string, string | true>][] = [
    ["", "help", ""],
    ["ping", "ping", ""],
    ["why does my door fail?", "ask", "why does my door fail?"],
    ["ask ping", "ask", "ping"],
    ["ask help me", "ask", "help me"],
    ["new", "new", ""],
    ["new what now", "new", "what now"],
    ["use 3", "use", "3"],
    ["use the stairs", "ask", "use the stairs"],
    ["use redstone", "ask", "use redstone"],
    ["use ses_1a", "use", "ses_1a"],
    ["--json sessions", "sessions", "", { json: true }],
    ["ping -q -y", "ping", "", { quiet: true, yes: true }],
    ["help", "help", ""],
    ["help use", "help", "use"],
    ["help me with my door", "ask", "help me with my door"],
    ["use --help", "help", "use", { help: true }],
    ["help --help", "help", "", { help: true }],
    ["sessions of today", "ask", "sessions of today"],
    ["abort mission", "ask", "abort mission"],
    ["ping the router", "ask", "ping the router"],
    ["config", "config", ""],
    ["config agent", "config", "agent"],
    ["config opencc.agent plan", "config", "opencc.agent plan"],
    ["config password 007", "config", "password 007"],
    ["config agents", "config", "agents"],
    ["config agents plan", "config", "agents plan"],
    ["config model", "config", "model"],
    ["config server_adress x", "config", "server_adress x"],
    ["config opencc.colour", "config", "opencc.colour"],
    ["doctor", "doctor", ""],
    ["doctor --fix", "doctor", "", { fix: true }],
    ["doctor who", "ask", "doctor who"],
    ["doctor --no is what?", "ask", "doctor is what?", { no: true }],
    ["config the door", "ask", "config the door"],
    ["config redstone", "ask", "config redstone"],
    ["config my password please", "ask", "config my password please"],
    ["config password of my router", "ask", "config password of my router"],
    ["--help", "help", "", { help: true }],
    ["-h", "help", "", { help: true }],
    ["--version", "version", "", { version: true }],
    ["-v ping", "ping", "", { verbose: true }],
    ["ping -v", "ping", "", { verbose: true }],
    ["ping --verbose --timeout 5", "ping", "", { verbose: true, timeout: "5" }],
    ["--model a/b hello there", "ask", "hello there", { model: "a/b" }],
    ["--model=a/b hello there", "ask", "hello there", { model: "a/b" }],
    ["ping --timeout=5 -v", "ping", "", { timeout: "5", verbose: true }],
    ["ask what does --model=a/b do", "ask", "what does --model=a/b do"],
    ["ask --agent plan hello", "ask", "hello", { agent: "plan" }],
    ["new --agent plan hello", "new", "hello", { agent: "plan" }],
    ["what does ls -l --all do", "ask", "what does ls -l --all do"],
    ["- what is that?", "ask", "- what is that?"],
    ["-5 plus 3", "ask", "-5 plus 3"],
    ["-ness is an ending", "ask", "-ness is an ending"],
    ["--model a/b", "ask", "", { model: "a/b" }],
    ["-v", "ask", "", { verbose: true }],
    ["-v help", "help", "", { verbose: true }],
    ["ask --version", "version", "", { version: true }],
    ["version", "version", ""],
    ["version of my door", "ask", "version of my door"],
    ["ask version", "ask", "version"],
    ["doctor --fix my villager", "ask", "doctor --fix my villager"],
    ["run 1 -v --all --json", "run", "1 -v --all --json"],
    ["run --yes 1 --no", "run", "1 --no", { yes: true }],
    ["lua --allow fs count the files", "lua", "count the files", { allow: "fs" }],
];

const problems: [line: string, problem: string, about?: string][] = [
    ["ping --fix", "ai ping takes no --fix.", "ping"],
    ["--fix my door", "ai ask takes no --fix."],
    ["sessions --model a/b", "ai sessions takes no --model.", "sessions"],
    ["undo --fix -y", "ai undo takes no --fix.", "undo"],
    ["--session 2 status", "ai status takes no --session.", "status"],
    ["--session 2 new door", "ai new takes no --session.", "new"],
    ["last --file door.lua", "ai last takes no --file.", "last"],
    ["ping --lines", "ai ping takes no --lines.", "ping"],
    ["--allow fs my door", "ai ask takes no --allow."],
    ["undo --timeout 5", "ai undo takes no --timeout.", "undo"],
    ["--frob", "There is no flag --frob."],
    ["ping --frob", "There is no flag --frob.", "ping"],
    ["--frob=1 ping", "There is no flag --frob=1.", "ping"],
    ["-x hello", "There is no flag -x."],
    ["ask -l is a flag of what?", "There is no flag -l. Did you mean --lines?", "ask"],
    ["ping -V", "There is no flag -V. Did you mean --verbose?", "ping"],
    ["--modle a/b hi", "There is no flag --modle. Did you mean --model?"],
    ["--verbose=no ping", "There is no flag --verbose=no. Did you mean --verbose?", "ping"],
    ["--model= ping", "There is no flag --model=. Did you mean --model?", "ping"],
    ["--version=1", "There is no flag --version=1. Did you mean --version?"],
    ["--model", "--model needs a value."],
    ["--timeout 5 --session", "--session needs a value."],
];

/** A single word, and the command that it may have been meant for. */
const doubts: [word: string, perhaps: string | undefined][] = [
    ["sesions", "sessions"],
    ["seshions", "sessions"],
    ["sessoins", "sessions"],
    ["Sessions", "sessions"],
    ["sssn", undefined],
    ["pin", "ping"],
    ["pnig", "ping"],
    ["png", "ping"],
    ["pong", "ping"],
    ["hello", undefined],
    ["hlep", "help"],
    ["aborted", "abort"],
    ["hi", undefined],
    ["x".repeat(100), undefined],
];

describe("the command line", () => {
    it.each(doubts)("ai %s: perhaps %s", (word, perhaps) => {
        const line = parse("/apis/ai/commandtable", word) as { command: string; perhaps?: string };
        expect([line.command, line.perhaps]).toEqual(["ask", perhaps]);
        // Where more is said it is a prompt.
        expect(parse("/apis/ai/commandtable", `${word} of the world`)).not.toHaveProperty("perhaps");
    });

    it.each(cases)("ai %s", (line, command, words, flags) => {
        const wordList = words === "" ? [] : words.split(" ");
        expect(parse("/apis/ai/commandtable", line)).toEqual({
            command,
            words: wordList,
            flags: flags ?? [],
        });
    });

    it.each(problems)("ai %s is not understood", (line, problem, about) => {
        const words = about === undefined ? [] : [about];
        expect(parse("/apis/ai/commandtable", line)).toMatchObject({ command: "help", words, problem });
    });
});
