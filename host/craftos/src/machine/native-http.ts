import { FileHandle, MemorySource } from "./file-handle.ts";
import type { Queued } from "./event-queue.ts";
import type { HandleTable } from "./handle-table.ts";
import type { HttpClient } from "./http-client.ts";
import { HttpError } from "./http-rules.ts";
import type { HostFunctions } from "./lua-vm.ts";
import type { LuaTable, LuaValue, ReceivedValue } from "./wire.ts";

/** Answers `true`, or `false` and the reason where a request cannot even begin. */
function begin(start: () => void): LuaValue[] {
    try {
        start();
        return [true];
    } catch (error) {
        if (error instanceof HttpError) return [false, error.message];
        throw error;
    }
}

/** The pairs of strings in a table; CC ignores any others. */
export function textPairs(table: LuaTable | undefined): Map<string, string> {
    const isText = (pair: [ReceivedValue, ReceivedValue]): pair is [string, string] =>
        typeof pair[0] === "string" && typeof pair[1] === "string";
    return new Map([...(table ?? [])].filter(isText));
}

/** Queues an event; `whenLost` is called when the program does not get it. */
export type Offer = (event: string, args: readonly LuaValue[], whenLost?: () => void) => Queued;

/** What http is in Node. Every answer is an event. */
export function httpFunctions(client: HttpClient, handles: HandleTable, offer: Offer): HostFunctions {
    return {
        "http.request": (options: LuaTable) =>
            begin(() => {
                const url = options.get("url") as string;
                const binary = options.get("binary") === true;
                const request = {
                    url,
                    body: options.get("body") as string | undefined,
                    headers: textPairs(options.get("headers") as LuaTable | undefined),
                    method: options.get("method") as string | undefined,
                    followRedirects: options.get("redirect") !== false,
                    timeoutSeconds: options.get("timeout") as number | undefined,
                };
                client.request(request, (result) => {
                    if ("failure" in result) {
                        offer("http_failure", [url, result.failure]);
                        return;
                    }
                    const { body, ...response } = result.response;
                    const abilities = { read: true, write: false, seek: true, binary, response };
                    const content = new FileHandle(new MemorySource(body), result.release);
                    const { id, object } = handles.add(content, url, abilities);
                    const drop = (): void => handles.drop(id);
                    if (response.code >= 200 && response.code < 400) {
                        offer("http_success", [url, object], drop);
                    } else {
                        offer("http_failure", [url, response.reason, object], drop);
                    }
                });
            }),
        "http.checkURL": (url: string) =>
            begin(() => {
                client.check(url, (failure) => {
                    if (failure === undefined) offer("http_check", [url, true]);
                    else offer("http_check", [url, false, failure]);
                });
            }),
    };
}
