/** What opencode 2 says, in the shapes of opencode 1, which everything behind the server's face knows. Pure. */
import type {
    Agent,
    ListValues,
    Message,
    Model,
    Part,
    Permission,
    Session,
    SessionStatus,
} from "../../protocol";
import { askName } from "./asks";
import { nonceIn } from "./promptid";
import type { Agent2, Content2, Message2, Model2, Permission2, Session2 } from "./shapes";

/** Fields that are filled in one after the other. */
type Open<T> = { -readonly [K in keyof T]: T[K] };

/** What a step's error is called here; others keep their name. */
const ERRORS: Readonly<Record<string, string | undefined>> = { aborted: "MessageAbortedError" };

/** How a tool call is, where the words differ. */
const STATUSES: Readonly<Record<string, string | undefined>> = { streaming: "pending" };

/** The text of all that a tool gave. */
function outputOf(pieces: readonly { readonly type: string; readonly text?: string }[]): string {
    let output = "";
    for (const piece of pieces) {
        if (piece.type === "text" && piece.text !== undefined)
            output = output === "" ? piece.text : `${output}\n${piece.text}`;
    }
    return output;
}

/** A tool call. */
function toolPart(piece: Content2): Part {
    const state = piece.state;
    const time = piece.time;
    const part: Open<Part> = { type: "tool", tool: piece.name, callID: piece.id };
    if (state === undefined) return part;
    const input = state.input;
    const metadata = state.metadata;
    const call: Open<NonNullable<Part["state"]>> = { status: STATUSES[state.status] ?? state.status };
    if (state.content) call.output = outputOf(state.content);
    if (state.error) call.error = state.error.message ?? state.error.type;
    if (input) {
        const filePath = input.filePath ?? input.path;
        call.input = { description: input.description, command: input.command, filePath };
        // What runs tells more than what the model says of it.
        call.title = input.command;
    }
    if (metadata) {
        const sessionId = metadata.sessionID ?? metadata.sessionId;
        call.metadata = { sessionId, filepath: metadata.filepath, exit: metadata.exit };
    }
    if (time) call.time = { start: time.ran ?? time.created, end: time.completed };
    part.state = call;
    return part;
}

/** A piece of an assistant's message. */
function partOf(piece: Content2): Part {
    return piece.type === "tool" ? toolPart(piece) : { type: piece.type, text: piece.text };
}

/** A prompt: what was typed of it, and its nonce where it is one of ours. */
function promptParts(given: Message2): Part[] {
    const said = given.metadata && given.metadata.said;
    const part: Open<Part> = { type: "text", text: said ?? given.text ?? "" };
    const nonce = nonceIn(given.id);
    if (nonce !== undefined) part.metadata = { nonce };
    return [part];
}

/** A line of the server's shell, as a tool call. */
function shellParts(given: Message2): Part[] {
    const status = given.status === "running" ? "running" : "completed";
    const output = given.output && given.output.output;
    const metadata = { exit: given.exit };
    return [
        {
            type: "tool",
            tool: "shell",
            state: { status, output, input: { command: given.command }, metadata },
        },
    ];
}

/** When a message was whole; nothing where it is not. */
function completedAt(given: Message2): number | undefined {
    const time = given.time;
    if (given.type === "assistant") return time.completed;
    // Of these two no time is told.
    return given.status === "running" ? undefined : (time.completed ?? time.created);
}

/** Tokens, with all that was in the model's context. */
function translateTokens(tokens: NonNullable<Message2["tokens"]>): NonNullable<Message["info"]["tokens"]> {
    const cache = tokens.cache;
    const read = (cache && cache.read) ?? 0;
    const write = (cache && cache.write) ?? 0;
    const reasoning = tokens.reasoning;
    const total = tokens.input + tokens.output + (reasoning ?? 0) + read + write;
    return { input: tokens.input, output: tokens.output, reasoning, cache, total };
}

/** Adds what only an assistant's messages have. */
function addAnswer(info: Open<Message["info"]>, given: Message2): void {
    const error = given.error;
    const model = given.model;
    const retry = given.retry;
    info.agent = given.agent;
    info.finish = given.finish;
    info.cost = given.cost;
    if (given.tokens) info.tokens = translateTokens(given.tokens);
    if (model) {
        info.providerID = model.providerID;
        info.modelID = model.id;
    }
    if (error) {
        const name = ERRORS[error.type] ?? error.type;
        info.error = { name, data: { message: error.message, statusCode: error.status } };
    }
    if (retry) {
        const why = retry.error;
        info.retry = { attempt: retry.attempt, message: why && why.message, next: retry.at };
    }
}

/**
 * A message. A record that a turn has ended has the role "idle", and how it has ended for its `finish`; a line of the
 * server's shell is "shell"; what is none of the conversation, as that the model was switched, is "other".
 */
export function translateMessage(given: Message2): Message {
    const type = given.type;
    const info: Open<Message["info"]> = {
        id: given.id,
        role: "other",
        time: { created: given.time.created, completed: undefined },
    };
    if (type === "user") {
        info.role = "user";
        return { info, parts: promptParts(given) };
    }
    if (type === "idle") {
        info.role = "idle";
        info.finish = given.outcome;
        return { info, parts: [] };
    }
    if (type !== "assistant" && type !== "compaction" && type !== "shell") return { info, parts: [] };
    info.time = { created: given.time.created, completed: completedAt(given) };
    if (type === "shell") {
        info.role = "shell";
        return { info, parts: shellParts(given) };
    }
    info.role = "assistant";
    addAnswer(info, given);
    if (type === "compaction") {
        info.summary = true;
        return { info, parts: [] };
    }
    const parts: Part[] = [];
    for (const piece of given.content ?? []) parts.push(partOf(piece));
    return { info, parts };
}

/** A page of messages, which comes newest first, oldest first. */
export function translatePage(page: readonly Message2[]): Message[] {
    const messages: Message[] = [];
    for (let at = page.length - 1; at >= 0; at--) messages.push(translateMessage(page[at]!));
    return messages;
}

/** A session. One that has no title yet is called nothing. */
export function translateSession(given: Session2): Session {
    const outcome = given.outcome;
    const idle = given.time.idle;
    const session: Open<Session> = {
        id: given.id,
        title: given.title ?? "",
        parentID: given.parentID,
        time: { created: given.time.created, updated: given.time.updated },
        directory: given.location.directory,
        model: given.model,
        agent: given.agent,
        cost: given.cost,
        tokens: given.tokens,
        revert: given.revert,
        rules: given.permissions,
    };
    if (outcome !== undefined && idle !== undefined) session.ended = { outcome, at: idle };
    return session;
}

/** A permission that waits, by a name that tells its route. */
export function translatePermission(given: Permission2): Permission {
    const source = given.source;
    const permission: Open<Permission> = {
        id: askName(given.id, given.sessionID),
        sessionID: given.sessionID,
        permission: given.action,
        patterns: given.resources,
        always: given.save,
        isForGood: true,
        metadata: given.metadata,
    };
    if (source) permission.tool = { messageID: source.messageID, callID: source.callID ?? source.id };
    return permission;
}

/** What the sessions do. */
export function translateActive(active: Readonly<Record<string, unknown>>): ListValues["status"] {
    const statuses: Record<string, SessionStatus | undefined> = {};
    for (const id in active) statuses[id] = { type: "busy" };
    return statuses;
}

/** A provider that is being filled. */
interface Provider {
    readonly id: string;
    readonly models: Record<string, Model | undefined>;
}

/** A model that there is. */
function translateModel(model: Model2): Model {
    const variants: Record<string, true> = {};
    for (const variant of model.variants ?? []) variants[variant.id] = true;
    const costs = model.cost;
    return { name: model.name, limit: model.limit, cost: costs && costs[0], variants };
}

/** The models, by their providers. Those that are switched off are none. */
export function translateModels(models: readonly Model2[]): ListValues["providers"] {
    const providers: Provider[] = [];
    const byId: Record<string, Provider | undefined> = {};
    for (const model of models) {
        let provider = byId[model.providerID];
        if (provider === undefined) {
            provider = { id: model.providerID, models: {} };
            byId[model.providerID] = provider;
            providers.push(provider);
        }
        if (model.enabled !== false) provider.models[model.id] = translateModel(model);
    }
    return { providers };
}

/** The agents. */
export function translateAgents(agents: readonly Agent2[]): Agent[] {
    const translated: Agent[] = [];
    for (const agent of agents) {
        const description = agent.description;
        translated.push({ name: agent.id, description, mode: agent.mode, hidden: agent.hidden });
    }
    return translated;
}
