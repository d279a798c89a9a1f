import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cases, raises } from "./rom-cases.ts";
import { printed } from "./rom-support.ts";

// What the wrappers do with what a machine without a network answers ------------------------------------------------

cases(
    "http on a machine that only notes what it is asked",
    [
        [
            "waits for the response to its URL among other events",
            `answers("key", 1) answers("http_success", "other", {}) answers("http_failure", "other", "no")
            answers("http_success", "u", { body = "yes" })
            local response, message = http.get("u", { A = "b" }, true)
            return response, message, asked`,
            [{ body: "yes" }, null, ["u", null, { A: "b" }, true]],
        ],
        [
            "fails with the message and the response of its URL",
            `answers("http_failure", "u", "Not Found", { code = 404 }) return http.get("u")`,
            [null, "Not Found", { code: 404 }],
        ],
        [
            "posts",
            `answers("http_success", "u", "ok") return http.post("u", "body", { A = "b" }), asked`,
            ["ok", ["u", "body", { A: "b" }]],
        ],
        [
            "takes all in one table",
            `answers("http_success", "u", "ok")
            return http.get({ url = "u", method = "DELETE", headers = { A = "b" }, redirect = false, timeout = 3 }), asked[1].method`,
            ["ok", "DELETE"],
        ],
        [
            "fails at once when nothing could start",
            `refusal = "URL malformed" return { http.get("u") }, { http.post({ url = "u", body = "" }) }, { http.checkURL("u") }, { http.websocket("u") }`,
            // nil comes first in each of the first two, which leaves their messages.
            [
                { 2: "URL malformed" },
                { 2: "URL malformed" },
                [false, "URL malformed"],
                [false, "URL malformed"],
            ],
        ],
        [
            "starts requests without waiting",
            `return { http.request("u", "body", { A = "b" }, true) }, asked`,
            [[true], ["u", "body", { A: "b" }, true]],
        ],
        [
            "queues the failure of a request that could not start",
            `refusal = "URL malformed" local started, message = http.request({ url = "u" })
            return started, message, { os.pullEvent("http_failure") }`,
            [false, "URL malformed", ["http_failure", "u", "URL malformed"]],
        ],
        [
            "waits for the check of its URL",
            `answers("http_check", "other", true) answers("http_check", "u", false, "Domain not permitted") return http.checkURL("u")`,
            [false, "Domain not permitted"],
        ],
        ["allows a URL", `answers("http_check", "u", true) return http.checkURL("u")`, [true, null]],
        ["starts checks without waiting", `return http.checkURLAsync("u"), asked`, [true, ["u"]]],
        [
            "waits for the websocket of its URL",
            `answers("websocket_success", "other", 1) answers("websocket_failure", "other", "no") answers("websocket_success", "u", "socket")
            return http.websocket({ url = "u", headers = {} }), asked[1].url`,
            ["socket", "u"],
        ],
        [
            "has no websocket",
            `answers("websocket_failure", "u", "Could not connect") return http.websocket("u")`,
            [false, "Could not connect"],
        ],
        [
            "queues the failure of a websocket that could not start",
            `refusal = "Invalid scheme 'http'" http.websocketAsync("u") return select(2, os.pullEvent("websocket_failure"))`,
            ["u", "Invalid scheme 'http'"],
        ],
        ["ends when the program is terminated", `answers("terminate") http.get("u")`, raises("Terminated")],

        ["wants a URL", `http.get()`, raises("case:1: bad argument #1 to 'get' (string expected, got nil)")],
        [
            "wants headers in a table",
            `http.get("u", "A: b")`,
            raises("case:1: bad argument #2 to 'get' (table expected, got string)"),
        ],
        [
            "wants a body",
            `http.post("u")`,
            raises("case:1: bad argument #2 to 'post' (string expected, got nil)"),
        ],
        [
            "wants a boolean",
            `http.request("u", nil, nil, 1)`,
            raises("case:1: bad argument #4 to 'request' (boolean expected, got number)"),
        ],
        // CC's message, without its last bracket.
        [
            "wants a URL in the table",
            `http.get({})`,
            raises("case:1: bad field 'url' (string expected, got nil"),
        ],
        [
            "wants no body to get",
            `http.get({ url = "u", body = "" })`,
            raises("case:1: bad field 'body' (nil expected, got string"),
        ],
        [
            "wants a body to post",
            `http.post({ url = "u" })`,
            raises("case:1: bad field 'body' (string expected, got nil"),
        ],
        [
            "wants seconds",
            `http.request({ url = "u", timeout = "3" })`,
            raises("case:1: bad field 'timeout' (number expected, got string"),
        ],
        [
            "knows methods",
            `http.request({ url = "u", method = "get" })`,
            raises("case:1: Unsupported HTTP method"),
        ],
        [
            "wants a websocket's URL",
            `http.websocket({})`,
            raises("case:1: bad field 'url' (string expected, got nil"),
        ],
        [
            "says so where there are no websockets",
            `native.websocket = nil loadHttp().websocket("ws://u")`,
            raises("case:1: Websocket connections are disabled"),
        ],
    ],
    {
        setup: `local refusal, asked
            local function ask(...) asked = { ... } if refusal then return false, refusal end return true end
            local native = { request = ask, checkURL = ask, websocket = ask }
            local function loadHttp()
                local environment = setmetatable({ http = native }, { __index = _ENV })
                assert(loadfile("/rom/apis/http/http.lua", nil, environment))() return environment end
            local http, answers = loadHttp(), os.queueEvent`,
    },
);

// The whole way -----------------------------------------------------------------------------------------------------

/** Prints values beside each other. */
const SAY = `local function say(...)
    local values = table.pack(...)
    for i = 1, values.n do values[i] = tostring(values[i]) end
    print(table.concat(values, "|")) end`;

interface Received {
    method: string;
    url: string;
    headers: IncomingHttpHeaders;
    body: string;
}

describe("http against a server", () => {
    let server: Server;
    let url: string;
    let received: Received[] = [];

    beforeAll(async () => {
        server = createServer((request, response) => {
            const chunks: Buffer[] = [];
            request.on("data", (chunk: Buffer) => chunks.push(chunk));
            request.on("end", () => {
                const body = Buffer.concat(chunks).toString("latin1");
                received.push({ method: request.method!, url: request.url!, headers: request.headers, body });
                const status = request.url === "/missing" ? 404 : 200;
                response.writeHead(status, { "X-Answer": "yes" });
                response.end(
                    status === 404 ? '{"error":"none"}' : Buffer.from("line 1\nline \xe9\x00", "latin1"),
                );
            });
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    afterAll(() => new Promise((resolve) => server.close(resolve)));

    async function run(program: string, allow: string[] = ["127.0.0.1"]): Promise<string[]> {
        received = [];
        return printed(`local url = "${url}" ${SAY} ${program}`, {}, { http: { allow } });
    }

    test("gets a page", async () => {
        const output = await run(`
            local response = http.get(url .. "/page", { ["X-Asked"] = "for" })
            say(response.getResponseCode(), response.getResponseHeaders()["X-Answer"])
            say(response.readLine(), #response.readAll())
            response.close()
        `);
        expect(output).toEqual(["200|yes", "line 1|7"]);
        expect(received).toMatchObject([
            { method: "GET", url: "/page", headers: { "x-asked": "for" }, body: "" },
        ]);
    });

    test("hands over what an error status came with", async () => {
        const output = await run(`
            local response, message, failed = http.get(url .. "/missing")
            say(response, message, failed.getResponseCode(), textutils.unserializeJSON(failed.readAll()).error)
        `);
        expect(output).toEqual(["nil|Not Found|404|none"]);
    });

    test("posts bytes as they are", async () => {
        await run(`http.post(url, "a\\0\\233\\n", { ["Content-Type"] = "text/plain" }).close()`);
        expect(received).toMatchObject([
            { method: "POST", headers: { "content-type": "text/plain" }, body: "a\0\xe9\n" },
        ]);
    });

    test("sends other methods from a table", async () => {
        await run(`http.post({ url = url .. "/x", body = "{}", method = "PUT" }).close()`);
        expect(received).toMatchObject([{ method: "PUT", url: "/x", body: "{}" }]);
    });

    test("answers a request with an event", async () => {
        const output = await run(`
            http.request(url .. "/later?n=1")
            local _, address, response = os.pullEvent("http_success")
            say(address == url .. "/later?n=1", response.readLine())
        `);
        expect(output).toEqual(["true|line 1"]);
    });

    test("tells apart the answers to two requests at once", async () => {
        const output = await run(`
            parallel.waitForAll(
                function() say("missing", (select(2, http.get(url .. "/missing")))) end,
                function() say("page", http.get(url .. "/page").getResponseCode()) end
            )
        `);
        expect(output.sort()).toEqual(["missing|Not Found", "page|200|OK"]);
    });

    test("says why an address is not to be had", async () => {
        const output = await run(
            `
            say(http.get(url))
            say(http.checkURL(url))
            say(http.get("ftp://example"))
            say(http.checkURL("example"))
        `,
            [],
        );
        expect(output).toEqual([
            "nil|Domain not permitted|nil",
            "false|Domain not permitted",
            "nil|Invalid protocol 'ftp'",
            "false|Must specify http or https",
        ]);
        expect(received).toEqual([]);
    });

    test("says that nobody listens", async () => {
        const idle = createServer();
        await new Promise<void>((resolve) => idle.listen(0, "127.0.0.1", resolve));
        const { port } = idle.address() as AddressInfo;
        await new Promise((resolve) => idle.close(resolve));
        expect(await run(`say(http.get("http://127.0.0.1:${port}"))`)).toEqual(["nil|Could not connect|nil"]);
    });

    test("allows what it may request", async () => {
        expect(await run(`say(http.checkURL(url))`)).toEqual(["true|nil"]);
    });
});
