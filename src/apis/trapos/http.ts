/**
 * One HTTP request on CC's asynchronous `http.request`, with an answer or a reason in every case.
 *
 * `http.get` and `http.post` match an answer by its URL alone, so that two requests to one address take each other's
 * answer; here each request gets a URL of its own. Other events that arrive while a request is under way are lost to
 * the coroutine that waits: run it under `parallel` when you need them.
 */

/** What is asked. Strings are bytes and travel unharmed. */
export interface Request {
    readonly url: string;
    readonly method?: string;
    readonly headers?: Record<string, string>;
    readonly body?: string;
    /** Seconds until it counts as timed out, at most 60. */
    readonly timeout: number;
    /** True to go on through Ctrl+T. */
    readonly raw?: boolean;
}

/** What came back: a status with headers (names in lower case) and body, or else the reason why nothing did. */
export interface Response {
    readonly status?: number;
    readonly headers: Record<string, string | undefined>;
    readonly body: string;
    /** CC's own words, as "Domain not permitted", "Could not connect" or "Timed out". */
    readonly reason?: string;
}

let sent = 0;
const start = `${os.epoch("utc")}-${math.random(1, 1e6)}`;

function read(handle: HTTPResponse): Response {
    const headers: Record<string, string | undefined> = {};
    for (const [name, value] of pairs(handle.getResponseHeaders() as unknown as Record<string, string>)) {
        headers[string.lower(name)] = value;
    }
    const response = { status: handle.getResponseCode(), headers, body: handle.readAll() ?? "" };
    handle.close();
    return response;
}

function failed(reason: string): Response {
    return { headers: {}, body: "", reason };
}

/**
 * Sends a request and waits for what comes of it. Never raises, except for Ctrl+T unless `raw` is set.
 * @param request what to send
 * @returns the server's response, whatever its status, or a `reason`
 */
export function send(request: Request): Response {
    if (http === undefined) return failed("http is disabled");
    sent += 1;
    const [query] = string.find(request.url, "?", 1, true);
    const url = `${request.url}${query === undefined ? "?" : "&"}n=${start}-${sent}`;
    const [ok, reason] = http.request({
        url,
        method: request.method ?? "GET",
        headers: request.headers,
        body: request.body,
        timeout: request.timeout,
        binary: true,
    });
    if (!ok) return failed(reason ?? "the request was refused");
    // Computers before CC 1.105 know no timeout of their own, and an answer can be lost when a chunk unloads.
    const timer = os.startTimer(request.timeout + 1);
    const pull = request.raw === true ? os.pullEventRaw : os.pullEvent;
    while (true) {
        const [event, subject, detail, handle] = pull();
        if (event === "timer" && subject === timer) return failed("Timed out");
        if (subject === url) {
            os.cancelTimer(timer);
            if (event === "http_success") return read(detail as HTTPResponse);
            if (event === "http_failure") {
                return handle === undefined ? failed(tostring(detail)) : read(handle as HTTPResponse);
            }
        }
    }
}
