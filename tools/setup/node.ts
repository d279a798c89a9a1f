/**
 * Options by which Node runs this project's TypeScript as it stands, packages of host/ among it: their `exports` have a
 * condition for their sources. run.mjs, which runs before anything is installed, has them too.
 */
export const nodeOptions: readonly string[] = ["--conditions=trapos-source", "--import", "tsx"];
