import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Keystroke } from "./keystrokes.ts";

/** Where the computer sees the folder of an exchange. lua/driver.lua knows it, too. */
export const exchangeMount = "trapos-harness";

/** What the driver on the computer is told at its start. */
export interface DriverOptions {
    width: number;
    height: number;
    /** The computer goes off by itself when nobody has taken a message for so long. */
    patienceSeconds: number;
}

/** What the driver is to do. */
export interface Step {
    /** Counted from 1. */
    step: number;
    events: readonly Keystroke[];
}

/** What the driver has to say. Strings are of bytes of CC's font, as characters up to 255. */
export interface DriverMessage {
    /** Rows that have scrolled off since the message before, right-trimmed. */
    scrolled?: string[];
    /** The screen, a string a row. */
    screen: string[];
    /** The last step that the computer has seen all of; 0 after its start. */
    step: number;
    /** The computer is about to go off, with this status. */
    ended?: number;
    /** The driver broke down, and goes off. */
    failed?: string;
}

/**
 * A folder by which this process and the driver on a computer talk: a file is a message. Each is written elsewhere and
 * moved to where it is read, so that nobody reads half of one, and deleted by its reader.
 */
export class Exchange {
    readonly folder: string;
    private readonly draft: string;
    private readonly toComputer: string;
    private readonly fromComputer: string;

    /** @param folder an empty folder of the host */
    constructor(folder: string, options: DriverOptions) {
        this.folder = folder;
        this.draft = join(folder, "host-draft");
        this.toComputer = join(folder, "to-computer");
        this.fromComputer = join(folder, "from-computer");
        mkdirSync(this.toComputer);
        mkdirSync(this.fromComputer);
        writeFileSync(join(folder, "options.json"), JSON.stringify(options));
    }

    send(step: Step): void {
        writeFileSync(this.draft, JSON.stringify(step));
        renameSync(this.draft, join(this.toComputer, String(step.step).padStart(8, "0")));
    }

    /** What has come since the last call, in order. */
    receive(): DriverMessage[] {
        return readdirSync(this.fromComputer)
            .sort()
            .map((name) => {
                const path = join(this.fromComputer, name);
                const message = JSON.parse(readFileSync(path, "utf8")) as DriverMessage;
                rmSync(path);
                return message;
            });
    }
}
