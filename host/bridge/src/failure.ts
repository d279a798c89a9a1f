import type { Code } from "../../../src/apis/ai/codes.ts";

/** Why something was not done, as a computer is told of it: a code of its own table, and what the message there names. */
export class BridgeFailure extends Error {
    readonly code: Code;
    readonly detail: Readonly<Record<string, string>>;

    constructor(code: Code, detail: Readonly<Record<string, string>> = {}) {
        super(`${code}: ${JSON.stringify(detail)}`);
        this.code = code;
        this.detail = detail;
    }
}

/** Something that the profile of the computer does not allow. */
export function forbidden(what: string): BridgeFailure {
    return new BridgeFailure("forbidden", { what });
}
