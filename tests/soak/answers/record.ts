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

const todos = [
    { content: "Find the door", status: "completed", priority: "high" },
    { content: "Open it", status: "in_progress", priority: "low" },
];

const rules: Rule[] = [
    ({ userText, toolResults, attempt }) => {
        if (userText.includes("fail")) return { error: { status: 402, message: "no credit" } };
        if (userText.includes("falter") && attempt < 3) return { error: { status: 500, message: "busy" } };
        if (userText.includes("overflow") && attempt === 1)
            return { error: { status: 413, message: "request entity too large" } };
        if (toolResults.length > 0)
            return { reasoning: "It is done.", text: `It said ${toolResults[0]!.output}` };
        if (userText.includes("program")) return { text: "It counts:\n```lua\nprint(41 + 1)\n```" };
        if (userText.includes("plan")) return { toolCalls: [{ name: "todowrite", arguments: { todos } }] };
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
    config: {
        snapshot: true,
        command: { greet: { template: "hello $ARGUMENTS", description: "Greet somebody" } },
    },
    permission,
    env: { OPENCODE_DISABLE_PROJECT_CONFIG: undefined },
});
const { opencode } = server;
const login = `Basic ${Buffer.from(`${opencode.username}:${opencode.password}`).toString("base64")}`;

async function ask(
    path: string,
    body?: object,
    authorization = login,
    method = body === undefined ? "GET" : "POST",
): Promise<Answered> {
    const response = await fetch(opencode.url + path, {
        method,
        headers: { authorization, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const type = response.headers.get("content-type") ?? "";
    return { status: response.status, type, body: text.startsWith("<") ? text.slice(0, 300) : text };
}

async function json<T>(path: string, body?: object, method?: string): Promise<T> {
    const { status, body: text } = await ask(path, body, login, method);
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

/** What is different of a conversation. */
interface Special {
    /** Begins what is recorded, in place of the last prompt; the answer may come when all is over. */
    readonly begin?: (session: string) => Promise<unknown>;
    /** Answers what it waits for, when it has waited for a while; what comes then is recorded, too. */
    readonly reply?: (frame: Omit<Frame, "at">) => Promise<unknown>;
    /** Done when it is over, before the session is read. */
    readonly end?: (session: string, frame: Omit<Frame, "at">) => Promise<unknown>;
}

/** Records a conversation until it is over, or until it has waited for a person for a while. */
async function record(name: string, prompts: string[], special: Special = {}): Promise<Scene> {
    const session = await json<{ id: string }>(`/session${here}`, { title: `${name} (computer 0)` });
    for (const prompt of prompts.slice(0, -1)) {
        await json(`/session/${session.id}/message`, { parts: [{ type: "text", text: prompt }] });
    }
    const { permissions, questions } = await look(session.id);
    const stale = new Set([...permissions, ...questions].map((entry) => (entry as Ask).id));
    const before = { at: 0, ...(await look(session.id, stale)) };
    const part = { type: "text", text: prompts.at(-1), metadata: { nonce: "NONCE" } };
    let start = Date.now();
    let frames: Frame[] = [];
    let asked: Frame[] | undefined;
    const begun =
        special.begin?.(session.id) ?? json(`/session/${session.id}/prompt_async`, { parts: [part] });
    if (special.begin === undefined) await begun;
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
        const isQuiet = Date.now() - quiet > (isIdle ? 500 : asks ? 3000 : 20_000);
        if (isQuiet && asks && asked === undefined && special.reply !== undefined) {
            asked = frames;
            await special.reply(frame);
            start = Date.now();
            quiet = start;
            frames = [];
        } else if (isQuiet) break;
        await sleep(50);
    }
    await begun;
    const isWaiting = session.id in (await look(session.id, stale)).status;
    if (isWaiting) await ask(`/session/${session.id}/abort`, {});
    if (isWaiting) await sleep(1000);
    const stopped: Frame = { at: 0, ...(await look(session.id, stale)) };
    console.log(`${name}: ${frames.length} frames`);
    await special.end?.(session.id, stopped);
    return {
        name,
        session: await json(`/session/${session.id}`),
        before,
        frames: thinnedOut(asked ?? frames),
        ...(asked === undefined ? {} : { answered: thinnedOut(frames) }),
        ...(isWaiting ? { stopped } : {}),
    };
}

/** What nobody reads of long answers, cut to one of its kind. */
function shortened(value: unknown): unknown {
    if (Array.isArray(value)) return value.slice(0, 1);
    return value;
}

const allow = ({ permissions }: Omit<Frame, "at">): Promise<unknown> =>
    json(`/permission/${(permissions[0] as Ask).id}/reply${here}`, { reply: "once" });

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
    await record("program", ["a program"]),
    await record("plan", ["plan it"]),
    await record("allowed", ["a permission"], { reply: allow }),
    await record("answered", ["pose a question"], {
        reply: ({ questions }) =>
            json(`/question/${(questions[0] as Ask).id}/reply${here}`, { answers: [["Birch"]] }),
    }),
    await record("delegated", ["delegate it"], { reply: allow }),
    await record("shell", ["hello", "-"], {
        begin: (id) => json(`/session/${id}/shell`, { agent: "build", command: "sleep 1; echo forty-two" }),
    }),
    await record("compact", ["hello", "-"], {
        begin: (id) => json(`/session/${id}/summarize`, { providerID: "scripted", modelID: "model" }),
    }),
    await record("command", ["hello", "-"], {
        begin: (id) => json(`/session/${id}/command`, { command: "greet", arguments: "you" }),
    }),
    await record("undone", ["hello", "write a file"], {
        end: async (id, { messages }) => {
            const prompts = (messages as { info: { id: string; role: string } }[]).filter(
                ({ info }) => info.role === "user",
            );
            await json(`/session/${id}/revert`, { messageID: prompts.at(-1)!.info.id });
        },
    }),
];
const agents = (await json<Record<string, unknown>[]>(`/agent${here}`)).map((agent) => ({
    ...agent,
    permission: shortened(agent.permission),
    prompt: undefined,
}));
const sceneOf = (name: string): Scene => scenes.find((scene) => scene.name === name)!;
const idOf = (name: string): string => sceneOf(name).session.id;
const prompt = sceneOf("write").frames.at(-1)!.messages[0] as { info: { id: string } };
const one = (await json<{ id: string }>(`/session/${idOf("greet")}/fork`, {})).id;
const greeting = sceneOf("greet").frames.at(-1)!.messages[0] as { info: { id: string } };
// A file that was not committed yet.
await writeFile(join(directory, "new.txt"), "one\ntwo\n");
const answers = {
    health: await json(`/global/health`),
    sessions: (await json<unknown[]>(`/session${here}&roots=true`)).slice(0, 3),
    agents,
    providers: await json(`/config/providers${here}`),
    commands: (await json<{ name: string }[]>(`/command${here}`)).map((command) => ({
        ...command,
        template: undefined,
    })),
    config: await json(`/config${here}`),
    renamed: await json(`/session/${one}`, { title: "A door" }, "PATCH"),
    forked: await json(`/session/${idOf("greet")}/fork`, {}),
    reverted: await json(`/session/${idOf("greet")}/revert`, { messageID: greeting.info.id }),
    unreverted: await json(`/session/${idOf("greet")}/unrevert`, {}),
    // Sharing needs opencode's own service: the answer is the session with its address.
    shared: { ...sceneOf("greet").session, share: { url: "https://opncd.ai/s/abcdefgh" } },
    unshared: sceneOf("greet").session,
    deleted: await json(`/session/${one}`, undefined, "DELETE"),
    todos: await json(`/session/${idOf("plan")}/todo`),
    changes: await json(`/session/${idOf("write")}/diff?messageID=${prompt.info.id}`),
    files: await json(`/file${here}&path=`),
    paths: await json(`/find/file${here}&query=file`),
    tools: await json(`/experimental/tool/ids${here}`),
    mcp: await json(`/mcp${here}`),
    skills: shortened(await json(`/skill${here}`)),
    // What answers and tasks that go on are answered with is the same: that they have arrived.
    accepted: true,
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
