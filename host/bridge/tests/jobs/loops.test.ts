/** The ways in which the scripted model loses its way, as the real server tells of them: each is found, and cured by a word. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Happening, type OpencodeClient, opencodeClient, watch as watchServer } from "trapos-opencode";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ScriptedServer, startScriptedServer } from "../../../../tools/harness/server.ts";
import {
    interventionFor,
    silenceSeconds,
    startWatch,
    type Trouble,
    troubleOf,
    watch,
    type Watch,
} from "../../src/jobs/trouble.ts";

let folder: string;
let server: ScriptedServer;
let client: OpencodeClient;
const stop = new AbortController();
/** Told of all that happens. */
const listeners = new Set<(happening: Happening) => void>();

beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "trapos-loops-"));
    server = await startScriptedServer({ home: join(folder, "home") });
    client = opencodeClient(server.opencode);
    await new Promise<void>((connected) => {
        watchServer(() => client, {
            onHappening: (happening) => {
                for (const listener of listeners) listener(happening);
            },
            onConnected: () => connected(),
            signal: stop.signal,
        });
    });
});
afterAll(async () => {
    stop.abort();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
});

/** Looks at what happens in a session until there is what is looked for. */
function look<T>(sessionId: string, find: (happening: Happening) => T | undefined): Promise<T> {
    return new Promise((resolve) => {
        const listener = (happening: Happening): void => {
            if (happening.sessionId !== sessionId) return;
            const found = find(happening);
            if (found === undefined) return;
            listeners.delete(listener);
            resolve(found);
        };
        listeners.add(listener);
    });
}

const idle = ({ kind }: Happening): true | undefined => (kind === "idle" ? true : undefined);

/** Sends a prompt. @returns the trouble that comes of it */
async function troubleAfter(sessionId: string, text: string): Promise<Trouble> {
    const state = startWatch(performance.now());
    const found = look(sessionId, (happening) => {
        watch(state, happening, performance.now());
        return troubleOf(state, performance.now());
    });
    await client.sendPrompt(sessionId, { text, nonce: "n" });
    return found;
}

async function abort(sessionId: string): Promise<void> {
    const isOver = look(sessionId, idle);
    await client.abortSession(sessionId);
    await isOver;
}

/** Sends a prompt. @returns what is answered */
async function answerTo(sessionId: string, text: string): Promise<string> {
    const isOver = look(sessionId, idle);
    await client.sendPrompt(sessionId, { text, nonce: "n" });
    await isOver;
    const { parts } = (await client.listMessages(sessionId, 1))[0]!;
    return parts.map((part) => (part.type === "text" ? (part.text ?? "") : "")).join("");
}

/** What has been asked of the model in a session. */
const asked = (sessionId: string) =>
    server.model.requests.filter(({ conversation }) => conversation.sessionId === sessionId);

test.each([
    ["[loop thinking]", "thinking loop"],
    ["[loop text]", "text loop"],
    ["[loop tool]", "tool loop"],
])("%s is a %s, ends with the turn, and is over when the model is told", async (prompt, kind) => {
    const { id } = await client.createSession("loops");
    const trouble = await troubleAfter(id, `${prompt} open the door`);
    expect(trouble.kind).toBe(kind);
    await abort(id);
    // Nobody reads what the model would still say.
    await server.model.waitForRequest(() => asked(id).every(({ outcome }) => outcome !== "pending"));
    expect(await answerTo(id, interventionFor(trouble))).toContain("You said: You were stopped");
});

test("a stubborn model goes on with what it did", async () => {
    const { id } = await client.createSession("loops");
    const trouble = await troubleAfter(id, "[loop tool] [stubborn] open the door");
    await abort(id);
    expect(await troubleAfter(id, interventionFor(trouble))).toEqual(trouble);
    await abort(id);
});

test("[hang midway] is a stall once it has lasted, and is over when the model is told", async () => {
    const { id } = await client.createSession("loops");
    const state: Watch = startWatch(0);
    const written = look(id, (happening) => {
        watch(state, happening, 1000);
        return happening.kind === "text" ? true : undefined;
    });
    await client.sendPrompt(id, { text: "[hang midway] open the door", nonce: "n" });
    await written;
    const end = 1000 + silenceSeconds * 1000;
    expect(troubleOf(state, end - 1)).toBeUndefined();
    const trouble = troubleOf(state, end);
    expect(trouble?.kind).toBe("stall");
    await abort(id);
    expect(await answerTo(id, interventionFor(trouble!))).toContain("You said: You were stopped");
});
