/** What an agent may do, and who is asked about it. Source: upstream's packages/schema/src/permission.ts and the facts about rules. */
import type { Configuration } from "./configuration.ts";
import type { Doubts } from "./doubts.ts";
import type { Events } from "./events.ts";
import { newId } from "./ids.ts";
import { refusals } from "./refusal.ts";
import type { Store } from "./store.ts";
import type { PermissionRequest, Rule, Session } from "./types.ts";

export type Decision = "once" | "always" | "reject";

/** What a tool wants leave for. */
export interface Wish {
    action: string;
    resources: string[];
    /** What would be allowed for good. */
    save?: string[];
    metadata?: Record<string, unknown>;
    /** The message and the call that want it. */
    messageID: string;
    callID: string;
}

/**
 * Leave was not given: by a rule, by somebody who told the model why, or by somebody who did not, which ends the turn.
 */
export class Denied extends Error {
    readonly by: "rule" | "word" | "rejection";

    constructor(message: string, by: Denied["by"]) {
        super(message);
        this.by = by;
    }
}

function matches(pattern: string, value: string): boolean {
    const escaped = pattern
        .replace(/[.+^${}()|[\]\\]/g, "\\$&")
        .replace(/\*/g, "[\\s\\S]*")
        .replace(/\?/g, ".");
    // "ls *" is about "ls", too.
    const open = escaped.endsWith(" [\\s\\S]*")
        ? `${escaped.slice(0, -" [\\s\\S]*".length)}( [\\s\\S]*)?`
        : escaped;
    return new RegExp(`^${open}$`).test(value);
}

/** What the rules say to an action on a resource: the last one that matches, and without any that somebody is to be asked. */
export function effectOf(rules: readonly Rule[], action: string, resource: string): Rule["effect"] {
    return (
        rules.findLast((rule) => matches(rule.action, action) && matches(rule.resource, resource))?.effect ??
        "ask"
    );
}

interface Pending {
    readonly request: PermissionRequest;
    readonly projectID: string;
    settle(denied?: Denied): void;
}

export interface Permissions {
    /** The rules for a session's agent, in their order. */
    rulesFor(session: Session): Rule[];
    /**
     * Waits until a session's agent may do something.
     * @param signal ends the wait, and takes the question back
     * @throws Denied when it may not
     */
    assert(session: Session, wish: Wish, signal: AbortSignal): Promise<void>;
    /** What is asked and not answered yet, oldest first. */
    pending(): PermissionRequest[];
    /**
     * Answers what is asked.
     * @throws Refusal for what is not asked, or not any more
     */
    reply(sessionID: string, requestID: string, decision: Decision, message: string | undefined): void;
}

export function makePermissions(parts: {
    store: Store;
    events: Events;
    configuration: Configuration;
    doubts: Doubts;
}): Permissions {
    const { store, events, configuration, doubts } = parts;
    const asked = new Map<string, Pending>();

    function rulesFor(session: Session): Rule[] {
        const id = session.agent ?? "build";
        const agent = configuration.agents.find((known) => known.id === id);
        // An agent that nobody knows may do nothing.
        const ofAgent: Rule[] =
            agent === undefined
                ? [{ action: "*", resource: "*", effect: "deny" }]
                : [...agent.permissions, ...configuration.rules, ...agent.ownRules];
        return [...ofAgent, ...(session.permissions ?? [])];
    }

    /** What was allowed for good in a session's project. */
    function savedRules(session: Session): Rule[] {
        return store.savedPermissions
            .filter(({ projectID }) => projectID === session.projectID)
            .map(({ action, resource }): Rule => ({ action, resource, effect: "allow" }));
    }

    function directoryOf(sessionID: string): string {
        return store.sessions.get(sessionID)?.info.location.directory ?? "";
    }

    /** What the rules say to all of it together. */
    function effectOn(session: Session, action: string, resources: readonly string[]): Rule["effect"] {
        const rules = rulesFor(session);
        const isDenied = resources.some((resource) => effectOf(rules, action, resource) === "deny");
        // What was allowed for good spares the question, and lifts no rule that denies.
        if (isDenied) return "deny";
        const all = [...rules, ...savedRules(session)];
        return resources.some((resource) => effectOf(all, action, resource) === "ask") ? "ask" : "allow";
    }

    function answer(pending: Pending, decision: Decision, denied?: Denied): void {
        const { id, sessionID } = pending.request;
        asked.delete(id);
        events.publish(
            "permission.replied",
            { sessionID, requestID: id, reply: decision },
            directoryOf(sessionID),
        );
        pending.settle(denied);
    }

    /** Others that ask for what is allowed for good now need not be asked any more. */
    function answerThoseAllowed(projectID: string): void {
        for (const pending of [...asked.values()]) {
            const session = store.sessions.get(pending.request.sessionID)?.info;
            if (session === undefined || pending.projectID !== projectID) continue;
            const { action, resources } = pending.request;
            if (effectOn(session, action, resources) === "allow") answer(pending, "always");
        }
    }

    /** Rejects what is asked, and with it all else that the session asks. */
    function reject(pending: Pending, message: string | undefined): void {
        const rejection = (): Denied =>
            new Denied("It was rejected.", doubts.rejection === "interrupts" ? "rejection" : "word");
        const isOfSession = (other: Pending): boolean =>
            other.request.sessionID === pending.request.sessionID;
        answer(pending, "reject", message === undefined ? rejection() : new Denied(message, "word"));
        for (const other of [...asked.values()].filter(isOfSession)) answer(other, "reject", rejection());
    }

    return {
        rulesFor,
        assert(session, wish, signal) {
            const { action, resources, save, metadata, messageID, callID } = wish;
            const effect = effectOn(session, action, resources);
            if (effect === "allow") return Promise.resolve();
            if (effect === "deny")
                return Promise.reject(
                    new Denied(`A rule denies ${action} on ${resources.join(", ")}.`, "rule"),
                );
            return new Promise((resolve, reject) => {
                const request: PermissionRequest = {
                    id: newId("per_"),
                    sessionID: session.id,
                    action,
                    resources,
                    ...(save === undefined ? {} : { save }),
                    ...(metadata === undefined ? {} : { metadata }),
                    source: { type: "tool", messageID, [doubts.permissionSource]: callID },
                };
                const takeBack = (): void => {
                    asked.delete(request.id);
                    reject(signal.reason as Error);
                };
                if (signal.aborted) return reject(signal.reason as Error);
                signal.addEventListener("abort", takeBack, { once: true });
                asked.set(request.id, {
                    request,
                    projectID: session.projectID,
                    settle(denied) {
                        signal.removeEventListener("abort", takeBack);
                        if (denied === undefined) resolve();
                        else reject(denied);
                    },
                });
                events.publish("permission.asked", { ...request }, session.location.directory);
            });
        },
        pending: () => [...asked.values()].map(({ request }) => request),
        reply(sessionID, requestID, decision, message) {
            const pending = asked.get(requestID);
            if (pending?.request.sessionID !== sessionID) throw refusals.permission(requestID);
            if (decision === "reject") return reject(pending, message);
            const { action, save = [] } = pending.request;
            const saved = decision === "always" ? save : [];
            for (const resource of saved)
                store.savePermission({ projectID: pending.projectID, action, resource });
            answer(pending, decision);
            if (saved.length > 0) answerThoseAllowed(pending.projectID);
        },
    };
}
