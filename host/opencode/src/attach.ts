import { afterProbe, type Login, onlyUser, probe, probeSeconds } from "./health.ts";
import { type Clock, nextPause, realClock, slept, stateHolder, type Supervisor } from "./supervision.ts";
import { type Dialect, judgeVersion, OpencodeProblem } from "./version.ts";

/** An opencode that somebody else runs. */
export interface AttachOptions {
    /** Its address, as http://127.0.0.1:4096. */
    readonly url: string;
    /** `opencode` when absent, and for an opencode 2, which knows no other. */
    readonly username?: string;
    /** Absent for a server that asks for none. */
    readonly password?: string;
    /** The machine's when absent. */
    readonly clock?: Clock;
}

/**
 * Watches an opencode that somebody else runs. It is asked for its health again and again, and never started or ended.
 * @returns whose state is "stopped" with a reason once the server turns out to be one that cannot be used
 */
export function attachOpencode(options: AttachOptions): Supervisor {
    const clock = options.clock ?? realClock;
    const login: Login = {
        url: options.url.replace(/\/+$/, ""),
        username: options.username ?? onlyUser,
        password: options.password ?? "",
    };
    const states = stateHolder();
    const stopped = new AbortController();
    const isStopped = (): boolean => stopped.signal.aborted;
    let pause: number | undefined;
    /** What it spoke last. */
    let dialect: Dialect | undefined;

    const look = () => probe(login, probeSeconds, stopped.signal, dialect);

    /** Why a server that was not well yet is away. */
    function reasonOf(outcome: Awaited<ReturnType<typeof probe>>): string {
        switch (outcome.kind) {
            case "unauthorized":
                return options.password === undefined
                    ? `opencode on ${login.url} wants a password.`
                    : `opencode on ${login.url} does not take this password for the user ${login.username}.`;
            case "silent":
                return `${login.url} did not answer in ${probeSeconds} s.`;
            case "unreachable":
                return `opencode on ${login.url} cannot be reached: ${outcome.why}.`;
            case "strange":
                return `${login.url} is no opencode: ${outcome.why}.`;
            case "well":
                return "";
        }
    }

    /** Asks until the server is away. @returns why, and how long it was well */
    async function watch(): Promise<{ reason: string; healthySeconds: number }> {
        let outcome = await look();
        if (outcome.kind !== "well") return { reason: reasonOf(outcome), healthySeconds: 0 };
        const began = clock.elapsed();
        let version: string | undefined;
        let misses = 0;
        for (;;) {
            // Somebody may put another in its place between two questions.
            if (outcome.kind === "well" && outcome.version !== version) {
                ({ version, dialect } = outcome);
                const judged = judgeVersion(version, login.url);
                if (!isStopped()) states.set({ kind: "ready", ...judged });
            }
            const follows = afterProbe(misses, outcome);
            if ("away" in follows) {
                return { reason: follows.away, healthySeconds: (clock.elapsed() - began) / 1000 };
            }
            misses = follows.misses;
            if (!(await slept(clock, follows.nextSeconds, stopped.signal))) break;
            outcome = await look();
        }
        return { reason: "", healthySeconds: 0 };
    }

    const ended = (async () => {
        let reason: string | undefined;
        try {
            while (!isStopped()) {
                const away = await watch();
                if (isStopped()) break;
                pause = nextPause(pause, away.healthySeconds);
                states.set({ kind: "away", reason: away.reason, retryAt: clock.now() + pause * 1000 });
                await slept(clock, pause, stopped.signal);
            }
        } catch (error) {
            if (!(error instanceof OpencodeProblem)) throw error;
            reason = error.message;
        }
        states.set({ kind: "stopped", reason: isStopped() ? undefined : reason });
    })();

    return {
        login: () => (dialect === 2 ? { ...login, username: onlyUser } : login),
        state: states.state,
        onState: states.onState,
        settled: states.settled,
        restartWhenIdle: () => Promise.resolve(false),
        async stop() {
            stopped.abort();
            await ended;
        },
    };
}
