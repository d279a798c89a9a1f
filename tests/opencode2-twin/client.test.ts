/**
 * A computer that asks the twin by itself, with each doubt set to whatever else is possible: what a user relies on has to work
 * on either server. Each world does what its doubt can touch.
 */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { serverSettings } from "../../tools/harness/server.ts";
import { type Reply, type Rule, startModel } from "../../tools/model/index.ts";
import { type Doubts, likely, startTwin } from "../../tools/opencode2-twin/index.ts";
import { runWithLibai } from "../computer/libai-support.ts";

const fields = [
    { key: "name", type: "string", title: "Name", required: true },
    { key: "wood", type: "string", title: "Wood", options: [{ value: "b", label: "Birch" }], custom: true },
    {
        key: "tools",
        type: "multiselect",
        title: "Tools",
        options: [
            { value: "p", label: "Pickaxe" },
            { value: "a", label: "Axe" },
        ],
    },
    { key: "width", type: "integer", title: "Width" },
    { key: "speed", type: "number", title: "Speed" },
    { key: "lock", type: "boolean", title: "Lock" },
    { key: "code", type: "string", title: "Code", when: [{ key: "lock", op: "eq", value: true }] },
    { key: "login", type: "external", title: "Log in", url: "https://x.test/" },
];

/** What a world does: Lua, and what it prints. */
interface Part {
    lua: string;
    prints: string[];
}

const asking = (words: string, options = ""): string => `
    do
        local ok, value = ai.ask("${words}", { ${options} })
        print(((ok and value.text or value.code):gsub("\\nCommand exited.*", "")))
    end
`;

const parts = {
    turn: { lua: asking("hello"), prints: ["pong"] },
    tool: {
        lua: `
            local asked = 0
            ${asking("run", 'onPermission = function(ask) asked = asked + 1 print(ask.patterns[1]) return "once" end')}
            print(asked)
        `,
        prints: ["echo one", "one", "1"],
    },
    refusal: {
        lua: asking("run", 'onPermission = function() return "reject" end'),
        prints: ["stopped_at_tool"],
    },
    reason: {
        lua: `
            local ok, value = ai.ask("run", {
                onPermission = function() return { reply = "reject", message = "use ls" } end,
            })
            print(ok)
        `,
        prints: ["true"],
    },
    subagent: {
        lua: asking("delegate", 'onPermission = function(ask) print(ask.patterns[1]) return "once" end'),
        prints: ["echo one", "done: one"],
    },
    form: {
        lua: asking(
            "form",
            `onQuestion = function(ask)
                print(#ask.questions)
                return { { "main gate" }, { "Oak" }, { "Pickaxe", "Axe" }, { "3" }, { "2.5" }, { "Yes" }, { "1234" }, { "Done" } }
            end`,
        ),
        prints: ["8", '"main gate" "Oak" "p, a" "3" "2.5" "true" "1234"'],
    },
    dismissal: { lua: asking("form", "onQuestion = function() return nil end"), prints: ["stopped_at_tool"] },
    undo: {
        lua: `
            ai.newSession()
            local function look(what) print(what .. " " .. http.get(ADDRESS).readAll()) end
            ${asking("write")}
            look("written")
            print((ai.undo())) look("undone")
            print((ai.redo())) look("redone")
            print((ai.undo())) look("undone")
            ${asking("again")}
            local ok, turns = ai.messages()
            print(textutils.serializeJSON(turns):find("written", 1, true))
        `,
        prints: [
            ...[
                "written",
                "written there",
                "true",
                "undone gone",
                "true",
                "redone there",
                "true",
                "undone gone",
            ],
            ...["pong", "nil"],
        ],
    },
    abort: {
        lua: `
            local isStopped
            parallel.waitForAll(function() ${asking("hang")} end, function()
                repeat sleep(0.05) until http.get(ADDRESS .. "/hangs").readAll() == "true"
                isStopped = select(2, ai.abort())
            end)
            print(isStopped)
            ${asking("hello")}
        `,
        prints: ["aborted", "true", "pong"],
    },
    lists: {
        lua: `
            local ok, models = ai.models()
            print(#models)
            local ok, agents = ai.agents()
            print(#agents > 0)
        `,
        prints: ["2", "true"],
    },
    shell: {
        lua: `
            local ok, value = ai.shell("echo hi")
            print(ok and value.output:gsub("%s+$", "") or value.code)
        `,
        prints: ["hi"],
    },
    failure: { lua: asking("fail"), prints: ["model_error"] },
    retry: { lua: asking("flaky"), prints: ["pong"] },
    startless: {
        lua: `
            local ok, value = ai.ask("x", { session = select(2, ai.newSession()).id, model = "scripted/gone" })
            print(value.code)
        `,
        prints: ["unknown_model"],
    },
    cut: { lua: asking("count"), prints: ["One. Two. Three."] },
    crash: {
        lua: `
            ${asking("run", 'onPermission = function() http.get(ADDRESS .. "/kill") return "once" end')}
            ${asking("hello")}
        `,
        prints: ["interrupted", "pong"],
    },
    stop: {
        lua: `
            ${asking("run", 'onPermission = function() http.get(ADDRESS .. "/stop") return "once" end')}
            ${asking("hello")}
        `,
        prints: ["Tool execution interrupted", "pong"],
    },
} satisfies Record<string, Part>;

type Name = keyof typeof parts;

/** A server that is not what it is likely to be, what is tried on it, and what differs there by right. */
interface World {
    doubts: Partial<Doubts>;
    does: Name[];
    prints?: Partial<Record<Name, string[]>>;
}

const everything: Name[] = [
    "turn",
    "tool",
    "refusal",
    "reason",
    "form",
    "dismissal",
    "undo",
    "abort",
    "subagent",
    "crash",
];

const worlds: World[] = [
    { doubts: {}, does: [...everything, "lists", "shell", "failure", "startless", "cut", "stop"] },
    { doubts: { version: "2.1.4" }, does: ["turn"] },
    { doubts: { unknownRoutes: "html" }, does: ["turn"] },
    { doubts: { unknownRoutes: "401" }, does: ["turn"] },
    { doubts: { unknownKeys: "ignored" }, does: ["tool"] },
    { doubts: { malformedJson: 400 }, does: ["turn"] },
    { doubts: { formList: "/api/form/request" }, does: ["form", "dismissal"] },
    { doubts: { formList: "per session only" }, does: ["form", "dismissal"] },
    { doubts: { permissionList: "per session only" }, does: ["tool", "refusal", "subagent"] },
    // As 2.0.12 was: what it does not have it answers as what needs a login.
    {
        doubts: { unknownRoutes: "401", formList: "/api/form/request", formDismissal: "post cancel" },
        does: ["form", "dismissal"],
    },
    {
        doubts: {
            unknownRoutes: "401",
            formList: "per session only",
            permissionList: "per session only",
            revertClear: "post clear",
        },
        does: ["tool", "form", "undo"],
    },
    { doubts: { permissionSource: "callID" }, does: ["tool", "form"] },
    { doubts: { toolEvents: "callID" }, does: ["turn"] },
    { doubts: { permissionReply: "reply" }, does: ["tool", "refusal", "reason"] },
    {
        doubts: { rejection: "goes on" },
        does: ["refusal", "tool"],
        prints: { refusal: ["Unable to execute command: echo one"] },
    },
    { doubts: { formDismissal: "post cancel" }, does: ["form", "dismissal"] },
    { doubts: { dismissalMessage: "goes on" }, does: ["dismissal"] },
    { doubts: { formMode: true }, does: ["form"] },
    { doubts: { revertClear: "post clear" }, does: ["undo"] },
    { doubts: { revertFiles: "only if true" }, does: ["undo"] },
    { doubts: { revertCommit: "keeps the prompt" }, does: ["undo"] },
    { doubts: { interruptAnswer: 204 }, does: ["abort"] },
    { doubts: { interruptedIdle: false }, does: ["refusal", "dismissal", "abort"] },
    { doubts: { idleRecords: false }, does: everything },
    { doubts: { sessionOutcome: false }, does: ["turn", "abort"] },
    { doubts: { idleRecords: false, sessionOutcome: false }, does: ["turn", "tool", "startless"] },
    { doubts: { repeatedPrompt: "nothing" }, does: ["turn"] },
    { doubts: { subagentMetadata: "sessionId" }, does: ["subagent"] },
    { doubts: { subagentMetadata: "none" }, does: ["subagent"] },
    { doubts: { subagentMetadata: "none", permissionList: "per session only" }, does: ["subagent"] },
    { doubts: { coldCatalog: false }, does: ["lists"] },
    { doubts: { coldGapMilliseconds: 700 }, does: ["turn", "tool", "abort"] },
    { doubts: { coldGapMilliseconds: 700, idleRecords: false }, does: ["turn", "tool"] },
    { doubts: { modelRetries: 0 }, does: ["retry"], prints: { retry: ["model_error"] } },
    { doubts: { modelRetryMilliseconds: 400 }, does: ["retry"] },
    {
        doubts: { cutReply: "continued", modelRetryMilliseconds: 400 },
        does: ["cut"],
        prints: { cut: ["One. Two.", "Three."] },
    },
    {
        doubts: { cutReply: "continued", modelRetryMilliseconds: 400, idleRecords: false },
        does: ["cut"],
        prints: { cut: ["One. Two.", "Three."] },
    },
    { doubts: { childPermissions: "inherited" }, does: ["subagent"] },
    { doubts: { gracefulStop: "ends" }, does: ["stop"], prints: { stop: ["aborted", "pong"] } },
    { doubts: { eventsCreated: false }, does: ["startless"] },
    { doubts: { emptyCursor: "absent" }, does: ["turn", "undo"] },
    { doubts: { logEnd: "last event" }, does: ["startless", "failure"] },
    { doubts: { missingDirectory: "404" }, does: ["turn"] },
    { doubts: { shellAnswer: "at once" }, does: ["shell"] },
];

/** What the model hears of a filled in form, as the values alone. */
const valuesOf = (heard: string): string =>
    [...heard.matchAll(/"="([^"]*)"/g)]
        .map(([, value]) => value!)
        .filter((value) => value !== "Unanswered")
        .map((value) => `"${value}"`)
        .join(" ");

/** A server whose answers are a computer's eyes and hands on this machine. */
async function startHelper(
    answer: (path: string) => Promise<string>,
): Promise<{ url: string; close: () => void }> {
    const server = createServer((request, response) => {
        void answer(request.url ?? "/").then((text) => response.end(text));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const close = (): void => {
        server.closeAllConnections();
        server.close();
    };
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

/** How the model of a world answers. */
function rulesOf(onHang: () => void): Rule[] {
    return [
        ({ userText, userTexts, toolResults, attempt }) => {
            const heard = toolResults[0]?.output;
            const call = (name: string, given: object): Reply => ({
                toolCalls: [{ name, arguments: { ...given } }],
            });
            const count = { text: "One. Two. Three." };
            switch (userText) {
                case "run":
                    return heard === undefined ? call("bash", { command: "echo one" }) : { text: heard };
                case "write":
                    return heard === undefined
                        ? call("write", { path: "there", content: "1" })
                        : { text: "written" };
                case "form":
                    return heard === undefined ? call("question", { fields }) : { text: valuesOf(heard) };
                case "delegate":
                    return heard === undefined
                        ? call("task", { description: "d", prompt: "run", subagent_type: "general" })
                        : { text: `done: ${/\bone\b/.exec(heard)?.[0]}` };
                case "hang":
                    onHang();
                    return { hang: true };
                case "fail":
                    return { error: { status: 400, message: "no" } };
                case "flaky":
                    return attempt === 1 ? { error: { status: 500, message: "not now" } } : { text: "pong" };
                case "count":
                    return attempt === 1 ? { ...count, cut: true } : count;
                default:
                    // What a server writes that has a reply go on which was cut.
                    return { text: userTexts.at(-2) === "count" ? "Three." : "pong" };
            }
        },
    ];
}

/** Runs all that a world does on one computer, and gives what it printed. */
async function run({ doubts, does }: World): Promise<string[]> {
    const home = await mkdtemp(join(tmpdir(), "twin-client-"));
    let isHanging = false;
    const restart = async (how: "kill" | "stop"): Promise<void> => {
        await twin[how]();
        twin = await startTwin({ ...options, port: twin.port, password: twin.password });
    };
    const rules = rulesOf(() => (isHanging = true));
    const model = await startModel({ rules });
    const options = {
        home: join(home, "twin"),
        permission: { "*": "allow", bash: "ask" } as const,
        model: { baseUrl: model.url },
        doubts: { modelRetries: 2, modelRetryMilliseconds: 20, ...doubts },
    };
    let twin = await startTwin(options);
    const file = join(twin.directory, "there");
    const helper = await startHelper(async (path) => {
        if (path === "/hangs") return String(isHanging);
        if (path === "/kill" || path === "/stop") await restart(path === "/kill" ? "kill" : "stop");
        return existsSync(file) ? "there" : "gone";
    });
    try {
        const { lines } = await runWithLibai(
            `local ADDRESS = "${helper.url}" ${does.map((name) => parts[name].lua).join("\n")}`,
            {
                disk: join(home, "computer"),
                settings: {
                    ...serverSettings(twin),
                    "opencc.profile": "server",
                    "opencc.poll_timeout_seconds": 20,
                },
            },
        );
        return lines;
    } finally {
        helper.close();
        await twin.kill();
        await model.stop();
        await rm(home, { recursive: true, force: true });
    }
}

// They wait more than they work: an ask is looked for when nothing has happened for a second.
it.concurrent.each(worlds)("$doubts", async (world) => {
    const { does, prints } = world;
    expect(await run(world)).toEqual(does.flatMap((name) => prints?.[name] ?? parts[name].prints));
});

it("there is a world for each doubt", () => {
    const tried = new Set(worlds.flatMap(({ doubts }) => Object.keys(doubts)));
    expect([...tried].sort()).toEqual(Object.keys(likely).sort());
});
