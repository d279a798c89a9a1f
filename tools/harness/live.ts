import type { ReadStream, WriteStream } from "node:tty";
import type { Size } from "craftos-headless/command-line";
import { type DeniedAddresses, deniedAddresses, fittingSize, showLive } from "craftos-headless/cli";
import { boot, type Exit, type Settings, writeSettings } from "craftos-headless";
import { installPackages, usualPackages } from "./disk.ts";

/** A computer with packages of ours, for a person at a terminal. */
export interface LiveOptions {
    readonly input: ReadStream;
    readonly output: WriteStream;
    /** The host folder that is the computer's "/". What is on it stays. */
    readonly disk: string;
    /** What is typed at its prompt once it is there, without Enter; nothing when absent. */
    readonly command: string | undefined;
    /** Set on top of what the computer has saved; undefined removes one. */
    readonly settings: Settings;
    /** Hosts, with or without a port, that it may reach although they are private. */
    readonly allow: string[];
    readonly size: Size | "fit";
    readonly colour: boolean;
    /** Text of the status line below the screen, beside how to leave. */
    readonly status: string;
    /** Leaves, as Ctrl+C does. */
    readonly signal: AbortSignal;
}

/**
 * Shows a computer with our packages in a terminal until it ends or the person leaves.
 * @returns how the computer ended, undefined when the person left; and what it was denied
 */
export async function showLiveCommand(
    options: LiveOptions,
): Promise<{ exit: Exit | undefined; denied: DeniedAddresses }> {
    const { input, output, disk, command, size, allow, colour, status, signal } = options;
    await installPackages(disk, usualPackages);
    await writeSettings(disk, {
        ...options.settings,
        // Its shell has a person, who may have run one without on the same disk.
        "trapos.harness_mode": undefined,
        "trapos.harness_program": undefined,
    });
    signal.throwIfAborted();
    const denied = deniedAddresses();
    const screen = size === "fit" ? fittingSize(output) : size;
    const computer = await boot({ disk, ...screen, colour, http: { allow, onDenied: denied.onDenied } });
    try {
        const shown = showLive(computer, {
            input,
            output,
            status: () => denied.status(status),
            fit: size === "fit",
            signal,
        });
        if (command !== undefined) {
            // Where no prompt comes the person sees why.
            const prompt = computer.waitForText(/(^|\n)>$/).then(
                () => computer.type(`${command}\n`),
                () => {},
            );
            await Promise.race([prompt, shown]);
        }
        return { exit: await shown, denied };
    } finally {
        await computer.close();
    }
}
