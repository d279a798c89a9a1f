/** What a person is asked while a turn runs, as whoever answers gets it. Pure. */
import type { Permission, Question } from "./protocol";

/** What a permission is answered with: for this call, for all that are like it until opencode is restarted, or not at all. */
export type PermissionReply = "once" | "always" | "reject";

/** A tool call that needs a permission. Texts are UTF-8, as long as they are up to 64 kB. */
export interface PermissionAsk {
    readonly id: string;
    /** The session that asks: the turn's own, or a subagent's. */
    readonly sessionId: string;
    /** What is to be allowed: "bash", "edit", "webfetch", "external_directory" and others. */
    readonly kind: string;
    /** What it is to be allowed for: commands, files, addresses. */
    readonly patterns: readonly string[];
    /** What "always" would allow from then on, in the whole folder. */
    readonly always: readonly string[];
    /** True where it would even when opencode is restarted: opencode 2 keeps it with the project. */
    readonly isForGood?: boolean;
    /** Of a shell's command: all of it. */
    readonly command?: string;
    /** Of a file: where it is on the server. */
    readonly filepath?: string;
    /** Of a file that is to be changed: a unified diff. */
    readonly diff?: string;
    readonly url?: string;
    /** What the model says of it. */
    readonly description?: string;
}

/** An answer that a question offers. */
export interface QuestionOption {
    readonly label: string;
    readonly description?: string;
}

/** One question. */
export interface QuestionItem {
    readonly question: string;
    /** A word or two. */
    readonly header?: string;
    readonly options: readonly QuestionOption[];
    /** True where several options may be chosen. */
    readonly multiple: boolean;
    /** True where words of one's own are an answer, too. */
    readonly custom: boolean;
    /** Of what kind an answer in own words has to be: "number" or "integer"; any text where nothing is said. */
    readonly kind?: string;
}

/** Questions that the model asks at once. */
export interface QuestionAsk {
    readonly id: string;
    readonly sessionId: string;
    readonly questions: readonly QuestionItem[];
}

/** What is to be decided. */
export type Asked =
    | { readonly what: "permission"; readonly ask: PermissionAsk }
    | { readonly what: "question"; readonly ask: QuestionAsk };

/**
 * What came of asking: a reply to a permission; the labels that were chosen for each question, or none where it is
 * rejected; "gone" where it was answered elsewhere, or is not asked any more.
 */
export type Decision =
    | { readonly what: "permission"; readonly reply: PermissionReply; readonly message?: string }
    | { readonly what: "question"; readonly answers?: readonly (readonly string[])[] }
    | { readonly what: "gone" };

/** A permission as it is asked for. */
export function permissionAsk(entry: Permission): PermissionAsk {
    const metadata = entry.metadata ?? {};
    return {
        id: entry.id,
        sessionId: entry.sessionID,
        kind: entry.permission,
        patterns: entry.patterns ?? [],
        always: entry.always ?? [],
        isForGood: entry.isForGood,
        command: metadata.command,
        filepath: metadata.filepath,
        diff: metadata.diff,
        url: metadata.url,
        description: metadata.description,
    };
}

/** A question as it is asked. */
export function questionAsk(entry: Question): QuestionAsk {
    const questions: QuestionItem[] = [];
    for (const item of entry.questions) {
        questions.push({
            question: item.question,
            header: item.header,
            options: item.options ?? [],
            multiple: item.multiple === true,
            custom: item.custom !== false,
            kind: item.kind,
        });
    }
    return { id: entry.id, sessionId: entry.sessionID, questions };
}

/** What an ask is about, in a line: "bash: npm test", or the first question. */
export function describeAsk(asked: Asked): string {
    if (asked.what === "question") {
        const first = asked.ask.questions[0];
        return first ? first.question : "";
    }
    const ask = asked.ask;
    const subject = ask.command ?? ask.filepath ?? ask.url ?? ask.patterns[0];
    return subject === undefined ? `${ask.kind}:` : `${ask.kind}: ${subject}`;
}
