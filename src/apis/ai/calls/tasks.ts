/** Calls that take longer than a request may: commands of opencode's configuration, its shell, a session's summary. */
import { outcome } from "../../trapos/failure";
import { nearest } from "../../trapos/nearest";
import { toUtf8 } from "../../trapos/utf8";
import type { Client } from "../client";
import { drive, stop, tell } from "../drive";
import { fail } from "../failure";
import { isComplete } from "../messages";
import type { Message, Part } from "../protocol";
import type { Session } from "../protocol";
import { sightOf } from "../turn/state";
import { recordTurn, type TurnRecord } from "../session";
import type { CommandCall } from "../server/face";
import type { AskOptions, Reply, ShellOutput, WaitOptions } from "../types";
import { commands, modelOf } from "./choices";

/** Seconds between two looks. */
const LOOK_SECONDS = 0.3;
/** How long it may take until what was begun shows among the messages. */
const START_MILLISECONDS = 10000;
/** How many messages are looked at: what was begun, and what it began with. */
const NEWEST = 4;
/** Milliseconds between two looks at whether the session works, and how often it has to be seen idle. */
const STATUS_MILLISECONDS = 2000;
const IDLE_LOOKS = 3;

/** The id of the newest message of a session. */
function newestId(client: Client, id: string): string | undefined {
    const last = client.face.getMessages(client, id, 1)[0];
    return last && last.info.id;
}

/** What is looked for. */
interface Search<T> {
    readonly phase: string;
    /** How many of the newest messages it is looked for among. */
    readonly limit: number;
    /** Milliseconds without any change after which it is given up on; absent where silence tells nothing. */
    readonly patience?: number;
    readonly find: (this: void, messages: readonly Message[], waited: number) => T | undefined;
}

/** Whether a session is known to do nothing. */
function isIdle(client: Client, session: Session): boolean {
    const [isKnown, statuses] = outcome(() => client.face.readList(client, "status", session.directory));
    if (!isKnown) return false;
    const status = statuses[session.id];
    return status === undefined || (status.type as string) === "idle";
}

/** Looks again and again until something is found. Fails where nothing works at it any more. */
function look<T>(client: Client, session: Session, options: WaitOptions, search: Search<T>): T {
    const start = client.now();
    let sight = "";
    let changedAt = start;
    // What has just begun may not show yet.
    let statusAt = start + START_MILLISECONDS;
    let idleLooks = 0;
    while (true) {
        const now = client.now();
        tell(options, { phase: search.phase, seconds: (now - start) / 1000 });
        const messages = client.face.getMessages(client, session.id, search.limit);
        const value = search.find(messages, now - start);
        if (value !== undefined) return value;
        const last = messages[messages.length - 1];
        const seen = last ? sightOf(last) : "";
        if (seen !== sight) {
            sight = seen;
            changedAt = now;
            idleLooks = 0;
        }
        if (now - statusAt >= STATUS_MILLISECONDS) {
            statusAt = now;
            idleLooks = isIdle(client, session) ? idleLooks + 1 : 0;
            if (idleLooks >= IDLE_LOOKS) throw fail("interrupted");
        }
        const patience = search.patience;
        if (patience !== undefined && now - changedAt >= patience)
            throw fail("no_progress", { seconds: patience / 1000 });
        client.sleep(LOOK_SECONDS);
    }
}

/** The same; Ctrl+T is raised after what runs was stopped. */
function lookFor<T>(client: Client, session: Session, options: WaitOptions, search: Search<T>): T {
    const [ok, found] = pcall(() => look(client, session, options, search));
    if (ok) return found;
    if ((found as unknown) === "Terminated") {
        tell(options, { phase: "stopping", seconds: 0 });
        const [isAsked] = pcall(stop, client, { sessionId: session.id, isOurs: false }, undefined);
        tell(options, { phase: "stopped", seconds: 0, message: isAsked ? undefined : "you did not wait" });
    }
    return error(found, 0);
}

/** What came after a message; all where that is not among them. */
function after(messages: readonly Message[], baselineId: string | undefined): readonly Message[] {
    let newer: Message[] = [];
    for (const message of messages) {
        if (message.info.id === baselineId) newer = [];
        else newer.push(message);
    }
    return newer;
}

/** The prompt that opencode made of a command, which is the first message of a user's behind another. */
function promptOf(messages: readonly Message[], baselineId: string | undefined): Message | undefined {
    for (const message of after(messages, baselineId)) if (message.info.role === "user") return message;
    return undefined;
}

/** Fails where the session works on something. */
function refuseBusy(client: Client, id: string, directory: string): void {
    const status = client.face.readList(client, "status", directory)[id];
    if (status !== undefined && (status.type as string) !== "idle") throw fail("works_now");
}

/**
 * Runs a command of opencode's configuration. opencode makes a prompt of it whose id tells the turn, as it can carry
 * no nonce of ours.
 */
export function runCommand(client: Client, session: Session, call: CommandCall, options: AskOptions): Reply {
    const name = call.name;
    const names: string[] = [];
    let isKnown = false;
    for (const command of commands(client)) {
        table.insert(names, command.name);
        if (command.name === name) isKnown = true;
    }
    if (!isKnown) throw fail("unknown_command", { wanted: name, known: nearest(name, names) });
    refuseBusy(client, session.id, session.directory);
    // Not before it is known that there is such a command: it makes an undo one for good.
    client.face.beforePrompt(client, session, call);
    const baselineId = newestId(client, session.id);
    const sentAt = client.now();
    client.face.startCommand(client, session.id, call);
    const prompt = lookFor(client, session, options, {
        phase: "sent",
        limit: NEWEST,
        find: (messages, waited) => {
            const found = promptOf(messages, baselineId);
            if (found === undefined && waited > START_MILLISECONDS) throw fail("never_started", { why: "" });
            return found;
        },
    });
    const record: TurnRecord = {
        nonce: prompt.info.id,
        sessionId: session.id,
        directory: session.directory,
        text: `/${name} ${call.arguments}`,
        sentAt,
        baselineId,
        sent: true,
        dialect: client.face.dialect(client),
    };
    recordTurn(client.disk, record);
    return drive(client, record, options, true);
}

/** The tool call that a line of the shell shows as. */
function shellCall(message: Message | undefined): Part | undefined {
    for (const part of message ? message.parts : []) {
        if (part.type === "tool") return part;
    }
    return undefined;
}

/** Runs a line of the server's shell in the session's folder, and waits for its end. */
export function shell(client: Client, session: Session, line: string, options: WaitOptions): ShellOutput {
    refuseBusy(client, session.id, session.directory);
    const baselineId = newestId(client, session.id);
    const start = client.now();
    const agent = client.settings.agent ?? session.agent ?? "build";
    client.face.startShell(client, session.id, agent, toUtf8(line));
    return lookFor(client, session, options, {
        phase: "shell",
        limit: NEWEST,
        find: (messages, waited) => {
            let message: Message | undefined;
            for (const newer of after(messages, baselineId)) if (shellCall(newer)) message = newer;
            const call = shellCall(message);
            if (call === undefined && waited > START_MILLISECONDS) throw fail("never_started", { why: "" });
            if (call === undefined || !isComplete(message)) return undefined;
            const output = call.state && call.state.output;
            return { output: output ?? "", seconds: (client.now() - start) / 1000 };
        },
    });
}

/** Has a summary written that takes the place of what was said. */
export function compact(client: Client, session: Session, options: WaitOptions): undefined {
    refuseBusy(client, session.id, session.directory);
    // opencode 2 asks the session's.
    const isOwn = client.face.dialect(client) === 2;
    const model = isOwn ? "" : modelOf(client, session);
    if (model === undefined) throw fail("no_model");
    const baselineId = newestId(client, session.id);
    client.face.startCompacting(client, session.id, model);
    const idleTimeout = options.idleTimeout ?? client.settings.poll_timeout_seconds;
    const summary = lookFor(client, session, options, {
        phase: "compacting",
        limit: NEWEST,
        patience: idleTimeout * 1000,
        find: (messages, waited) => {
            const newer = after(messages, baselineId);
            for (const message of newer) {
                const isSummary = message.info.role === "assistant" && message.info.summary === true;
                if (isSummary && isComplete(message)) return message;
            }
            if (newer.length === 0 && waited > START_MILLISECONDS) throw fail("never_started", { why: "" });
            return undefined;
        },
    });
    const problem = summary.info.error;
    if (problem !== undefined)
        throw fail("model_error", {
            what: (problem.data && problem.data.message) ?? problem.name,
            status: "",
        });
    return undefined;
}
