/** Who sends a request: a computer, the owner on this machine, or a page in somebody's browser. */
import type { IncomingHttpHeaders } from "node:http";

/** What a request says of where it comes from. */
export interface Sender {
    /** The address of the connection's other end. */
    readonly address: string | undefined;
    readonly headers: IncomingHttpHeaders;
}

/** What proxies say of whom they speak for. */
const FORWARDED = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"];

/**
 * Whether a page in a browser sends this: computers say no Origin, and neither does the owner's command line. A page of the
 * same origin does not say it in a GET, and its Host then names whom it takes us for.
 */
export function isPage({ headers }: Sender): boolean {
    return headers.origin !== undefined || headers["sec-fetch-site"] !== undefined;
}

/** Whether an address is of this machine itself. */
export function isLoopback(address: string | undefined): boolean {
    return address === "::1" || address?.replace(/^::ffff:/, "").startsWith("127.") === true;
}

/**
 * Whether something is asked by this machine itself: from its own address, by a name that no one else can give to it, and
 * not through a proxy that runs here and speaks for others.
 */
export function isLocal({ address, headers }: Sender): boolean {
    const host = (headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
    const isNamedLocal = host === "localhost" || host === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(host);
    return isLoopback(address) && isNamedLocal && FORWARDED.every((name) => headers[name] === undefined);
}
