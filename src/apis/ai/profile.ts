/** What an agent may do for a computer, as rules of its sessions. Pure. */

/** A rule as opencode 1 has it: of several that fit the last one counts (1.18.33). */
export interface PermissionRule {
    /** The kind of tool, or "*". */
    readonly permission: string;
    readonly pattern: string;
    readonly action: "allow" | "ask" | "deny";
}

/** What there is to choose from, the narrowest first. */
export type Profile = "talk" | "read" | "build" | "trusted";

function rule(permission: string, action: PermissionRule["action"]): PermissionRule {
    return { permission, pattern: "*", action };
}

/**
 * The rules of each profile.
 *
 * - `talk`: no tool at all
 * - `read`: files of the folder, and of no other
 * - `build`: reads, and asks in the game for all else. Subagents are denied: whether what they do is asked for depends on
 *   rules of their own.
 * - `trusted`: everything
 */
const rules: Readonly<Record<Profile, readonly PermissionRule[]>> = {
    talk: [rule("*", "deny")],
    read: [
        rule("*", "deny"),
        rule("read", "allow"),
        rule("glob", "allow"),
        rule("grep", "allow"),
        rule("list", "allow"),
    ],
    build: [
        rule("*", "ask"),
        rule("read", "allow"),
        rule("glob", "allow"),
        rule("grep", "allow"),
        rule("list", "allow"),
        rule("todowrite", "allow"),
        rule("todoread", "allow"),
        rule("question", "allow"),
        rule("task", "deny"),
    ],
    trusted: [rule("*", "allow")],
};

/**
 * The rules of a profile.
 * @param profile nothing, or another word, where what the server's configuration says is to hold
 * @returns the rules; nothing where there are none
 */
export function rulesOf(profile: string | undefined): readonly PermissionRule[] | undefined {
    return profile === undefined ? undefined : rules[profile as Profile];
}

/** The rules of all profiles. */
export function allRules(): (readonly PermissionRule[])[] {
    return [rules.talk, rules.read, rules.build, rules.trusted];
}
