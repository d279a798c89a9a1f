/** Models, agents and variants that are named are looked up before anything is sent; nobody is asked where none is. */
import { expect, it } from "vitest";
import { runWithLibai, startServer, type Answer } from "./libai-support.ts";

const old = {
    id: "ses_old",
    title: "old",
    directory: "/old",
    time: { created: 1, updated: 2 },
    model: { providerID: "p", id: "quick" },
};
const fresh = { ...old, id: "ses_new", title: "new", directory: "/new" };
const providers = {
    providers: [{ id: "p", models: { wise: { variants: { slow: {}, fast: {} } }, quick: {} } }],
    default: {},
};
const agents = [
    { name: "build", mode: "primary" },
    { name: "title", mode: "primary", hidden: true },
    { name: "general", mode: "subagent" },
];

type Given = ReturnType<Answer>;

/** A server with one session, which answers every prompt at once; the lists can be replaced. */
function server(lists: { providers?: Given; agents?: Given; config?: Given } = {}) {
    let nonce: string | undefined;
    const asked: string[] = [];
    const answer: Answer = ({ method, path, query, body }) => {
        if (path === "/config/providers" || path === "/agent") {
            asked.push(`${path} ${query.get("directory")}`);
            if (path === "/agent") return lists.agents ?? { body: agents };
            return lists.providers ?? { body: providers };
        }
        if (path === "/config" && lists.config !== undefined) return lists.config;
        if (path === "/session" && method === "POST") {
            asked.push("create");
            return { body: fresh };
        }
        if (path === "/session/ses_old") return { body: old };
        if (path === "/session/ses_new") return { body: fresh };
        if (path.endsWith("/prompt_async")) {
            const prompt = JSON.parse(body) as { parts: { metadata: { nonce: string } }[] };
            asked.push("prompt");
            nonce = prompt.parts[0]!.metadata.nonce;
            return { status: 204 };
        }
        if (path === "/session/status") return { body: {} };
        if (path.endsWith("/message")) {
            const info = {
                id: `a${nonce}`,
                role: "assistant",
                parentID: nonce,
                time: { created: 1, completed: 2 },
                finish: "stop",
            };
            return { body: nonce === undefined ? [] : [{ info, parts: [{ type: "text", text: "here" }] }] };
        }
        return { status: 404, body: { name: "NotFoundError", data: { message: "not found" } } };
    };
    return { answer, asked };
}

async function run(call: string, lists?: Parameters<typeof server>[0], settings = {}) {
    const { answer, asked } = server(lists);
    const { url } = await startServer(answer);
    const { lines } = await runWithLibai(
        `local function row(ok, value) print(ok, ok and value.text or value.code) if not ok then print(value) end end
         ${call}
         print(settings.get("opencc.session_id"))`,
        { settings: { "opencc.server_url": url, "opencc.session_id": "ses_old", ...settings } },
    );
    return { lines: lines.map((line) => line.replace(/\s+/g, " ")), asked };
}

it("asks for no list where nothing is named", async () => {
    const { lines, asked } = await run('row(ai.ask("hi"))');
    expect(lines).toEqual(["true here", "ses_old"]);
    expect(asked).toEqual(["prompt"]);
});

it("looks in the session's folder, and once a client", async () => {
    const call = 'row(ai.ask("hi", {model = "p/wise", agent = "build"}))';
    const { lines, asked } = await run(`${call} ${call}`);
    expect(lines).toEqual(["true here", "true here", "ses_old"]);
    expect(asked).toEqual(["/agent /old", "/config/providers /old", "prompt", "prompt"]);
});

it("looks in the folder of the settings before it makes a session", async () => {
    const { asked } = await run(
        'row(ai.ask("hi", {newSession = true, model = "p/wise"}))',
        {},
        { "opencc.directory": "/new" },
    );
    expect(asked).toEqual(["/config/providers /new", "create", "prompt"]);
});

it.each([
    [
        '{model = "p/wize"}',
        "unknown_model",
        "opencode has no model p/wize.",
        "It has: p/wise p/quick. Choose one with --model",
    ],
    [
        '{model = "wise"}',
        "unknown_model",
        "opencode has no model wise.",
        "It has: p/wise p/quick. Choose one with --model",
    ],
    [
        '{agent = "titel"}',
        "unknown_agent",
        "opencode has no agent titel.",
        "It has: general build. Choose one with --agent",
    ],
    [
        '{agent = "x"}',
        "unknown_agent",
        "opencode has no agent x.",
        "It has: build general. Choose one with --agent",
    ],
    [
        '{model = "p/wise", variant = "fats"}',
        "unknown_variant",
        "The model has no variant fats.",
        "It has: fast slow. See: ai variants",
    ],
])("sends nothing to %s, makes no session, and tells what there is", async (options, code, message, hint) => {
    for (const more of ["", ", newSession = true"]) {
        const { lines, asked } = await run(`row(ai.ask("hi", ${options.replace("}", `${more}}`)}))`);
        expect(lines).toEqual([`false ${code}`, message, hint, "ses_old"]);
        expect(asked.filter((request) => !request.startsWith("/"))).toEqual([]);
    }
});

it("a variant is one of the model that the session asks, or the server where there is none", async () => {
    const variant = await run('row(ai.ask("hi", {variant = "fast"}))');
    expect(variant.lines.slice(0, 3)).toEqual([
        "false unknown_variant",
        "The model has no variant fast.",
        "It has: none. See: ai variants",
    ]);
    expect(variant.asked).toEqual(["/config/providers /old"]);
    const call = 'row(ai.ask("hi", {newSession = true, variant = "fast"}))';
    // Which one the server asks is not told here, so nothing is known.
    expect((await run(call)).asked).toContain("prompt");
    const wise = await run(call, { config: { body: { model: "p/wise" } } });
    expect(wise.lines[0]).toBe("true here");
    const quick = await run(call, { config: { body: { model: "p/quick" } } });
    expect(quick.lines[0]).toBe("false unknown_variant");
    expect(quick.asked).not.toContain("create");
});

it("a list of nothing is one, too", async () => {
    const { lines, asked } = await run('row(ai.ask("hi", {model = "p/wise"}))', {
        providers: { body: { providers: [] } },
    });
    expect(lines[0]).toBe("false unknown_model");
    expect(lines[2]).toBe("It has: none. Choose one with --model");
    expect(asked).not.toContain("prompt");
});

it.each<[what: string, answer: Given]>([
    ["503", { status: 503, body: "" }],
    ["400", { status: 400, body: { name: "BadRequest", data: { message: "x" } } }],
    ["a web page", { type: "text/html", body: "<html>" }],
    ["other JSON", { body: { providers: 5 } }],
    ["JSON that is cut short", { body: '{"provi' }],
    ["silence", "silence"],
])("%s in place of the lists keeps no prompt back", async (_what, answer) => {
    const { lines, asked } = await run(
        'row(ai.ask("hi", {model = "p/wise", agent = "build"}))',
        { providers: answer, agents: answer },
        { "opencc.request_timeout_seconds": 1 },
    );
    expect(lines).toEqual(["true here", "ses_old"]);
    expect(asked).toContain("prompt");
});

it("a model without its provider is refused where it cannot be looked up", async () => {
    const { lines, asked } = await run('row(ai.ask("hi", {model = "wise"}))', {
        providers: { status: 503, body: "" },
    });
    expect(lines.slice(0, 2)).toEqual([
        "false bad_argument",
        "The model wise is not of the form provider/model.",
    ]);
    expect(asked).not.toContain("prompt");
});

it.each(["title", "general"])("the agent %s is there, though it is not meant for it", async (agent) => {
    expect((await run(`row(ai.ask("hi", {agent = "${agent}"}))`)).lines[0]).toBe("true here");
});
