/**
 * Answers of opencode 2 with something wrong in them, while real conversations go on with its twin: whatever is typed then,
 * it is answered or fails in its own words. See ../part.ts.
 */
import { cp, mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSetting } from "craftos-headless";
import { installPackages } from "../../../tools/harness/disk.ts";
import { startCommand } from "../../../tools/harness/run-command.ts";
import { allowEverything } from "../../../tools/harness/server.ts";
import { startTwinServer } from "../../../tools/harness/tests-opencode.ts";
import { defaultRule, startModel } from "../../../tools/model/index.ts";
import { pathsIn, spoil, write, wrongs } from "../answers/mutations.ts";
import type { OpenPart, Part } from "../part.ts";
import type { Random } from "../random.ts";
import { Target } from "./turns-server.ts";

/** What is typed, in a session in which something was said. */
const commands = [
    "ai hello",
    "ai [tools 2 0] count",
    "ai --new hello",
    "ai status",
    "ai sessions",
    "ai history",
    "ai models",
    "ai agents",
    "ai resume",
    "ai diff",
    "ai usage",
    "ai undo",
    "ai abort",
    "ai rename Gate",
    "ai fork",
    "ai doctor --no",
] as const;

/** How long a command may take: it gives up on a server after some seconds. */
const COMMAND_SECONDS = 90;

/** What tells that Lua's own words, or a fault of ours, got onto the screen. */
const RAW =
    /attempt to|stack traceback|Unexpected:|\.lua:\d|internal_error|bad argument|too long without|not enough memory/i;

/** The most rows that one command may write: a long answer that is wrong has to be cut. */
const MOST_ROWS = 120;

/** What is spoiled in a round: one place of the answers to the nth different request, from then on. */
interface Spoiling {
    readonly request: number;
    /** Of the places of its answer, as a share. */
    readonly place: number;
    readonly wrong: string;
    route?: string;
    where?: string;
}

/** A request without its ids. */
const routeOf = (method: string, path: string): string =>
    `${method} ${path.replace(/\?.*$/, "").replaceAll(/\b(ses|msg|per|frm)_\w+/g, ":$1")}`;

/** Stands between a computer and the twin. @returns its address, and what ends it */
async function startSpoiler(
    target: string,
    spoiling: Spoiling,
): Promise<{ url: string; close(): Promise<void> }> {
    const routes: string[] = [];
    let place: readonly (string | number)[] | undefined;

    async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
        const { method = "GET", url = "/", headers } = incoming;
        const chunks: Buffer[] = [];
        for await (const chunk of incoming) chunks.push(chunk as Buffer);
        const { authorization = "", "content-type": type } = headers;
        const given = await fetch(target + url, {
            method,
            headers: { authorization, ...(type === undefined ? {} : { "content-type": type }) },
            ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
        });
        const text = await given.text();
        const route = routeOf(method, url);
        if (!routes.includes(route)) routes.push(route);
        if (routes.indexOf(route) === spoiling.request) spoiling.route ??= route;
        response.statusCode = given.status;
        response.setHeader("content-type", given.headers.get("content-type") ?? "text/plain");
        if (route !== spoiling.route || text === "") return void response.end(text);
        const value: unknown = JSON.parse(text);
        const paths = pathsIn(value);
        place ??= paths[Math.floor(spoiling.place * paths.length)];
        spoiling.where = place!.join(".");
        const spoiled = spoil(value, place!, wrongs[spoiling.wrong]!);
        response.end(spoiled === undefined ? text : write(spoiled.value));
    }

    const server = createServer((incoming, response) => {
        answer(incoming, response).catch(() => response.destroy());
    });
    await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(0, "127.0.0.1", resolve);
    });
    return {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        async close() {
            server.closeAllConnections();
            await new Promise<void>((resolve) => server.close(() => resolve()));
        },
    };
}

/** @returns what is wrong with what came of a command */
function faultIn(output: string, succeeded: boolean, how: string): string | undefined {
    if (how !== "shutdown") return `it ended by ${how}:\n${output.slice(-600)}`;
    if (RAW.test(output)) return `a raw error:\n${output.slice(0, 600)}`;
    if (!succeeded && output.trim() === "") return "failed without a word";
    const rows = output.split("\n").length;
    return rows > MOST_ROWS ? `a flood of ${rows} rows:\n${output.slice(0, 600)}` : undefined;
}

async function open(): Promise<OpenPart> {
    const folder = await mkdtemp(join(tmpdir(), "trapos-answers2-"));
    const template = join(folder, "template");
    const model = await startModel({ rules: [defaultRule] });
    const target = new Target(join(folder, "twin"), model, allowEverything, startTwinServer);
    const seen = new Set<string>();
    const counts = { spoiled: 0, unreached: 0 };
    await installPackages(template, ["trapos-opencode2"]);
    await target.prepare();

    async function play(random: Random, number: number): Promise<string | undefined> {
        const command = random.pick(commands);
        const spoiling: Spoiling = {
            request: random.whole(5),
            place: random.whole(1000) / 1000,
            wrong: random.pick(Object.keys(wrongs)),
        };
        const session = await target.newSession();
        await target.calls.ask(session, "hello");
        const disk = join(folder, `disk-${number}`);
        await cp(template, disk, { recursive: true });
        const spoiler = await startSpoiler(target.opencode.url, spoiling);
        try {
            const { finished } = await startCommand({
                disk,
                command,
                settings: {
                    ...target.settings(spoiler.url),
                    "opencc.session_id": session,
                    "opencc.poll_timeout_seconds": 5,
                    "opencc.request_timeout_seconds": 4,
                },
                allow: ["127.0.0.1"],
                timeoutSeconds: COMMAND_SECONDS,
            });
            const { output, succeeded, end } = await finished;
            if (spoiling.where === undefined) counts.unreached++;
            else counts.spoiled++;
            if (spoiling.route !== undefined) seen.add(spoiling.route);
            const fault = faultIn(output, succeeded, end.how);
            const { route, where, wrong } = spoiling;
            return fault && `${command} | ${route ?? "nothing"} ${where ?? ""} | ${wrong}: ${fault}`;
        } finally {
            await spoiler.close();
            // A list of all sessions is not to become longer and longer.
            const last = await readSetting(disk, "opencc.session_id");
            for (const id of new Set([session, String(last ?? session)]))
                await target.calls.deleteSession(id).catch(() => {});
            await rm(disk, { recursive: true, force: true });
        }
    }

    return {
        round: play,
        figures: () =>
            `${counts.spoiled} wrong answers of ${seen.size} routes; ${counts.unreached} commands asked too little`,
        async close() {
            await target.stop();
            await model.stop();
            await rm(folder, { recursive: true, force: true, maxRetries: 5 });
        },
    };
}

export const answers2: Part = {
    name: "answers2",
    purpose: "whatever a server of opencode 2 answers, nothing raw, endless or flooding comes of it",
    rounds: 600,
    shortRounds: 6,
    atOnce: 4,
    open,
};
