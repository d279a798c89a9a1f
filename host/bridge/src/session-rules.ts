import { type PermissionRule, rulesOf } from "../../../src/apis/ai/profile.ts";
import type { Profile } from "./journal/journal.ts";
import { profiles } from "./profiles.ts";

/** A rule of opencode's for a session. The last one that matches holds (1.18.33). */
export type SessionRule = PermissionRule;

/** The rules of opencode's for sessions of each profile. */
export const sessionRules = (profile: Profile): readonly SessionRule[] => rulesOf(profile) ?? [];

/** Whether a profile allows at least as much as another. */
export function allows(profile: Profile, needed: Profile): boolean {
    return profiles.indexOf(profile) >= profiles.indexOf(needed);
}
