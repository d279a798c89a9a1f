/** What the commands print. */
import type { Job } from "../../../../src/apis/ai/jobs/shapes.ts";
import type { AdminComputer, Pairing, StatusAnswer } from "../admin.ts";
import type { Check } from "../doctor.ts";
import type { Limits } from "../journal/journal.ts";

/** Names come from the game, where players choose them: none of them commands a terminal. */
export function plain(text: string): string {
    return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "?");
}

/** Lays out rows in columns. */
export function table(rows: readonly (readonly string[])[]): string[] {
    const shown = rows.map((row) => row.map(plain));
    const widths = (shown[0] ?? []).map((_, column) =>
        Math.max(...shown.map((row) => [...(row[column] ?? "")].length)),
    );
    return shown.map((row) =>
        row
            .map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - [...cell].length))
            .join("  ")
            .trimEnd(),
    );
}

/** "5 s", "3 min", "2 h", "4 days": how long something is. */
export function duration(seconds: number): string {
    const whole = Math.max(0, Math.floor(seconds));
    if (whole < 60) return `${whole} s`;
    if (whole < 3600) return `${Math.floor(whole / 60)} min`;
    if (whole < 2 * 86_400) return `${Math.floor(whole / 3600)} h`;
    return `${Math.floor(whole / 86_400)} days`;
}

/** One thing, or several. */
const some = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;

/** @returns lines of `status` */
export function statusLines(status: StatusAnswer): string[] {
    const { opencode } = status;
    const version = opencode.version === undefined ? "opencode" : `opencode ${opencode.version}`;
    const where = opencode.url === undefined ? "" : `, ${opencode.url}`;
    const why = opencode.reason === undefined ? "" : `: ${opencode.reason}`;
    return [
        `Bridge ${status.version}, for ${duration(status.uptimeSeconds)}.`,
        `${version} is ${opencode.state}${where}${why}`,
        ...(opencode.warning === undefined ? [] : [opencode.warning]),
        `${some(status.computers, "computer")}, ${status.online} online; ${some(status.turns, "turn")}, ${some(status.jobs, "job")}.`,
    ].map(plain);
}

/** @returns lines of `computers`: those that are linked, and those that wait */
export function computerLines(
    computers: readonly AdminComputer[],
    pairings: readonly Pairing[],
    now: number,
): string[] {
    const seen = ({ online, lastSeenAt }: AdminComputer): string => {
        if (online) return "online";
        return lastSeenAt === undefined ? "never" : `${duration((now - lastSeenAt) / 1000)} ago`;
    };
    const linked = computers.map((computer) => [
        computer.id,
        computer.name,
        String(computer.gameId),
        computer.owner,
        computer.profile,
        seen(computer),
    ]);
    const waiting = pairings.map(({ code, gameId, label, address, expiresAt }) => [
        code,
        label ?? "",
        String(gameId),
        address,
        duration((expiresAt - now) / 1000),
    ]);
    const heads = {
        linked: ["ID", "NAME", "COMPUTER", "OWNER", "PROFILE", "SEEN"],
        waiting: ["CODE", "LABEL", "COMPUTER", "FROM", "EXPIRES IN"],
    };
    return [
        ...(linked.length === 0 ? ["No computer is linked."] : table([heads.linked, ...linked])),
        ...(waiting.length === 0 ? [] : ["", "Waiting for approval:", ...table([heads.waiting, ...waiting])]),
    ];
}

/** @returns lines of `limits` */
export function limitLines(limits: Limits): string[] {
    const rows = [
        ["turns at once", limits.turnsAtOnce],
        ["prompts an hour", limits.promptsPerHour],
        ["tokens a day", limits.tokensPerDay],
        ["US dollars a day", limits.costPerDay],
    ] as const;
    return table(rows.map(([name, value]) => [name, value === undefined ? "not limited" : String(value)]));
}

/** @returns lines of `doctor` */
export function checkLines(checks: readonly Check[]): string[] {
    return checks.flatMap(({ name, state, message, hint }) => [
        plain(`${state.padEnd(7)}  ${name.padEnd(9)}  ${message}`),
        ...(hint === undefined ? [] : [plain(`${" ".repeat(20)}${hint}`)]),
    ]);
}

/** What a job is at, in a line. */
export function jobLine(job: Job): string {
    const { state, place, asks, tool, words, silence = 0, reason } = job;
    const now = asks === undefined ? (tool ?? words ?? "") : `it asks: ${asks}`;
    const parts: Readonly<Record<Job["state"], string>> = {
        queued: `queued${place === undefined ? "" : `, place ${place}`}${reason === undefined ? "" : `: ${reason}`}`,
        running: `running for ${duration(job.seconds)}, ${some(job.tools, "tool call")}, silent for ${duration(silence)}${now === "" ? "" : `: ${now}`}`,
        done: `done after ${duration(job.seconds)}`,
        failed: `over: it failed after ${duration(job.seconds)}: ${reason ?? ""}`,
        killed: `over: it was stopped after ${duration(job.seconds)}: ${reason ?? ""}`,
    };
    return plain(`Job ${job.number} is ${parts[state]}`);
}

/** @returns lines of `jobs` */
export function jobLines(jobs: readonly Job[]): string[] {
    if (jobs.length === 0) return ["There are no jobs."];
    const rows = jobs.map((job) => [
        String(job.number),
        job.place === undefined ? job.state : `${job.state} (${job.place})`,
        job.computer,
        duration(job.seconds),
        job.prompt.length > 40 ? `${job.prompt.slice(0, 37)}...` : job.prompt,
        job.asks === undefined ? (job.reason ?? job.tool ?? job.words ?? "") : `asks: ${job.asks}`,
    ]);
    return table([["JOB", "STATE", "COMPUTER", "TIME", "PROMPT", "LAST"], ...rows]);
}
