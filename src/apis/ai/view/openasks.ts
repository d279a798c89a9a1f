/** What waits for somebody in this computer's session, and answering it apart from the turn that asks. */
import { outcome } from "../../trapos/failure";
import { ask as askYesNo } from "../../trapos/question";
import { remark } from "../../trapos/screen";
import { describeAsk, type Asked } from "../ask";
import type { Context } from "../command";
import type { Calls } from "../client";
import { askPermission, askQuestion } from "./asks";

/** What a list says; where it cannot be read that is told, and nothing of it is known. */
function read<T>(what: string, list: (this: void) => readonly T[]): readonly T[] {
    const [ok, value] = outcome(list);
    if (ok) return value;
    remark(`Which ${what} wait cannot be told: ${value.message}`);
    return [];
}

/** What waits in the session, permissions first. */
export function openAsks(context: Context): Asked[] {
    const open: Asked[] = [];
    for (const ask of read("permissions", () => context.ai.permissions()))
        if (ask.current) open.push({ what: "permission", ask });
    for (const ask of read("questions", () => context.ai.questions()))
        if (ask.current) open.push({ what: "question", ask });
    return open;
}

/** Asks for one of them, and answers it. */
function answer(ai: Calls, asked: Asked): string {
    if (asked.what === "question") {
        const answers = askQuestion(asked.ask);
        ai.answerQuestion(asked.ask.id, answers);
        return answers === undefined ? "Refused" : "Answered";
    }
    const decided = askPermission(asked.ask);
    ai.answerPermission(asked.ask.id, decided.reply, decided.message);
    if (decided.reply === "reject") return "Refused";
    return decided.reply === "once" ? "Allowed once" : "Allowed always";
}

/**
 * Offers to answer what is open.
 * @returns whether something was answered
 */
export function offerAsks(context: Context, open: readonly Asked[]): boolean {
    const first = open[0]!;
    remark(`It waits for you: ${describeAsk(first)}`);
    if (!askYesNo(open.length > 1 ? `Answer these ${open.length} now?` : "Answer it now?", true))
        return false;
    for (const asked of open) remark(`${answer(context.ai, asked)}: ${describeAsk(asked)}`);
    return true;
}
