import { createHash } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WebSocketServer, type WebSocket } from "ws";
import type { Computer } from "../src/index.ts";
import { createBench, type Bench } from "./machine-support.ts";

let bench: Bench;
let server: WebSocketServer;
let url: string;
let connected: (socket: WebSocket, request: IncomingMessage) => void;

beforeEach(async () => {
    bench = createBench();
    connected = (socket) => socket.on("message", (data, binary) => socket.send(data, { binary }));
    server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    server.on("connection", (socket, request) => connected(socket, request));
    await new Promise((resolve) => server.once("listening", resolve));
    url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/path?q=1`;
});

afterEach(async () => {
    await bench.close();
    for (const client of server.clients) client.terminate();
    await new Promise((resolve) => server.close(resolve));
});

const allow = { http: { allow: ["127.0.0.1"] } };
const open = (options: string): string => `
    say(http.websocket(${options}))
    local event, address, socket, extra
    repeat event, address, socket, extra = coroutine.yield() until event:find("^websocket_")
`;

test("messages go out and come in as text and as bytes", async () => {
    let seen: IncomingMessage | undefined;
    const echo = connected;
    connected = (socket, request) => {
        seen = request;
        echo(socket, request);
    };
    const { said } = await bench.run(
        `${open(`{ url = "${url}", headers = { ["X-Mine"] = "1", Authorization = "Bearer abc", ["Sec-WebSocket-Protocol"] = "a, b" } }`)}
         say(event, address == "${url}")
         socket.send("\\0\\195\\164") local text, binary = socket.receive() say(text == "\\0\\195\\164", binary)
         socket.send("\\0\\255", true) text, binary = socket.receive(5) say(text == "\\0\\255", binary)
         socket.send(12) say(coroutine.yield("websocket_message"))
         say(socket.receive(0.05))
         socket.close() say(pcall(socket.send, "x")) say(pcall(socket.receive)) say(pcall(socket.close))`,
        allow,
    );
    expect(said).toEqual([
        "true",
        "websocket_success|true",
        "true|false",
        "true|true",
        `websocket_message|${url}|12|false`,
        "",
        "false|attempt to use a closed file",
        "false|attempt to use a closed file",
        "true",
    ]);
    expect(seen?.url).toBe("/path?q=1");
    expect(seen?.headers).toMatchObject({
        "x-mine": "1",
        authorization: "Bearer abc",
        "user-agent": "computercraft/1.113.1",
    });
    expect(seen?.headers).not.toHaveProperty("origin");
    expect(seen?.headers["sec-websocket-protocol"]).toBe("a,b");
});

test("the other side closes with a reason, without, or not at all", async () => {
    const ways: ((socket: WebSocket) => void)[] = [
        (socket) => socket.close(4001, "bye"),
        (socket) => socket.close(),
        (socket) => socket.terminate(),
    ];
    connected = (socket) => ways.shift()?.(socket);
    const { said } = await bench.run(
        `for _ = 1, 3 do
             ${open(`"${url}"`)}
             repeat event, address, socket, extra = coroutine.yield() until event == "websocket_closed"
             say(address == "${url}", socket, extra)
         end`,
        allow,
    );
    expect(said).toEqual([
        "true", "true|bye|4001", "true", "true|nil|nil", "true", "true|Connection closed|nil",
    ]); // prettier-ignore
});

/** A server's view of how a connection ended. */
const ending = (socket: WebSocket): Promise<{ status: number; last: string }> => {
    let last = "";
    socket.on("message", (data: Buffer) => (last = data.toString()));
    return new Promise((resolve) => socket.once("close", (status) => resolve({ status, last })));
};

test("a message that comes with the server's answer comes after the connection", async () => {
    connected = (socket) => socket.send("hello");
    const { said } = await bench.run(
        `${open(`"${url}"`)} say(event) say(coroutine.yield("websocket_message"))`,
        allow,
    );
    expect(said).toEqual(["true", "websocket_success", `websocket_message|${url}|hello|false`]);
});

test("the program's close sends no close frame, lets go what was sent, and gives no event", async () => {
    let end: Promise<unknown> | undefined;
    connected = (socket) => {
        end = ending(socket);
    };
    const { said } = await bench.run(
        `${open(`"${url}"`)} socket.send("last words") socket.close()
         local timer = os.startTimer(0.2)
         repeat event, extra = coroutine.yield() say(event) until extra == timer`,
        allow,
    );
    expect(said).toEqual(["true", "timer"]);
    expect(await end).toEqual({ status: 1006, last: "last words" });
});

test("the other side's close frame is not answered by one", async () => {
    let end: Promise<unknown> | undefined;
    connected = (socket) => {
        end = ending(socket);
        socket.close(4001, "bye");
    };
    const { said } = await bench.run(`${open(`"${url}"`)} say(coroutine.yield("websocket_closed"))`, allow);
    expect(said).toEqual(["true", `websocket_closed|${url}|bye|4001`]);
    expect(await end).toEqual({ status: 1006, last: "" });
});

test.each<[string, (socket: WebSocket) => void, string[]]>([
    [
        "text",
        (socket) => {
            socket.send("one", { fin: false });
            socket.ping();
            socket.send("two", { fin: false });
            socket.send("three", { fin: true });
        },
        ["one|false"],
    ],
    [
        "bytes",
        (socket) => {
            socket.send(Buffer.from("one"), { fin: false });
            socket.send(Buffer.from("two"));
        },
        ["one|true"],
    ],
    [
        "text that is cut in a letter",
        (socket) => {
            const bytes = Buffer.from("ö");
            socket.send(bytes.subarray(0, 1), { fin: false, binary: false });
            socket.send(bytes.subarray(1));
        },
        ["\u00c3|false"],
    ],
    [
        "several messages",
        (socket) => {
            for (const word of ["one", "two"]) {
                socket.send(word, { fin: false });
                socket.send("more");
                socket.send(`whole ${word}`);
                socket.send(Buffer.from(`bytes ${word}`));
            }
        },
        ["one|false", "whole one|false", "bytes one|true", "two|false", "whole two|false", "bytes two|true"],
    ],
])("of a message in parts only the first arrives: %s", async (_, send, expected) => {
    connected = (socket) => {
        send(socket);
        socket.send("end");
    };
    const { said } = await bench.run(
        `${open(`"${url}"`)}
         local text, binary
         repeat text, binary = socket.receive() say(text, binary) until text == "end"`,
        allow,
    );
    expect(said).toEqual(["true", ...expected, "end|false"]);
});

test("two connections to the same address cannot be told apart by their events", async () => {
    let count = 0;
    connected = (socket) => socket.send(`hello ${++count}`);
    const { said } = await bench.run(
        `${open(`"${url}"`)} local first = socket say(first.receive())
         http.websocket("${url}")
         local _, _, second = coroutine.yield("websocket_success")
         say(first.receive()) say(first ~= second)
         second.close() say(pcall(second.send, "x")) say(pcall(first.send, "x"))`,
        allow,
    );
    expect(said).toEqual([
        "true",
        "hello 1|false",
        "hello 2|false",
        "true",
        "false|attempt to use a closed file",
        "true",
    ]);
});

test("of more than 256 messages at once the rest is lost, without a word", async () => {
    connected = (socket) =>
        socket.once("message", () => {
            const { _socket: stream } = socket as unknown as { _socket: Socket };
            stream.cork();
            for (let number = 1; number <= 400; number++) socket.send(String(number));
            stream.uncork();
        });
    const { said } = await bench.run(
        `${open(`"${url}"`)} socket.send("go")
         local last
         for count = 1, 256 do last = socket.receive() end
         -- Each wait that may end leaves a timer, and of many of those at once some would be lost, too.
         say(last, (socket.receive(0.5)))`,
        allow,
    );
    expect(said).toEqual(["true", "256|nil"]);
});

test("what cannot be connected to says why", async () => {
    const { said } = await bench.run(
        `for _, url in ipairs({ "ws://127.0.0.1:1/", "ws://10.0.0.1/", "http://host/", "ws://a b/" }) do
             local ok, reason = http.websocket(url)
             if ok then local _, _, why = coroutine.yield("websocket_failure") say(why) else say(reason) end
         end
         say(pcall(http.websocket, 1)) say(pcall(http.websocket, { url = "x", timeout = 61 }))`,
        allow,
    );
    expect(said).toEqual([
        "Could not connect",
        "Domain not permitted",
        "Invalid scheme 'http'",
        "URL malformed",
        "false|bad argument #1 (string expected, got number)",
        "false|timeout out of range (expected 61 to be within 0.0 and 60.0)",
    ]);
});

test("a message of more than 128 KiB is neither sent nor taken", async () => {
    connected = (socket) => socket.once("message", () => socket.send(Buffer.alloc(128 * 1024 + 1)));
    const { said } = await bench.run(
        `${open(`"${url}"`)}
         say(pcall(socket.send, ("x"):rep(131073)))
         socket.send(("x"):rep(131072))
         say(coroutine.yield("websocket_closed"))`,
        allow,
    );
    expect(said).toEqual([
        "true",
        "false|Message is too large",
        `websocket_closed|${url}|Message is too large|nil`,
    ]);
});

test("there can be four, and those that the program dropped are closed for it", async () => {
    const { said } = await bench.run(
        `local sockets = {}
         local function connect()
             http.websocket("${url}")
             return select(3, coroutine.yield("websocket_success"))
         end
         for index = 1, 4 do sockets[index] = connect() end
         say(pcall(http.websocket, "${url}"))
         sockets = {}
         say(type(connect()))`,
        allow,
    );
    expect(said).toEqual(["false|Too many websockets already open", "table"]);
});

test("there is none where the configuration switches websockets off, and requests go on", async () => {
    const { said } = await bench.run(
        `say(pcall(http.websocket, "${url}"))
         say(http.request({ url = "${url.replace("ws:", "http:")}" }))`,
        { http: { allow: ["127.0.0.1"], websocket: false } },
    );
    expect(said).toEqual(["false|Websocket connections are disabled", "true"]);
});

test("ctrl+t ends a program that waits for a message", async () => {
    const computer: Computer = await bench.boot(
        `${open(`"${url}"`)} say("waiting") say(pcall(socket.receive)) coroutine.yield()`,
        allow,
    );
    await computer.waitForText("waiting");
    await computer.press("ctrl+t");
    await computer.waitForText("false|Terminated");
});

test("network faults reach websockets too", async () => {
    const { said } = await bench.run(
        `for _ = 1, 3 do
             ${open(`{ url = "${url}", timeout = 0.1 }`)}
             say(event, socket)
         end`,
        {
            ...allow,
            faults: { network: ({ number }) => (["refuse", "hang", { status: 503 }] as const)[number - 1] },
        },
    );
    expect(said.filter((row) => row !== "true")).toEqual([
        "websocket_failure|Could not connect",
        "websocket_failure|Timed out",
        "websocket_failure|Invalid handshake response getStatus: 503 Service Unavailable",
    ]);
});

test("a connection that the server never lets go ends with the computer", async () => {
    // It shakes hands and says nothing more.
    const silent = createServer();
    const gone = new Promise<void>((resolve) => {
        silent.on("upgrade", (request, socket) => {
            const key = `${request.headers["sec-websocket-key"] ?? ""}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
            const accept = createHash("sha1").update(key).digest("base64");
            const lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
            socket.write([...lines, `Sec-WebSocket-Accept: ${accept}`, "", ""].join("\r\n"));
            socket.resume().on("error", () => undefined);
            socket.once("close", () => resolve());
            socket.once("end", () => socket.end());
        });
    });
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as AddressInfo;
    const computer = await bench.boot(
        `${open(`"ws://127.0.0.1:${port}"`)} socket.close() os.shutdown() coroutine.yield()`,
        allow,
    );
    expect(await computer.exit).toEqual({ reason: "shutdown", status: 0 });
    await gone;
    await new Promise((resolve) => silent.close(resolve));
}, 10_000);
