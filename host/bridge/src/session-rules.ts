import type { Profile } from "./journal/journal.ts";
import { profiles } from "./profiles.ts";

/** A rule of opencode's for a session. The last one that matches holds (1.18.33). */
export interface SessionRule {
    readonly permission: string;
    readonly pattern: string;
    readonly action: "allow" | "ask" | "deny";
}

function rule(permission: string, action: SessionRule["action"]): SessionRule {
    return { permission, pattern: "*", action };
}

/** What reads the folder and changes nothing. */
const READING = ["read", "glob", "grep", "list"];

/**
 * The rules of a session, by the profile of its computer.
 *
 * - `talk`: no tool at all
 * - `read`: files of the folder, and of no other
 * - `build`: reads, and asks in the game for all else. Subagents are denied: whether what they do is asked for depends on
 *   rules of their own.
 * - `trusted`: everything
 */
const rules: Readonly<Record<Profile, readonly SessionRule[]>> = {
    talk: [rule("*", "deny")],
    read: [rule("*", "deny"), ...READING.map((name) => rule(name, "allow"))],
    build: [
        rule("*", "ask"),
        ...READING.map((name) => rule(name, "allow")),
        rule("todowrite", "allow"),
        rule("todoread", "allow"),
        rule("question", "allow"),
        rule("task", "deny"),
    ],
    trusted: [rule("*", "allow")],
};

/** The rules of opencode's for sessions of each profile. */
export const sessionRules: (profile: Profile) => readonly SessionRule[] = (profile) => rules[profile];

/** Whether a profile allows at least as much as another. */
export function allows(profile: Profile, needed: Profile): boolean {
    return profiles.indexOf(profile) >= profiles.indexOf(needed);
}
