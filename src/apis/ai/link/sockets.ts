/** A connection over a websocket. */
import { decode } from "../../trapos/json";
import type { Destination, Listener, Transport } from "./transport";

/** Opens a websocket to the bridge. Raises CC's reason where websockets are off. */
export function openSocket(destination: Destination, listener: Listener): Transport {
    const [address] = string.gsub(destination.address, "^http", "ws");
    const url = `${address}/link?connection=${destination.connection}`;
    const open = http.websocketAsync as unknown as (this: void, options: object) => unknown;
    open({
        url,
        headers: { Authorization: `Bearer ${destination.token}` },
        timeout: destination.seconds,
    });
    let socket: WebSocket | undefined;
    return {
        send: (text) => {
            socket!.send(text, true);
        },
        handle: (event, first, second) => {
            if (first !== url) return false;
            if (event === "websocket_success") {
                socket = second as WebSocket;
                listener.opened();
            } else if (event === "websocket_message") listener.heard(decode(second as string));
            else if (event === "websocket_failure") listener.ended(tostring(second));
            else if (event === "websocket_closed")
                listener.ended(second === undefined ? "closed" : tostring(second));
            return true;
        },
        close: () => {
            const given = socket;
            socket = undefined;
            if (given !== undefined) pcall(() => given.close());
        },
    };
}
