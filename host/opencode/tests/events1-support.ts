/** Events as opencode 1 sends them, and what a reader of happenings has on its screen. */
import { expect } from "vitest";
import type { Happening } from "../src/happening.ts";

let sent = 0;

/** An event as `GET /global/event` sends it. */
export function event(type: string, properties: object): object {
    sent += 1;
    return { directory: "/w", project: "global", payload: { id: `evt_${sent}`, type, properties } };
}

const sessionID = "ses_1";

export const status = (type: string, more: object = {}) =>
    event("session.status", { sessionID, status: { type, ...more } });
export const idle = () => event("session.idle", { sessionID });
export const error = (name: string, message = "m") =>
    event("session.error", { sessionID, error: { name, data: { message } } });
export const user = (id: string) =>
    event("message.updated", { sessionID, info: { id, role: "user", time: { created: 1 } } });
export const assistant = (id: string, more: object = {}) =>
    event("message.updated", {
        sessionID,
        info: { id, role: "assistant", time: { created: 1 }, providerID: "p", modelID: "m", ...more },
    });
export const completed = (id: string, more: object = {}) =>
    assistant(id, { time: { created: 1, completed: 2 }, finish: "stop", ...more });
export const part = (messageID: string, id: string, more: object) =>
    event("message.part.updated", { sessionID, part: { id, messageID, sessionID, ...more } });
export const start = (messageID: string, id: string, type = "text", text = "") =>
    part(messageID, id, { type, text, time: { start: 1 } });
export const whole = (messageID: string, id: string, text: string, type = "text") =>
    part(messageID, id, { type, text, time: { start: 1, end: 2 } });
export const delta = (messageID: string, partID: string, text: string) =>
    event("message.part.delta", { sessionID, messageID, partID, field: "text", delta: text });

/**
 * Shows happenings on a screen: each part's text, by session, message and part.
 * @throws where a piece does not stand exactly behind what is there
 */
export function show(
    happenings: readonly Happening[],
    screen = new Map<string, string>(),
): Map<string, string> {
    for (const happening of happenings) {
        const { kind } = happening;
        if (kind === "text" || kind === "reasoning") {
            const key = `${happening.sessionId} ${happening.messageId} ${happening.partId}`;
            const before = screen.get(key) ?? "";
            expect(happening.offset, `${key}: ${happening.text}`).toBe(before.length);
            expect(happening.text).not.toBe("");
            screen.set(key, before + happening.text);
        } else if (kind === "text replaced" || kind === "reasoning replaced") {
            screen.set(`${happening.sessionId} ${happening.messageId} ${happening.partId}`, happening.text);
        }
    }
    return screen;
}

/** Happenings in few words; all of them of session ses_1 unless it says otherwise. */
export function words(happenings: readonly Happening[]): string[] {
    return happenings.map((happening) => {
        const of = happening.sessionId === "ses_1" ? "" : `${happening.sessionId}: `;
        switch (happening.kind) {
            case "text":
            case "reasoning":
                return `${of}${happening.kind} ${happening.partId}@${happening.offset} ${happening.text}`;
            case "text replaced":
            case "reasoning replaced":
                return `${of}${happening.kind} ${happening.partId} ${happening.text}`;
            case "tool":
                return `${of}tool ${happening.part.tool} ${happening.part.state?.status}`;
            case "final":
                return `${of}final ${happening.messageId} ${happening.finish} ${happening.error}`;
            case "error":
                return `${of}error ${happening.name}`;
            case "permission answered":
            case "question answered":
                return `${of}${happening.kind} ${happening.id}`;
            case "child":
                return `${of}child ${happening.childId}`;
            default:
                return `${of}${happening.kind}`;
        }
    });
}
