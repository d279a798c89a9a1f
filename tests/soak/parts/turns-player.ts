/** Somebody at a computer who asks, reads what the screen says, and does that. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { boot, type Computer, type ComputerOptions, type PowerCutPlan } from "craftos-headless";

/** What a screen asks its reader to do next. */
export type Advice = "again" | "resume" | "abort" | "status" | "none";

/** What tells that Lua's own words, or a fault of ours, got onto the screen. */
const RAW = /Unexpected:|attempt to|stack traceback|\.lua:\d|bad argument/;

/** What the screen says, and what its reader does; the first that is there counts. */
const ADVICE: readonly (readonly [said: RegExp, advice: Advice])[] = [
    [/It had ended already|Show (the answer|that answer|it): ai resume/, "resume"],
    [/Answer it: ai status/, "status"],
    [/The turn may go on, stop it with: ai abort/, "abort"],
    [/The turn was stopped on the server/, "again"],
    [
        /Type: ai resume|Look again: ai resume|Wait \(ai resume\)|then: ai resume|It may still come: ai resume/,
        "resume",
    ],
    [/Try again in a moment: ai abort|Try again: ai abort/, "abort"],
    [/Ask again|[Tt]ry again|Start opencode serve|Ask something/, "again"],
];

/** Whether the screen says what to do next, and what. */
export function adviceOf(shown: string): Advice {
    return ADVICE.find(([said]) => said.test(shown))?.[1] ?? "none";
}

/** The last row of a box, and of the offer to open one. */
const BOX = /(n no|no, and why|n no answer)$/;
const OFFER = /\[Y\/n\]$/;

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
    /** What somebody does when a box is open; as long as that takes, it is not called again. */
    onBox: (rows: readonly string[]) => Promise<void> = async () => {};
    /** What is pressed where it is offered to open one. */
    offerKey: "y" | "n" = "y";
    /** How many times something was typed into a box. */
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

    private rows(): string[] {
        const rows = this.computer!.screen().map((row) => row.trimEnd());
        return rows.slice(0, rows.findLastIndex((row) => row !== "") + 1);
    }

    /** The rows of the screen where a box is open; nothing where none is. */
    box(): string[] | undefined {
        const rows = this.isOff ? [] : this.rows();
        return BOX.test(rows.at(-1) ?? "") && rows.length === this.computer!.screen().length
            ? rows
            : undefined;
    }

    private isOffered(): boolean {
        return !this.isOff && OFFER.test(this.rows().at(-1) ?? "");
    }

    /** Types into a box that may close meanwhile, or have closed: what comes to stand at the prompt is wiped away. */
    async typeInBox(keys: string): Promise<void> {
        if (this.box() === undefined) return;
        this.boxes++;
        this.note(`(in the box: ${JSON.stringify(keys)})`);
        await this.computer!.type(keys);
        await this.wipe(keys.length);
    }

    private async wipe(count: number): Promise<void> {
        for (let left = count; left > 0 && !this.isOff; left--) {
            const { y, blink } = this.computer!.cursor();
            const row = this.computer!.screen()[y - 1]!.trimEnd();
            if (!blink || !/^> ./.test(row)) return;
            await this.computer!.press("backspace");
        }
    }

    async press(key: string): Promise<void> {
        if (!this.isOff) await this.computer!.press(key);
    }

    async type(text: string): Promise<void> {
        if (!this.isOff) await this.computer!.type(text);
    }

    /** Does something once, when the screen shows a text. */
    when(text: RegExp, act: () => Promise<void>): void {
        const computer = this.computer!;
        const stop = computer.onChange(() => {
            if (!text.test(this.rows().join("\n"))) return;
            stop();
            void act();
        });
    }

    /** Clicks on the last row that has a text. */
    async click(text: RegExp): Promise<void> {
        const y = this.rows().findLastIndex((row) => text.test(row));
        if (y >= 0) await this.computer!.click(3, y + 1);
    }

    /** Has each box that opens from now on answered, and each offer to open one taken. @returns what ends that */
    private answerBoxes(computer: Computer): () => Promise<void> {
        let isOver = false;
        let busy: Promise<void> | undefined;
        let problem: Error | undefined;
        const act = async (): Promise<void> => {
            const rows = this.box();
            if (rows !== undefined) await this.onBox(rows);
            else await computer.type(this.offerKey);
        };
        const look = (): void => {
            if (busy !== undefined || isOver) return;
            if (this.box() === undefined && !this.isOffered()) return;
            busy = act()
                .catch((error: unknown) => {
                    problem ??= error instanceof Error ? error : new Error(String(error));
                })
                .then(() => {
                    busy = undefined;
                    if (problem === undefined) look();
                });
        };
        const stop = computer.onChange(look);
        return async () => {
            isOver = true;
            stop();
            await busy;
            if (problem !== undefined) throw problem;
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
            await stopAnswering();
        }
        // What was on its way into a box may have come to the prompt behind it.
        await this.prompt(seconds);
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
