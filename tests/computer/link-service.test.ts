/** The service that holds a computer's link, against a small bridge that does to it what a network and a bridge can. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { boot, type Computer, writeSettings } from "craftos-headless";
import { openChannel } from "../../src/apis/ai/link/channel.ts";
import { LARGEST_FRAME } from "../../src/apis/ai/link/frames.ts";
import { installPackages } from "../../tools/harness/disk.ts";
import { type LinkBridge, startLinkBridge } from "./link-bridge.ts";

/** Programs by which a test looks at the link and uses it. Each ends with a line of its own. */
const PROGRAMS: Readonly<Record<string, string>> = {
    state: `local state = require("/apis/ai/link/conversation").linkState()
        print("state " .. (state and state.state or "none") .. " " .. (state and state.code or "-"))`,
    // Waits until the link is at something.
    until: `local wanted = ...
        local link = require("/apis/ai/link/conversation")
        repeat
            local state = link.linkState()
            local now = state and (state.state .. " " .. (state.code or "-"))
            if now ~= wanted then sleep(0.1) end
        until now == wanted
        print("it is " .. wanted)`,
    relink: `os.queueEvent("trapos_link_changed") print("begun anew")`,
    call: `local size, id = tonumber((...)) or 0, select(2, ...) or "one"
        local link = require("/apis/ai/link/conversation")
        local text = ("\\195\\188"):rep(size)
        link.say({ type = "call", id = id, name = "echo", arguments = { text = text } })
        local answer = link.hear(function(message) return message.id == id end, 20)
        if not answer then print(id .. " nothing came")
        elseif answer.type == "failure" then print(id .. " failed " .. answer.code)
        else print(id .. " " .. tostring(answer.value.text == text) .. " " .. #answer.value.text) end`,
    count: `local wanted = tonumber((...))
        local link = require("/apis/ai/link/conversation")
        link.say({ type = "call", id = "count", name = "count", arguments = { count = wanted } })
        local last, isInOrder = 0, true
        while last < wanted do
            local message = link.hear(function(heard) return heard.type == "settled" end, 20)
            if not message then break end
            isInOrder = isInOrder and tonumber(message.id) == last + 1
            last = tonumber(message.id)
        end
        print("counted " .. last .. " " .. tostring(isInOrder))`,
    both: `parallel.waitForAll(
        function() shell.run("call 1 left") end, function() shell.run("call 2 right") end)`,
    socket: `local socket = assert(http.websocket((...)))
        sleep(0.5)
        socket.send("hello")
        print("other " .. tostring(socket.receive(5)))
        socket.close()`,
};

/** A computer that is linked with a bridge at an address, and holds its link beside the shell. */
async function newComputer(url: string): Promise<Computer> {
    const disk = await mkdtemp(join(tmpdir(), "trapos-link-"));
    await installPackages(disk, ["trapos", "trapos-link"]);
    for (const [name, source] of Object.entries(PROGRAMS)) await writeFile(join(disk, `${name}.lua`), source);
    await writeSettings(disk, {
        "opencc.link_url": url,
        "opencc.link_token": "abc123",
        "trapos.autostart.trapos-link": true,
        "motd.enable": false,
    });
    const computer = await boot({ disk, id: 0, http: { allow: ["127.0.0.1"] } });
    onTestFinished(async () => {
        await computer.close();
        await rm(disk, { recursive: true, force: true });
    });
    await computer.waitForText(/(^|\n)> ?$/, { timeoutSeconds: 30 });
    return computer;
}

async function newBridge(...given: Parameters<typeof startLinkBridge>): Promise<LinkBridge> {
    const bridge = await startLinkBridge(...given);
    onTestFinished(() => bridge.stop());
    return bridge;
}

/** Runs a program, and waits for what it prints. */
async function run(computer: Computer, line: string, expected: string): Promise<void> {
    await computer.type(`${line}\n`);
    await computer.waitForText(expected, { timeoutSeconds: 30, sinceInput: true });
    await computer.waitForText(/\n> ?$/, { sinceInput: true });
}

it("says who it is, with its token in a header, and is open when it is welcome", async () => {
    const bridge = await newBridge();
    const computer = await newComputer(`${bridge.url}/`);
    const connection = await bridge.next();
    await expect(connection.hello).resolves.toMatchObject({
        versions: [1],
        computer: 0,
        width: 51,
        height: 19,
    });
    expect(connection.token).toBe("Bearer abc123");
    expect(connection.url).toMatch(/^\/link\?connection=0-/);
    expect(connection.url).not.toContain("abc123");
    await run(computer, "state", "state connecting -");
    connection.welcome();
    await run(computer, 'until "open -"', "it is open");
});

it("is down, and not unlinked, to whoever waits where the bridge does not say that it is welcome", async () => {
    const bridge = await newBridge();
    const computer = await newComputer(bridge.url);
    await (
        await bridge.next()
    ).hello;
    await run(computer, "call 1", "one failed link_down");
});

describe("what the bridge says as it ends a connection", () => {
    it("is what the link is at", { timeout: 120_000 }, async () => {
        const bridge = await newBridge();
        const computer = await newComputer(bridge.url);
        const cases = [
            ["unknown_token", "refused link_unknown"],
            ["revoked", "refused link_revoked"],
            ["token_used_twice", "refused link_used_twice"],
            ["computer_too_old", "refused link_computer_old"],
        ] as const;
        for (const [code, state] of cases) {
            const connection = await bridge.next();
            await connection.hello;
            connection.bye(code);
            await run(computer, `until "${state}"`, `it is ${state}`);
            // Whoever asks is told at once.
            await run(computer, "call 1", `one failed ${state.split(" ")[1]}`);
            await run(computer, "relink", "begun anew");
        }
        // These may pass: it comes again by itself.
        for (const code of ["bridge_too_old", "stopping", "protocol"]) {
            const connection = await bridge.next();
            await connection.hello;
            connection.bye(code);
        }
        await bridge.nextWelcome();
        await run(computer, 'until "open -"', "it is open");
    });
});

it("comes again with longer and longer pauses", async () => {
    const bridge = await newBridge();
    await newComputer(bridge.url);
    const times: number[] = [];
    for (let count = 0; count < 4; count++) {
        const connection = await bridge.next();
        times.push(connection.at);
        connection.cut();
    }
    const [first, second, third] = times.slice(1).map((time, place) => time - times[place]!);
    expect(first).toBeGreaterThanOrEqual(900);
    expect(second).toBeGreaterThanOrEqual(1900);
    expect(third).toBeGreaterThanOrEqual(3900);
});

it("is away where nothing is there at boot, and open once it is", async () => {
    const before = await startLinkBridge();
    await before.stop();
    const computer = await newComputer(before.url);
    await run(computer, 'until "away link_down"', "it is away");
    const bridge = await newBridge(before.port);
    await bridge.nextWelcome();
    await run(computer, 'until "open -"', "it is open");
});

it("gives a silent connection up, and pings one that it says nothing on", async () => {
    const bridge = await newBridge();
    const computer = await newComputer(bridge.url);
    const connection = await bridge.nextWelcome();
    await run(computer, 'until "open -"', "it is open");
    // The bridge answers pings.
    computer.jumpClock({ seconds: 16 });
    await run(computer, 'until "open -"', "it is open");
    computer.jumpClock({ seconds: 40 });
    const next = await bridge.next();
    await connection.closed;
    await expect(next.hello).resolves.toMatchObject({ cursor: { channel: "channel-1", received: 0 } });
});

describe("after a cut", () => {
    it("a call goes on where the channel does: it is sent again, and answered once", async () => {
        const bridge = await newBridge();
        const computer = await newComputer(bridge.url);
        const connection = await bridge.nextWelcome();
        await computer.type("call 3\n");
        const said = await connection.said.next();
        expect(said).toMatchObject({ type: "call", name: "echo" });
        connection.cut();
        // What it said never arrived.
        bridge.channel = openChannel();
        const next = await bridge.next();
        await expect(next.hello).resolves.toMatchObject({ cursor: { channel: "channel-1", received: 0 } });
        next.welcome({ resume: "ok", received: 0 });
        await expect(next.said.next()).resolves.toEqual(said);
        next.say({ type: "result", id: "one", value: said.arguments });
        await computer.waitForText("one true 6", { timeoutSeconds: 20 });
    });

    it("a call fails where both begin anew", async () => {
        const bridge = await newBridge();
        const computer = await newComputer(bridge.url);
        const connection = await bridge.nextWelcome();
        await computer.type("call 3\n");
        await connection.said.next();
        connection.cut();
        const next = await bridge.next();
        await next.hello;
        next.welcome({ resume: "gap", channel: "channel-2" });
        await computer.waitForText("one failed network_error", { timeoutSeconds: 20 });
    });
});

describe("what is none of the protocol ends the connection, and the next one goes on:", () => {
    it.each([
        ["a frame that is none", "hello"],
        ["frames out of order", { sequence: 2, message: { type: "settled", nonce: "n", id: "1" } }],
        ["a message of no known kind", { sequence: 1, message: { type: "sudo" } }],
        ["an acknowledgement of what was not sent", { acknowledge: 7 }],
    ])("%s", async (_, frame) => {
        const bridge = await newBridge();
        const computer = await newComputer(bridge.url);
        const connection = await bridge.nextWelcome();
        await run(computer, 'until "open -"', "it is open");
        connection.send(frame);
        await connection.closed;
        await bridge.nextWelcome();
        await run(computer, 'until "open -"', "it is open");
    });
});

it("carries large messages both ways, in UTF-8", async () => {
    const bridge = await newBridge();
    const computer = await newComputer(bridge.url);
    const connection = await bridge.nextWelcome();
    await computer.type("call 50000\n");
    const said = await connection.said.next();
    expect(said.arguments).toEqual({ text: "ü".repeat(50_000) });
    expect(connection.largest).toBeLessThanOrEqual(LARGEST_FRAME);
    connection.say({ type: "result", id: said.id, value: said.arguments });
    await computer.waitForText("one true 100000", { timeoutSeconds: 20 });
});

it("loses none of many messages, of which a computer keeps 256", async () => {
    const bridge = await newBridge();
    const computer = await newComputer(bridge.url);
    const connection = await bridge.nextWelcome();
    await computer.type("count 800\n");
    await connection.said.next();
    for (let id = 1; id <= 800; id++) connection.say({ type: "settled", nonce: "n", id: String(id) });
    await computer.waitForText("counted 800 true", { timeoutSeconds: 30 });
});

it("serves two programs at once, and goes on where one ends that waits", async () => {
    const bridge = await newBridge();
    const computer = await newComputer(bridge.url);
    const connection = await bridge.nextWelcome();
    await computer.type("call 1 first\n");
    await connection.said.next();
    await computer.press("ctrl+t");
    await computer.waitForText("Terminated");
    await run(computer, "state", "state open -");
    // Its answer is nobody's.
    connection.say({ type: "result", id: "first", value: { text: "" } });
    await computer.type("both\n");
    const said = [await connection.said.next(), await connection.said.next()];
    for (const { id, arguments: value } of said.reverse()) connection.say({ type: "result", id, value });
    await computer.waitForText("left true 2", { timeoutSeconds: 20 });
    await computer.waitForText("right true 4", { timeoutSeconds: 20 });
});

it("leaves other programs' websockets alone", async () => {
    const bridge = await newBridge();
    const computer = await newComputer(bridge.url);
    await bridge.nextWelcome();
    await run(computer, `socket ${bridge.url.replace("http", "ws")}/other`, "other hello");
    await run(computer, "state", "state open -");
});

it("closes a socket that opens when it was given up", async () => {
    let admit: (() => void) | undefined;
    let count = 0;
    const bridge = await newBridge(0, () => {
        count += 1;
        return count > 1 ? Promise.resolve() : new Promise((done) => (admit = done));
    });
    const computer = await newComputer(bridge.url);
    await run(computer, "relink", "begun anew");
    await bridge.nextWelcome();
    await run(computer, 'until "open -"', "it is open");
    admit!();
    const late = await bridge.next();
    await late.closed;
    await run(computer, "state", "state open -");
});
