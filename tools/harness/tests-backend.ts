import type { Backend } from "./backend.ts";
import { craftosPc, findCraftosPc } from "./craftos-pc.ts";
import { ourComputer } from "./our-computer.ts";

/** The variable by which `npm run test:craftos-pc` tells the tests where to run. */
export const backendVariable = "TRAPOS_TEST_BACKEND";

/** Its value for CraftOS-PC; without it tests run on our computer. */
export const craftosPcBackend = "craftos-pc";

/**
 * What the environment says that tests run on.
 * @throws Error with one line for a backend that there is not
 */
export async function testsBackend(
    environment: Readonly<Record<string, string | undefined>>,
): Promise<Backend> {
    const name = environment[backendVariable];
    if (name === undefined) return ourComputer;
    if (name !== craftosPcBackend) throw new Error(`${backendVariable} is ${name}, not ${craftosPcBackend}.`);
    const found = await findCraftosPc(environment);
    if ("missing" in found) throw new Error(found.missing);
    return craftosPc(found.path, environment);
}
