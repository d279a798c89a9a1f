/**
 * Permissions and questions as programs answer them: what a server is told, and what becomes of the call, when handlers
 * answer, raise, return nonsense, take too long, or are overtaken by somebody else.
 */
import { describe, expect, it } from "vitest";
import { askingServer, type State } from "./asking-server.ts";
import { runWithLibai, startServer } from "./libai-support.ts";

/** Asks with some options; prints each phase but those of waiting, and what came of it. */
async function ask(state: State, options: string, more: { settings?: Record<string, string | number> } = {}) {
    const { answer, told } = askingServer(state);
    const { url, requests } = await startServer(answer);
    const { lines } = await runWithLibai(
        `local waits = {sent = true, working = true, tool = true}
         local ok, reply = ai.ask("hi", {onProgress = function(p)
             if not waits[p.phase] then print("phase", p.phase, p.message) end
         end, ${options}})
         print(ok, ok and reply.text or reply.code, not ok and reply.message or "")
         print("kept", fs.exists("/trapos/ai/turns") and #fs.list("/trapos/ai/turns") or 0)`,
        { settings: { "opencc.server_url": url, ...more.settings } },
    );
    return { lines: lines.map((line) => line.replace(/\s+/g, " ").trim()), told, requests };
}

const reply = (body: object) => [{ path: "/permission/per_1/reply/work", body }];

describe("a permission", () => {
    it.each([
        ['"once"', { reply: "once" }, "allowed once"],
        ['"always"', { reply: "always" }, "allowed always"],
        ['{reply = "once"}', { reply: "once" }, "allowed once"],
        ['"reject"', { reply: "reject" }, "refused"],
        [
            '{reply = "reject", message = "use ls, J\\xf6rg"}',
            { reply: "reject", message: "use ls, Jörg" },
            "refused",
        ],
        ["nil", { reply: "reject", message: "There is nobody at the computer to ask." }, "refused"],
    ])("is answered with %s", async (given, body, phase) => {
        const { lines, told } = await ask(
            { asks: "permission" },
            `onPermission = function(ask) return ${given} end`,
        );
        expect(told).toEqual(reply(body));
        expect(lines).toEqual([
            "phase waiting for permission bash: npm test",
            `phase ${phase} bash: npm test`,
            "true done",
            "kept 0",
        ]);
    });

    it("is told whole, to a function that may wait for events", async () => {
        const { lines } = await ask(
            { asks: "permission" },
            `onPermission = function(ask)
                sleep(1.5)
                print(textutils.serializeJSON(ask))
                return "once"
            end`,
        );
        expect(JSON.parse(lines[1]!)).toEqual({
            id: "per_1",
            sessionId: "ses_1",
            kind: "bash",
            patterns: ["npm test"],
            always: ["npm *"],
            command: "npm test",
        });
    });

    it("is refused with a reason where no function is given", async () => {
        const { lines, told } = await ask({ asks: "permission" }, "");
        expect(told).toEqual(reply({ reply: "reject", message: "There is nobody at the computer to ask." }));
        expect(lines).toContain("phase nobody answered bash: npm test");
        expect(lines).toContain("true done");
    });

    it("is refused with a reason when nobody answers in time, and the function is ended", async () => {
        const { lines, told } = await ask(
            { asks: "permission" },
            'onPermission = function() sleep(3) print("late") sleep(100) end',
            { settings: { "opencc.permission_timeout_seconds": 2 } },
        );
        expect(told).toEqual(
            reply({ reply: "reject", message: "Nobody answered at the computer within 2 s." }),
        );
        expect(lines).toContain("phase nobody answered bash: npm test");
        expect(lines).not.toContain("late");
    });

    it("that somebody else answers ends the function", async () => {
        const { lines, told } = await ask(
            { asks: "permission", goneAfter: 1.5 },
            "onPermission = function() sleep(100) end",
        );
        expect(told).toEqual([]);
        expect(lines).toEqual([
            "phase waiting for permission bash: npm test",
            "phase answered elsewhere bash: npm test",
            "true done",
            "kept 0",
        ]);
    });

    it("of a turn that is stopped meanwhile ends the function, although it stays listed", async () => {
        const { lines } = await ask(
            { asks: "permission", stoppedAfter: 1.5 },
            "onPermission = function() sleep(100) end",
        );
        expect(lines).toContain("phase answered elsewhere bash: npm test");
        expect(lines.at(-2)).toMatch(/^false aborted/);
    });

    it.each([
        ["raises an error", 'function() error("boom", 0) end', "ask: options.onPermission failed: boom."],
        ["raises a table", "function() error({}) end", "ask: options.onPermission failed: table"],
        [
            "raises a table that cannot be written",
            "function() error(setmetatable({}, {__tostring = function() error('worse') end})) end",
            "ask: options.onPermission failed: table",
        ],
        ["returns a number", "function() return 5 end", "options.onPermission must return"],
        ["returns another word", 'function() return "maybe" end', "options.onPermission must return"],
        [
            "returns a table that cannot be read",
            "function() return setmetatable({}, {__index = function() error('trap') end}) end",
            "options.onPermission must return",
        ],
        ["returns false", "function() return false end", "options.onPermission must return"],
        [
            "returns a reply that is none",
            "function() return {reply = {}} end",
            "options.onPermission must return",
        ],
        [
            "returns a message that is none",
            'function() return {reply = "reject", message = 5} end',
            "options.onPermission must return",
        ],
    ])("whose function %s is rejected first", async (_, handler, message) => {
        const { lines, told } = await ask({ asks: "permission" }, `onPermission = ${handler}`);
        expect(told).toEqual(
            reply({ reply: "reject", message: "The program on the computer failed when it was asked." }),
        );
        expect(lines.at(-2)).toContain(`false bad_argument ${message}`);
        expect(lines.at(-1)).toBe("kept 1");
    });

    it("whose function raises is rejected although the server fails at first", async () => {
        const { lines, told } = await ask(
            { asks: "permission", refuse: { times: 2, status: 500 } },
            'onPermission = function() error("boom", 0) end',
        );
        expect(told).toHaveLength(1);
        expect(lines.at(-2)).toMatch(/^false bad_argument ask: options.onPermission failed: boom/);
    });

    it("is asked for once although the server fails to take the answer at first", async () => {
        const { lines, told, requests } = await ask(
            { asks: "permission", refuse: { times: 2, status: 500 } },
            'onPermission = function() print("asked") return "once" end',
        );
        expect(lines.filter((line) => line === "asked")).toHaveLength(1);
        expect(told).toEqual(reply({ reply: "once" }));
        expect(requests.filter((request) => request.endsWith("/reply"))).toHaveLength(3);
        expect(lines).toContain("true done");
    });

    it.each([
        ["once", { reply: "once" }, "allowed once"],
        ["always", { reply: "always" }, "allowed always"],
        [
            "reject",
            { reply: "reject", message: "The settings of the computer refuse every permission." },
            "refused",
        ],
    ])("is answered with %s by the setting, and by the option", async (policy, body, phase) => {
        const never = 'onPermission = function() print("asked") return "once" end';
        for (const [options, settings] of [
            [never, { "opencc.permission": policy }],
            [`${never}, permission = "${policy}"`, { "opencc.permission": "ask" }],
            [`permission = "${policy}"`, {}],
        ] as const) {
            const { lines, told } = await ask({ asks: "permission" }, options, { settings });
            expect(told).toEqual(reply(body));
            expect(lines).toContain(`phase ${phase} bash: npm test`);
            expect(lines).not.toContain("asked");
        }
    });

    it("is not asked for where the setting is none", async () => {
        const { lines } = await ask({ asks: "permission" }, "", {
            settings: { "opencc.permission": "maybe" },
        });
        expect(lines[0]).toBe(
            "false bad_setting The setting opencc.permission is none of ask, once, always, reject.",
        );
    });
});

describe("a question", () => {
    const replied = (answers: string[][]) => [{ path: "/question/que_1/reply/work", body: { answers } }];

    it.each([
        ['{{"Birch", "mine"}, {"because"}}', [["Birch", "mine"], ["because"]]],
        ["{{}, {}}", [[], []]],
        ["{}", []],
    ])("is answered with %s", async (given, answers) => {
        const { lines, told } = await ask(
            { asks: "question" },
            `onQuestion = function(ask) return ${given} end`,
        );
        expect(told).toEqual(replied(answers));
        expect(lines).toContain("phase answered Which?");
        expect(lines).toContain("true done");
    });

    it("is told whole", async () => {
        const { lines } = await ask(
            { asks: "question" },
            "onQuestion = function(ask) print(textutils.serializeJSON(ask)) end",
        );
        expect(JSON.parse(lines[1]!)).toMatchObject({
            id: "que_1",
            sessionId: "ses_1",
            questions: [
                {
                    question: "Which?",
                    header: "Wood",
                    options: [{ label: "Birch", description: "light" }],
                    multiple: true,
                    custom: true,
                },
                { question: "Why?", multiple: false, custom: true },
            ],
        });
    });

    it.each([
        ["returns nothing", "onQuestion = function() end", "refused"],
        ["is not given", "", "nobody answered"],
    ])("is rejected where the function %s", async (_, options, phase) => {
        const { lines, told } = await ask({ asks: "question" }, options);
        expect(told).toEqual([{ path: "/question/que_1/reject/work", body: {} }]);
        expect(lines).toContain(`phase ${phase} Which?`);
    });

    it.each([
        ["a text", '"Birch"'],
        ["a list of texts", '{"Birch"}'],
        ["numbers", "{{1}}"],
        ["false", "false"],
        ["a table without a list", "{answers = {}}"],
        ["an option in the place of its label", '{{label = "Birch"}, {}}'],
        ["nothing for the first", '{nil, {"because"}}'],
    ])("whose function returns %s is rejected first", async (_, given) => {
        const { lines, told } = await ask(
            { asks: "question" },
            `onQuestion = function() return ${given} end`,
        );
        expect(told).toEqual([{ path: "/question/que_1/reject/work", body: {} }]);
        expect(lines.at(-2)).toContain("false bad_argument options.onQuestion must return");
    });
});

it("tells of each tool call once when it begins and once when it has ended", async () => {
    const { lines } = await ask(
        { asks: "permission" },
        `permission = "once", onTool = function(call)
            print("tool", call.tool, call.title, call.status, call.seconds, table.concat(call.files, ","))
        end`,
    );
    expect(lines.filter((line) => line.startsWith("tool"))).toEqual([
        "tool write /work/src/lock.lua running nil",
        "tool write lock.lua completed 2.5 src/lock.lua",
    ]);
});

it("tells which tokens the steps took until then", async () => {
    const { answer } = askingServer({ asks: "permission" });
    const { url } = await startServer(answer);
    const { output } = await runWithLibai(
        `ai.ask("hi", {permission = "once", onProgress = function(p)
            if p.phase == "waiting for permission" then print("tokens", p.tokens) end
        end})`,
        { settings: { "opencc.server_url": url } },
    );
    expect(output).toMatch(/tokens\s+1000/);
});

it("passes Ctrl+T on from a function that asks, and stops the turn", async () => {
    const { lines, requests } = await ask(
        { asks: "permission" },
        'onPermission = function() error("Terminated", 0) end',
    ).catch((error: unknown) => ({ lines: [String(error)], requests: [] }));
    expect(requests).toContain("POST /session/ses_1/abort");
    expect(lines.join(" ")).toContain("Terminated");
});

describe("what waits", () => {
    it.each([
        ["permission", "permissions", "per_1"],
        ["question", "questions", "que_1"],
    ] as const)(
        "a %s is listed, without those of turns that were stopped, and answered",
        async (asks, list, id) => {
            const { answer, told } = askingServer({ asks });
            const { url } = await startServer(answer);
            const answering =
                asks === "permission"
                    ? 'ai.answerPermission("per_1", "reject", "no")'
                    : 'ai.answerQuestion("que_1", {{"Birch"}, {"x"}})';
            const { lines } = await runWithLibai(
                `parallel.waitForAny(function()
                ai.ask("hi", {onPermission = function() sleep(60) end, onQuestion = function() sleep(60) end})
                sleep(60)
            end, function()
                local ok, asks
                repeat sleep(0.5) ok, asks = ai.${list}() until ok and #asks > 0
                print(#asks, asks[1].id, asks[1].current)
                print(${answering})
                local ok, failure = ${answering}
                print(ok, failure.code)
                print(#select(2, ai.${list}()))
            end)`,
                { settings: { "opencc.server_url": url, "opencc.session_id": "ses_1" } },
            );
            expect(lines.map((line) => line.replace(/\s+/g, " "))).toEqual([
                `1 ${id} true`,
                "true nil",
                "false ask_gone",
                "0",
            ]);
            expect(told).toHaveLength(1);
        },
    );
});
