/** The names that prompts may give of models and agents, as a server lists them. */
import type { ListValues } from "./protocol";

/** The models that a folder's sessions can ask, as "provider/model". */
export function modelsIn(value: ListValues["providers"]): string[] {
    const names: string[] = [];
    for (const provider of value.providers) {
        for (const [id] of pairs(provider.models)) names.push(`${provider.id}/${id}`);
    }
    table.sort(names);
    return names;
}

/** The variants of a model, which is called "provider/model"; nothing where the list does not have it. */
export function variantsIn(value: ListValues["providers"], wanted: string): string[] | undefined {
    for (const provider of value.providers) {
        for (const [id, model] of pairs(provider.models)) {
            if (`${provider.id}/${id}` === wanted) {
                const names: string[] = [];
                for (const [name] of pairs(model.variants ?? {})) names.push(name);
                table.sort(names);
                return names;
            }
        }
    }
    return undefined;
}

/** The agents that are told of. */
export function shownAgents(agents: ListValues["agents"]): string[] {
    const names: string[] = [];
    for (const agent of agents) {
        if (agent.hidden !== true) names.push(agent.name);
    }
    return names;
}

/**
 * The agents that a folder's sessions can ask, those that are meant for it first. Subagents and hidden ones answer a
 * prompt, too (1.18.33).
 */
export function agentsIn(agents: ListValues["agents"]): string[] {
    const names: string[] = [];
    const others: string[] = [];
    for (const agent of agents) {
        const isMeant = agent.hidden !== true && agent.mode !== "subagent";
        table.insert(isMeant ? names : others, agent.name);
    }
    for (const name of others) names.push(name);
    return names;
}
