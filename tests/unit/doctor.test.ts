/** What `ai doctor` makes of what it sees, case by case, and the time that servers write. */
import { describe, expect, it } from "vitest";
import { failures } from "../../src/apis/ai/codes.ts";
import * as judge from "../../src/apis/ai/doctor/judge.ts";
import { runLua } from "../../tools/lua/index.ts";

type Code = keyof typeof failures;

const problem = (code: Code): judge.Problem => {
    const [message, hint] = failures[code];
    return { code, message, hint };
};

describe("the way to the server", () => {
    const version = (text: string): judge.Version => {
        const [major, minor] = text.split(".").map(Number);
        return { text, major, minor };
    };
    const greet = (greeting: judge.Greeting) =>
        judge.greetingChecks(greeting).map(({ check, state }) => `${check} ${state}`);
    const way = ["http ok", "address ok", "reachable ok"];

    const refusals: [code: Code, seen: string[]][] = [
        ["http_disabled", ["http failed"]],
        ["address_denied", ["http ok", "address failed"]],
        ["cannot_connect", ["http ok", "address ok", "reachable failed"]],
        ["timed_out", ["http ok", "address ok", "reachable failed"]],
        ["network_error", ["http ok", "address ok", "reachable failed"]],
        ["reply_too_large", ["http ok", "address ok", "reachable failed"]],
        ["unauthorized", [...way, "opencode skipped", "password failed"]],
        ["not_opencode", [...way, "opencode failed"]],
        ["other_opencode", [...way, "opencode failed"]],
        ["server_config", [...way, "opencode failed"]],
        ["server_error", [...way, "opencode failed"]],
        ["internal_error", [...way, "opencode failed"]],
    ];
    it.each(refusals)("%s", (code, checks) => {
        expect(greet({ problem: problem(code) })).toEqual(checks);
        const last = judge.greetingChecks({ problem: problem(code) }).at(-1);
        expect(last).toMatchObject({ message: failures[code][0] });
        expect(last?.hint).toContain(failures[code][1]);
    });

    it("shows the narrow rule, and how it becomes the wide one", () => {
        const hint = judge.greetingChecks({ problem: problem("address_denied") }).at(-1)?.hint;
        expect(hint).toMatch(/port = \{port\}\n[^]*\nWithout the port line: every port of that host\.$/);
    });

    it.each([
        ["1.18.33", "ok"],
        ["1.14.0", "ok"],
        ["1.13.9", "warning"],
        ["1.2.27", "warning"],
        ["0.15.1", "warning"],
        ["local", "warning"],
    ])("opencode %s is %s", (text, state) => {
        const seen = text === "local" ? { text } : version(text);
        expect(greet({ version: seen, isOpen: false })).toEqual([...way, `opencode ${state}`, "password ok"]);
    });

    it("warns of a server without a password", () => {
        const checks = greet({ version: version("1.18.33"), isOpen: true });
        expect(checks).toEqual([...way, "opencode ok", "password warning"]);
    });
});

const gone = problem("session_gone");
const broken = problem("server_error");

const cases: [what: string, check: ReturnType<typeof judge.modelCheck>, state: string, remedy?: object][] = [
    ["no model", judge.modelCheck({}, false), "ok"],
    ["half a model", judge.modelCheck({}, true), "warning"],
    ["a model that is there", judge.modelCheck({ wanted: "a/b" }, false), "ok"],
    [
        "a model that is not there",
        judge.modelCheck({ wanted: "a/b", missing: problem("unknown_model") }, false),
        "failed",
        { kind: "unset_model" },
    ],
    ["models that cannot be listed", judge.modelCheck({ wanted: "a/b", problem: broken }, false), "failed"],
    ["no agent", judge.agentCheck({}), "ok"],
    ["an agent that is there", judge.agentCheck({ wanted: "plan" }), "ok"],
    [
        "an agent that is not there",
        judge.agentCheck({ wanted: "plan", missing: problem("unknown_agent") }),
        "failed",
        { kind: "unset_agent" },
    ],
    ["no session", judge.sessionCheck({}), "ok"],
    ["a session", judge.sessionCheck({ id: "ses_1", title: "door" }), "ok"],
    [
        "a session that is gone",
        judge.sessionCheck({ id: "ses_1", problem: gone }),
        "warning",
        { kind: "clear_session" },
    ],
    ["a session that cannot be seen", judge.sessionCheck({ id: "ses_1", problem: broken }), "failed"],
    ["no turn", judge.turnsCheck({ stale: [], waiting: 0, running: 0 }), "ok"],
    ["a turn", judge.turnsCheck({ stale: [], waiting: 0, running: 1 }), "ok"],
    ["an answer", judge.turnsCheck({ stale: [], waiting: 1, running: 1 }), "warning"],
    [
        "a turn that is gone",
        judge.turnsCheck({ stale: ["1-2-3"], waiting: 1, running: 1, retry: "no" }),
        "warning",
        { kind: "forget_turns", turns: ["1-2-3"] },
    ],
    [
        "a turn whose model fails",
        judge.turnsCheck({ stale: [], waiting: 0, running: 1, retry: "busy" }),
        "warning",
    ],
    [
        "turns that cannot be seen",
        judge.turnsCheck({ stale: ["1"], waiting: 0, running: 0, problem: broken }),
        "failed",
    ],
    ["no ask", judge.asksCheck({ asks: [] }), "ok"],
    ["an ask", judge.asksCheck({ asks: ["bash: rm x"] }), "warning"],
    [
        "asks that cannot be listed",
        judge.asksCheck({ asks: [], problem: problem("permission_unlisted") }),
        "failed",
    ],
    ["a clock that is right", judge.clockCheck(0.9), "ok"],
    ["a clock that is nearly right", judge.clockCheck(-180), "ok"],
    ["a clock that is ahead", judge.clockCheck(181), "warning"],
    ["a clock that is behind", judge.clockCheck(-86400), "warning"],
    ["a server without a clock", judge.clockCheck(undefined), "skipped"],
    ["a disk with room", judge.diskCheck(50000), "ok"],
    ["a disk without an end", judge.diskCheck(Infinity), "ok"],
    ["a disk with little room", judge.diskCheck(49999), "warning"],
    ["a full disk", judge.diskCheck(4999), "failed"],
    ["another disk", judge.diskCheck(undefined), "skipped"],
    ["files that are whole", judge.filesCheck({ wrong: [] }), "ok"],
    [
        "a file that is not",
        judge.filesCheck({ wrong: ["apis/ai/turn.lua"] }),
        "failed",
        { kind: "repair_files" },
    ],
    ["files that nobody knows", judge.filesCheck({ wrong: [], isUnknown: true }), "skipped"],
    ["a lock that is broken", judge.filesCheck({ wrong: [], problem: broken }), "failed"],
    ["an answer of the model's", judge.answerCheck({ seconds: 1.26, model: "a/b" }), "ok"],
    ["a model that fails", judge.answerCheck({ problem: problem("model_error") }), "failed"],
];

it.each(cases)("%s", (_what, check, state, remedy) => {
    expect(check.state).toBe(state);
    expect(check.remedy).toEqual(remedy);
    expect(check.message).not.toBe("");
    // Whatever is not well says what to do next.
    if (state === "warning" || state === "failed") expect(check.hint).toMatch(/\w/);
    else expect(check.hint).toBeUndefined();
    if (remedy !== undefined) expect(`${check.hint}`).toMatch(/--fix|--model|--agent/);
});

describe("words", () => {
    it.each([
        [judge.clockCheck(3600 * 5), "It is 5 h ahead of the server's."],
        [judge.clockCheck(-600), "It is 10 min behind the server's."],
        [judge.answerCheck({ seconds: 1.26, model: "a/b" }), "a/b, 1.3 s"],
        [judge.filesCheck({ wrong: ["a", "b"] }), "2 files missing or changed: a .."],
        [judge.diskCheck(Infinity), "1000000 kB free"],
    ])("%#", (check, message) => {
        expect(check.message).toBe(message);
    });
});

describe("the time of a server", () => {
    const read = (text: string) =>
        runLua(`return require("/apis/ai/doctor/httpdate").readHttpDate(${JSON.stringify(text)})`)[0];

    it.each([
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Tue, 29 Feb 2000 23:59:59 GMT",
        "Thu, 29 Feb 2024 12:00:00 GMT",
        "Fri, 01 Mar 2024 00:00:00 GMT",
        "Thu, 31 Dec 2026 23:59:59 GMT",
        "Sat, 01 Mar 2100 00:00:01 GMT",
    ])("%s", (text) => {
        expect(read(text)).toBe(Date.parse(text));
    });

    it.each([
        "",
        "now",
        "Sun, 06 Xxx 1994 08:49:37 GMT",
        "Sun, 06 anF 1994 08:49:37 GMT",
        "1994-11-06T08:49:37Z",
    ])("%j is none", (text) => {
        expect(read(text)).toBeNull();
    });
});
