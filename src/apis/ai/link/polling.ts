/**
 * A connection over HTTP, where websockets are off. One request waits at the bridge for frames, and is sent anew as soon as
 * it is answered; what is sent meanwhile goes with requests of its own, one at a time, each with all that has gathered.
 * Requests are numbered, as they may overtake each other.
 */
import { decode } from "../../trapos/json";
import { reader } from "../../trapos/shape";
import { pollAnswer } from "./frames";
import type { Destination, Listener, Transport } from "./transport";

/** Seconds that a request may take: the bridge answers within 12. */
const REQUEST_SECONDS = 30;

/** Comes once whoever opened the connection has it. */
const OPENED = "trapos_link_opened";

const readAnswer = reader(pollAnswer);

/** A response, as CC hands it over. */
interface Handle {
    readAll(this: void): string | undefined;
    getResponseCode(this: void): number;
    close(this: void): void;
}

/** Begins to poll the bridge: it counts as open at once, as every request stands for itself. */
export function openPolling(destination: Destination, listener: Listener): Transport {
    const base = `${destination.address}/link/poll?connection=${destination.connection}`;
    const headers = {
        Authorization: `Bearer ${destination.token}`,
        "Content-Type": "application/json",
    };
    let waiting: string[] = [];
    let count = 0;
    let isOver = false;
    /** The addresses of the requests that are under way: of the one that waits at the bridge, and of the one beside it. */
    let fetching: string | undefined;
    let sending: string | undefined;

    const end = (reason: string) => {
        if (isOver) return;
        isOver = true;
        listener.ended(reason);
    };
    /** Sends a request with all that waits. */
    const request = (wait: boolean): string => {
        count += 1;
        const url = `${base}&n=${count}`;
        const frames = table.concat(waiting, ",");
        waiting = [];
        const [isBegun, problem] = http.request({
            url,
            method: "POST",
            headers,
            body: `{"connection":"${destination.connection}","number":${count},"wait":${tostring(wait)},"frames":[${frames}]}`,
            timeout: REQUEST_SECONDS,
            binary: true,
        });
        if (!isBegun) end(problem ?? "the request was refused");
        return url;
    };
    const go = () => {
        if (isOver) return;
        if (fetching === undefined) fetching = request(true);
        else if (sending === undefined && waiting.length > 0) sending = request(false);
    };
    /** Takes what a request was answered with. */
    const take = (handle: Handle) => {
        const status = handle.getResponseCode();
        const answer = readAnswer(decode(handle.readAll() ?? ""));
        handle.close();
        if (answer === undefined) {
            end(`HTTP ${status}`);
            return;
        }
        for (const frame of answer.frames) if (!isOver) listener.heard(frame);
        if (answer.closed === true) end("closed");
    };
    // The first request goes with the first frame.
    os.queueEvent(OPENED, base);
    return {
        send: (text) => {
            table.insert(waiting, text);
            go();
        },
        handle: (event, first, second, third) => {
            if (event === OPENED && first === base) {
                if (!isOver) listener.opened();
                return true;
            }
            if (first === undefined || (first !== fetching && first !== sending)) return false;
            if (first === fetching) fetching = undefined;
            else sending = undefined;
            if (event === "http_success") take(second as Handle);
            else if (third === undefined) end(tostring(second));
            else take(third as Handle);
            go();
            return true;
        },
        close: () => {
            isOver = true;
        },
    };
}
