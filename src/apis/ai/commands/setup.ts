/** `ai setup`: asks for all that is needed to reach the model, and tests it. */
import { say } from "../../trapos/screen";
import { ownSettings } from "../../trapos/settingsfile";
import type { AiCommand, Context } from "../command";
import type * as conversationModule from "../setup/conversation";

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler puts imports first. */
const load = require;

function run(context: Context): conversationModule.Done {
    const conversation = load("/apis/ai/setup/conversation") as typeof conversationModule;
    conversation.requirePlayer(context.options.isAttended);
    return conversation.setUp(ownSettings(fs), fs);
}

function show(): void {
    say("Saved. Now type: ai <prompt>");
}

const setup: AiCommand = {
    name: "setup",
    usage: "ai setup",
    purpose: "Tell it the server, and test it",
    run,
    show,
};

export = setup;
