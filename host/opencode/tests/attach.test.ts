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
        ["opencode 1", opencode, { kind: "well", version: "1.18.33" }],
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
            { kind: "unusable", problem: expect.objectContaining({ code: "opencode_2" }) as unknown },
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
        ["opencode 2", json(200, { version: "2.0.22" }), /opencode 2 is not supported yet/],
        ["too old", json(200, { version: "1.2.27" }), /is opencode 1\.2\.27, which is too old/],
    ])("that is %s is given up", async (_, answer, line) => {
        const { url } = await serve(answer);
        const { watched } = attach(url);
        await vi.waitFor(() => expect(watched.state().kind).toBe("stopped"));
        expect((watched.state() as { reason: string }).reason).toMatch(line);
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
