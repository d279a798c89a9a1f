/** The real server and the scripted model that computers ask in the parts with turns. */
import { type Opencode, type Permission, startOpencode } from "trapos-opencode";
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

export async function call<T>(opencode: Opencode, method: string, path: string, body?: object): Promise<T> {
    const login = Buffer.from(`${opencode.username}:${opencode.password}`).toString("base64");
    const response = await fetch(opencode.url + path, {
        method,
        headers: { authorization: `Basic ${login}`, "content-type": "application/json" },
        ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 300)}`);
    return JSON.parse(text) as T;
}

export async function newSession(opencode: Opencode): Promise<string> {
    return (await call<{ id: string }>(opencode, "POST", "/session", { title: "soak" })).id;
}

/** Asks and waits for the answer, without a computer. */
export async function askDirectly(opencode: Opencode, session: string, text: string): Promise<void> {
    await call(opencode, "POST", `/session/${session}/message`, { parts: [{ type: "text", text }] });
}

/** A server that computers talk to, which is another one after a restart. */
export class Target {
    private readonly home: string;
    private readonly model: Model;
    private readonly permission: Permission;
    private running: Opencode | undefined;

    constructor(home: string, model: Model, permission: Permission) {
        this.home = home;
        this.model = model;
        this.permission = permission;
    }

    get opencode(): Opencode {
        return this.running!;
    }

    /** Starts it where it does not run. It has had its first turn then, which takes longer and must not be stopped. */
    async prepare(): Promise<void> {
        if (this.running !== undefined) return;
        await this.start();
        await askDirectly(this.opencode, await newSession(this.opencode), "warm up");
    }

    async start(): Promise<void> {
        const { port, username, password } = this.running ?? {};
        this.running = await startOpencode({
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
