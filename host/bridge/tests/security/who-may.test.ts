/**
 * Who may do what: a table of every route, every message and every function that can be called. What is not in it fails the
 * test, so that nothing comes to the bridge without somebody who says who may use it.
 */
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { fromBridge, fromComputer, frame } from "../../../../src/apis/ai/link/frames.ts";
import { callables } from "../../src/link/calls.ts";
import { changes } from "../../src/page/changes.ts";
import { lookups } from "../../src/page/lookups.ts";
import type { Profile } from "../../src/journal/journal.ts";
import { profiles } from "../../src/profiles.ts";
import { logIn } from "../page/visitor.ts";
import { type Computer, connect, type Door } from "./computer.ts";
import { ADMIN_TOKEN, type StandIn, startStandIn } from "./stand-in.ts";

/**
 * Whose something is: everybody's, this machine's, the owner's on this machine, a computer's with a token, or a browser's on
 * this machine that has logged in to the page, but for the login itself.
 */
type Who = "anybody" | "this machine" | "owner" | "computer" | "page";

/** Every HTTP route: the method, who may use it, and what it answers to those and to others. */
const routes: Readonly<Record<string, { who: Who; body?: unknown; status: number }>> = {
    "GET /health": { who: "anybody", status: 200 },
    "GET /install.lua": { who: "anybody", status: 200 },
    "GET /manifest.json": { who: "anybody", status: 200 },
    "GET /packages/index.json": { who: "anybody", status: 200 },
    "GET /programs/ai.lua": { who: "anybody", status: 200 },
    "POST /pair": { who: "anybody", body: { computer: 1 }, status: 200 },
    "POST /pair/state": { who: "anybody", body: { secret: "none" }, status: 410 },
    "GET /admin/status": { who: "owner", status: 200 },
    "GET /admin/computers": { who: "owner", status: 200 },
    "GET /admin/pairings": { who: "owner", status: 200 },
    "POST /admin/approve": { who: "owner", body: { code: "BCDFGH" }, status: 404 },
    "POST /admin/revoke": { who: "owner", body: { computer: "nobody" }, status: 404 },
    "POST /admin/backup": { who: "owner", body: { file: "relative.db" }, status: 400 },
    "GET /admin/jobs": { who: "owner", status: 200 },
    "POST /admin/jobs/start": { who: "owner", body: {}, status: 400 },
    "POST /admin/jobs/collect": { who: "owner", body: { number: 1, seconds: 0 }, status: 404 },
    "POST /admin/jobs/collected": { who: "owner", body: { number: 1 }, status: 404 },
    "POST /admin/jobs/kill": { who: "owner", body: { number: 1 }, status: 404 },
    "GET /admin/limits": { who: "owner", status: 400 },
    "POST /admin/limits": { who: "owner", body: {}, status: 400 },
    "GET /admin/page": { who: "owner", status: 200 },
    "GET /": { who: "this machine", status: 200 },
    "GET /login": { who: "this machine", status: 200 },
    "GET /page/main.js": { who: "this machine", status: 200 },
    "GET /page/page.css": { who: "this machine", status: 200 },
    "GET /page/lib/preact.mjs": { who: "this machine", status: 200 },
    "POST /page/login": { who: "page", body: { token: 1 }, status: 400 },
    "POST /page/logout": { who: "page", body: {}, status: 200 },
    "GET /page/state": { who: "page", status: 200 },
    "GET /page/events": { who: "page", status: 200 },
    "GET /page/sessions": { who: "page", status: 200 },
    "GET /page/messages": { who: "page", status: 404 },
    "GET /page/usage": { who: "page", status: 200 },
    "GET /page/job": { who: "page", status: 400 },
    "POST /page/approve": { who: "page", body: { code: "BCDFGH" }, status: 404 },
    "POST /page/refuse": { who: "page", body: { code: "BCDFGH" }, status: 404 },
    "POST /page/revoke": { who: "page", body: { computer: "nobody" }, status: 404 },
    "POST /page/change": { who: "page", body: { computer: "nobody" }, status: 404 },
    "POST /page/limits": { who: "page", body: {}, status: 400 },
    "POST /page/permission": { who: "page", body: { nonce: "n", id: "i", reply: "once" }, status: 409 },
    "POST /page/question": { who: "page", body: { nonce: "n", id: "i" }, status: 409 },
    "POST /page/stop": { who: "page", body: { nonce: "n" }, status: 409 },
    "POST /page/spawn": { who: "page", body: {}, status: 400 },
    "POST /page/kill": { who: "page", body: {}, status: 400 },
    "POST /page/collect": { who: "page", body: {}, status: 400 },
    "GET /link": { who: "computer", status: 404 },
    "POST /link/poll": { who: "computer", status: 400 },
};

/** Every function that a computer may call, by the least profile that may. */
const calls: Readonly<Record<Profile, readonly string[]>> = {
    talk: [
        "health",
        "createSession",
        "getSession",
        "listSessions",
        "getMessages",
        "getMessage",
        "abortSession",
        "stopSession",
        "renameSession",
        "deleteSession",
        "forkSession",
        "unshareSession",
        "getTodos",
        "getChanges",
        "startCompacting",
        "answerPermission",
        "answerQuestion",
        "rejectQuestion",
        "readList",
        "waitUntilLoaded",
        "spawnJob",
        "listJobs",
        "getJob",
        "collectJob",
        "jobCollected",
        "killJob",
        "jobTold",
    ],
    read: ["listFiles", "findFiles"],
    build: ["undo", "redo", "shareSession"],
    trusted: ["startShell", "startCommand"],
};

/** What each message of a computer's is of: its own sessions and turns alone. */
const messages = ["call", "prompt", "follow", "leave", "decision", "screen"];
const answers = [
    "result",
    "failure",
    "sent",
    "text",
    "tool",
    "progress",
    "permission",
    "question",
    "settled",
    "done",
    "failed",
    "job",
    "watch",
];
const frames = [
    "hello",
    "welcome",
    "bye",
    "ping",
    "pong",
    "acknowledge",
    "sequence",
    "message",
    "piece",
    "more",
];

interface Asked {
    readonly method: string;
    readonly path: string;
    readonly headers?: Record<string, string>;
    readonly body?: unknown;
}

/** Sends a request with whatever headers, as fetch does not. @returns nothing where there was no answer */
function ask(
    { url }: StandIn,
    { method, path, headers, body }: Asked,
): Promise<{ status: number; text: string } | undefined> {
    return new Promise((resolve) => {
        const sent = request(`${url}${path}`, { method, headers: { ...headers } }, (response) => {
            let text = "";
            response.setEncoding("utf8").on("data", (piece: string) => (text += piece));
            const done = () => resolve({ status: response.statusCode ?? 0, text });
            response.on("end", done);
            // It has no end.
            if (response.headers["content-type"]?.startsWith("text/event-stream") !== true) return;
            done();
            sent.destroy();
        });
        sent.on("error", () => resolve(undefined));
        sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
}

async function open(door: Door): Promise<Computer> {
    const computer = await connect(door);
    onTestFinished(() => computer.close());
    return computer;
}

const own = { authorization: `Bearer ${ADMIN_TOKEN}` };
const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"];

describe("the table", () => {
    it("has every route that the sources name", () => {
        const folder = join(import.meta.dirname, "../../src");
        const sources = ["server/server.ts", "server/admin.ts", "page/page.ts"].map((name) =>
            readFileSync(join(folder, name), "utf8"),
        );
        const named = new Set(
            sources.flatMap((source): string[] =>
                [...source.matchAll(/"(?:(?:GET|POST|PUT|PATCH|DELETE) )?(\/[a-z/]*[a-z])"/g)].map(
                    ([, path]) => path ?? "",
                ),
            ),
        );
        const known = new Set(Object.keys(routes).map((route) => route.split(" ")[1]!));
        expect([...named].filter((path) => !known.has(path))).toEqual([]);
        expect([...named]).toContain("/admin/revoke");
        expect([...named]).toContain("/page/events");
    });

    it("has every change and every lookup of the page", () => {
        const ofPage = Object.keys(routes).filter((route) => routes[route]?.who === "page");
        const own = ["POST /page/login", "POST /page/logout", "GET /page/state", "GET /page/events"];
        const named = [
            ...own,
            ...Object.keys(changes).map((name) => `POST /page/${name}`),
            ...Object.keys(lookups).map((name) => `GET /page/${name}`),
        ];
        expect(ofPage.toSorted()).toEqual(named.toSorted());
    });

    it("has every function that can be called, every message and every frame", () => {
        expect(Object.values(calls).flat().toSorted()).toEqual(Object.keys(callables).toSorted());
        for (const profile of profiles)
            for (const name of calls[profile])
                expect(callables[name as keyof typeof callables].needs, name).toBe(profile);
        expect(Object.keys(fromComputer)).toEqual(messages);
        expect(Object.keys(fromBridge)).toEqual(answers);
        expect(Object.keys(frame).map((name) => name.replace("?", ""))).toEqual(frames);
    });
});

describe("every route", () => {
    it("answers those whose it is", async () => {
        const world = await startStandIn();
        for (const [route, { who, status, body }] of Object.entries(routes)) {
            const [method, path] = route.split(" ") as [string, string];
            // Each by a login of its own, as one of them is the logout.
            const headers = who === "page" ? (await logIn(world)).headers : own;
            expect((await ask(world, { method, path, body, headers }))?.status, route).toBe(status);
        }
    });

    it("answers nobody without a token but what is everybody's, by any method", async () => {
        const world = await startStandIn();
        const paths = new Set(Object.keys(routes).map((route) => route.split(" ")[1]!));
        const others = ["/", "/admin", "/admin/", "/session", "/global/health", "/pty", "/../package.json"];
        for (const path of [...paths, ...others, "/package.json", "/host/bridge/package.json"])
            for (const method of methods) {
                const route = `${method === "HEAD" ? "GET" : method} ${path}`;
                const who = routes[route]?.who;
                if (who === "anybody" || who === "this machine") continue;
                const answer = await ask(world, { method, path, body: routes[route]?.body });
                expect([401, 403, 404, 400, undefined], `${method} ${path}`).toContain(answer?.status);
                expect(answer?.text ?? "", `${method} ${path}`).not.toMatch(/bridge\.db|computers|uptime/);
            }
        expect(world.asked).toEqual([]);
    });

    it.each<[name: string, headers: Record<string, string>]>([
        ["a computer's token", {}],
        ["another token", { authorization: "Bearer 00" }],
        ["no scheme", { authorization: ADMIN_TOKEN }],
        ["Basic", { authorization: `Basic ${Buffer.from(`x:${ADMIN_TOKEN}`).toString("base64")}` }],
        ["the owner's token from a page", { ...own, origin: "http://evil.example" }],
        ["the owner's token from a page of the same origin", { ...own, origin: "http://127.0.0.1" }],
        ["the owner's token from a page without cors", { ...own, "sec-fetch-site": "cross-site" }],
        ["the owner's token by another name", { ...own, host: "evil.example" }],
        ["the owner's token by a name like ours", { ...own, host: "127.0.0.1.evil.example:4097" }],
        ["the owner's token through a proxy", { ...own, "x-forwarded-for": "192.0.2.1" }],
    ])("is the owner's alone: not for %s", async (name, headers) => {
        const world = await startStandIn();
        const { token } = world.link("trusted");
        const given = name === "a computer's token" ? { authorization: `Bearer ${token}` } : headers;
        for (const [route, { who, body }] of Object.entries(routes)) {
            if (who !== "owner") continue;
            const [method, path] = route.split(" ") as [string, string];
            const answer = await ask(world, { method, path, body, headers: given });
            expect([401, 404], route).toContain(answer?.status);
            expect(answer?.text, route).not.toContain("game");
        }
    });
});

describe("a page in somebody's browser", () => {
    it.each<[name: string, headers: Record<string, string>]>([
        ["a form", { origin: "http://evil.example", "content-type": "text/plain" }],
        ["a page without an origin", { origin: "null", "content-type": "text/plain" }],
        ["a fetch without cors", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" }],
        ["a page whose name leads here", { origin: "http://evil.example:4097", host: "evil.example:4097" }],
    ])("links no computer, also where this machine's are approved at once: %s", async (_name, headers) => {
        const world = await startStandIn({}, { approveLocal: true });
        for (const path of ["/pair", "/pair/state"]) {
            const answer = await ask(world, { method: "POST", path, headers, body: { computer: 1 } });
            expect(answer?.status, path).toBe(403);
            expect(answer?.text).not.toContain("secret");
        }
        expect(world.bridge.pairings.waiting()).toEqual([]);
    });

    it.each<[name: string, headers: Record<string, string>]>([
        ["by another name than this machine's", { host: "evil.example" }],
        ["through a proxy", { "x-forwarded-for": "192.0.2.1" }],
    ])("is not approved at once as this machine's own: %s", async (_name, headers) => {
        const world = await startStandIn({}, { approveLocal: true });
        await ask(world, { method: "POST", path: "/pair", headers, body: { computer: 1 } });
        expect(world.bridge.pairings.waiting()).toHaveLength(1);
    });

    it.each(["http://evil.example", "http://127.0.0.1", "null"])("opens no link from %s", async (origin) => {
        const world = await startStandIn();
        const computer = await open({ ...world.link(), headers: { Origin: origin } });
        expect(await computer.ended).toBeUndefined();
        expect(computer.frames).toEqual([]);
    });

    it("is told of nothing by a header that would let it read", async () => {
        const world = await startStandIn();
        const response = await fetch(`${world.url}/health`, { headers: { origin: "http://evil.example" } });
        expect(response.headers.get("access-control-allow-origin")).toBeNull();
        expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    });
});

describe("without a computer's token", () => {
    it.each([
        ["none", {}],
        ["another", { Authorization: "Bearer 0123456789" }],
        ["the owner's", { Authorization: `Bearer ${ADMIN_TOKEN}` }],
        ["what is no token", { Authorization: "Bearer ../../x" }],
    ] as const)("nothing is said over a link: %s", async (_name, headers) => {
        const world = await startStandIn();
        const computer = await connect({ url: world.url, token: "", isSilent: true, headers });
        computer.say({ type: "call", id: "a", name: "health" });
        expect((await computer.ended)?.code).toBe("unknown_token");
        expect(computer.messages).toEqual([]);
        expect(world.asked).toEqual([]);
    });
});

describe("one computer's token", () => {
    /** What each function is given, to do with a session, a message or something asked that is another's. */
    const given: Readonly<Record<string, unknown>> = {
        getSession: { id: "ses_other" },
        getMessages: { sessionId: "ses_other", limit: 0 },
        getMessage: { sessionId: "ses_other", id: "msg_other" },
        abortSession: { sessionId: "ses_other" },
        stopSession: { sessionId: "ses_other" },
        renameSession: { id: "ses_other", title: "mine" },
        deleteSession: { id: "ses_other" },
        forkSession: { id: "ses_other" },
        undo: { id: "ses_other", messageId: "msg_other" },
        redo: { id: "ses_other" },
        shareSession: { id: "ses_other" },
        unshareSession: { id: "ses_other" },
        getTodos: { id: "ses_other" },
        getChanges: { id: "ses_other", messageId: "msg_other" },
        startCompacting: { id: "ses_other", model: "a/b" },
        startShell: { id: "ses_other", agent: "build", line: "id" },
        startCommand: { id: "ses_other", command: { name: "init", arguments: "" } },
        answerPermission: { id: "per_other", reply: "once" },
        answerQuestion: { id: "que_other", answers: [["yes"]] },
        rejectQuestion: { id: "que_other" },
        getJob: { number: 1 },
        collectJob: { number: 1, seconds: 0 },
        jobCollected: { number: 1 },
        killJob: { number: 1 },
        jobTold: { number: 1 },
    };
    /** Those that name nothing which could be another's. */
    const ofNobody = [
        "health",
        "createSession",
        "listSessions",
        "readList",
        "waitUntilLoaded",
        "listFiles",
        "findFiles",
        "spawnJob",
        "listJobs",
    ];
    const session = (id: string, parentID?: string) => ({ id, title: "", time: {}, parentID });

    async function startTwo(): Promise<{ world: StandIn; mine: Computer }> {
        let count = 0;
        const world = await startStandIn({
            createSession: () => Promise.resolve(session(`ses_${++count}`) as never),
            // A subagent's session of the other's.
            getSession: (id: string) =>
                Promise.resolve(session(id, id === "ses_child" ? "ses_1" : undefined) as never),
            listSessions: () =>
                Promise.resolve(["ses_1", "ses_2", "ses_9"].map((id) => session(id)) as never),
            readList: ((name: string) =>
                Promise.resolve(
                    name === "status"
                        ? { ses_1: { type: "busy" }, ses_2: { type: "busy" }, ses_9: { type: "busy" } }
                        : [
                              {
                                  id: "per_other",
                                  sessionID: "ses_1",
                                  permission: "bash",
                                  patterns: [],
                                  always: [],
                              },
                              { id: "que_other", sessionID: "ses_child", questions: [], permission: "x" },
                              {
                                  id: "own",
                                  sessionID: "ses_2",
                                  questions: [],
                                  permission: "x",
                                  patterns: [],
                                  always: [],
                              },
                          ],
                )) as never,
        });
        const others = await open(world.link("trusted"));
        await others.call("createSession", { title: "x" });
        const mine = await open(world.link("trusted"));
        await mine.call("createSession", { title: "x" });
        await others.call("spawnJob", { key: "k", prompt: "a secret" });
        world.asked.length = 0;
        return { world, mine };
    }

    it("is tried with every function", () => {
        const all = [...Object.keys(given), ...ofNobody].toSorted();
        expect(all).toEqual(Object.keys(callables).toSorted());
    });

    it.each(["ses_1", "ses_child", "ses_9", "ses_9/../ses_1", "../session/ses_1", "__proto__"])(
        "gets nothing of the session %s, which is another's",
        async (id) => {
            const { world, mine } = await startTwo();
            for (const [name, what] of Object.entries(given)) {
                const text = JSON.stringify(what).replaceAll("ses_other", id);
                const answer = await mine.call(name, JSON.parse(text));
                expect(["session_gone", "not_found", "bad_request"], `${name} ${text}`).toContain(
                    answer.code,
                );
            }
            // Whose a session is may be asked for, and what waits; nothing else.
            expect(world.asked.filter((call) => !/^(getSession|readList) /.test(call))).toEqual([]);
        },
    );

    it("is shown no session, status, permission or question of another's", async () => {
        const { mine } = await startTwo();
        expect((await mine.call("listSessions")).value).toMatchObject([{ id: "ses_2" }]);
        expect((await mine.call("readList", { name: "status" })).value).toEqual({ ses_2: { type: "busy" } });
        for (const name of ["permissions", "questions"])
            expect((await mine.call("readList", { name })).value).toMatchObject([{ id: "own" }]);
        for (const name of ["sessions", "__proto__", "constructor", "toString", "messages"])
            expect(await mine.call("readList", { name })).toMatchObject({ code: "bad_request" });
        for (const name of ["__proto__", "constructor", "toString", "dispose", "events", "setPermission"])
            expect(await mine.call(name, {}), name).toMatchObject({ code: "bad_request" });
    });

    it("is shown no job of another's, and begins none under another's name", async () => {
        const { world, mine } = await startTwo();
        expect((await mine.call("listJobs")).value).toEqual([]);
        expect((await mine.call("spawnJob", { key: "k", prompt: "mine" })).value).toMatchObject({
            number: 2,
        });
        expect((await mine.call("listJobs")).value).toMatchObject([{ number: 2, prompt: "mine" }]);
        expect(world.bridge.jobs.job(1)).toMatchObject({ state: "queued", prompt: "a secret" });
        // It is told of no more at once than it can hold.
        for (let at = 3; at <= 101; at += 1) {
            await mine.call("spawnJob", { key: `k${at}`, prompt: "mine" });
            await mine.call("killJob", { number: at });
        }
        await mine.call("spawnJob", { key: "last", prompt: "mine" });
        const listed = (await mine.call("listJobs")).value as { number: number }[];
        expect(listed.map(({ number }) => number)).toEqual(Array.from({ length: 100 }, (_, at) => 102 - at));
        expect(JSON.stringify(mine.messages)).not.toContain("secret");
    });

    it("prompts in no session of another's, and follows, leaves and decides no turn of another's", async () => {
        const world = await startStandIn();
        const others = await open(world.link("trusted"));
        const theirs = ((await others.call("createSession", { title: "x" })).value as { id: string }).id;
        const mine = await open(world.link("trusted"));
        await mine.call("createSession", { title: "x" });
        const wanted = { text: true, reasoning: true };
        const end = (computer: Computer, nonce: string) =>
            computer.message((message) => message.nonce === nonce && message.type === "failed");
        others.say({
            type: "prompt",
            nonce: "theirs",
            sessionId: theirs,
            text: "secret",
            idleTimeout: 60,
            wanted,
        });
        await others.message(({ type }) => type === "progress");
        world.asked.length = 0;
        mine.say({ type: "prompt", nonce: "new", sessionId: theirs, text: "x", idleTimeout: 60, wanted });
        expect(await end(mine, "new")).toMatchObject({ code: "session_gone" });
        for (const type of ["prompt", "follow"]) {
            mine.say({ type, nonce: "theirs", sessionId: "ses_2", text: "x", idleTimeout: 60, wanted });
            expect(await end(mine, "theirs")).toMatchObject({ code: "not_sent" });
            mine.messages.length = 0;
        }
        mine.say({ type: "leave", nonce: "theirs" });
        mine.say({ type: "decision", nonce: "theirs", id: "per_other", what: "permission", reply: "always" });
        await mine.call("health");
        expect(world.asked.filter((call) => call.startsWith("sendPrompt"))).toEqual([]);
        expect(world.asked.filter((call) => call.startsWith("answer"))).toEqual([]);
        expect(world.bridge.turns.count()).toBe(1);
        expect(JSON.stringify(mine.messages)).not.toContain("secret");
    });
});

describe("every profile", () => {
    it.each(profiles)("%s may call what is its own, and nothing of a wider one", async (profile) => {
        const world = await startStandIn();
        const computer = await open(world.link(profile));
        const wider = profiles.slice(profiles.indexOf(profile) + 1).flatMap((name) => calls[name]);
        const arguments_ = {
            id: "ses_1",
            path: ".",
            query: "x",
            messageId: "msg_1",
            agent: "build",
            line: "id",
            command: { name: "init", arguments: "" },
        };
        world.asked.length = 0;
        for (const name of wider)
            expect(await computer.call(name, arguments_), name).toMatchObject({ code: "forbidden" });
        expect(world.asked).toEqual([]);
    });
});
