/**
 * A server of opencode 2, as far as this client gets to see it: every route of opencode 1 answers with a web page, and
 * `GET /api/info` with JSON (2.0.22).
 */
import { describe, expect, it } from "vitest";
import { runWithLibai, startServer, temporaryFolder, type Answer } from "./libai-support.ts";

const page = { type: "text/html", body: "<!doctype html><title>OpenCode</title>" };
const info = {
    version: "2.0.22",
    pid: 123,
    urls: ["http://127.0.0.1:4096"],
    paths: { tmp: "/tmp/opencode" },
};
const password = "Basic b3BlbmNvZGU6c2VjcmV0"; // opencode:secret

const opencode2: Answer = ({ path, headers }) => {
    if (headers.authorization !== password) {
        return { status: 401, body: { _tag: "UnauthorizedError", message: "Authentication required" } };
    }
    return path === "/api/info" ? { body: info } : page;
};

const calls = [
    "ai.health()",
    'ai.ask("hi")',
    "ai.listSessions()",
    "ai.newSession()",
    'ai.useSession("ses_1")',
    'ai.abort("ses_1")',
    "ai.resume()",
];

/** What each of the calls failed with, on one computer. */
async function codesOf(
    answer: Answer,
    settings = {},
): Promise<{ codes: (string | undefined)[]; requests: string[] }> {
    const { url, requests } = await startServer(answer);
    const shown = calls.map((call) => `show(${call})`).join(" settings.set('opencc.session_id', 'ses_1') ");
    const { lines } = await runWithLibai(shown, { settings: { "opencc.server_url": url, ...settings } });
    return { codes: lines.map((line) => /^false .*"code":"(\w+)"/.exec(line)?.[1]), requests };
}

const secret = { "opencc.password": "secret" };

it("is recognised, and asked by its own routes", async () => {
    const { codes, requests } = await codesOf(opencode2, secret);
    // Each of them but health needs a route that every opencode 2 has: what answers that with a page stands in between.
    expect(codes.slice(1)).toEqual(calls.slice(1).map(() => "server_error"));
    expect(requests.filter((request) => !/ \/api\//.test(request))).toEqual([]);
});

it("wants its password first", async () => {
    expect((await codesOf(opencode2)).codes).toEqual(calls.map(() => "unauthorized"));
});

it.each<[what: string, answer: Answer]>([
    ["a web page", () => page],
    ["a web page with another status", () => ({ ...page, status: 404 })],
    ["JSON without a version", ({ path }) => (path === "/api/info" ? { body: { name: "x" } } : page)],
    ["a version that is no text", ({ path }) => (path === "/api/info" ? { body: { version: 2.0 } } : page)],
    ["version 1", ({ path }) => (path === "/api/info" ? { body: { version: "1.99.0" } } : page)],
    ["a version that is none", ({ path }) => (path === "/api/info" ? { body: { version: "two" } } : page)],
    [
        "a version in a web page",
        ({ path }) => (path === "/api/info" ? { ...page, body: JSON.stringify(info) } : page),
    ],
    ["a version with an error", ({ path }) => (path === "/api/info" ? { status: 500, body: info } : page)],
])("%s is no opencode 2", async (_what, answer) => {
    expect((await codesOf(answer)).codes).toEqual(calls.map(() => "not_opencode"));
});

const lists: Record<string, unknown[]> = { permission: [], form: [], question: [] };

/** What a stand-in was asked, and how it behaves. */
interface StandIn {
    answer: Answer;
    /** The texts of the prompts that it took. */
    prompts: string[];
    /** Whether its turns never end. */
    hangs: boolean;
}

/** A small opencode 2, which answers each prompt with "two". */
function startTwo(id = "ses_two"): StandIn {
    const session: Record<string, unknown> = {
        id,
        title: "",
        time: { created: 1, updated: 1 },
        location: { directory: "/" },
    };
    const messages: object[] = [];
    const standIn: StandIn = { prompts: [], hangs: false, answer: () => page };
    const gone = { status: 404, body: { _tag: "SessionNotFoundError", message: "none", sessionID: "x" } };
    standIn.answer = ({ method, path, body }) => {
        const [, api, what, of, rest] = path.split("/");
        if (api !== "api") return page;
        if (what === "info") return { body: info };
        if (what !== "session") return page;
        if (of === "active")
            return {
                body: { data: standIn.hangs && messages.length > 0 ? { [id]: { type: "running" } } : {} },
            };
        if (of === undefined && method === "POST") {
            Object.assign(session, {
                permissions: (JSON.parse(body) as { permissions: unknown }).permissions,
            });
            return { body: { data: session } };
        }
        if (of !== id) return gone;
        if (rest === undefined) return method === "GET" ? { body: { data: session } } : { status: 204 };
        if (rest === "prompt") {
            const prompt = JSON.parse(body) as { id: string; text: string };
            standIn.prompts.push(prompt.text);
            const time = { created: 5, completed: 6 };
            messages.push({ id: prompt.id, type: "user", time, text: prompt.text });
            if (!standIn.hangs) {
                const content = [{ type: "text", text: "two" }];
                const { length } = messages;
                messages.push({ id: `msg_a${length}`, type: "assistant", time, finish: "stop", content });
                messages.push({ id: `msg_i${length}`, type: "idle", time, outcome: "succeeded" });
            }
            return { body: { data: { id: prompt.id } } };
        }
        if (rest === "message") {
            const limit = 10;
            return {
                body: { data: messages.slice(-limit).reverse(), cursor: { previous: null, next: null } },
            };
        }
        return rest in lists ? { body: { data: lists[rest] } } : page;
    };
    return standIn;
}

/** A small opencode 1, which answers each prompt with "one". */
function startOne(): StandIn {
    const id = "ses_one";
    const session = { id, title: "", time: { created: 1, updated: 1 }, directory: "/" };
    const messages: object[] = [];
    const standIn: StandIn = { prompts: [], hangs: false, answer: () => page };
    standIn.answer = ({ method, path, query, body }) => {
        if (path === "/global/health") return { body: { healthy: true, version: "1.18.33" } };
        if (path === "/session" && method === "POST") return { body: session };
        if (path === "/session/status")
            return { body: standIn.hangs && messages.length > 0 ? { [id]: { type: "busy" } } : {} };
        if (path === `/session/${id}`) return { body: session };
        if (path === `/session/${id}/message`)
            return { body: messages.slice(-Number(query.get("limit") ?? 100)) };
        if (path === `/session/${id}/prompt_async`) {
            const { parts } = JSON.parse(body) as { parts: { text: string }[] };
            standIn.prompts.push(parts[0]!.text);
            const time = { created: 5, completed: 6 };
            const { length } = messages;
            messages.push({ info: { id: `msg_u${length}`, role: "user", time }, parts });
            const info = {
                id: `msg_a${length}`,
                role: "assistant",
                parentID: `msg_u${length}`,
                finish: "stop",
            };
            if (!standIn.hangs)
                messages.push({ info: { ...info, time }, parts: [{ type: "text", text: "one" }] });
            return { status: 204 };
        }
        if (path.startsWith("/session/"))
            return { status: 404, body: { name: "NotFoundError", data: { message: "no session" } } };
        return path === "/permission" || path === "/question" ? { body: [] } : page;
    };
    return standIn;
}

/** Lua that writes what is known of the server, and of its session. */
const showKnown = `
    local file = fs.open("/trapos/ai/known.json", "r")
    local known = textutils.unserializeJSON(file.readAll())
    file.close()
    print(known.server.url .. " " .. known.server.dialect .. " " .. (known.session and known.session.id or "-"))
`;
/** Lua that asks, and writes the answer or the failure's code. */
const ask = (words: string): string => `
    local ok, value = ai.ask("${words}")
    print(ok and value.text or value.code)
`;

describe("which opencode a server is", () => {
    it("is asked once, and kept by its address", async () => {
        const two = await startServer(startTwo().answer);
        const one = await startServer(startOne().answer);
        const { lines } = await runWithLibai(
            `
            ${ask("a")} ${ask("b")} ${showKnown}
            settings.set("opencc.server_url", "${one.url}")
            ${ask("c")} ${ask("d")} ${showKnown}
            settings.set("opencc.server_url", "${two.url}")
            ${ask("e")} ${showKnown}
            `,
            { settings: { "opencc.server_url": two.url } },
        );
        expect(lines).toEqual([
            ...["two", "two", `${two.url} 2 ses_two`],
            ...["one", "one", `${one.url} 1 ses_one`],
            ...["two", `${two.url} 2 ses_two`],
        ]);
        const probes = (requests: string[]) => requests.filter((request) => request === "GET /api/info");
        // Once for each time that it takes the other's place in what is known.
        expect(probes(two.requests)).toHaveLength(2);
        expect(probes(one.requests)).toHaveLength(1);
        expect(one.requests.filter((request) => / \/api\//.test(request))).toHaveLength(1);
        expect(two.requests.filter((request) => !/ \/api\//.test(request))).toEqual([]);
    });

    it("is known after a restart of the computer", async () => {
        const disk = await temporaryFolder();
        const { url, requests } = await startServer(startTwo().answer);
        const settings = { "opencc.server_url": url };
        await runWithLibai(ask("a"), { disk, settings });
        const before = requests.length;
        const { lines } = await runWithLibai(ask("b"), {
            disk,
            settings: { ...settings, "opencc.session_id": "ses_two" },
        });
        expect(lines).toEqual(["two"]);
        expect(requests.slice(before)).not.toContain("GET /api/info");
        expect(requests.slice(before)).not.toContain("POST /api/session");
    });

    it.each<[what: string, first: ReturnType<Answer>, code: string]>([
        ["a refusal of the password", { status: 401, body: {} }, "unauthorized"],
        ["a refusal", { status: 403, body: {} }, "unauthorized"],
        ["a failure", { status: 500, body: { _tag: "X" } }, "not_opencode"],
        ["a gateway's failure", { status: 502, type: "text/html", body: "<html>" }, "not_opencode"],
        ["JSON that is none", { body: "{" }, "not_opencode"],
        ["silence", "silence", "timed_out"],
    ])("is asked again after %s", async (_what, first, code) => {
        const two = startTwo();
        let isWell = false;
        const { url } = await startServer((request) => {
            if (request.path === "/well") isWell = true;
            return isWell || request.path !== "/api/info" ? two.answer(request) : first;
        });
        const { lines } = await runWithLibai(
            `
            ${ask("a")}
            http.get("${url}/well").close()
            ${ask("b")} ${showKnown}
            `,
            { settings: { "opencc.server_url": url, "opencc.request_timeout_seconds": 1 } },
        );
        expect(lines).toEqual([code, "two", `${url} 2 ses_two`]);
        expect(two.prompts).toEqual(["b"]);
    });
});

it("asks for an agent and a model that its lists do not have yet", async () => {
    const two = startTwo();
    const { url } = await startServer((request) => {
        const { method, path } = request;
        // Each is empty until all of a folder was read, which nothing tells.
        if (/^\/api\/(agent|model)$/.test(path)) return { body: { location: { directory: "/" }, data: [] } };
        if (method === "POST" && /\/(agent|model)$/.test(path)) return { status: 204 };
        return two.answer(request);
    });
    const { lines } = await runWithLibai(
        'local ok, value = ai.ask("a", { agent = "late", model = "p/late" }) print(ok and value.text or value.code)',
        { settings: { "opencc.server_url": url } },
    );
    expect(lines).toEqual(["two"]);
    expect(two.prompts).toEqual(["a"]);
});

describe("where the other opencode takes its place", () => {
    /** A server that is one of them, and another from a request on. */
    async function startBoth(first: StandIn, second: StandIn) {
        let current = first;
        const server = await startServer((request) => {
            if (request.path === "/other") {
                current = second;
                return { body: {} };
            }
            return current.answer(request);
        });
        return { ...server, other: `http.get("${server.url}/other").close()` };
    }

    it.each([
        [1, 2, startOne, startTwo, ["one", "two"]],
        [2, 1, startTwo, startOne, ["two", "one"]],
    ])(
        "%s -> %s between two calls, it is asked, in a session of its own",
        async (_from, to, one, two, said) => {
            const [first, second] = [one(), two()];
            const { url, other } = await startBoth(first, second);
            const { lines } = await runWithLibai(
                `
            ${ask("a")} ${other}
            local phases = {}
            local ok, value = ai.ask("b", { onProgress = function(p) phases[p.phase] = p.message or true end })
            print(ok and value.text or value.code)
            print(tostring(phases["new session"]))
            ${showKnown}
            ${ask("c")}
            `,
                { settings: { "opencc.server_url": url } },
            );
            const [before, after] = said;
            const id = (opencode: string | undefined) => `ses_${opencode}`;
            expect(lines).toEqual([before, after, id(before), `${url} ${to} ${id(after)}`, after]);
            expect([first.prompts, second.prompts]).toEqual([["a"], ["b", "c"]]);
        },
    );

    it.each([
        ["1 -> 2", startOne, startTwo],
        ["2 -> 1", startTwo, startOne],
    ])("%s, other calls find it, too", async (_name, one, two) => {
        const { url, other } = await startBoth(one(), two());
        const { lines } = await runWithLibai(
            `
            ${ask("a")} ${other}
            local ok, value = ai.health()
            print(ok and value.version or value.code)
            `,
            { settings: { "opencc.server_url": url } },
        );
        expect(lines[1]).toBe(one === startOne ? info.version : "1.18.33");
    });

    it.each([
        ["1 -> 2", startOne, startTwo, info.version],
        ["2 -> 1", startTwo, startOne, "1.18.33"],
    ])(
        "%s in the middle of a turn, that has failed, and is not sent again",
        async (_name, one, two, version) => {
            const [first, second] = [one(), two()];
            first.hangs = true;
            const { url, other } = await startBoth(first, second);
            const { lines } = await runWithLibai(
                `
            local count = 0
            local ok, value = ai.ask("a", { onProgress = function()
                count = count + 1
                if count == 3 then ${other} end
            end })
            print(value.code .. " " .. tostring(value.message:find("${version}", 1, true) ~= nil))
            local ok, value = ai.resume()
            print(value.code)
            local ok, value = ai.resume()
            print(value and value.code)
            ${ask("b")}
            `,
                { settings: { "opencc.server_url": url, "opencc.poll_timeout_seconds": 10 } },
            );
            expect(lines[0]).toBe("other_opencode true");
            // What was asked of the other one is forgotten then, and a new one can be asked.
            expect(lines[1]).toBe("other_opencode");
            expect(lines[2]).not.toBe("other_opencode");
            expect(lines[3]).toBe(one === startOne ? "two" : "one");
            expect([first.prompts, second.prompts]).toEqual([["a"], ["b"]]);
        },
    );
});

it("messages of no known form do not lose a turn", async () => {
    const two = startTwo();
    let isBroken = true;
    const { url } = await startServer((request) => {
        if (request.path === "/mend") {
            isBroken = false;
            return { body: {} };
        }
        const isMessages = request.path.endsWith("/message") && two.prompts.length > 0;
        return isBroken && isMessages ? { body: { data: [{ id: 5 }] } } : two.answer(request);
    });
    const { lines } = await runWithLibai(
        `
        ${ask("a")}
        http.get("${url}/mend").close()
        local ok, value = ai.resume()
        print(ok and value.text or value.code)
        `,
        { settings: { "opencc.server_url": url, "opencc.poll_timeout_seconds": 2 } },
    );
    expect(lines).toEqual(["request_fails", "two"]);
    expect(two.prompts).toEqual(["a"]);
});
