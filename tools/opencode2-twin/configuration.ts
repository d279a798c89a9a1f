/** What a server is told by its configuration: written as opencode 1 or as opencode 2 writes it. Source: opencode.ai/docs/config, /v2/docs. */
import { provider, type Permission } from "trapos-opencode";
import type { ModelRef, Rule } from "./types.ts";

/** A model that the server may ask. */
export interface Model {
    id: string;
    providerID: string;
    name: string;
    baseUrl: string;
    apiKey: string | undefined;
    limit: { context: number; output: number };
    cost: { input: number; output: number };
    /** What a variant adds to a request's body, by the variant's name. */
    variants: Record<string, Record<string, unknown>>;
}

export interface Agent {
    id: string;
    description?: string;
    mode: "primary" | "subagent" | "all";
    hidden: boolean;
    system?: string;
    model?: ModelRef;
    /** What holds for it before the configuration's rules. */
    permissions: Rule[];
    /** What the configuration says of it: behind the configuration's rules for all. */
    ownRules: Rule[];
}

export interface Command {
    name: string;
    template: string;
    description?: string;
    agent?: string;
    model?: ModelRef;
}

export interface Configuration {
    models: Model[];
    providers: { id: string; name: string; baseUrl: string }[];
    defaultModel: ModelRef | undefined;
    agents: Agent[];
    commands: Command[];
    rules: Rule[];
    /** The files it was read of, for `/api/config`. */
    sources: { source: string; config: Record<string, unknown> }[];
}

type Table = Record<string, unknown>;

function table(value: unknown): Table {
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Table) : {};
}

function textIn(value: Table, key: string): string | undefined {
    const found = value[key];
    return typeof found === "string" ? found : undefined;
}

function numberIn(value: Table, key: string, otherwise: number): number {
    const found = value[key];
    return typeof found === "number" ? found : otherwise;
}

/** Opencode 2's words for what opencode 1 calls otherwise. Both edit, whatever tool does it. */
const actionNames: Readonly<Record<string, string>> = {
    bash: "shell",
    task: "subagent",
    write: "edit",
    patch: "edit",
    apply_patch: "edit",
};

const effects = ["allow", "ask", "deny"] as const;

function effectOf(value: unknown): Rule["effect"] | undefined {
    return effects.find((effect) => effect === value);
}

/**
 * The rules that a permission of opencode 1 comes to.
 * @param permission actions by permission, or by permission and pattern; or one action for all
 */
export function rulesOf(permission: Permission | string | undefined): Rule[] {
    if (typeof permission === "string") {
        const effect = effectOf(permission);
        return effect === undefined ? [] : [{ action: "*", resource: "*", effect }];
    }
    return Object.entries(permission ?? {}).flatMap(([name, said]): Rule[] => {
        const action = actionNames[name] ?? name;
        if (typeof said === "string") return [{ action, resource: "*", effect: said }];
        return Object.entries(said).map(([resource, effect]) => ({ action, resource, effect }));
    });
}

/** The rules in a configuration or an agent of it: `permissions` is opencode 2's, `permission` opencode 1's. */
function rulesIn(value: Table): Rule[] {
    const rules = value["permissions"];
    if (Array.isArray(rules)) return rules as Rule[];
    return rulesOf(value["permission"] as Permission | string | undefined);
}

/** "provider/model" or "provider/model#variant". */
export function modelRef(name: string): ModelRef | undefined {
    const [, providerID, id, variant] = /^([^/]+)\/([^#]+)(?:#(.+))?$/.exec(name) ?? [];
    if (providerID === undefined || id === undefined) return undefined;
    return { providerID, id, ...(variant === undefined ? {} : { variant }) };
}

function modelIn(value: Table): ModelRef | undefined {
    const name = textIn(value, "model");
    return name === undefined ? undefined : modelRef(name);
}

function modelsOf(providerID: string, said: Table): Model[] {
    const options = table(said["options"] ?? said["settings"]);
    const baseUrl = textIn(options, "baseURL") ?? "";
    return Object.entries(table(said["models"])).map(([id, value]) => {
        const model = table(value);
        const limit = table(model["limit"]);
        const cost = table(model["cost"]);
        return {
            id,
            providerID,
            name: textIn(model, "name") ?? id,
            baseUrl,
            apiKey: textIn(options, "apiKey"),
            limit: {
                context: numberIn(limit, "context", 200_000),
                output: numberIn(limit, "output", 32_000),
            },
            cost: { input: numberIn(cost, "input", 0), output: numberIn(cost, "output", 0) },
            variants: Object.fromEntries(
                Object.entries(table(model["variants"])).map(([name, body]) => [name, table(body)]),
            ),
        };
    });
}

const everything: Rule[] = [
    { action: "*", resource: "*", effect: "allow" },
    { action: "external_directory", resource: "*", effect: "ask" },
    { action: "read", resource: "*.env", effect: "ask" },
    { action: "read", resource: "*.env.*", effect: "ask" },
];

/** The agents that there are without any configuration. */
function builtInAgents(): Agent[] {
    const agent = (
        id: string,
        mode: Agent["mode"],
        description: string,
        more: Partial<Agent> = {},
    ): Agent => ({ id, mode, description, hidden: false, permissions: everything, ownRules: [], ...more });
    const nothing: Rule[] = [{ action: "*", resource: "*", effect: "deny" }];
    const readOnly: Rule[] = [...everything, { action: "edit", resource: "*", effect: "deny" }];
    return [
        agent("build", "primary", "Does the work. Runs tools as far as its permissions allow."),
        agent("plan", "primary", "Plans, and changes no file.", { permissions: readOnly }),
        agent("general", "subagent", "Does one thing for another agent."),
        agent("explore", "subagent", "Looks around, and changes no file.", { permissions: readOnly }),
        agent("title", "primary", "Names sessions.", { hidden: true, permissions: nothing }),
        agent("compaction", "primary", "Sums up sessions.", { hidden: true, permissions: nothing }),
    ];
}

type Sources = readonly { readonly config: Table }[];

/** What all sources say of something, under opencode 1's name for it or 2's. */
function entriesOf(sources: Sources, former: string, name: string): [string, unknown][] {
    const tables = sources.flatMap(({ config }) => [table(config[former]), table(config[name])]);
    return Object.entries(Object.assign({}, ...tables) as Table);
}

/** The agents of a configuration, on top of those that there are anyway. */
function agentsIn(sources: Sources): Agent[] {
    const agents = builtInAgents();
    for (const [id, value] of entriesOf(sources, "agent", "agents")) {
        const said = table(value);
        const known = agents.find((agent) => agent.id === id);
        const mode = textIn(said, "mode");
        const agent: Agent = {
            id,
            description: textIn(said, "description") ?? known?.description,
            mode: mode === "primary" || mode === "subagent" ? mode : (known?.mode ?? "all"),
            hidden: said["hidden"] === true || (known?.hidden ?? false),
            system: textIn(said, "prompt") ?? textIn(said, "system") ?? known?.system,
            model: modelIn(said) ?? known?.model,
            permissions: known?.permissions ?? everything,
            ownRules: rulesIn(said),
        };
        if (known === undefined) agents.push(agent);
        else agents.splice(agents.indexOf(known), 1, agent);
    }
    return agents;
}

function commandsIn(sources: Sources): Command[] {
    return entriesOf(sources, "command", "commands").map(([name, value]) => {
        const said = table(value);
        return {
            name,
            template: textIn(said, "template") ?? "",
            description: textIn(said, "description"),
            agent: textIn(said, "agent"),
            model: modelIn(said),
        };
    });
}

/**
 * Reads configurations.
 * @param sources as opencode.json has them, in opencode 1's words or 2's; what a later one says of something wins
 */
export function readConfiguration(sources: Configuration["sources"]): Configuration {
    const providers = entriesOf(sources, "provider", "providers");
    const models = providers.flatMap(([id, said]) => modelsOf(id, table(said)));
    const first = models[0];
    return {
        models,
        providers: providers.map(([id, said]) => ({
            id,
            name: textIn(table(said), "name") ?? id,
            baseUrl: textIn(table(table(said)["options"] ?? table(said)["settings"]), "baseURL") ?? "",
        })),
        defaultModel:
            sources.map(({ config }) => modelIn(config)).findLast((model) => model !== undefined) ??
            (first && { id: first.id, providerID: first.providerID }),
        agents: agentsIn(sources),
        commands: commandsIn(sources),
        rules: sources.flatMap(({ config }) => rulesIn(config)),
        sources,
    };
}

/**
 * The configuration of a server whose only provider is an OpenAI-compatible endpoint.
 * @param details what is said more of its models, by their names
 * @param permission opencode 1's words for what it may do
 * @param more opencode.json's keys that are set besides
 */
export function scriptedConfiguration(
    endpoint: { baseUrl: string; details?: Readonly<Record<string, object>> },
    permission: Permission,
    more: Record<string, unknown> = {},
): Configuration {
    return readConfiguration([
        {
            source: "opencode.json",
            config: {
                model: `${provider.id}/${provider.models[0]}`,
                permission,
                provider: {
                    [provider.id]: {
                        name: provider.name,
                        options: { baseURL: endpoint.baseUrl, apiKey: "none" },
                        models: Object.fromEntries(
                            provider.models.map((id) => [
                                id,
                                { name: `Scripted ${id}`, ...endpoint.details?.[id] },
                            ]),
                        ),
                    },
                },
                ...more,
            },
        },
    ]);
}
