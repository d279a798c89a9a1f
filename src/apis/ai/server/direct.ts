/**
 * The opencode that a computer asks by itself: 1 or 2, as one request tells that only opencode 2 answers with JSON. Whoever
 * has learned which it is asks that no more.
 */
import { reader } from "../../trapos/shape";
import { answers } from "../protocol";
import type { Connection, Dialect, Face } from "./face";
import opencode1 = require("./opencode1");
import { jsonOf, sendRoute } from "./request";
import { information } from "./route";

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler puts imports first. */
const load = require;

const readInformation = reader(answers.health);

/**
 * Asks which opencode a server is. A refusal of the password tells nothing, nor does a server that fails.
 * @returns nothing where it is not known
 */
function probe(server: Connection): Dialect | undefined {
    const answer = sendRoute(server, information());
    const status = answer.status;
    if (status === 401 || status === 403 || status >= 500) return undefined;
    const info = readInformation(jsonOf(answer));
    const [major] = string.match(info ? info.version : "", "^(%d+)%.");
    return (tonumber(major) ?? 0) >= 2 ? 2 : 1;
}

/** What speaks with the server. */
function faceFor(server: Connection): Face {
    const learned = server.learned;
    if (learned.dialect === undefined) learned.dialect = probe(server);
    return learned.dialect === 2 ? (load("/apis/ai/server/opencode2") as Face) : opencode1;
}

type Act = (this: void, server: Connection, ...given: never[]) => unknown;

/** The face of whichever it is: each of its functions asks the one that is there. */
const direct: Record<string, Act> = {};
for (const [name] of pairs(opencode1 as unknown as Record<string, Act>)) {
    direct[name] = (server, ...given) =>
        (faceFor(server) as unknown as Record<string, Act>)[name]!(server, ...given);
}

export = direct as unknown as Face;
