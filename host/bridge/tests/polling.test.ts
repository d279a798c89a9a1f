/** What carries frames by requests: each once and in order, whichever way the requests come. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Transport } from "../src/link/computer-link.ts";
import { createPolling, type Polling } from "../src/server/polling.ts";

/** A connection, as the hub has it. */
interface Taken {
    readonly token: string;
    readonly transport: Transport;
    readonly received: unknown[];
    isClosed: boolean;
}

let polling: Polling;
let taken: Taken[];
let known: Set<string>;

beforeEach(() => {
    vi.useFakeTimers();
    taken = [];
    known = new Set(["mine", "other"]);
    polling = createPolling((token, transport) => {
        const connection: Taken = { token, transport, received: [], isClosed: false };
        taken.push(connection);
        if (!known.has(token)) {
            transport.send('{"bye":{"code":"unknown_token"}}');
            transport.close();
            return undefined;
        }
        return {
            receive: (text) => connection.received.push(JSON.parse(text)),
            closed: () => {
                connection.isClosed = true;
            },
        };
    });
});
afterEach(() => {
    polling.stop();
    vi.useRealTimers();
});

function request(
    number: number,
    frames: unknown[] = [],
    { wait = true, token = "mine", connection = "c1", gone = new AbortController().signal } = {},
): Promise<unknown> {
    return polling
        .take(token, { connection, number, wait, frames }, gone)
        .then((text) => (text === undefined ? undefined : (JSON.parse(text) as unknown)));
}

/** Lets a tick of the game go by. */
const tick = () => vi.advanceTimersByTimeAsync(60);

describe("a request that waits", () => {
    test("is answered with all that comes within a tick", async () => {
        const answer = request(1, [{ hello: 1 }]);
        expect(taken[0]).toMatchObject({ token: "mine", received: [{ hello: 1 }] });
        taken[0]!.transport.send('{"welcome":1}');
        taken[0]!.transport.send('{"sequence":1}');
        await tick();
        await expect(answer).resolves.toEqual({ frames: [{ welcome: 1 }, { sequence: 1 }] });
    });

    test("is answered with what came while none waited", async () => {
        const first = request(1);
        taken[0]!.transport.send('{"sequence":1}');
        await tick();
        await first;
        taken[0]!.transport.send('{"sequence":2}');
        const second = request(2);
        await tick();
        await expect(second).resolves.toEqual({ frames: [{ sequence: 2 }] });
    });

    test("is answered with nothing before a computer's request is over", async () => {
        const answer = request(1);
        await vi.advanceTimersByTimeAsync(15_000);
        await expect(answer).resolves.toEqual({ frames: [] });
    });

    test("leaves the frames where nobody is there any more", async () => {
        const leaving = new AbortController();
        const first = request(1, [], { gone: leaving.signal });
        taken[0]!.transport.send('{"sequence":1}');
        leaving.abort();
        await expect(first).resolves.toBeUndefined();
        const second = request(2);
        await tick();
        await expect(second).resolves.toEqual({ frames: [{ sequence: 1 }] });
    });
});

describe("requests that overtake each other", () => {
    test.each([
        [[1, 2, 3]],
        [[1, 3, 2]],
        // One that comes twice counts once.
        [[1, 2, 2, 3, 1]],
    ])("%j are taken in order", async (order) => {
        const answers = order.map((number) =>
            request(number, [{ sequence: number }], { wait: number === 1 }),
        );
        await vi.advanceTimersByTimeAsync(15_000);
        await Promise.all(answers);
        expect(taken).toHaveLength(1);
        expect(taken[0]!.received).toEqual([{ sequence: 1 }, { sequence: 2 }, { sequence: 3 }]);
    });

    test("end the connection where the one that is missing never comes", async () => {
        const waiting = request(1);
        for (let number = 3; number < 13; number++) await request(number, [], { wait: false });
        await expect(waiting).resolves.toEqual({ frames: [], closed: true });
        expect(taken[0]!.isClosed).toBe(true);
    });
});

describe("the end of a connection", () => {
    test("is told with its last words", async () => {
        const answer = request(1);
        taken[0]!.transport.send('{"bye":{"code":"revoked"}}');
        taken[0]!.transport.close();
        await expect(answer).resolves.toEqual({ frames: [{ bye: { code: "revoked" } }], closed: true });
        await expect(request(2)).resolves.toEqual({ frames: [], closed: true });
    });

    test("is told to one whose token is none, who is not remembered", async () => {
        const bye = { frames: [{ bye: { code: "unknown_token" } }], closed: true };
        await expect(request(1, [], { token: "none" })).resolves.toEqual(bye);
        await expect(request(2, [], { token: "none" })).resolves.toEqual({ frames: [], closed: true });
        expect(taken).toHaveLength(1);
    });

    test("is told to what is left of a connection that the bridge does not know", async () => {
        await expect(request(7)).resolves.toEqual({ frames: [], closed: true });
        expect(taken).toHaveLength(0);
    });

    test("comes for one that sends and never fetches", async () => {
        await Promise.all([request(1, [], { wait: false })]);
        for (let count = 0; count < 200; count++) taken[0]!.transport.send('{"pong":true}');
        expect(taken[0]!.isClosed).toBe(true);
        await expect(request(2)).resolves.toEqual({ frames: [], closed: true });
    });

    test("comes with the bridge's", async () => {
        const answer = request(1);
        polling.stop();
        await expect(answer).resolves.toEqual({ frames: [], closed: true });
        expect(taken[0]!.isClosed).toBe(true);
    });
});

test("one computer's frames are no other's, whatever it calls its connection", async () => {
    const mine = request(1, [{ from: "mine" }]);
    const other = request(1, [{ from: "other" }], { token: "other" });
    taken[1]!.transport.send('{"for":"other"}');
    await vi.advanceTimersByTimeAsync(15_000);
    await expect(mine).resolves.toEqual({ frames: [] });
    await expect(other).resolves.toEqual({ frames: [{ for: "other" }] });
    expect(taken.map(({ received }) => received)).toEqual([[{ from: "mine" }], [{ from: "other" }]]);
});

test.each([
    undefined,
    {},
    { connection: "", number: 1, wait: true, frames: [] },
    { connection: "c", number: 0, wait: true, frames: [] },
    { connection: "c", number: 1, wait: true, frames: {} },
    { connection: "c", number: 1, wait: true, frames: Array.from({ length: 500 }, () => 1) },
])("%j is none of the link's requests", async (body) => {
    await expect(polling.take("mine", body, new AbortController().signal)).resolves.toBeUndefined();
    expect(taken).toHaveLength(0);
});
