/** Calls about what can be chosen: models, agents, variants, and commands of opencode's configuration. */
import { listOf } from "../../trapos/json";
import { nearest } from "../../trapos/nearest";
import { toUtf8 } from "../../trapos/utf8";
import type { Client } from "../client";
import { fail, type Code } from "../failure";
import { keep, recall } from "../known";
import type { Agent, Model, Session } from "../protocol";
import { changeSettings } from "../settings";
import type { AgentSummary, CommandSummary, ModelSummary } from "../types";
import { currentFolder, currentSession } from "../openasks";

/** How many models count as recent. */
const MOST_RECENT = 5;

/**
 * The model that the next prompt in a session asks, as "provider/model": that of the settings, of the session, or of the
 * server.
 * @param session absent for a new one
 */
export function modelOf(client: Client, session: Session | undefined): string | undefined {
    const settings = client.settings;
    if (settings.model !== undefined) return settings.model;
    const used = session && session.model;
    if (used !== undefined) return `${used.providerID}/${used.id}`;
    return client.face.readList(client, "config", settings.directory).model;
}

/** The model that the next prompt of this computer asks. */
function currentModel(client: Client): string | undefined {
    const model = client.settings.model;
    if (model !== undefined) return model;
    return modelOf(client, currentSession(client));
}

function summaryOf(id: string, model: Model, isCurrent: boolean): ModelSummary {
    const variants: string[] = [];
    for (const [name] of pairs(model.variants ?? {})) table.insert(variants, name);
    table.sort(variants);
    const limit = model.limit ?? {};
    const cost = model.cost ?? {};
    return {
        id,
        name: model.name ?? id,
        context: limit.context,
        output: limit.output,
        inputCost: cost.input,
        outputCost: cost.output,
        variants: listOf(variants),
        current: isCurrent,
    };
}

/** The models, in the order of their names. */
function modelsByName(client: Client, current: string | undefined): ModelSummary[] {
    const found: ModelSummary[] = [];
    for (const provider of client.face.readList(client, "providers", currentFolder(client)).providers) {
        for (const [name, model] of pairs(provider.models)) {
            const id = `${provider.id}/${name}`;
            table.insert(found, summaryOf(id, model, id === current));
        }
    }
    table.sort(found, (a, b) => a.id < b.id);
    return found;
}

function idsOf(found: readonly ModelSummary[]): string[] {
    const ids: string[] = [];
    for (const model of found) table.insert(ids, model.id);
    return ids;
}

/** The models, the recently chosen ones first. */
export function models(client: Client): readonly ModelSummary[] {
    const found = modelsByName(client, currentModel(client));
    keep(client.disk, { models: idsOf(found) });
    const ordered: ModelSummary[] = [];
    const isPlaced: Record<string, true | undefined> = {};
    for (const recent of recall(client.disk).recent ?? []) {
        for (const model of found) {
            if (model.id === recent && !isPlaced[recent]) {
                isPlaced[recent] = true;
                table.insert(ordered, model);
            }
        }
    }
    for (const model of found) {
        if (!isPlaced[model.id]) table.insert(ordered, model);
    }
    return ordered;
}

/** The one that a name means: all of it, or what it alone is a part of. */
function meant<T>(
    wanted: string,
    code: Code,
    found: readonly T[],
    nameOf: (this: void, one: T) => string,
): T {
    const names: string[] = [];
    const parts: T[] = [];
    for (const one of found) {
        const name = nameOf(one);
        if (name === wanted) return one;
        table.insert(names, name);
        const [at] = string.find(string.lower(name), string.lower(wanted), 1, true);
        if (at !== undefined) table.insert(parts, one);
    }
    if (parts.length === 1) return parts[0]!;
    throw fail(code, { wanted, known: nearest(wanted, names) });
}

/** The chosen model first among the recent ones. */
function noteRecent(client: Client, id: string): void {
    const recent = [id];
    for (const other of recall(client.disk).recent ?? []) {
        if (other !== id && recent.length < MOST_RECENT) table.insert(recent, other);
    }
    keep(client.disk, { recent });
}

export function chooseModel(client: Client, wanted?: string): ModelSummary | undefined {
    if (wanted === undefined) {
        changeSettings(client.store, [["provider_id"], ["model_id"], ["variant"]]);
        return undefined;
    }
    const model = meant(toUtf8(wanted), "unknown_model", modelsByName(client, undefined), (one) => one.id);
    const [provider, id] = string.match(model.id, "^([^/]+)/(.+)$");
    // A variant is one of the model that it was chosen for.
    changeSettings(client.store, [["provider_id", provider], ["model_id", id], ["variant"]]);
    noteRecent(client, model.id);
    model.current = true;
    return model;
}

function agentSummary(client: Client, agent: Agent): AgentSummary {
    return {
        name: agent.name,
        description: agent.description,
        subagent: agent.mode === "subagent",
        current: agent.name === client.settings.agent,
    };
}

/** The agents that are not hidden, those that are meant for prompts first. */
export function agents(client: Client): readonly AgentSummary[] {
    const found: AgentSummary[] = [];
    const others: AgentSummary[] = [];
    for (const agent of client.face.readList(client, "agents", currentFolder(client))) {
        const list = agent.mode === "subagent" ? others : found;
        if (agent.hidden !== true) table.insert(list, agentSummary(client, agent));
    }
    for (const agent of others) table.insert(found, agent);
    const names: string[] = [];
    for (const agent of found) table.insert(names, agent.name);
    keep(client.disk, { agents: names });
    return found;
}

export function chooseAgent(client: Client, wanted?: string): string | undefined {
    let agent: string | undefined;
    if (wanted !== undefined)
        agent = meant(toUtf8(wanted), "unknown_agent", agents(client), (one) => one.name).name;
    changeSettings(client.store, [["agent", agent]]);
    return agent;
}

/** The variants of the model that the next prompt asks. */
export function variants(client: Client): readonly string[] {
    const current = currentModel(client);
    for (const model of modelsByName(client, current)) {
        if (model.current) {
            keep(client.disk, { variants: model.variants });
            return model.variants;
        }
    }
    throw fail("unknown_model", { wanted: current ?? "", known: "" });
}

export function chooseVariant(client: Client, wanted?: string): string | undefined {
    let variant: string | undefined;
    if (wanted !== undefined)
        variant = meant(toUtf8(wanted), "unknown_variant", variants(client), (one) => one);
    changeSettings(client.store, [["variant", variant]]);
    return variant;
}

export function commands(client: Client): readonly CommandSummary[] {
    const found: CommandSummary[] = [];
    const names: string[] = [];
    for (const command of client.face.readList(client, "commands", currentFolder(client))) {
        table.insert(found, { name: command.name, description: command.description });
        table.insert(names, command.name);
    }
    keep(client.disk, { commands: names });
    return found;
}
