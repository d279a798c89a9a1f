/** Which opencode the end-to-end tests ask: see docs/testing.md. */
import { existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { join, resolve } from "node:path";
import { findBinary, type Opencode, type OpencodeOptions, startOpencode } from "trapos-opencode";
import { pathToFileURL } from "node:url";
import { startPreview } from "../opencode2-preview/index.ts";
import { startTwin } from "../opencode2-twin/index.ts";
import { projectFolder } from "./disk.ts";

/** The variable that names it: `preview`, `twin`, `olderOpencode`, or the path of an opencode 1 or 2. */
export const opencodeVariable = "TRAPOS_TEST_OPENCODE";

/** The variable by which `npm run test:opencode` says which dialect a named program speaks: 1 or 2. */
export const dialectVariable = "TRAPOS_TEST_DIALECT";

/** The oldest opencode that all end-to-end tests are run against. */
export const olderOpencode = "1.14.41";

/** Where `npm run test:opencode` installs it, for itself alone. */
export const olderFolder = join(projectFolder, ".cache", `opencode-${olderOpencode}`);

/** Starts a server. */
export type StartOpencode = (options: OpencodeOptions) => Promise<Opencode>;

/** How long a real server takes to start again. A client tells by it that a server was restarted. */
const restartMilliseconds = 3000;

/** How long the twin rests before it asks a model again that has failed: long enough to be seen. */
const retryMilliseconds = 1500;

/** A stand-in, which has no other model than that it is given. It takes as long as a real server where it matters. */
export async function startTwinServer(options: OpencodeOptions): Promise<Opencode> {
    const { model } = options;
    if (model === undefined) throw new Error("The twin needs a model.");
    if (options.port !== undefined) await pause(restartMilliseconds);
    return startTwin({ ...options, model, doubts: { modelRetryMilliseconds: retryMilliseconds } });
}

/** The servers of this project, by their names. */
const ours: Readonly<Record<string, StartOpencode>> = { preview: startPreview, twin: startTwinServer };

/** The program that a name or a path stands for. */
function programOf(name: string): string {
    if (name !== olderOpencode) return resolve(name);
    return findBinary(pathToFileURL(join(olderFolder, "package.json")).href);
}

/**
 * What the environment says that tests ask.
 * @returns what starts it: the opencode that npm has installed where nothing is said
 * @throws Error with one line for one that is not there
 */
export function testsOpencode(environment: Readonly<Record<string, string | undefined>>): StartOpencode {
    const name = environment[opencodeVariable];
    if (name === undefined || name === "") return startOpencode;
    const own = ours[name];
    if (own !== undefined) return own;
    const binary = programOf(name);
    if (!existsSync(binary)) throw new Error(`${opencodeVariable} is ${name}, which is no program.`);
    return (options) => startOpencode({ ...options, binary });
}
