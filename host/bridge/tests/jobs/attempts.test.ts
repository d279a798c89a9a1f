/** A real opencode that gives up silent attempts of its model: 300 times as fast as in earnest, by a clock that runs as fast. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { opencodeClient, provider, startOpencode, watch as watchServer } from "trapos-opencode";
import { expect, onTestFinished, test } from "vitest";
import { startModel } from "../../../../tools/model/index.ts";
import { startWatch, type Trouble, troubleOf, watch } from "../../src/jobs/trouble.ts";

const haste = 300;
/** opencode's own limits are these when nothing is said of them. */
const limits = { headerTimeout: 300_000 / haste, chunkTimeout: 300_000 / haste };

/** A server with these limits. */
async function start() {
    const folder = await mkdtemp(join(tmpdir(), "trapos-attempts-"));
    const model = await startModel();
    const options = { baseURL: model.url, apiKey: "none", ...limits };
    const scripted = { npm: "@ai-sdk/openai-compatible", options, models: { model: {} } };
    const opencode = await startOpencode({
        home: join(folder, "home"),
        model: { baseUrl: model.url },
        config: { provider: { [provider.id]: scripted } },
    });
    onTestFinished(async () => {
        await opencode.stop();
        await model.stop();
        await rm(folder, { recursive: true, force: true });
    });
    return opencodeClient(opencode);
}

test.each(["[hang]", "[hang midway]"])("%s is a stall, though it is tried again", async (prompt) => {
    const client = await start();
    const now = (): number => performance.now() * haste;
    const kinds: string[] = [];
    const stop = new AbortController();
    onTestFinished(() => stop.abort());
    const { id } = await client.createSession("attempts");
    let state = startWatch(now());
    const found = new Promise<Trouble>((resolve) => {
        watchServer(() => client, {
            onConnected: () => void client.sendPrompt(id, { text: prompt, nonce: "n" }),
            onHappening: (happening) => {
                if (happening.sessionId !== id) return;
                // What a cold server takes to begin is none of its model's silence.
                if (kinds.length === 0) state = startWatch(now());
                kinds.push(happening.kind);
                watch(state, happening, now());
                const trouble = troubleOf(state, now());
                if (trouble !== undefined) resolve(trouble);
            },
            signal: stop.signal,
        });
    });
    expect((await found).kind).toBe("stall");
    // What comes of an attempt comes behind the word that it has begun.
    const course = kinds.filter((kind, index) => kind !== kinds[index - 1] && kind !== "text replaced");
    const isWriting = prompt === "[hang midway]";
    const attempt = isWriting ? ["busy", "text", "retry"] : ["busy", "retry"];
    expect(course.slice(0, attempt.length + 1)).toEqual([...attempt, "busy"]);
});
