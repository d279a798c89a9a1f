/** `ai variants`: lists the variants of the model that is asked. */
import { listOf } from "../../trapos/json";
import { add, show as showListing, start } from "../../trapos/listing";
import { remark } from "../../trapos/screen";
import type { AiCommand, Context } from "../command";
import { wait } from "../view/waiting";

function run(context: Context): readonly string[] {
    return listOf(wait(context.options, () => context.ai.variants()));
}

function show(_context: Context, variants: readonly string[]): void {
    if (variants.length === 0) {
        remark("This model has no variants. Choose another: ai models");
        return;
    }
    const chosen = settings.get("opencc.variant") as unknown;
    const listing = start();
    for (const variant of variants) add(listing, `${variant === chosen ? "*" : " "} ${variant}`);
    showListing(listing);
}

const variants: AiCommand = {
    name: "variants",
    usage: "ai variants",
    purpose: "List the model's variants",
    run,
    show,
};

export = variants;
