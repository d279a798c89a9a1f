/**
 * What is made of what was seen of the way to the model: each thing is well, doubtful or broken, with what to do next.
 * Pure: whoever examines a computer hands in what it found (see examine.ts).
 */
import type { Check } from "./check";

/** A call that failed, as it is told. */
export interface Problem {
    readonly code: string;
    readonly message: string;
    readonly hint: string;
}

/** How far ahead or behind of the server a clock may be: ages in lists show minutes. */
const MOST_SKEW_SECONDS = 180;
/** A turn that is written down, the settings beside their file, and a little. */
const LEAST_BYTES = 5000;
/** An upgrade keeps the new files beside the old ones until all of them are there. */
const FEW_BYTES = 50000;
/** opencode 1.14 is the oldest that all of this client was tested with. */
const LEAST_MINOR = 14;

/** Failures of a request that never left, or that nobody answered. */
const UNREACHABLE: Readonly<Record<string, true | undefined>> = {
    cannot_connect: true,
    timed_out: true,
    network_error: true,
    reply_too_large: true,
};

function ok(check: Check["check"], message: string): Check {
    return { check, state: "ok", message };
}

function warning(check: Check["check"], message: string, hint: string): Check {
    return { check, state: "warning", message, hint };
}

/** A check that ends as a failed call tells it. */
export function failed(check: Check["check"], problem: Pick<Problem, "message" | "hint">): Check {
    return { check, state: "failed", message: problem.message, hint: problem.hint };
}

/** A check that was not made, and why. */
export function skipped(check: Check["check"], why: string): Check {
    return { check, state: "skipped", message: why };
}

/** "1 file", "2 files". */
function count(number: number, word: string): string {
    return number === 1 ? `1 ${word}` : `${number} ${word}s`;
}

/** Which opencode the server says that it is. */
export interface Version {
    readonly text: string;
    /** Absent where the text has no such number. */
    readonly major?: number;
    readonly minor?: number;
}

function versionCheck(version: Version): Check {
    const major = version.major ?? 0;
    const minor = version.minor ?? 0;
    const name = `opencode ${version.text}`;
    if (major === 1 && minor >= LEAST_MINOR) return ok("opencode", version.text);
    if (major >= 2) return ok("opencode", `${version.text}; opencode 2 as published, not tried with us`);
    return warning(
        "opencode",
        `${name} was not tested with this client.`,
        `Use 1.${LEAST_MINOR} or newer of opencode 1: npm i -g opencode-ai@1`,
    );
}

/** What the first request came to: the server's version, or why there is none. */
export interface Greeting {
    readonly version?: Version;
    readonly problem?: Problem;
    /** Whether the server answers without a password, too. */
    readonly isOpen?: boolean;
}

/** The rule for a whole host beside the narrow one, which the failure has. */
function deniedHint(hint: string): string {
    return `${hint}\nWithout the port line: every port of that host.`;
}

function passwordCheck(greeting: Greeting): Check {
    if (greeting.isOpen) {
        return warning(
            "password",
            "The server wants no password: it obeys whoever reaches it.",
            "Start it with OPENCODE_SERVER_PASSWORD set.",
        );
    }
    return ok("password", "right");
}

/**
 * What the first request says of each thing on the way to the server, in the order of the way. What lies behind the first
 * one that is broken is not among them.
 */
export function greetingChecks(greeting: Greeting): Check[] {
    const problem = greeting.problem;
    const code = problem ? problem.code : "";
    if (problem && code === "http_disabled") return [failed("http", problem)];
    const checks = [ok("http", "on")];
    if (problem && code === "address_denied") {
        checks.push(failed("address", { message: problem.message, hint: deniedHint(problem.hint) }));
        return checks;
    }
    checks.push(ok("address", "allowed"));
    if (problem && UNREACHABLE[code]) {
        checks.push(failed("reachable", problem));
        return checks;
    }
    checks.push(ok("reachable", "yes"));
    if (problem && code === "unauthorized") {
        checks.push(skipped("opencode", "It tells its version once the password is right."));
        checks.push(failed("password", problem));
        return checks;
    }
    if (problem) {
        checks.push(failed("opencode", problem));
        return checks;
    }
    checks.push(versionCheck(greeting.version ?? { text: "" }));
    checks.push(passwordCheck(greeting));
    return checks;
}

/** What a look at the bridge came to, and a call over the link. */
export interface LinkSeen {
    /** Why the bridge does not answer, or is none. */
    readonly problem?: Problem;
    /** The version of the bridge. */
    readonly bridge?: string;
    /** Why the computer is not linked. */
    readonly linkProblem?: Problem;
    /** As the bridge calls this computer, whose it is, and what the agent may do. */
    readonly name?: string;
    readonly owner?: string;
    readonly profile?: string;
    /** Whether it polls, as websockets are off. */
    readonly isPolling?: boolean;
    readonly version?: Version;
    /** Why opencode does not answer behind it. */
    readonly opencodeProblem?: Problem;
}

function linkCheck(seen: LinkSeen): Check {
    const message = `${seen.name ?? "?"} (${seen.owner ?? "?"}), ${seen.profile ?? "?"}`;
    if (seen.isPolling !== true) return ok("link", message);
    return warning(
        "link",
        `${message}. Websockets are off here: it polls.`,
        "Text comes sooner with them. In computercraft-server.toml: [http] websocket_enabled = true",
    );
}

/**
 * What was seen of each thing on the way to an opencode behind a bridge, in the order of the way. What lies behind the first
 * one that is broken is not among them.
 */
export function linkChecks(seen: LinkSeen): Check[] {
    const problem = seen.problem;
    // Without the link's own package nothing is looked at.
    if (problem === undefined && seen.bridge === undefined && seen.linkProblem)
        return [failed("link", seen.linkProblem)];
    const code = problem ? problem.code : "";
    if (problem && code === "http_disabled") return [failed("http", problem)];
    const checks = [ok("http", "on")];
    if (problem && code === "address_denied") {
        checks.push(failed("address", { message: problem.message, hint: deniedHint(problem.hint) }));
        return checks;
    }
    checks.push(ok("address", "allowed"));
    if (problem && code === "link_down") {
        checks.push(failed("reachable", problem));
        return checks;
    }
    checks.push(ok("reachable", "yes"));
    if (problem) {
        checks.push(failed("bridge", problem));
        return checks;
    }
    checks.push(ok("bridge", seen.bridge ?? "there"));
    if (seen.linkProblem) {
        checks.push(failed("link", seen.linkProblem));
        return checks;
    }
    checks.push(linkCheck(seen));
    if (seen.opencodeProblem) checks.push(failed("opencode", seen.opencodeProblem));
    else checks.push(versionCheck(seen.version ?? { text: "" }));
    return checks;
}

/** A model or an agent of the settings, and what the server has of it. */
export interface Named {
    /** Absent where the settings name none. */
    readonly wanted?: string;
    /** Why the list could not be read. */
    readonly problem?: Problem;
    /** Why it is not there, with what is. */
    readonly missing?: Problem;
}

function nameCheck(check: "model" | "agent", named: Named): Check {
    if (named.wanted === undefined) return ok(check, "the server's choice");
    if (named.problem) return failed(check, named.problem);
    if (named.missing === undefined) return ok(check, named.wanted);
    return {
        check,
        state: "failed",
        message: named.missing.message,
        hint: named.missing.hint,
        remedy: { kind: check === "model" ? "unset_model" : "unset_agent" },
    };
}

/** @param isHalf true where a model has no provider, or the other way round */
export function modelCheck(named: Named, isHalf: boolean): Check {
    if (isHalf) {
        return warning(
            "model",
            "Of provider_id and model_id one alone is set, which does not count.",
            "Set the other one, too: ai config model_id <id>",
        );
    }
    return nameCheck("model", named);
}

export function agentCheck(named: Named): Check {
    return nameCheck("agent", named);
}

/** The session that the computer talks in. */
export interface SessionSeen {
    readonly id?: string;
    readonly title?: string;
    readonly problem?: Problem;
}

export function sessionCheck(seen: SessionSeen): Check {
    if (seen.id === undefined) return ok("session", "none yet");
    const problem = seen.problem;
    if (problem === undefined) return ok("session", seen.title ?? seen.id);
    if (problem.code !== "session_gone") return failed("session", problem);
    return {
        check: "session",
        state: "warning",
        message: problem.message,
        hint: "The next prompt makes a new one. To forget it: ai doctor --fix",
        remedy: { kind: "clear_session" },
    };
}

/** The turns that are written down on this computer, and what the server has of them. */
export interface TurnsSeen {
    /** Nonces of those whose session or prompt is gone. */
    readonly stale: readonly string[];
    /** How many are over and wait to be read. */
    readonly waiting: number;
    readonly running: number;
    /** Why the model fails, where opencode tries it again. */
    readonly retry?: string;
    readonly problem?: Problem;
}

export function turnsCheck(seen: TurnsSeen): Check {
    if (seen.problem) return failed("turns", seen.problem);
    const stale = seen.stale.length;
    if (stale > 0) {
        return {
            check: "turns",
            state: "warning",
            message: `${count(stale, "turn")} written down here can never be answered.`,
            hint: "To forget what is gone from the server: ai doctor --fix",
            remedy: { kind: "forget_turns", turns: seen.stale },
        };
    }
    if (seen.retry !== undefined) {
        return warning(
            "turns",
            `The model fails, and opencode tries again: ${seen.retry}`,
            "Wait for it, or stop it: ai abort",
        );
    }
    if (seen.waiting > 0)
        return warning("turns", `${count(seen.waiting, "answer")} not seen yet.`, "Show it: ai resume");
    if (seen.running > 0) return ok("turns", `${seen.running} under way`);
    return ok("turns", "none");
}

/** What waits for a person. */
export interface AsksSeen {
    /** What each is about. */
    readonly asks: readonly string[];
    readonly problem?: Problem;
}

export function asksCheck(seen: AsksSeen): Check {
    const first = seen.asks[0];
    if (seen.problem) return failed("asks", seen.problem);
    if (first === undefined) return ok("asks", "none");
    return warning(
        "asks",
        `${count(seen.asks.length, "ask")} waiting for somebody: ${first}`,
        "Answer it: ai status. Or stop the turn: ai abort",
    );
}

/** @param seconds how far the computer's clock is ahead of the server's; nothing where the server tells no time */
export function clockCheck(seconds: number | undefined): Check {
    if (seconds === undefined) return skipped("clock", "The server tells no time.");
    const off = Math.abs(seconds);
    if (off <= MOST_SKEW_SECONDS) return ok("clock", "right");
    const minutes = Math.floor(off / 60);
    const said = minutes < 180 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
    return warning(
        "clock",
        `It is ${said} ${seconds > 0 ? "ahead of" : "behind"} the server's.`,
        "Set the clock of the machine that is wrong. Ages are off by that.",
    );
}

/** @param free bytes; nothing where the disk does not say */
export function diskCheck(free: number | undefined): Check {
    if (free === undefined) return skipped("disk", "Nothing is known of its space.");
    if (free >= FEW_BYTES) return ok("disk", `${Math.floor(Math.min(free, 1e9) / 1000)} kB free`);
    const message = `${Math.floor(free)} bytes are free.`;
    if (free >= LEAST_BYTES)
        return warning("disk", message, "Upgrades may need more. Delete what you do not need.");
    return failed("disk", { message, hint: "Turns and settings cannot be saved. Delete files." });
}

/** What ccpm found of the installed files. */
export interface FilesSeen {
    /** Paths of those that are missing or changed. */
    readonly wrong: readonly string[];
    /** True where there is no ccpm that could look. */
    readonly isUnknown?: boolean;
    readonly problem?: Pick<Problem, "message" | "hint">;
}

export function filesCheck(seen: FilesSeen): Check {
    if (seen.isUnknown) return skipped("files", "There is no ccpm here to tell.");
    if (seen.problem) return failed("files", seen.problem);
    const first = seen.wrong[0];
    if (first === undefined) return ok("files", "intact");
    const more = seen.wrong.length > 1 ? " .." : "";
    return {
        check: "files",
        state: "failed",
        message: `${count(seen.wrong.length, "file")} missing or changed: ${first}${more}`,
        hint: "To have them as they were: ai doctor --fix",
        remedy: { kind: "repair_files" },
    };
}

/** The turn that the model was asked to answer. */
export interface AnswerSeen {
    readonly seconds?: number;
    readonly model?: string;
    readonly problem?: Problem;
}

/** What is to be done where the test's turn fails: it is gone, so that nothing of it can be resumed. */
const TEST_HINTS: Readonly<Record<string, string | undefined>> = {
    no_progress: "Look at the server and its model, or choose another: ai models",
    slow_start: "Look at the server's log, then try again.",
    request_fails: "Look at the server's log, then try again.",
    model_error: "Look at the server and its model, or choose another: ai models",
};

export function answerCheck(seen: AnswerSeen): Check {
    const problem = seen.problem;
    if (problem) {
        return failed("answer", { message: problem.message, hint: TEST_HINTS[problem.code] ?? problem.hint });
    }
    const seconds = Math.floor((seen.seconds ?? 0) * 10 + 0.5) / 10;
    return ok("answer", `${seen.model ?? "the model"}, ${seconds} s`);
}
