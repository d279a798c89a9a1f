/** What an examination of the way to the model finds. */

/** What `doctor` found of one thing on the way to the model. */
export interface Check {
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

/** Something that `ai doctor --fix` does. */
export interface Remedy {
    readonly kind: "forget_turns" | "clear_session" | "unset_model" | "unset_agent" | "repair_files";
    /** Of "forget_turns": names of the turns in /trapos/ai/turns. */
    readonly turns?: readonly string[];
}

/** Options of `doctor`. */
export interface DoctorOptions {
    /** False to leave out the turn that the model is asked to answer, the one thing that costs money. */
    ping?: boolean;
    /** Called with the name of a check that begins. */
    onStart?: (this: void, check: string) => void;
    /** Called with each check as it ends. */
    onCheck?: (this: void, check: Check) => void;
}
