import { randomUUID } from "node:crypto";
import { type Dialect, OpencodeFailure, type Happening, type OpencodeClient } from "trapos-opencode";
import type { Log } from "../log.ts";
import type { Asked, Decision } from "../../../../src/apis/ai/ask.ts";
import type { Permission } from "../../../../src/apis/ai/protocol.ts";
import type { ComputerSays } from "../../../../src/apis/ai/link/frames.ts";
import { BridgeFailure } from "../failure.ts";
import { limitedOf, refusal, type Journal, type LinkedComputer } from "../journal/index.ts";
import { isAllowed } from "./approvals.ts";
import { Bell } from "./bell.ts";
import { filesOf } from "./files.ts";
import { type Follower, LiveText } from "./followers.ts";
import { type Looks, looksAt } from "./looks.ts";
import { stopSession } from "./stopping.ts";
import { runTurn, type TurnBegin, type TurnEnd } from "./turn-run.ts";

/** How long what is asked waits while nobody is there who could answer, in milliseconds. */
const UNATTENDED = 600_000;

/** How long a prompt that was taken and never sent can be handed over again, in milliseconds. */
const LONGEST_TAKEN = 600_000;

/** How often text is sent at once: no more than once a tick of the game. */
const PACE_MILLISECONDS = 50;

/** Seconds without progress after which a turn ends that nobody follows; as on a computer, where nothing else is set. */
const USUAL_IDLE_SECONDS = 300;

/** The most turns of a computer that run at once, whatever its limits are. */
const MOST_RUNNING = 32;

const TOO_MANY = `${MOST_RUNNING} turns of this computer run at once`;

/** The ids that opencode gives to messages, which no computer gives to its prompts. */
const OWN_ID = /^msg_\w+$/;

/** How the names begin under which is counted what has none of a computer's. */
const COUNTED = "bridge-";

/** How much is remembered of sessions in which no turn runs, and how many subagents may have begun each other. */
const MOST_REMEMBERED = 1000;
const MOST_GENERATIONS = 10;

/** The least seconds without progress after which a turn is given up, and how long text waits for what stands above it. */
const LEAST_IDLE = 1;
const LONGEST_HELD = 2000;

/** What the model reads where nobody answers. */
const NOBODY = "Nobody was at the computer to answer.";
const NOT_ALLOWED = "This computer's profile does not allow that.";

/** What turns need. */
export interface TurnsWorld {
    readonly client: () => OpencodeClient;
    /** Which opencode there is, and nothing while that is not known; the client's when absent. */
    readonly dialect?: () => Dialect | undefined;
    readonly journal: Journal;
    readonly directory: string;
    readonly now: () => number;
    /** Milliseconds since some moment, by a clock that nobody sets; the process's own when absent. */
    readonly elapsed?: () => number;
    readonly log: Log;
}

/** What is being decided. */
interface Asking {
    readonly asked: Asked;
    settle(decision: Decision): void;
}

/** A turn that runs. */
interface RunningTurn {
    readonly nonce: string;
    readonly sessionId: string;
    readonly computer: LinkedComputer;
    /** Whether the prompt names the model that is to answer. */
    readonly namesModel: boolean;
    readonly live: LiveText;
    readonly bell: Bell;
    /** What it asks for, by id, as the stream told. */
    readonly permissions: Map<string, Permission>;
    asking?: Asking;
    /** Whether its computer is none any more: nothing more is allowed to it. */
    isAbandoned?: boolean;
    /** When its text was last sent at once, by the clock that nobody sets. */
    flushedAt: number;
    /** Whether the prompt is known to have stayed here. */
    isUnsent?: boolean;
    /** The newest message before the prompt, as far as it was known at the beginning. */
    readonly baselineId: string | undefined;
    /** The step whose text is held back, and since when any is. */
    held?: { readonly step: string; readonly since: number };
    /** The step whose tools ran last, as the stream told. */
    toolStepId?: string;
    /** The newest step that was looked at. */
    lookedId?: string;
    sent?: { readonly sentAt: number; readonly baselineId: string | undefined };
    /** The progress that was told last, for those who come later. */
    progress?: Parameters<Parameters<typeof runTurn>[1]["progress"]>[0];
}

/** A turn that runs, for whoever looks at all of them. */
export interface TurnView {
    readonly nonce: string;
    readonly sessionId: string;
    readonly computerId: string;
    /** The progress that was told last. */
    readonly progress?: RunningTurn["progress"];
    /** What it waits for somebody to allow or to answer. */
    readonly asked?: Asked;
}

/** All turns that the bridge runs. */
export interface Turns {
    /** Those that run. */
    views(): TurnView[];
    /**
     * Is told of a turn from its beginning on, whosever it is: for the bridge's own, who are onlookers.
     * @returns whether the turn runs
     */
    watch(nonce: string, follower: Follower): boolean;
    /**
     * Decides what a turn asks, whosever it is: for the owner.
     * @returns whether it was asked
     */
    settle(nonce: string, decision: Omit<ComputerSays["decision"], "type" | "nonce">): boolean;
    /** Is called when something begins or ceases to be asked, and when a turn begins or ends. @returns ends it */
    onChange(listener: () => void): () => void;
    /** Hands a prompt over: it is run, or followed where it is known. */
    take(computer: LinkedComputer, prompt: ComputerSays["prompt"], follower: Follower): void;
    /** Is told of a turn from its beginning on. */
    follow(computer: LinkedComputer, follow: ComputerSays["follow"], follower: Follower): void;
    leave(nonce: string, follower: Follower): void;
    decide(computer: LinkedComputer, decision: ComputerSays["decision"]): void;
    /** What goes on in all sessions. */
    readonly looks: Looks;
    /** A computer is linked no more: its turns are stopped. */
    abandon(computerId: string): void;
    /** Ends all that waits here. Turns go on at opencode, and are found by the next bridge. */
    stop(): void;
    /** A follower is gone. */
    forget(follower: Follower): void;
    happened(happening: Happening): void;
    /**
     * Goes on with the turns that the bridge before this one has left: their answers are found, or that there is none.
     * @param isOthers whether somebody else goes on with those of a session, and says how long they may be silent
     */
    resumeOpen(isOthers: (sessionId: string) => boolean): void;
    /** Looks anew at every turn, as after events may have been missed. */
    lookAnew(): void;
    /** Sends what is new of the texts, of these turns or of all. */
    flush(nonces?: Iterable<string>): void;
    /** Those that run, and the newest message before each. */
    running(): { readonly sessionId: string; readonly baselineId?: string }[];
    isBusy(sessionId: string): boolean;
    /** The session in which a subagent's was begun; itself for one that is no subagent's, as far as is known. */
    rootOf(sessionId: string): string;
    /** Why a computer may not hand over one more prompt now, in a sentence without its end. */
    refusal(computer: LinkedComputer): string | undefined;
    /** How many turns run, in all or of a computer. */
    count(computerId?: string): number;
    /**
     * Counts what a computer has the model do in a session beside its prompts: a command, a summary.
     * @returns to be told when that is over
     * @throws BridgeFailure "limit_reached"
     */
    beginCounted(computer: LinkedComputer, sessionId: string): (end: "done" | "failed") => void;
    /** The nonce of the turn that runs in a session. */
    nonceIn(sessionId: string): string | undefined;
}

/** The fields of a message that a prompt is sent with. */
function promptOf(
    { text, model, agent, variant, system, attachments }: ComputerSays["prompt"],
    files: ReturnType<typeof filesOf>,
) {
    return { text, model, agent, variant, system, attachments, files };
}

/** Makes a place for turns. */
export function createTurns(world: TurnsWorld): Turns {
    const { journal, now, log, elapsed = () => performance.now() } = world;
    const { dialect = () => world.client().dialect } = world;
    const ended = new AbortController();
    const running = new Map<string, RunningTurn>();
    const bySession = new Map<string, RunningTurn>();
    /** The sessions in which subagents were begun, by the subagents' sessions; the newest last. */
    const parents = new Map<string, string>();
    /** The prompts under which what a computer began is counted, by their sessions: what comes of it has no name yet. */
    const begunAs = new Map<string, string>();
    const listeners = new Set<() => void>();

    function changed(): void {
        for (const listener of listeners) listener();
    }

    function countOf(computerId: string): number {
        return [...running.values()].filter(({ computer }) => computer.id === computerId).length;
    }

    function failTo(follower: Follower, nonce: string, failure: BridgeFailure, pending = false): void {
        follower.send({ type: "failed", nonce, code: failure.code, detail: { ...failure.detail }, pending });
    }

    /** By the profile, or by what was allowed for the session. */
    function decideAlone(computer: LinkedComputer, asked: Asked): Decision | undefined {
        if (asked.what === "question") return undefined;
        if (computer.profile === "trusted") return { what: "permission", reply: "once" };
        if (computer.profile !== "build")
            return { what: "permission", reply: "reject", message: NOT_ALLOWED };
        const isKnown = isAllowed(journal.approvalsOf(asked.ask.sessionId), asked.ask);
        return isKnown ? { what: "permission", reply: "once" } : undefined;
    }

    async function decide(turn: RunningTurn, asked: Asked): Promise<Decision> {
        if (turn.isAbandoned) return refusedFor(asked, NOT_ALLOWED);
        const alone = decideAlone(turn.computer, asked);
        if (alone !== undefined) return alone;
        const { nonce } = turn;
        return new Promise((resolve) => {
            let left = UNATTENDED;
            const timer = setInterval(() => {
                left = turn.live.isFollowed ? UNATTENDED : left - 1000;
                if (left > 0) return;
                asking.settle(refusedFor(asked, NOBODY));
            }, 1000);
            const asking: Asking = {
                asked,
                settle(decision) {
                    clearInterval(timer);
                    if (ended.signal.aborted) return resolve(decision);
                    turn.asking = undefined;
                    turn.live.tell({ type: "settled", nonce, id: asked.ask.id });
                    changed();
                    resolve(decision);
                },
            };
            turn.asking = asking;
            turn.live.tell(askMessage(nonce, asked));
            changed();
        });
    }

    /**
     * The permissions that wait. opencode lists none of a folder while one waits that it cannot write down, as a webfetch
     * without a timeout (1.18.33): those that the stream told of are known all the same.
     */
    async function permissions(): Promise<readonly Permission[]> {
        try {
            return await world.client().readList("permissions", world.directory);
        } catch (error) {
            if (!(error instanceof OpencodeFailure) || error.code !== "bad_request") throw error;
            return [...running.values()].flatMap((turn) => [...turn.permissions.values()]);
        }
    }

    const looks = looksAt(world.client, world.directory, permissions);

    /** Settles what is not asked any more: opencode was restarted, or somebody else has answered. */
    async function lookWhetherAsked(turn: RunningTurn, asking: Asking): Promise<void> {
        try {
            const entries: readonly { readonly id: string }[] =
                asking.asked.what === "permission" ? await looks.permissions() : await looks.questions();
            const isAsked = entries.some(({ id }) => id === asking.asked.ask.id);
            if (!isAsked && turn.asking === asking) asking.settle({ what: "gone" });
        } catch (error) {
            log.warn({ err: error, nonce: turn.nonce }, "it cannot be told whether something is still asked");
        }
    }

    /** Has what was written down reach the disk, for which nobody waits. */
    function keep(): void {
        journal
            .durable()
            .catch((error: unknown) => log.error({ err: error }, "the journal is not on the disk"));
    }

    function concluded(turn: RunningTurn, end: TurnEnd): void {
        const { nonce, sessionId } = turn;
        running.delete(nonce);
        bySession.delete(sessionId);
        try {
            // What hangs in a session may hang in its next turn, too.
            if (end.kind === "fail" && end.code === "no_progress")
                journal.closeSession(sessionId, "it hangs");
            if (end.kind === "done") journal.endPrompt(nonce, "done", now());
            else if (!end.pending)
                journal.endPrompt(nonce, end.code === "aborted" ? "stopped" : "failed", now());
            keep();
        } catch (error) {
            // The next bridge finds the answer once more.
            log.error({ err: error, nonce }, "the end of a turn could not be written down");
        }
        turn.live.release();
        turn.live.tell(endMessage(turn, end));
        changed();
        log.info(
            { nonce, sessionId, computer: turn.computer.id, end: end.kind === "fail" ? end.code : "done" },
            "turn ended",
        );
    }

    function run(computer: LinkedComputer, begin: TurnBegin, follower?: Follower): void {
        const { nonce, sessionId } = begin;
        const turn: RunningTurn = {
            nonce,
            sessionId,
            computer,
            namesModel: begin.model !== undefined,
            live: new LiveText(nonce),
            bell: new Bell(),
            baselineId: begin.baselineId ?? (OWN_ID.test(nonce) ? nonce : undefined),
            permissions: new Map(),
            flushedAt: -Infinity,
        };
        running.set(nonce, turn);
        bySession.set(sessionId, turn);
        if (follower !== undefined) turn.live.follow(follower);
        changed();
        // Its times are told apart by a clock that nobody sets: one that jumps would end it, or never.
        const [begunAt, start] = [now(), elapsed()];
        const own = { ...begin, dialect: journal.dialectOf(sessionId) ?? 1 };
        runTurn(own, {
            client: world.client,
            dialect,
            now: () => begunAt + elapsed() - start,
            signal: ended.signal,
            bell: turn.bell,
            async sending(baselineId) {
                journal.markSent(nonce, baselineId);
                try {
                    await journal.durable();
                } catch (error) {
                    turn.isUnsent = true;
                    throw error;
                }
            },
            sent(sentAt, baselineId) {
                turn.sent = { sentAt, baselineId };
                turn.live.tell(sentMessage(nonce, turn.sent));
            },
            looked(messageId) {
                turn.lookedId = messageId;
                if (turn.held !== undefined && turn.held.step <= messageId) turn.held = undefined;
                turn.live.release(messageId);
            },
            tool: (call) => turn.live.tell({ type: "tool", nonce, call }),
            progress(progress) {
                turn.progress = progress;
                turn.live.tell({ type: "progress", nonce, progress });
            },
            looks,
            decide: (asked) => decide(turn, asked),
        }).then(
            (end) => {
                if (end !== undefined) concluded(turn, end);
            },
            (error: unknown) => {
                if (ended.signal.aborted) return;
                log.error({ err: error, nonce }, "a turn broke");
                const what = "the bridge failed, see its log";
                const pending = turn.isUnsent !== true;
                concluded(turn, { kind: "fail", code: "internal_error", detail: { what }, pending });
            },
        );
    }

    /** Whether a session is of the other opencode, whose place the one has taken that is there now. */
    function isOfOther(sessionId: string): boolean {
        const now = dialect();
        return now !== undefined && now !== journal.dialectOf(sessionId);
    }

    /** Why a computer may not hand over one more prompt. */
    function refusedBy(computer: LinkedComputer): string | undefined {
        const at = now();
        return refusal(
            limitedOf(journal, { computer: computer.id }, at),
            limitedOf(journal, { owner: computer.owner }, at),
            at,
        )?.message;
    }

    /** The session in which a subagent was begun, or the subagent that began it; or else the session itself. */
    function rootOf(sessionId: string): string {
        let root = sessionId;
        for (let more = MOST_GENERATIONS; more > 0; more -= 1) root = parents.get(root) ?? root;
        return root;
    }

    function noteChild(childId: string, sessionId: string): void {
        const root = rootOf(sessionId);
        if (!bySession.has(root) && journal.ownerOfSession(root) === undefined) return;
        remember(parents, childId, sessionId);
    }

    /** Nothing goes on in a session any more: what nobody has waited for counts as over. */
    function endLeft(sessionId: string): void {
        for (const prompt of journal.openPrompts())
            if (prompt.sessionId === sessionId && prompt.state === "sent")
                journal.endPrompt(prompt.nonce, "failed", now());
    }

    /** Whose step it is, and in which session: that of the turn, or one in which no turn of ours runs, as while it is summed up. */
    function payerOf(
        sessionId: string,
        turn: RunningTurn | undefined,
    ): Pick<RunningTurn, "computer" | "sessionId"> | undefined {
        if (turn !== undefined) return turn;
        const root = rootOf(sessionId);
        const owner = journal.ownerOfSession(root);
        const computer = journal.computers().find(({ id }) => id === owner);
        return computer && { computer, sessionId: root };
    }

    function count(step: Extract<Happening, { kind: "step usage" }>, turn: RunningTurn | undefined): void {
        const payer = payerOf(step.sessionId, turn);
        if (payer === undefined) return;
        const { computer, sessionId } = payer;
        const model = step.model === undefined ? "unknown" : `${step.model.providerId}/${step.model.modelId}`;
        journal.addStep({
            stepId: step.partId,
            computerId: computer.id,
            owner: computer.owner,
            sessionId,
            model,
            ...step.usage,
            at: now(),
        });
        keep();
    }

    /**
     * The step of what is written, where it has to wait: how the tools of the step before it have ended is asked for while the
     * model goes on, and is to stand above that.
     */
    function heldStepOf(turn: RunningTurn, messageId: string): string | undefined {
        const isFirst = turn.toolStepId === undefined || turn.toolStepId === messageId;
        if (isFirst || (turn.lookedId ?? "") >= messageId) return undefined;
        if (turn.held?.step !== messageId) {
            turn.held = { step: messageId, since: turn.held?.since ?? elapsed() };
            turn.bell.ring();
        }
        return messageId;
    }

    /** Takes what the model writes, and sends it on. */
    function write(turn: RunningTurn, written: Extract<Happening, { kind: "text" | "reasoning" }>): void {
        const { messageId, partId, kind, offset, text } = written;
        turn.live.add(partId, kind, offset, text, heldStepOf(turn, messageId));
        // What comes after a pause is sent at once, and what comes fast is gathered for a tick.
        if (elapsed() - turn.flushedAt < PACE_MILLISECONDS) return;
        turn.flushedAt = elapsed();
        turn.live.flush();
    }

    /** Sends what is new. What waits for something that cannot be asked for does not wait for ever. */
    function flushTurn(turn: RunningTurn): void {
        if (turn.held !== undefined && elapsed() - turn.held.since > LONGEST_HELD) {
            turn.held = undefined;
            turn.live.release();
        }
        turn.live.flush();
    }

    /** Tells a follower who comes late what has been so far. */
    function catchUp(turn: RunningTurn, follower: Follower): void {
        const { nonce } = turn;
        turn.live.follow(follower);
        if (turn.sent) follower.send(sentMessage(nonce, turn.sent));
        if (turn.progress) follower.send({ type: "progress", nonce, progress: turn.progress });
        if (turn.asking) follower.send(askMessage(nonce, turn.asking.asked));
    }

    /** Follows what opencode has made of a command, where it has: under the name by which it was counted, or anew. */
    async function adopt(
        computer: LinkedComputer,
        asked: ComputerSays["follow"],
        follower: Follower,
    ): Promise<void> {
        const { nonce, sessionId } = asked;
        try {
            const { info } = await world.client().getMessage(sessionId, nonce);
            if (ended.signal.aborted) return;
            if (info.role !== "user") return failTo(follower, nonce, new BridgeFailure("not_sent"));
            const counted = begunAs.get(sessionId);
            begunAs.delete(sessionId);
            if (counted === undefined || !journal.renamePrompt(counted, nonce))
                journal.takePrompt({
                    nonce,
                    computerId: computer.id,
                    sessionId,
                    takenAt: now(),
                    isSent: true,
                });
            begin(computer, asked, follower);
        } catch (error) {
            if (ended.signal.aborted) return;
            if (!(error instanceof OpencodeFailure)) log.error({ err: error, nonce }, "a command broke");
            const isGone = error instanceof OpencodeFailure && error.code === "not_found";
            if (isGone) return failTo(follower, nonce, new BridgeFailure("not_sent"));
            const detail = { status: "500", what: "the bridge failed, see its log" };
            follower.send({ type: "failed", nonce, code: "server_error", detail, pending: true });
        }
    }

    function begin(
        computer: LinkedComputer,
        asked: ComputerSays["prompt"] | ComputerSays["follow"],
        follower: Follower,
    ): void {
        const { nonce, sessionId } = asked;
        const known = running.get(nonce);
        if (known !== undefined) {
            if (known.computer.id !== computer.id) failTo(follower, nonce, new BridgeFailure("not_sent"));
            else catchUp(known, follower);
            return;
        }
        const record = journal.promptOf(nonce);
        if (record !== undefined && (record.computerId !== computer.id || record.sessionId !== sessionId))
            return failTo(follower, nonce, new BridgeFailure("not_sent"));
        // opencode makes a prompt of a command of its configuration, which is called by its message's id.
        const isCommand = record === undefined && asked.type === "follow" && OWN_ID.test(nonce);
        if (record === undefined && asked.type === "follow" && !isCommand)
            return failTo(follower, nonce, new BridgeFailure("not_sent"));
        if (journal.ownerOfSession(sessionId) !== computer.id)
            return failTo(follower, nonce, new BridgeFailure("session_gone", { session: sessionId }));
        const other = bySession.get(sessionId);
        if (other !== undefined)
            return failTo(follower, nonce, new BridgeFailure("session_busy", { seconds: "0", what: "" }));
        const isClosed =
            record === undefined && (journal.closedReason(sessionId) !== undefined || isOfOther(sessionId));
        if (isClosed)
            return failTo(follower, nonce, new BridgeFailure("session_gone", { session: sessionId }));
        if (isCommand) return void adopt(computer, asked, follower);
        const wasSent = record !== undefined && record.state !== "taken";
        if (!wasSent && asked.type === "follow")
            return failTo(follower, nonce, new BridgeFailure("not_sent"));
        let files: ReturnType<typeof filesOf>;
        try {
            if (asked.type === "prompt" && !wasSent)
                files = filesOf(computer.profile, world.directory, asked.files);
        } catch (error) {
            if (!(error instanceof BridgeFailure)) throw error;
            return failTo(follower, nonce, error);
        }
        if (countOf(computer.id) >= MOST_RUNNING)
            return failTo(follower, nonce, new BridgeFailure("limit_reached", { what: TOO_MANY }));
        if (record === undefined) {
            const refused = refusedBy(computer);
            if (refused !== undefined)
                return failTo(follower, nonce, new BridgeFailure("limit_reached", { what: refused }));
            journal.takePrompt({ nonce, computerId: computer.id, sessionId, takenAt: now() });
        }
        run(
            computer,
            {
                nonce,
                sessionId,
                sentAt: record?.takenAt ?? now(),
                ...(record?.baselineId === undefined ? {} : { baselineId: record.baselineId }),
                ...(asked.type === "prompt"
                    ? { model: asked.model, agent: asked.agent, prompt: promptOf(asked, files) }
                    : {}),
                directory: world.directory,
                idleTimeout: Math.max(asked.idleTimeout, LEAST_IDLE),
                isResumed: wasSent,
            },
            follower,
        );
    }

    /** Decides what a turn asks. @returns whether it was asked */
    function settle(nonce: string, decision: Parameters<Turns["settle"]>[1]): boolean {
        const asking = running.get(nonce)?.asking;
        if (asking?.asked.ask.id !== decision.id) return false;
        asking.settle(settled(journal, asking.asked, decision, now()));
        return true;
    }

    return {
        take: begin,
        follow: begin,
        leave: (nonce, follower) => running.get(nonce)?.live.leave(follower),
        forget(follower) {
            for (const { live } of running.values()) live.leave(follower);
        },
        decide(computer, decision) {
            if (running.get(decision.nonce)?.computer.id === computer.id) settle(decision.nonce, decision);
        },
        settle,
        views: () =>
            [...running.values()].map(({ nonce, sessionId, computer, progress, asking }) => ({
                nonce,
                sessionId,
                computerId: computer.id,
                ...(progress === undefined ? {} : { progress }),
                ...(asking === undefined ? {} : { asked: asking.asked }),
            })),
        watch(nonce, follower) {
            const turn = running.get(nonce);
            if (turn !== undefined) catchUp(turn, follower);
            return turn !== undefined;
        },
        onChange(listener) {
            listeners.add(listener);
            return () => void listeners.delete(listener);
        },
        looks,
        abandon(computerId) {
            for (const turn of running.values()) {
                if (turn.computer.id !== computerId) continue;
                turn.isAbandoned = true;
                turn.asking?.settle(refusedFor(turn.asking.asked, NOT_ALLOWED));
                stopSession(world, turn.sessionId, journal.promptOf(turn.nonce)).catch((error: unknown) =>
                    log.error({ err: error, nonce: turn.nonce }, "a turn could not be stopped"),
                );
            }
        },
        stop() {
            ended.abort();
            for (const { bell, asking } of running.values()) {
                asking?.settle({ what: "gone" });
                bell.ring();
            }
            running.clear();
            bySession.clear();
        },
        happened(happening) {
            const { sessionId } = happening;
            const own = bySession.get(sessionId);
            const turn = own ?? bySession.get(rootOf(sessionId));
            if (happening.kind === "step usage") return count(happening, turn);
            if (happening.kind === "child") noteChild(happening.childId, sessionId);
            if (happening.kind === "idle" && turn === undefined) endLeft(sessionId);
            if (turn === undefined) return;
            switch (happening.kind) {
                case "text":
                case "reasoning":
                    if (own === undefined) return;
                    write(turn, happening);
                    return;
                case "text replaced":
                case "reasoning replaced":
                    if (own)
                        turn.live.replace(
                            happening.partId,
                            happening.kind === "text replaced" ? "text" : "reasoning",
                            happening.text,
                            heldStepOf(turn, happening.messageId),
                        );
                    return;
                case "model switched":
                    // Nobody has asked for that: the next prompt is not to go on with another model unseen.
                    if (own && !turn.namesModel) journal.closeSession(sessionId, "its model is another one");
                    return;
                case "tool":
                    if (own) turn.toolStepId = happening.messageId;
                    break;
                case "permission":
                    turn.permissions.set(happening.permission.id, happening.permission);
                    break;
                case "permission answered":
                case "question answered":
                    turn.permissions.delete(happening.id);
                    if (turn.asking?.asked.ask.id === happening.id) turn.asking.settle({ what: "gone" });
                    break;
                case "idle":
                case "deleted":
                    // What was asked by a turn that was stopped is not asked any more, though it stays listed.
                    if (own) turn.asking?.settle({ what: "gone" });
                    break;
                default:
                    break;
            }
            turn.bell.ring();
        },
        resumeOpen(isOthers) {
            const computers = new Map(journal.computers().map((computer) => [computer.id, computer]));
            for (const {
                nonce,
                computerId,
                sessionId,
                state,
                baselineId,
                takenAt,
            } of journal.openPrompts()) {
                const computer = computers.get(computerId);
                if (computer === undefined || bySession.has(sessionId) || isOthers(sessionId)) continue;
                // One that was never sent is the computer's to hand over again, for a while.
                if (state === "taken" && now() - takenAt < LONGEST_TAKEN) continue;
                if (computer.revokedAt !== undefined) {
                    journal.endPrompt(nonce, "stopped", now());
                    stopSession(world, sessionId, undefined).catch((error: unknown) =>
                        log.error({ err: error, nonce }, "a turn could not be stopped"),
                    );
                } else if (state === "taken" || nonce.startsWith(COUNTED))
                    journal.endPrompt(nonce, "failed", now());
                else
                    run(computer, {
                        nonce,
                        sessionId,
                        sentAt: takenAt,
                        ...(baselineId === undefined ? {} : { baselineId }),
                        directory: world.directory,
                        idleTimeout: USUAL_IDLE_SECONDS,
                        isResumed: true,
                    });
            }
        },
        lookAnew() {
            for (const turn of running.values()) {
                turn.bell.ring();
                if (turn.asking !== undefined) void lookWhetherAsked(turn, turn.asking);
            }
        },
        flush(nonces) {
            for (const nonce of nonces ?? running.keys()) {
                const turn = running.get(nonce);
                if (turn !== undefined) flushTurn(turn);
            }
        },
        running: () =>
            [...running.values()].map(({ sessionId, sent, baselineId: first }) => {
                const baselineId = sent?.baselineId ?? first;
                return { sessionId, ...(baselineId === undefined ? {} : { baselineId }) };
            }),
        beginCounted(computer, sessionId) {
            const what = refusedBy(computer);
            if (what !== undefined) throw new BridgeFailure("limit_reached", { what });
            const nonce = COUNTED + randomUUID();
            journal.takePrompt({ nonce, computerId: computer.id, sessionId, takenAt: now(), isSent: true });
            remember(begunAs, sessionId, nonce);
            return (end) => void journal.endPrompt(nonce, end, now());
        },
        rootOf,
        refusal: refusedBy,
        isBusy: (sessionId) => bySession.has(sessionId),
        nonceIn: (sessionId) => bySession.get(sessionId)?.nonce,
        count(computerId) {
            return computerId === undefined ? running.size : countOf(computerId);
        },
    };
}

/** Adds what is newest, and forgets what is oldest. */
function remember(known: Map<string, string>, name: string, value: string): void {
    known.delete(name);
    known.set(name, value);
    const [oldest] = known.keys();
    if (known.size > MOST_REMEMBERED && oldest !== undefined) known.delete(oldest);
}

/** Refuses what is asked. @param message what the model reads */
function refusedFor(asked: Asked, message: string): Decision {
    return asked.what === "permission"
        ? { what: "permission", reply: "reject", message }
        : { what: "question" };
}

function sentMessage(nonce: string, sent: NonNullable<RunningTurn["sent"]>) {
    return {
        type: "sent" as const,
        nonce,
        sentAt: sent.sentAt,
        ...(sent.baselineId === undefined ? {} : { baselineId: sent.baselineId }),
    };
}

function askMessage(nonce: string, asked: Asked) {
    return asked.what === "permission"
        ? { type: "permission" as const, nonce, ask: asked.ask }
        : { type: "question" as const, nonce, ask: asked.ask };
}

function endMessage(turn: RunningTurn, end: TurnEnd) {
    const { nonce } = turn;
    if (end.kind === "done")
        return { type: "done" as const, nonce, sentAt: turn.sent?.sentAt ?? 0, steps: end.steps };
    return {
        type: "failed" as const,
        nonce,
        code: end.code,
        detail: end.detail,
        pending: end.pending,
        ...(end.text === undefined ? {} : { text: end.text }),
        ...(end.failure === undefined ? {} : { cause: end.failure }),
    };
}

/** A decision as opencode is told of it. It never hears "always", which there holds for the whole folder and everybody. */
function settled(
    journal: Journal,
    asked: Asked,
    decision: Parameters<Turns["settle"]>[1],
    at: number,
): Decision {
    if (asked.what === "question")
        return decision.answers === undefined
            ? { what: "question" }
            : { what: "question", answers: decision.answers };
    const reply = decision.reply ?? "reject";
    if (reply === "always")
        for (const pattern of asked.ask.always)
            journal.allowAlways({
                sessionId: asked.ask.sessionId,
                permission: asked.ask.kind,
                pattern,
                at,
            });
    return {
        what: "permission",
        reply: reply === "always" ? "once" : reply,
        ...(decision.message === undefined ? {} : { message: decision.message }),
    };
}
