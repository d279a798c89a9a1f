/** What the bridge can be told, and from where. */
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defaultDataFolder, openDataFolder } from "../src/data-folder.ts";
import {
    flagOf,
    type OptionName,
    OptionsProblem,
    optionTable,
    readOptions,
    variableOf,
} from "../src/options.ts";

let folder: string;
let count = 0;
beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "trapos-options-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Sources {
    flags?: Record<string, unknown>;
    env?: NodeJS.ProcessEnv;
    /** What stands in the file that --config names. */
    file?: unknown;
    mode?: number;
}

/** A file with a text. */
async function newFile(content: string, mode = 0o600): Promise<string> {
    const file = join(folder, `file-${(count += 1)}`);
    await writeFile(file, content, { mode });
    await chmod(file, mode);
    return file;
}

async function read({ flags = {}, env = {}, file, mode }: Sources) {
    const config =
        file === undefined
            ? undefined
            : await newFile(typeof file === "string" ? file : JSON.stringify(file), mode);
    return readOptions({ flags: { config, ...flags }, env: { XDG_STATE_HOME: folder, ...env }, folder });
}

const messageOf = (sources: Sources): Promise<string> =>
    read(sources).then(
        () => "",
        (error: unknown) => (error instanceof OptionsProblem ? error.message : String(error)),
    );

describe("without a word", () => {
    test("it listens on this machine alone, for the folder in which it was started", async () => {
        expect(await read({})).toEqual({
            port: 4097,
            host: "127.0.0.1",
            lan: false,
            directory: folder,
            server: undefined,
            username: "opencode",
            password: undefined,
            data: join(folder, "trapos-bridge"),
            opencode: undefined,
            approveLocal: false,
            jobsAtOnce: 4,
            jobTools: 500,
            jobMinutes: 120,
            jobCost: 5,
            logLevel: "info",
            logFile: undefined,
        });
    });

    test.each([
        ["linux", {}, "/home/steve/.local/state/trapos-bridge"],
        ["linux", { XDG_STATE_HOME: "/var/state" }, "/var/state/trapos-bridge"],
        ["linux", { XDG_STATE_HOME: "relative" }, "/home/steve/.local/state/trapos-bridge"],
        ["darwin", { XDG_STATE_HOME: "/x" }, "/home/steve/Library/Application Support/trapos-bridge"],
        ["win32", { LOCALAPPDATA: "/local" }, "/local/trapos-bridge"],
        ["win32", {}, "/home/steve/AppData/Local/trapos-bridge"],
    ] as const)("on %s, with %j, its data is in %s", (platform, env, data) => {
        expect(defaultDataFolder(env, platform, "/home/steve")).toBe(data);
    });
});

describe("each option", () => {
    /** As a text and as JSON has it, and what comes of it. */
    const examples: Record<Exclude<OptionName, "password" | "passwordFile">, [string, unknown, unknown]> = {
        port: ["5000", 5000, 5000],
        host: ["127.0.0.2", "127.0.0.2", "127.0.0.2"],
        lan: ["yes", true, true],
        directory: ["work", "work", "work"],
        server: ["http://127.0.0.1:4096/", "http://127.0.0.1:4096/", "http://127.0.0.1:4096"],
        username: ["steve", "steve", "steve"],
        data: ["data", "data", "data"],
        opencode: ["bin/opencode", "bin/opencode", "bin/opencode"],
        approveLocal: ["1", true, true],
        jobsAtOnce: ["2", 2, 2],
        jobTools: ["50", 50, 50],
        jobMinutes: ["30", 30, 30],
        jobCost: ["2.5", 2.5, 2.5],
        logLevel: ["debug", "debug", "debug"],
        logFile: ["log.txt", "log.txt", "log.txt"],
    };
    const others = (name: string) =>
        name === "username" ? { TRAPOS_BRIDGE_SERVER: "http://127.0.0.1" } : {};

    test.each(Object.entries(examples))(
        "%s comes from a flag, the environment and the file",
        async (key, example) => {
            const name = key as keyof typeof examples;
            const [text, json, value] = example;
            const expected = "isPath" in optionTable[name] ? join(folder, String(value)) : value;
            const env = others(name);
            expect((await read({ flags: { [name]: text }, env }))[name]).toEqual(expected);
            expect((await read({ env: { ...env, [variableOf(name)]: text } }))[name]).toEqual(expected);
            expect((await read({ env, file: { [name]: json } }))[name]).toEqual(expected);
        },
    );

    test("has a flag and a variable by the same words", () => {
        expect([flagOf("approveLocal"), variableOf("approveLocal")]).toEqual([
            "--approve-local",
            "TRAPOS_BRIDGE_APPROVE_LOCAL",
        ]);
    });
});

describe("which one counts", () => {
    const file = { port: 3, lan: true };
    const env = { TRAPOS_BRIDGE_PORT: "2" };
    test.each<[string, Sources, object]>([
        ["a flag before all", { flags: { port: "1" }, env, file }, { port: 1, lan: true, host: "0.0.0.0" }],
        ["the environment before the file", { env, file }, { port: 2, lan: true }],
        ["the file", { file }, { port: 3, lan: true }],
        ["an empty variable is none", { env: { TRAPOS_BRIDGE_PORT: "" }, file }, { port: 3 }],
        ["a switch is taken back", { flags: { lan: false }, file }, { lan: false, host: "127.0.0.1" }],
        ["a switch is taken back", { env: { TRAPOS_BRIDGE_LAN: "off" }, file }, { lan: false }],
        ["lan alone listens everywhere", { flags: { lan: true } }, { host: "0.0.0.0" }],
        ["lan on one address", { flags: { lan: true, host: "192.168.1.5" } }, { host: "192.168.1.5" }],
        ["lan by IPv6", { flags: { lan: true, host: "::" } }, { host: "::" }],
    ])("%s", async (_, sources, expected) => {
        expect(await read(sources)).toMatchObject(expected);
    });

    test("a file in the data folder is found by itself; its paths are relative to it", async () => {
        const data = join(folder, "found");
        openDataFolder(data);
        await writeFile(join(data, "bridge.json"), JSON.stringify({ port: 9, directory: "agent" }));
        const expected = { port: 9, directory: join(data, "agent"), data };
        expect(await read({ flags: { data } })).toMatchObject(expected);
        expect(await read({ env: { TRAPOS_BRIDGE_DATA: "found" } })).toMatchObject(expected);
    });

    test("the variable that names the file is obeyed", async () => {
        const config = await newFile('{"port": 12}');
        expect(await read({ env: { TRAPOS_BRIDGE_CONFIG: config } })).toMatchObject({ port: 12 });
    });
});

describe("a password", () => {
    const server = { server: "http://127.0.0.1:4096" };
    test("comes from the environment, from the file, or from a file of its own", async () => {
        const passwordFile = await newFile("hunter2\nmore\n");
        for (const sources of [
            { flags: server, env: { TRAPOS_BRIDGE_PASSWORD: "hunter2" } },
            { file: { ...server, password: "hunter2" } },
            { flags: { ...server, passwordFile } },
        ]) {
            expect(await read(sources)).toMatchObject({ password: "hunter2" });
        }
    });

    test("is refused as a flag, and not shown", async () => {
        const message = await messageOf({ flags: { ...server, password: "hunter2" } });
        expect(message).toMatch(
            /^Everybody on this machine can read a command line: set TRAPOS_BRIDGE_PASSWORD/,
        );
        expect(message).not.toContain("hunter2");
    });

    test.each<[string, () => Promise<Sources>, RegExp]>([
        [
            "in a file that others may read",
            async () => ({ file: { ...server, password: "hunter2" }, mode: 0o644 }),
            /holds a password, and others may read it\. Run: chmod 600/,
        ],
        [
            "in a file of its own that others may read",
            async () => ({ flags: { ...server, passwordFile: await newFile("hunter2", 0o640) } }),
            /^Others may read .*, a password's\. Run: chmod 600/,
        ],
        [
            "in an empty file",
            async () => ({ flags: { ...server, passwordFile: await newFile("\nhunter2") } }),
            /--password-file is .*, whose first line is no password\.$/,
        ],
        [
            "in a file that is not there",
            async () => ({ flags: { ...server, passwordFile: "nowhere" } }),
            /--password-file is .*nowhere, which cannot be read: /,
        ],
        [
            "that is no text",
            async () => ({ file: { ...server, password: ["hunter2"] } }),
            /^password in .* is not what it should be: give a text of one line\.$/,
        ],
        [
            "given twice",
            async () => ({
                flags: { ...server, passwordFile: await newFile("hunter2") },
                env: { TRAPOS_BRIDGE_PASSWORD: "hunter2" },
            }),
            /^--password-file and TRAPOS_BRIDGE_PASSWORD are both there: give one\.$/,
        ],
        [
            "in an address",
            async () => ({ flags: { server: "http://opencode:hunter2@127.0.0.1:4096" } }),
            /^--server is not what it should be: give an address without user and password, such as/,
        ],
        [
            "for no server",
            async () => ({ env: { TRAPOS_BRIDGE_PASSWORD: "hunter2" } }),
            /^TRAPOS_BRIDGE_PASSWORD is for an opencode that runs already: name it with --server URL\.$/,
        ],
    ])("%s is refused, and not shown", async (_, sources, line) => {
        const message = await messageOf(await sources());
        expect(message).toMatch(line);
        expect(message).not.toContain("hunter2");
        expect(message).not.toContain("\n");
    });
});

describe("what is wrong is said in one line: which, from where, and what would be right", () => {
    test.each<[Sources, string | RegExp]>([
        [{ flags: { port: "many" } }, '--port is "many": give a whole number from 0 to 65535.'],
        [{ flags: { port: "65536" } }, /^--port is "65536"/],
        [
            { env: { TRAPOS_BRIDGE_PORT: "-1" } },
            'TRAPOS_BRIDGE_PORT is "-1": give a whole number from 0 to 65535.',
        ],
        [{ file: { port: 1.5 } }, /^port in .*file-\d+ is 1\.5: give a whole number/],
        [{ file: { port: null } }, /^port in .* is null: give/],
        [{ file: { lan: 1 } }, /^lan in .* is 1: give true or false\.$/],
        [{ env: { TRAPOS_BRIDGE_LAN: "perhaps" } }, 'TRAPOS_BRIDGE_LAN is "perhaps": give true or false.'],
        [{ flags: { logLevel: "loud" } }, /^--log-level is "loud": give one of fatal, error, /],
        [{ flags: { host: "no host" } }, /^--host is "no host": give an address of this machine/],
        [{ flags: { server: "127.0.0.1:4096" } }, /^--server is not what it should be: give an address/],
        [{ flags: { server: "ftp://127.0.0.1" } }, /^--server is not/],
        [{ flags: { directory: "a\nb" } }, '--directory is "a\\nb": give a folder.'],
        [{ flags: { directory: "" } }, '--directory is "": give a folder.'],
        [{ file: { directory: {} } }, /^directory in .* is \{\}: give a folder\.$/],
        [{ file: { prot: 1 } }, /has "prot", which is no option\. Known are port, host/],
        [
            { file: { "approve-local": true } },
            /has "approve-local", which is no option\. Did you mean approveLocal\?$/,
        ],
        [{ file: "port = 4097" }, /is no JSON: give an object, such as \{"port": 4097\}\.$/],
        [{ file: "[1]" }, /is no object: give one/],
        [{ flags: { config: "nowhere.json" } }, /^--config is .*nowhere\.json, which is not there\.$/],
        [{ env: { TRAPOS_BRIDGE_CONFIG: "." } }, /cannot be read: EISDIR/],
        [
            { flags: { host: "192.168.1.5" } },
            "--host is 192.168.1.5, which others can reach: add --lan if that is meant.",
        ],
        [
            { env: { TRAPOS_BRIDGE_HOST: "0.0.0.0" } },
            /^TRAPOS_BRIDGE_HOST is 0\.0\.0\.0, which others can reach/,
        ],
        [{ flags: { host: "127.0.0.1", lan: true } }, /^--host is 127\.0\.0\.1, which nobody else can reach/],
        [
            { flags: { server: "http://127.0.0.1", opencode: "x" } },
            "--opencode is for an opencode to start, --server for one that runs: give one.",
        ],
    ])("%j", async (sources, line) => {
        const message = await messageOf(sources);
        if (typeof line === "string") expect(message).toBe(line);
        else expect(message).toMatch(line);
        expect(message).not.toContain("\n");
    });
});

describe.skipIf(process.platform === "win32")("the data folder", () => {
    test("is made for its owner alone, and refused where others may look into it", async () => {
        const data = join(folder, "deep", "data");
        openDataFolder(data);
        openDataFolder(data);
        await chmod(data, 0o750);
        expect(() => openDataFolder(data)).toThrow(
            `Others may look into the data folder ${data}, and it will hold secrets. Run: chmod 700 ${data}`,
        );
    });

    test("that cannot be made is named", async () => {
        const file = await newFile("");
        expect(() => openDataFolder(join(file, "data"))).toThrow(
            /^The data folder .* cannot be made: ENOTDIR/,
        );
    });
});
