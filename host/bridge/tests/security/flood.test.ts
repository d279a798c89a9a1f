/** Very many connections, and computers that are linked no more while something of theirs runs. */
import { once } from "node:events";
import { connect as connectSocket, type Socket } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { createGuests } from "../../src/server/guests.ts";
import { connect, type Door } from "./computer.ts";
import { startStandIn } from "./stand-in.ts";

async function open(door: Door) {
    const computer = await connect(door);
    onTestFinished(() => computer.close());
    return computer;
}

it("holds no more than so many strangers of an address, and lets a computer in all the while", async () => {
    const world = await startStandIn();
    const before = await open(world.link());
    const port = Number(new URL(world.url).port);
    const sockets: Socket[] = [];
    onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
    let closed = 0;
    for (let wave = 0; wave < 20; wave += 1) {
        const opened = Array.from({ length: 500 }, () => {
            const socket = connectSocket(port, "127.0.0.1");
            socket.on("error", () => undefined).on("close", () => (closed += 1));
            socket.resume();
            sockets.push(socket);
            return Promise.race([once(socket, "connect"), once(socket, "close")]).catch(() => undefined);
        });
        await Promise.all(opened);
        expect(await before.call("health")).toMatchObject({ type: "result" });
    }
    // Those that were let in say nothing, and go when their time to speak is over.
    await expect.poll(() => closed, { timeout: 10_000 }).toBeGreaterThan(9000);
    await expect.poll(() => closed, { timeout: 30_000 }).toBe(10_000);
    expect(await (await open(world.link())).call("health")).toMatchObject({ type: "result" });
}, 120_000);

it("counts strangers by their address, until they are closed or known", () => {
    const closed: string[] = [];
    const guest = (name: string) => ({ destroy: () => closed.push(name) });
    const guests = createGuests({ ofAddress: 2, all: 3 });
    const first = guests.enter(guest("a1"), "a");
    guests.enter(guest("a2"), "a");
    guests.enter(guest("a3"), "a");
    expect(closed).toEqual(["a3"]);
    guests.enter(guest("b1"), "b");
    guests.enter(guest("c1"), "c");
    expect(closed).toEqual(["a3", "c1"]);
    first();
    first();
    expect(guests.count).toBe(2);
    guests.enter(guest("a4"), "a");
    expect(closed).toEqual(["a3", "c1"]);
});

it("lets many computers of one address be linked at once", async () => {
    const world = await startStandIn();
    const doors = Array.from({ length: 600 }, () => world.link());
    const computers = [];
    for (let start = 0; start < doors.length; start += 100)
        computers.push(...(await Promise.all(doors.slice(start, start + 100).map(open))));
    expect(world.bridge.hub.online).toBe(600);
    expect(await computers[599]!.call("health")).toMatchObject({ type: "result" });
}, 60_000);

it("gives no more than a few codes to an address", async () => {
    const world = await startStandIn();
    const statuses: number[] = [];
    for (let asked = 0; asked < 8; asked += 1) {
        const response = await fetch(`${world.url}/pair`, { method: "POST", body: '{"computer":1}' });
        statuses.push(response.status);
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429, 429]);
});

it("stops the turn of a computer that is linked no more, and allows it nothing", async () => {
    const asks = [
        {
            id: "per_1",
            sessionID: "ses_1",
            permission: "bash",
            patterns: ["x"],
            always: [],
            tool: { callID: "c", messageID: "m" },
        },
    ];
    // It has begun: before that an abort breaks opencode, and is waited for.
    const answer = {
        info: { id: "msg_2", role: "assistant", parentID: "msg_1", time: { created: 1 } },
        parts: [],
    };
    let [isSent, isAsked] = [false, false];
    const world = await startStandIn({
        sendPrompt() {
            isSent = true;
            return Promise.resolve();
        },
        getMessages: () => Promise.resolve((isSent ? [answer] : []) as never),
        readList: ((name: string) =>
            Promise.resolve(
                name === "status" && isSent
                    ? { ses_1: { type: "busy" } }
                    : name === "permissions" && isAsked
                      ? asks
                      : [],
            )) as never,
    });
    const door = world.link("trusted");
    const computer = await open(door);
    await computer.call("createSession", { title: "x" });
    computer.say({ type: "prompt", nonce: "n", sessionId: "ses_1", text: "x", idleTimeout: 60, wanted: {} });
    await computer.message(({ type }) => type === "progress");
    world.asked.length = 0;
    world.bridge.hub.revoke(door.id);
    expect((await computer.ended)?.code).toBe("revoked");
    await expect.poll(() => world.asked, { timeout: 10_000 }).toContain("abortSession ses_1");
    isAsked = true;
    world.bridge.turns.lookAnew();
    await expect.poll(() => world.asked.length, { timeout: 10_000 }).toBeGreaterThan(3);
    expect(world.asked.filter((call) => call.startsWith("sendPrompt"))).toEqual([]);
});

it("keeps nothing of turns that have ended, and ends what waits when it is stopped", async () => {
    const world = await startStandIn();
    const computer = await open(world.link());
    await computer.call("createSession", { title: "x" });
    for (let turn = 0; turn < 50; turn += 1)
        computer.say({ type: "follow", nonce: `n${turn}`, sessionId: "ses_1", idleTimeout: 5, wanted: {} });
    await expect.poll(() => computer.messages.filter(({ code }) => code === "not_sent").length).toBe(50);
    expect(world.bridge.turns.count()).toBe(0);
    computer.say({ type: "prompt", nonce: "n", sessionId: "ses_1", text: "x", idleTimeout: 60, wanted: {} });
    await computer.message(({ type }) => type === "progress");
    expect(world.bridge.turns.count()).toBe(1);
    world.bridge.turns.stop();
    world.asked.length = 0;
    world.bridge.turns.lookAnew();
    await new Promise((resolve) => setTimeout(resolve, 6000));
    expect(world.asked).toEqual([]);
});
