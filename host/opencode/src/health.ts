/** Whether a server answers, and what it is. */
import { type Dialect, dialectOf } from "./version.ts";

/** What asking a server came to. */
export type Probe =
    | { readonly kind: "well"; readonly version: string; readonly dialect: Dialect }
    /** It said nothing in time: it may be dead, or busy. */
    | { readonly kind: "silent" }
    /** Nobody listens there, or the connection was cut. */
    | { readonly kind: "unreachable"; readonly why: string }
    | { readonly kind: "unauthorized" }
    /** Something answers that is no opencode, or one that is not well. */
    | { readonly kind: "strange"; readonly why: string };

/** Where a server is, and who asks. */
export interface Login {
    readonly url: string;
    readonly username: string;
    readonly password: string;
}

/** The header by which a server knows who asks. */
export function authorization({ username, password }: Omit<Login, "url">): string {
    return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

/** The only user that an opencode 2 knows, whatever it was told (2.0.22). */
export const onlyUser = "opencode";

/** Where each dialect tells its version. The other one answers there with a web page, and mostly with status 200. */
const questions: Readonly<Record<Dialect, string>> = { 1: "/global/health", 2: "/api/info" };

/** What came back: a body where it is JSON and says so. */
interface Answer {
    readonly status: number;
    readonly body?: unknown;
    readonly isBroken?: boolean;
}

async function ask(login: Login, path: string, signal: AbortSignal): Promise<Answer> {
    const response = await fetch(login.url + path, {
        headers: { authorization: authorization(login) },
        redirect: "manual",
        signal,
    });
    const { status } = response;
    const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
    const text = await response.text();
    if (!isJson) return { status };
    try {
        return { status, body: JSON.parse(text) as unknown };
    } catch {
        return { status, isBroken: true };
    }
}

/** The version that an answer tells, where a server of that dialect may have given it. */
function versionIn({ status, body }: Answer, dialect: Dialect): string | undefined {
    const version = (body as { version?: unknown } | null | undefined)?.version;
    if (status !== 200 || typeof version !== "string" || version.length > 100) return undefined;
    return dialectOf(version) === dialect ? version : undefined;
}

/** Asks in one dialect, and in the other where the answer is none. */
async function askBoth(login: Login, known: Dialect | undefined, signal: AbortSignal): Promise<Probe> {
    const dialects: readonly Dialect[] = known === 1 ? [1, 2] : [2, 1];
    let why = "";
    for (const dialect of dialects) {
        const answer = await ask(login, questions[dialect], signal);
        // Both want the password before they look at the route, so that this tells nothing of the version.
        if (answer.status === 401) return { kind: "unauthorized" };
        const version = versionIn(answer, dialect);
        if (version !== undefined) return { kind: "well", version, dialect };
        why = answer.isBroken
            ? "it answers with broken JSON"
            : `it answers ${answer.status}, and not as opencode does`;
    }
    return { kind: "strange", why };
}

/**
 * Asks a server for its version, which is how it shows that it is well. It is asked in the dialect that it spoke before, and
 * in the other one only where that brings no answer: it may have been replaced.
 * @param seconds how long the answers may take
 * @param given ends the wait before that, with an outcome that means nothing
 * @param known the dialect that it spoke before; without it that of opencode 2 comes first
 */
export async function probe(
    login: Login,
    seconds: number,
    given?: AbortSignal,
    known?: Dialect,
): Promise<Probe> {
    const over = new AbortController();
    const giveUp = (): void => over.abort();
    const timer = setTimeout(() => over.abort("late"), seconds * 1000);
    given?.addEventListener("abort", giveUp);
    if (given?.aborted) giveUp();
    try {
        const found = await askBoth(login, known, over.signal);
        if (found.kind !== "unauthorized" || login.username === onlyUser) return found;
        // Nobody can choose the user of an opencode 2, and an opencode 1 whose user was chosen may have become one.
        const answer = await ask({ ...login, username: onlyUser }, questions[2], over.signal);
        const version = versionIn(answer, 2);
        return version === undefined ? found : { kind: "well", version, dialect: 2 };
    } catch (error) {
        if (over.signal.reason === "late") return { kind: "silent" };
        // fetch says no more than "fetch failed", and its cause why.
        const { message, cause } = error as Error;
        const { code, message: inner } = (cause ?? {}) as Partial<NodeJS.ErrnoException>;
        return {
            kind: "unreachable",
            why: code === "ECONNREFUSED" ? "nobody listens there" : (code ?? inner ?? message),
        };
    } finally {
        clearTimeout(timer);
        given?.removeEventListener("abort", giveUp);
    }
}

/** How long an answer to a question of health may take. opencode answers in 5 ms, and a busy machine in seconds. */
export const probeSeconds = 5;

/** Seconds between questions to a server that answers, and after each that did not, from the first on. */
const calmSeconds = 10;
const doubtfulSeconds = [1, 2, 4, 8] as const;

/** How many unanswered questions in a row make a server dead: half a minute, more than any pause that was seen. */
const deadAfter = 5;

/**
 * What follows from a question's outcome, for a server that was well before.
 * @param misses how many questions in a row were not answered before this one
 * @returns how many it is now, and when to ask again; or that the server is away, and why
 */
export function afterProbe(
    misses: number,
    outcome: Probe,
): { readonly misses: number; readonly nextSeconds: number } | { readonly away: string } {
    if (outcome.kind === "well") return { misses: 0, nextSeconds: calmSeconds };
    if (outcome.kind === "unauthorized") return { away: "It does not take the password any more." };
    if (misses + 1 < deadAfter) {
        return { misses: misses + 1, nextSeconds: doubtfulSeconds[misses] ?? calmSeconds };
    }
    if (outcome.kind === "silent") return { away: "It does not answer any more." };
    return { away: `It does not answer any more: ${outcome.why}.` };
}
