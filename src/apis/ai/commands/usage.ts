/** `ai usage [session|today|all]`: says how many tokens were used, and what they cost. */
import { add, show as showListing, start } from "../../trapos/listing";
import { countText } from "../../trapos/text";
import type { AiCommand, Context } from "../command";
import type { Usage } from "../types";
import { wait } from "../view/waiting";

const PERIODS = ["session", "today", "all"] as const;

function isPeriod(word: string): boolean {
    for (const period of PERIODS) {
        if (period === word) return true;
    }
    return false;
}

function run(context: Context, words: readonly string[]): Usage {
    const of = words[0] as (typeof PERIODS)[number] | undefined;
    return wait(context.options, () => context.ai.usage({ of, session: context.options.session }));
}

function show(_context: Context, used: Usage): void {
    const listing = start();
    add(listing, "read", undefined, `${countText(used.input)} tokens`);
    add(listing, "  from the cache", undefined, `${countText(used.cached)} tokens`);
    add(listing, "written", undefined, `${countText(used.output)} tokens`);
    if (used.reasoning > 0) add(listing, "  thought", undefined, `${countText(used.reasoning)} tokens`);
    add(listing, "cost", undefined, string.format("$%.4f", used.cost));
    if (used.sessions > 1) add(listing, "sessions", undefined, countText(used.sessions));
    const context = used.context;
    if (context !== undefined) {
        const limit = used.limit;
        const share =
            limit === undefined
                ? ""
                : string.format(" of %s (%.0f %%)", countText(limit), (100 * context) / limit);
        add(listing, "context", undefined, `${countText(context)}${share}`);
    }
    showListing(listing);
}

const usage: AiCommand = {
    name: "usage",
    usage: "ai usage [session|today|all]",
    purpose: "Show tokens and cost",
    section: "The server",
    most: 1,
    fits: (words) => isPeriod(words[0]!),
    complete: () => PERIODS,
    run,
    show,
};

export = usage;
