/** `ai model [name|default]`: shows or chooses the model that is asked. */
import { remark, say } from "../../trapos/screen";
import { nearest } from "../../trapos/nearest";
import { ownSettings } from "../../trapos/settingsfile";
import type { AiCommand, Context } from "../command";
import { knownNames } from "../completions";
import { fail } from "../failure";
import { readSettings } from "../settings";
import type { ModelSummary } from "../types";
import { wait } from "../view/waiting";

/** The word that stands for the server's own choice. */
const DEFAULT = "default";

interface Choice {
    readonly model?: ModelSummary;
    readonly isChosen: boolean;
}

function run(context: Context, words: readonly string[]): Choice {
    const name = words[0];
    return wait(context.options, () => {
        if (name !== undefined) {
            const model = context.ai.chooseModel(name === DEFAULT ? undefined : name);
            return { model, isChosen: true };
        }
        const names: string[] = [];
        for (const model of context.ai.models()) {
            if (model.current) return { model, isChosen: false };
            table.insert(names, model.id);
        }
        const wanted = readSettings(ownSettings(fs)).model;
        if (wanted !== undefined) throw fail("unknown_model", { wanted, known: nearest(wanted, names) });
        return { isChosen: false };
    });
}

function show(_context: Context, choice: Choice): void {
    const model = choice.model;
    if (model !== undefined) say(`${choice.isChosen ? "Asking from now on" : "Asking"}: ${model.id}`);
    else if (choice.isChosen) remark("In new sessions the server chooses (ai new).");
    else remark("The server chooses the model.");
}

const model: AiCommand = {
    name: "model",
    usage: "ai model [name|default]",
    purpose: "Show or set the model",
    most: 1,
    complete: () => knownNames("models", DEFAULT),
    run,
    show,
};

export = model;
