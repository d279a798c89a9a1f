/** How opencode 1 is told what somebody has decided: permissions and questions that wait. */
import { listOf } from "../../trapos/json";
import { percentEncode } from "../../trapos/utf8";
import type { PermissionReply } from "../ask";
import type { Connection } from "./face";
import { call, query } from "./request";

/** Answers a permission that waits. */
export function answerPermission(
    server: Connection,
    id: string,
    reply: PermissionReply,
    message: string | undefined,
    directory: string | undefined,
): void {
    const path = `/permission/${percentEncode(id)}/reply${query({ directory })}`;
    call(server, path, { body: { reply, message } });
}

/** Answers a question that waits. */
export function answerQuestion(
    server: Connection,
    id: string,
    answers: readonly (readonly string[])[],
    directory: string | undefined,
): void {
    const lists: (readonly string[])[] = [];
    for (const labels of answers) lists.push(listOf(labels));
    const path = `/question/${percentEncode(id)}/reply${query({ directory })}`;
    call(server, path, { body: { answers: listOf(lists) } });
}

/** Refuses to answer a question that waits. */
export function rejectQuestion(server: Connection, id: string, directory: string | undefined): void {
    call(server, `/question/${percentEncode(id)}/reject${query({ directory })}`, { body: {} });
}
