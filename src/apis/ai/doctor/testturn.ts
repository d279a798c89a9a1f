/** A turn that tests the whole way to the model, in a session of its own that is gone afterwards. */
import { outcome } from "../../trapos/failure";
import { copy } from "../copy";
import { drive, stop, type Server } from "../drive";
import { fail } from "../failure";
import { forgetTurn, newNonce, type TurnRecord } from "../session";
import type { Reply } from "../types";

/** What the model is asked. */
const TEST_PROMPT = "Reply with the single word: pong";

const TITLE = "ComputerCraft: a test";

/** Deletes the session, unless its turn is in the middle of its start: opencode would break. */
function remove(server: Server, record: TurnRecord, isOver: boolean): void {
    forgetTurn(server.disk, record.nonce);
    if (!isOver) {
        const start = { sessionId: record.sessionId, isOurs: true, baselineId: record.baselineId };
        if (stop(server, start, record.directory).outcome === "starting") return;
    }
    // Where that fails the session stays, which harms nobody.
    outcome(() => server.face.deleteSession(server, record.sessionId));
}

/**
 * Asks the model for one word. Raises its failure; Ctrl+T stops the turn. The session is deleted either way, but for one
 * whose turn is still being started.
 * @param server the settings say which model and agent
 * @param seconds how long it may take at most
 */
export function testTurn(server: Server, seconds: number): Reply {
    // A wait in vain is none of the player's session's.
    const settings = copy(server.settings, {} as Server["settings"] & { reset_session_on_timeout: string });
    settings.reset_session_on_timeout = "false";
    const own = copy(server, {} as { -readonly [K in keyof Server]: Server[K] });
    own.settings = settings;
    const session = own.face.createSession(own, TITLE);
    own.face.beforePrompt(own, session, settings);
    const record: TurnRecord = {
        dialect: own.face.dialect(own),
        nonce: newNonce(own.now()),
        sessionId: session.id,
        directory: session.directory,
        text: TEST_PROMPT,
        sentAt: own.now(),
        model: settings.model,
        agent: settings.agent,
        variant: settings.variant,
    };
    const end = own.now() + seconds * 1000;
    const options = {
        idleTimeout: seconds,
        onProgress: () => {
            if (own.now() > end) throw fail("no_progress", { seconds });
        },
    };
    const [isOver, reply] = pcall(() => drive(own, record, options, false));
    remove(own, record, isOver);
    if (!isOver) error(reply, 0);
    return reply;
}
