/** What waits for somebody in this computer's session, and answering it apart from the turn that asks. */
import { outcome } from "../../trapos/failure";
import { ask as askYesNo } from "../../trapos/question";
import { remark } from "../../trapos/screen";
import { describeAsk, type Asked } from "../ask";
import type { Context } from "../command";
import type { Calls } from "../client";
import { askPermission, askQuestion } from "./asks";

/** What waits in the session, permissions first; nothing where that cannot be told. */
export function openAsks(context: Context): Asked[] {
    const open: Asked[] = [];
    const [hasPermissions, permissions] = outcome(() => context.ai.permissions());
    for (const ask of hasPermissions ? permissions : [])
        if (ask.current) open.push({ what: "permission", ask });
    const [hasQuestions, questions] = outcome(() => context.ai.questions());
    for (const ask of hasQuestions ? questions : []) if (ask.current) open.push({ what: "question", ask });
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
