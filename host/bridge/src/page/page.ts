/** The owner's page: what the browser gets, who may see it, what it is told and what it may change. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { z } from "zod";
import { profileMeaning } from "../profiles.ts";
import type { Sender } from "../server/origin.ts";
import { type ChangeName, changes, makeChange, refusalOf } from "./changes.ts";
import { createFeed } from "./feed.ts";
import { type PageFile, readPageFiles } from "./files.ts";
import { admit, cookieName, GUARD_HEADER } from "./guard.ts";
import { createLogins, type Login } from "./logins.ts";
import { type LookupName, lookups } from "./lookups.ts";
import { sectionNames, sectionsOf } from "./sections.ts";
import { createStreams } from "./streams.ts";
import type { PageWorld } from "./world.ts";

/** The most bytes of what a change is sent with: a prompt of the greatest length, in any script. */
const LARGEST_CHANGE = 256 * 1024;

const readLogin = z.strictObject({ token: z.string().max(200) });

/** An answer of the page. */
export interface PageAnswer {
    readonly status: number;
    readonly body: string | Buffer;
    readonly type: string;
    readonly headers: Readonly<Record<string, string>>;
    /** Goes on with the answer once its head was sent, and ends it some time. */
    readonly go?: (response: ServerResponse) => void;
}

/** The page, to the server. */
export interface Page {
    /** What logs in, as a part of an address that no browser sends to anybody. */
    readonly token: string;
    /**
     * Answers a request.
     * @param port the bridge's own
     * @param bodyOf reads what was sent, as JSON, up to so many bytes; nothing where it is none
     * @returns nothing for a path that is none of the page's
     */
    answer(
        request: IncomingMessage,
        sender: Sender,
        port: number,
        bodyOf: (most: number) => Promise<unknown>,
    ): Promise<PageAnswer | undefined>;
    stop(): void;
}

/** Which part of the page a route is. */
type Route =
    | { readonly what: "file"; readonly file: PageFile }
    | { readonly what: "login" | "logout" | "state" | "events" }
    | { readonly what: "change"; readonly name: ChangeName }
    | { readonly what: "lookup"; readonly name: LookupName };

const own: Readonly<
    Record<string, Extract<Route, { what: "login" | "logout" | "state" | "events" }>["what"]>
> = {
    "POST /page/login": "login",
    "POST /page/logout": "logout",
    "GET /page/state": "state",
    "GET /page/events": "events",
};

/** What a page is told of itself besides its sections. */
const POLICIES = {
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), clipboard-read=()",
    "X-Frame-Options": "DENY",
};

/** Makes the page. */
export function createPage(world: PageWorld): Page {
    const { now, elapsed, log, hub, turns, jobs } = world;
    const { files, policy } = readPageFiles();
    const logins = createLogins(join(world.data, "page-logins.json"), now, elapsed, log, world.hide);
    const feed = createFeed(sectionsOf(world));
    const streams = createStreams(world, feed);
    const leaves = [
        turns.onChange(() => feed.look("turns", "asks", "health")),
        hub.onChange((_computer, what) => {
            if (what === "presence") feed.look("computers", "health");
        }),
        jobs.onChange(() => feed.look("jobs", "health")),
    ];
    const headers = { ...POLICIES, "Content-Security-Policy": policy };

    function json(status: number, value: unknown, more: Record<string, string> = {}): PageAnswer {
        const body = typeof value === "string" ? value : JSON.stringify(value ?? {});
        return { status, body, type: "application/json", headers: { ...headers, ...more } };
    }

    function refuse(status: number, code: string, message: string): PageAnswer {
        return json(status, { error: { code, message } });
    }

    function routeOf(method: string, path: string): Route | undefined {
        const file = files.get(path);
        if (file !== undefined)
            return method === "GET" || method === "HEAD" ? { what: "file", file } : undefined;
        const route = `${method} ${path}`;
        const what = Object.hasOwn(own, route) ? own[route] : undefined;
        if (what !== undefined) return { what };
        const [, verb, name = ""] = /^(GET|POST) \/page\/([a-z]+)$/.exec(route) ?? [];
        if (verb === "GET" && Object.hasOwn(lookups, name))
            return { what: "lookup", name: name as LookupName };
        if (verb === "POST" && Object.hasOwn(changes, name))
            return { what: "change", name: name as ChangeName };
        return undefined;
    }

    function cookie(port: number, value: string, age: string): Record<string, string> {
        return { "Set-Cookie": `${cookieName(port)}=${value}; Path=/; HttpOnly; SameSite=Strict${age}` };
    }

    function login(given: unknown, port: number): PageAnswer {
        const read = readLogin.safeParse(given);
        if (!read.success) return refuse(400, "bad_request", "That is no token.");
        const begun = logins.begin(read.data.token.trim());
        if (begun === "too_many")
            return refuse(429, "too_many", "There were too many wrong tokens: try again in a minute.");
        if (begun === "wrong")
            return refuse(403, "wrong", "That is not the token. `trapos-bridge page` prints the right one.");
        return json(200, { guard: begun.guard }, cookie(port, begun.cookie, ""));
    }

    function logout(login: Login, port: number): PageAnswer {
        logins.end(login);
        streams.end(login);
        return json(200, {}, cookie(port, "", "; Max-Age=0"));
    }

    function state(login: Login): PageAnswer {
        const rest = { now: now(), hasRoom: streams.hasRoomFor(login), profiles: profileMeaning };
        return json(200, `${JSON.stringify(rest).slice(0, -1)},"sections":${feed.whole()}}`);
    }

    function events(login: Login, query: URLSearchParams): PageAnswer {
        if (!streams.hasRoomFor(login))
            return refuse(503, "too_many", "The page is open too often: close it somewhere else.");
        const looked = { turn: query.get("turn") ?? undefined, computer: query.get("computer") ?? undefined };
        return {
            status: 200,
            body: "",
            type: "text/event-stream; charset=utf-8",
            headers: { ...headers, "X-Accel-Buffering": "no" },
            go: (response) => streams.open(response, login, looked),
        };
    }

    async function change(name: ChangeName, given: unknown): Promise<PageAnswer> {
        const made = await makeChange(world, name, given);
        log.info({ what: name }, "somebody has changed something on the page");
        feed.look(...sectionNames);
        return json(200, made);
    }

    return {
        token: logins.token,
        async answer(request, sender, port, bodyOf) {
            const { method = "", url = "/" } = request;
            // Not as an address: "//" and the like are none, and whoever is out there may send it.
            const [pathname = "", query] = url.split("?", 2);
            const searchParams = new URLSearchParams(query);
            if (!files.has(pathname) && !pathname.startsWith("/page/")) return undefined;
            const route = routeOf(method, pathname);
            if (route?.what === "file") {
                const admitted = admit(sender, { kind: "file" }, undefined, logins, port);
                if ("refused" in admitted) return undefined;
                const { type, content, zipped } = route.file;
                const vary = { ...headers, Vary: "Accept-Encoding" };
                if (!/\bgzip\b/.test(String(request.headers["accept-encoding"] ?? "")))
                    return { status: 200, type, body: content, headers: vary };
                return { status: 200, type, body: zipped, headers: { ...vary, "Content-Encoding": "gzip" } };
            }
            const isChange = method !== "GET" && method !== "HEAD";
            const isPrivate = route?.what !== "login";
            const header = request.headers[GUARD_HEADER];
            // What a browser asks for events can have no headers of its own.
            const shown =
                typeof header === "string"
                    ? header
                    : route?.what === "events"
                      ? (searchParams.get("guard") ?? undefined)
                      : undefined;
            const kind = isChange ? "change" : "look";
            const admitted = admit(sender, { kind, isPrivate }, shown, logins, port);
            if ("refused" in admitted) {
                const { status, code, message } = admitted.refused;
                return refuse(status, code, message);
            }
            if (route === undefined) return refuse(404, "not_found", "There is nothing here.");
            const given = isChange ? await bodyOf(LARGEST_CHANGE) : undefined;
            if (isChange && given === undefined)
                return refuse(400, "bad_request", "That is no JSON, or too much of it.");
            if (route.what === "login") return login(given, port);
            // It was looked at above: all but the login is for those who have logged in.
            if (admitted.login === undefined) return refuse(401, "unauthorized", "Log in first.");
            try {
                switch (route.what) {
                    case "logout":
                        return logout(admitted.login, port);
                    case "state":
                        return state(admitted.login);
                    case "events":
                        return events(admitted.login, searchParams);
                    case "lookup":
                        return json(200, await lookups[route.name](world, searchParams));
                    case "change":
                        return await change(route.name, given);
                }
            } catch (error) {
                const refused = refusalOf(error);
                if (refused === undefined) throw error;
                return refuse(refused.status, refused.code, refused.message);
            }
        },
        stop() {
            for (const leave of leaves) leave();
            streams.stop();
            feed.stop();
        },
    };
}
