/** Whether a job names a model and an agent that there are: opencode takes any name, and nothing comes of a wrong one. */
import type { OpencodeClient } from "trapos-opencode";
import type { ListValues } from "../../../../src/apis/ai/protocol.ts";
import { BridgeFailure } from "../failure.ts";

/** How many names are told of those that there are. */
const MOST_NAMES = 5;

/** "provider/model" of all models. */
export function modelsIn({ providers }: ListValues["providers"]): string[] {
    return providers.flatMap(({ id, models }) => Object.keys(models).map((model) => `${id}/${model}`));
}

function check(code: "unknown_model" | "unknown_agent", wanted: string, there: readonly string[]): void {
    if (there.includes(wanted)) return;
    const known = there.slice(0, MOST_NAMES).map((name) => ` ${name}`);
    throw new BridgeFailure(code, {
        wanted,
        known: known.join("") + (there.length > MOST_NAMES ? " .." : ""),
    });
}

/**
 * Fails for a name that is not there.
 * @throws BridgeFailure "unknown_model", "unknown_agent"; OpencodeFailure where the lists cannot be had
 */
export async function checkNames(
    client: OpencodeClient,
    directory: string,
    { model, agent }: { readonly model?: string | undefined; readonly agent?: string | undefined },
): Promise<void> {
    if (model !== undefined)
        check("unknown_model", model, modelsIn(await client.readList("providers", directory)));
    if (agent === undefined) return;
    const agents = await client.readList("agents", directory);
    check(
        "unknown_agent",
        agent,
        agents.filter(({ hidden, mode }) => hidden !== true && mode !== "subagent").map(({ name }) => name),
    );
}
