/** Shows a plan, asks, and does what it says. */
import { add, show, start, type Listing } from "../trapos/listing";
import { ask } from "../trapos/question";
import { say } from "../trapos/screen";
import type { Calls } from "./client";
import { raise } from "./failure";
import { NOTE } from "./packagelist";
import { bytes, note, working } from "./progress";
import type { Finding, Plan } from "./types";

/** How a plan is carried out. */
export interface Manner {
    /** True to ask nothing. */
    readonly yes?: unknown;
    /** True to show the plan only. */
    readonly "dry-run"?: unknown;
}

/** What there is of packages, by the registry that they come from. */
function addPackages(listing: Listing, plan: Plan): void {
    let source: string | undefined;
    for (const change of plan.packages) {
        const name = change.name;
        const from = change.from;
        const to = change.to;
        const group = to === undefined ? "Remove:" : `From ${change.registry}:`;
        if (group !== source) add(listing, group);
        source = group;
        if (to === undefined) add(listing, `- ${name}`, colours.red, from);
        else if (from === undefined) add(listing, `+ ${name}`, colours.lime, to);
        else add(listing, `> ${name}`, NOTE, `${from} > ${to}`);
    }
}

/** What there is of files: their names only where no package stands for them. */
function addFiles(listing: Listing, plan: Plan): void {
    let fetched = 0;
    for (const file of plan.files) {
        if (file.to) fetched += 1;
        if (plan.packages.length === 0) add(listing, (file.to ? "+ " : "- ") + file.path);
    }
    for (const path of plan.data) add(listing, `- ${path} (data)`, colours.red);
    if (fetched > 0) add(listing, `Fetch ${bytes(plan.download)}, files: ${fetched}`);
}

function isEmpty(plan: Plan): boolean {
    return plan.packages.length + plan.files.length + plan.data.length === 0;
}

function showPlan(plan: Plan): void {
    const listing = start();
    const left = plan.free + plan.freed;
    addPackages(listing, plan);
    addFiles(listing, plan);
    if (!isEmpty(plan) && left >= 0 && left < math.huge) add(listing, `Disk left: ${bytes(left)}`);
    for (const note of plan.notes) add(listing, note, NOTE);
    // Notes alone say why nothing can be done.
    if (isEmpty(plan) && plan.notes.length === 0) add(listing, "There is nothing to do.");
    show(listing);
}

/** Whether all of a plan is in use at once: what starts with the computer is not. */
function startsAnew(plan: Plan): boolean {
    for (const file of plan.files) {
        if (file.to && string.sub(file.path, 1, 8) === "startup/") return true;
    }
    return false;
}

/** Shows a plan and asks; false where it is not to be carried out. */
function isWanted(plan: Plan, manner: Manner, isFitting: boolean): boolean {
    if (manner["dry-run"] !== undefined) return false;
    // What does not fit on the disk needs no question: `apply` says so.
    const isAsked = !isEmpty(plan) && isFitting && manner.yes === undefined;
    return !isAsked || ask("Go on?", true);
}

function sayDone(plan: Plan): void {
    if (!isEmpty(plan)) say(startsAnew(plan) ? "Done. To use it all: reboot" : "Done.", NOTE);
}

/**
 * Shows a plan, asks and applies it.
 * @returns false where the player says no
 */
export function carryOut(ccpm: Calls, plan: Plan, manner: Manner): boolean {
    showPlan(plan);
    if (!isWanted(plan, manner, plan.needed <= plan.free)) return manner["dry-run"] !== undefined;
    working(() => ccpm.apply(plan));
    sayDone(plan);
    return true;
}

/** How an upgrade goes on whose old files are gone, and whose new ones are not all there. */
const GO_ON = "The rest is fetched by: ccpm verify --fix";

/** Fetches the files whose places are empty. Fails with `not_repairable` where no registry has one of them any more. */
function fetchMissing(ccpm: Calls): undefined {
    const missing: Finding[] = [];
    for (const finding of ccpm.verify()) {
        if (finding.problem === "missing") table.insert(missing, finding);
    }
    const plan = ccpm.planRepair(missing);
    ccpm.apply(plan);
    // The plan has none of those, as it has none where the registries do not answer.
    const isFetched: Record<string, true | undefined> = {};
    for (const file of plan.files) isFetched[file.path] = true;
    for (const finding of missing) {
        const path = finding.path;
        if (!isFetched[path]) raise("not_repairable", { path, name: finding.package });
    }
}

/** Whether a file of a package is not there. */
function isMissing(ccpm: Calls): boolean {
    for (const [, known] of pairs(ccpm.state().lock.packages)) {
        for (const [path] of pairs(known.files)) {
            if (!fs.exists(path)) return true;
        }
    }
    return false;
}

/**
 * Upgrades packages after asking. Where old and new files have no room beside each other, those that ccpm can do without go
 * first.
 * @param names the packages; all where it is absent
 * @param force whether files of no package are moved aside
 * @returns false where the player says no
 */
export function carryOutUpgrade(
    ccpm: Calls,
    names: readonly string[] | undefined,
    force: boolean,
    manner: Manner,
): boolean {
    const plan = working(() => ccpm.planUpgrade(names, { force }));
    if (isEmpty(plan) && isMissing(ccpm)) note("Files are missing. Mend it: ccpm verify --fix");
    if (plan.needed <= plan.free) return carryOut(ccpm, plan, manner);
    const removal = working(() => ccpm.planUpgrade(names, { force, removeFirst: true }));
    const isRoomFirst = removal.needed <= removal.free;
    const isRoomThen = plan.needed <= removal.free + removal.freed;
    if (!isRoomFirst || !isRoomThen) return carryOut(ccpm, plan, manner);
    showPlan(plan);
    note("No room for old files beside new ones: the old go first. If that is cut short: ccpm verify --fix");
    if (!isWanted(plan, manner, true)) return manner["dry-run"] !== undefined;
    working(() => ccpm.apply(removal));
    const [ok, problem] = pcall(working, () => fetchMissing(ccpm), GO_ON);
    if (!ok) {
        if ((problem as unknown) !== "Terminated") note(GO_ON);
        error(problem, 0);
    }
    sayDone(plan);
    return true;
}
