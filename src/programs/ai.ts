/** `ai`: asks opencode from the shell. See `ai help`. */
import createAi = require("../apis/libai");
import * as commandLine from "../apis/ai/arguments";
import { fail, type Failure, type Result } from "../apis/ai/failure";
import * as screen from "../apis/ai/screen";
import * as text from "../apis/ai/text";
import type { Ai, AskOptions, Reply, SessionSummary } from "../apis/ai/types";

declare const PACKAGE_VERSION: string;

const line = commandLine.parse([...$vararg]);
const ai: Ai = createAi();
const prompt = table.concat(line.words, " ");

/** Prints the failure and ends the program, so that the shell sees it fail. The message is out already: none here. */
function stop(failure: Failure): never {
    screen.showFailure(failure);
    throw "";
}

/** What every call is given; each takes what it knows. */
const given = line.flags;
const options: AskOptions = { session: given.session, model: given.model, agent: given.agent };

/** Runs a call under the moving line; ends the program where it fails. */
function wait<T>(call: (given: AskOptions) => Result<T>): T {
    let ok = false;
    let value: unknown;
    screen.withSpinner((reporter) => {
        options.onProgress = reporter.onProgress;
        if (given.verbose !== undefined) options.log = (poll) => reporter.log(`[ai] ${poll}`);
        [ok, value] = call(options);
    });
    if (!ok) stop(value as Failure);
    return value as T;
}

function refuse(what: string): never {
    return stop(fail("bad_argument", { what }));
}

const listSessions = ai.listSessions as (this: void, given: AskOptions) => Result<SessionSummary[]>;

/** The session that a number of the list, or an id, stands for. */
function findSession(word: string): string {
    const number = tonumber(word);
    if (number === undefined) return word;
    const session = wait(listSessions)[number - 1];
    return session ? session.id : stop(fail("session_gone", { session: word }));
}

function showDetails(reply: Reply): void {
    if (given.verbose === undefined) return;
    const used = reply.tokens;
    const tokens = used === undefined ? "" : `, tokens=${tostring(used.input)}+${tostring(used.output)}`;
    screen.remark(`[ai] model=${reply.model}, finish=${reply.finish}${tokens}, seconds=${reply.seconds}`);
}

function tell(reply: Reply): void {
    screen.showAnswer(reply.text);
    if (reply.finish === "length") screen.remark("The answer was cut at the model's limit.");
    showDetails(reply);
}

function showSessions(sessions: SessionSummary[]): void {
    const [width, height] = term.getSize();
    if (sessions.length === 0) screen.remark("No sessions yet. Start one: ai <prompt>");
    for (const [index, session] of ipairs(sessions)) {
        if (index > height - 2) break;
        const age = text.ageText((os.epoch("utc") - session.updated) / 1000);
        const start = string.format("%s%2d ", session.current ? "*" : " ", index);
        const room = width - start.length - age.length - 1;
        print(string.format(`${start}%-${room}s ${age}`, text.cut(text.fold(session.title), room)));
    }
}

/** One line a command and a flag; on a narrow screen without what they are for. */
function help(): void {
    const [width] = term.getSize();
    const explain = (usage: string, purpose: string) =>
        print(width < 40 && prompt === "" ? usage : string.format("%-19s %s", usage, purpose));
    for (const command of commandLine.commands) {
        if (prompt === "" || prompt === command[0]) explain(`ai ${command[1]}`, command[2]);
    }
    for (const flag of prompt === "" ? commandLine.flags : []) explain(`--${flag[0]} ${flag[1]}`, flag[2]);
}

if (line.problem !== undefined) refuse(line.problem);
const timeout = given.timeout;
options.idleTimeout = tonumber(timeout ?? "");
if (timeout !== undefined && !((options.idleTimeout ?? 0) > 0)) refuse("--timeout takes a number of seconds");
if (options.session !== undefined) options.session = findSession(options.session);

const command = line.command;
const ask = () => tell(wait(() => ai.ask(prompt, options)));
if (command === "ask") {
    ask();
} else if (command === "new") {
    options.session = wait(ai.newSession as (this: void, given: AskOptions) => Result<SessionSummary>).id;
    if (prompt === "") screen.remark("Talking in a new session.");
    else ask();
} else if (command === "ping") {
    const reply = wait(ai.ping);
    const [isPong] = string.find(string.lower(reply.text), "pong", 1, true);
    print(string.format("%s (%.2f s)", isPong === undefined ? text.fold(reply.text) : "pong", reply.seconds));
    showDetails(reply);
} else if (command === "sessions") {
    showSessions(wait(listSessions));
} else if (command === "use") {
    if (prompt === "") refuse("Which session? A number of ai sessions, or an id");
    const id = findSession(prompt);
    print(`Talking in: ${text.fold(wait(() => ai.useSession(id)).title)}`);
} else if (command === "abort") {
    print(wait(() => ai.abort(options.session)) ? "Stopped." : "Nothing was running.");
} else if (command === "resume") {
    let reply: Reply;
    do {
        reply = wait(ai.resume);
        screen.remark(reply.prompt === undefined ? "The last answer:" : `> ${reply.prompt}`);
        tell(reply);
    } while ((reply.remaining ?? 0) > 0);
} else if (command === "version") {
    print(`ai ${PACKAGE_VERSION}`);
} else {
    help();
}
