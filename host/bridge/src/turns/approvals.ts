import type { PermissionAsk } from "../../../../src/apis/ai/ask.ts";
import type { Approval } from "../journal/journal.ts";

/** Whether a pattern of opencode's, in which `*` stands for anything and `?` for one character, fits a text. */
export function fits(pattern: string, text: string): boolean {
    const source = pattern
        .replace(/[.+^${}()|[\]\\]/g, "\\$&")
        .replaceAll("*", "[^]*")
        .replaceAll("?", "[^]");
    return new RegExp(`^${source}$`).test(text);
}

/**
 * Whether all that is asked for was allowed for the rest of the session. opencode's own pattern of "always" stands for what
 * begins like the command: a pattern "echo *" is for "echo" alone, too, as there.
 */
export function isAllowed(approvals: readonly Approval[], ask: PermissionAsk): boolean {
    const mine = approvals.filter(
        (approval) => approval.sessionId === ask.sessionId && approval.permission === ask.kind,
    );
    return (
        ask.patterns.length > 0 &&
        ask.patterns.every((text) =>
            mine.some(
                ({ pattern }) =>
                    fits(pattern, text) || (pattern.endsWith(" *") && text === pattern.slice(0, -2)),
            ),
        )
    );
}
