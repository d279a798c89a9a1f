/** `ai models [search]`: lists the models that the server has, the recently chosen ones first. */
import { listOf } from "../../trapos/json";
import { add, show as showListing, start } from "../../trapos/listing";
import { choose } from "../../trapos/chooser";
import { isInteractive } from "../../trapos/interactive";
import { remark, say } from "../../trapos/screen";
import { cut, oneLine, tokensText } from "../../trapos/text";
import type { AiCommand, Context } from "../command";
import type { ModelSummary } from "../types";
import { wait } from "../view/waiting";

function run(context: Context, words: readonly string[]): readonly ModelSummary[] {
    const wanted = string.lower(words[0] ?? "");
    const found: ModelSummary[] = [];
    for (const model of wait(context.options, () => context.ai.models())) {
        const [at] = string.find(string.lower(`${model.id} ${model.name}`), wanted, 1, true);
        if (at !== undefined) table.insert(found, model);
    }
    return listOf(found);
}

/** How much it can read, and what a million tokens of reading and writing cost. */
function detailOf(model: ModelSummary): string | undefined {
    const details: string[] = [];
    if ((model.context ?? 0) > 0) table.insert(details, tokensText(model.context!));
    if ((model.inputCost ?? 0) > 0)
        table.insert(details, string.format("$%g/%g", model.inputCost!, model.outputCost ?? 0));
    return details.length === 0 ? undefined : table.concat(details, " ");
}

function nameOf(model: ModelSummary, id: string): string {
    return `${model.current ? "*" : " "} ${id}`;
}

/** A model on one row, with what is told of it where there is room. */
function rowOf(model: ModelSummary, width: number): string {
    const name = nameOf(model, oneLine(model.id));
    const detail = detailOf(model) ?? "";
    const gap = width - name.length - detail.length;
    return gap > 0 ? name + string.rep(" ", gap) + detail : cut(name, width);
}

/** Lets somebody choose the model that is asked from now on. */
function chooseOne(context: Context, models: readonly ModelSummary[]): void {
    const choice = choose({
        rows: (width) => {
            const rows: string[] = [];
            for (const model of models) table.insert(rows, rowOf(model, width));
            return rows;
        },
        enter: "ask it",
    });
    if (choice === undefined) return;
    const chosen = wait(context.options, () => context.ai.chooseModel(models[choice.index - 1]!.id));
    if (chosen !== undefined) say(`Asking from now on: ${chosen.id}`);
}

/** Says why there is nothing to show. */
function showNone(search: string | undefined): void {
    if (search === undefined) remark("The server has no models. Look at its configuration.");
    else remark(`No model fits "${search}". See all: ai models`);
}

function show(context: Context, models: readonly ModelSummary[], words: readonly string[]): void {
    if (models.length === 0) {
        showNone(words[0]);
        return;
    }
    if (isInteractive()) {
        chooseOne(context, models);
        return;
    }
    const listing = start();
    for (const model of models) add(listing, nameOf(model, model.id), undefined, detailOf(model));
    showListing(listing);
}

const models: AiCommand = {
    name: "models",
    usage: "ai models [search]",
    purpose: "List them; * is asked",
    section: "Models and agents",
    most: 1,
    run,
    show,
};

export = models;
