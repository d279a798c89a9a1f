import { type Rule, startModel } from "../model/index.ts";
import { type Opencode, startOpencode } from "trapos-opencode";
import { allowEverything } from "../harness/server.ts";
import { serverCalls } from "../harness/server-calls.ts";
import { startTwinServer } from "../harness/tests-opencode.ts";
import { startPreview } from "../opencode2-preview/index.ts";
import { startCountingProxy } from "./counting-proxy.ts";

/** What the scripted model answers to every prompt but that below. Fits on one row. */
export const answer = "The door is open, the lamp is lit.";

/** How it answers "Slowly 7": word by word, from "first7" to "last7", for as many seconds. */
export const slowly = { seconds: 10, words: 50 };

const sayingSlowly: Rule = ({ userText }) => {
    const number = /^Slowly (\d+)$/.exec(userText)?.[1];
    if (number === undefined) return undefined;
    const between = Array.from({ length: slowly.words - 2 }, (_, at) => `word${at} `);
    return {
        text: [`first${number} `, ...between, `last${number}`],
        pauseSeconds: slowly.seconds / slowly.words,
    };
};

/** A real opencode server whose sessions have histories of a wanted length. */
export interface BenchServer {
    readonly opencode: Opencode;
    /** The value of a request's Authorization header. */
    readonly authorization: string;
    /** Makes a session in which so many turns have been answered. Returns its id. */
    newSession(turns: number): Promise<string>;
    /** Has so many turns more be answered in a session. */
    addTurns(session: string, turns: number): Promise<void>;
    /** Lets the model answer in a session only when `pause`, called when it is asked, has resolved. */
    answerAfter(session: string, pause: () => Promise<void>): void;
    /** When the last message of a session was completed, by the server's clock, in epoch milliseconds. */
    lastCompleted(session: string): Promise<number>;
    stop(): Promise<void>;
}

/** The servers that are measured: the installed opencode 1, and those of this project that speak opencode 2. */
export const benchedServers = {
    opencode1: startOpencode,
    twin: startTwinServer,
    preview: startPreview,
} as const;
export type BenchedServer = keyof typeof benchedServers;

/** Starts a server and has it answer once, because its first turn takes seconds. */
export async function startBenchServer(options: {
    server: BenchedServer;
    home: string;
    signal: AbortSignal;
    say: (text: string) => void;
}): Promise<BenchServer> {
    const { signal, say } = options;
    say(`Starting ${options.server} with a scripted model ...`);
    const pauses = new Map<string, () => Promise<void>>();
    const model = await startModel({ rules: [sayingSlowly, () => ({ text: answer })] });
    const modelUrl = new URL(model.url);
    const gate = await startCountingProxy(modelUrl.origin, async ({ headers }) => {
        const session = headers["x-session-id"];
        if (typeof session === "string") await pauses.get(session)?.();
    });
    const stopModel = async () => {
        // The gate ends when nobody is connected any more, neither opencode nor, through it, the model.
        await model.stop();
        await gate.stop();
    };
    const opencode = await benchedServers[options.server]({
        home: options.home,
        signal,
        permission: allowEverything,
        model: { baseUrl: gate.url + modelUrl.pathname },
    }).catch(async (error: unknown) => {
        await stopModel();
        throw error;
    });
    const stop = async () => {
        await opencode.stop();
        await stopModel();
    };
    const authorization = `Basic ${Buffer.from(`${opencode.username}:${opencode.password}`).toString("base64")}`;

    const calls = serverCalls(() => opencode);
    const turn = (session: string) => calls.ask(session, "Is the door open?");

    /** The longest history, of which sessions begin with as much as they are to have. */
    let source: string;
    let sourceTurns = 0;
    async function makeHistory(turns: number): Promise<void> {
        if (turns <= sourceTurns) return;
        say(`Making a session of ${turns} turns ...`);
        for (; sourceTurns < turns; sourceTurns++) await turn(source);
    }

    /** Makes a session of as many turns where they cannot be forked. */
    async function talk(turns: number): Promise<string> {
        const session = await calls.createSession("History");
        for (let made = 0; made < turns; made++) await turn(session);
        return session;
    }

    async function fork(turns: number): Promise<string> {
        await makeHistory(turns);
        // What is forked ends before the message that is named.
        const id = await calls.forkSession(source, (await calls.messages(source))[turns * 2]?.id);
        const { length } = await calls.messages(id);
        if (length !== turns * 2) {
            throw new Error(
                `A session forked after ${turns} turns holds ${length} messages, not two a turn.`,
            );
        }
        return id;
    }

    try {
        await turn(await calls.createSession("Warm-up"));
        source = await calls.createSession("History");
    } catch (error) {
        await stop();
        throw error;
    }
    return {
        opencode,
        authorization,
        newSession: options.server === "preview" ? talk : fork,
        async addTurns(session, turns) {
            for (let made = 0; made < turns; made++) await turn(session);
        },
        answerAfter: (session, pause) => pauses.set(session, pause),
        async lastCompleted(session) {
            const completed = (await calls.messages(session)).at(-1)?.completed;
            if (completed === undefined) throw new Error("The last message of the session is not complete.");
            return completed;
        },
        stop,
    };
}
