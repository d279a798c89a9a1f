/** How what `ai` and libai do fails. */
import { makeFailure, type Failure, type Result } from "../trapos/failure";
import { failures, type Code } from "./codes";

export { failures };
export type { Code, Failure, Result };

/**
 * Makes a failure.
 * @param detail values for the `{name}`s in its message and hint
 * @param text what the model had written, where there is any
 * @returns the failure, which `tostring` turns into message and hint
 */
export function fail(code: Code, detail?: Record<string, unknown>, text?: string): Failure {
    return makeFailure(failures, code, detail, text);
}
