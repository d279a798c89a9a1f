/** Whether a server answers, and what it is. */
import { newerDialect, type OpencodeProblem } from "./version.ts";

/** What one question to a server came to. */
export type Probe =
    | { readonly kind: "well"; readonly version: string }
    /** It said nothing in time: it may be dead, or busy. */
    | { readonly kind: "silent" }
    /** Nobody listens there, or the connection was cut. */
    | { readonly kind: "unreachable"; readonly why: string }
    | { readonly kind: "unauthorized" }
    /** Something answers that is no opencode, or one that is not well. */
    | { readonly kind: "strange"; readonly why: string }
    /** It is an opencode that cannot be used. */
    | { readonly kind: "unusable"; readonly problem: OpencodeProblem };

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

async function ask(
    login: Login,
    path: string,
    signal: AbortSignal,
): Promise<{ status: number; body: unknown }> {
    const response = await fetch(login.url + path, {
        headers: { authorization: authorization(login) },
        redirect: "manual",
        signal,
    });
    const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
    const text = await response.text();
    return { status: response.status, body: isJson ? (JSON.parse(text) as unknown) : undefined };
}

/** The field `version` of an answer, where it is one. */
function versionIn(body: unknown): string | undefined {
    const version = (body as { version?: unknown } | null | undefined)?.version;
    return typeof version === "string" && version.length <= 100 ? version : undefined;
}

/**
 * Asks a server for its health. One that does not know opencode 1's question is asked whether it is an opencode 2, which
 * answers with a web page to what it does not know.
 * @param seconds how long an answer may take
 * @param given ends the wait before that, with an outcome that means nothing
 */
export async function probe(login: Login, seconds: number, given?: AbortSignal): Promise<Probe> {
    const over = new AbortController();
    const giveUp = (): void => over.abort();
    const timer = setTimeout(() => over.abort("late"), seconds * 1000);
    given?.addEventListener("abort", giveUp);
    if (given?.aborted) giveUp();
    try {
        const { status, body } = await ask(login, "/global/health", over.signal);
        if (status === 401) return { kind: "unauthorized" };
        const version = versionIn(body);
        if (status === 200 && version !== undefined) return { kind: "well", version };
        const newer = versionIn((await ask(login, "/api/info", over.signal)).body);
        // opencode 1 has no such route, and answers with its web page.
        if (newer !== undefined) return { kind: "unusable", problem: newerDialect(newer, login.url) };
        return { kind: "strange", why: `it answers ${status}, and not as opencode does` };
    } catch (error) {
        if (over.signal.reason === "late") return { kind: "silent" };
        if (error instanceof SyntaxError) return { kind: "strange", why: "it answers with broken JSON" };
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
    if (outcome.kind === "unusable") return { away: outcome.problem.message };
    if (misses + 1 < deadAfter) {
        return { misses: misses + 1, nextSeconds: doubtfulSeconds[misses] ?? calmSeconds };
    }
    if (outcome.kind === "silent") return { away: "It does not answer any more." };
    return { away: `It does not answer any more: ${outcome.why}.` };
}
