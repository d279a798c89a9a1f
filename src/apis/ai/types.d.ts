/** The types of libai: what programs hand in and get back. */
import type { Request, Response } from "../trapos/http";
import type { Check, DoctorOptions } from "./doctor/check";
import type { Result } from "./failure";
import type { Disk } from "./session";
import type { SettingsStore } from "../trapos/settingsfile";

/** Stand-ins for what the computer provides; each is the real one where it is not given. */
export interface Environment {
    /** Where the `opencc.*` settings are kept. */
    settings?: SettingsStore;
    fs?: Disk;
    /** Sends one HTTP request and returns what came of it. */
    send?: (this: void, request: Request) => Response;
    /** Epoch milliseconds. */
    now?: (this: void) => number;
    /** Waits for so many seconds. */
    sleep?: (this: void, seconds: number) => void;
}

/** What can be told to somebody who waits. */
export interface Progress {
    /**
     * "new session" (the old one is gone), "not recorded" (the disk is full), "sent", "starting", "working", "tool",
     * "retry", "reconnecting", "failing", "waiting for permission", "waiting for an answer", and after Ctrl+T
     * "stopping" and then "stopped" or "ended"
     */
    phase: string;
    /** Seconds since the prompt was sent. */
    seconds: number;
    /** The name of the tool that runs, and what it says of itself. */
    tool?: string;
    title?: string;
    /** Why the model is tried again, what opencode waits for, which request fails, or why the turn was not stopped. */
    message?: string;
}

/** Options of a call that waits for an answer. */
export interface WaitOptions {
    /** Seconds without any visible progress after which waiting ends; else the setting `opencc.poll_timeout_seconds`. */
    idleTimeout?: number;
    /** Called before each poll with what can be seen. */
    onProgress?: (this: void, progress: Progress) => void;
    /** Called with a line for each poll. */
    log?: (this: void, line: string) => void;
}

/** Options of `ask`; what is not given comes from the settings, and then from the server. */
export interface AskOptions extends WaitOptions {
    /** Id of the session to ask in. */
    session?: string;
    /** True to open a session and talk in it from then on, whatever `session` says; the prompt gives it its title. */
    newSession?: boolean;
    /** "provider/model" */
    model?: string;
    agent?: string;
    /** Variant of the model. */
    variant?: string;
    /** Instructions that stand above the prompt. */
    system?: string;
}

/** An answer. */
export interface Reply {
    /** UTF-8, as the model wrote it, without what it thought aloud between `<think>` and `</think>`. */
    text: string;
    sessionId: string;
    messageId: string;
    /** "provider/model" that answered. */
    model?: string;
    agent?: string;
    /** Why the model ended: "stop", "length", "content-filter" and others. */
    finish?: string;
    tokens?: { input: number; output: number; reasoning?: number };
    /** US dollars, as the server counts them. */
    cost?: number;
    /** Seconds from sending the prompt to seeing the answer. */
    seconds: number;
    /** The prompt that is answered, where it is known. */
    prompt?: string;
    /** After `resume`: how many more answers nobody has seen. */
    remaining?: number;
}

/** A session, as `listSessions` tells of it. */
export interface SessionSummary {
    id: string;
    title: string;
    /** Epoch milliseconds. */
    created: number;
    updated: number;
    /** True for the one that this computer talks in. */
    current: boolean;
}

/** The functions that `require("/apis/libai")()` returns. */
export interface Ai {
    /** Sends a prompt and waits for its answer. Fails with `session_busy` when another turn runs in the session. */
    ask(this: void, prompt: string, options?: AskOptions): Result<Reply>;
    /** Asks the model for a "pong": the whole way there and back. */
    ping(this: void, options?: AskOptions): Result<Reply>;
    /** Asks the server alone, without a model, for its version. */
    health(this: void): Result<{ version: string; seconds: number }>;
    /** The sessions on the server, newest first. */
    listSessions(this: void, options?: { limit?: number; search?: string }): Result<SessionSummary[]>;
    /** Makes a session and talks in it from now on. */
    newSession(this: void, options?: { title?: string }): Result<SessionSummary>;
    /** Talks in this session from now on. */
    useSession(this: void, id: string): Result<SessionSummary>;
    /** The id of the session that this computer talks in, or nil. */
    currentSession(this: void): Result<string | undefined>;
    /** Talks in no session any more: the next prompt makes one. */
    clearSession(this: void): Result<undefined>;
    /**
     * Stops what runs in the session (else the current one); the value tells whether anything did. Fails with
     * `still_starting` where a turn cannot be stopped yet.
     */
    abort(this: void, session?: string, options?: WaitOptions): Result<boolean>;
    /** Fetches the oldest answer that nobody has seen, as after a power cut, or else the session's last one. */
    resume(this: void, options?: WaitOptions): Result<Reply>;
    /** Fetches the last answer of the session that this computer talks in. */
    last(this: void): Result<Reply>;
    /**
     * Examines the way to the model, thing by thing, and changes nothing. No check takes longer than a request may. The
     * model is asked in a session of its own, which is deleted. Fails for a wrong argument alone.
     */
    doctor(this: void, options?: DoctorOptions): Result<Check[]>;
}
