/** `ai agents`: lists the agents that the server has. */
import { listOf } from "../../trapos/json";
import { add, show as showListing, start } from "../../trapos/listing";
import type { AiCommand, Context } from "../command";
import type { AgentSummary } from "../types";
import { wait } from "../view/waiting";

function run(context: Context): readonly AgentSummary[] {
    return listOf(wait(context.options, () => context.ai.agents()));
}

function show(_context: Context, agents: readonly AgentSummary[]): void {
    const listing = start();
    for (const agent of agents) {
        const mark = agent.current ? "*" : " ";
        const kind = agent.subagent ? " (subagent)" : "";
        add(listing, `${mark} ${agent.name}${kind}`);
        if (agent.description !== undefined) add(listing, `  ${agent.description}`, colours.lightGrey);
    }
    showListing(listing);
}

const agents: AiCommand = {
    name: "agents",
    usage: "ai agents",
    purpose: "List them; * is asked",
    run,
    show,
};

export = agents;
