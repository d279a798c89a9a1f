/** Somebody at a computer who asks, reads what the screen says, and does that. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { boot, type Computer, type ComputerOptions, type PowerCutPlan } from "craftos-headless";

/** What a screen asks its reader to do next. */
export type Advice = "again" | "resume" | "abort" | "none";

/** What tells that Lua's own words, or a fault of ours, got onto the screen. */
const RAW = /Unexpected:|attempt to|stack traceback|\.lua:\d|bad argument/;

/** What the screen says, and what its reader does; the first that is there counts. */
const ADVICE: readonly (readonly [said: RegExp, advice: Advice])[] = [
    [/It had ended already/, "resume"],
    [/The turn may go on, stop it with: ai abort/, "abort"],
    [/The turn was stopped on the server/, "again"],
    [
        /Type: ai resume|Look again: ai resume|Wait \(ai resume\)|then: ai resume|It may still come: ai resume/,
        "resume",
    ],
    [/Try again in a moment: ai abort|Try again: ai abort/, "abort"],
    [/Ask again|[Tt]ry again|Start it \(opencode serve\)|Ask something/, "again"],
];

/** Whether the screen says what to do next, and what. */
export function adviceOf(shown: string): Advice {
    return ADVICE.find(([said]) => said.test(shown))?.[1] ?? "none";
}

/** The last row of a box in which something is to be allowed. */
const BOX = /(n no|no, and why)$/;

/** What is typed into a box that asks for something, after it has been open for so many seconds. */
export interface Answers {
    readonly key: string;
    readonly seconds: number;
}

/** What was shown of a command. */
export interface Shown {
    /** All rows, one blank between each two words; what a start shows where the computer was switched on again. */
    readonly text: string;
    /** The same, as it was before the computer was switched off. */
    readonly before: string;
    /** Whether the computer was switched off, or on again, before the command had ended. */
    readonly isCut: boolean;
}

/** How long the start of a computer may take. */
const START_SECONDS = 60;

const oneLine = (rows: string): string => rows.replace(/\s+/g, " ").trim();

export class Player {
    /** All that was typed and shown, for whoever looks into a fault. */
    readonly trail: string[] = [];
    /** The longest that a command took, in seconds. */
    longest = 0;
    private readonly options: ComputerOptions;
    private computer: Computer | undefined;
    private restarts = 0;
    answers: Answers = { key: "y", seconds: 0 };
    /** How many boxes were answered. */
    boxes = 0;
    private pressed: Promise<void> = Promise.resolve();

    constructor(options: ComputerOptions) {
        this.options = options;
    }

    /** Switches the computer on. @returns what it shows until the prompt */
    async start(powerCut?: PowerCutPlan): Promise<string> {
        await this.computer?.close();
        this.computer = await boot({ ...this.options, ...(powerCut && { faults: { powerCut } }) });
        await this.prompt(START_SECONDS);
        const text = oneLine(this.computer.transcript());
        this.note(`(on) ${text}`);
        return text;
    }

    get isOff(): boolean {
        return this.computer === undefined || this.hasEnded;
    }
    private hasEnded = false;

    /** How many file operations there have been since the start. */
    fileOperations(): number {
        return this.computer!.fileOperations();
    }

    isAtPrompt(): boolean {
        const { y, blink } = this.computer!.cursor();
        return blink && this.computer!.screen()[y - 1]!.trimEnd() === ">";
    }

    /** Waits for the shell's prompt, or until the computer ends. @throws Error after so many seconds */
    private async prompt(seconds: number): Promise<void> {
        const computer = this.computer!;
        this.hasEnded = false;
        const ended = computer.exit.then(() => void (this.hasEnded = true));
        let stop = (): void => {};
        let timer: NodeJS.Timeout | undefined;
        const prompted = new Promise<void>((resolve, reject) => {
            const look = (): void => {
                if (this.isAtPrompt()) resolve();
            };
            timer = setTimeout(
                () => reject(new Error(`No end in ${seconds} s:\n${computer.screen().join("\n")}`)),
                seconds * 1000,
            );
            stop = computer.onChange(look);
            look();
        });
        try {
            await Promise.race([prompted, ended]);
        } finally {
            clearTimeout(timer);
            stop();
        }
    }

    private hasBox(): boolean {
        return !this.isOff && BOX.test(this.computer!.screen().at(-1)!.trimEnd());
    }

    /** Answers each box that opens from now on. @returns what ends that */
    private answerBoxes(computer: Computer): () => void {
        let timer: NodeJS.Timeout | undefined;
        const answer = (): void => {
            timer = undefined;
            if (!this.hasBox()) return;
            this.boxes++;
            this.note(`(in the box: ${this.answers.key.trim()})`);
            void computer.type(this.answers.key);
        };
        const stop = computer.onChange(() => {
            if (timer === undefined && this.hasBox()) timer = setTimeout(answer, this.answers.seconds * 1000);
        });
        return () => {
            clearTimeout(timer);
            stop();
        };
    }

    /**
     * Types a command and waits for its end.
     * @param seconds how long it may take
     * @param begun called as soon as Enter was pressed
     * @throws Error when it takes longer, or shows an error of Lua's
     */
    async run(command: string, seconds: number, begun?: () => void): Promise<Shown> {
        const computer = this.computer!;
        await computer.type(command);
        const above = computer.transcript().split("\n");
        const restarts = this.restarts;
        let before = "";
        const stop = computer.onChange(() => {
            const rows = computer.transcript().split("\n");
            // A start wipes the screen.
            if (above.every((row, y) => row === rows[y]))
                before = oneLine(rows.slice(above.length).join("\n"));
        });
        const stopAnswering = this.answerBoxes(computer);
        const start = performance.now();
        try {
            const entered = computer.press("enter");
            begun?.();
            await entered;
            await this.prompt(seconds);
            // The program may have ended before it saw that it should: then the shell does.
            await this.pressed;
            await this.prompt(seconds);
        } finally {
            stop();
            stopAnswering();
        }
        const took = (performance.now() - start) / 1000;
        this.longest = Math.max(this.longest, took);
        const isCut = this.hasEnded || this.restarts !== restarts;
        const text = this.restarts === restarts ? before : oneLine(computer.screen().join("\n"));
        this.note(
            `${command} (${took.toFixed(1)} s${this.hasEnded ? ", off" : isCut ? ", restarted" : ""}): ${text}`,
        );
        if (RAW.test(`${before} ${text}`)) throw new Error("A raw error");
        return { text, before, isCut };
    }

    note(what: string): void {
        this.trail.push(what);
    }

    /** Ends the program that runs, unless there is none: at the shell's prompt it would end the shell. */
    terminate(): void {
        if (!this.isOff && !this.isAtPrompt()) this.pressed = this.computer!.press("ctrl+t");
    }

    restart(): void {
        if (this.isOff) return;
        this.restarts++;
        void this.computer!.press("ctrl+r");
    }

    cutPower(unflushed: "lost" | "half" | "kept"): void {
        if (!this.isOff) void this.computer!.powerCut({ unflushed });
    }

    /** The names of the turns that the disk has. */
    async pending(): Promise<string[]> {
        return readdir(join(this.options.disk, "trapos/ai/turns")).catch(() => []);
    }

    async close(): Promise<void> {
        await this.computer?.close();
    }
}
