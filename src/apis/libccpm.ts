/** The package manager for programs: `local ccpm = require("/apis/libccpm")()`. */
import type { Ccpm, Environment } from "./ccpm/types";

/**
 * Makes a package manager. It keeps nothing in memory: the state is read anew by each call.
 * @param environment stand-ins for what the computer provides, and who is told of progress and notes
 * @returns its functions
 */
function createCcpm(this: void, environment?: Environment): Ccpm {
    return error(`libccpm is not complete yet (${tostring(environment)})`, 0);
}

export = createCcpm;
