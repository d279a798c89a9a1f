/** Does what a plan says. */
import { outcome } from "../trapos/failure";
import { raise } from "./failure";
import { stamp } from "./look";
import { fetchFile } from "./registry";
import { LOCK } from "./state";
import { commit, FINISHER, has, keep, open, stage, type Transaction } from "./transaction";
import type { FileChange, Plan, Progress, Tools } from "./types";

/** Fetches what a plan needs, and does it. */
function carryOut(tools: Tools, plan: Plan, transaction: Transaction): void {
    const wanted: FileChange[] = [];
    const seen: Record<string, true | undefined> = {};
    for (const change of plan.files) {
        const to = change.to;
        if (to && !seen[to.sha256] && !has(transaction, to)) {
            seen[to.sha256] = true;
            table.insert(wanted, change.path === FINISHER ? 1 : wanted.length + 1, change);
        }
    }
    const total = wanted.length;
    let begun = 0;
    let done = 0;
    let bytes = 0;
    let failure: unknown;
    const tell = (phase: Progress["phase"], name: string) => {
        tools.onProgress({ phase, name, done, total, bytes, totalBytes: plan.download });
    };
    const work = (last: number) => {
        while (begun < last && failure === undefined) {
            begun += 1;
            const change = wanted[begun - 1]!;
            tell("fetch", change.path);
            const [ok, problem] = outcome(() =>
                stage(transaction, change.to!, fetchFile(change, tools.fetch)),
            );
            if (!ok) failure = problem;
            done += 1;
            bytes += change.to!.size;
        }
    };
    const all = () => {
        work(total);
    };
    // The finisher alone. CC allows 16 requests a computer, and other programs may want some.
    work(math.min(1, total));
    parallel.waitForAll(all, all, all, all);
    if (failure !== undefined) throw failure;
    tell("apply", plan.title);
    // Nothing yields from here on.
    if (stamp(tools.disk) !== plan.stamp) raise("changed_meanwhile", { path: LOCK });
    commit(transaction, plan, plan.state);
}

/**
 * Does what a plan says, whole or not at all. Raises failures, and what interrupts it, after what was fetched is put
 * aside for the next time.
 */
export function apply(tools: Tools, plan: Plan): undefined {
    if (plan.files.length + plan.data.length === 0 && next(plan.state)[0] === undefined) return;
    if (plan.free < plan.needed) raise("no_space", { needed: plan.needed, free: plan.free });
    const transaction = open(tools.disk, plan.files);
    const [ok, failure] = pcall(carryOut, tools, plan, transaction);
    if (ok) return;
    keep(transaction);
    throw failure;
}
