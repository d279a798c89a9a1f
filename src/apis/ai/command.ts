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
    throw fail("bad_command_line", { what });
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

/** More sessions than anybody looks through; a server gives 100 where nothing is said. */
const MOST_SESSIONS = 1000;

function listSessions(ai: Ai, options: Options): SessionSummary[] {
    return wait(options, () => ai.listSessions({ limit: MOST_SESSIONS }));
}

/** The session that a number of the list, or an id, stands for. */
function findSession(ai: Ai, options: Options, word: string): string {
    const number = tonumber(word);
    if (number === undefined) return word;
    const session = listSessions(ai, options)[number - 1];
    if (!session) throw fail("session_gone", { session: word });
    return session.id;
}

/** A word of the server's, in the computer's font, that leaves room for others beside it. */
function short(word: string): string {
    return text.shorten(text.oneLine(word), 40);
}

/** What `--verbose` says of a reply: what is there. */
function showDetails(options: Options, reply: Reply): void {
    if (options.verbose === undefined) return;
    const said: string[] = [];
    if (reply.model !== undefined) said.push(`model=${short(reply.model)}`);
    if (reply.finish !== undefined) said.push(`finish=${short(reply.finish)}`);
    if (reply.tokens) said.push(string.format("tokens=%.0f+%.0f", reply.tokens.input, reply.tokens.output));
    said.push(string.format("seconds=%.1f", reply.seconds));
    screen.remark(`[ai] ${said.join(", ")}`);
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
        const seconds = string.format("%.2f", reply.seconds);
        screen.say(`${isPong === undefined ? reply.text : "pong"} (${seconds} s)`);
        showDetails(options, reply);
    },
    sessions: (ai, _, options) => {
        const [width] = term.getSize();
        const sessions = listSessions(ai, options);
        if (sessions.length === 0) screen.remark("No sessions yet. Start one: ai <prompt>");
        const printRow = screen.pages();
        const digits = Math.max(`${sessions.length}`.length, 2);
        for (const [index, session] of ipairs(sessions)) {
            const age = text.ageText((os.epoch("utc") - session.updated) / 1000);
            const start = string.format(`%s%${digits}d `, session.current ? "*" : " ", index);
            const room = Math.max(width - start.length - age.length - 1, 0);
            const title = strings.ensure_width(text.cut(text.oneLine(session.title), room), room);
            if (!printRow(() => term.write(`${start}${title} ${age}`))) break;
        }
    },
    use: (ai, prompt, options) => {
        if (prompt === "") refuse("Which session? A number of ai sessions, or an id");
        const id = findSession(ai, options, prompt);
        screen.say(`Talking in: ${wait(options, () => ai.useSession(id)).title}`);
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
