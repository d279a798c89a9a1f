/** Watching a server that somebody else runs. */
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { attachOpencode } from "../src/attach.ts";
import { probe } from "../src/health.ts";
import type { ServerState, Supervisor } from "../src/supervision.ts";
import { type ManualClock, manualClock } from "./support/clock.ts";

const ends: (() => unknown)[] = [];
afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
});

/** Starts a server. @returns its address */
async function serve(
    answer: RequestListener,
    port = 0,
): Promise<{ url: string; port: number; server: Server }> {
    const server = createServer(answer);
    await new Promise<void>((done) => server.listen(port, "127.0.0.1", done));
    const close = () =>
        new Promise((done) => {
            server.close(done);
            server.closeAllConnections();
        });
    ends.push(close);
    const { port: got } = server.address() as AddressInfo;
    return { url: `http://127.0.0.1:${got}`, port: got, server };
}

const json =
    (status: number, body: unknown): RequestListener =>
    (_, response) => {
        response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
        response.end(typeof body === "string" ? body : JSON.stringify(body));
    };

const page: RequestListener = (_, response) => void response.end("<html></html>");

/** opencode 1, which wants the password "right". */
const opencode: RequestListener = (request, response) => {
    const right = `Basic ${Buffer.from("opencode:right").toString("base64")}`;
    if (request.headers.authorization !== right) return void response.writeHead(401).end();
    json(200, { healthy: true, version: "1.18.33" })(request, response);
};

function attach(url: string, password?: string): { watched: Supervisor; clock: ManualClock } {
    const clock = manualClock();
    const watched = attachOpencode({ url, password, clock });
    ends.push(() => watched.stop());
    return { watched, clock };
}

describe("one question", () => {
    test.each<[string, RequestListener, object]>([
        ["opencode 1", opencode, { kind: "well", version: "1.18.33", dialect: 1 }],
        ["a wrong password", json(401, {}), { kind: "unauthorized" }],
        ["a web page", page, { kind: "strange", why: "it answers 200, and not as opencode does" }],
        ["broken JSON", json(200, "{"), { kind: "strange", why: "it answers with broken JSON" }],
        ["JSON of something else", json(200, []), { kind: "strange" }],
        ["a version that is no text", json(200, { version: 2 }), { kind: "strange" }],
        ["a failure", json(500, { name: "UnknownError" }), { kind: "strange" }],
        ["a cut", (request) => void request.socket.destroy(), { kind: "unreachable" }],
        [
            "opencode 2",
            (request, response) =>
                (request.url === "/api/info" ? json(200, { version: "2.1.4" }) : page)(request, response),
            { kind: "well", version: "2.1.4", dialect: 2 },
        ],
        [
            "opencode 2 that answers other routes with JSON, too",
            json(200, { version: "2.0.22" }),
            { kind: "well", version: "2.0.22", dialect: 2 },
        ],
        [
            "an opencode 1 with opencode 2's question",
            (request, response) =>
                (request.url === "/api/info" ? json(200, { version: "1.99.0" }) : page)(request, response),
            { kind: "strange" },
        ],
        [
            "opencode 2 with opencode 1's question alone",
            (request, response) =>
                (request.url === "/global/health" ? json(200, { version: "2.0.22" }) : page)(
                    request,
                    response,
                ),
            { kind: "strange" },
        ],
        [
            "a version in a web page",
            (_, response) => void response.end(JSON.stringify({ version: "2.0.22" })),
            { kind: "strange" },
        ],
    ])("to %s", async (_, answer, outcome) => {
        const { url } = await serve(answer);
        expect(await probe({ url, username: "opencode", password: "right" }, 5)).toMatchObject(outcome);
    });

    test("to one that says nothing", async () => {
        const { url } = await serve(() => {});
        expect(await probe({ url, username: "", password: "" }, 0.05)).toEqual({ kind: "silent" });
    });

    test("to nobody, and to a port that fetch asks nothing of", async () => {
        const { url, server } = await serve(() => {});
        await new Promise((done) => server.close(done));
        const login = { username: "", password: "" };
        expect(await probe({ url, ...login }, 5)).toEqual({
            kind: "unreachable",
            why: "nobody listens there",
        });
        expect(await probe({ url: "http://127.0.0.1:1", ...login }, 5)).toEqual({
            kind: "unreachable",
            why: "bad port",
        });
    });

    test.each<[1 | 2 | undefined, "1" | "2", string[]]>([
        [undefined, "1", ["/api/info", "/global/health"]],
        [1, "1", ["/global/health"]],
        [2, "1", ["/api/info", "/global/health"]],
        [undefined, "2", ["/api/info"]],
        [2, "2", ["/api/info"]],
        [1, "2", ["/global/health", "/api/info"]],
    ])("asks %j where it is a %s: no more than is needed", async (known, major, asked) => {
        const seen: (string | undefined)[] = [];
        const own = major === "1" ? "/global/health" : "/api/info";
        const { url } = await serve((request, response) => {
            seen.push(request.url);
            (request.url === own ? json(200, { version: `${major}.18.0` }) : page)(request, response);
        });
        await probe({ url, username: "opencode", password: "" }, 5, undefined, known);
        expect(seen).toEqual(asked);
    });

    test("to an opencode 2 whose user somebody means to have chosen", async () => {
        const right = `Basic ${Buffer.from("opencode:right").toString("base64")}`;
        const { url } = await serve((request, response) => {
            if (request.headers.authorization !== right) return void response.writeHead(401).end();
            (request.url === "/api/info" ? json(200, { version: "2.0.22" }) : page)(request, response);
        });
        const well = { kind: "well", version: "2.0.22", dialect: 2 };
        expect(await probe({ url, username: "steve", password: "right" }, 5)).toEqual(well);
        expect(await probe({ url, username: "steve", password: "wrong" }, 5)).toEqual({
            kind: "unauthorized",
        });
    });

    test("can be given up", async () => {
        const { url, server } = await serve(() => {});
        const given = new AbortController();
        server.once("request", () => given.abort());
        expect(await probe({ url, username: "", password: "" }, 1000, given.signal)).toMatchObject({
            kind: "unreachable",
        });
    });
});

describe("a server of somebody else", () => {
    test("is ready when it answers, also by an address that ends with a slash", async () => {
        const { url } = await serve(opencode);
        const { watched } = attach(`${url}/`, "right");
        expect(await watched.settled()).toEqual({ kind: "ready", version: "1.18.33" });
        expect(watched.login()).toEqual({ url, username: "opencode", password: "right" });
        expect(await watched.restartWhenIdle("why not", () => false, 1)).toBe(false);
        expect(watched.state().kind).toBe("ready");
    });

    test.each([
        ["a wrong password", "wrong", /does not take this password for the user opencode\.$/],
        ["none", undefined, /wants a password\.$/],
    ])("says that it was given %s", async (_, password, line) => {
        const { url } = await serve(opencode);
        const state = await attach(url, password).watched.settled();
        expect(state).toMatchObject({ kind: "away", reason: expect.stringMatching(line) as unknown });
        expect(JSON.stringify(state)).not.toContain("wrong");
    });

    test.each<[string, RequestListener, RegExp]>([
        ["too new", json(200, { version: "3.0.0" }), /nothing newer than opencode 2 is known here/],
        ["too old", json(200, { version: "1.2.27" }), /is opencode 1\.2\.27, which is too old/],
    ])("that is %s is given up", async (_, answer, line) => {
        const { url } = await serve(answer);
        const { watched } = attach(url);
        await vi.waitFor(() => expect(watched.state().kind).toBe("stopped"));
        expect((watched.state() as { reason: string }).reason).toMatch(line);
    });

    test("that is an opencode 2 is ready, with a warning, and asked as the only user that it has", async () => {
        const { url } = await serve((request, response) =>
            (request.url === "/api/info" ? json(200, { version: "2.0.22" }) : page)(request, response),
        );
        const watched = attachOpencode({ url, username: "steve", password: "p", clock: manualClock() });
        ends.push(() => watched.stop());
        expect(await watched.settled()).toEqual({
            kind: "ready",
            version: "2.0.22",
            warning: expect.stringContaining("never tried") as unknown,
        });
        expect(watched.login()).toEqual({ url, username: "opencode", password: "p" });
    });

    test("that becomes an opencode 2 is told as that at the next question", async () => {
        let answer = opencode;
        const { url } = await serve((request, response) => answer(request, response));
        const { watched, clock } = attach(url, "right");
        const states: ServerState[] = [];
        watched.onState((state) => states.push(state));
        await watched.settled();
        answer = (request, response) =>
            (request.url === "/api/info" ? json(200, { version: "2.0.22" }) : page)(request, response);
        await vi.waitFor(() => expect(clock.sleepers()).toEqual([10]));
        clock.advance(10);
        await vi.waitFor(() => expect(states).toHaveLength(2));
        expect(states).toMatchObject([
            { kind: "ready", version: "1.18.33" },
            { kind: "ready", version: "2.0.22" },
        ]);
    });

    test("that is no opencode may become one", async () => {
        let answer = page;
        const { url } = await serve((request, response) => answer(request, response));
        const { watched, clock } = attach(url, "right");
        expect(await watched.settled()).toMatchObject({
            kind: "away",
            reason: `${url} is no opencode: it answers 200, and not as opencode does.`,
            retryAt: clock.now() + 1000,
        });
        answer = opencode;
        clock.advance(1);
        await vi.waitFor(() => expect(watched.state().kind).toBe("ready"));
    });

    test("that ends is away after some questions, not after the first, and back when it is there again", async () => {
        const { url, port, server } = await serve(opencode);
        const { watched, clock } = attach(url, "right");
        const states: ServerState[] = [];
        watched.onState((state) => states.push(state));
        await watched.settled();
        server.close();
        server.closeAllConnections();
        for (const seconds of [10, 1, 2, 4, 8]) {
            await vi.waitFor(() => expect(clock.sleepers()).toEqual([seconds]));
            expect(watched.state().kind).toBe("ready");
            clock.advance(seconds);
        }
        await vi.waitFor(() => expect(watched.state().kind).toBe("away"));
        await serve(opencode, port);
        await vi.waitFor(() => expect(clock.sleepers()).toEqual([1]));
        clock.advance(1);
        await vi.waitFor(() => expect(watched.state().kind).toBe("ready"));
        await watched.stop();
        expect(states.map(({ kind }) => kind)).toEqual(["ready", "away", "ready", "stopped"]);
        expect(clock.sleepers()).toEqual([]);
    });
});
