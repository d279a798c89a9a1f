/**
 * Stopping a turn: each case is a server that changes with time, played in Node and then replayed in the compiled Lua.
 * In all of them opencode is never told to stop before everything is there that this would break.
 */
import { describe, expect, it } from "vitest";
import type { Message } from "../../src/apis/ai/protocol.ts";
import { start, step, type StopAction, type StopObservation } from "../../src/apis/ai/stop.ts";
import { runLua, toLua } from "../../tools/lua/index.ts";
import { answer, asLua, old, plainUser, tool, toolStep, unfinished, user } from "./support/turn-world.ts";

const u1 = user("u1");
const begun = unfinished("a1", "u1", [{ type: "step-start" }]);
const silent = unfinished("a1", "u1");
const aborted = (parts: Message["parts"] = []): Message => ({
    ...answer("a1", "u1", "", { finish: undefined, error: { name: "MessageAbortedError" } }),
    parts,
});
const request = { server: "server_error", cut: "cannot_connect", hang: "timed_out" } as const;
const REQUEST_TIMEOUT = 30_000;

interface Case {
    name: string;
    /** 2 for opencode 2, which can be told at any time. */
    dialect?: number;
    /** Ours unless it says otherwise. */
    isOurs?: boolean;
    /** The session's messages by milliseconds; each lasts until the next. */
    messages: [at: number, messages: Message[]][];
    /** From when to when the session is busy. */
    busy?: [from: number, to: number];
    /** When the providers, MCP servers and all the rest are loaded; from the start where nothing is said. */
    loadedAt?: number;
    /** The code with which such a request fails, whatever is loaded. */
    loading?: string;
    /** What the messages are after opencode was told to stop; the session is idle then, after as many milliseconds. */
    afterwards?: [messages: Message[], milliseconds: number];
    /** A step that it goes on with when it was told once; `afterwards` is when it was told again then. */
    goesOn?: [messages: Message[], milliseconds: number];
    /** The code with which each of these fails. */
    fails?: Partial<Record<StopAction["kind"], string>>;
    end: string;
    /** Whether opencode was told to stop. */
    isTold: boolean;
    /** At most so many milliseconds. */
    within: number;
}

const cases: Case[] = [
    {
        name: "the model writes",
        messages: [[0, [old, u1, begun]]],
        busy: [0, Infinity],
        afterwards: [[old, u1, aborted(begun.parts)], 100],
        end: "stopped",
        isTold: true,
        within: 500,
    },
    {
        name: "a tool runs",
        messages: [[0, [old, u1, unfinished("a1", "u1", [tool("running")])]]],
        busy: [0, Infinity],
        afterwards: [[old, u1, aborted([tool("error")])], 100],
        end: "stopped",
        isTold: true,
        within: 500,
    },
    {
        // The task's tool call ends as cancelled, and the model goes on with that (1.18.33).
        name: "a subagent that waits for a permission",
        messages: [[0, [old, u1, unfinished("a1", "u1", [tool("running")])]]],
        busy: [0, Infinity],
        goesOn: [[old, u1, toolStep("a1", "u1"), unfinished("a2", "u1", [{ type: "step-start" }])], 300],
        afterwards: [
            [old, u1, toolStep("a1", "u1"), { ...aborted(), info: { ...aborted().info, id: "a2" } }],
            100,
        ],
        end: "stopped",
        isTold: true,
        within: 1500,
    },
    {
        name: "between two steps",
        messages: [[0, [old, u1, toolStep("a1", "u1")]]],
        busy: [0, Infinity],
        afterwards: [[old, u1, toolStep("a1", "u1")], 100],
        end: "stopped",
        isTold: true,
        within: 500,
    },
    {
        name: "a cold server shows nothing for 3 s",
        messages: [
            [0, []],
            [1300, [u1]],
            [3000, [u1, silent]],
            [3100, [u1, begun]],
        ],
        busy: [1300, Infinity],
        loadedAt: 3050,
        afterwards: [[u1, aborted()], 100],
        end: "stopped",
        isTold: true,
        within: 4000,
    },
    {
        name: "idle and busy come and go while the server starts",
        messages: [
            [0, [old]],
            [500, [old, u1, silent]],
            [900, [old, u1, begun]],
        ],
        busy: [700, Infinity],
        afterwards: [[old, u1, aborted()], 50],
        end: "stopped",
        isTold: true,
        within: 1800,
    },
    {
        name: "the model hangs, and all is loaded",
        messages: [[0, [old, u1, silent]]],
        busy: [0, Infinity],
        afterwards: [[old, u1, aborted()], 100],
        end: "stopped",
        isTold: true,
        within: 500,
    },
    {
        name: "MCP servers take 9 s to start",
        messages: [[0, [old, u1, silent]]],
        busy: [0, Infinity],
        loadedAt: 9000,
        afterwards: [[old, u1, aborted()], 100],
        end: "stopped",
        isTold: true,
        within: 10_000,
    },
    {
        name: "nobody knows whether all is loaded",
        messages: [[0, [old, u1, silent]]],
        busy: [0, Infinity],
        loading: request.hang,
        end: "starting",
        isTold: false,
        within: 32_000,
    },
    {
        name: "a server without such lists",
        messages: [[0, [old, u1, silent]]],
        busy: [0, Infinity],
        loading: "not_opencode",
        afterwards: [[old, u1, aborted()], 100],
        end: "stopped",
        isTold: true,
        within: 500,
    },
    {
        name: "the turn never shows",
        messages: [[0, [old]]],
        end: "starting",
        isTold: false,
        within: 6500,
    },
    {
        name: "the prompt shows and nothing answers it",
        messages: [[0, [old, u1]]],
        busy: [0, Infinity],
        end: "starting",
        isTold: false,
        within: 6500,
    },
    {
        name: "the turn ended a moment ago",
        messages: [[0, [old, u1, answer("a1", "u1", "done")]]],
        end: "ended",
        isTold: false,
        within: 100,
    },
    {
        name: "the turn failed a moment ago",
        messages: [[0, [old, u1, answer("a1", "u1", "", { error: { name: "APIError" } })]]],
        end: "ended",
        isTold: false,
        within: 100,
    },
    {
        name: "the turn ends before it is told",
        messages: [
            [0, [old, u1, silent]],
            [300, [old, u1, answer("a1", "u1", "done")]],
        ],
        busy: [0, 300],
        loadedAt: 400,
        end: "ended",
        isTold: false,
        within: 700,
    },
    {
        name: "the turn ends while it is told",
        messages: [[0, [old, u1, begun]]],
        busy: [0, Infinity],
        afterwards: [[old, u1, answer("a1", "u1", "done")], 50],
        end: "ended",
        isTold: true,
        within: 500,
    },
    {
        name: "opencode does not heed it",
        messages: [[0, [old, u1, begun]]],
        busy: [0, Infinity],
        end: "failed",
        isTold: true,
        within: 4000,
    },
    {
        name: "the server is gone",
        messages: [[0, [old, u1, begun]]],
        busy: [0, Infinity],
        fails: { status: request.cut, last: request.cut },
        end: "failed",
        isTold: false,
        within: 7000,
    },
    {
        name: "the password is wrong by now",
        messages: [[0, [old, u1, begun]]],
        busy: [0, Infinity],
        fails: { status: "unauthorized" },
        end: "failed",
        isTold: false,
        within: 100,
    },
    {
        name: "the answer to being told is lost",
        messages: [[0, [old, u1, begun]]],
        busy: [0, Infinity],
        fails: { abort: request.hang },
        afterwards: [[old, u1, aborted(begun.parts)], 100],
        end: "stopped",
        isTold: true,
        within: 31_000,
    },
    {
        name: "telling it fails",
        messages: [[0, [old, u1, begun]]],
        busy: [0, Infinity],
        fails: { abort: "not_found" },
        end: "failed",
        isTold: true,
        within: 500,
    },
    {
        name: "nothing runs, for whoever asks",
        isOurs: false,
        messages: [[0, [u1, answer("a1", "u1", "done")]]],
        end: "idle",
        isTold: false,
        within: 100,
    },
    {
        name: "an empty session, for whoever asks",
        isOurs: false,
        messages: [[0, []]],
        end: "idle",
        isTold: false,
        within: 100,
    },
    {
        name: "a turn that the server lost, for whoever asks",
        isOurs: false,
        messages: [[0, [u1, begun]]],
        end: "idle",
        isTold: false,
        within: 100,
    },
    {
        name: "somebody's turn runs, for whoever asks",
        isOurs: false,
        messages: [[0, [plainUser("u2"), unfinished("b1", "u2", [tool("running")])]]],
        busy: [0, Infinity],
        afterwards: [[plainUser("u2"), aborted()], 100],
        end: "stopped",
        isTold: true,
        within: 500,
    },
    {
        name: "somebody's turn starts on a cold server, for whoever asks",
        isOurs: false,
        messages: [
            [0, [old, plainUser("u2")]],
            [2000, [old, plainUser("u2"), unfinished("b1", "u2", [{ type: "step-start" }])]],
        ],
        busy: [500, Infinity],
        loadedAt: 1900,
        afterwards: [[old, plainUser("u2"), aborted()], 100],
        end: "stopped",
        isTold: true,
        within: 3000,
    },
    {
        name: "a summary is written, for whoever asks",
        isOurs: false,
        messages: [[0, [u1, answer("s1", "u2", "so far", { summary: true, finish: undefined })]]],
        busy: [0, Infinity],
        afterwards: [[u1, aborted()], 100],
        end: "stopped",
        isTold: true,
        within: 500,
    },
];

/** The record that a turn has ended. */
const idle = (outcome: string): Message => ({
    info: { id: "i1", role: "idle", time: { created: 3 }, finish: outcome },
    parts: [],
});
const switched: Message = { info: { id: "x1", role: "other", time: { created: 3 } }, parts: [] };

/** On opencode 2, with its records of how turns have ended. */
const cases2: Omit<Case, "dialect">[] = [
    {
        name: "the model writes",
        messages: [[0, [old, u1, begun]]],
        busy: [0, Infinity],
        afterwards: [[old, u1, aborted(begun.parts), idle("interrupted")], 100],
        end: "stopped",
        isTold: true,
        within: 400,
    },
    {
        name: "nothing shows of it yet but that the session works",
        messages: [[0, [old]]],
        busy: [0, Infinity],
        loadedAt: Infinity,
        afterwards: [[old, u1, idle("interrupted")], 100],
        end: "stopped",
        isTold: true,
        within: 400,
    },
    {
        name: "a server without a record of that",
        messages: [[0, [old, u1]]],
        busy: [0, Infinity],
        afterwards: [[old, u1], 100],
        end: "stopped",
        isTold: true,
        within: 400,
    },
    {
        name: "it works only after half a second",
        messages: [[0, [old]]],
        busy: [500, Infinity],
        afterwards: [[old, u1, idle("interrupted")], 100],
        end: "stopped",
        isTold: true,
        within: 1200,
    },
    {
        name: "somebody has switched the model meanwhile",
        messages: [[0, [old, u1, begun, switched]]],
        busy: [0, Infinity],
        afterwards: [[old, u1, aborted(), switched, idle("interrupted")], 100],
        end: "stopped",
        isTold: true,
        within: 400,
    },
    {
        name: "the turn ended a moment ago",
        messages: [[0, [old, u1, answer("a1", undefined, "done"), idle("succeeded")]]],
        end: "ended",
        isTold: false,
        within: 100,
    },
    {
        name: "somebody else has stopped it a moment ago",
        messages: [[0, [old, u1, aborted(), idle("interrupted")]]],
        end: "stopped",
        isTold: false,
        within: 100,
    },
    {
        name: "the turn ends while it is told",
        messages: [[0, [old, u1, begun]]],
        busy: [0, Infinity],
        afterwards: [[old, u1, answer("a1", undefined, "done"), idle("succeeded")], 50],
        end: "ended",
        isTold: true,
        within: 400,
    },
    {
        name: "opencode does not heed it",
        messages: [[0, [old, u1, begun]]],
        busy: [0, Infinity],
        end: "failed",
        isTold: true,
        within: 4000,
    },
    {
        name: "the answer to being told is lost",
        messages: [[0, [old, u1, begun]]],
        busy: [0, Infinity],
        fails: { abort: request.hang },
        afterwards: [[old, u1, aborted(begun.parts), idle("interrupted")], 100],
        end: "stopped",
        isTold: true,
        within: 31_000,
    },
    {
        name: "nothing runs, for whoever asks",
        isOurs: false,
        messages: [[0, [u1, answer("a1", undefined, "done"), idle("succeeded")]]],
        end: "idle",
        isTold: false,
        within: 100,
    },
    {
        name: "somebody's turn runs, for whoever asks",
        isOurs: false,
        messages: [[0, [idle("succeeded"), plainUser("u2")]]],
        busy: [0, Infinity],
        afterwards: [
            [
                idle("succeeded"),
                plainUser("u2"),
                { ...idle("interrupted"), info: { ...idle("interrupted").info, id: "i2" } },
            ],
            100,
        ],
        end: "stopped",
        isTold: true,
        within: 400,
    },
];
for (const test of cases2) cases.push({ ...test, name: `on opencode 2, ${test.name}`, dialect: 2 });

function play(test: Case) {
    const isOurs = test.isOurs !== false;
    const options = {
        sessionId: "ses_1",
        isOurs,
        ...(test.dialect === undefined ? {} : { dialect: test.dialect }),
        ...(isOurs ? { baselineId: "a0" } : {}),
    };
    let now = 1_700_000_000_000;
    const begin = now;
    let state = start(options);
    let observation: StopObservation = { kind: "begin", now };
    const observations: StopObservation[] = [];
    const actions: StopAction[] = [];
    let toldAt: number | undefined;
    let isAgain = test.goesOn === undefined;
    const at = () => now - begin;
    const shown = (): Message[] => {
        if (toldAt !== undefined && !isAgain && at() - toldAt >= test.goesOn![1]) return test.goesOn![0];
        if (toldAt !== undefined && isAgain && test.afterwards && at() - toldAt >= test.afterwards[1])
            return test.afterwards[0];
        return test.messages.findLast(([from]) => from <= at())![1];
    };
    const isBusy = (): boolean => {
        if (toldAt !== undefined && isAgain && test.afterwards && at() - toldAt >= test.afterwards[1])
            return false;
        return test.busy !== undefined && at() >= test.busy[0] && at() < test.busy[1];
    };
    const failed = (kind: StopAction["kind"], code: string): StopObservation => {
        if (code === "timed_out") now += REQUEST_TIMEOUT;
        return { kind: "failed", request: kind, value: { code }, now };
    };
    for (let count = 0; count < 500; count++) {
        observations.push(observation);
        const next = step(state, observation);
        state = next.state;
        const action = next.action;
        actions.push(action);
        if (action.kind === "end") return { options, observations, actions, action, took: at(), toldAt };
        now += action.kind === "wait" ? action.seconds * 1000 : 10;
        const fails = test.fails?.[action.kind];
        if (action.kind === "abort") {
            if (test.dialect !== 2) {
                const isLoaded = at() >= (test.loadedAt ?? 0) || shown().at(-1)!.parts.length > 0;
                expect(isLoaded, "told to stop while it starts").toBe(true);
                expect(shown().at(-1)!.info.role).toBe("assistant");
            }
            isAgain ||= toldAt !== undefined;
            toldAt = at();
        }
        if (action.kind === "load" && test.loading !== undefined) observation = failed("load", test.loading);
        else if (fails !== undefined) observation = failed(action.kind, fails);
        else if (action.kind === "load") {
            now = Math.max(now, begin + (test.loadedAt ?? 0));
            observation = { kind: "load", now };
        } else if (action.kind === "status")
            observation = { kind: "status", value: isBusy() ? { ses_1: { type: "busy" } } : {}, now };
        else if (action.kind === "last") observation = { kind: "last", value: shown().slice(-1), now };
        else observation = { kind: action.kind, now };
    }
    throw new Error(`${test.name} does not end: ${JSON.stringify(actions.slice(-8))}`);
}

describe("stopping", () => {
    for (const test of cases) {
        it(test.name, () => {
            const { action, took, toldAt } = play(test);
            expect(action.outcome).toBe(test.end);
            expect(toldAt !== undefined).toBe(test.isTold);
            expect(took).toBeLessThanOrEqual(test.within);
        });
    }

    it("the same in Lua", () => {
        for (const test of cases) {
            const { options, observations, actions } = play(test);
            const [replayed] = runLua(`
                local stop = require("/apis/ai/stop")
                local state = stop.start(${toLua(options)})
                local actions = {}
                for i, observation in ipairs(${toLua(observations)}) do
                    local next = stop.step(state, observation)
                    state = next.state
                    actions[i] = next.action
                end
                return actions
            `);
            expect(replayed, test.name).toEqual(asLua(actions));
        }
    });

    it("does not change the state that it is given", () => {
        const state = start({ sessionId: "ses_1", isOurs: true });
        const before = JSON.stringify(state);
        step(state, { kind: "begin", now: 5 });
        expect(JSON.stringify(state)).toBe(before);
    });
});
