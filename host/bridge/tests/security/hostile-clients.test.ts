/** Clients that lie, flood, or say nothing: what becomes of them, and that others are none the worse for it. */
import { expect, it, onTestFinished } from "vitest";
import { type Computer, connect, type Door, newName } from "./computer.ts";
import { startStandIn } from "./stand-in.ts";

async function open(door: Door): Promise<Computer> {
    const computer = await connect(door);
    onTestFinished(() => computer.close());
    return computer;
}

const hello = { versions: [1], computer: 1, boot: "a-boot" };
const welcome = (computer: Computer) =>
    computer.frames.map((frame) => frame.welcome as { resume: string; channel: string } | undefined)[0];

it.each<[name: string, send: (computer: Computer) => void, code: string | undefined]>([
    ["no JSON", ({ socket }) => socket.send(Buffer.from("{")), "protocol"],
    ["nothing", ({ socket }) => socket.send(Buffer.alloc(0)), "protocol"],
    ["bytes that are no text", ({ socket }) => socket.send(Buffer.alloc(1000, 0xff)), "protocol"],
    ["a text in the place of bytes that is none", ({ socket }) => socket.send("hello"), "protocol"],
    ["a number", ({ frame }) => frame(5), "protocol"],
    ["null", ({ frame }) => frame(null), "protocol"],
    ["a list", ({ frame }) => frame([]), "protocol"],
    ["an empty frame", ({ frame }) => frame({}), "protocol"],
    ["a second hello", ({ frame }) => frame({ hello }), "protocol"],
    ["a frame too early", ({ frame }) => frame({ sequence: 2, message: {} }), "protocol"],
    ["a frame with a number that is none", ({ frame }) => frame({ sequence: -1, message: {} }), "protocol"],
    ["a number that is too large", ({ frame }) => frame({ sequence: 1e300, message: {} }), "protocol"],
    ["an acknowledgement of what was never sent", ({ frame }) => frame({ acknowledge: 1 }), "protocol"],
    ["a message of no kind", ({ say }) => say({ type: "constructor" }), "protocol"],
    ["a message of the prototype", ({ say }) => say({ type: "__proto__" }), "protocol"],
    ["a message that lacks something", ({ say }) => say({ type: "call", id: "1" }), "protocol"],
    ["a piece of nonsense", ({ frame }) => frame({ sequence: 1, piece: "{", more: false }), "protocol"],
    [
        "a deep list in pieces",
        ({ frame }) => {
            for (let number = 1; number <= 60; number += 1)
                frame({ sequence: number, piece: "[".repeat(16_000), more: number < 60 });
        },
        "protocol",
    ],
    [
        "a message without end",
        ({ frame, socket }) => {
            for (let number = 1; number <= 100 && socket.readyState === socket.OPEN; number += 1)
                frame({ sequence: number, piece: "x".repeat(16_000), more: true });
        },
        "protocol",
    ],
    [
        "10,000 pieces of nothing",
        ({ frame }) => {
            for (let number = 1; number <= 10_000; number += 1)
                frame({ sequence: number, piece: "", more: true });
        },
        "protocol",
    ],
    ["a frame that is too large", ({ socket }) => socket.send(Buffer.alloc(40_000, 0x20)), undefined],
])("ends a connection that sends %s, and harms nobody else", async (_name, send, code) => {
    const world = await startStandIn();
    const other = await open(world.link());
    const computer = await open(world.link());
    send(computer);
    expect((await computer.ended)?.code).toBe(code);
    expect(await other.call("health")).toMatchObject({ type: "result", value: { version: "1.18.33" } });
});

it.each<[name: string, versions: unknown, code: string]>([
    ["older", [0], "computer_too_old"],
    ["newer", [2, 3], "bridge_too_old"],
    ["none", [], "computer_too_old"],
])("says which side is to be upgraded where the versions are %s", async (_name, versions, code) => {
    const world = await startStandIn();
    const computer = await open({ ...world.link(), isSilent: true });
    computer.frame({ hello: { ...hello, versions } });
    expect((await computer.ended)?.code).toBe(code);
});

it("keeps nothing of a key that would change every object", async () => {
    const world = await startStandIn();
    const computer = await open(world.link());
    computer.socket.send(
        Buffer.from(
            '{"sequence":1,"__proto__":{"polluted":1},"message":{"type":"call","id":"a","name":"createSession",' +
                '"arguments":{"title":"x","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}}}',
        ),
    );
    expect(await computer.message(({ id }) => id === "a")).toMatchObject({ type: "result" });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

it("takes what is whole of frames that are changed at random, and lives", async () => {
    const world = await startStandIn();
    const wanted = { text: true };
    const seed = Number(process.env["TRAPOS_SEED"] ?? 20_261_130);
    let state = seed;
    const random = (below: number) => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        return Math.floor((state / 2 ** 32) * below);
    };
    const odd: unknown[] = [
        null,
        -1,
        0.5,
        1e308,
        "",
        "\0",
        "../..",
        "x".repeat(5000),
        [],
        {},
        [[[[]]]],
        true,
        { length: 1e9 },
        "__proto__",
        "ses_1",
        [null],
        { toString: 1 },
        "\ud800",
    ];
    const messages = [
        { type: "call", id: "a", name: "getMessages", arguments: { sessionId: "ses_1", limit: 1 } },
        { type: "call", id: "a", name: "createSession", arguments: { title: "x" } },
        { type: "call", id: "a", name: "listFiles", arguments: { path: "." } },
        {
            type: "prompt",
            nonce: "n",
            sessionId: "ses_1",
            text: "x",
            idleTimeout: 5,
            files: [{ path: "a", absolute: "/a" }],
            wanted,
        },
        { type: "follow", nonce: "n", sessionId: "ses_1", idleTimeout: 5, wanted },
        { type: "leave", nonce: "n" },
        { type: "decision", nonce: "n", id: "p", what: "permission", reply: "once", answers: [["x"]] },
    ];
    /** Changes one place in a copy of a value. */
    function mutate(value: unknown): unknown {
        if (typeof value !== "object" || value === null || random(3) === 0) return odd[random(odd.length)];
        const copy = structuredClone(value) as Record<string, unknown>;
        const keys = Object.keys(copy);
        const key = keys[random(keys.length)] ?? "more";
        if (random(6) === 0) delete copy[key];
        else copy[key] = mutate(copy[key]);
        return copy;
    }
    const door = world.link();
    let computer = await open(door);
    for (let turn = 0; turn < 400; turn += 1) {
        const frame = { sequence: 1, message: messages[random(messages.length)] };
        const changed = mutate(random(4) === 0 ? { hello } : frame);
        if (computer.socket.readyState !== computer.socket.OPEN) computer = await open(door);
        computer.frame(changed);
        // Nearly all of them end the connection: a number that is right once is a gap, or old, the next time.
        if (turn % 8 === 0) computer = await open(door);
    }
    const other = await open(world.link());
    expect(await other.call("health"), `seed ${seed}`).toMatchObject({ type: "result" });
    const broken = world.log.filter((line) => line.includes("broke"));
    expect(broken, `seed ${seed}`).toEqual([]);
});

it("ends a connection that does not say who it is", async () => {
    const world = await startStandIn();
    const computer = await open({ ...world.link(), isSilent: true });
    world.wait(11_000);
    expect(await computer.ended).toEqual({ code: "protocol", message: "no hello" });
});

it("keeps a connection when the clock is set, and ends one that is silent", async () => {
    const world = await startStandIn();
    const computer = await open(world.link());
    for (const jump of [86_400_000, -2 * 86_400_000]) {
        world.jump(jump);
        await new Promise((resolve) => setTimeout(resolve, 1200));
        expect(await computer.call("health")).toMatchObject({ type: "result" });
    }
    // What it has acknowledged is heard of before the time passes.
    computer.frame({ ping: true });
    await expect.poll(() => computer.frames.some((frame) => frame.pong === true)).toBe(true);
    world.wait(38_000);
    expect(await computer.ended).toBeUndefined();
});

it("begins anew with a computer that takes nothing, and keeps no more than a bounded part of what it is sent", async () => {
    const page = "x".repeat(500_000);
    const answer = [{ info: { id: "msg_1", role: "user", time: {} }, parts: [{ type: "text", text: page }] }];
    const world = await startStandIn({ getMessages: () => Promise.resolve(answer as never) });
    const door = world.link();
    const slow = await open(door);
    const created = await slow.call("createSession", { title: "x" });
    const sessionId = (created.value as { id: string }).id;
    const { channel } = welcome(slow)!;
    const received = slow.frames.filter((frame) => frame.sequence !== undefined).length;
    slow.socket.pause();
    for (let call = 2; call <= 41; call += 1)
        slow.frame({
            sequence: call,
            message: {
                type: "call",
                id: newName("slow"),
                name: "getMessages",
                arguments: { sessionId, limit: 1 },
            },
        });
    const other = await open(world.link());
    expect(await other.call("health")).toMatchObject({ type: "result" });
    // What is missing behind what was taken is told by a gap, and by nothing else.
    const again = await open({ ...door, cursor: { channel, received } });
    expect(welcome(again)?.resume).toBe("gap");
    expect(await again.call("health")).toMatchObject({ type: "result" });
});

it("goes on after a connection broke in the middle of a message", async () => {
    const world = await startStandIn();
    const door = world.link();
    const boot = newName("boot");
    const first = await open({ ...door, boot });
    const text = JSON.stringify({
        type: "call",
        id: "cut",
        name: "createSession",
        arguments: { title: "x" },
    });
    const { channel } = welcome(first)!;
    first.frame({ sequence: 1, piece: text.slice(0, 20), more: true });
    first.frame({ ping: true });
    await expect.poll(() => first.frames.some((frame) => frame.pong === true)).toBe(true);
    first.close();
    const second = await open({ ...door, boot, cursor: { channel, received: 0 } });
    expect(welcome(second)).toMatchObject({ resume: "ok", received: 1 });
    second.frame({ sequence: 2, piece: text.slice(20), more: false });
    expect(await second.message(({ id }) => id === "cut")).toMatchObject({ type: "result" });
});

it("runs no more than so many calls of a computer at once", async () => {
    const world = await startStandIn({ health: () => new Promise(() => undefined) });
    const computer = await open(world.link());
    for (let call = 0; call < 100; call += 1) void computer.call("health").catch(() => undefined);
    await expect.poll(() => computer.messages.filter(({ code }) => code === "limit_reached").length).toBe(36);
    const other = await open(world.link());
    expect(await other.call("getSession", { id: "ses_0" })).toMatchObject({ code: "session_gone" });
});

it("tells both of two computers that use one token, and takes a computer that is switched on again", async () => {
    const world = await startStandIn();
    const door = world.link();
    const ends: Promise<{ code: string } | undefined>[] = [];
    for (const boot of ["a", "b", "a", "b", "a"]) ends.push((await connect({ ...door, boot })).ended);
    expect((await ends[4])?.code).toBe("token_used_twice");
    for (const boot of ["a", "b"])
        expect((await (await connect({ ...door, boot })).ended)?.code).toBe("token_used_twice");
    const again = await open({ ...door, boot: "c" });
    expect(await again.call("health")).toMatchObject({ type: "result" });
});

it("takes a computer that is switched on again and again", async () => {
    const world = await startStandIn();
    const door = world.link();
    for (let boot = 0; boot < 20; boot += 1) {
        const computer = await open({ ...door, boot: `boot-${boot}` });
        expect(await computer.call("health")).toMatchObject({ type: "result" });
        if (boot % 2 === 0) {
            // The same boot: its connection broke.
            const same = await open({ ...door, boot: `boot-${boot}` });
            expect(await same.call("health")).toMatchObject({ type: "result" });
        }
    }
});
