import { OpencodeFailure } from "trapos-opencode";
import type { RequestFailure } from "../../../../src/apis/ai/turn.ts";

/** A request that failed, as the turn machine is told of it. */
export function failureOf(error: unknown): RequestFailure {
    if (error instanceof OpencodeFailure) return { code: error.code, message: error.message };
    throw error;
}
