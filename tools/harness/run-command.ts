import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { BootOptions, Backend, DrivenComputer } from "./backend.ts";
import { installPackages, usualPackages } from "./disk.ts";
import { type Settings, writeSettings, type End, watch } from "craftos-headless";
import { ourComputer } from "./our-computer.ts";

/** A computer with packages of ours and what it is to run. */
export interface CommandOptions extends BootOptions {
    /** The host folder that is the computer's "/"; made when absent. What is on it stays. */
    disk: string;
    /** What is typed at the prompt, without Enter: one line of characters that CC's font has. */
    command: string;
    /** What runs the computer: our own when absent. */
    backend?: Backend;
    /** Those of `usualPackages` when absent. */
    packages?: string[];
    /** Set on top of what the computer has saved; undefined removes one. */
    settings?: Settings;
    /** How long the whole may take; 120 when absent. */
    timeoutSeconds?: number;
    /** Ends the computer at once. */
    signal?: AbortSignal;
}

/** What came of a command. */
export interface CommandResult {
    /** How the computer ended: status 0 when the command succeeded, 1 when it failed. */
    end: End;
    succeeded: boolean;
    /** The last screen, one string a row. */
    screen: string[];
    /** All that was shown, from the start of the computer on. */
    transcript: string;
    /** What the transcript holds below the prompt. */
    output: string;
    /** From Enter to the end of the computer. */
    seconds: number;
}

/** A command that is running. */
export interface RunningCommand {
    computer: DrivenComputer;
    /** Resolves when the computer has ended, in whichever way. */
    finished: Promise<CommandResult>;
}

const program = "harness/command.lua";
const defaultTimeoutSeconds = 120;

/** The prompt of command.lua, alone on the last row. */
const prompt = /(^|\n)>$/;

/**
 * Boots a computer with packages of ours in harness mode and types a command at its prompt.
 * @returns as soon as Enter has been pressed; rejects, with the screen, when no prompt comes
 */
export async function startCommand(options: CommandOptions): Promise<RunningCommand> {
    const {
        command,
        backend = ourComputer,
        packages = usualPackages,
        settings,
        signal,
        ...computerOptions
    } = options;
    const { timeoutSeconds = defaultTimeoutSeconds, ...bootOptions } = computerOptions;
    const { disk } = bootOptions;
    if (/[\r\n]/.test(command)) throw new Error("A command is one line.");
    await mkdir(join(disk, "harness"), { recursive: true });
    await installPackages(disk, packages);
    await copyFile(join(import.meta.dirname, "lua/command.lua"), join(disk, program));
    await writeSettings(disk, {
        ...settings,
        "trapos.harness_mode": true,
        "trapos.harness_program": `/${program}`,
    });
    signal?.throwIfAborted();
    const computer = await backend.boot(bootOptions);
    const end = watch(computer, timeoutSeconds, signal);
    try {
        await computer.waitForText(prompt, { timeoutSeconds });
    } catch {
        await computer.close();
        signal?.throwIfAborted();
        throw new Error(`The computer showed no prompt. Its screen:\n${computer.transcript()}`);
    }
    try {
        await computer.type(command);
    } catch (error) {
        await computer.close();
        throw error;
    }
    const rowsBefore = computer.transcript().split("\n").length;
    const enter = performance.now();
    const finished = end.then((result): CommandResult => {
        const transcript = computer.transcript();
        return {
            end: result,
            succeeded: result.how === "shutdown" && result.status === 0,
            screen: computer.screen(),
            transcript,
            output: transcript.split("\n").slice(rowsBefore).join("\n"),
            seconds: (performance.now() - enter) / 1000,
        };
    });
    await computer.type("\n");
    return { computer, finished };
}

/** Starts a command and waits for its end. */
export async function runCommand(options: CommandOptions): Promise<CommandResult> {
    const { finished } = await startCommand(options);
    return finished;
}
