import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createBench, type Bench } from "./machine-support.ts";

let bench: Bench;
let server: Server;
let url: string;
let answer: (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

beforeEach(async () => {
    bench = createBench();
    server = createServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on("data", (chunk: Buffer) => chunks.push(chunk));
        request.on("end", () => answer(request, response, Buffer.concat(chunks)));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
    await bench.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
});

const connections = (): Promise<number> =>
    new Promise((resolve) => server.getConnections((_, count) => resolve(count)));

const allow = { http: { allow: ["127.0.0.1"] } };

/** Lua for a request whose answer is waited for: `event`, `handle` or `reason`, `failureHandle`. */
function request(options: string): string {
    return `
        say(http.request(${options}))
        local event, address, first, second
        repeat event, address, first, second = coroutine.yield() until event:sub(1, 5) == "http_"
    `;
}

test("a request arrives as it was made, and its answer as it was given", async () => {
    let seen: {
        method?: string | undefined;
        url?: string | undefined;
        headers?: Record<string, unknown>;
        body?: Buffer;
    } = {};
    answer = (incoming, response, body) => {
        seen = { method: incoming.method, url: incoming.url, headers: incoming.headers, body };
        response.writeHead(201, "Made", { "X-Kind": "test" });
        response.end(Buffer.from([0, 255, 10, 65]));
    };
    const { said } = await bench.run(
        `${request(`{ url = "${url}/path?q=%20", body = "\\0\\255", method = "PUT", headers = { ["X-Mine"] = "1" }, binary = true }`)}
        say(event, address, first.getResponseCode())
        say(first.getResponseHeaders()["X-Kind"], first.read(), first.read(), #first.readLine(), first.readAll(), first.read())
        first.close() say(pcall(first.read))`,
        allow,
    );
    expect(said).toEqual([
        "true",
        `http_success|${url}/path?q=%20|201|Made`,
        "test|0|255|0|A|nil",
        "false|attempt to use a closed file",
    ]);
    expect(seen).toMatchObject({ method: "PUT", url: "/path?q=%20", body: Buffer.from([0, 255]) });
    expect(seen.headers).toMatchObject({
        "x-mine": "1",
        "content-length": "2",
        "content-type": "application/x-www-form-urlencoded; charset=utf-8",
        "user-agent": "computercraft/1.113.1",
    });
});

test("an error status is a failure with its reason and a handle on the body", async () => {
    answer = (_, response) => response.writeHead(404).end("nothing here");
    const { said } = await bench.run(`${request(`"${url}/x"`)} say(event, first, second.readAll())`, allow);
    expect(said).toEqual(["true", "http_failure|Not Found|nothing here"]);
});

test("a private address is denied unless it is allowed", async () => {
    answer = (_, response) => response.end("reached");
    const denied = `${request(`"${url}/"`)} say(event, first)
        say(http.checkURL("http://[::1]/")) say(coroutine.yield("http_check"))
        say(http.checkURL("http://[::ffff:10.0.0.1]/")) say(coroutine.yield("http_check"))`;
    expect((await bench.run(denied)).said).toEqual([
        "true",
        "http_failure|Domain not permitted",
        "true",
        "http_check|http://[::1]/|false|Domain not permitted",
        "true",
        "http_check|http://[::ffff:10.0.0.1]/|false|Domain not permitted",
    ]);
    const allowed = `${request(`"${url}/"`)} say(event, first.readAll())`;
    for (const pattern of ["127.0.0.0/8", "$private", "127.0.*"]) {
        const { said } = await bench.run(allowed, { http: { allow: [pattern] } });
        expect(said, pattern).toEqual(["true", "http_success|reached"]);
    }
});

test("a private address is denied in whatever way it is written", async () => {
    const hosts = [
        ...["127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"],
        ...["100.64.0.1", "192.0.0.192", "224.0.0.1", "[::]", "[::1]", "[fe80::1]", "[fc00::1]", "[ff02::1]"],
        // As IPv6 stands for IPv4: mapped, translated, compatible, 6to4, and Teredo, which inverts it.
        ...["[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:0:127.0.0.1]", "[64:ff9b::127.0.0.1]", "[::127.0.0.1]"],
        ...["[64:ff9b::a00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001::80ff:fffe]", "localhost", "LOCALHOST"],
    ]; // prettier-ignore
    const list = hosts.map((host) => JSON.stringify(`http://${host}/`)).join(", ");
    const { said } = await bench.run(
        `for _, url in ipairs({ ${list} }) do
             http.checkURL(url)
             local _, asked, allowed, reason = coroutine.yield("http_check")
             if asked ~= url or allowed or reason ~= "Domain not permitted" then say(url, asked, allowed, reason) end
         end
         http.checkURL("http://1.1.1.1/") say(coroutine.yield("http_check"))
         http.checkURL("http://[64:ff9b::1.1.1.1]/") say(coroutine.yield("http_check"))`,
    );
    expect(said).toEqual(["http_check|http://1.1.1.1/|true", "http_check|http://[64:ff9b::1.1.1.1]/|true"]);
});

test("a private address may be allowed on one port alone", async () => {
    answer = (_, response) => response.end("reached");
    const { port } = new URL(url);
    const other = String((Number(port) % 65_535) + 1);
    const ask = (host: string) =>
        `${request(`"http://${host}:${port}/"`)} say(event, event == "http_success" or first)`;
    const denied: string[] = [];
    const onDenied = (host: string, at: number) => denied.push(`${host}:${at}`);
    const said = async (host: string, pattern: string) =>
        (await bench.run(ask(host), { http: { allow: [pattern], onDenied } })).said[1];
    for (const pattern of ["127.0.0.1", "127.0.0.0/8", "127.*", "$private", "[127.0.0.1]"]) {
        expect(await said("127.0.0.1", `${pattern}:${port}`), pattern).toBe("http_success|true");
        expect(await said("127.0.0.1", `${pattern}:${other}`), pattern).toBe(
            "http_failure|Domain not permitted",
        );
    }
    expect(denied).toEqual(Array.from({ length: 5 }, () => `127.0.0.1:${port}`));
    expect(await said("[::1]", `[::1]:${other}`)).toBe("http_failure|Domain not permitted");
    // Nobody listens there; to be asked is all.
    expect(await said("[::1]", `[::1]:${port}`)).toBe("http_failure|Could not connect");
    expect(await said("[::1]", "::1")).toBe("http_failure|Could not connect");
    await expect(said("127.0.0.1", "127.0.0.1:70000")).rejects.toThrow("no port up to 65535");
});

test("what is no http address is refused at once", async () => {
    const { said } = await bench.run(`
        for _, url in ipairs({ "x", "ftp://host/", "http://", "http://a b/", "http://host:99999/" }) do
            say(http.request(url))
        end
        say(pcall(http.request, { url = "http://host/", method = "CONNECT" }))
        say(pcall(http.request, { url = 1 }))
        say(pcall(http.request, { url = "http://host/", timeout = 61 }))
    `);
    expect(said).toEqual([
        "false|Must specify http or https",
        "false|Invalid protocol 'ftp'",
        "false|URL malformed",
        "false|URL malformed",
        "false|URL malformed",
        "false|Unsupported HTTP method",
        "false|bad field 'url' (string expected, got number)",
        expect.stringMatching(/^false\|timeout out of range/),
    ]);
});

test("failures on the way have CC's words", async () => {
    answer = (incoming, response) => {
        if (incoming.url === "/cut") {
            response.writeHead(200, { "Content-Length": "100" });
            response.write("half");
            response.destroy();
        }
    };
    const refused = `http://127.0.0.1:1/`;
    const { said } = await bench.run(
        [
            `"${refused}"`,
            `"${url}/cut"`,
            `{ url = "${url}/hang", timeout = 0.1 }`,
            '"http://nowhere.invalid/"',
        ]
            .map((options) => `do ${request(options)} say(event, first) end`)
            .join("\n"),
        allow,
    );
    expect(said).toEqual([
        "true",
        "http_failure|Could not connect",
        "true",
        "http_failure|Could not connect",
        "true",
        "http_failure|Timed out",
        "true",
        "http_failure|Unknown host",
    ]);
});

test("redirects are followed unless the program does not want it", async () => {
    answer = (incoming, response) => {
        if (incoming.url === "/from") response.writeHead(302, { Location: "to" }).end();
        else response.end(incoming.url);
    };
    const { said } = await bench.run(
        `do ${request(`"${url}/from"`)} say(event, address == "${url}/from", first.readAll()) end
         do ${request(`{ url = "${url}/from", redirect = false }`)} say(event, first.getResponseCode()) end`,
        allow,
    );
    expect(said).toEqual(["true", "http_success|true|/to", "true", "http_success|302|Found"]);
});

test("more than 4 MiB is not sent and more than 16 MiB is not taken", async () => {
    answer = (_, response) => response.end(Buffer.alloc(16 * 1024 * 1024 + 1));
    const { said } = await bench.run(
        `do ${request(`"${url}/", ("x"):rep(4 * 1024 * 1024)`)} say(event, first) end
         do ${request(`"${url}/"`)} say(event, first) end`,
        allow,
    );
    expect(said).toEqual([
        "true",
        "http_failure|Request body is too large",
        "true",
        "http_failure|Response is too large",
    ]);
});

test("16 requests run at once and the rest wait their turn", async () => {
    let running = 0;
    let most = 0;
    const held: ServerResponse[] = [];
    answer = (_, response) => {
        most = Math.max(most, ++running);
        response.on("close", () => running--);
        held.push(response);
        // The first 16 are answered once they are all there, every later one at once.
        if (held.length === 16) for (const waiting of held) waiting.end("x");
        else if (held.length > 16) response.end("x");
    };
    const { said } = await bench.run(
        `for index = 1, 20 do http.request("${url}/" .. index) end
         local count = 0
         for _ = 1, 20 do if coroutine.yield("http_success") then count = count + 1 end end
         say(count)`,
        allow,
    );
    expect(said).toEqual(["20"]);
    expect(most).toBe(16);
});

test("a request without a timeout has 30 s for each wait, and none may have more than 60", async () => {
    answer = () => undefined;
    const computer = await bench.boot(
        `say(pcall(http.request, { url = "${url}", timeout = 60.1 })) say(http.request({ url = "${url}/60", timeout = 60 }))
         say(http.request("${url}/30")) say(coroutine.yield("http_failure")) say(coroutine.yield("http_failure"))
         coroutine.yield()`,
        allow,
    );
    await computer.waitForText("true\ntrue");
    // Once both have connected, as a connection begins its wait anew.
    while ((await connections()) < 2) await new Promise((resolve) => setImmediate(resolve));
    computer.jumpClock({ seconds: 29 });
    expect(computer.transcript()).not.toContain("Timed out");
    computer.jumpClock({ seconds: 1.1 });
    await computer.waitForText(`http_failure|${url}/30|Timed out`);
    expect(computer.transcript()).not.toContain("/60|Timed out");
    computer.jumpClock({ seconds: 30 });
    await computer.waitForText(`http_failure|${url}/60|Timed out`);
    expect(computer.transcript()).toContain("false|timeout out of range");
});

test("without http there is no http API", async () => {
    const { said } = await bench.run("say(http)", { http: { enabled: false } });
    expect(said).toEqual(["nil"]);
});
