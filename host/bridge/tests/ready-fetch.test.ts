/** What is asked of an opencode that is just starting. */
import type { ServerState } from "trapos-opencode";
import { expect, test } from "vitest";
import { readyFetch } from "../src/ready-fetch.ts";

const request = { method: "GET", headers: {}, redirect: "manual" } as const;

const reason = "opencode has ended: killed by SIGKILL.";
const states: ServerState[] = [
    { kind: "starting" },
    { kind: "starting", reason },
    { kind: "away", reason, retryAt: 0 },
    { kind: "stopped", reason },
];

test.each(states)("is refused at once, and not sent: %j", async (state) => {
    const sent: string[] = [];
    const fetch = readyFetch(
        () => state,
        (address) => {
            sent.push(address);
            return new Promise(() => undefined);
        },
    );
    await expect(fetch("http://127.0.0.1:4096/session", request)).rejects.toMatchObject({
        code: "cannot_connect",
    });
    expect(sent).toEqual([]);
});

test("is sent once it is ready", async () => {
    let state: ServerState = { kind: "starting" };
    const fetch = readyFetch(
        () => state,
        (address) => Promise.resolve(new Response(address)),
    );
    await expect(fetch("http://127.0.0.1:4096/session", request)).rejects.toThrow();
    state = { kind: "ready", version: "1.18.33" };
    expect(await (await fetch("http://127.0.0.1:4096/session", request)).text()).toBe(
        "http://127.0.0.1:4096/session",
    );
});
