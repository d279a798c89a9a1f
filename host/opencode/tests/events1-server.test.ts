/**
 * The codec on what the real server sends: turns of every kind, first as they come, then their streams mixed, doubled and
 * cut by chance. What a reader has on the screen in the end is what the server has.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type ScriptedServer, startScriptedServer } from "../../../tools/harness/server.ts";
import { defaultRule, type Rule } from "../../../tools/model/index.ts";
import { type OpencodeClient, opencodeClient } from "../src/client.ts";
import { catchUp, cut, newCodec, read } from "../src/events1.ts";
import type { Happening } from "../src/happening.ts";
import type { ListedMessage } from "../src/listed.ts";
import { eventReader } from "../src/sse.ts";
import { show } from "./events1-support.ts";

let folder: string;
let scripted: ScriptedServer;
let client: OpencodeClient;
const stop = new AbortController();

/** All that the stream has sent so far. */
const stream: unknown[] = [];
const codec = newCodec();
const happenings: Happening[] = [];

/** Streams of whole turns, and what the server has of their sessions in the end. */
interface Recording {
    readonly events: unknown[];
    readonly messages: ReadonlyMap<string, readonly ListedMessage[]>;
}
const recordings: Recording[] = [];

async function readStream(): Promise<void> {
    const reader = eventReader();
    for await (const bytes of await client.events(stop.signal)) {
        for (const data of reader.read(bytes)) {
            const sent: unknown = JSON.parse(data);
            stream.push(sent);
            happenings.push(...read(codec, sent));
        }
    }
}

beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "opencode-events-"));
    scripted = await startScriptedServer({
        home: join(folder, "home"),
        permission: { "*": "allow", bash: { "*": "allow", "rm *": "ask" }, question: "allow" },
        models: { model: { limit: { context: 20_000, output: 1000 } } },
    });
    client = opencodeClient(scripted.opencode);
    void readStream().catch(() => undefined);
    await vi.waitFor(() => expect(stream.length).toBeGreaterThan(0), 10_000);
});
afterAll(async () => {
    stop.abort();
    await scripted.stop();
    await rm(folder, { recursive: true, force: true });
});

/** Waits until something has happened that a session is to do. */
async function happened(from: number, what: (happening: Happening) => boolean): Promise<Happening> {
    return vi.waitFor(
        () => {
            const found = happenings.slice(from).find(what);
            expect(found).toBeDefined();
            return found!;
        },
        { timeout: 60_000, interval: 20 },
    );
}

/** A turn that is played: how the model answers, what is done meanwhile. */
interface Turn {
    readonly rules?: Rule[];
    readonly prompt?: string;
    readonly model?: string;
    /** What is done in place of sending a prompt. */
    readonly begin?: (sessionId: string) => Promise<unknown>;
    readonly meanwhile?: (sessionId: string, from: number) => Promise<unknown>;
}

/** Plays turns in a new session. @returns what happened in all sessions meanwhile, and the session's messages */
async function play(...turns: Turn[]) {
    const from = happenings.length;
    const streamFrom = stream.length;
    const { id } = await client.createSession("test");
    for (const turn of turns) {
        const begun = happenings.length;
        scripted.model.setRules(turn.rules ?? [defaultRule]);
        if (turn.begin) await turn.begin(id);
        else await client.sendPrompt(id, { text: turn.prompt ?? "hello", nonce: "n", model: turn.model });
        await turn.meanwhile?.(id, begun);
        await happened(begun, ({ sessionId, kind }) => sessionId === id && kind === "idle");
        // What a turn that was stopped, or has failed, ends with comes behind that.
        await vi.waitFor(async () => {
            const newest = (await client.listMessages(id, 1))[0]!;
            if (newest.info.role === "user") return;
            expect(newest.info.time.completed).toBeDefined();
            const isEnd = (one: Happening) => one.kind === "final" && one.messageId === newest.info.id;
            expect(happenings.slice(begun).some(isEnd)).toBe(true);
        }, 10_000);
    }
    const told = happenings.slice(from);
    const sessions = [id, ...told.flatMap((one) => (one.kind === "child" ? [one.childId] : []))];
    const messages = new Map<string, readonly ListedMessage[]>();
    for (const session of sessions) messages.set(session, await client.listMessages(session, 100));
    recordings.push({ events: stream.slice(streamFrom), messages });
    return { id, told, own: told.filter(({ sessionId }) => sessionId === id), messages: messages.get(id)! };
}

/** What the model has said by the server's messages, as `show` has it. */
function written(messages: ReadonlyMap<string, readonly ListedMessage[]>): Map<string, string> {
    const texts = new Map<string, string>();
    for (const [sessionId, list] of messages) {
        for (const { info, parts } of list) {
            if (info.role !== "assistant" || info.summary === true) continue;
            for (const part of parts) {
                const isText = part.type === "text" || part.type === "reasoning";
                if (isText && (part.text ?? "") !== "")
                    texts.set(`${sessionId} ${info.id} ${part.id}`, part.text!);
            }
        }
    }
    return texts;
}

/** A screen without the parts of which nothing is left. */
const filled = (screen: ReadonlyMap<string, string>) =>
    new Map([...screen].filter(([, text]) => text !== ""));

const kinds = (told: readonly Happening[]) => told.map(({ kind }) => kind);
/** The same with repetitions left out. */
const course = (told: readonly Happening[]) =>
    kinds(told).filter((kind, index, all) => kind !== all[index - 1]);

const bash = (command: string) => ({ name: "bash", arguments: { command, description: "Run it" } });
const once = (first: ReturnType<Rule>, then: ReturnType<Rule>): Rule[] => [
    ({ toolResults }) => (toolResults.length === 0 ? first : then),
];

describe("as they come", () => {
    test("text, reasoning and a tool", async () => {
        const rules = once(
            {
                reasoning: "I think of ä and 😀",
                text: ["Let ", "me ", "see: 日本"],
                toolCalls: [bash("echo hi")],
            },
            { text: ["do", "ne"] },
        );
        const { own, messages } = await play({ rules });
        expect(course(own)).toEqual([
            "busy",
            "reasoning",
            "text",
            "tool",
            "step usage",
            "final",
            "text",
            "step usage",
            "final",
            "idle",
        ]);
        expect(kinds(own).filter((kind) => kind === "text").length).toBeGreaterThan(3);
        const tools = own.flatMap((one) => (one.kind === "tool" ? [one.part] : []));
        expect(tools.map(({ tool }) => tool)).toEqual(tools.map(() => "bash"));
        expect([...new Set(tools.map(({ state }) => state?.status))]).toEqual([
            "pending",
            "running",
            "completed",
        ]);
        expect(tools.at(-1)?.state?.output).toBe("hi\n");
        const usage = own.flatMap((one) => (one.kind === "step usage" ? [one] : []));
        expect(usage).toHaveLength(2);
        expect(usage[0]?.model).toEqual({ providerId: "scripted", modelId: "model" });
        expect(usage[0]?.usage.output).toBe(messages[1]?.info.tokens?.output);
        expect(own.filter((one) => one.kind === "final")).toEqual([
            expect.objectContaining({ messageId: messages[1]!.info.id, finish: "tool-calls" }),
            expect.objectContaining({ messageId: messages[2]!.info.id, finish: "stop" }),
        ]);
    });

    test.each([
        ["once", "completed"],
        ["reject", "error"],
    ] as const)("a permission that is answered with %s", async (reply, end) => {
        const { own } = await play({
            rules: once({ toolCalls: [bash("rm -f nothing")] }, { text: "done" }),
            meanwhile: async (_, from) => {
                const asked = await happened(from, ({ kind }) => kind === "permission");
                if (asked.kind !== "permission") return;
                expect(asked.permission).toMatchObject({
                    permission: "bash",
                    metadata: { command: "rm -f nothing" },
                });
                await client.answerPermission(asked.permission.id, reply, undefined, undefined);
            },
        });
        const asks = own.filter(({ kind }) => kind.startsWith("permission"));
        expect(kinds(asks)).toEqual(["permission", "permission answered"]);
        const last = own.findLast(({ kind }) => kind === "tool");
        expect(last).toMatchObject({ part: { state: { status: end } } });
    });

    test("questions, of which one is answered and one is not", async () => {
        const questions = [
            { question: "Which wood?", header: "Wood", options: [{ label: "Oak", description: "d" }] },
        ];
        const rules = once({ toolCalls: [{ name: "question", arguments: { questions } }] }, { text: "done" });
        const answer = (act: (id: string) => Promise<void>) => ({
            rules,
            meanwhile: async (_: string, from: number) => {
                const asked = await happened(from, ({ kind }) => kind === "question");
                if (asked.kind === "question") await act(asked.question.id);
            },
        });
        const { own } = await play(
            answer((id) => client.answerQuestion(id, [["Oak"]], undefined)),
            answer((id) => client.rejectQuestion(id, undefined)),
        );
        expect(kinds(own.filter(({ kind }) => kind.startsWith("question")))).toEqual([
            "question",
            "question answered",
            "question",
            "question answered",
        ]);
    });

    test("an attempt that fails at once, and one that fails while it writes", async () => {
        const { own } = await play({ prompt: "[status 500 1] ping" });
        expect(course(own)).toEqual(["busy", "retry", "busy", "text", "step usage", "final", "idle"]);
        const rules: Rule[] = [
            ({ attempt }) =>
                attempt === 1 ? { text: ["abc", "def", "ghi"], cut: true } : { text: ["abc", "XYZ"] },
        ];
        const second = await play({ rules });
        expect([...filled(show(second.own)).values()]).toEqual(["abcXYZ"]);
        expect(kinds(second.own)).toContain("retry");
    });

    test("a model that fails", async () => {
        const { own } = await play({ prompt: "[status 403] ping" });
        // Whether the message's end is seen before the session rests, depends on when the server writes its event down.
        expect(kinds(own).sort()).toEqual(["busy", "error", "final", "idle"]);
        expect(own[1]).toMatchObject({ name: "APIError", message: expect.stringContaining("403") as string });
        expect(own.find(({ kind }) => kind === "final")).toMatchObject({ error: "APIError" });
    });

    test("a model that is not there fails once", async () => {
        const { own } = await play({ prompt: "ping", model: "scripted/nope" });
        expect(kinds(own)).toEqual(["busy", "error", "idle"]);
    });

    test("a turn that is stopped ends once, and the next one by itself", async () => {
        const { own } = await play(
            {
                rules: [() => ({ text: ["a lot", " of text that hangs ", "midway"], hang: "midway" })],
                meanwhile: async (id, from) => {
                    await happened(from, ({ kind }) => kind === "text");
                    await client.abortSession(id);
                },
            },
            { prompt: "ping" },
        );
        expect(course(own)).toEqual([
            "busy",
            "text",
            "error",
            "idle",
            "final",
            "busy",
            "text",
            "step usage",
            "final",
            "idle",
        ]);
        expect(own.find(({ kind }) => kind === "error")).toMatchObject({ name: "MessageAbortedError" });
    });

    test("a subagent's session is its parent's child, and what happens there is told of it", async () => {
        const task = { description: "Do it", prompt: "sub", subagent_type: "general" };
        const { id, told } = await play({
            rules: [
                ({ userText, toolResults }) => {
                    if (userText === "sub") return { text: ["child ", "says"] };
                    if (toolResults.length > 0) return { text: "parent done" };
                    return { toolCalls: [{ name: "task", arguments: task }] };
                },
            ],
        });
        const [child] = told.filter(({ kind }) => kind === "child");
        expect(told.filter(({ kind }) => kind === "child")).toHaveLength(1);
        const childId = child?.kind === "child" ? child.childId : "";
        expect(child?.sessionId).toBe(id);
        const inChild = told.filter(({ sessionId }) => sessionId === childId);
        expect(course(inChild)).toEqual(["busy", "text", "step usage", "final", "idle"]);
        expect(new Set(told.map(({ sessionId }) => sessionId))).toEqual(new Set([id, childId]));
    });

    test("a compaction, whose summary is not said, by itself and on request", async () => {
        const { own } = await play(
            { prompt: "[reply 60000] one" },
            { prompt: "[reply 60000] two" },
            { begin: (id) => client.startCompacting(id, "scripted/model") },
        );
        expect(kinds(own).filter((kind) => kind === "compaction")).toHaveLength(2);
        expect([...show(own).values()].join("")).not.toContain("Objective");
    });

    test("another model", async () => {
        const { own } = await play({ prompt: "ping" }, { prompt: "ping", model: "scripted/other" });
        expect(own.filter(({ kind }) => kind === "model switched")).toEqual([
            expect.objectContaining({
                from: { providerId: "scripted", modelId: "model" },
                to: { providerId: "scripted", modelId: "other" },
            }),
        ]);
    });

    test("a command of the server's shell", async () => {
        const { own } = await play({
            begin: (id) => client.startShell(id, "build", "echo one; sleep 1; echo two"),
        });
        expect(course(own.filter(({ kind }) => kind !== "final"))).toEqual(["busy", "tool", "idle"]);
        expect(own.findLast(({ kind }) => kind === "tool")).toMatchObject({
            part: { state: { output: "one\ntwo\n" } },
        });
    });

    test("what the screen shows is what the server has, and a list of it tells nothing more", () => {
        const screen = filled(show(happenings));
        expect(recordings.length).toBeGreaterThan(10);
        for (const { messages } of recordings) {
            for (const [key, text] of written(messages)) expect(screen.get(key), key).toBe(text);
            for (const [sessionId, list] of messages) expect(catchUp(codec, sessionId, list)).toEqual([]);
        }
    });

    test("a session that is deleted", async () => {
        const from = happenings.length;
        const { id } = await client.createSession("gone");
        await client.deleteSession(id);
        await happened(from, ({ sessionId, kind }) => sessionId === id && kind === "deleted");
    });
});

describe("by chance", () => {
    /** Takes as many numbers as are wanted, the same for the same seed. */
    function chance(seed: number): (below: number) => number {
        const generator = xoroshiro128plus(seed);
        return (below) => uniformInt(generator, 0, below - 1);
    }

    /** Some recordings as one stream: each in its order, mixed; now and then an event a second time, a little later. */
    function mix(some: readonly Recording[], random: (below: number) => number): unknown[] {
        const left = some.map(({ events }) => [...events]);
        const mixed: unknown[] = [];
        const again: { event: unknown; in: number }[] = [];
        while (left.some((events) => events.length > 0)) {
            const events = left[random(left.length)]!;
            const event = events.shift();
            if (event === undefined) continue;
            mixed.push(event);
            if (random(6) === 0) again.push({ event, in: random(40) });
            for (const one of again.filter((waiting) => (waiting.in -= 1) < 0)) {
                mixed.push(one.event);
                again.splice(again.indexOf(one), 1);
            }
        }
        return mixed;
    }

    /**
     * Plays events to a codec, and leaves some out now and then, as a connection does that is lost and comes back. Of what was
     * left out nothing comes a second time: a server sends nothing again over the next connection.
     */
    function playCut(
        events: readonly unknown[],
        own: ReturnType<typeof newCodec>,
        random: (below: number) => number,
        tell: (told: readonly Happening[]) => void,
    ): void {
        const missed = new Set<unknown>();
        for (let at = 0; at < events.length; at += 1) {
            if (!missed.has(events[at])) tell(read(own, events[at]));
            if (random(60) > 0) continue;
            const length = random(40);
            for (const event of events.slice(at + 1, at + 1 + length)) missed.add(event);
            at += length;
            cut(own);
        }
    }

    const pick = (random: (below: number) => number) =>
        Array.from({ length: 1 + random(4) }, () => recordings[random(recordings.length)]!).filter(
            (one, index, all) => all.indexOf(one) === index,
        );

    test("mixed and doubled they are told as by themselves", () => {
        const alone = (recording: Recording) => {
            const own = newCodec();
            return recording.events.flatMap((one) => read(own, one));
        };
        for (let seed = 1; seed <= 150; seed += 1) {
            const random = chance(seed);
            const some = pick(random);
            const own = newCodec();
            const told = mix(some, random).flatMap((one) => read(own, one));
            for (const recording of some) {
                const sessions = new Set(recording.messages.keys());
                const mine = told.filter(({ sessionId }) => sessions.has(sessionId));
                expect(mine, `seed ${seed}`).toEqual(alone(recording));
            }
        }
    });

    test("cut anywhere, and caught up with, no character is lost or said twice, and every end is told once", () => {
        for (let seed = 1; seed <= 300; seed += 1) {
            const random = chance(seed);
            const some = pick(random);
            const events = mix(some, random);
            const own = newCodec();
            const screen = new Map<string, string>();
            const told: Happening[] = [];
            const tell = (more: readonly Happening[]) => {
                show(more, screen);
                told.push(...more);
            };
            playCut(events, own, random, tell);
            for (const { messages } of some)
                for (const [sessionId, list] of messages) tell(catchUp(own, sessionId, list));
            const expected = new Map(some.flatMap(({ messages }) => [...written(messages)]));
            expect(filled(screen), `seed ${seed}`).toEqual(expected);
            const finals = told.flatMap((one) => (one.kind === "final" ? [one.messageId] : []));
            expect(finals.length, `seed ${seed}`).toBe(new Set(finals).size);
            const answers = some.flatMap(({ messages }) => [...messages.values()].flat());
            const over = answers.filter(
                ({ info }) => info.role === "assistant" && info.time.completed !== undefined,
            );
            expect(new Set(finals), `seed ${seed}`).toEqual(new Set(over.map(({ info }) => info.id)));
            const steps = told.flatMap((one) => (one.kind === "step usage" ? [one.partId] : []));
            expect(steps.length, `seed ${seed}`).toBe(new Set(steps).size);
        }
    });

    test("cut and not caught up with, what is said is the beginning of what there is, without a gap", () => {
        for (let seed = 1; seed <= 150; seed += 1) {
            const random = chance(seed);
            const some = pick(random);
            const own = newCodec();
            const screen = new Map<string, string>();
            const events = mix(some, random);
            const expected = new Map(some.flatMap(({ messages }) => [...written(messages)]));
            playCut(events, own, random, (told) => void show(told, screen));
            // What an attempt wrote that failed unseen stays until somebody looks at the messages.
            for (const [key, text] of filled(screen)) {
                const whole = expected.get(key);
                if (whole !== undefined) expect(whole.startsWith(text), `seed ${seed}: ${key}`).toBe(true);
            }
        }
    });
});
