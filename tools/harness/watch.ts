import type { Computer } from "../computer/index.ts";

/** How a watched computer ended. */
export type End =
    | { how: "shutdown"; status: number }
    | { how: "failed"; message: string }
    | { how: "powerCut" }
    /** The host ended it, because its time was up. */
    | { how: "timedOut" }
    /** The host ended it, because it was told to. */
    | { how: "stopped" };

/**
 * Waits until a computer ends, and ends it when it does not.
 * @param timeoutSeconds how long it may run
 * @param signal ends it at once
 */
export async function watch(computer: Computer, timeoutSeconds: number, signal?: AbortSignal): Promise<End> {
    const timedOut = AbortSignal.timeout(Math.min(timeoutSeconds * 1000, 2 ** 31 - 1));
    // An AbortSignal's timer does not keep Node alive, and neither does a computer that only waits.
    const alive = setInterval(() => {}, 2 ** 30);
    const over = AbortSignal.any([timedOut, ...(signal ? [signal] : [])]);
    const told = new Promise<End>((resolve) => {
        const tell = () => resolve({ how: timedOut.aborted ? "timedOut" : "stopped" });
        if (over.aborted) tell();
        else over.addEventListener("abort", tell, { once: true });
    });
    const ended = computer.exit.then((exit): End => {
        if (exit.reason === "powerCut") return { how: "powerCut" };
        if (exit.reason === "failed") return { how: "failed", message: exit.message ?? "no reason given" };
        return { how: "shutdown", status: exit.status ?? 0 };
    });
    try {
        return await Promise.race([ended, told]);
    } finally {
        clearInterval(alive);
        await computer.close();
    }
}
