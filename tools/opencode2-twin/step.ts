/** One step of a turn: a request to the model, and the tools that it calls. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Agent, Configuration, Model } from "./configuration.ts";
import { chatOf, contextOf, systemPrompt } from "./conversation.ts";
import { newId } from "./ids.ts";
import { ask, type ChatMessage, isRetried, ModelFailure, type Piece } from "./model.ts";
import { Denied, type Permissions } from "./permissions.ts";
import { messageIdOf, saveMessage, type Shared, tell, updateSession } from "./sessions.ts";
import type { SessionRecord } from "./store.ts";
import { Dismissed, offered, type ToolContext, ToolFailure, toolInput, toolName, tools } from "./tools.ts";
import type {
    AssistantMessage,
    Failure,
    ModelRef,
    ReasoningContent,
    TextContent,
    Tokens,
    ToolContent,
} from "./types.ts";

/** Why a turn does not go on: somebody stopped it, or the server is stopped or killed. */
export class Interruption extends Error {
    readonly reason: "user" | "shutdown";

    constructor(reason: "user" | "shutdown") {
        super("Step interrupted");
        this.reason = reason;
    }
}

/** Why a turn has failed. */
export class TurnFailure extends Error {
    readonly failure: Failure;

    constructor(failure: Failure) {
        super(failure.message);
        this.failure = failure;
    }
}

/** What a step needs of its server. */
export interface StepParts extends Shared {
    readonly configuration: Configuration;
    readonly permissions: Permissions;
    /** By which names models have called tools, by the call's id. */
    readonly calledAs: Map<string, string>;
    /** What a tool is given that is not of its call alone. @param signal ends what the call waits for */
    toolParts(
        record: SessionRecord,
        signal: AbortSignal,
    ): Pick<ToolContext, "environment" | "runChild" | "fill">;
}

/** The agent that a session has. Any name is one: without a configuration it has everything. */
export function agentOf(configuration: Configuration, record: SessionRecord): Agent {
    const id = record.info.agent ?? "build";
    return (
        configuration.agents.find((agent) => agent.id === id) ?? {
            id,
            mode: "primary",
            hidden: false,
            permissions: [],
            ownRules: [],
        }
    );
}

/** The model that a session asks, by its name. */
export function modelRefOf(configuration: Configuration, record: SessionRecord): ModelRef | undefined {
    return record.info.model ?? agentOf(configuration, record).model ?? configuration.defaultModel;
}

/**
 * The model that a session asks.
 * @throws TurnFailure where there is none of that name
 */
export function modelOf(
    configuration: Configuration,
    record: SessionRecord,
): { ref: ModelRef; model: Model } {
    const ref = modelRefOf(configuration, record);
    const model = configuration.models.find(
        ({ id, providerID }) => id === ref?.id && providerID === ref.providerID,
    );
    if (ref !== undefined && model !== undefined) return { ref, model };
    const name = ref === undefined ? "none is set" : `${ref.providerID}/${ref.id}`;
    throw new TurnFailure({ type: "provider.no-route", message: `Model unavailable: ${name}` });
}

/** A step that is under way. */
interface Step {
    readonly parts: StepParts;
    readonly record: SessionRecord;
    readonly message: AssistantMessage;
    readonly signal: AbortSignal;
    /** What is written at the moment; its text is in the list once it is whole. */
    writing?: { readonly part: TextContent | ReasoningContent; text: string; readonly ordinal: number };
}

function save({ parts, record, message }: Step): void {
    saveMessage(parts, record, message);
}

function tellOf(step: Step, type: string, data: Record<string, unknown>): void {
    const { parts, record, message } = step;
    tell(parts, record.info, type, { assistantMessageID: message.id, ...data });
}

/** Puts the step's message into the list, or begins it anew. */
function begin(step: Step): void {
    const { message } = step;
    const now = Date.now();
    message.time = { created: now };
    message.content = [];
    delete message.retry;
    step.writing = undefined;
    save(step);
    tellOf(step, "session.step.started", { agent: message.agent, model: message.model, started: now });
}

function isBegun({ record, message }: Step): boolean {
    return record.messages.has(message.id);
}

/** Ends the text or the thought that is written. */
function endWriting(step: Step): void {
    const { writing } = step;
    if (writing === undefined) return;
    step.writing = undefined;
    const { part, text, ordinal } = writing;
    part.text = text;
    if (part.type === "reasoning") part.time.completed = Date.now();
    save(step);
    tellOf(step, `session.${part.type}.ended`, { ordinal, text });
}

function write(step: Step, type: "text" | "reasoning", delta: string): void {
    if (delta === "") return;
    if (step.writing?.part.type !== type) {
        endWriting(step);
        const { content } = step.message;
        const ordinal = content.filter((part) => part.type === type).length;
        const part: TextContent | ReasoningContent =
            type === "text" ? { type, text: "" } : { type, text: "", time: { created: Date.now() } };
        content.push(part);
        step.writing = { part, text: "", ordinal };
        save(step);
        tellOf(step, `session.${type}.started`, { ordinal });
    }
    const { writing } = step;
    writing.text += delta;
    tellOf(step, `session.${type}.delta`, { ordinal: writing.ordinal, delta });
}

/** The call's id, under the name that events have for it. */
function callKey(step: Step, id: string): Record<string, string> {
    return { [step.parts.doubts.toolEvents]: id };
}

function addCall(step: Step, call: Piece & { type: "call" }): ToolContent {
    endWriting(step);
    const name = toolName(call.name);
    step.parts.calledAs.set(call.id, call.name);
    const part: ToolContent = {
        type: "tool",
        id: call.id,
        name,
        state: { status: "streaming", input: call.arguments },
        time: { created: Date.now() },
    };
    step.message.content.push(part);
    save(step);
    const key = callKey(step, call.id);
    tellOf(step, "session.tool.input.started", { ...key, name });
    tellOf(step, "session.tool.input.delta", { ...key, delta: call.arguments });
    tellOf(step, "session.tool.input.ended", { ...key, text: call.arguments });
    return part;
}

function failTool(step: Step, part: ToolContent, input: Record<string, unknown>, error: Failure): void {
    const metadata = part.state.status === "running" ? part.state.metadata : {};
    part.state = { status: "error", input, metadata, content: [], error };
    part.time.completed = Date.now();
    save(step);
    tellOf(step, "session.tool.failed", {
        ...callKey(step, part.id),
        error,
        metadata,
        content: [],
        executed: false,
    });
}

/** The last prompt: the turn that a change belongs to. */
function turnOf(record: SessionRecord): string {
    return [...record.messages.values()].findLast(({ type }) => type === "user")?.id ?? "";
}

function contextFor(step: Step, part: ToolContent, signal: AbortSignal): ToolContext {
    const { parts, record, message } = step;
    const turn = turnOf(record);
    return {
        ...parts.toolParts(record, signal),
        sessionID: record.info.id,
        directory: record.info.location.directory,
        messageID: message.id,
        callID: part.id,
        signal,
        doubts: parts.doubts,
        allow: (wish) =>
            parts.permissions.assert(
                record.info,
                { ...wish, messageID: message.id, callID: part.id },
                signal,
            ),
        progress(metadata) {
            if (part.state.status !== "running") return;
            part.state.metadata = metadata;
            tellOf(step, "session.tool.progress", { ...callKey(step, part.id), metadata });
        },
        changed(change) {
            parts.store.saveChanges(record.info.id, [...record.changes, { ...change, messageID: turn }]);
        },
    };
}

/** Why a tool has failed, in opencode's words, and whether its turn ends with it. */
function toolError(error: unknown): { failure: Failure; endsTurn: boolean } {
    if (error instanceof Interruption)
        return { failure: { type: "aborted", message: "Tool execution interrupted" }, endsTurn: false };
    if (error instanceof Denied)
        return { failure: { type: "aborted", message: "The user declined this tool call" }, endsTurn: true };
    if (error instanceof Dismissed)
        return { failure: { type: "aborted", message: error.message }, endsTurn: true };
    const type = error instanceof ToolFailure ? error.type : "unknown";
    return { failure: { type, message: (error as Error).message }, endsTurn: false };
}

/** Runs a call of a tool. @returns whether the turn ends with it */
async function runTool(step: Step, part: ToolContent, written: string): Promise<boolean> {
    let input: Record<string, unknown> = {};
    try {
        input = toolInput(part.name, written);
        const tool = tools[part.name];
        if (tool === undefined) throw new ToolFailure(`Unknown tool: ${part.name}`);
        const problem = tool.input.check(input, [], false);
        if (problem !== undefined) throw new ToolFailure(`Invalid tool input: ${problem}`);
        part.state = { status: "running", input, metadata: {} };
        part.time.ran = Date.now();
        save(step);
        tellOf(step, "session.tool.called", { ...callKey(step, part.id), input, executed: false });
        const result = await tool.run(input, contextFor(step, part, step.signal));
        const content = result.content.map((text): TextContent => ({ type: "text", text }));
        part.state = { status: "completed", input, metadata: result.metadata, content };
        part.time.completed = Date.now();
        save(step);
        tellOf(step, "session.tool.success", {
            ...callKey(step, part.id),
            metadata: result.metadata,
            content,
            executed: false,
        });
        return false;
    } catch (error) {
        const { failure, endsTurn } = toolError(error);
        failTool(step, part, input, failure);
        return endsTurn;
    }
}

function costOf(model: Model, { input, output }: Tokens): number {
    return (input * model.cost.input + output * model.cost.output) / 1_000_000;
}

/** Adds what a step has used to what its session has. */
function addUsage({ parts, record }: Step, cost: number, tokens: Tokens): void {
    const all = record.info.tokens;
    const sum = {
        input: all.input + tokens.input,
        output: all.output + tokens.output,
        reasoning: all.reasoning + tokens.reasoning,
        cache: all.cache,
    };
    updateSession(parts, record, { cost: record.info.cost + cost, tokens: sum });
    tell(parts, record.info, "session.usage.updated", { cost: record.info.cost, tokens: sum });
}

function fail(step: Step, error: Failure, finish: string): void {
    if (!isBegun(step)) begin(step);
    endWriting(step);
    const { message } = step;
    delete message.retry;
    message.finish = finish;
    message.error = error;
    message.time.completed = Date.now();
    save(step);
    tellOf(step, "session.step.failed", { error, finish });
}

/** Asks the model, and runs what it calls. @returns whether it called anything */
async function attempt(
    step: Step,
    model: Model,
    chat: readonly ChatMessage[],
    offers: string[],
): Promise<boolean> {
    const { record, message, signal } = step;
    const question = {
        model,
        variant: message.model.variant,
        sessionID: record.info.id,
        messages: chat,
        tools: offers.map(offered),
    };
    const calls: { part: ToolContent; written: string }[] = [];
    let end: (Piece & { type: "end" }) | undefined;
    let isFirst = true;
    for await (const piece of ask(question, signal)) {
        if (isFirst) begin(step);
        isFirst = false;
        if (piece.type === "call") calls.push({ part: addCall(step, piece), written: piece.arguments });
        else if (piece.type === "end") end = piece;
        else write(step, piece.type, piece.delta);
    }
    endWriting(step);
    message.time.streamed = Date.now();
    save(step);
    tellOf(step, "session.step.streamed", {});
    // Those that run beside one that ends the turn are waited for.
    const endings = await Promise.all(calls.map(({ part, written }) => runTool(step, part, written)));
    signal.throwIfAborted();
    if (endings.includes(true)) throw new Interruption("user");
    if (end !== undefined) {
        const { finish, rawFinish, tokens } = end;
        const cost = costOf(model, tokens);
        Object.assign(message, { finish, rawFinish, cost, tokens });
        message.time.completed = Date.now();
        save(step);
        tellOf(step, "session.step.ended", { finish, rawFinish, cost, tokens });
        addUsage(step, cost, tokens);
    }
    return calls.length > 0;
}

/** Which tools a session's agent is told of: not those that are denied whatever they are about. */
function offersFor(parts: StepParts, record: SessionRecord): string[] {
    const rules = parts.permissions.rulesFor(record.info);
    return Object.entries(tools)
        .filter(([, { action }]) => {
            const last = rules.findLast((rule) => rule.action === "*" || rule.action === action);
            return !(last?.effect === "deny" && last.resource === "*");
        })
        .map(([name]) => name);
}

/** Says that the model will be asked again, and waits until then. */
async function waitForRetry(step: Step, retry: number, error: Failure): Promise<void> {
    const { parts, message, signal } = step;
    const milliseconds = parts.doubts.modelRetryMilliseconds;
    const at = Date.now() + milliseconds;
    message.retry = { attempt: retry, at, error };
    save(step);
    tellOf(step, "session.retry.scheduled", { attempt: retry, at, error });
    // Its own error says less than the signal's reason.
    await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
    signal.throwIfAborted();
}

/** What the model is told where its reply was cut, and is not asked for anew. */
const goOn = "The last reply was cut. Go on where it ended, and repeat nothing of it.";

/** Puts what the model is told besides into the list. */
function tellModel({ parts, record }: Step, text: string): void {
    const eventID = tell(parts, record.info, "session.synthetic", { text });
    const time = { created: Date.now() };
    saveMessage(parts, record, { id: messageIdOf(eventID), type: "synthetic", time, text });
}

/** Makes the message of the next step. It is in the list once the model begins to answer. */
function makeStep(parts: StepParts, record: SessionRecord, ref: ModelRef, signal: AbortSignal): Step {
    const message: AssistantMessage = {
        id: newId("msg_"),
        type: "assistant",
        time: { created: Date.now() },
        agent: agentOf(parts.configuration, record).id,
        model: ref,
        content: [],
    };
    return { parts, record, message, signal };
}

/**
 * Does the next step of a session's turn.
 * @param signal interrupts it; its reason is an Interruption
 * @returns whether the model called tools, and so wants to go on
 * @throws Interruption, and TurnFailure where the model failed for good
 */
export async function runStep(
    parts: StepParts,
    record: SessionRecord,
    signal: AbortSignal,
): Promise<boolean> {
    const { ref, model } = modelOf(parts.configuration, record);
    const system = agentOf(parts.configuration, record).system ?? systemPrompt;
    const history = (): ChatMessage[] => [
        { role: "system", content: system },
        ...chatOf(contextOf(record.messages.values()), parts.calledAs),
    ];
    let step = makeStep(parts, record, ref, signal);
    let chat = history();
    for (let retry = 1; ; retry += 1) {
        try {
            return await attempt(step, model, chat, offersFor(parts, record));
        } catch (error) {
            if (error instanceof Interruption && isBegun(step))
                fail(step, { type: "aborted", message: "Step interrupted" }, "aborted");
            if (!(error instanceof ModelFailure)) throw error;
            const { failure } = error;
            if (!isRetried(failure) || retry > parts.doubts.modelRetries) {
                fail(step, failure, "error");
                throw new TurnFailure(failure);
            }
            const isContinued = parts.doubts.cutReply === "continued" && step.message.content.length > 0;
            if (isContinued) fail(step, failure, "error");
            else if (!isBegun(step)) begin(step);
            await interruptible(step, waitForRetry(step, retry, failure));
            if (!isContinued) continue;
            tellModel(step, goOn);
            step = makeStep(parts, record, ref, signal);
            chat = history();
        }
    }
}

/** Waits for what an interruption may end, and notes in the step that it did. */
async function interruptible(step: Step, waiting: Promise<void>): Promise<void> {
    try {
        await waiting;
    } catch (error) {
        if (step.message.time.completed === undefined)
            fail(step, { type: "aborted", message: "Step interrupted" }, "aborted");
        throw error;
    }
}
