/** Tells of what happens: to those who watch the stream, and to the logs of sessions. Source: upstream's packages/schema/src/session-event.ts. */
import type { ServerResponse } from "node:http";
import type { Doubts } from "./doubts.ts";
import { newId } from "./ids.ts";
import type { Store } from "./store.ts";
import type { TwinEvent } from "./types.ts";

/** Events that are told and not kept. */
const ephemeral = new Set([
    "session.text.delta",
    "session.reasoning.delta",
    "session.tool.input.delta",
    "session.tool.progress",
    "session.compaction.delta",
    "session.usage.updated",
    "permission.asked",
    "permission.replied",
    "form.created",
    "form.replied",
    "form.cancelled",
]);

/** The versions of events whose data has changed once. */
const secondVersion = new Set([
    "session.deleted",
    "session.forked",
    "session.tool.success",
    "session.tool.failed",
]);

const heartbeatMilliseconds = 15_000;

export interface Events {
    /**
     * Tells of an event, and keeps it in the session's log where it is a durable one.
     * @param data what is told; `sessionID` says whose it is
     * @param directory the place of the session
     * @returns its id
     */
    publish(type: string, data: Record<string, unknown>, directory: string): string;
    /** Sends the stream of events to a client, from now on, until it goes. */
    stream(response: ServerResponse): void;
    /** Ends all streams. */
    close(): void;
}

/** An event as the stream has it. */
export function eventText(event: TwinEvent): string {
    return `data: ${JSON.stringify(event)}\n\n`;
}

export function makeEvents(store: Store, doubts: Doubts): Events {
    const watchers = new Set<ServerResponse>();
    const heart = setInterval(() => {
        for (const watcher of watchers) watcher.write(": heartbeat\n\n");
    }, heartbeatMilliseconds);
    heart.unref();

    /** Where it stands in the log of its session. */
    function durableOf(type: string, sessionID: unknown): TwinEvent["durable"] {
        if (ephemeral.has(type) || typeof sessionID !== "string") return undefined;
        const last = store.sessions.get(sessionID)?.log.at(-1)?.durable?.seq ?? 0;
        return { aggregateID: sessionID, seq: last + 1, version: secondVersion.has(type) ? 2 : 1 };
    }

    return {
        publish(type, data, directory) {
            const id = newId("evt_");
            const durable = durableOf(type, data["sessionID"]);
            const event: TwinEvent = {
                id,
                ...(doubts.eventsCreated ? { created: Date.now() } : {}),
                type,
                location: { directory },
                data,
                ...(durable === undefined ? {} : { durable }),
            };
            if (durable !== undefined) store.saveEvent(durable.aggregateID, event);
            const sent = eventText(event);
            for (const watcher of watchers) watcher.write(sent);
            return id;
        },
        stream(response) {
            response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
            response.write(eventText({ id: newId("evt_"), type: "server.connected", data: {} }));
            watchers.add(response);
            response.once("close", () => watchers.delete(response));
        },
        close() {
            clearInterval(heart);
            for (const watcher of watchers) watcher.end();
            watchers.clear();
        },
    };
}
