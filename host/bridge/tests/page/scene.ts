/** A bridge with computers whose turns do what a test has them do: opencode is a stand-in that knows their sessions. */
import { expect, onTestFinished, vi } from "vitest";
import type { OpencodeClient } from "trapos-opencode";
import { type AssembledBridge, assembleBridge, type BridgeParts } from "../../src/assembly.ts";
import type { Profile } from "../../src/journal/journal.ts";
import { type Computer, connect, newName } from "../security/computer.ts";
import { type StandIn, startStandIn } from "../security/stand-in.ts";

/** A message as opencode has it. */
interface Message {
    readonly info: Record<string, unknown> & { readonly id: string; readonly role: string };
    readonly parts: Record<string, unknown>[];
}

/** A turn that runs. */
export interface SceneTurn {
    readonly nonce: string;
    readonly sessionId: string;
    /** The model writes more. */
    write(text: string): void;
    /** A tool call asks for a permission. @returns once that is shown */
    askPermission(more?: {
        readonly always?: string[];
        readonly metadata?: object;
        readonly kind?: string;
    }): Promise<void>;
    askQuestion(questions: readonly object[]): Promise<void>;
    end(): void;
}

/** A computer that is online. */
export interface SceneComputer {
    readonly id: string;
    readonly computer: Computer;
    /** Begins a turn, in a session of its own. @param title the session's */
    prompt(this: void, text: string, title?: string): Promise<SceneTurn>;
}

/** What a test sees. */
export interface Scene extends StandIn {
    /** What was answered to opencode, as "answerPermission per_1 once". */
    readonly answered: string[];
    /** Ends the bridge. @returns starts it again, at the same address */
    stop(): Promise<() => Promise<AssembledBridge>>;
    /** Links a computer, and connects it. */
    join(name: string, profile?: Profile, capabilities?: readonly string[]): Promise<SceneComputer>;
}

let count = 0;
/** An id of opencode's, which ascend. */
function nextId(kind: string): string {
    count += 1;
    return `${kind}_${String(count).padStart(6, "0")}`;
}

/** Starts one, which ends with the test. */
export async function startScene(
    parts: Partial<BridgeParts> = {},
    more: Partial<OpencodeClient> = {},
): Promise<Scene> {
    const sessions = new Map<string, { title: string; isBusy: boolean; messages: Message[] }>();
    const lists: Record<string, { id: string; sessionID: string }[]> = { permissions: [], questions: [] };
    const answered: string[] = [];
    const found = (id: string) => sessions.get(id) ?? { title: "", isBusy: false, messages: [] };
    const told = (id: string) => ({
        id,
        title: found(id).title,
        time: { created: 1, updated: Date.now() },
        directory: "/",
    });
    const settle = (id: string, what: string) => {
        answered.push(what);
        for (const list of Object.values(lists)) {
            const place = list.findIndex((entry) => entry.id === id);
            if (place >= 0) list.splice(place, 1);
        }
    };
    const client = {
        createSession: async (title: string) => {
            const id = nextId("ses");
            sessions.set(id, { title, isBusy: false, messages: [] });
            return told(id);
        },
        getSession: async (id: string) => told(id),
        listSessions: async () => [...sessions.keys()].map(told),
        sendPrompt: async (id: string, { text, nonce }: { text: string; nonce: string }) => {
            const session = found(id);
            session.isBusy = true;
            session.messages.push({
                info: { id: nextId("msg"), role: "user", time: { created: 1 } },
                parts: [{ type: "text", text, metadata: { nonce } }],
            });
        },
        getMessages: async (id: string, limit: number) => found(id).messages.slice(limit === 0 ? 0 : -limit),
        getMessage: async (id: string, message: string) =>
            found(id).messages.find(({ info }) => info.id === message),
        readList: async (name: string) =>
            name === "status"
                ? Object.fromEntries(
                      [...sessions].filter(([, { isBusy }]) => isBusy).map(([id]) => [id, { type: "busy" }]),
                  )
                : (lists[name] ?? []),
        abortSession: async (id: string) => {
            const session = found(id);
            session.isBusy = false;
            const last = session.messages.at(-1)?.info;
            if (last?.role === "assistant")
                Object.assign(last, {
                    time: { created: 1, completed: 2 },
                    error: { name: "MessageAbortedError" },
                });
        },
        answerPermission: async (id: string, reply: string, message?: string) =>
            settle(id, ["answerPermission", reply, ...(message === undefined ? [] : [message])].join(" ")),
        answerQuestion: async (id: string, answers: unknown) =>
            settle(id, `answerQuestion ${JSON.stringify(answers)}`),
        rejectQuestion: async (id: string) => settle(id, "rejectQuestion"),
        ...more,
    } as unknown as Partial<OpencodeClient>;
    const world = await startStandIn(client, parts);
    const { turns, pairings } = world.bridge;

    function turnOf(nonce: string, sessionId: string): SceneTurn {
        const { messages } = found(sessionId);
        const user = messages.findLast(({ info }) => info.role === "user");
        const answer: Message = {
            info: { id: nextId("msg"), role: "assistant", parentID: user?.info.id, time: { created: 1 } },
            parts: [],
        };
        const messageId = answer.info.id;
        const textPart = nextId("prt");
        let text = "";
        const begin = () => {
            if (!messages.includes(answer)) messages.push(answer);
        };
        async function ask(list: "permissions" | "questions", entry: object): Promise<void> {
            begin();
            const callID = nextId("call");
            const part = {
                id: nextId("prt"),
                type: "tool",
                callID,
                tool: "bash",
                state: { status: "running", input: {}, time: { start: 1 } },
            };
            answer.parts.push(part);
            const id = nextId(list === "permissions" ? "per" : "que");
            lists[list]?.push({
                id,
                sessionID: sessionId,
                tool: { messageID: messageId, callID },
                ...entry,
            } as never);
            turns.happened({ kind: "tool", sessionId, messageId, partId: part.id, part: part });
            await vi.waitFor(
                () => expect(turns.views().find((view) => view.nonce === nonce)?.asked?.ask.id).toBe(id),
                { timeout: 20_000 },
            );
        }
        return {
            nonce,
            sessionId,
            write(piece) {
                begin();
                if (text === "") answer.parts.push({ type: "text", id: textPart, text });
                turns.happened({
                    kind: "text",
                    sessionId,
                    messageId,
                    partId: textPart,
                    offset: text.length,
                    text: piece,
                });
                text += piece;
                for (const part of answer.parts) if (part.id === textPart) part.text = text;
            },
            askPermission: ({ always = [], metadata = { command: "npm test" }, kind = "bash" } = {}) =>
                ask("permissions", { permission: kind, patterns: ["npm *"], always, metadata }),
            askQuestion: (questions) => ask("questions", { questions }),
            end() {
                begin();
                for (const part of answer.parts)
                    if (part.type === "tool")
                        part.state = { status: "completed", input: {}, time: { start: 1, end: 2 } };
                Object.assign(answer.info, { time: { created: 1, completed: 2 }, finish: "stop" });
                found(sessionId).isBusy = false;
                turns.happened({ kind: "final", sessionId, messageId, finish: "stop" });
                turns.happened({ kind: "idle", sessionId });
            },
        };
    }

    return {
        ...world,
        answered,
        async stop() {
            const port = Number(new URL(world.url).port);
            await world.bridge.stop();
            return async () => {
                const bridge = await assembleBridge({ ...world.parts, ...parts, port });
                onTestFinished(() => bridge.stop());
                return bridge;
            };
        },
        async join(name, profile = "build", capabilities) {
            const offer = pairings.offer(7, undefined, `game of ${name}`);
            const { id } = pairings.approve(offer.code, { profile, name, owner: "ann" });
            const { token } = pairings.state(offer.secret)!;
            const computer = await connect({ url: world.url, token, ...(capabilities && { capabilities }) });
            onTestFinished(() => computer.close());
            return {
                id,
                computer,
                async prompt(text, title = "a session") {
                    const session = await computer.call("createSession", { title });
                    const sessionId = (session.value as { id: string }).id;
                    const nonce = newName("turn");
                    computer.say({
                        type: "prompt",
                        nonce,
                        sessionId,
                        text,
                        idleTimeout: 600,
                        wanted: { text: true },
                    });
                    await computer.message((message) => message.type === "sent" && message.nonce === nonce);
                    return turnOf(nonce, sessionId);
                },
            };
        },
    };
}
