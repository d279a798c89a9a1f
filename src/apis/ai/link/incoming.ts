/** What the computer's end of the link is told. */
import { decode, encode } from "../../trapos/json";
import { reader } from "../../trapos/shape";
import { acknowledge, openChannel, receive, resume } from "./channel";
import * as frames from "./frames";
import { MESSAGE } from "./names";
import { flush, release, write } from "./outgoing";
import { whyClosed } from "./problems";
import { lose, setState, type Link } from "./state";

const readFrame = reader(frames.frame);
const readers: Record<string, ((this: void, value: unknown) => unknown) | undefined> = {};
for (const [name, shape] of pairs(frames.fromBridge)) readers[name] = reader(shape);

/** Tells whoever waits for something of the channel that is no more. Turns are followed anew by those who wait for them. */
function beginAnew(link: Link): void {
    const calls = link.calls;
    link.calls = {};
    const detail = { url: link.address, what: "the connection was lost" };
    for (const [id] of pairs(calls))
        os.queueEvent(MESSAGE, { type: "failure", id, code: "network_error", detail });
    if (link.channelName !== undefined) os.queueEvent(MESSAGE, { type: "gap" });
}

/** The bridge takes this computer. */
function beWelcome(link: Link, welcome: frames.Welcome): void {
    const goesOn = welcome.resume === "ok" && resume(link.channel, welcome.received);
    if (!goesOn) {
        link.channel = openChannel();
        // Those of a message that was cut by a lost connection come no second time where the channel goes on.
        link.pieces = [];
        beginAnew(link);
    }
    link.channelName = welcome.channel;
    link.pause = 0;
    setState(link, {
        state: "open",
        isPolling: link.isPolling,
        name: welcome.name,
        owner: welcome.owner,
        profile: welcome.profile,
        bridge: welcome.bridge,
        opencode: welcome.opencode,
    });
    release(link);
}

/** Takes a message of the bridge's. */
function take(link: Link, given: unknown): void {
    const name = (given as { readonly type?: string } | undefined)?.type;
    const read = name === undefined ? undefined : readers[name];
    const message = read && read(given);
    if (message === undefined) {
        lose(link, "link_protocol", `a message of the kind ${tostring(name)}`);
        return;
    }
    const id = (message as { readonly id?: string }).id;
    if (id !== undefined) link.calls[id] = undefined;
    os.queueEvent(MESSAGE, message);
}

/** Takes a frame that carries a message or a piece of one. */
function takeNumbered(link: Link, frame: frames.Frame): void {
    const order = receive(link.channel, frame.sequence!);
    if (order === "gap") {
        lose(link, "link_protocol", "frames out of order");
        return;
    }
    if (order === "old") return;
    if (frame.piece === undefined) {
        take(link, frame.message);
        return;
    }
    table.insert(link.pieces, frame.piece);
    if (frame.more === true) return;
    const text = table.concat(link.pieces);
    link.pieces = [];
    take(link, decode(text));
}

/** Takes a frame. */
export function hear(link: Link, given: unknown): void {
    link.heardAt = os.clock();
    const frame = readFrame(given);
    if (frame === undefined) lose(link, "link_protocol", "a frame that is none");
    else if (frame.welcome !== undefined) beWelcome(link, frame.welcome);
    else if (frame.bye !== undefined) {
        const why = whyClosed(frame.bye.code);
        lose(link, why.code, frame.bye.message ?? frame.bye.code, why.isFinal);
    } else if (frame.ping === true) write(link, encode({ pong: true }));
    else if (frame.acknowledge !== undefined) {
        if (!acknowledge(link.channel, frame.acknowledge)) lose(link, "link_protocol", "a wrong number");
    } else if (frame.sequence !== undefined) takeNumbered(link, frame);
    flush(link);
}
