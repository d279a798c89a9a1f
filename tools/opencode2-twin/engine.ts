/** Runs the turns of sessions: delivers what waits, steps until the model is done, and notes how it ended. */
import { setImmediate as nextTick, setTimeout as sleep } from "node:timers/promises";
import type { Configuration } from "./configuration.ts";
import { chatOf, contextOf, summaryPrompt, titlePrompt } from "./conversation.ts";
import type { Forms } from "./forms.ts";
import { newId } from "./ids.ts";
import { ask, type ChatMessage } from "./model.ts";
import type { Permissions } from "./permissions.ts";
import { runCommand, shell } from "./process.ts";
import {
    admit,
    createSession,
    deliver,
    messageIdOf,
    noteOutcome,
    renameSession,
    saveMessage,
    type Shared,
    tell,
} from "./sessions.ts";
import { agentOf, Interruption, modelOf, runStep, type StepParts, TurnFailure } from "./step.ts";
import type { SessionRecord } from "./store.ts";
import { type ToolContext, ToolFailure } from "./tools.ts";
import type { CompactionMessage, Delivery, Failure, InboxItem, Outcome, ShellMessage } from "./types.ts";

/** What an execution begins with: what waits, nothing at all, or the turn that a stop has interrupted. */
type Start = "deliver" | "empty" | "resume";

interface Run {
    readonly interruption: AbortController;
    /** Whether it is told of: not in the gap after its prompt. */
    isVisible: boolean;
    /** Whether something came while it was ending. */
    again: boolean;
    done: Promise<Outcome>;
}

export interface Engine {
    /** Sees to it that what waits is done. Resolves with how the last execution ended. */
    wake(record: SessionRecord, start?: Start): Promise<Outcome>;
    /** The sessions that are at work. */
    active(): string[];
    isActive(sessionID: string): boolean;
    /**
     * Stops what a session does. Resolves once it has ended.
     * @param resumes whether it goes on with what was to steer it
     * @returns whether there was anything to stop
     */
    interrupt(record: SessionRecord, resumes: boolean): Promise<boolean>;
    /** Runs a command for the user, and resolves when it has ended. */
    runShell(record: SessionRecord, command: string, id: string | undefined): Promise<void>;
    /** Answers from what a session knows, and keeps nothing of it. */
    generate(record: SessionRecord, prompt: string): Promise<string>;
    /** Goes on with the turns that a stop has interrupted. */
    resume(): void;
    /** Stops all turns, so that they can go on at the next start. */
    shutdown(): Promise<void>;
    /** Lets go of everything at once, as a process that is killed does. */
    abandon(): void;
}

export interface EngineParts extends Shared {
    readonly configuration: Configuration;
    readonly permissions: Permissions;
    readonly forms: Forms;
    /** What commands run with. */
    readonly environment: Readonly<Record<string, string>>;
}

/** The longest title. */
const longestTitle = 100;

/** Ends what a crash has left open, as what comes next would be taken for a part of it. */
function closeLeftovers(shared: Shared, record: SessionRecord): void {
    const now = Date.now();
    for (const message of record.messages.values()) {
        if (message.type !== "assistant" || message.time.completed !== undefined) continue;
        for (const part of message.content) {
            if (part.type !== "tool" || part.state.status === "completed" || part.state.status === "error")
                continue;
            const input = part.state.status === "running" ? part.state.input : {};
            const error = { type: "aborted", message: `Tool execution interrupted: ${part.name}` };
            part.state = { status: "error", input, metadata: {}, content: [], error };
            part.time.completed = now;
        }
        delete message.retry;
        message.time.completed = now;
        saveMessage(shared, record, message);
    }
}

/** Whether the last thing that was said waits for the model. */
function isUnanswered(record: SessionRecord): boolean {
    const last = [...record.messages.values()].findLast(
        ({ type }) => type === "user" || type === "synthetic" || type === "assistant",
    );
    if (last?.type !== "assistant") return last !== undefined;
    return last.finish !== "stop" && last.error?.type !== "provider.auth";
}

/** What a session said last. */
function lastText(record: SessionRecord): string {
    const last = [...record.messages.values()].findLast(({ type }) => type === "assistant");
    if (last?.type !== "assistant") return "";
    return last.content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("");
}

export function makeEngine(parts: EngineParts): Engine {
    const { store, doubts, configuration, forms, environment } = parts;
    const runs = new Map<string, Run>();
    /** What runs beside turns, with the session whose interrupt ends it, too. */
    const asides = new Map<AbortController, string | undefined>();
    /** The sessions that are being named. */
    const naming = new Set<string>();
    /** The sessions in which a command of the user's runs. */
    const shells = new Set<string>();

    const stepParts: StepParts = {
        store,
        events: parts.events,
        doubts,
        configuration,
        permissions: parts.permissions,
        calledAs: new Map(),
        toolParts: (record, signal) => ({
            environment: { ...environment, ...record.environment },
            fill: (form) => forms.ask(form, record.info.location.directory, signal),
            runChild: (child, begun) => runChild(record, child, begun, signal),
        }),
    };

    /** Asks the model something that is no part of the session's list. */
    async function askAside(
        record: SessionRecord,
        messages: ChatMessage[],
        signal: AbortSignal,
    ): Promise<string> {
        const { model } = modelOf(configuration, record);
        let text = "";
        for await (const piece of ask({ model, sessionID: record.info.id, messages, tools: [] }, signal))
            if (piece.type === "text") text += piece.delta;
        return text;
    }

    /** Does something beside turns, which ends with the server, or with an interrupt of a session. */
    async function aside<Result>(
        sessionID: string | undefined,
        action: (signal: AbortSignal) => Promise<Result>,
    ): Promise<Result> {
        const controller = new AbortController();
        asides.set(controller, sessionID);
        try {
            return await action(controller.signal);
        } finally {
            asides.delete(controller);
        }
    }

    function chatFor(record: SessionRecord): ChatMessage[] {
        return chatOf(contextOf(record.messages.values()), stepParts.calledAs);
    }

    /** Gives a session that has none a title of the model's making. */
    async function entitle(record: SessionRecord, signal: AbortSignal): Promise<void> {
        const first = [...record.messages.values()].find(({ type }) => type === "user");
        if (first?.type !== "user") return;
        const said = await askAside(
            record,
            [
                { role: "system", content: titlePrompt },
                { role: "user", content: "Generate a title for this conversation:\n" },
                { role: "user", content: first.text },
            ],
            signal,
        );
        const title = said.trim().split("\n")[0]?.slice(0, longestTitle) ?? "";
        // Somebody may have named it meanwhile.
        if (title !== "" && record.info.title === undefined) renameSession(parts, record, title);
    }

    async function compact(record: SessionRecord, item: InboxItem, signal: AbortSignal): Promise<void> {
        const message: CompactionMessage = {
            id: item.id,
            type: "compaction",
            time: { created: Date.now() },
            status: "running",
            reason: "manual",
            summary: "",
            recent: "",
        };
        const chat = chatFor(record);
        saveMessage(parts, record, message);
        tell(parts, record.info, "session.compaction.started", {
            reason: message.reason,
            recent: message.recent,
            inputID: item.id,
        });
        try {
            const summary = await askAside(
                record,
                [
                    { role: "system", content: summaryPrompt },
                    ...chat,
                    { role: "user", content: "Sum up what was said and done so far." },
                ],
                signal,
            );
            Object.assign(message, { status: "completed", summary });
            saveMessage(parts, record, message);
            tell(parts, record.info, "session.compaction.ended", {
                reason: message.reason,
                text: summary,
                recent: message.recent,
            });
        } catch (error) {
            const failure: Failure =
                error instanceof Interruption
                    ? { type: "aborted", message: error.message }
                    : { type: "provider.unknown", message: (error as Error).message };
            Object.assign(message, { status: "failed", error: failure });
            saveMessage(parts, record, message);
            tell(parts, record.info, "session.compaction.failed", {
                reason: message.reason,
                error: failure,
                inputID: item.id,
            });
            if (error instanceof Interruption) throw error;
            throw new TurnFailure(failure);
        }
    }

    /**
     * Delivers what waits for a step: all that steers, in its order.
     * @returns whether the model is to answer any of it
     */
    async function deliverAll(
        record: SessionRecord,
        items: InboxItem[],
        signal: AbortSignal,
    ): Promise<boolean> {
        let isAsked = false;
        for (const item of items) {
            deliver(parts, record, item);
            if (item.type === "compaction") await compact(record, item, signal);
            else isAsked = true;
        }
        if (isAsked) beginTitle(record);
        return isAsked;
    }

    /** Has a session named beside its turn, which does not wait for it. */
    function beginTitle(record: SessionRecord): void {
        const { id, title, parentID } = record.info;
        if (title !== undefined || parentID !== undefined || naming.has(id)) return;
        naming.add(id);
        aside(undefined, (signal) => entitle(record, signal))
            // A session without a title goes on as well.
            .catch(() => undefined)
            .finally(() => naming.delete(id));
    }

    function waiting(record: SessionRecord, delivery: Delivery): InboxItem[] {
        return [...record.inbox.values()].filter((item) => item.delivery === delivery);
    }

    /** Delivers what an execution begins with: what steers, else the next of what is queued. */
    function deliverFirst(record: SessionRecord, signal: AbortSignal): Promise<boolean> {
        const steering = waiting(record, "steer");
        return deliverAll(
            record,
            steering.length > 0 ? steering : waiting(record, "queue").slice(0, 1),
            signal,
        );
    }

    async function runTurn(record: SessionRecord, start: Start, signal: AbortSignal): Promise<void> {
        closeLeftovers(parts, record);
        let goesOn = start === "resume" && isUnanswered(record);
        if (start !== "empty" && !goesOn) goesOn = await deliverFirst(record, signal);
        while (goesOn) {
            const hasCalled = await runStep(stepParts, record, signal);
            const isSteered = await deliverAll(record, waiting(record, "steer"), signal);
            goesOn = hasCalled || isSteered;
        }
    }

    /** One execution, from its start to its end. */
    async function execute(record: SessionRecord, start: Start, signal: AbortSignal): Promise<Outcome> {
        tell(parts, record.info, "session.execution.started");
        try {
            signal.throwIfAborted();
            await runTurn(record, start, signal);
            noteOutcome(parts, record, "succeeded", {});
            return "succeeded";
        } catch (error) {
            if (error instanceof TurnFailure) {
                noteOutcome(parts, record, "failed", { error: error.failure });
                return "failed";
            }
            if (!(error instanceof Interruption)) throw error;
            if (error.reason === "user") noteOutcome(parts, record, "interrupted", { reason: "user" });
            else {
                // What goes on at the next start is not over: it has no idle record.
                if (record.info.parentID === undefined) store.setResumes(record.info.id, true);
                tell(parts, record.info, "session.execution.interrupted", { reason: error.reason });
            }
            return "interrupted";
        }
    }

    /** Executes until nothing waits any more. */
    async function drain(record: SessionRecord, run: Run, start: Start): Promise<Outcome> {
        const { signal } = run.interruption;
        // The answer to who has asked for it goes out first.
        if (doubts.coldGapMilliseconds > 0) await sleep(doubts.coldGapMilliseconds);
        else await nextTick();
        run.isVisible = true;
        try {
            let outcome = await execute(record, start, signal);
            while (outcome !== "interrupted" && !signal.aborted && record.inbox.size > 0)
                outcome = await execute(record, "deliver", signal);
            return outcome;
        } finally {
            runs.delete(record.info.id);
            if (run.again) void wake(record);
        }
    }

    function wake(record: SessionRecord, start: Start = "deliver"): Promise<Outcome> {
        // What comes while a command runs waits for its end.
        if (shells.has(record.info.id)) return Promise.resolve("succeeded");
        const known = runs.get(record.info.id);
        if (known !== undefined) {
            if (known.interruption.signal.aborted) known.again = start === "deliver";
            return known.done;
        }
        const run: Run = {
            interruption: new AbortController(),
            isVisible: doubts.coldGapMilliseconds === 0,
            again: false,
            done: Promise.resolve("succeeded"),
        };
        runs.set(record.info.id, run);
        run.done = drain(record, run, start);
        return run.done;
    }

    async function interrupt(record: SessionRecord, resumes: boolean): Promise<boolean> {
        for (const [controller, sessionID] of asides)
            if (sessionID === record.info.id) controller.abort(new Interruption("user"));
        const run = runs.get(record.info.id);
        if (run === undefined) return false;
        run.interruption.abort(new Interruption("user"));
        await run.done;
        if (resumes && waiting(record, "steer").length > 0) void wake(record);
        return true;
    }

    async function runChild(
        parent: SessionRecord,
        wanted: Parameters<ToolContext["runChild"]>[0],
        begun: (sessionID: string) => void,
        signal: AbortSignal,
    ): Promise<string> {
        const { agent: name, title, prompt, sessionID } = wanted;
        if (parent.info.parentID !== undefined) throw new ToolFailure("Subagent depth limit reached (1).");
        const agent = configuration.agents.find(({ id }) => id === name);
        if (agent === undefined) throw new ToolFailure(`Unknown agent: ${name}`);
        if (agent.mode === "primary") throw new ToolFailure(`Agent ${name} cannot run as a subagent`);
        const known = sessionID === undefined ? undefined : store.sessions.get(sessionID);
        if (sessionID !== undefined && known?.info.parentID !== parent.info.id)
            throw new ToolFailure(`Session ${sessionID} is not a child of the current session`);
        const child =
            known ??
            createSession(parts, {
                parentID: parent.info.id,
                title,
                agent: name,
                model: agent.model ?? parent.info.model,
                permissions: doubts.childPermissions === "inherited" ? parent.info.permissions : undefined,
                directory: parent.info.location.directory,
            });
        const { id } = child.info;
        begun(id);
        admit(parts, child, {
            id: newId("msg_"),
            sessionID: id,
            timeCreated: Date.now(),
            delivery: "steer",
            type: "user",
            payload: { text: prompt },
        });
        const end = (): void => {
            const reason = signal.reason as Interruption;
            runs.get(id)?.interruption.abort(reason);
        };
        signal.addEventListener("abort", end, { once: true });
        const outcome = await wake(child);
        signal.removeEventListener("abort", end);
        signal.throwIfAborted();
        if (outcome === "failed") {
            const failed = child.log.findLast(({ type }) => type === "session.execution.failed");
            const { message } = (failed?.data["error"] ?? { message: "unknown error" }) as Failure;
            throw new ToolFailure(`Subagent failed (sessionID: ${id}): ${message}`);
        }
        if (outcome === "interrupted") throw new ToolFailure(`Subagent cancelled (sessionID: ${id})`);
        return lastText(child);
    }

    async function runShell(record: SessionRecord, command: string, id: string | undefined): Promise<void> {
        shells.add(record.info.id);
        try {
            await runs.get(record.info.id)?.done;
            await showShell(record, command, id);
        } finally {
            shells.delete(record.info.id);
            if (record.inbox.size > 0) void wake(record);
        }
    }

    /** Runs a command, and shows it in the list. */
    async function showShell(record: SessionRecord, command: string, id: string | undefined): Promise<void> {
        const cwd = record.info.location.directory;
        const started = Date.now();
        const info = { id: newId("sh_"), command, cwd, shell, file: "", metadata: {} };
        const eventID = tell(parts, record.info, "session.shell.started", {
            shell: { ...info, status: "running", time: { started } },
        });
        const message: ShellMessage = {
            id: id ?? messageIdOf(eventID),
            type: "shell",
            time: { created: started },
            shellID: info.id,
            command,
            status: "running",
        };
        saveMessage(parts, record, message);
        const ran = await aside(record.info.id, (signal) =>
            runCommand(command, { cwd, environment: { ...environment, ...record.environment }, signal }),
        ).catch((error: unknown) => ({ output: (error as Error).message, exit: 127 }));
        const completed = Date.now();
        const status = ran.exit === undefined ? "killed" : "exited";
        const size = Buffer.byteLength(ran.output);
        const output = { output: ran.output, cursor: size, size, truncated: false };
        Object.assign(message, { status, output, time: { created: started, completed } });
        if (ran.exit !== undefined) message.exit = ran.exit;
        saveMessage(parts, record, message);
        tell(parts, record.info, "session.shell.ended", {
            shell: { ...info, status, exit: ran.exit, time: { started, completed } },
            output,
        });
    }

    /** Ends all that runs. */
    function abortAll(): Promise<unknown> {
        for (const controller of asides.keys()) controller.abort(new Interruption("shutdown"));
        for (const { interruption } of runs.values()) interruption.abort(new Interruption("shutdown"));
        return Promise.allSettled([...runs.values()].map(({ done }) => done));
    }

    return {
        wake,
        active: () => [...runs].filter(([, { isVisible }]) => isVisible).map(([sessionID]) => sessionID),
        isActive: (sessionID) => runs.has(sessionID),
        interrupt,
        runShell,
        generate: (record, prompt) =>
            aside(undefined, (signal) =>
                askAside(
                    record,
                    [
                        { role: "system", content: agentOf(configuration, record).system ?? "" },
                        ...chatFor(record),
                        { role: "user", content: prompt },
                    ],
                    signal,
                ),
            ),
        resume() {
            for (const record of store.sessions.values()) {
                if (!record.resumes) continue;
                store.setResumes(record.info.id, false);
                if (doubts.gracefulStop === "resumes") void wake(record, "resume");
            }
        },
        async shutdown() {
            await abortAll();
        },
        abandon() {
            void abortAll();
        },
    };
}
