import type { OpencodeClient } from "trapos-opencode";
import { carriesNonce } from "../../../../src/apis/ai/messages.ts";
import type { Message } from "../../../../src/apis/ai/protocol.ts";

/** Stands for all messages of a session. */
const ALL = 0;

/** The newest messages of a session, so many; all of them where a prompt is further back: each of a turn's steps is one. */
export async function messagesSince(
    client: OpencodeClient,
    sessionId: string,
    nonce: string,
    most: number,
): Promise<readonly Message[]> {
    const messages = await client.getMessages(sessionId, most);
    const isThere = messages.some((message) => message.info.id === nonce || carriesNonce(message, nonce));
    return isThere || messages.length < most ? messages : client.getMessages(sessionId, ALL);
}
