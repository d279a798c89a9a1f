import { HttpError } from "./http-rules.ts";

/** Where a request goes. */
export interface Address {
    readonly secure: boolean;
    readonly host: string;
    readonly port: number | undefined;
    /** Path and query, as they go over the wire. */
    readonly path: string;
    readonly url: string;
}

/** The port that an address means. */
export function portOf({ port, secure }: Address): number {
    return port ?? (secure ? 443 : 80);
}

// As java.net.URI has it: no spaces and no quotes, a host of letters, digits and hyphens.
const urlPattern =
    /^([a-z][a-z0-9+.-]*):(?:\/\/(?:[^/?#@]*@)?(\[[0-9a-f:.]+\]|[^/?#:@]*)(?::(\d*))?)?([^?#]*)(\?[^#]*)?(#.*)?$/i;

const illegalInUrl = /[\u0000-\u0020"<>\\^`{|}\u007f]|%(?![0-9a-f]{2})/i;
const hostPattern =
    /^(\[[0-9a-f:.]+\]|\d+\.\d+\.\d+\.\d+|([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z]([a-z0-9-]*[a-z0-9])?\.?)$/i;

/** No name that can be looked up is longer. */
const MAXIMUM_HOST = 255;

function isHost(host: string): boolean {
    return host.length <= MAXIMUM_HOST && hostPattern.test(host);
}

/** A URL's scheme and the rest, or undefined where there is no scheme or no host. */
function parseUrl(url: string): { scheme: string; host: string; port: string; path: string } | undefined {
    if (illegalInUrl.test(url)) return undefined;
    const match = urlPattern.exec(url);
    if (match === null) return undefined;
    const [, scheme = "", host = "", port = "", path = "", query = ""] = match;
    return { scheme: scheme.toLowerCase(), host, port, path: (path || "/") + query };
}

function toAddress(
    url: string,
    { host, port, path }: { host: string; port: string; path: string },
    secure: boolean,
): Address {
    if (!isHost(host) || Number(port) > 65535) throw new HttpError("URL malformed");
    return { secure, host, port: port === "" ? undefined : Number(port), path, url };
}

/** @throws HttpError for what is no http address, in CC's words */
export function parseHttpUrl(url: string): Address {
    if (illegalInUrl.test(url)) throw new HttpError("URL malformed");
    const parsed = parseUrl(url);
    if (parsed === undefined) throw new HttpError("Must specify http or https");
    if (!isHost(parsed.host)) throw new HttpError("URL malformed");
    if (parsed.scheme !== "http" && parsed.scheme !== "https") {
        throw new HttpError(`Invalid protocol '${parsed.scheme}'`);
    }
    return toAddress(url, parsed, parsed.scheme === "https");
}

/** Without a scheme it is ws. @throws HttpError for what is no websocket's address, in CC's words */
export function parseWebsocketUrl(url: string): Address {
    const direct = parseUrl(url);
    const parsed = direct && isHost(direct.host) ? direct : parseUrl(`ws://${url}`);
    if (parsed === undefined) throw new HttpError("URL malformed");
    if (parsed.scheme !== "ws" && parsed.scheme !== "wss") {
        throw new HttpError(`Invalid scheme '${parsed.scheme}'`);
    }
    return toAddress(url, parsed, parsed.scheme === "wss");
}
