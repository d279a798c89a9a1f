/** Whether a request for the page may come at all: from this machine, from the page itself, and with what it has to show. */
import { timingSafeEqual } from "node:crypto";
import { hashOf } from "../pairing.ts";
import { isLocal, type Sender } from "../server/origin.ts";
import type { Login, Logins } from "./logins.ts";

/** The header in which a page shows what it alone was told, and keeps where no other port's page can read it. */
export const GUARD_HEADER = "x-trapos-guard";

/** What is asked for: a file, which is the same for all, or what is private to those who have logged in, but for the login. */
export type Wanted =
    { readonly kind: "file" } | { readonly kind: "look" | "change"; readonly isPrivate: boolean };

/** Why a request is turned away. */
export interface TurnedAway {
    readonly status: number;
    readonly code: string;
    readonly message: string;
}

/** The name of the cookie: cookies are the same for all ports of a machine, on which several bridges may run. */
export function cookieName(port: number): string {
    return `trapos-page-${port}`;
}

/** All cookies of a name: a server on another port of this machine may have set one that stands before ours. */
function cookiesOf({ headers }: Sender, name: string): string[] {
    return (headers.cookie ?? "").split(";").flatMap((pair) => {
        const [key, value] = pair.trim().split("=", 2);
        return key === name && value !== undefined && /^[0-9a-f]{1,200}$/.test(value) ? [value] : [];
    });
}

function isGuard(shown: string | undefined, { guardHash }: Login): boolean {
    return shown !== undefined && timingSafeEqual(Buffer.from(hashOf(shown)), Buffer.from(guardHash));
}

const nothing: TurnedAway = { status: 404, code: "not_found", message: "There is nothing here." };
const elsewhere: TurnedAway = { status: 403, code: "forbidden", message: "Another page has asked for that." };
const stranger: TurnedAway = { status: 401, code: "unauthorized", message: "Log in first." };
const notJson: TurnedAway = { status: 415, code: "bad_request", message: "Changes are sent as JSON." };

/** Whether a browser says that another page has asked, or that nobody knows who. */
function isElsewhere({ headers }: Sender, isChange: boolean): boolean {
    const { origin, host } = headers;
    const site = headers["sec-fetch-site"];
    if (site !== undefined && site !== "same-origin") return true;
    // A browser always says it of a change.
    return origin === undefined ? isChange : origin !== `http://${host}`;
}

/**
 * Looks whether a request may come.
 * @param shown what it shows of what the page alone was told
 * @param port the bridge's own, which the cookie is named for
 * @returns who has logged in, if anybody; or why it may not come
 */
export function admit(
    sender: Sender,
    wanted: Wanted,
    shown: string | undefined,
    logins: Logins,
    port: number,
): { readonly login?: Login } | { readonly refused: TurnedAway } {
    // To others than this machine there is no page.
    if (!isLocal(sender)) return { refused: nothing };
    // Whoever comes by a link from elsewhere sees the page, which then asks by itself.
    if (wanted.kind === "file") return {};
    const isChange = wanted.kind === "change";
    if (isElsewhere(sender, isChange)) return { refused: elsewhere };
    if (isChange && !/^application\/json\b/.test(sender.headers["content-type"] ?? ""))
        return { refused: notJson };
    const login = cookiesOf(sender, cookieName(port))
        .map((cookie) => logins.find(cookie))
        .find((found) => found !== undefined);
    if (!wanted.isPrivate) return login === undefined ? {} : { login };
    if (login === undefined) return { refused: stranger };
    if (!isGuard(shown, login)) return { refused: isChange ? elsewhere : stranger };
    return { login };
}
