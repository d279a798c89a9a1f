/** The command line of `ai`, as a table, in the compiled Lua. */
import { describe, expect, it } from "vitest";
import { runInLua } from "../../tools/lua/index.ts";

const cases: [line: string, command: string, words: string, flags?: Record<string, string>][] = [
    ["", "help", ""],
    ["ping", "ping", ""],
    ["why does my door fail?", "ask", "why does my door fail?"],
    ["ask ping", "ask", "ping"],
    ["ask help me", "ask", "help me"],
    ["new", "new", ""],
    ["new what now", "new", "what now"],
    ["use 3", "use", "3"],
    ["use the stairs", "ask", "use the stairs"],
    ["help", "help", ""],
    ["help use", "help", "use"],
    ["help me with my door", "ask", "help me with my door"],
    ["sessions of today", "ask", "sessions of today"],
    ["abort mission", "ask", "abort mission"],
    ["ping the router", "ask", "ping the router"],
    ["--help", "help", ""],
    ["-h", "help", ""],
    ["--version", "version", ""],
    ["-v ping", "ping", "", { verbose: "true" }],
    ["ping -v", "ping", "", { verbose: "true" }],
    ["ping --verbose --timeout 5", "ping", "", { verbose: "true", timeout: "5" }],
    ["--model a/b hello there", "ask", "hello there", { model: "a/b" }],
    ["--model=a/b hello there", "ask", "hello there", { model: "a/b" }],
    ["ping --timeout=5 -v", "ping", "", { timeout: "5", verbose: "true" }],
    ["ask what does --model=a/b do", "ask", "what does --model=a/b do"],
    ["ask --agent plan hello", "ask", "hello", { agent: "plan" }],
    ["new --session 2 hello", "new", "hello", { session: "2" }],
    ["what does ls -l --all do", "ask", "what does ls -l --all do"],
    ["- what is that?", "ask", "- what is that?"],
    ["-5 plus 3", "ask", "-5 plus 3"],
    ["-ness is an ending", "ask", "-ness is an ending"],
    ["--model a/b", "ask", "", { model: "a/b" }],
    ["-v", "ask", "", { verbose: "true" }],
    ["-v help", "help", "", { verbose: "true" }],
    ["ask --version", "version", ""],
];

const problems: [line: string, problem: string][] = [
    ["--frob", "There is no flag --frob"],
    ["ping --frob", "There is no flag --frob"],
    ["--frob=1 ping", "There is no flag --frob=1"],
    ["-x hello", "There is no flag -x"],
    ["ask -l is a flag of what?", "There is no flag -l"],
    ["ping -V", "There is no flag -V"],
    ["--verbose=no ping", "There is no flag --verbose=no"],
    ["--model= ping", "There is no flag --model="],
    ["--model", "--model needs a value"],
    ["--timeout 5 --session", "--session needs a value"],
];

const parse = (line: string) =>
    runInLua("/apis/ai/arguments", "parse", [line.split(" ").filter((word) => word !== "")]);

describe("the command line", () => {
    it.each(cases)("ai %s", (line, command, words, flags) => {
        const wordList = words === "" ? [] : words.split(" ");
        expect(parse(line)).toEqual({ command, words: wordList, flags: flags ?? [] });
    });

    it.each(problems)("ai %s is not understood", (line, problem) => {
        expect(parse(line)).toMatchObject({ problem });
    });
});
