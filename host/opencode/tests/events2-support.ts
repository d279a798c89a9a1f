/** Events and messages as opencode 2 sends them (its schema; others' recordings of 2.0.22). */
import { listedMessages2, listedPage } from "../src/listed2.ts";
import type { ListedMessage } from "../src/listed.ts";
import { reader } from "../src/shapes.ts";

let sent = 0;

/** An event as `GET /api/event` sends it. */
export function event(type: string, data: object): object {
    sent += 1;
    return { id: `evt_${sent}`, created: 1, type, location: { directory: "/w" }, data };
}

const sessionID = "ses_1";

/** An event of the session. */
export const told = (type: string, more: object = {}) => event(`session.${type}`, { sessionID, ...more });
export const started = () => told("execution.started");
export const succeeded = () => told("execution.succeeded");
export const step = (assistantMessageID: string, model: object = { id: "m", providerID: "p" }) =>
    told("step.started", { assistantMessageID, agent: "build", model, started: 1 });
export const ended = (assistantMessageID: string, more: object = {}) =>
    told("step.ended", { assistantMessageID, finish: "stop", cost: 0, ...more });

/** Of a text: its beginning, a piece of it, and its end. */
export const text = (assistantMessageID: string, ordinal = 0, kind: "text" | "reasoning" = "text") => ({
    start: () => told(`${kind}.started`, { assistantMessageID, ordinal }),
    delta: (delta: string) => told(`${kind}.delta`, { assistantMessageID, ordinal, delta }),
    end: (whole: string) => told(`${kind}.ended`, { assistantMessageID, ordinal, text: whole }),
});

/** Messages as they are listed. @param newestLast as the server has them, which gives the newest first */
export function listed(...newestLast: readonly object[]): readonly ListedMessage[] {
    const page = reader(listedMessages2)({ data: newestLast.toReversed(), cursor: {} });
    return listedPage(page?.data ?? []);
}

/** An assistant's message in a list. */
export const answer = (id: string, content: readonly object[], more: object = {}) => ({
    id,
    type: "assistant",
    time: { created: 1 },
    agent: "build",
    model: { id: "m", providerID: "p" },
    content,
    ...more,
});
