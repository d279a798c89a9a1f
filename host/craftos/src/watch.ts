import type { Computer } from "./index.ts";

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
export async function watch(
    computer: Pick<Computer, "exit" | "close">,
    timeoutSeconds: number,
    signal?: AbortSignal,
): Promise<End> {
    const ended = computer.exit.then((exit): End => {
        if (exit.reason === "powerCut") return { how: "powerCut" };
        if (exit.reason === "failed") return { how: "failed", message: exit.message ?? "no reason given" };
        return { how: "shutdown", status: exit.status ?? 0 };
    });
    let timer: NodeJS.Timeout | undefined;
    const timedOut = new Promise<End>((resolve) => {
        // Also keeps Node alive, which a computer that waits does not.
        timer = setTimeout(() => resolve({ how: "timedOut" }), timeoutSeconds * 1000);
    });
    let stop = (): void => {};
    const stopped = new Promise<End>((resolve) => {
        stop = () => resolve({ how: "stopped" });
    });
    signal?.addEventListener("abort", stop);
    if (signal?.aborted) stop();
    try {
        return await Promise.race([ended, timedOut, stopped]);
    } finally {
        clearTimeout(timer);
        signal?.removeEventListener("abort", stop);
        await computer.close();
    }
}
