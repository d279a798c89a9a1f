/**
 * The opencode that a computer asks by itself: 1 or 2, as one request tells that only opencode 2 answers with JSON. Whoever
 * has learned which it is asks that no more. What speaks with opencode 2 is a package of its own.
 */
import { reader } from "../../trapos/shape";
import { fail } from "../failure";
import { answers } from "../protocol";
import type { Connection, Dialect, Face } from "./face";
import opencode1 = require("./opencode1");
import { introduction } from "./request";
import { information } from "./route";

declare function require(this: void, name: string): unknown;

/** By a name of its own, as the compiler puts imports first. */
const load = require;

const readInformation = reader(answers.health);

/** Asks which opencode a server is. A refusal of the password tells nothing of that, and is raised. */
function probe(server: Connection): Dialect {
    const info = readInformation(introduction(server, information()));
    const [major] = string.match(info ? info.version : "", "^(%d+)%.");
    return (tonumber(major) ?? 0) >= 2 ? 2 : 1;
}

/** What speaks with the server. */
function faceFor(server: Connection): Face {
    const learned = server.learned;
    if (learned.dialect === undefined) {
        const dialect = probe(server);
        learned.dialect = dialect;
        if (learned.note) learned.note(dialect);
    }
    if (learned.dialect !== 2) return opencode1;
    if (!fs.exists("/apis/ai/server/opencode2.lua")) throw fail("opencode_2");
    return load("/apis/ai/server/opencode2") as Face;
}

type Act = (this: void, server: Connection, ...given: never[]) => unknown;

/** The face of whichever it is: each of its functions asks the one that is there. */
const direct: Record<string, Act> = {};
for (const [name] of pairs(opencode1 as unknown as Record<string, Act>)) {
    direct[name] = (server, ...given) =>
        (faceFor(server) as unknown as Record<string, Act>)[name]!(server, ...given);
}

export = direct as unknown as Face;
