import { HttpError } from "./http-rules.ts";
import { LuaError } from "./lua-error.ts";
import type { HostFunctions } from "./lua-vm.ts";
import { textPairs, type Offer } from "./native-http.ts";
import type { WebsocketClient } from "./websocket-client.ts";
import { LuaObject, type LuaTable } from "./wire.ts";

/**
 * What http.websocket is in Node. Every answer is an event.
 * @param isEnabled false where the game's configuration switches websockets off
 */
export function websocketFunctions(client: WebsocketClient, offer: Offer, isEnabled: boolean): HostFunctions {
    return {
        "websocket.connect": (options: LuaTable) => {
            if (!isEnabled) throw new LuaError("Websocket connections are disabled");
            const url = options.get("url") as string;
            const headers = textPairs(options.get("headers") as LuaTable | undefined);
            try {
                client.connect(url, headers, options.get("timeout") as number | undefined, {
                    opened: (id) => {
                        const object = new LuaObject("websocket", { id, url });
                        offer("websocket_success", [url, object], () => client.close(id));
                    },
                    failed: (reason) => offer("websocket_failure", [url, reason]),
                    received: (data, binary) => offer("websocket_message", [url, data, binary]),
                    closed: (reason, status) => offer("websocket_closed", [url, reason, status]),
                });
                return [true];
            } catch (error) {
                if (error instanceof HttpError) return [false, error.message];
                throw error;
            }
        },
        "websocket.isFull": () => [client.isFull],
        "websocket.isClosed": (id: number) => [client.isClosed(id)],
        "websocket.send": (id: number, message: string, binary: boolean) =>
            client.send(id, Buffer.from(message, "latin1"), binary),
        "websocket.close": (id: number) => client.close(id),
    };
}
