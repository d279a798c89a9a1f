/** Who gets anything of the page, by every route of it. */
import { readFile, stat } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { assembleBridge } from "../../src/assembly.ts";
import { changes } from "../../src/page/changes.ts";
import { lookups } from "../../src/page/lookups.ts";
import { ADMIN_TOKEN, type StandIn, startStandIn } from "../security/stand-in.ts";
import { logIn, ownHeaders, visit } from "./visitor.ts";

const changing = ["logout", ...Object.keys(changes)].map((name) => `/page/${name}`);
const looking = ["state", "events", ...Object.keys(lookups)].map((name) => `/page/${name}`);
/** What is only told to those who have logged in. */
const secret = /"sections"|"computers"|"session"|"guard"/;

const tokenOf = ({ bridge }: StandIn) => new URL(bridge.pageUrl).hash.slice(1);

describe("a change", () => {
    test.each<[string, (headers: Record<string, string>, url: string) => Record<string, string>, number]>([
        ["without a cookie", ({ cookie: _, ...rest }) => rest, 401],
        [
            "with another cookie",
            (own) => ({ ...own, cookie: `${own.cookie?.split("=")[0]}=${"0".repeat(64)}` }),
            401,
        ],
        ["without what the page was told", ({ "x-trapos-guard": _, ...rest }) => rest, 403],
        ["with another guard", (own) => ({ ...own, "x-trapos-guard": "0".repeat(64) }), 403],
        ["from another origin", (own) => ({ ...own, origin: "http://evil.example" }), 403],
        ["from another port of this machine", (own) => ({ ...own, origin: "http://127.0.0.1:1" }), 403],
        ["without an origin", ({ origin: _, ...rest }) => rest, 403],
        ["from a sandbox", (own) => ({ ...own, origin: "null" }), 403],
        ["from another site", (own) => ({ ...own, "sec-fetch-site": "cross-site" }), 403],
        ["from another port, as browsers say it", (own) => ({ ...own, "sec-fetch-site": "same-site" }), 403],
        [
            "as a form sends it",
            (own) => ({ ...own, "content-type": "application/x-www-form-urlencoded" }),
            415,
        ],
        ["as plain text", (own) => ({ ...own, "content-type": "text/plain" }), 415],
        ["by another name", (own) => ({ ...own, host: "evil.example", origin: "http://evil.example" }), 404],
        ["by a name like ours", (own) => ({ ...own, host: "127.0.0.1.evil.example:1" }), 404],
        ["through a proxy", (own) => ({ ...own, "x-forwarded-for": "192.0.2.1" }), 404],
    ])("%s is turned away, whatever it is", async (_name, change, status) => {
        const world = await startStandIn();
        const { id } = world.link();
        const visitor = await logIn(world);
        const headers = change({ ...visitor.headers }, visitor.url);
        for (const path of changing) {
            const answer = await visit(world.url, { path, headers, body: { computer: id } });
            expect(answer.status, path).toBe(status);
            expect(answer.text).not.toMatch(secret);
        }
        const { sections } = await visitor.get<{ sections: { computers: { set: unknown[] } } }>(
            "/page/state",
        );
        expect(sections.computers.set).toHaveLength(1);
    });

    test.each(["//", "//[", "/\\\\[", "http://[/page/state"])(
        "of what is no address, as %s, breaks nothing",
        async (path) => {
            const world = await startStandIn();
            const { hostname, port } = new URL(world.url);
            const answer = await new Promise<string>((resolve, reject) => {
                const socket = connect(Number(port), hostname);
                socket.setEncoding("utf8").once("data", (text: string) => {
                    resolve(text);
                    socket.destroy();
                });
                socket.once("error", reject);
                socket.write(`GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
            });
            expect(answer).toMatch(/^HTTP\/1.1 40[04]/);
            expect(world.log.join()).not.toContain("a request broke");
        },
    );

    test("or a look with the cookie alone, which a browser sends to all ports of this machine, gets nothing", async () => {
        const world = await startStandIn();
        const { headers } = await logIn(world);
        const { "x-trapos-guard": _, ...alone } = headers;
        for (const path of looking) {
            const answer = await visit(world.url, { path, headers: alone });
            expect(answer.status, path).toBe(401);
            expect(answer.text).not.toMatch(secret);
        }
        const kept = await readFile(join(world.data, "page-logins.json"), "utf8");
        expect(kept).not.toContain(headers["x-trapos-guard"]);
    });

    test("that is asked for by GET, or by another method, is none", async () => {
        const world = await startStandIn();
        const { headers } = await logIn(world);
        for (const path of changing)
            for (const method of ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
                expect((await visit(world.url, { path, method, headers })).status, `${method} ${path}`).toBe(
                    404,
                );
        expect((await visit(world.url, { path: "/page/state", headers })).status).toBe(200);
    });

    test.each([
        ["no JSON", "{"],
        ["nothing", ""],
        ["too much", JSON.stringify({ code: "x".repeat(70_000) })],
        ["another thing", "[]"],
        ["null", "null"],
        [
            "more than is known",
            JSON.stringify({ code: "BCDFGH", computer: "x", nonce: "x", number: 1, and: 1 }),
        ],
    ])("that is %s is refused in one line", async (_name, body) => {
        const world = await startStandIn();
        const { headers } = await logIn(world);
        for (const path of changing.filter((one) => one !== "/page/logout")) {
            const answer = await visit(world.url, { path, headers, body });
            expect(answer.status, path).toBe(400);
            const { error } = JSON.parse(answer.text) as { error: { message: string } };
            expect(error.message).not.toMatch(/\n| at .*\.ts/);
        }
    });
});

describe("what the page shows", () => {
    test.each<[string, (headers: Record<string, string>) => Record<string, string>, number]>([
        ["no cookie", ({ cookie: _, ...rest }) => rest, 401],
        ["the token in the place of a cookie", (own) => ({ ...own, cookie: `x=${own.cookie}` }), 401],
        ["the owner's token of commands", () => ({ authorization: `Bearer ${ADMIN_TOKEN}` }), 401],
        ["another site", (own) => ({ ...own, "sec-fetch-site": "cross-site" }), 403],
        ["another origin", (own) => ({ ...own, origin: "http://evil.example" }), 403],
        ["an address in the browser", (own) => ({ ...own, "sec-fetch-site": "none" }), 403],
        ["another name", (own) => ({ ...own, host: "evil.example" }), 404],
        ["a proxy", (own) => ({ ...own, via: "1.1 proxy" }), 404],
    ])("is not shown to %s", async (_name, change, status) => {
        const world = await startStandIn();
        world.link();
        const { headers } = await logIn(world);
        for (const path of looking) {
            const answer = await visit(world.url, { path, headers: change({ ...headers }) });
            expect(answer.status, path).toBe(status);
            expect(answer.text).not.toMatch(secret);
        }
    });

    test("its files are this machine's, and a browser keeps to what they say", async () => {
        const world = await startStandIn();
        for (const path of ["/", "/login", "/page/main.js", "/page/lib/preact.mjs", "/page/page.css"]) {
            const { status, headers, text } = await visit(world.url, { path });
            expect(status, path).toBe(200);
            expect(text.length).toBeGreaterThan(0);
            expect(headers).toMatchObject({
                "x-content-type-options": "nosniff",
                "referrer-policy": "no-referrer",
                "cross-origin-opener-policy": "same-origin",
                "cross-origin-resource-policy": "same-origin",
                "cache-control": "no-store",
                "x-frame-options": "DENY",
            });
            const policy = String(headers["content-security-policy"]);
            expect(policy).toMatch(/^default-src 'none'; script-src 'self' 'sha256-[A-Za-z0-9+/]{43}='; /);
            for (const rule of ["frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"])
                expect(policy).toContain(rule);
            expect(policy).not.toMatch(/unsafe|\*|http/);
            const others: Record<string, string>[] = [{ host: "evil.example" }, { "x-real-ip": "192.0.2.1" }];
            for (const other of others)
                expect((await visit(world.url, { path, headers: other })).status).toBe(404);
        }
        for (const path of [
            "/page/",
            "/page/index.html",
            "/page/../package.json",
            "/page/lib/",
            "/page/__proto__",
        ])
            expect((await visit(world.url, { path })).status, path).not.toBe(200);
    });

    test("is on a port of its own where computers are served on another address", async () => {
        const world = await startStandIn({}, { host: "127.0.0.2" });
        const { origin } = new URL(world.bridge.pageUrl);
        expect(origin).toBe(world.bridge.ownUrl);
        expect(origin).not.toBe(world.url);
        expect((await visit(origin, { path: "/" })).status).toBe(200);
        const visitor = await logIn(world);
        expect(await visitor.get("/page/state")).toHaveProperty("sections");
    });
});

describe("the login", () => {
    const tryToken = (world: StandIn, token: unknown) =>
        visit(world.url, { path: "/page/login", headers: ownHeaders(world.url), body: { token } });

    test("gives a cookie that no script reads and no other page sends", async () => {
        const world = await startStandIn();
        const { status, headers } = await tryToken(world, tokenOf(world));
        expect(status).toBe(200);
        expect(String(headers["set-cookie"])).toMatch(
            /^trapos-page-\d+=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Strict$/,
        );
    });

    test.each([
        ["from another origin", { origin: "http://evil.example" }],
        ["from another site", { "sec-fetch-site": "cross-site" }],
        ["as a form", { "content-type": "text/plain" }],
        ["by another name", { host: "evil.example" }],
    ])("is refused %s, and counts for nothing", async (_name, more) => {
        const world = await startStandIn();
        for (let round = 0; round < 12; round += 1) {
            const headers = { ...ownHeaders(world.url), ...more };
            const answer = await visit(world.url, { path: "/page/login", headers, body: { token: "0" } });
            expect([403, 404, 415]).toContain(answer.status);
        }
        expect((await tryToken(world, tokenOf(world))).status).toBe(200);
    });

    test("holds where another server of this machine has set a cookie of the same name", async () => {
        const world = await startStandIn();
        const { headers } = await logIn(world);
        const name = headers.cookie!.split("=")[0]!;
        const cookie = `${name}=${"0".repeat(64)}; ${name}=; ${headers.cookie}`;
        const answer = await visit(world.url, { path: "/page/state", headers: { ...headers, cookie } });
        expect(answer.status).toBe(200);
    });

    test("logs ten wrong tokens a minute, none of them itself, and takes the right one all the same", async () => {
        const world = await startStandIn();
        for (let round = 0; round < 10; round += 1)
            expect((await tryToken(world, "0".repeat(48))).status).toBe(403);
        expect((await tryToken(world, "1".repeat(48))).status).toBe(429);
        expect(world.log.filter((line) => line.includes("tried to log in"))).toHaveLength(10);
        expect(world.log.join()).not.toContain("0".repeat(48));
        expect((await tryToken(world, tokenOf(world))).status).toBe(200);
        world.wait(61_000);
        expect((await tryToken(world, "1".repeat(48))).status).toBe(403);
    });

    test.each(["", "0", 1, null, ["x"], "x".repeat(300)])("is not had by %j", async (token) => {
        const world = await startStandIn();
        expect([400, 403]).toContain((await tryToken(world, token)).status);
    });

    test("ends with the logout, and after a month", async () => {
        const world = await startStandIn();
        const [one, other] = [await logIn(world), await logIn(world)];
        expect((await one.change("logout", {})).status).toBe(200);
        expect((await visit(world.url, { path: "/page/state", headers: one.headers })).status).toBe(401);
        expect((await visit(world.url, { path: "/page/state", headers: other.headers })).status).toBe(200);
        world.jump(31 * 24 * 3_600_000);
        expect((await visit(world.url, { path: "/page/state", headers: other.headers })).status).toBe(401);
    });

    test("lasts over a restart of the bridge, whose new token is another one; no token is kept", async () => {
        const world = await startStandIn();
        const visitor = await logIn(world);
        const file = join(world.data, "page-logins.json");
        const kept = await readFile(file, "utf8");
        expect(kept).not.toContain(/=([0-9a-f]+)/.exec(visitor.headers.cookie!)![1]);
        if (process.platform !== "win32") expect((await stat(file)).mode & 0o777).toBe(0o600);
        const before = tokenOf(world);
        const port = Number(new URL(world.url).port);
        await world.bridge.stop();
        const hidden: string[] = [];
        const bridge = await assembleBridge({
            ...world.parts,
            port,
            hide(text) {
                hidden.push(text);
                return () => undefined;
            },
        });
        onTestFinished(() => bridge.stop());
        const after = new URL(bridge.pageUrl).hash.slice(1);
        expect(after).not.toBe(before);
        expect(hidden).toContain(after);
        expect((await visit(world.url, { path: "/page/state", headers: visitor.headers })).status).toBe(200);
    });
});
