/** Exit statuses of the programs, beyond 0 and what a computer says. */
export const exitStatus = {
    /** What was to be done failed. */
    failed: 1,
    /** The command line was wrong. */
    usage: 2,
    /** The time was up, as coreutils' timeout has it. */
    timedOut: 124,
    /** Ctrl+C, as shells have it. */
    interrupted: 130,
};
