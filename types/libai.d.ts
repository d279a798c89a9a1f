/// <reference types="@jackmacwindows/craftos-types" />
/// <reference types="@typescript-to-lua/language-extensions" />
/** @noSelfInFile */

/**
 * Makes a client. Settings are read anew by each call.
 * @param environment stand-ins for what the computer provides, for tests; what is wrong with them each function says
 * @returns its functions
 */
declare function createAi(this: void, environment?: createAi.Environment): createAi.Ai;

declare namespace createAi {
    /** The functions that `require("/apis/libai")()` returns. */
    interface Ai {
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

    /** Options of `ask`; what is not given comes from the settings, and then from the server. */
    interface AskOptions extends WaitOptions {
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

    /** What `doctor` found of one thing on the way to the model. */
    interface Check {
        /** In this order; what lies behind something that failed is skipped. */
        readonly check:
            | "settings"
            | "http"
            | "address"
            | "reachable"
            | "opencode"
            | "password"
            | "model"
            | "agent"
            | "session"
            | "turns"
            | "asks"
            | "clock"
            | "disk"
            | "files"
            | "answer";
        readonly state: "ok" | "warning" | "failed" | "skipped";
        /** What was found, or why it was skipped. */
        readonly message: string;
        /** What to do next, where something is to be done; lines as they are to be written into a file have breaks. */
        readonly hint?: string;
        /** What `ai doctor --fix` does about it, where it can do something. */
        readonly remedy?: Remedy;
    }

    /** What is used of CC's fs API. */
    type Disk = Pick<typeof fs, "exists" | "list" | "open" | "delete" | "move">;

    /** Options of `doctor`. */
    interface DoctorOptions {
        /** False to leave out the turn that the model is asked to answer, the one thing that costs money. */
        ping?: boolean;
        /** Called with the name of a check that begins. */
        onStart?: (this: void, check: string) => void;
        /** Called with each check as it ends. */
        onCheck?: (this: void, check: Check) => void;
    }

    /** Stand-ins for what the computer provides; each is the real one where it is not given. */
    interface Environment {
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

    /** What a failed call returns beside `false`. `tostring(failure)` gives the message, and the hint below it. */
    interface Failure {
        /** Which entry of the package's table this is; programs compare this and never the words. */
        readonly code: string;
        /** What happened, for a person, in one or two lines of a 51 column screen. */
        readonly message: string;
        /** What to do next; where something is to be written, in rows as they are to be written. */
        readonly hint: string;
        /** What there was of the result before the call failed, where there is any. */
        readonly text?: string;
    }

    /** What can be told to somebody who waits. */
    interface Progress {
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

    /** Something that `ai doctor --fix` does. */
    interface Remedy {
        readonly kind: "forget_turns" | "clear_session" | "unset_model" | "unset_agent" | "repair_files";
        /** Of "forget_turns": names of the turns in /trapos/ai/turns. */
        readonly turns?: readonly string[];
    }

    /** An answer. */
    interface Reply {
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

    /** What is asked. Strings are bytes and travel unharmed. */
    interface Request {
        readonly url: string;
        readonly method?: string;
        readonly headers?: Record<string, string>;
        readonly body?: string;
        /** Seconds until it counts as timed out, at most 60. */
        readonly timeout: number;
        /** True to go on through Ctrl+T. */
        readonly raw?: boolean;
    }

    /** What came back: a status with headers (names in lower case) and body, or else the reason why nothing did. */
    interface Response {
        readonly status?: number;
        readonly headers: Record<string, string | undefined>;
        readonly body: string;
        /** CC's own words, as "Domain not permitted", "Could not connect" or "Timed out". */
        readonly reason?: string;
    }

    /** What a call returns: `true` and its value, or `false` and the failure; Lua's order of pcall. */
    type Result<T> = LuaMultiReturn<[true, T] | [false, Failure]>;

    /** A session, as `listSessions` tells of it. */
    interface SessionSummary {
        id: string;
        title: string;
        /** Epoch milliseconds. */
        created: number;
        updated: number;
        /** True for the one that this computer talks in. */
        current: boolean;
    }

    /** CC's settings API, or a stand-in for it. */
    interface SettingsStore {
        get(this: void, name: string): unknown;
        set(this: void, name: string, value: unknown): void;
        unset(this: void, name: string): void;
        /**
         * Whether a setting has a value of its own, and not its default. In a store without it, it has where `get` gives
         * something.
         */
        isSet?: (this: void, name: string) => boolean;
        /** Keeps them beyond the next boot; gives false where that cannot be. A store without it forgets. */
        save?: (this: void) => boolean | void;
    }

    /** Options of a call that waits for an answer. */
    interface WaitOptions {
        /** Seconds without any visible progress after which waiting ends; else the setting `opencc.poll_timeout_seconds`. */
        idleTimeout?: number;
        /** Called before each poll with what can be seen. */
        onProgress?: (this: void, progress: Progress) => void;
        /** Called with a line for each poll. */
        log?: (this: void, line: string) => void;
    }
}

export = createAi;
