import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { directives, startModel, type Model } from "../../tools/model/index.ts";

let model: Model;
beforeEach(async () => {
    model = await startModel();
});
afterEach(() => model.stop());

const bash = { type: "function", function: { name: "bash", description: "Runs a command" } };

interface Chat {
    prompt?: string;
    messages?: object[];
    stream?: boolean;
    session?: string;
    signal?: AbortSignal;
}

function chat({ prompt = "hello", messages, stream = false, session = "ses_1", signal }: Chat = {}) {
    return fetch(`${model.url}/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-session-id": session },
        body: JSON.stringify({
            model: "model",
            stream,
            messages: messages ?? [
                { role: "system", content: "You are opencode." },
                { role: "user", content: prompt },
            ],
            tools: [bash],
        }),
        ...(signal ? { signal } : {}),
    });
}

interface Chunk {
    choices: [{ delta: { content?: string; reasoning_content?: string }; finish_reason: string | null }];
    usage?: { total_tokens: number };
}

interface Completion {
    choices: [
        {
            message: {
                content: string | null;
                tool_calls?: { id: string; function: { name: string; arguments: string } }[];
            };
            finish_reason: string;
        },
    ];
}

async function say(prompt: string, more: Chat = {}) {
    const body = (await (await chat({ prompt, ...more })).json()) as Completion;
    return { text: body.choices[0].message.content, ...body.choices[0] };
}

/** Reads a reply that comes to no end until so many pieces have come, and goes. @returns what was written and thought */
async function firstPieces(asked: Chat, count: number): Promise<{ texts: string[]; thoughts: string[] }> {
    const client = new AbortController();
    const response = await chat({ stream: true, signal: client.signal, ...asked });
    const texts: string[] = [];
    const thoughts: string[] = [];
    let rest = "";
    for await (const decoded of response.body!.pipeThrough(new TextDecoderStream())) {
        const events = (rest + decoded).split("\n\n");
        rest = events.pop()!;
        for (const event of events) {
            const { delta } = (JSON.parse(event.slice("data: ".length)) as Chunk).choices[0];
            if (delta.content) texts.push(delta.content);
            if (delta.reasoning_content) thoughts.push(delta.reasoning_content);
        }
        if (texts.length + thoughts.length >= count) break;
    }
    client.abort();
    return { texts, thoughts };
}

/** Reads a streamed reply: the data of its events, in order. */
async function streamed(response: Response): Promise<string[]> {
    return [...(await response.text()).matchAll(/^data: (.*)$/gm)].map((match) => match[1]!);
}

describe("to people", () => {
    test.each(["ping", "Ping.", "Reply with the single word: pong"])(
        "%s is answered with pong",
        async (prompt) => {
            expect((await say(prompt)).text).toBe("pong");
        },
    );

    test("anything else is repeated, with what the model is and how to use a real one", async () => {
        const { text } = await say("open the door, “please”");
        expect(text).toContain("You said: open the door, “please”");
        expect(text).toContain("scripted model");
        expect(text).toContain("npm start -- --server URL");
    });

    test("what opencode adds to a prompt is not repeated", async () => {
        const { text } = await say("plan it\n<system-reminder>\nPlan mode is on.\n</system-reminder>");
        expect(text).toContain("You said: plan it\n");
        expect(text).not.toContain("Plan mode");
    });

    test("a title is made of the prompt's own words", async () => {
        const body = {
            model: "model",
            messages: [
                { role: "system", content: "You are a title generator. You output ONLY a thread title." },
                { role: "user", content: "Generate a title for this conversation:\n" },
                {
                    role: "user",
                    content: "[hang] build a castle with four towers and a bridge over the moat",
                },
            ],
        };
        const response = await fetch(`${model.url}/chat/completions`, {
            method: "POST",
            body: JSON.stringify(body),
        });
        const { choices } = (await response.json()) as Completion;
        expect(choices[0].message.content).toBe("build a castle with four towers and a...");
    });
});

describe("the protocol", () => {
    test("a streamed reply comes in pieces that join to the text, then finish, usage and [DONE]", async () => {
        model.setRules([() => ({ text: ["po", "ng 😀"] })]);
        const response = await chat({ stream: true });
        expect(response.headers.get("content-type")).toContain("text/event-stream");
        const data = await streamed(response);
        expect(data.pop()).toBe("[DONE]");
        const chunks = data.map((json) => JSON.parse(json) as Chunk);
        expect(chunks.map((chunk) => chunk.choices[0].delta.content ?? "")).toEqual(["", "po", "ng 😀", ""]);
        expect(chunks.at(-1)!.choices[0].finish_reason).toBe("stop");
        expect(chunks.at(-1)!.usage!.total_tokens).toBeGreaterThan(0);
    });

    test("what it thinks comes before that, in pieces of its own", async () => {
        model.setRules([() => ({ reasoning: ["They ", "greet. ", "Well."], text: "hello" })]);
        const data = await streamed(await chat({ stream: true }));
        const deltas = data.slice(0, -1).map((json) => (JSON.parse(json) as Chunk).choices[0].delta);
        expect(deltas.flatMap((delta) => delta.reasoning_content ?? [])).toEqual([
            "They ",
            "greet. ",
            "Well.",
        ]);
        const whole = (await (await chat()).json()) as {
            choices: [{ message: { reasoning_content: string } }];
        };
        expect(whole.choices[0].message.reasoning_content).toBe("They greet. Well.");
    });

    test("tools are called by name with JSON arguments, and their results reach the rules", async () => {
        model.setRules([
            ({ toolResults }) =>
                toolResults.length === 0
                    ? { toolCalls: [{ name: "bash", arguments: { command: "ls" } }] }
                    : { text: `it printed ${toolResults[0]!.output} for ${toolResults[0]!.arguments}` },
        ]);
        const asked = await say("list");
        expect(asked.finish_reason).toBe("tool_calls");
        const call = asked.message.tool_calls![0]!;
        const answered = await say("", {
            messages: [
                { role: "user", content: "list" },
                { role: "assistant", tool_calls: [call] },
                { role: "tool", tool_call_id: call.id, content: "a.lua" },
            ],
        });
        expect(answered.text).toBe('it printed a.lua for {"command":"ls"}');
        expect(answered.finish_reason).toBe("stop");
    });

    test("an error has its status, headers and OpenAI's shape", async () => {
        model.setRules([
            () => ({ error: { status: 429, message: "Slow down", headers: { "retry-after": "7" } } }),
        ]);
        const response = await chat();
        expect(response.status).toBe(429);
        expect(response.headers.get("retry-after")).toBe("7");
        expect(await response.json()).toMatchObject({ error: { message: "Slow down" } });
    });

    test("it lists its models", async () => {
        const list = (await (await fetch(`${model.url}/models`)).json()) as { data: { id: string }[] };
        expect(list.data.map((entry) => entry.id)).toContain("model");
    });

    test.each([
        ["not JSON", "{", 400],
        ["no messages", "{}", 400],
    ])("%s is refused", async (_, body, status) => {
        const response = await fetch(`${model.url}/chat/completions`, { method: "POST", body });
        expect(response.status).toBe(status);
        expect(await response.json()).toHaveProperty("error.message");
    });

    test("an unknown route and a prompt that no rule answers say so", async () => {
        expect((await fetch(`${model.url}/nothing`)).status).toBe(404);
        model.setRules([() => undefined]);
        const response = await chat({ prompt: "what" });
        expect(response.status).toBe(400);
        expect(await response.text()).toContain("No rule");
    });
});

describe("control", () => {
    test("a request that hangs is answered on release", async () => {
        model.setRules([() => ({ hang: true, text: "late" })]);
        const answer = say("x");
        const request = await model.waitForRequest((seen) => seen.conversation.userText === "x");
        expect(request.outcome).toBe("pending");
        model.release();
        expect((await answer).text).toBe("late");
        expect(request.outcome).toBe("answered");
    });

    test("hold keeps every turn waiting until release", async () => {
        model.hold();
        const answers = [say("ping"), say("ping")];
        await model.waitForRequest(() => model.requests.length === 2);
        expect(model.requests.map((request) => request.outcome)).toEqual(["pending", "pending"]);
        model.release();
        expect((await Promise.all(answers)).map((answer) => answer.text)).toEqual(["pong", "pong"]);
        expect((await say("ping")).text).toBe("pong");
    });

    test("a reply that hangs midway has sent the start of its text", async () => {
        model.setRules([() => ({ hang: "midway", text: ["one", "two", "three"] })]);
        const response = await chat({ stream: true });
        const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
        let seen = "";
        while (!seen.includes("one")) seen += (await reader.read()).value ?? "";
        expect(seen).not.toContain("three");
        model.release();
        for (let part = await reader.read(); !part.done; part = await reader.read()) seen += part.value;
        expect(seen).toContain("three");
    });

    test.each([true, false])("a cut reply never ends (streamed: %s)", async (stream) => {
        model.setRules([() => ({ cut: true, text: ["one", "two", "three"] })]);
        const response = await chat({ stream });
        await expect(response.text()).rejects.toThrow();
        expect(model.requests[0]!.outcome).toBe("cut");
    });

    test("a client that goes away is noticed", async () => {
        const client = new AbortController();
        model.setRules([() => ({ hang: true })]);
        const answer = chat({ signal: client.signal });
        await model.waitForRequest((request) => request.outcome === "pending");
        client.abort();
        await expect(answer).rejects.toThrow();
        await model.waitForRequest((request) => request.outcome === "gone");
    });

    test("a retry of the same request counts up, in another session it does not", async () => {
        for (const session of ["ses_1", "ses_1", "ses_2"]) await say("x", { session });
        expect(model.requests.map((request) => request.conversation.attempt)).toEqual([1, 2, 1]);
    });

    test("waiting for what never comes lists what came", async () => {
        await say("hello");
        await expect(model.waitForRequest(() => false, 0.01)).rejects.toThrow(/turn "hello"/);
    });

    test("stop ends what hangs, and its port is free again", async () => {
        model.setRules([() => ({ hang: true })]);
        const answer = chat();
        await model.waitForRequest(() => true);
        await model.stop();
        await expect(answer).rejects.toThrow();
        await expect(fetch(`${model.url}/models`)).rejects.toThrow();
    });
});

describe("directives in the prompt", () => {
    test("[tools 2] runs two commands one after another, then answers", async () => {
        const messages: object[] = [{ role: "user", content: "[tools 2] ping" }];
        const commands: string[] = [];
        let answer = await say("", { messages });
        while (answer.message.tool_calls) {
            const call = answer.message.tool_calls[0]!;
            commands.push((JSON.parse(call.function.arguments) as { command: string }).command);
            messages.push({ role: "assistant", tool_calls: [call] });
            messages.push({ role: "tool", tool_call_id: call.id, content: "done" });
            answer = await say("", { messages });
        }
        expect(commands).toEqual(["echo step 1", "echo step 2"]);
        expect(answer.text).toBe("pong");
    });

    test("[tools 1 5] makes the command take its time", async () => {
        const answer = await say("[tools 1 5]");
        expect(answer.message.tool_calls![0]!.function.arguments).toContain("sleep 5 && echo step 1");
    });

    test("[wait 2] is silence before the answer", async () => {
        const client = new AbortController();
        const answer = chat({ prompt: "[wait 2] x", signal: client.signal });
        const request = await model.waitForRequest(() => true);
        expect(request.reply.delaySeconds).toBe(2);
        client.abort();
        await expect(answer).rejects.toThrow();
    });

    test("[reply 2000000] is exactly that long", async () => {
        expect((await say("[reply 2000000]")).text).toHaveLength(2_000_000);
    });

    test("[status 503 2] fails twice, then answers", async () => {
        const statuses = [];
        for (let attempt = 1; attempt <= 3; attempt += 1) {
            statuses.push((await chat({ prompt: "[status 503 2] ping" })).status);
        }
        expect(statuses).toEqual([503, 503, 200]);
    });

    test("[cut 1] cuts the first try only", async () => {
        await expect((await chat({ prompt: "[cut 1] ping", stream: true })).text()).rejects.toThrow();
        expect((await say("[cut 1] ping", { stream: false })).text).toBe("pong");
    });

    test("[empty], [markdown] and [finish length] shape the answer", async () => {
        expect((await say("[empty]")).text).toBeNull();
        expect((await say("[markdown]")).text).toContain("```lua");
        expect((await say("[finish length] ping")).finish_reason).toBe("length");
    });

    test("[hang] never answers by itself", async () => {
        const client = new AbortController();
        const answer = chat({ prompt: "[hang]", signal: client.signal });
        const request = await model.waitForRequest(() => true);
        expect(request.reply.hang).toBe(true);
        client.abort();
        await expect(answer).rejects.toThrow();
    });

    test("[hang midway] begins its answer, and stays silent", async () => {
        const half = await firstPieces({ prompt: "[hang midway] [reply 100]" }, 5);
        expect(half.texts.join("")).toContain("The quick");
        const request = await model.waitForRequest(({ outcome }) => outcome === "gone");
        expect(request.reply.hang).toBe("midway");
    });

    test.each(["[loop text]", "[loop thinking]"])(
        "%s says the same again until the client goes",
        async (prompt) => {
            const { texts, thoughts } = await firstPieces({ prompt }, 20);
            const [said, nothing] = prompt.includes("text") ? [texts, thoughts] : [thoughts, texts];
            expect(said.length).toBeGreaterThanOrEqual(20);
            expect(new Set(said).size).toBe(1);
            expect(nothing).toEqual([]);
            await model.waitForRequest(({ outcome }) => outcome === "gone");
        },
    );

    test("[loop tool] runs the same command, whatever it has given", async () => {
        const messages: object[] = [{ role: "user", content: "[loop tool]" }];
        const calls = new Set<string>();
        for (let step = 1; step <= 5; step += 1) {
            const call = (await say("", { messages })).message.tool_calls![0]!;
            calls.add(call.function.arguments);
            messages.push({ role: "assistant", tool_calls: [call] });
            messages.push({ role: "tool", tool_call_id: call.id, content: "closed" });
        }
        expect(calls.size).toBe(1);
    });

    test("told something else, it comes to its senses, unless it is [stubborn]", async () => {
        const told = (prompt: string) => ({
            messages: [
                { role: "user", content: prompt },
                { role: "assistant", content: "I will open the door now. " },
                { role: "user", content: "You repeat yourself." },
            ],
        });
        expect((await say("", told("[loop text]"))).text).toContain("You said: You repeat yourself.");
        const { texts } = await firstPieces(told("[loop text] [stubborn]"), 2);
        expect(texts[0]).toContain("I will open the door now.");
        expect(texts[1]).toBe(texts[0]);
    });

    test.each([
        "[loop]",
        "[loop mail]",
        "[hang twice]",
        "[wait soon]",
        "[wait]",
        "[tools -1]",
        "[status 200]",
        "[reply 99999999]",
        "[finish never]",
    ])("%s is answered with how it is written", async (prompt) => {
        const name = /\w+/.exec(prompt)![0];
        const usage = directives.find((directive) => directive.usage.startsWith(`[${name}`))!.usage;
        expect((await say(prompt)).text).toContain(usage);
    });

    test("brackets that are no directive are the user's words", async () => {
        expect((await say("what is t[1] [sic]?")).text).toContain("You said: what is t[1] [sic]?");
    });
});
