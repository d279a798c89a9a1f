import { exitStatus } from "./exit-status.ts";

/** How soon after the first signal another one is the same Ctrl+C, which both the terminal and npm have handed on. */
const SAME_MILLISECONDS = 1000;

/**
 * Takes the signals by which a person, or what has started it, ends this process: Ctrl+C, `kill`, a closed terminal. To be
 * called once, before anything is started that has to be ended.
 * @returns is aborted by the first of them, with its name as the reason. One that comes a second later or still later ends the
 * process at once, for somebody who does not want to wait
 */
export function interruption(): AbortSignal {
    const controller = new AbortController();
    let first: number | undefined;
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
        process.on(name, () => {
            if (first !== undefined && performance.now() - first > SAME_MILLISECONDS) {
                process.exit(exitStatus.interrupted);
            }
            first ??= performance.now();
            controller.abort(name);
        });
    }
    return controller.signal;
}
