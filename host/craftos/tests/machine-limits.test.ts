import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WebSocketServer, type WebSocket } from "ws";
import { ModemNetwork, Monitor, spaceIn, Speaker } from "../src/index.ts";
import { createBench, type Bench } from "./machine-support.ts";

let bench: Bench;
beforeEach(() => {
    bench = createBench();
});
afterEach(() => bench.close());

/** Lua has taken 16 MiB from the start, so that 8 MiB are there for what waits on the host. */
const small = { memoryMebibytes: 16 };
/** So that a busy machine never has the time over before the memory. */
const unhurried = { secondsWithoutYield: 60 };
const allow = { http: { allow: ["127.0.0.1"] } };

const TOO_LONG = "Too long without yielding";
const ended = { reason: "failed", message: TOO_LONG };

describe("events", () => {
    test("that wait count against the memory, and what has been handled does not", async () => {
        const { said } = await bench.run(
            `local text = ("x"):rep(2^20)
             local function fill()
                 for count = 1, 100 do
                     local ok, message = pcall(os.queueEvent, "large", text)
                     if not ok then return count, message end
                 end
             end
             say(fill())
             for _ = 1, 6 do say(#select(2, coroutine.yield("large"))) end
             say(fill())`,
            { ...small, ...unhurried },
        );
        const mebibyte = "1048576";
        expect(said).toEqual([
            "7|not enough memory",
            ...Array<string>(6).fill(mebibyte),
            "7|not enough memory",
        ]);
    });

    test("that have no room leave room for those that are small", async () => {
        const { said } = await bench.run(
            `local text = ("x"):rep(2^20)
             repeat until not pcall(os.queueEvent, "large", text)
             repeat until not pcall(os.startTimer, 1e6)
             say(pcall(os.queueEvent, "small", 1, "two", {})) say(coroutine.yield("small"))`,
            { ...small, ...unhurried },
        );
        expect(said[0]).toBe("true");
        expect(said[1]).toMatch(/^small\|1\|two\|table/);
    });

    test("of many tables count for what they take, whatever the text of them has", async () => {
        const { said } = await bench.run(
            `local list = {}
             for index = 1, 100000 do list[index] = {} end
             say(pcall(os.queueEvent, "tables", list)) os.queueEvent("on") say(coroutine.yield())`,
            { memoryMebibytes: 32, ...unhurried },
        );
        expect(said).toEqual(["false|not enough memory", "on"]);
    });

    test("of tables in tables without end are an error, and those of a thousand arrive", async () => {
        const { said } = await bench.run(
            `local function nest(depth)
                 local list = {}
                 for _ = 2, depth do list = { list } end
                 return list
             end
             say(pcall(os.queueEvent, "deep", nest(1001))) say(pcall(os.queueEvent, "deep", nest(1e5)))
             os.queueEvent("deep", nest(1000))
             local _, list = coroutine.yield("deep")
             local depth = 0
             while list do list, depth = list[1], depth + 1 end
             say(depth)`,
        );
        expect(said).toEqual([...Array<string>(2).fill("false|Tables are too deep in each other"), "1000"]);
    });

    test("of whoever drives the computer always have room", async () => {
        const computer = await bench.boot('say(#select(2, coroutine.yield("paste")))', {
            memoryMebibytes: 64,
        });
        computer.queue("paste", "x".repeat(2 ** 24));
        await computer.waitForText(String(2 ** 24));
    });
});

describe("timers", () => {
    test("count against the memory until they have fired or were called off", async () => {
        const { said } = await bench.run(
            `local timers = {}
             local function fill()
                 for count = 1, 1e6 do
                     local ok, timer = pcall(os.startTimer, 1e6)
                     if not ok then return count, timer end
                     timers[#timers + 1] = timer
                 end
             end
             say(fill()) say(pcall(os.setAlarm, 1)) say(pcall(os.startTimer, 0))
             for _, timer in ipairs(timers) do os.cancelTimer(timer) end
             say(fill())`,
            { ...small, ...unhurried },
        );
        const all = String((8 * 1024 * 1024) / 256 + 1);
        expect(said).toEqual([
            `${all}|not enough memory`,
            "false|not enough memory",
            "false|not enough memory",
            `${all}|not enough memory`,
        ]);
    });

    test("come in order, whatever the order in which they were started and called off", async () => {
        const { said } = await bench.run(
            `math.randomseed(1)
             local wanted, named = {}, {}
             for index = 1, 200 do
                 local ticks = math.random(1, 4)
                 local timer = os.startTimer(ticks * 0.5)
                 if math.random() < 0.3 then os.cancelTimer(timer) else wanted[#wanted + 1] = { ticks, timer } end
             end
             table.sort(wanted, function(a, b)
                 if a[1] == b[1] then return a[2] < b[2] end
                 return a[1] < b[1]
             end)
             for index, expected in ipairs(wanted) do
                 local _, timer = coroutine.yield("timer")
                 if timer ~= expected[2] then say(index, timer, expected[2]) end
             end
             say(#wanted > 100)`,
            unhurried,
        );
        expect(said).toEqual(["true"]);
    });

    test("by the ten thousand are started without delay, and those of others come in time", async () => {
        const other = await bench.boot(
            "while true do os.startTimer(0.05) coroutine.yield('timer') say('beat') end",
        );
        const start = process.cpuUsage();
        await bench.run(
            `for index = 1, 30000 do os.startTimer(1 + index) end
             for _ = 1, 3 do os.startTimer(0.05) coroutine.yield("timer") end`,
            unhurried,
        );
        const { user, system } = process.cpuUsage(start);
        // Each one that looked at all before it took some minutes.
        expect((user + system) / 1e6).toBeLessThan(15);
        await other.waitForText("beat");
    });
});

describe("the screen", () => {
    const cases = [
        { name: "that fits", x: 3, length: 10, shown: [3, 12] },
        { name: "beyond the right edge", x: 195, length: 10, shown: [195, 200] },
        { name: "that begins left of it", x: -4, length: 10, shown: [1, 5] },
        { name: "beyond both edges", x: -10, length: 1000, shown: [1, 200] },
        { name: "left of it", x: -20, length: 10, shown: undefined },
        { name: "right of it", x: 201, length: 10, shown: undefined },
        { name: "at the end of the world", x: "-2^31", length: 10, shown: undefined },
        { name: "below it", x: 3, y: 41, length: 10, shown: undefined },
        { name: "above it", x: 3, y: 0, length: 10, shown: undefined },
    ];
    test.each(cases)(
        "a text $name is cut, and the cursor is behind it",
        async ({ x, y = 20, length, shown }) => {
            const write = (line: number, call: string): string =>
                `term.setCursorPos(${x}, ${y === 20 ? line : y}) ${call} local x = term.getCursorPos() say(x == ${x} + ${length})`;
            const computer = await bench.boot(
                `local text, back = ("abcdefghij"):rep(${length / 10}), ("0123456789"):rep(${length / 10})
             ${write(20, "term.write(text)")} ${write(21, "term.blit(text, back, back)")}
             term.setCursorPos(${x}, ${y}) term.write(text) coroutine.yield()`,
            );
            const screen = computer.screen();
            expect(screen.slice(0, 2).map((row) => row.trim())).toEqual(["true", "true"]);
            const wanted = Array<string>(200).fill(" ");
            if (shown !== undefined) {
                const [first = 0, last = 0] = shown;
                for (let column = first; column <= last; column++)
                    wanted[column - 1] = "abcdefghij"[(column - Number(x)) % 10] ?? "";
            }
            expect(screen[19]).toBe(y === 20 ? wanted.join("") : " ".repeat(200));
            expect(screen[20]).toBe(y === 20 ? wanted.join("") : " ".repeat(200));
            // What a person sees of the cursor is where the program has it.
            expect(computer.cursor().x).toBe((x === "-2^31" ? -(2 ** 31) : Number(x)) + length);
        },
    );

    test("costs nothing beyond the row, however long the text and however often", async () => {
        const { said } = await bench.run(
            `local text = ("x"):rep(2^23)
             for _ = 1, 300 do term.setCursorPos(1, 10) term.write(text) term.blit(text, text, text) end
             term.clear() say(term.getCursorPos())`,
            { memoryMebibytes: 64, ...unhurried },
        );
        expect(said).toEqual([`${1 + 2 * 2 ** 23}|10`]);
    });

    test("is drawn while the program runs, not only once it yields", async () => {
        // Nothing here asks the host for an answer: all that was written would wait for the end of the loop.
        const program = `term.setCursorPos(1, 1) for _ = 1, 200000 do term.setCursorPos(1, 5) term.write("abcdefghij") end`;
        const before = process.memoryUsage().arrayBuffers;
        let most = 0;
        const computer = await bench.boot(
            `coroutine.yield("go") ${program} say("done") coroutine.yield()`,
            unhurried,
        );
        computer.onChange(() => (most = Math.max(most, process.memoryUsage().arrayBuffers - before)));
        computer.queue("go");
        await computer.waitForText("done", { timeoutSeconds: 60 });
        // They are 8 MB in all.
        expect(most).toBeLessThan(4_000_000);
    });
});

describe("files", () => {
    test("can be written over again and again without being flushed", async () => {
        const { said } = await bench.run(
            `local file = fs.open("large", "w") file.write(("x"):rep(500000)) file.flush()
             for index = 1, 200 do file.seek("set", index) file.write(("y"):rep(400000)) end
             say("written")`,
            { ...small, ...unhurried },
        );
        expect(said).toEqual(["written"]);
    });

    test("that many handles write over count for each, until they are flushed", async () => {
        const { said } = await bench.run(
            `local file = fs.open("large", "w") file.write(("x"):rep(900000)) file.close()
             local text, handles = ("y"):rep(900000), {}
             local function fill()
                 for index = 1, 20 do
                     handles[index] = handles[index] or fs.open("large", "r+")
                     handles[index].seek("set", 0)
                     local ok, message = pcall(handles[index].write, text)
                     if not ok then return index, message end
                 end
             end
             say(fill())
             for _, handle in ipairs(handles) do handle.flush() end
             say(fill())`,
            { ...small, ...unhurried },
        );
        expect(said).toEqual(["9|not enough memory", "9|not enough memory"]);
    });

    test("larger than the memory are read in pieces alone", async () => {
        const folder = join(bench.disk, "..", "shared");
        mkdirSync(folder);
        writeFileSync(join(folder, "large"), `${"x".repeat(30_000_000)}\n`);
        const { said } = await bench.run(
            `local file = fs.open("shared/large", "r")
             say(pcall(file.readAll)) say(pcall(file.readLine)) say(pcall(file.read, 2^30))
             local count = 0
             while true do
                 local piece = file.read(100000)
                 if not piece then break end
                 count = count + #piece
             end
             say(count)`,
            { memoryMebibytes: 32, mounts: [{ name: "shared", folder }], ...unhurried },
        );
        expect(said).toEqual([...Array<string>(3).fill("false|not enough memory"), "30000001"]);
    });

    test("a path that no host takes is an error, and none takes long", async () => {
        const { said } = await bench.run(
            `local long = ("a/"):rep(10000)
             say(fs.exists(long), fs.isDir(long), fs.isReadOnly(long)) say(fs.open(long, "w"))
             for _, name in ipairs({ "list", "getSize", "makeDir", "delete", "attributes", "getName", "getDir", "combine" }) do
                 say(pcall(fs[name], long))
             end
             say(pcall(fs.copy, "rom", long)) say(pcall(fs.move, "x", long))
             -- Each part looked at from every other would be a hundred million looks.
             local deep = ("a/"):rep(8000)
             for _ = 1, 5 do
                 say(fs.exists(deep), fs.isReadOnly(deep), pcall(fs.getSize, deep)) say(pcall(fs.makeDir, deep))
             end`,
            { secondsWithoutYield: 5 },
        );
        expect(said.slice(0, 2)).toEqual(["false|false|false", "nil|File name too long"]);
        expect(said.slice(2, 12)).toEqual(Array<string>(10).fill("false|File name too long"));
        expect(said).toHaveLength(22);
    });

    test("the disk holds what it holds, in whatever way it is filled", async () => {
        const { said } = await bench.run(
            `local function untilFull(step)
                 local index = 0
                 local ok, message
                 repeat index = index + 1 ok, message = pcall(step, index) until not ok
                 return (message:gsub("^.*: ", ""))
             end
             say(untilFull(function(index) fs.makeDir("folders/" .. ("n"):rep(200) .. index) end)) fs.delete("folders")
             say(untilFull(function(index) assert(fs.open("file" .. index, "w")).close() end))
             for index = 1, 1500 do fs.delete("file" .. index) end
             local file = fs.open("large", "w") say(untilFull(function() file.write(("x"):rep(999)) end)) file.close()
             say(fs.getFreeSpace("/") < 1000)`,
            unhurried,
        );
        expect(said).toEqual([...Array<string>(3).fill("Out of space"), "true"]);
        expect(spaceIn(bench.disk)).toBeLessThanOrEqual(1_000_000);
    });
});

describe("the network", () => {
    let server: Server;
    let sockets: WebSocketServer;
    let url: string;
    let answer: (request: IncomingMessage, response: ServerResponse) => void;
    let connected: (socket: WebSocket) => void;

    beforeEach(async () => {
        answer = (_, response) => response.end(Buffer.alloc(2 ** 20, "x"));
        connected = () => undefined;
        server = createServer((request, response) => {
            request.resume();
            answer(request, response);
        });
        sockets = new WebSocketServer({ server, perMessageDeflate: false });
        sockets.on("connection", (socket) => connected(socket));
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        url = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    });

    afterEach(async () => {
        await bench.close();
        bench = createBench();
        for (const client of sockets.clients) client.terminate();
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
    });

    const get = (): string => `
        local requests = 0
        local function get()
            requests = requests + 1
            local url = "http://${url}/" .. requests
            http.request(url)
            while true do
                local event, address, first, second = coroutine.yield()
                if address == url and event == "http_success" then return first end
                if address == url and event == "http_failure" then return nil, first end
            end
        end
    `;
    const options = { ...small, ...unhurried, ...allow };

    test("bodies that a program holds count against the memory until they are closed", async () => {
        const { said } = await bench.run(
            `${get()}
             local kept = {}
             local function fill()
                 for index = 1, 20 do
                     local handle, message = get()
                     if not handle then return index, message end
                     kept[index] = handle
                 end
             end
             say(fill()) for _, handle in pairs(kept) do handle.close() end say(fill())`,
            options,
        );
        expect(said).toEqual(["8|not enough memory", "8|not enough memory"]);
    });

    test("bodies that a program drops are given back", async () => {
        const { said } = await bench.run(`${get()} for _ = 1, 50 do assert(get()) end say("got")`, options);
        expect(said).toEqual(["got"]);
    });

    test("bodies that no program gets are given back", async () => {
        const { said } = await bench.run(
            `${get()}
             for index = 1, 48 do http.request("http://${url}/lost" .. index) end
             os.startTimer(2) coroutine.yield("timer") say(get() ~= nil)`,
            options,
        );
        expect(said).toEqual(["true"]);
    });

    test("a body is taken as it comes, whether its length is told or not, and packed or not", async () => {
        const body = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
        answer = (request, response) => {
            if (request.url === "/1") response.setHeader("Content-Length", body.length);
            for (let start = 0; start < body.length; start += 70_000)
                response.write(body.subarray(start, start + 70_000));
            response.end();
        };
        const { said } = await bench.run(
            `${get()}
             for _ = 1, 2 do
                 local text, wrong = get().readAll(), 0
                 for index = 1, #text do if text:byte(index) ~= (index - 1) % 251 then wrong = wrong + 1 end end
                 say(#text, wrong)
             end`,
            { ...unhurried, ...allow },
        );
        expect(said).toEqual(["300000|0", "300000|0"]);
    });

    test("bodies that are sent count against the memory until they are answered", async () => {
        const waiting: ServerResponse[] = [];
        answer = (_, response) => waiting.push(response);
        const computer = await bench.boot(
            `local body = ("x"):rep(2^20)
             local function fill()
                 for index = 1, 20 do
                     local ok, message = pcall(http.request, "http://${url}/" .. index, body)
                     if not ok then return index, message end
                 end
             end
             say(fill()) coroutine.yield("go") say(fill()) coroutine.yield()`,
            options,
        );
        await computer.waitForText("7|not enough memory");
        await expect.poll(() => waiting.length).toBe(6);
        for (const response of waiting) response.end();
        await expect
            .poll(() => waiting.every((response) => response.socket === null || response.socket.destroyed))
            .toBe(true);
        computer.queue("go");
        await computer.waitForText(/memory\n7\|not enough memory/);
    });

    test("a body beyond the limit is not even handed over", async () => {
        const { said } = await bench.run(
            `http.request("http://${url}/", ("x"):rep(2^23)) say(coroutine.yield("http_failure"))`,
            { memoryMebibytes: 64, ...unhurried, ...allow },
        );
        expect(said).toEqual([expect.stringMatching(/^http_failure\|.*\|Request body is too large$/)]);
    });

    test("no more addresses than 512 are looked up at once, and no more requests wait", async () => {
        answer = () => undefined;
        const { said } = await bench.run(
            `local function fill(call)
                 for index = 1, 1000 do
                     local ok, message = pcall(call, "http://${url}/" .. index)
                     if not ok then return index, message end
                 end
             end
             say(fill(http.checkURL)) say(fill(http.request))`,
            { ...unhurried, ...allow },
        );
        expect(said).toEqual(["513|Too many ongoing checkUrl calls", "529|Too many ongoing HTTP requests"]);
    });

    test("messages that the other side does not take are an error, and a connection that is over gives them back", async () => {
        const open: WebSocket[] = [];
        connected = (socket) => {
            socket.pause();
            open.push(socket);
        };
        const computer = await bench.boot(
            `local text = ("x"):rep(2^17)
             local function fill()
                 assert(http.websocket("ws://${url}/"))
                 local _, _, socket = coroutine.yield("websocket_success")
                 local count, ok, message = 0
                 repeat
                     count = count + 1
                     ok, message = pcall(socket.send, text, true)
                 until not ok
                 socket.close()
                 return count > 60, message
             end
             say("first", fill())
             -- Those that are closed wait for the other side, but not many of them.
             for _ = 1, 5 do fill() end
             say("waits") coroutine.yield("go")
             os.startTimer(1) coroutine.yield("timer") say("second", fill()) coroutine.yield("never")`,
            options,
        );
        await computer.waitForText("waits");
        expect(computer.screen()[0]).toContain("first|true|not enough memory");
        for (const socket of open) socket.terminate();
        computer.queue("go");
        await computer.waitForText("second|true|not enough memory");
    });

    test("no more than 512 messages wait", async () => {
        connected = (socket) => socket.pause();
        const { said } = await bench.run(
            `assert(http.websocket("ws://${url}/"))
             local _, _, socket = coroutine.yield("websocket_success")
             local text = ("x"):rep(2^17)
             local ok, message
             repeat ok, message = pcall(socket.send, text) until not ok
             say(message)`,
            { memoryMebibytes: 256, ...unhurried, ...allow },
        );
        expect(said).toEqual(["Too many ongoing websocket messages"]);
    });

    test("a websocket whose handle no program gets is closed", async () => {
        const { said } = await bench.run(
            `for index = 1, 4 do assert(http.websocket("ws://${url}/" .. index)) end
             os.startTimer(1) coroutine.yield("timer")
             say(http.websocket("ws://${url}/5")) say((coroutine.yield("websocket_success")))`,
            options,
        );
        expect(said).toEqual(["true", "websocket_success"]);
    });
});

describe("peripherals", () => {
    test("a neighbour's messages fill no memory but a share of it, and the neighbour goes on", async () => {
        const network = new ModemNetwork();
        const receiver = await bench.boot(
            `peripheral.call("back", "open", 1)
             local count = 0
             while true do
                 local event, _, _, _, text = coroutine.yield()
                 if event == "end" then break end
                 if event == "modem_message" then count = count + #text end
             end
             say(count, pcall(os.queueEvent, "large", ("x"):rep(2^20))) coroutine.yield("never")`,
            { peripherals: { back: network.modem() }, memoryMebibytes: 64, ...unhurried },
        );
        const { said } = await bench.run(
            `local text = ("x"):rep(2^22)
             for _ = 1, 30 do peripheral.call("back", "transmit", 1, 1, text) end say("sent")`,
            { peripherals: { back: network.modem() }, id: 1, ...unhurried },
        );
        expect(said).toEqual(["sent"]);
        receiver.queue("end");
        await receiver.waitForText(`${9 * 2 ** 22}|true`);
    });

    test("a speaker remembers the last of what it was told", async () => {
        const speaker = new Speaker();
        await bench.run(
            `local audio = {}
             for index = 1, 128 * 1024 do audio[index] = index % 128 end
             for index = 1, 17 do peripheral.call("top", "playAudio", audio, index / 10) peripheral.call("top", "stop") end`,
            { peripherals: { top: speaker }, ...unhurried },
        );
        const sounds = speaker.played.filter((one) => one.kind === "audio");
        expect(sounds).toHaveLength(16);
        expect(sounds.at(-1)?.volume).toBe(1.7);
    });

    test("texts for a monitor that are too long to be handed over are an error", async () => {
        const monitor = new Monitor({ width: 2, height: 1 });
        const { said } = await bench.run(
            `say(pcall(peripheral.call, "top", "write", ("x"):rep(2^23)))
             say(pcall(peripheral.call, "top", "write", "shown"))`,
            { peripherals: { top: monitor }, memoryMebibytes: 32, ...unhurried },
        );
        expect(said).toEqual(["false|not enough memory", "true"]);
        expect(monitor.screen()[0]).toContain("shown");
    });
});

describe("texts without end", () => {
    test.each([
        {
            name: "a label",
            lua: `os.setComputerLabel(("x"):rep(2^23)) say(#os.getComputerLabel())`,
            said: ["32"],
        },
        { name: "a date", lua: `say(pcall(os.date, ("%c"):rep(2^20)))`, said: ["false|not enough memory"] },
        {
            name: "a method of a peripheral",
            lua: `local ok, message = pcall(peripheral.call, "top", ("x"):rep(2^21)) say(ok, #message)`,
            // What Node says of it is cut, and has the program's place before it.
            said: [`false|${65536 + "bios.lua:1: ".length}`],
        },
        {
            name: "a host",
            lua: `say(http.request("http://" .. ("a"):rep(1e5) .. "!/"))`,
            said: ["false|URL malformed"],
        },
    ])("of $name are cut or an error", async ({ lua, said }) => {
        const result = await bench.run(lua, {
            memoryMebibytes: 64,
            peripherals: { top: new Speaker() },
            secondsWithoutYield: 5,
        });
        expect(result.said).toEqual(said);
    });

    test("of an error with which a computer ends are cut", async () => {
        const computer = await bench.boot(`error(("x"):rep(2^24), 0)`, { memoryMebibytes: 64, ...unhurried });
        expect(await computer.exit).toEqual({ reason: "failed", message: "x".repeat(1000) });
    });

    test("an error that is no text ends a computer without any of its code being run", async () => {
        const computer = await bench.boot(
            `error(setmetatable({}, { __tostring = function() while true do end end }))`,
            { secondsWithoutYield: 0.2 },
        );
        expect(await computer.exit).toEqual({ reason: "failed", message: "an error that is no text: table" });
    });
});

describe("arguments by the hundred thousand", () => {
    // A look at each of them that went through all of them again took longer than a program may take.
    test.each([
        {
            name: "queueEvent",
            lua: `os.queueEvent("many", unpack(list)) return select("#", coroutine.yield("many"))`,
        },
        {
            name: "combine",
            lua: `return select(2, pcall(fs.combine, unpack(list))):find("File name too long$")`,
        },
        { name: "pack", lua: `return #string.pack(("z"):rep(#list), unpack(list))` },
        { name: "concat", lua: `return #table.concat({ unpack(list) })` },
        { name: "call", lua: `return pcall(peripheral.call, "top", "stop", unpack(list))` },
        { name: "format", lua: `return #string.format(("%s"):rep(#list), unpack(list))` },
        { name: "char", lua: `return #utf8.char(unpack(numbers)) + #string.char(unpack(numbers))` },
        { name: "request", lua: `return pcall(http.request, unpack(list))` },
        {
            name: "wrap",
            lua: `return select("#", coroutine.wrap(function(...) return coroutine.yield(...) end)(unpack(list)))`,
        },
        { name: "pcall", lua: `return select("#", pcall(select, 1, unpack(list)))` },
        { name: "max", lua: `return math.max(unpack(numbers))` },
    ])("$name", async ({ lua }) => {
        const start = process.cpuUsage();
        const { said, exit } = await bench.run(
            `local list, numbers = {}, {}
             for index = 1, 200000 do list[index], numbers[index] = "a", 65 end
             local function run() ${lua} end
             local results = { pcall(run) }
             say(results[1] or results[2])`,
            { peripherals: { top: new Speaker() }, ...unhurried },
        );
        const { user, system } = process.cpuUsage(start);
        expect(exit).toEqual({ reason: "shutdown", status: 0 });
        expect(said).toEqual(["true"]);
        expect((user + system) / 1e6).toBeLessThan(12);
    });
});

describe("what natives remember", () => {
    test("of patterns that were formatted takes no memory", async () => {
        const { said } = await bench.run(
            `for index = 1, 150 do local _ = string.format(("x"):rep(2^17) .. index) end
             local hoard = {}
             for index = 1, 10 do hoard[index] = ("y"):rep(2^20) .. index end
             say(#hoard)`,
            { memoryMebibytes: 24, ...unhurried },
        );
        expect(said).toEqual(["10"]);
    });
});

describe("string.rep", () => {
    test("gives what Lua's own gives, whatever the length of text, separator and result", async () => {
        const { said } = await bench.run(
            `local wrong = 0
             for _, text in ipairs({ "", "a", "ab", ("q"):rep(99), ("z"):rep(5000) }) do
                 for _, separator in ipairs({ "", ",", ("-"):rep(70) }) do
                     for _, count in ipairs({ -1, 0, 1, 2, 3, 41, 42, 43, 57, 58, 59, 4095, 4096, 4097, 8192, 12289 }) do
                         if #text < 1000 or count < 100 then
                             local list = {}
                             for index = 1, count do list[index] = text end
                             if text:rep(count, separator) ~= table.concat(list, separator) then wrong = wrong + 1 end
                         end
                     end
                 end
             end
             say(wrong, ("ab"):rep(2.9), string.rep(1, 3), ("x"):rep("2"))
             say(pcall(string.rep)) say(pcall(string.rep, "x", {})) say(pcall(string.rep, ("x"):rep(1e5), 1e6))`,
            unhurried,
        );
        expect(said.slice(0, 3)).toEqual([
            "0|abab|111|xx",
            "false|bad argument (string expected, got nil)",
            "false|bad argument (number expected, got table)",
        ]);
        expect(said[3]).toMatch(/resulting string too large$/);
    });
});

describe("a program that does not yield gets an error once its time is up", () => {
    const kinds: Record<string, string> = {
        "a loop": "while true do end",
        "calls to the host": "while true do os.clock() end",
        "calls to the host that want no answer": 'while true do term.write("") end',
        "slow calls to the host": 'while true do fs.list("rom") fs.copy("rom", "copy") fs.delete("copy") end',
        "long texts": 'local text, other = ("x"):rep(1e7) while true do other = text .. "a" end',
        "a metamethod": "return setmetatable({}, { __index = function() while true do end end }).field",
        "a metamethod that compares":
            "local m = { __lt = function() while true do end end } return setmetatable({}, m) < setmetatable({}, m)",
        "a text of itself": "tostring(setmetatable({}, { __tostring = function() while true do end end }))",
        "an iterator": "for _ in function() return 1 end do end",
        "a coroutine": "coroutine.wrap(function() while true do end end)()",
        "a storm of short coroutines":
            "while true do coroutine.wrap(function() for _ = 1, 1e5 do end end)() end",
        "a storm of yields":
            "local thread = coroutine.wrap(function() while true do coroutine.yield() end end) while true do thread() end",
        resumes: "while true do coroutine.resume(coroutine.create(function() for _ = 1, 1e5 do end end)) end",
        "a reader of load": 'assert(load(function() return "   " end))',
        "a comparator":
            "local list = {} for index = 1, 1000 do list[index] = index end table.sort(list, function() for _ = 1, 1e6 do end end)",
        "a replacement": '("x"):rep(1000):gsub("x", function() for _ = 1, 1e6 do end end)',
        "hooks that are set": 'while true do debug.sethook() debug.sethook(function() end, "", 1e9) end',
        "a hook that counts": 'debug.sethook(function() end, "", 1e6) while true do end',
        "repetitions of nothing": 'while true do (""):rep(2^31 - 1) end',
    };
    // Few instructions, each of which takes its time in C.
    const list = (count: number, item = "index"): string =>
        `local list = {} for index = 1, ${count} do list[index] = ${item} end`;
    const text = 'local text = ("a"):rep(1e6)';
    const slowKinds: Record<string, string> = {
        "searches of a long text": `${text} while true do local _ = text:find("b", 1, true) end`,
        "searches for a pattern": `${text} while true do local _ = text:match("^a*b") end`,
        "iterators of searches": `${text} while true do for _ in text:gmatch("b") do end end`,
        "numbers of long texts": `local text = ("1"):rep(1e6) while true do local _ = tonumber(text) end`,
        "bytes of a text": `local text = ("a"):rep(1e5) while true do local _ = text:byte(1, -1) end`,
        "texts that are the same": `${text} local other = text .. "" while true do local _ = text == other end`,
        "texts in order": `${text} local other = text .. "b" while true do local _ = text < other end`,
        "texts in order or the same": `${text} local other = text .. "b" while true do local _ = text <= other end`,
        "lists that are unpacked": `${list(1e5)} while true do local _ = unpack(list) end`,
        "many arguments of natives": `${list(1e5)} while true do local _ = math.max(unpack(list)) end`,
        "many arguments of functions": `${list(1e5)} local function own() end (function(...) while true do own(...) end end)(unpack(list))`,
        "lists that are joined": `${list(1e5, '""')} while true do local _ = table.concat(list) end`,
        "lists that are sorted": `${list(1e5)} while true do table.sort(list) end`,
        "insertions at the front": `${list(2e5)} while true do table.insert(list, 1, 0) end`,
        "removals at the front": `${list(2e5)} while true do list[#list + 1] = table.remove(list, 1) end`,
        "searches of an emptied table": `${list(5e5)} for index = 1, 5e5 do list[index] = nil end while true do local _ = next(list) end`,
        "sources that are loaded": `local source = ("x=1 "):rep(1e4) while true do local _ = load(source) end`,
        tracebacks: `local function deep(n) if n > 0 then return 1 + deep(n - 1) end while true do local _ = debug.traceback() end end deep(10000)`,
    };
    test.each(Object.entries({ ...kinds, ...slowKinds }))("%s", async (_, lua) => {
        const { said } = await bench.run(
            `local ok, message = pcall(function() ${lua}
             end)
             debug.sethook() os.queueEvent("on") coroutine.yield("on") sayAll(ok, message)`,
            { secondsWithoutYield: 0.3 },
        );
        // The place is the program's, not one of ours.
        expect(said).toEqual([expect.stringMatching(new RegExp(`^false\\|(bios.lua:\\d+: )+${TOO_LONG}$`))]);
    });
});

describe("the handler of an error", () => {
    const run = async (lua: string): Promise<string[]> =>
        (
            await bench.run(`${lua} os.queueEvent("on") coroutine.yield("on") say("goes on")`, {
                secondsWithoutYield: 0.3,
            })
        ).said;

    test("that never ends gets the error in its place, as any error in it", async () => {
        expect(await run("say(xpcall(error, function() while true do end end))")).toEqual([
            "false|error in error handling",
            "goes on",
        ]);
        expect(await run(`say(xpcall(error, function() error("again") end))`)).toEqual([
            "false|error in error handling",
            "goes on",
        ]);
        expect(await run("say(xpcall(error, nil))")).toEqual(["false|error in error handling", "goes on"]);
    });

    test("is called once, where the error was raised, with what was raised", async () => {
        const said = await run(
            `local count = 0
             local ok, message = xpcall(function(...) local here = "seen" error({ ... }) end, function(problem)
                 count = count + 1
                 local name, value = debug.getlocal(3, 1)
                 return #problem .. tostring(value)
             end, 1, 2, 3)
             say(ok, message, count)
             say(xpcall(function(...) return select("#", ...), ... end, print, nil, 2, nil)) say(pcall(xpcall, print))`,
        );
        expect(said).toEqual([
            "false|3seen|1",
            "true|3|nil|2|nil",
            "false|bad argument #2 (value expected)",
            "goes on",
        ]);
    });

    test("of a program whose time is up runs where it was, and has the rest of the time", async () => {
        const said = await run(
            `say(xpcall(function() local function endless() while true do end end endless() end, function(message)
                 return message:gsub("^.*: ", "") .. " in " .. tostring(debug.traceback():find("endless") ~= nil)
             end))`,
        );
        expect(said).toEqual([`false|${TOO_LONG} in true`, "goes on"]);
    });

    test("is not led astray by a program's text of a coroutine", async () => {
        const said = await run(
            `debug.setmetatable(coroutine.running(), { __tostring = function() return "thread: 0x00000010" end })
             say(pcall(function() while true do end end)) say(tostring(coroutine.running()))
             debug.setmetatable(coroutine.running(), nil)`,
        );
        expect(said).toEqual([expect.stringContaining(TOO_LONG), "thread: 0x00000010", "goes on"]);
    });
});

describe("a program that goes on after the error ends with its computer", () => {
    test.each([
        ["catching it", "while true do pcall(function() while true do end end) end"],
        [
            "in the handler of the error",
            "xpcall(function() while true do end end, function() while true do end end)",
        ],
        [
            "in handlers of handlers",
            "local function endless() xpcall(endless, endless) while true do end end endless()",
        ],
        ["with calls to the host", "while true do pcall(function() while true do os.clock() end end) end"],
        [
            "with long texts",
            'local text = ("x"):rep(1e7) while true do pcall(function() while true do local _ = text .. "a" end end) end',
        ],
        [
            "with coroutines",
            "while true do coroutine.resume(coroutine.create(function() while true do end end)) end",
        ],
        ["with hooks", "while true do pcall(function() while true do debug.sethook() end end) end"],
        // A single call of C is broken off a second later.
        ["in a search", 'local _ = ("a"):rep(200000):find(".-.-.-b")'],
        ["in a hook", 'debug.sethook(function() while true do end end, "", 1) local _ = 1'],
    ])("%s", async (_, lua) => {
        const other = await bench.boot(
            `local count = 0 while true do os.startTimer(0.05) coroutine.yield("timer") count = count + 1 say(count) if count == 5 then say("well") end end`,
        );
        const computer = await bench.boot(`coroutine.yield("go") ${lua} say("done")`, {
            secondsWithoutYield: 0.2,
        });
        computer.queue("go");
        expect(await computer.exit).toEqual(ended);
        expect(
            computer
                .screen()
                .slice(0, 2)
                .map((row) => row.trim()),
        ).toEqual(["Error running computer", TOO_LONG]);
        await other.waitForText("well");
    });
});
