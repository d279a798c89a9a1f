/** The journal as it would be if nothing ever failed: lists in memory, written apart from the store. */
import type {
    Approval,
    JobRecord,
    JobSummary,
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
    dialect: 1 | 2;
    isRemoved: boolean;
}

const counted = ["input", "output", "reasoning", "cacheRead", "cacheWrite", "cost"] as const;

const summaryOf = ({ result: _, asked: __, ...job }: JobRecord): JobSummary => job;

export function memoryJournal(): Journal {
    const computers: Changeable<LinkedComputer>[] = [];
    const sessions: Session[] = [];
    const prompts: (Changeable<PromptRecord> & { owner: string })[] = [];
    let approvals: Approval[] = [];
    const limits = new Map<string, Limits>();
    const steps: StepRecord[] = [];
    let jobs: Changeable<JobRecord>[] = [];
    let lastJob = 0;

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
        addSession(sessionId, computerId, _at, dialect = 1) {
            const known = sessions.find(({ id }) => id === sessionId);
            must(
                known
                    ? known.computerId === computerId && !known.isRemoved
                    : computers.some(({ id }) => id === computerId),
            );
            if (!known) sessions.push({ id: sessionId, computerId, isRemoved: false, dialect });
        },
        ownerOfSession: (sessionId) =>
            sessions.find(({ id, isRemoved }) => id === sessionId && !isRemoved)?.computerId,
        dialectOf: (sessionId) => sessions.find(({ id }) => id === sessionId)?.dialect,
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
        limited: () =>
            [...limits].map(([scope, limit]) => ({ scope: JSON.parse(scope) as LimitScope, limits: limit })),
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
        usageOn: () => {
            throw new Error("Not here.");
        },
        addJob(job) {
            const known = jobs.find(
                ({ key, computerId }) => key === job.key && computerId === job.computerId,
            );
            if (known) return { ...known };
            const computer = computers.find(({ id }) => id === job.computerId);
            must(computer !== undefined);
            lastJob += 1;
            const { model, agent, ...rest } = job;
            jobs.push({
                ...rest,
                ...(model === undefined ? {} : { model }),
                ...(agent === undefined ? {} : { agent }),
                number: lastJob,
                owner: computer?.owner ?? "",
                state: "queued",
                attempt: 0,
                interventions: 0,
                tools: 0,
                cost: 0,
                spent: 0,
            });
            return { ...(jobs.at(-1) as JobRecord) };
        },
        jobOf(number) {
            const known = jobs.find((job) => job.number === number);
            return known && { ...known };
        },
        countOpenJobs: () => jobs.filter(({ endedAt }) => endedAt === undefined).length,
        openJobs: () => jobs.filter(({ endedAt }) => endedAt === undefined).map(summaryOf),
        jobs: (owner, most) =>
            jobs
                .filter((job) => owner === undefined || job.owner === owner)
                .map(summaryOf)
                .reverse()
                .slice(0, most),
        untoldJobs: (computerId) =>
            jobs
                .filter(
                    (job) =>
                        job.computerId === computerId &&
                        job.toldAt === undefined &&
                        job.endedAt !== undefined,
                )
                .map(summaryOf),
        changeJob(number, change) {
            const job = jobs.find((one) => one.number === number && one.endedAt === undefined);
            const changes = Object.entries(change);
            if (job === undefined || changes.length === 0) return false;
            for (const [field, value] of changes)
                if (value === null) delete job[field as keyof JobRecord];
                else Object.assign(job, { [field]: value });
            return true;
        },
        tellJob(number, at) {
            const job = jobs.find((one) => one.number === number && one.endedAt !== undefined);
            if (job === undefined || job.toldAt !== undefined) return false;
            job.toldAt = at;
            return true;
        },
        collectJob(number, at) {
            const job = jobs.find((one) => one.number === number && one.endedAt !== undefined);
            if (job === undefined || job.collectedAt !== undefined) return false;
            job.collectedAt = at;
            job.toldAt ??= at;
            return true;
        },
        forgetJobs(until) {
            const before = jobs.length;
            jobs = jobs.filter(({ endedAt }) => endedAt === undefined || endedAt > until);
            return before - jobs.length;
        },
        durable: () => Promise.resolve(),
        copyTo: () => {
            throw new Error("Not here.");
        },
        close: () => undefined,
    };
}
