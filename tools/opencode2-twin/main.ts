/** The twin as a program, with the command line, the environment and the words of opencode 2. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Configuration, readConfiguration } from "./configuration.ts";
import { type Doubts, likely } from "./doubts.ts";
import { startServer } from "./server.ts";

/** The first port that is tried where none is named, and how many behind it. */
const firstPort = 4096;
const portCount = 100;

const env = process.env;

function parseTable(text: string): Record<string, unknown> {
    return JSON.parse(text) as Record<string, unknown>;
}

/** What configures it: the user's file, and what the environment says, which wins. */
function configurationOf(home: string): Configuration {
    const file = join(env["XDG_CONFIG_HOME"] ?? join(home, ".config"), "opencode", "opencode.json");
    const content = env["OPENCODE_CONFIG_CONTENT"];
    return readConfiguration([
        ...(existsSync(file) ? [{ source: file, config: parseTable(readFileSync(file, "utf8")) }] : []),
        ...(content === undefined || content === ""
            ? []
            : [{ source: "OPENCODE_CONFIG_CONTENT", config: parseTable(content) }]),
    ]);
}

async function serve(args: string[], doubts: Doubts): Promise<void> {
    const { values } = parseArgs({
        args,
        options: {
            hostname: { type: "string", default: "127.0.0.1" },
            port: { type: "string" },
            cors: { type: "string", multiple: true },
        },
    });
    const home = env["HOME"] ?? homedir();
    const data = join(env["XDG_DATA_HOME"] ?? join(home, ".local", "share"), "opencode");
    mkdirSync(data, { recursive: true });
    const given = env["OPENCODE_PASSWORD"] ?? env["OPENCODE_SERVER_PASSWORD"];
    const password = given ?? randomBytes(18).toString("base64url");
    const ports =
        values.port === undefined
            ? Array.from({ length: portCount }, (_, index) => firstPort + index)
            : [Number(values.port)];
    const server = await startServer({
        hostname: values.hostname,
        ports,
        password,
        data,
        home,
        directory: process.cwd(),
        configuration: configurationOf(home),
        doubts,
        environment: {},
    });
    console.log(`server listening on ${server.url}`);
    if (given === undefined) console.log(`server password ${password}`);
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
        process.once(signal, () => void server.stop().then(() => process.exit(0)));
}

async function main(args: string[]): Promise<void> {
    const doubts: Doubts = {
        ...likely,
        ...(parseTable(env["OPENCODE2_TWIN_DOUBTS"] ?? "{}") as Partial<Doubts>),
    };
    const [command, ...rest] = args;
    if (command === "--version") console.log(`opencode v${doubts.version}`);
    else if (command === "serve") await serve(rest, doubts);
    else throw new Error(`The twin knows "serve" and "--version", not ${command ?? "nothing"}.`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
    console.error((error as Error).message);
    process.exitCode = 1;
});
