/** `ai agent [name|default]`: shows or chooses the agent that is asked. */
import { remark, say } from "../../trapos/screen";
import { nearest } from "../../trapos/nearest";
import { ownSettings } from "../../trapos/settingsfile";
import type { AiCommand, Context } from "../command";
import { knownNames } from "../completions";
import { fail } from "../failure";
import { readSettings } from "../settings";
import { wait } from "../view/waiting";

/** The word that stands for the server's own choice. */
const DEFAULT = "default";

interface Choice {
    readonly agent?: string;
    readonly isChosen: boolean;
}

function run(context: Context, words: readonly string[]): Choice {
    const name = words[0];
    return wait(context.options, () => {
        if (name !== undefined) {
            const agent = context.ai.chooseAgent(name === DEFAULT ? undefined : name);
            return { agent, isChosen: true };
        }
        const names: string[] = [];
        for (const agent of context.ai.agents()) {
            if (agent.current) return { agent: agent.name, isChosen: false };
            table.insert(names, agent.name);
        }
        const wanted = readSettings(ownSettings(fs)).agent;
        if (wanted !== undefined) throw fail("unknown_agent", { wanted, known: nearest(wanted, names) });
        return { isChosen: false };
    });
}

function show(_context: Context, choice: Choice): void {
    const agent = choice.agent;
    if (agent !== undefined) say(`${choice.isChosen ? "Asking from now on" : "Asking"}: ${agent}`);
    else remark("The server chooses the agent.");
}

const agent: AiCommand = {
    name: "agent",
    usage: "ai agent [name|default]",
    purpose: "Show or set the agent",
    most: 1,
    complete: () => knownNames("agents", DEFAULT),
    run,
    show,
};

export = agent;
