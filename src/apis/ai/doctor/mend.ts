/** Does what `ai doctor --fix` can do about what it found. */
import type { Ccpm, Finding } from "../../ccpm/types";
import type { SettingsStore } from "../../trapos/settingsfile";
import { fail } from "../failure";
import { forgetTurn, type Disk } from "../session";
import { changeSettings } from "../settings";
import type { Remedy } from "./check";

/** What is mended with. */
export interface Tools {
    readonly store: SettingsStore;
    readonly disk: Disk;
    /** Makes the installer's package manager. */
    readonly ccpm: (this: void) => Ccpm;
}

/** Files of packages that are missing or changed; those of no package are nobody's fault. */
function wrongFiles(ccpm: Ccpm): Finding[] {
    const [ok, findings] = ccpm.verify();
    if (!ok) throw findings;
    const wrong: Finding[] = [];
    for (const finding of findings) if (finding.problem !== "foreign") table.insert(wrong, finding);
    return wrong;
}

/** Puts files back that are missing or changed, as `ccpm verify --fix` does. */
function repairFiles(ccpm: Ccpm): string {
    const wrong = wrongFiles(ccpm);
    const [isPlanned, plan] = ccpm.planRepair(wrong);
    if (!isPlanned) throw plan;
    const [isDone, problem] = ccpm.apply(plan);
    if (!isDone) throw problem;
    const left = wrongFiles(ccpm);
    const first = left[0];
    if (first !== undefined) throw fail("not_mended", { path: first.path });
    return wrong.length === 1 ? `Mended ${wrong[0]!.path}.` : `Mended ${wrong.length} files.`;
}

/** What is asked before something of the player's own choice is changed. */
export const QUESTIONS: { readonly [K in Remedy["kind"]]?: string } = {
    unset_model: "Unset the model, so that the server chooses?",
    unset_agent: "Unset the agent, so that the server chooses?",
};

/**
 * Does one thing. Raises its failure.
 * @returns what was done, in a line
 */
export function mend(tools: Tools, remedy: Remedy): string {
    const kind = remedy.kind;
    if (kind === "forget_turns") {
        const turns = remedy.turns ?? [];
        for (const nonce of turns) forgetTurn(tools.disk, nonce);
        return turns.length === 1 ? "Forgot that turn." : `Forgot ${turns.length} turns.`;
    }
    if (kind === "clear_session") {
        changeSettings(tools.store, [["session_id"]]);
        return "Forgot that session.";
    }
    if (kind === "unset_model") {
        changeSettings(tools.store, [["provider_id"], ["model_id"]]);
        return "Unset the model.";
    }
    if (kind === "unset_agent") {
        changeSettings(tools.store, [["agent"]]);
        return "Unset the agent.";
    }
    return repairFiles(tools.ccpm());
}
