/** The journal as it would be if nothing ever failed: lists in memory, written apart from the store. */
import type {
    Approval,
    Journal,
    LimitScope,
    Limits,
    LinkedComputer,
    PromptRecord,
    StepRecord,
} from "../../src/journal/journal.ts";

type Changeable<Type> = { -readonly [Field in keyof Type]: Type[Field] };

interface Session {
    readonly id: string;
    readonly computerId: string;
    closedReason?: string;
    isRemoved: boolean;
}

const counted = ["input", "output", "reasoning", "cacheRead", "cacheWrite", "cost"] as const;

export function memoryJournal(): Journal {
    const computers: Changeable<LinkedComputer>[] = [];
    const sessions: Session[] = [];
    const prompts: (Changeable<PromptRecord> & { owner: string })[] = [];
    let approvals: Approval[] = [];
    const limits = new Map<string, Limits>();
    const steps: StepRecord[] = [];

    const active = (id: string) => computers.find((one) => one.id === id && one.revokedAt === undefined);
    const open = (nonce: string) => prompts.find((one) => one.nonce === nonce && one.endedAt === undefined);
    const shown = ({ owner: _, ...prompt }: PromptRecord & { owner: string }): PromptRecord => ({
        ...prompt,
    });
    const isOf = (scope: LimitScope) => (one: { computerId: string; owner: string }) =>
        "computer" in scope ? one.computerId === scope.computer : one.owner === scope.owner;
    const must = (condition: boolean) => {
        if (!condition) throw new Error("The journal refuses.");
    };
    const sum = (list: StepRecord[]) => {
        const total = {
            steps: list.length,
            input: 0,
            output: 0,
            reasoning: 0,
            cacheRead: 0,
            cacheWrite: 0,
            cost: 0,
        };
        for (const step of list) for (const field of counted) total[field] += step[field];
        return total;
    };

    return {
        addComputer(computer) {
            must(
                !computers.some(
                    ({ id, tokenHash }) => id === computer.id || tokenHash === computer.tokenHash,
                ),
            );
            computers.push({ ...computer });
        },
        computers: () => computers.map((computer) => ({ ...computer })),
        computerByToken: (tokenHash) => computers.find((one) => one.tokenHash === tokenHash),
        revokeComputer(id, at) {
            const computer = active(id);
            if (computer) computer.revokedAt = at;
            return computer !== undefined;
        },
        changeComputer(id, change) {
            const computer = active(id);
            if (computer) Object.assign(computer, change);
            return computer !== undefined;
        },
        addSession(sessionId, computerId) {
            const known = sessions.find(({ id }) => id === sessionId);
            must(
                known
                    ? known.computerId === computerId && !known.isRemoved
                    : computers.some(({ id }) => id === computerId),
            );
            if (!known) sessions.push({ id: sessionId, computerId, isRemoved: false });
        },
        ownerOfSession: (sessionId) =>
            sessions.find(({ id, isRemoved }) => id === sessionId && !isRemoved)?.computerId,
        sessionsOf: (computerId) =>
            sessions
                .filter((one) => one.computerId === computerId && !one.isRemoved)
                .map(({ id }) => id)
                .reverse(),
        closeSession(sessionId, reason) {
            for (const session of sessions) if (session.id === sessionId) session.closedReason = reason;
        },
        closedReason: (sessionId) => sessions.find(({ id }) => id === sessionId)?.closedReason,
        removeSession(sessionId) {
            for (const session of sessions) if (session.id === sessionId) session.isRemoved = true;
            approvals = approvals.filter((approval) => approval.sessionId !== sessionId);
        },
        takePrompt({ isSent, ...prompt }) {
            const known = prompts.find(({ nonce }) => nonce === prompt.nonce);
            must(known?.computerId === undefined || known.computerId === prompt.computerId);
            if (known) return shown(known);
            must(
                sessions.some(
                    ({ id, computerId }) => id === prompt.sessionId && computerId === prompt.computerId,
                ),
            );
            const owner = computers.find(({ id }) => id === prompt.computerId)?.owner ?? "";
            prompts.push({ ...prompt, state: isSent === true ? "sent" : "taken", owner });
            return undefined;
        },
        promptOf(nonce) {
            const known = prompts.find((one) => one.nonce === nonce);
            return known && shown(known);
        },
        markSent(nonce, baselineId) {
            const prompt = open(nonce);
            if (prompt?.state !== "taken") return false;
            Object.assign(prompt, { state: "sent" }, baselineId === undefined ? {} : { baselineId });
            return true;
        },
        renamePrompt(nonce, name) {
            const prompt = prompts.find((one) => one.nonce === nonce);
            if (prompt) Object.assign(prompt, { nonce: name });
            return prompt !== undefined;
        },
        endPrompt(nonce, state, at) {
            const prompt = open(nonce);
            if (prompt) Object.assign(prompt, { state, endedAt: at });
            return prompt !== undefined;
        },
        openPrompts: () => prompts.filter(({ endedAt }) => endedAt === undefined).map(shown),
        openTurns: (scope) => prompts.filter((one) => one.endedAt === undefined && isOf(scope)(one)).length,
        promptsSince: (scope, since) =>
            prompts
                .filter((one) => isOf(scope)(one) && one.takenAt >= since)
                .map(({ takenAt }) => takenAt)
                .sort((a, b) => a - b),
        allowAlways(approval) {
            const isSame = (one: Approval) =>
                one.sessionId === approval.sessionId &&
                one.permission === approval.permission &&
                one.pattern === approval.pattern;
            must(sessions.some(({ id }) => id === approval.sessionId));
            if (!approvals.some(isSame)) approvals.push(approval);
        },
        approvalsOf: (sessionId) => approvals.filter((approval) => approval.sessionId === sessionId),
        setLimits: (scope, wanted) => void limits.set(JSON.stringify(scope), wanted),
        limitsOf: (scope) => limits.get(JSON.stringify(scope)) ?? {},
        addStep(step) {
            const isNew = !steps.some(({ stepId }) => stepId === step.stepId);
            must(!isNew || computers.some(({ id }) => id === step.computerId));
            if (isNew) steps.push(step);
            return isNew;
        },
        usage: (filter) =>
            sum(
                steps.filter((step) => {
                    const fields = { ...step, day: new Date(step.at).toISOString().slice(0, 10) };
                    return Object.entries(filter).every(
                        ([field, value]) => fields[field as keyof typeof fields] === value,
                    );
                }),
            ),
        usageByDay: () => {
            throw new Error("Not here.");
        },
        durable: () => Promise.resolve(),
        copyTo: () => {
            throw new Error("Not here.");
        },
        close: () => undefined,
    };
}
