/** The real server and the scripted model that computers ask in the parts with turns. */
import { type Opencode, type Permission, startOpencode } from "trapos-opencode";
import type { Settings } from "craftos-headless";
import { serverSettings } from "../../../tools/harness/server.ts";
import { type ServerCalls, serverCalls } from "../../../tools/harness/server-calls.ts";
import type { StartOpencode } from "../../../tools/harness/tests-opencode.ts";
import type { Model, Reply, Rule } from "../../../tools/model/index.ts";

/** What a word's prompt came to. A word stands in one prompt alone. */
export interface Word {
    readonly word: string;
    /** What the model says: first its tool calls, if there are any, and then its text. */
    readonly reply: Reply;
    /** Its second step, in place of the text. */
    readonly more?: Reply;
    /** The first step of the subagent whose prompt is `helpOf(word)`. */
    readonly helper?: Reply;
    /** How many times the model was asked for its first step. */
    asked: number;
    session?: string;
    isShown: boolean;
}

export const promptOf = (word: string): string => `say ${word} now`;
export const replyOf = (word: string): string => `reply to ${word}`;
export const helpOf = (word: string): string => `help ${word}`;

/** What the model says to each prompt with a word in it. */
export function ruleOf(words: ReadonlyMap<string, Word>): Rule {
    return ({ userText, toolResults, sessionId }) => {
        const word = words.get(/\bw[\dx]+\b/.exec(userText)?.[0] ?? "");
        if (word === undefined) return { text: "warm" };
        const steps = toolResults.length;
        if (userText.startsWith(helpOf(""))) return steps === 0 ? word.helper : { text: "helped" };
        word.session = sessionId;
        if (steps === 0) word.asked++;
        if (steps === 1 && word.more !== undefined) return word.more;
        const { toolCalls, ...reply } = word.reply;
        return steps === 0 && toolCalls !== undefined ? { ...reply, toolCalls, text: undefined } : reply;
    };
}

/** A server that computers talk to, which is another one after a restart. */
export class Target {
    private readonly home: string;
    private readonly model: Model;
    private readonly permission: Permission;
    private readonly startServer: StartOpencode;
    private running: Opencode | undefined;
    private known: ServerCalls | undefined;

    /** @param start what starts it; the installed opencode 1 when absent */
    constructor(home: string, model: Model, permission: Permission, start: StartOpencode = startOpencode) {
        this.startServer = start;
        this.home = home;
        this.model = model;
        this.permission = permission;
    }

    get opencode(): Opencode {
        return this.running!;
    }

    /** What somebody at its own door does. */
    get calls(): ServerCalls {
        this.known ??= serverCalls(() => this.opencode);
        return this.known;
    }

    /** Makes a session, and gives its id. */
    newSession(): Promise<string> {
        return this.calls.createSession("soak");
    }

    /** The settings by which a computer finds it; what its agent may do its configuration says. */
    settings(url: string): Settings {
        const found = serverSettings({ ...this.opencode, url });
        return this.calls.dialect === 1 ? found : { ...found, "opencc.profile": "server" };
    }

    /** Starts it where it does not run. It has had its first turn then, which takes longer and must not be stopped. */
    async prepare(): Promise<void> {
        if (this.running !== undefined) return;
        await this.start();
        await this.calls.ask(await this.newSession(), "warm up");
    }

    async start(): Promise<void> {
        const { port, username, password } = this.running ?? {};
        this.running = await this.startServer({
            home: this.home,
            permission: this.permission,
            model: { baseUrl: this.model.url },
            ...(port !== undefined && { port, username, password }),
        });
    }

    async stop(): Promise<void> {
        await this.running?.stop();
    }
}
