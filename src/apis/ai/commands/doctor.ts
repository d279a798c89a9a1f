/** `ai doctor`: examines the way to the model, and with `--fix` mends what can be mended. */
import { outcome } from "../../trapos/failure";
import { listOf } from "../../trapos/json";
import { during } from "../../trapos/progress";
import { remark, say, fail as showFailure } from "../../trapos/screen";
import { ownSettings } from "../../trapos/settingsfile";
import type { AiCommand, Context } from "../command";
import type { Check, Remedy } from "../doctor/check";
import type * as mendModule from "../doctor/mend";
import type * as reportModule from "../doctor/report";
import type { Failure } from "../failure";
import { confirm } from "../view/confirm";

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler puts imports first. */
const load = require;

/** What came of something that was to be mended. */
interface Mended {
    readonly check: Check["check"];
    /** What was done; absent where it was not. */
    readonly done?: string;
    readonly failure?: Failure;
}

/** What came of the command. */
interface Result {
    readonly checks: readonly Check[];
    /** With `--fix`. */
    readonly mended?: readonly Mended[];
}

/** Shows checks as they end; those that are skipped for the same reason stand together. */
function printer(): {
    readonly check: (this: void, check: Check) => void;
    readonly end: (this: void) => void;
} {
    const report = load("/apis/ai/doctor/report") as typeof reportModule;
    let skipped: Check[] = [];
    const end = () => {
        report.printSkipped(skipped);
        skipped = [];
    };
    const check = (found: Check) => {
        const before = skipped[0];
        const isSame = before !== undefined && before.message === found.message;
        if (before !== undefined && !isSame) end();
        if (found.state === "skipped") table.insert(skipped, found);
        else report.printCheck(found);
    };
    return { check, end };
}

/** Makes all checks, with a moving line below those that have ended. */
function examine(context: Context): Check[] {
    const ping = context.options.answer !== "no";
    if (context.options.isQuiet) return context.ai.doctor({ ping });
    let doing = "";
    let checks: Check[] = [];
    const shown = printer();
    during(
        () => {
            checks = context.ai.doctor({
                ping,
                onStart: (name) => {
                    doing = name;
                },
                onCheck: shown.check,
            });
        },
        () => doing,
    );
    shown.end();
    return checks;
}

/** What is mended with. */
function tools(): mendModule.Tools {
    return {
        store: ownSettings(fs),
        disk: fs,
        ccpm: () => (load("/apis/libccpm") as mendModule.Tools["ccpm"])(),
    };
}

/** Does something, if need be after asking. */
function mendOne(context: Context, check: Check["check"], remedy: Remedy): Mended {
    const mending = load("/apis/ai/doctor/mend") as typeof mendModule;
    const question = mending.QUESTIONS[remedy.kind];
    const [ok, value] = outcome(() => {
        if (question !== undefined && !confirm(context, "doctor --fix", question)) return undefined;
        return mending.mend(tools(), remedy);
    });
    return ok ? { check, done: value } : { check, failure: value };
}

function run(context: Context): Result {
    const checks = examine(context);
    if (context.flags.fix === undefined) return { checks };
    const mended: Mended[] = [];
    for (const check of checks) {
        const remedy = check.remedy;
        if (remedy !== undefined) table.insert(mended, mendOne(context, check.check, remedy));
    }
    return { checks, mended: listOf(mended) };
}

/** The names of the checks of a state that were not mended. */
function namesOf(result: Result, state: Check["state"]): string[] {
    const names: string[] = [];
    for (const check of result.checks) {
        let isMended = false;
        for (const one of result.mended ?? []) {
            if (one.check === check.check && one.done !== undefined) isMended = true;
        }
        if (check.state === state && !isMended) table.insert(names, check.check);
    }
    return names;
}

function showMended(mended: readonly Mended[]): void {
    for (const one of mended) {
        if (one.done !== undefined) say(`${one.check}: ${one.done}`, colours.lime);
        if (one.failure !== undefined) showFailure(one.failure);
    }
    if (mended.length === 0) remark("There is nothing here that --fix could mend.");
}

function show(context: Context, result: Result): void {
    if (context.options.isQuiet) {
        const shown = printer();
        for (const check of result.checks) shown.check(check);
        shown.end();
    }
    if (result.mended !== undefined) showMended(result.mended);
    const failed = namesOf(result, "failed");
    const warned = namesOf(result, "warning");
    if (failed.length > 0) say(`Failed: ${table.concat(failed, ", ")}`, colours.red);
    if (warned.length > 0) say(`Look at: ${table.concat(warned, ", ")}`, colours.yellow);
    if (failed.length === 0 && warned.length === 0) say("All is well.", colours.lime);
}

const doctor: AiCommand = {
    name: "doctor",
    usage: "ai doctor [--fix]",
    purpose: "Find out what is wrong",
    run,
    hasFailed: (result) => namesOf(result as Result, "failed").length > 0,
    show,
};

export = doctor;
