/** Calls that take longer than a request may: commands of opencode's configuration, its shell, a session's summary. */
import { nearest } from "../../trapos/nearest";
import { toUtf8 } from "../../trapos/utf8";
import type { Client } from "../client";
import { drive, stop, tell } from "../drive";
import { fail } from "../failure";
import { isComplete } from "../messages";
import type { Message, Part } from "../protocol";
import type { Session } from "../protocol";
import { recordTurn, type TurnRecord } from "../session";
import type { AskOptions, Reply, ShellOutput, WaitOptions } from "../types";
import { commands, currentModel } from "./choices";

/** Seconds between two looks. */
const LOOK_SECONDS = 0.3;
/** How long it may take until what was begun shows among the messages. */
const START_MILLISECONDS = 10000;
/** How many messages are looked at: what was begun, and what it began with. */
const NEWEST = 4;

/** The id of the newest message of a session. */
function newestId(client: Client, id: string): string | undefined {
    const last = client.face.getMessages(client, id, 1)[0];
    return last && last.info.id;
}

/** Looks again and again until something is found. Raises Ctrl+T after what runs was stopped. */
function lookFor<T>(
    client: Client,
    id: string,
    options: WaitOptions,
    phase: string,
    find: (this: void, waited: number) => T | undefined,
): T {
    const start = client.now();
    const [ok, found] = pcall(() => {
        while (true) {
            const waited = client.now() - start;
            tell(options, { phase, seconds: waited / 1000 });
            const value = find(waited);
            if (value !== undefined) return value;
            client.sleep(LOOK_SECONDS);
        }
    });
    if (ok) return found;
    if ((found as unknown) === "Terminated") {
        tell(options, { phase: "stopping", seconds: 0 });
        const [isAsked] = pcall(stop, client, { sessionId: id, isOurs: false }, undefined);
        tell(options, { phase: "stopped", seconds: 0, message: isAsked ? undefined : "you did not wait" });
    }
    return error(found, 0);
}

/** The prompt that opencode made of a command, which is the first message of a user's behind another. */
function promptOf(client: Client, id: string, baselineId: string | undefined): Message | undefined {
    for (const message of client.face.getMessages(client, id, NEWEST)) {
        const info = message.info;
        const isNew = baselineId === undefined || info.id > baselineId;
        if (info.role === "user" && isNew) return message;
    }
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
export function runCommand(
    client: Client,
    session: Session,
    name: string,
    text: string,
    options: AskOptions,
): Reply {
    const names: string[] = [];
    let isKnown = false;
    for (const command of commands(client)) {
        table.insert(names, command.name);
        if (command.name === name) isKnown = true;
    }
    if (!isKnown) throw fail("unknown_command", { wanted: name, known: nearest(name, names) });
    refuseBusy(client, session.id, session.directory);
    const baselineId = newestId(client, session.id);
    const settings = client.settings;
    const sentAt = client.now();
    client.face.startCommand(client, session.id, {
        name,
        arguments: toUtf8(text),
        model: options.model ?? settings.model,
        agent: options.agent ?? settings.agent,
        variant: options.variant ?? settings.variant,
    });
    const prompt = lookFor(client, session.id, options, "sent", (waited) => {
        const found = promptOf(client, session.id, baselineId);
        if (found === undefined && waited > START_MILLISECONDS) throw fail("never_started", { why: "" });
        return found;
    });
    const record: TurnRecord = {
        nonce: prompt.info.id,
        sessionId: session.id,
        directory: session.directory,
        text: `/${name} ${text}`,
        sentAt,
        baselineId,
        sent: true,
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
    return lookFor(client, session.id, options, "shell", (waited) => {
        const message = client.face.getMessages(client, session.id, 1)[0];
        const isNew = message !== undefined && message.info.id !== baselineId;
        const call = isNew ? shellCall(message) : undefined;
        if (call === undefined && waited > START_MILLISECONDS) throw fail("never_started", { why: "" });
        if (call === undefined || !isComplete(message)) return undefined;
        return { output: (call.state && call.state.output) ?? "", seconds: (client.now() - start) / 1000 };
    });
}

/** Has a summary written that takes the place of what was said. */
export function compact(client: Client, session: Session, options: WaitOptions): undefined {
    refuseBusy(client, session.id, session.directory);
    const model = currentModel(client);
    if (model === undefined) throw fail("no_model");
    const baselineId = newestId(client, session.id);
    client.face.startCompacting(client, session.id, model);
    const summary = lookFor(client, session.id, options, "compacting", (waited) => {
        const message = client.face.getMessages(client, session.id, 1)[0];
        const isNew = message !== undefined && message.info.id !== baselineId;
        const isSummary = isNew && message.info.role === "assistant" && message.info.summary === true;
        if (isSummary && isComplete(message)) return message;
        if (!isNew && waited > START_MILLISECONDS) throw fail("never_started", { why: "" });
        return undefined;
    });
    const problem = summary.info.error;
    if (problem !== undefined)
        throw fail("model_error", {
            what: (problem.data && problem.data.message) ?? problem.name,
            status: "",
        });
    return undefined;
}
