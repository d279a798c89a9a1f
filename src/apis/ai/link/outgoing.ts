/** What the computer's end of the link sends. */
import { encode } from "../../trapos/json";
import { confirm, nextFrames, owesAcknowledgement, put } from "./channel";
import * as frames from "./frames";
import { MESSAGE } from "./names";
import { pieces } from "./pieces";
import { lose, type Held, type Link } from "./state";

/** Sends a frame; false where the connection is gone. */
export function write(link: Link, text: string): boolean {
    const transport = link.transport;
    if (transport === undefined) return false;
    const [isSent, problem] = pcall(() => {
        transport.send(text);
    });
    link.saidAt = os.clock();
    if (!isSent) lose(link, "link_down", tostring(problem));
    return isSent;
}

/** Sends what waits, as far as the window is open. */
export function flush(link: Link): void {
    if (link.state.state !== "open") return;
    for (const text of nextFrames(link.channel)) if (!write(link, text)) return;
    if (owesAcknowledgement(link.channel)) write(link, encode({ acknowledge: confirm(link.channel) }));
}

/** Puts a message on its way. */
export function send(link: Link, message: Held["message"]): void {
    const id = message.id;
    if (message.type === "call" && id !== undefined) link.calls[id] = message;
    const text = encode(message);
    const channel = link.channel;
    for (const piece of pieces(text))
        put(channel, (sequence) => {
            if (piece.isWhole) return `{"sequence":${sequence},"message":${text}}`;
            return encode({ sequence, piece: piece.text, more: piece.hasMore });
        });
}

/** Says to whoever handed a message over that it was not sent. */
export function refuse(link: Link, held: Held): void {
    const message = held.message;
    const state = link.state;
    let code = state.code ?? "link_down";
    if (state.state === "unlinked") code = "not_linked";
    const detail = state.detail ?? { url: link.address, what: "it does not answer" };
    if (message.type === "call") os.queueEvent(MESSAGE, { type: "failure", id: message.id, code, detail });
    else if (message.nonce !== undefined)
        os.queueEvent(MESSAGE, { type: "failed", nonce: message.nonce, code, detail, pending: true });
}

/** Hands over what waited for a connection. */
export function release(link: Link): void {
    const held = link.held;
    link.held = [];
    for (const entry of held) send(link, entry.message);
}

/** Begins the conversation on a connection that is open. */
export function greet(link: Link): void {
    const [width, height] = term.getSize();
    const channel = link.channelName;
    write(
        link,
        encode({
            hello: {
                versions: [frames.VERSION],
                computer: os.getComputerID(),
                boot: link.boot,
                label: os.getComputerLabel() as string | undefined,
                width,
                height,
                capabilities: ["jobs", "screen"],
                cursor: channel === undefined ? undefined : { channel, received: link.channel.received },
            },
        }),
    );
}
