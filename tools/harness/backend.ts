import type { Exit } from "craftos-headless";

/** A computer that is to be switched on. */
export interface BootOptions {
    /** The host folder that is its "/". It exists already. */
    disk: string;
    /** 0 when absent. */
    id?: number;
    label?: string;
    /** 51 x 19 when absent. */
    width?: number;
    height?: number;
    /** Whether it is an advanced computer; it is when absent. */
    colour?: boolean;
    /** Hosts, with or without a port, that it may reach although they are private. */
    allow?: string[];
    /** Called with each private address that it is not let through to, where the backend can tell. */
    onDenied?: (host: string, port: number) => void;
    /** A folder with bios.lua and rom/ in place of the backend's own. */
    rom?: string;
}

/** A running computer, as a person has it before them. Each method does what that of `Computer` of craftos-headless does. */
export interface DrivenComputer {
    /** Types text; "\n" is Enter. Resolves when the computer has seen all of it, or has ended. */
    type(text: string): Promise<void>;
    /** Presses keys together: "enter", "up", "ctrl+t". Resolves as `type` does. */
    press(keys: string): Promise<void>;
    /** One string a row, of the screen's width. */
    screen(): string[];
    /** Every row that scrolled off the top, then those of the screen up to the last used one, right-trimmed. */
    transcript(): string;
    /**
     * Waits until the transcript holds a text or matches a pattern. In a text blanks at the end of a row may be missing.
     * @param options.timeoutSeconds 10 when absent
     * @throws Error with the screen in its message when the time is up or the computer ends first
     */
    waitForText(text: string | RegExp, options?: { timeoutSeconds?: number }): Promise<void>;
    /** How it ended. Never rejects. */
    readonly exit: Promise<Exit>;
    /** Stops it now: nothing of the program runs any more. */
    powerCut(): Promise<void>;
    /** Ends it if it still runs. May be called any number of times. */
    close(): Promise<void>;
}

/** Something that runs computers: ours, or CraftOS-PC. */
export interface Backend {
    /** For people. */
    readonly name: string;
    /** What it cannot run, and why: cases of specs and end-to-end tests, by their full names. */
    readonly skipped: Readonly<Record<string, string>>;
    /** @throws Error with one line when it cannot be started at all */
    boot(options: BootOptions): Promise<DrivenComputer>;
}
