/**
 * Records what a real opencode server with the scripted model answers while conversations go on, for the part
 * `answers`. Run it after a change of opencode's version:
 * `node --conditions=trapos-source --import tsx tests/soak/answers/record.ts`
 */
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startScriptedServer } from "../../../tools/harness/server.ts";
import type { Rule } from "../../../tools/model/index.ts";
import type { Answered, Frame, Recording, Scene } from "./recording.ts";

const FILE = join(import.meta.dirname, "recording.json");

const bash = (command: string) => ({
    toolCalls: [{ name: "bash", arguments: { command, description: "Count" } }],
});
const question = {
    question: "Birch or oak?",
    header: "Wood",
    options: [
        { label: "Birch", description: "light" },
        { label: "Oak", description: "dark" },
    ],
};

const rules: Rule[] = [
    ({ userText, toolResults, attempt }) => {
        if (userText.includes("fail")) return { error: { status: 402, message: "no credit" } };
        if (userText.includes("falter") && attempt < 3) return { error: { status: 500, message: "busy" } };
        if (userText.includes("overflow") && attempt === 1)
            return { error: { status: 413, message: "request entity too large" } };
        if (toolResults.length > 0)
            return { reasoning: "It is done.", text: `It said ${toolResults[0]!.output}` };
        if (userText.includes("write")) return bash("sleep 1; echo one > file.txt; echo forty-two");
        if (userText.includes("permission")) return bash("date +%Y");
        if (userText.includes("pose"))
            return { toolCalls: [{ name: "question", arguments: { questions: [question] } }] };
        if (userText.includes("delegate")) {
            const task = { description: "count", prompt: "a permission", subagent_type: "general" };
            return { toolCalls: [{ name: "task", arguments: task }] };
        }
        return { reasoning: "They greet.", text: "Hello **there**." };
    },
];

const folder = await mkdtemp(join(tmpdir(), "trapos-record-"));
const directory = join(folder, "work");
await mkdir(directory);
const broken = join(folder, "broken");
await mkdir(broken);
await writeFile(join(broken, "opencode.json"), "{ nonsense");
execFileSync("git", ["init", "-q", directory]);
const permission = { "*": "allow", bash: { "*": "allow", "date *": "ask" }, question: "allow" } as const;
const server = await startScriptedServer({
    home: join(folder, "home"),
    directory,
    rules,
    config: { snapshot: true },
    permission,
    env: { OPENCODE_DISABLE_PROJECT_CONFIG: undefined },
});
const { opencode } = server;
const login = `Basic ${Buffer.from(`${opencode.username}:${opencode.password}`).toString("base64")}`;

async function ask(path: string, body?: object, authorization = login): Promise<Answered> {
    const response = await fetch(opencode.url + path, {
        method: body === undefined ? "GET" : "POST",
        headers: { authorization, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const type = response.headers.get("content-type") ?? "";
    return { status: response.status, type, body: text.startsWith("<") ? text.slice(0, 300) : text };
}

async function json<T>(path: string, body?: object): Promise<T> {
    const { status, body: text } = await ask(path, body);
    if (status >= 300) throw new Error(`${path}: ${status} ${text}`);
    return (text === "" ? undefined : JSON.parse(text)) as T;
}

const here = `?directory=${encodeURIComponent(directory)}`;

type Ask = { readonly id: string };

async function look(session: string, stale: ReadonlySet<string> = new Set()): Promise<Omit<Frame, "at">> {
    const [messages, status, permissions, questions] = await Promise.all([
        json<unknown[]>(`/session/${session}/message?limit=10`),
        json<Record<string, unknown>>(`/session/status${here}`),
        json<Ask[]>(`/permission${here}`),
        json<Ask[]>(`/question${here}`),
    ]);
    const isNew = ({ id }: Ask): boolean => !stale.has(id);
    return {
        messages,
        status: session in status ? { [session]: status[session] } : {},
        permissions: permissions.filter(isNew),
        questions: questions.filter(isNew),
    };
}

/** At most so many frames are kept of a conversation, at most so long apart. */
const MOST_FRAMES = 4;
const LONGEST_MILLISECONDS = 1000;

function thinnedOut(frames: readonly Frame[]): Frame[] {
    const step = Math.max(1, (frames.length - 1) / (MOST_FRAMES - 1));
    const kept = frames.filter(
        (_, index) => Math.floor((index + 1e-9) / step) !== Math.floor((index - 1 + 1e-9) / step),
    );
    let at = 0;
    return kept.map((frame, index) => {
        at += Math.min(LONGEST_MILLISECONDS, frame.at - (kept[index - 1]?.at ?? 0));
        return { ...frame, at };
    });
}

/** Records a conversation until it is over, or until it has waited for a person for a while. */
async function record(name: string, prompts: string[]): Promise<Scene> {
    const session = await json<{ id: string }>(`/session${here}`, { title: `${name} (computer 0)` });
    for (const prompt of prompts.slice(0, -1)) {
        await json(`/session/${session.id}/message`, { parts: [{ type: "text", text: prompt }] });
    }
    const { permissions, questions } = await look(session.id);
    const stale = new Set([...permissions, ...questions].map((entry) => (entry as Ask).id));
    const before = { at: 0, ...(await look(session.id, stale)) };
    const part = { type: "text", text: prompts.at(-1), metadata: { nonce: "NONCE" } };
    const start = Date.now();
    const frames: Frame[] = [];
    await json(`/session/${session.id}/prompt_async`, { parts: [part] });
    let seen = "";
    let quiet = Date.now();
    while (true) {
        const at = Date.now() - start;
        const frame = await look(session.id, stale);
        const text = JSON.stringify(frame);
        if (text !== seen) {
            frames.push({ at, ...frame });
            quiet = Date.now();
        }
        seen = text;
        const last = frame.messages.at(-1) as { info?: { time?: { completed?: number } } } | undefined;
        const isIdle = !(session.id in frame.status) && last?.info?.time?.completed !== undefined;
        const asks = frame.permissions.length + frame.questions.length > 0;
        if (Date.now() - quiet > (isIdle ? 500 : asks ? 3000 : 20_000)) break;
        await sleep(50);
    }
    const isWaiting = session.id in (await look(session.id, stale)).status;
    await ask(`/session/${session.id}/abort`, {});
    await sleep(1000);
    const stopped: Frame = { at: 0, ...(await look(session.id, stale)) };
    console.log(`${name}: ${frames.length} frames`);
    return {
        name,
        session: await json(`/session/${session.id}`),
        before,
        frames: thinnedOut(frames),
        ...(isWaiting ? { stopped } : {}),
    };
}

/** What nobody reads of long answers, cut to one of its kind. */
function shortened(value: unknown): unknown {
    if (Array.isArray(value)) return value.slice(0, 1);
    return value;
}

const scenes = [
    await record("greet", ["hello"]),
    await record("again", ["hello", "hello"]),
    await record("write", ["write a file"]),
    await record("permission", ["a permission"]),
    await record("question", ["pose a question"]),
    await record("delegate", ["delegate it"]),
    await record("falter", ["falter"]),
    await record("fail", ["fail"]),
    await record("overflow", ["overflow"]),
];
const agents = (await json<Record<string, unknown>[]>(`/agent${here}`)).map((agent) => ({
    ...agent,
    permission: shortened(agent.permission),
    prompt: undefined,
}));
const answers = {
    health: await json(`/global/health`),
    sessions: (await json<unknown[]>(`/session${here}&roots=true`)).slice(0, 3),
    agents,
    providers: await json(`/config/providers${here}`),
};
const errors: Record<string, Answered> = {
    gone: await ask("/session/ses_00000000000000000000000000"),
    badRequest: await ask(`/session/${scenes[0]!.session.id}/message?limit=-1`),
    badId: await ask("/session/7"),
    unauthorized: await ask("/session", undefined, "Basic bm90OnJpZ2h0"),
    page: await ask("/no/such/route"),
    v2: await ask("/api/session/ses_00000000000000000000000000"),
    configuration: await ask(`/session?directory=${encodeURIComponent(broken)}`),
};
await server.stop();
await rm(folder, { recursive: true, force: true });

const recording: Recording = { version: opencode.version, scenes, answers, errors };
const lines = JSON.stringify(recording, undefined, 1)
    .replaceAll(folder, "/srv")
    // A line for each conversation and each answer.
    .replace(/\n {3,}/g, " ");
await writeFile(FILE, `${lines}\n`);
console.log(`${FILE}: ${lines.length} bytes`);
