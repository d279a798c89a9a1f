/** `ai todo`: lists what the agent means to do. */
import { listOf } from "../../trapos/json";
import { add, show as showListing, start } from "../../trapos/listing";
import { remark } from "../../trapos/screen";
import type { AiCommand, Context } from "../command";
import type { Todo } from "../types";
import { wait } from "../view/waiting";

const MARKS: Readonly<Record<string, string | undefined>> = {
    completed: "[x]",
    in_progress: "[>]",
    cancelled: "[-]",
};

function run(context: Context): readonly Todo[] {
    return listOf(wait(context.options, () => context.ai.todo(context.options.session)));
}

function show(_context: Context, todos: readonly Todo[]): void {
    if (todos.length === 0) {
        remark("The agent has no list of things to do.");
        return;
    }
    const listing = start();
    for (const entry of todos) {
        const isOpen = entry.status === "in_progress" || entry.status === "pending";
        const colour = isOpen ? undefined : colours.lightGrey;
        add(listing, `${MARKS[entry.status] ?? "[ ]"} ${entry.content}`, colour);
    }
    showListing(listing);
}

const todo: AiCommand = {
    name: "todo",
    usage: "ai todo",
    purpose: "List what the agent means to do",
    run,
    show,
};

export = todo;
