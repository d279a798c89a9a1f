/** `ai variant [name|default]`: shows or chooses the variant of the model. */
import { remark, say } from "../../trapos/screen";
import type { AiCommand, Context } from "../command";
import { knownNames } from "../completions";
import { wait } from "../view/waiting";

/** The word that stands for none. */
const DEFAULT = "default";

interface Choice {
    readonly variant?: string;
    readonly isChosen: boolean;
}

function run(context: Context, words: readonly string[]): Choice {
    const name = words[0];
    if (name === undefined) {
        const chosen = settings.get("opencc.variant") as string | undefined;
        return { variant: chosen === "" ? undefined : chosen, isChosen: false };
    }
    const wanted = name === DEFAULT ? undefined : name;
    return { variant: wait(context.options, () => context.ai.chooseVariant(wanted)), isChosen: true };
}

function show(_context: Context, choice: Choice): void {
    const variant = choice.variant;
    if (variant !== undefined) say(`${choice.isChosen ? "Asking from now on" : "Asking"}: ${variant}`);
    else remark("No variant is chosen.");
}

const variant: AiCommand = {
    name: "variant",
    usage: "ai variant [name|default]",
    purpose: "Show or set the variant",
    most: 1,
    complete: () => knownNames("variants", DEFAULT),
    run,
    show,
};

export = variant;
