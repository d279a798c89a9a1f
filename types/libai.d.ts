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
    /** An agent that the server has. */
    interface AgentSummary {
        name: string;
        description?: string;
        /** True for one that other agents hand work to. */
        subagent: boolean;
        /** True for the one that the settings name. */
        current: boolean;
    }

    /** The functions that `require("/apis/libai")()` returns. */
    interface Ai {
        /** Sends a prompt and waits for its answer. Fails with `session_busy` when another turn runs in the session. */
        ask(this: void, prompt: string, options?: AskOptions): Result<Reply>;
        /**
         * Begins to ask, and does not wait: `ai_progress` (the turn's number, its progress) and at last `ai_reply` (the number,
         * and what `ask` returns) are queued as events, while `run` runs beside the program. The value is the number.
         */
        askAsync(this: void, prompt: string, options?: AskOptions): Result<number>;
        /** Runs what `askAsync` has begun, until Ctrl+T: parallel.waitForAny(main, ai.run). */
        run(this: void): void;
        /**
         * Asks the model for Lua, and runs it on this computer where `approve` returns true: for a limited time, with nothing
         * but what is allowed. A program that fails goes back to the model. Fails with `no_code`, `not_approved`,
         * `not_allowed`, `lua_timed_out` or `lua_failed`, and as `ask` does.
         */
        luaExec(this: void, prompt: string, options: LuaOptions): Result<LuaResult>;
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
        /** One session, else the current one. Fails with `session_gone` where the server does not have it. */
        session(this: void, id?: string): Result<SessionSummary>;
        /** Talks in no session any more: the next prompt makes one. */
        clearSession(this: void): Result<undefined>;
        /**
         * Stops what runs in the session (else the current one); the value tells whether anything did. Fails with
         * `still_starting` where a turn cannot be stopped yet.
         */
        abort(this: void, session?: string, options?: WaitOptions): Result<boolean>;
        /**
         * Fetches the oldest answer that nobody has seen, as after a power cut, or else the session's last one; of any session
         * where none is named.
         */
        resume(this: void, options?: SessionOptions): Result<Reply>;
        /** Fetches the last answer of a session (else the current one). */
        last(this: void, session?: string): Result<Reply>;
        /**
         * Examines the way to the model, thing by thing, and changes nothing. No check takes longer than a request may. The
         * model is asked in a session of its own, which is deleted. Fails for a wrong argument alone.
         */
        doctor(this: void, options?: DoctorOptions): Result<Check[]>;
        /** The last turns of a session (else the current one), oldest first. */
        messages(this: void, options?: { session?: string; limit?: number }): Result<readonly Turn[]>;
        /** The models that the server has, the recently chosen ones first. */
        models(this: void): Result<readonly ModelSummary[]>;
        /** Chooses the model that is asked from now on: its id, a part of it that fits one alone, or nil for the server's. */
        chooseModel(this: void, model?: string): Result<ModelSummary | undefined>;
        /** The agents that the server has, those that are meant for prompts first. */
        agents(this: void): Result<readonly AgentSummary[]>;
        /** Chooses the agent that is asked from now on; nil for the server's. */
        chooseAgent(this: void, agent?: string): Result<string | undefined>;
        /** The variants of the model that the next prompt asks. */
        variants(this: void): Result<readonly string[]>;
        /** Chooses the variant from now on; nil for none. */
        chooseVariant(this: void, variant?: string): Result<string | undefined>;
        /** Gives a session (else the current one) another title. */
        rename(this: void, title: string, session?: string): Result<SessionSummary>;
        /** Deletes a session with all that was said in it. */
        delete(this: void, session: string): Result<SessionSummary>;
        /** Makes a session that begins with all that was said in another (else the current one), and talks in it. */
        fork(this: void, session?: string): Result<SessionSummary>;
        /** Takes back the last prompt of a session (else the current one), its answer and what it did to files. */
        undo(this: void, session?: string): Result<Undone>;
        /** Brings back what was taken back last. */
        redo(this: void, session?: string): Result<Undone>;
        /** What the agent of a session (else the current one) means to do. */
        todo(this: void, session?: string): Result<readonly Todo[]>;
        /** What the last turn of a session (else the current one) has changed. */
        diff(this: void, session?: string): Result<readonly Change[]>;
        /** What was used by a session (else the current one), by all of today, or by all that there are. */
        usage(this: void, options?: { of?: "session" | "today" | "all"; session?: string }): Result<Usage>;
        /** Has a summary written that takes the place of what was said in a session (else the current one). */
        compact(this: void, options?: SessionOptions): Result<undefined>;
        /** Makes a session (else the current one) readable on the web; the value is its address. */
        share(this: void, session?: string): Result<string>;
        unshare(this: void, session?: string): Result<undefined>;
        /** The commands of opencode's configuration. */
        commands(this: void): Result<readonly CommandSummary[]>;
        /** Runs a command of opencode's configuration, as a prompt. */
        runCommand(this: void, name: string, text?: string, options?: AskOptions): Result<Reply>;
        /** Runs a line of the server's shell. opencode asks no permission for that: whoever has the password may. */
        shell(this: void, line: string, options?: SessionOptions): Result<ShellOutput>;
        /** What the session is at that this computer talks in, and what waits for somebody there. */
        status(this: void): Result<Status>;
        /** The permissions that wait in the folder of the session that this computer talks in, whoever's turn it is. */
        permissions(this: void): Result<OpenPermission[]>;
        /**
         * Answers a permission that waits. Fails with `ask_gone` when it does not any more. A refusal with a message for the
         * model lets the turn go on, one without ends it.
         */
        answerPermission(this: void, id: string, reply: PermissionReply, message?: string): Result<undefined>;
        /** The questions that wait there. */
        questions(this: void): Result<OpenQuestion[]>;
        /**
         * Answers a question that waits: for each of its questions the labels that are chosen, or words of one's own. Without
         * answers it is refused, which ends the turn. Fails with `ask_gone` when it does not wait any more.
         */
        answerQuestion(this: void, id: string, answers?: string[][]): Result<undefined>;
        /** Jobs, which need a bridge and the package trapos-link; without that each of them fails with `link_missing`. */
        readonly jobs: Jobs;
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
        /** Absolute paths of files of this computer that the model is to read with the prompt, 200 kB in all. */
        files?: readonly string[];
        /** What the answer has to be: it is read as JSON then, and `value` in the reply is what it says. */
        schema?: Schema;
    }

    /** What was changed of a file. */
    interface Change {
        file: string;
        additions: number;
        deletions: number;
        /** "added", "modified" or "deleted", where it is known. */
        status?: string;
        /** A unified diff, where there is one. */
        patch?: string;
    }

    /** What `doctor` found of one thing on the way to the model. */
    interface Check {
        /**
         * In this order, "bridge" and "link" in place of "password" where the computer is linked with a bridge; what lies behind
         * something that failed is skipped.
         */
        readonly check:
            | "settings"
            | "http"
            | "address"
            | "reachable"
            | "bridge"
            | "link"
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

    /** Options of `jobs.collect`. */
    interface CollectOptions {
        /** Seconds to wait for its end; as long as it takes where nothing is said, and 0 to look once. */
        timeout?: number;
        /** Called with the job each time that there is news of it. */
        onProgress?: (this: void, job: Job) => void;
    }

    /** What a job has come to. */
    interface Collected {
        readonly job: Job;
        /** Its answer, as `Reply.text`. */
        readonly text: string;
    }

    /** A command of opencode's configuration. */
    interface CommandSummary {
        name: string;
        description?: string;
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

    /** Long work that the bridge does in the background. */
    interface Job {
        /** By which it is called; it is never used twice. */
        readonly number: number;
        /** "killed" where somebody has stopped it, "failed" for anything else that kept it from its answer. */
        readonly state: "queued" | "running" | "done" | "failed" | "killed";
        /** What is asked. */
        readonly prompt: string;
        /** What the computer is called on which it was begun. */
        readonly computer: string;
        /** How long it has been there; of one that has ended, how long it took. */
        readonly seconds: number;
        /** Seconds since the last sign of life of one that runs. */
        readonly silence?: number;
        /** How many tool calls it has made. */
        readonly tools: number;
        /** US dollars. */
        readonly cost: number;
        /** The tool call that runs, or ran last. */
        readonly tool?: string;
        /** The end of what the model wrote last. */
        readonly words?: string;
        /** What it waits for somebody to allow or to answer. */
        readonly asks?: string;
        /** Why it has failed or was stopped; of one that is queued, what it waits for. */
        readonly reason?: string;
        /** Its place among those that are queued, from 1 on. */
        readonly place?: number;
        /** Which time it is begun, from 1 on. */
        readonly attempt: number;
        /** Whether it is begun again when it fails. */
        readonly isKept: boolean;
        /** Whether its result was given to somebody. */
        readonly isCollected: boolean;
    }

    /** Options of a job; what is not given comes from the settings, and then from the server. */
    interface JobOptions {
        /** "provider/model" */
        model?: string;
        agent?: string;
        /** True to have it begun again when it fails, at most three times. */
        keep?: boolean;
    }

    /** The functions of `ai.jobs`: long work, which the bridge does in the background. They fail with `not_linked` without one. */
    interface Jobs {
        /** Begins a job, and does not wait; the event `ai_job` (its number, its state, the job) tells of its end. */
        spawn(this: void, prompt: string, options?: JobOptions): Result<Job>;
        /** The jobs of this computer's owner, newest first, those of the owner's other computers among them. */
        list(this: void): Result<readonly Job[]>;
        /** One of them. Fails with `not_found` where there is none of that number. */
        status(this: void, number: number): Result<Job>;
        /**
         * Waits for a job's end, and gives its result, once: then it fails with `job_collected`. Fails with `job_running` where
         * the time is over, with `job_failed` and `job_killed` where there is no result; the failure's `text` is what was written.
         */
        collect(this: void, number: number, options?: CollectOptions): Result<Collected>;
        /** Stops a job; the value is the job. One that has ended stays as it is. */
        kill(this: void, number: number): Result<Job>;
    }

    /** How a computer is linked with a bridge. */
    interface LinkStatus {
        readonly url: string;
        /** As the bridge calls the computer, whose it is, and what the agent may do; absent before it was taken. */
        readonly name?: string;
        readonly owner?: string;
        readonly profile?: string;
        /** True where it polls the bridge, as websockets are off. */
        readonly isPolling?: boolean;
        /** Why nothing can be asked now; absent where all is well. */
        readonly problem?: Failure;
    }

    /** Options of `luaExec`, beside those of `ask`. */
    interface LuaOptions extends AskOptions {
        /**
         * Shown each version of the program before it runs, and which one it is, from 1 on. It runs where this returns true,
         * and never otherwise.
         */
        approve: (this: void, code: string, attempt: number) => boolean;
        /** What it may do beyond looking and writing in /ai: names of groups, as "fs" and "turtle". See docs/hands.md. */
        allow?: string[];
        /**
         * Called where the program does what is not allowed: the group, and the call or file. True allows the group for this
         * run, and the program goes on where it is.
         */
        onNotAllowed?: (this: void, group: string, what: string) => boolean;
        /** Seconds that the program may run; else the setting `opencc.lua_exec_timeout_seconds`. */
        timeout?: number;
        /** How often the model corrects a program that failed; else the setting `opencc.lua_exec_max_retries`. */
        retries?: number;
    }

    /** What came of a program. */
    interface LuaResult {
        /** The version that ran to its end. */
        code: string;
        /** What that version printed, UTF-8; at most 16,000 bytes and then "..". */
        output: string;
        /** What it returned, each as Lua would write it. */
        values: readonly string[];
        /** How many versions there were. */
        attempts: number;
        /** The groups that `onNotAllowed` has allowed. */
        opened: readonly string[];
    }

    /** A model that the server has. */
    interface ModelSummary {
        /** "provider/model" */
        id: string;
        name: string;
        /** Tokens of context that it has, and that it writes at most. */
        context?: number;
        output?: number;
        /** US dollars for a million tokens. */
        inputCost?: number;
        outputCost?: number;
        /** Names of its variants. */
        variants: readonly string[];
        /** True for the one that the next prompt asks. */
        current: boolean;
    }

    /** A permission that waits. */
    interface OpenPermission extends PermissionAsk {
        /** True for one of the session that this computer talks in, or of its subagents. */
        readonly current: boolean;
    }

    /** A question that waits. */
    interface OpenQuestion extends QuestionAsk {
        /** True for one of the session that this computer talks in, or of its subagents. */
        readonly current: boolean;
    }

    /** What a permission can be answered with. */
    interface PermissionAnswer {
        reply: PermissionReply;
        /** For the model, which goes on then where it is refused; without it a refusal ends the turn. */
        message?: string;
    }

    /** A tool call that needs a permission. Texts are UTF-8, as long as they are up to 64 kB. */
    interface PermissionAsk {
        readonly id: string;
        /** The session that asks: the turn's own, or a subagent's. */
        readonly sessionId: string;
        /** What is to be allowed: "bash", "edit", "webfetch", "external_directory" and others. */
        readonly kind: string;
        /** What it is to be allowed for: commands, files, addresses. */
        readonly patterns: readonly string[];
        /** What "always" would allow from then on, in the whole folder. */
        readonly always: readonly string[];
        /** True where it would even when opencode is restarted: opencode 2 keeps it with the project. */
        readonly isForGood?: boolean;
        /** Of a shell's command: all of it. */
        readonly command?: string;
        /** Of a file: where it is on the server. */
        readonly filepath?: string;
        /** Of a file that is to be changed: a unified diff. */
        readonly diff?: string;
        readonly url?: string;
        /** What the model says of it. */
        readonly description?: string;
    }

    /** What a permission is answered with: for this call, for all that are like it until opencode is restarted, or not at all. */
    type PermissionReply = "once" | "always" | "reject";

    /** What can be told to somebody who waits. */
    interface Progress {
        /**
         * "new session" (the old one is gone), "not recorded" (the disk is full), "sent", "starting", "working", "tool",
         * "retry", "reconnecting", "failing", "waiting for permission", "waiting for an answer"; once it was decided on what
         * it waits for: "allowed once", "allowed always", "refused", "answered", "answered elsewhere" or "nobody answered";
         * and after Ctrl+T "stopping" and then "stopped" or "ended"
         */
        phase: string;
        /** Seconds since the prompt was sent. */
        seconds: number;
        /** The name of the tool that runs, and what it says of itself. */
        tool?: string;
        title?: string;
        /** Why the model is tried again, what opencode waits for, which request fails, or why the turn was not stopped. */
        message?: string;
        /** Tokens that the turn's steps took until now, in and out. */
        tokens?: number;
        /** Seconds until the model is tried again. */
        nextIn?: number;
    }

    /** Questions that the model asks at once. */
    interface QuestionAsk {
        readonly id: string;
        readonly sessionId: string;
        readonly questions: readonly QuestionItem[];
    }

    /** One question. */
    interface QuestionItem {
        readonly question: string;
        /** A word or two. */
        readonly header?: string;
        readonly options: readonly QuestionOption[];
        /** True where several options may be chosen. */
        readonly multiple: boolean;
        /** True where words of one's own are an answer, too. */
        readonly custom: boolean;
        /** Of what kind an answer in own words has to be: "number" or "integer"; any text where nothing is said. */
        readonly kind?: string;
    }

    /** An answer that a question offers. */
    interface QuestionOption {
        readonly label: string;
        readonly description?: string;
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
        /** What the answer says, where a `schema` was given. */
        value?: unknown;
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

    /** A schema. */
    interface Schema {
        readonly type?: "object" | "array" | "string" | "number" | "integer" | "boolean";
        readonly description?: string;
        readonly properties?: Readonly<Record<string, Schema>>;
        /** Names of properties that must be there. */
        readonly required?: readonly string[];
        readonly items?: Schema;
        readonly enum?: readonly unknown[];
        readonly minimum?: number;
        readonly maximum?: number;
        readonly minItems?: number;
        readonly maxItems?: number;
    }

    /** What a call takes that waits for something in a session. */
    interface SessionOptions extends WaitOptions {
        /** The session's id; the current one where nothing is said. */
        session?: string;
    }

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

    /** A line of the server's shell that was run. */
    interface ShellOutput {
        /** What it printed. */
        output: string;
        seconds: number;
    }

    /** What the session is at that this computer talks in. */
    interface Status {
        /** Absent where the computer asks opencode itself. Where that has a problem nothing is known of the session. */
        readonly link?: LinkStatus;
        /** The version of opencode that answers; absent where the link has a problem. */
        readonly opencode?: string;
        /** Nothing where there is none. */
        readonly session?: SessionSummary;
        /** The id of the session that there was and that the server does not have any more. */
        readonly gone?: string;
        /** "provider/model" and agent that answer: as the settings say, or as they answered last. */
        readonly model?: string;
        readonly agent?: string;
        /** "retry" where the model fails and is tried again. */
        readonly state: "idle" | "busy" | "retry";
        /** Seconds since the step began that runs. */
        readonly seconds?: number;
        /** The tool that runs, and what it does. */
        readonly tool?: string;
        readonly title?: string;
        /** Why the model is tried again. */
        readonly message?: string;
        /** What waits for somebody in it. */
        readonly permissions: readonly OpenPermission[];
        readonly questions: readonly OpenQuestion[];
        /** How many turns of this computer there are whose answers nobody has seen. */
        readonly unseen: number;
    }

    /** Something that the agent means to do. */
    interface Todo {
        content: string;
        /** "pending", "in_progress", "completed" or "cancelled" */
        status: string;
        priority?: string;
    }

    /** A tool call, as whoever waits for a turn is told of it. */
    interface ToolCall {
        /** Its name: "bash", "edit", "task" and others. */
        readonly tool: string;
        /** What it does, where opencode says that. */
        readonly title?: string;
        readonly status: "running" | "completed" | "error";
        /** How long it took, once it has ended. */
        readonly seconds?: number;
        /** The files that it has written: in the session's folder by their paths from there. */
        readonly files: readonly string[];
        /** Why it failed. */
        readonly message?: string;
        /** Of a shell's command that has ended: its exit status. */
        readonly exit?: number;
    }

    /** A prompt of a session and what was answered. */
    interface Turn {
        /** The id of the prompt's message. */
        id: string;
        prompt: string;
        /** The answer, as `Reply.text`. */
        text: string;
        /** Epoch milliseconds at which it was asked. */
        time: number;
        /** "provider/model" that answered last. */
        model?: string;
        agent?: string;
        /** Why there is no answer, or no whole one. */
        problem?: string;
    }

    /** What `undo` and `redo` did. */
    interface Undone {
        /** The prompt that was taken back, or is there again. */
        prompt: string;
        /** Files that the turn had changed. */
        files: readonly Change[];
    }

    /** What was used. */
    interface Usage {
        /** Tokens that models read and wrote, and of those that they read the cached ones. */
        input: number;
        output: number;
        reasoning: number;
        cached: number;
        /** US dollars, as the server counts them. */
        cost: number;
        /** Of one session: tokens in the model's context now, and how many it can hold, where that is known. */
        context?: number;
        limit?: number;
        /** How many sessions were counted. */
        sessions: number;
    }

    /** Options of a call that waits for an answer. */
    interface WaitOptions {
        /** Seconds without any visible progress after which waiting ends; else the setting `opencc.poll_timeout_seconds`. */
        idleTimeout?: number;
        /** Called before each poll with what can be seen. */
        onProgress?: (this: void, progress: Progress) => void;
        /** Called with a line for each poll. */
        log?: (this: void, line: string) => void;
        /**
         * Called when the turn waits for a permission; its answer is that. It is ended where somebody else answers, or nobody
         * does within the setting `opencc.permission_timeout_seconds`. Without it permissions are refused, with a reason for
         * the model.
         */
        onPermission?: (this: void, ask: PermissionAsk) => PermissionReply | PermissionAnswer | undefined;
        /** The same for questions: returns the labels that are chosen for each of them, or nothing to refuse. */
        onQuestion?: (this: void, ask: QuestionAsk) => string[][] | undefined;
        /** Called once when a tool call begins, and once when it has ended. */
        onTool?: (this: void, call: ToolCall) => void;
        /**
         * Called with pieces of the answer as the model writes them, UTF-8, cut between any two bytes. Together they are what
         * it writes, what it thinks aloud between `<think>` and `</think>` among it; where a part is replaced the reply's
         * `text` is what counts. Over the bridge alone: a server that is asked directly tells nothing before the end.
         */
        onText?: (this: void, piece: string) => void;
        /** The same for what the model thinks, where its server tells that. */
        onReasoning?: (this: void, piece: string) => void;
        /** "ask" to call `onPermission`, or what each permission is answered with; else the setting `opencc.permission`. */
        permission?: "ask" | PermissionReply;
    }
}

export = createAi;
