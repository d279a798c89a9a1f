/** Shows a plan, asks, and does what it says. */
import { add, show, start, type Listing } from "../trapos/listing";
import { ask } from "../trapos/question";
import { say } from "../trapos/screen";
import type { Calls } from "./client";
import { NOTE } from "./packagelist";
import { bytes, working } from "./progress";
import type { Plan } from "./types";

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

/**
 * Shows a plan, asks and applies it.
 * @returns false where the player says no
 */
export function carryOut(ccpm: Calls, plan: Plan, manner: Manner): boolean {
    showPlan(plan);
    if (manner["dry-run"] !== undefined) return true;
    // What does not fit on the disk needs no question: `apply` says so.
    const isAsked = !isEmpty(plan) && plan.needed <= plan.free && manner.yes === undefined;
    if (isAsked && !ask("Go on?", true)) return false;
    working(() => ccpm.apply(plan));
    if (!isEmpty(plan)) say(startsAnew(plan) ? "Done. To use it all: reboot" : "Done.", NOTE);
    return true;
}
