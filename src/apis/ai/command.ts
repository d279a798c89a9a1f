/** All that the program `ai` does, with its client handed in. */
import * as strings from "cc.strings";
import * as commandLine from "./arguments";
import { fail, type Failure, type Result } from "./failure";
import * as screen from "./screen";
import * as text from "./text";
import type { Ai, AskOptions, Reply, SessionSummary } from "./types";

declare const PACKAGE_VERSION: string;

/** The flags of the command line, as the options that every call is given; each takes what it knows. */
type Options = AskOptions & { readonly verbose?: string; readonly timeout?: string };

function refuse(what: string): never {
    throw fail("bad_argument", { what });
}

/** Runs a call under the moving line and returns its value; raises its failure. */
function wait<T>(options: Options, call: (this: void, options: Options) => Result<T>): T {
    let ok: boolean | undefined;
    let value: unknown;
    screen.withSpinner((reporter) => {
        options.onProgress = reporter.onProgress;
        if (options.verbose !== undefined) options.log = (poll) => reporter.log(`[ai] ${poll}`);
        [ok, value] = call(options);
    });
    if (!ok) throw value;
    return value as T;
}

/** A call that takes less than all options, and leaves the others alone. */
type Plain<T> = (this: void, options: Options) => Result<T>;

/** The session that a number of the list, or an id, stands for. */
function findSession(ai: Ai, options: Options, word: string): string {
    const number = tonumber(word);
    if (number === undefined) return word;
    const session = wait(options, ai.listSessions as Plain<SessionSummary[]>)[number - 1];
    if (!session) throw fail("session_gone", { session: word });
    return session.id;
}

/** A session's title on one line. */
function lineOf(session: SessionSummary): string {
    return text.fold(string.gsub(session.title, "%s+", " ")[0]);
}

function showDetails(options: Options, reply: Reply): void {
    if (options.verbose === undefined) return;
    const used = reply.tokens;
    const tokens = used === undefined ? "" : `, tokens=${tostring(used.input)}+${tostring(used.output)}`;
    screen.remark(`[ai] model=${reply.model}, finish=${reply.finish}${tokens}, seconds=${reply.seconds}`);
}

function tell(options: Options, reply: Reply): void {
    screen.showAnswer(reply.text);
    if (reply.finish === "length") screen.remark("The answer was cut at the model's limit.");
    showDetails(options, reply);
}

type Action = (this: void, ai: Ai, prompt: string, options: Options) => void;

const ask: Action = (ai, prompt, options) => {
    tell(
        options,
        wait(options, () => ai.ask(prompt, options)),
    );
};

/** What commands do, by their names. */
const actions: Record<string, Action | undefined> = {
    ask,
    new: (ai, prompt, options) => {
        if (prompt === "") {
            wait(options, ai.newSession as Plain<SessionSummary>);
            screen.remark("Talking in a new session.");
        } else {
            options.newSession = true;
            ask(ai, prompt, options);
        }
    },
    ping: (ai, _, options) => {
        const reply = wait(options, ai.ping);
        const [isPong] = string.find(string.lower(reply.text), "pong", 1, true);
        const answer = isPong === undefined ? text.fold(reply.text) : "pong";
        print(string.format("%s (%.2f s)", answer, reply.seconds));
        showDetails(options, reply);
    },
    sessions: (ai, _, options) => {
        const [width, height] = term.getSize();
        const sessions = wait(options, ai.listSessions as Plain<SessionSummary[]>);
        if (sessions.length === 0) screen.remark("No sessions yet. Start one: ai <prompt>");
        for (const [index, session] of ipairs(sessions)) {
            if (index > height - 2) break;
            const age = text.ageText((os.epoch("utc") - session.updated) / 1000);
            const start = string.format("%s%2d ", session.current ? "*" : " ", index);
            const room = width - start.length - age.length - 1;
            print(`${start}${strings.ensure_width(text.cut(lineOf(session), room), room)} ${age}`);
        }
    },
    use: (ai, prompt, options) => {
        if (prompt === "") refuse("Which session? A number of ai sessions, or an id");
        const id = findSession(ai, options, prompt);
        print(`Talking in: ${lineOf(wait(options, () => ai.useSession(id)))}`);
    },
    abort: (ai, _, options) => {
        const hasStopped = wait(options, () => ai.abort(options.session, options));
        print(hasStopped ? "Stopped." : "Nothing was running.");
    },
    resume: (ai, _, options) => {
        let reply: Reply;
        do {
            reply = wait(options, ai.resume);
            screen.remark(reply.prompt === undefined ? "The last answer:" : `> ${reply.prompt}`);
            tell(options, reply);
        } while ((reply.remaining ?? 0) > 0);
    },
    last: (ai, _, options) => {
        tell(options, wait(options, ai.last as Plain<Reply>));
    },
    version: () => {
        print(`ai ${PACKAGE_VERSION}`);
    },
    // One line a command and a flag; on a narrow screen, which may be a low one, too, not what they are for.
    help: (_, topic) => {
        const [width] = term.getSize();
        const isNarrow = width < 40 && topic === "";
        let isKnown: boolean | undefined;
        const explain = (usage: string, purpose: string) => {
            print(isNarrow ? usage : string.format("%-19s %s", usage, purpose));
            isKnown = true;
        };
        for (const command of commandLine.commands) {
            if (topic === "" || topic === command[0]) explain(`ai ${command[1]}`, command[2]);
        }
        for (const flag of topic === "" ? commandLine.flags : []) {
            if (isNarrow) write(`--${flag[0]} `);
            else explain(`--${flag[0]} ${flag[1]}`, flag[2]);
        }
        if (isNarrow) print();
        if (!isKnown) refuse(`There is no command ${topic}`);
    },
};

/** Does what a command line says. Raises failures. */
function perform(line: commandLine.CommandLine, ai: Ai): void {
    const options = line.flags as Options;
    const timeout = options.timeout;
    const session = options.session;
    if (line.problem !== undefined) refuse(line.problem);
    options.idleTimeout = tonumber(timeout ?? "");
    if (timeout !== undefined && !((options.idleTimeout ?? 0) > 0))
        refuse("--timeout takes a number of seconds above 0");
    if (session !== undefined && line.command === "new") refuse("ai new takes no --session");
    if (session !== undefined) options.session = findSession(ai, options, session);
    actions[line.command]!(ai, table.concat(line.words, " "), options);
}

/**
 * Does what a command line says.
 * @param words the words after the program's name
 * @param ai what it works with, see /apis/libai
 * @returns whether it succeeded; why not has been shown
 */
export function run(words: readonly string[], ai: Ai): boolean {
    const [ok, problem] = pcall(perform, commandLine.parse(words), ai);
    if (ok) return true;
    if (type(problem) !== "table") error(problem, 0);
    screen.showFailure(problem as unknown as Failure);
    return false;
}
