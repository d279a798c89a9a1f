/** `ai`: asks opencode from the shell. See `ai help`. */
import createAi = require("../apis/libai");
import { commands, flags, parse } from "../apis/ai/arguments";
import { fail, type Failure, type Result } from "../apis/ai/failure";
import * as screen from "../apis/ai/screen";
import { ageText, cut, fold } from "../apis/ai/text";
import type { Ai, AskOptions, Reply, SessionSummary } from "../apis/ai/types";
import version = require("../apis/ai/version");

const line = parse([...$vararg]);
const ai: Ai = createAi();
const prompt = table.concat(line.words, " ");

/** Prints the failure and ends the program, so that the shell sees it fail. The message is out already: none here. */
function stop(failure: Failure): never {
    screen.showFailure(failure);
    throw "";
}

/** Runs a call under the moving line; ends the program where it fails. */
function wait<T>(call: (options: AskOptions) => Result<T>): T {
    let ok = false;
    let value: unknown;
    screen.withSpinner((reporter) => {
        [ok, value] = call({
            session: line.flags.session,
            model: line.flags.model,
            agent: line.flags.agent,
            idleTimeout: tonumber(line.flags.timeout ?? ""),
            onProgress: reporter.onProgress,
            log: line.flags.verbose === undefined ? undefined : (text) => reporter.log(`[ai] ${text}`),
        });
    });
    if (!ok) stop(value as Failure);
    return value as T;
}

/** The session that a number of the list, or an id, stands for. */
function findSession(word: string): string {
    const number = tonumber(word);
    if (number === undefined) return word;
    const session = wait(() => ai.listSessions())[number - 1];
    if (session === undefined) stop(fail("bad_argument", { what: `There is no session ${word}` }));
    return session.id;
}

function showDetails(reply: Reply): void {
    if (line.flags.verbose === undefined) return;
    const tokens = reply.tokens === undefined ? "" : `, tokens=${reply.tokens.input}+${reply.tokens.output}`;
    screen.remark(`[ai] model=${reply.model}, finish=${reply.finish}${tokens}, seconds=${reply.seconds}`);
}

function tell(reply: Reply): void {
    screen.showAnswer(reply.text);
    showDetails(reply);
}

function showSessions(sessions: SessionSummary[]): void {
    const [width, height] = term.getSize();
    if (sessions.length === 0) screen.remark("No conversations yet. Start one: ai <prompt>");
    let index = 0;
    for (const session of sessions) {
        index += 1;
        if (index > height - 2) return;
        const age = ageText((os.epoch("utc") - session.updated) / 1000);
        const start = string.format("%s%2d ", session.current ? "*" : " ", index);
        const room = width - start.length - age.length - 1;
        print(start + string.format(`%-${room}s `, cut(fold(session.title), room)) + age);
    }
}

/** One line a command and a flag; on a narrow screen without what they are for. */
function help(command: string): void {
    const [width] = term.getSize();
    const explain = (usage: string, purpose: string) => {
        print(width < 40 && command === "" ? usage : string.format("%-19s %s", usage, purpose));
    };
    for (const [name, usage, purpose] of commands) {
        if (command === "" || command === name) explain(`ai ${usage}`, purpose);
    }
    if (command !== "") return;
    for (const [name, value, purpose] of flags) explain(`--${name} ${value}`, purpose);
}

if (line.problem !== undefined) stop(fail("bad_argument", { what: line.problem }));
const timeout = line.flags.timeout;
if (timeout !== undefined && !((tonumber(timeout) ?? 0) > 0)) {
    stop(fail("bad_argument", { what: `--timeout ${timeout} is not a number of seconds` }));
}
const session = line.flags.session;
if (session !== undefined) line.flags.session = findSession(session);

if (line.command === "ask") {
    tell(wait((options) => ai.ask(prompt, options)));
} else if (line.command === "new") {
    const created = wait(() => ai.newSession());
    if (prompt === "") screen.remark(`Talking in a new session: ${created.title}`);
    else tell(wait((options) => ai.ask(prompt, options)));
} else if (line.command === "ping") {
    const reply = wait((options) => ai.ping(options));
    const [isPong] = string.find(string.lower(reply.text), "pong", 1, true);
    print(string.format("%s (%.2f s)", isPong === undefined ? fold(reply.text) : "pong", reply.seconds));
    showDetails(reply);
} else if (line.command === "sessions") {
    showSessions(wait(() => ai.listSessions({ search: prompt === "" ? undefined : prompt })));
} else if (line.command === "use") {
    if (prompt === "") stop(fail("bad_argument", { what: "Which session? A number of ai sessions, or an id" }));
    const id = findSession(prompt);
    const chosen = wait(() => ai.useSession(id));
    print(`Talking in: ${fold(chosen.title)}`);
} else if (line.command === "abort") {
    print(wait(() => ai.abort(line.flags.session)) ? "Stopped." : "Nothing was running.");
} else if (line.command === "resume") {
    let reply: Reply;
    do {
        reply = wait((options) => ai.resume(options));
        if (reply.prompt !== undefined) screen.remark(`> ${reply.prompt}`);
        tell(reply);
    } while (reply.remaining !== undefined && reply.remaining > 0);
} else if (line.command === "version") {
    print(`ai ${version}`);
} else {
    help(prompt);
}
