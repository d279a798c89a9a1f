/** What a session's agent may do, as opencode 2 has it. Pure. */
import type { PermissionRule } from "../../profile";

/** A rule of a session; of several that fit the last one counts. Without any that fits it asks. */
export interface Rule {
    /** The kind of tool, or "*". */
    readonly action: string;
    /** What it is to be used for: a pattern. */
    readonly resource: string;
    readonly effect: PermissionRule["action"];
}

/** What opencode 2 calls tools of opencode 1; those that it does not have are none. Others have the same name. */
const TOOLS: Readonly<Record<string, string | undefined>> = {
    bash: "shell",
    task: "subagent",
    apply_patch: "patch",
    list: "",
    todowrite: "",
    todoread: "",
};

/** Rules of opencode 1 as rules of opencode 2. */
export function translateRules(rules: readonly PermissionRule[]): Rule[] {
    const translated: Rule[] = [];
    for (const rule of rules) {
        const action = TOOLS[rule.permission] ?? rule.permission;
        if (action !== "") translated.push({ action, resource: rule.pattern, effect: rule.action });
    }
    return translated;
}

/** Rules as a text that is another one where any of them is. */
export function ruleText(rules: readonly Rule[]): string {
    let text = "";
    for (const rule of rules) text += `${rule.action} ${rule.resource} ${rule.effect}\n`;
    return text;
}
