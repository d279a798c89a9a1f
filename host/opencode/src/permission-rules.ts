/** What an agent may do, as rules of opencode 1, which say it everywhere here. What opencode 2 makes of them is in rules.ts. */
import type { PermissionRule } from "../../../src/apis/ai/profile.ts";
import type { Permission } from "./environment.ts";

export type { PermissionRule };

/** The rules that a configuration's table of permissions stands for. */
export function rulesOf(permission: Permission): PermissionRule[] {
    return Object.entries(permission).flatMap(([name, given]) =>
        typeof given === "string"
            ? [{ permission: name, pattern: "*", action: given }]
            : Object.entries(given).map(([pattern, action]) => ({ permission: name, pattern, action })),
    );
}
