/** How opencode 1 is told what somebody has decided: permissions and questions that wait. */
import { listOf } from "../../../trapos/json";
import type { PermissionReply } from "../../ask";
import type { Connection } from "../face";
import * as routes from "./routes";
import { call } from "./call";

/** Answers a permission that waits. */
export function answerPermission(
    server: Connection,
    id: string,
    reply: PermissionReply,
    message: string | undefined,
    directory: string | undefined,
): void {
    call(server, routes.answerPermission(id, reply, message, directory), {});
}

/** Answers a question that waits. */
export function answerQuestion(
    server: Connection,
    id: string,
    answers: readonly (readonly string[])[],
    directory: string | undefined,
): void {
    const labels: (readonly string[])[] = [];
    for (const chosen of answers) labels.push(listOf(chosen));
    call(server, routes.answerQuestion(id, listOf(labels), directory), {});
}

/** Refuses to answer a question that waits. */
export function rejectQuestion(server: Connection, id: string, directory: string | undefined): void {
    call(server, routes.rejectQuestion(id, directory), {});
}
