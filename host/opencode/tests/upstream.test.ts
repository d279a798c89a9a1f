/** Watching a server: the real one, and one whose stream does what streams do. */
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { startModel } from "../../../tools/model/index.ts";
import { opencodeClient } from "../src/client.ts";
import type { OpencodeFailure } from "../src/failure.ts";
import type { Happening } from "../src/happening.ts";
import { startOpencode } from "../src/index.ts";
import { watch, type WatchOptions } from "../src/upstream.ts";
import { assistant, delta, show, start, status, whole } from "./events1-support.ts";
import { fakeServer } from "./fake-server.ts";

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
});

/** A watch that notes all that it is told. */
function watchAll(url: string, options: Partial<WatchOptions> = {}, password?: string) {
    const happenings: Happening[] = [];
    const connected: boolean[] = [];
    const lost: { code: string; pause: number }[] = [];
    const stop = new AbortController();
    const client = opencodeClient({ url, ...(password !== undefined && { password }) });
    const watched = watch(() => client, {
        onHappening: (happening) => void happenings.push(happening),
        onConnected: (isFirst) => void connected.push(isFirst),
        onLost: (failure: OpencodeFailure, pause) => void lost.push({ code: failure.code, pause }),
        signal: stop.signal,
        random: () => 1,
        pauseSeconds: { first: 0.01, longest: 0.08 },
        ...options,
    });
    ends.push(async () => {
        stop.abort();
        await watched.ended;
    });
    return { happenings, connected, lost, stop, watched };
}

const data = (event: object) => `data: ${JSON.stringify(event)}\n\n`;
const greeting = data({ payload: { type: "server.connected", properties: {} } });
const heartbeat = data({ payload: { type: "server.heartbeat", properties: {} } });

/** A server whose streams are handed to `play` one after another, with their number from 0. */
async function streams(play: (response: ServerResponse, index: number) => void): Promise<string> {
    let count = 0;
    const server = await fakeServer((_, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write(greeting);
        play(response, count++);
    });
    ends.push(() => server.stop());
    return server.url;
}

describe("a stream", () => {
    test("that is cut in the middle of a line goes on with the next one", async () => {
        const busy = data(status("busy"));
        const url = await streams((response, index) => {
            if (index > 0) response.write(data(status("busy")) + data(status("idle")));
            else response.write(busy + busy.slice(0, 40), () => response.socket?.destroy());
        });
        const { happenings, connected, lost } = watchAll(url);
        await vi.waitFor(() => expect(happenings).toHaveLength(3));
        expect(happenings.map(({ kind }) => kind)).toEqual(["busy", "busy", "idle"]);
        expect(connected).toEqual([true, false]);
        expect(lost.map(({ code }) => code)).toEqual(["network_error"]);
    });

    test("whose characters are cut is read whole", async () => {
        const text = "Größe 日本 😀";
        const events =
            data(assistant("msg_1")) + data(start("msg_1", "p1")) + data(delta("msg_1", "p1", text));
        const url = await streams((response) => {
            const bytes = Buffer.from(events);
            const send = (at: number): void => {
                if (at < bytes.length)
                    response.write(bytes.subarray(at, at + 1), () => setImmediate(send, at + 1));
            };
            send(0);
        });
        const { happenings } = watchAll(url);
        await vi.waitFor(() => expect(happenings).toHaveLength(1), 10_000);
        expect([...show(happenings).values()]).toEqual([text]);
    });

    test("tells of a text that was cut when it is whole, and of no piece twice", async () => {
        const begun =
            data(assistant("msg_1")) + data(start("msg_1", "p1")) + data(delta("msg_1", "p1", "ab"));
        const url = await streams((response, index) => {
            if (index === 0) response.end(begun);
            else response.write(data(delta("msg_1", "p1", "ef")) + data(whole("msg_1", "p1", "abcdef")));
        });
        const { happenings } = watchAll(url);
        await vi.waitFor(() => expect([...show(happenings).values()]).toEqual(["abcdef"]));
    });

    test("that is silent for two and a half heartbeats is left, and one with heartbeats is not", async () => {
        const beating: NodeJS.Timeout[] = [];
        const url = await streams((response, index) => {
            if (index > 0) beating.push(setInterval(() => response.write(heartbeat), 50));
        });
        const began = performance.now();
        const { connected, lost } = watchAll(url, { heartbeatSeconds: 0.1 });
        await vi.waitFor(() => expect(connected).toEqual([true, false]));
        expect(performance.now() - began).toBeGreaterThan(249);
        expect(lost.map(({ code }) => code)).toEqual(["timed_out"]);
        // Four times the silence that it would not have outlived.
        await new Promise((done) => setTimeout(done, 1000));
        expect(lost).toHaveLength(1);
        for (const timer of beating) clearInterval(timer);
    });

    test("that does not even begin is left, too", async () => {
        const server = await fakeServer(() => undefined);
        ends.push(() => server.stop());
        const { lost, connected } = watchAll(server.url, { heartbeatSeconds: 0.02 });
        await vi.waitFor(() => expect(lost.length).toBeGreaterThan(1));
        expect(lost[0]?.code).toBe("timed_out");
        expect(connected).toEqual([]);
    });

    test("that is not greeted with is tried again before long, as opencode does not answer who comes too early", async () => {
        let count = 0;
        const server = await fakeServer((_, response) => {
            if (count++ > 0) response.writeHead(200, { "content-type": "text/event-stream" }).write(greeting);
        });
        ends.push(() => server.stop());
        const began = performance.now();
        const { connected, lost } = watchAll(server.url);
        await vi.waitFor(() => expect(connected).toEqual([true]), 10_000);
        expect(performance.now() - began).toBeLessThan(4000);
        expect(lost.map(({ code }) => code)).toEqual(["timed_out"]);
    });

    test("of what is no event, and no JSON, is nothing that happened", async () => {
        const url = await streams((response) => {
            response.write(`: comment\n\ndata: {"broken\n\nevent: x\n\ndata: []\n\n${data(status("busy"))}`);
        });
        const { happenings, lost } = watchAll(url);
        await vi.waitFor(() => expect(happenings.map(({ kind }) => kind)).toEqual(["busy"]));
        expect(lost).toEqual([]);
    });

    test("goes on when a handler throws", async () => {
        const url = await streams(
            (response) => void response.write(data(status("busy")) + data(status("idle"))),
        );
        const faults: unknown[] = [];
        const seen: string[] = [];
        watchAll(url, {
            onFault: (fault) => void faults.push(fault),
            onConnected: () => {
                throw new Error("connected");
            },
            onHappening: ({ kind }) => {
                seen.push(kind);
                throw new Error(kind);
            },
        });
        await vi.waitFor(() => expect(seen).toEqual(["busy", "idle"]));
        expect(faults.map(String)).toEqual(["Error: connected", "Error: busy", "Error: idle"]);
    });

    test("is closed when the watching ends", async () => {
        let closed: Promise<unknown> | undefined;
        const url = await streams((response) => {
            closed = once(response, "close");
        });
        const { stop, watched, connected, lost } = watchAll(url);
        await vi.waitFor(() => expect(connected).toEqual([true]));
        stop.abort();
        await watched.ended;
        await closed;
        expect(lost).toEqual([]);
    });
});

describe("a server that is no help", () => {
    test.each([
        ["unauthorized", 401, "", ""],
        ["not_opencode", 200, "text/html", "<!doctype html>"],
        ["server_config", 400, "application/json", '{"name":"ConfigJsonError","data":{"path":"x"}}'],
    ])("%s is told of each time, with growing pauses", async (code, statusCode, type, body) => {
        const server = await fakeServer((_, response) => {
            response.writeHead(statusCode, { "content-type": type }).end(body);
        });
        ends.push(() => server.stop());
        const { lost, connected } = watchAll(server.url);
        await vi.waitFor(() => expect(lost.length).toBeGreaterThan(5), 5000);
        expect(lost.slice(0, 6)).toEqual(
            [0.01, 0.02, 0.04, 0.08, 0.08, 0.08].map((pause) => ({ code, pause })),
        );
        expect(connected).toEqual([]);
    });

    test("pauses begin anew after a connection that told something, and are no longer than they may be", async () => {
        const url = await streams((response, index) => {
            response.end(index === 3 ? heartbeat : "");
        });
        const { lost } = watchAll(url, { random: () => 0 });
        await vi.waitFor(() => expect(lost.length).toBeGreaterThan(5), 5000);
        const pauses = [0.005, 0.01, 0.02, 0.005, 0.01, 0.02];
        expect(lost.slice(0, 6)).toEqual(pauses.map((pause) => ({ code: "network_error", pause })));
    });

    test("one that is not there yet is found when it is", async () => {
        const first = await fakeServer(() => undefined);
        await first.stop();
        const { lost, connected, stop, watched } = watchAll(first.url);
        await vi.waitFor(() => expect(lost.length).toBeGreaterThan(1));
        expect(lost[0]?.code).toBe("cannot_connect");
        expect(connected).toEqual([]);
        stop.abort();
        await watched.ended;
    });
});

test("on the real server text comes while it is written, and what a crash has hidden is told of", async () => {
    const folder = await mkdtemp(join(tmpdir(), "opencode-upstream-"));
    ends.push(() => rm(folder, { recursive: true, force: true }));
    const model = await startModel({ rules: [() => ({ text: ["One ", "two ", "three."], hang: "midway" })] });
    ends.push(() => model.stop());
    const options = { home: join(folder, "home"), model: { baseUrl: model.url } };
    let server = await startOpencode(options);
    ends.push(() => server.stop());
    const { happenings, connected, lost, watched } = watchAll(server.url, {}, server.password);
    await vi.waitFor(() => expect(connected).toEqual([true]), 10_000);

    const client = opencodeClient(server);
    const { id } = await client.createSession("test");
    await client.sendPrompt(id, { text: "count", nonce: "n" });
    await vi.waitFor(() => expect(happenings.some(({ kind }) => kind === "text")).toBe(true), 20_000);
    expect(happenings.some(({ kind }) => kind === "final")).toBe(false);
    expect(new Set(happenings.map(({ sessionId }) => sessionId))).toEqual(new Set([id]));

    await server.kill();
    await vi.waitFor(() => expect(lost.length).toBeGreaterThan(0));
    model.setRules([() => ({ text: "again" })]);
    server = await startOpencode({ ...options, port: server.port, password: server.password });
    await vi.waitFor(() => expect(connected).toEqual([true, false]), 20_000);
    const before = happenings.length;
    await client.sendPrompt(id, { text: "again", nonce: "n2" });
    await vi.waitFor(
        () => expect(happenings.slice(before).some(({ kind }) => kind === "idle")).toBe(true),
        20_000,
    );
    await watched.catchUp(id, 10);
    const after = happenings.slice(before);
    await watched.catchUp(id, 10);
    expect(happenings.slice(before)).toEqual(after);
    const answer = (await client.listMessages(id, 1))[0]!;
    const shown = show(happenings);
    for (const part of answer.parts.filter(({ type }) => type === "text"))
        expect(shown.get(`${id} ${answer.info.id} ${part.id}`)).toBe(part.text);
    expect(after.filter(({ kind }) => kind === "final")).toHaveLength(1);
});
