/** What the bridge can be told, from three places: flags, over the environment, over one file. */
import { readFileSync } from "node:fs";
import { isIPv4, isIPv6 } from "node:net";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { defaultDataFolder, isOpenToOthers } from "./data-folder.ts";

/** How much the log says. */
export const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

/** What a bridge is to be. */
export interface BridgeOptions {
    /** 0 for one that is free. */
    readonly port: number;
    /** The address on which it listens: beyond loopback with `lan` only. */
    readonly host: string;
    readonly lan: boolean;
    /** Where the agent works. */
    readonly directory: string;
    /** An opencode that somebody else runs, without a slash at its end. */
    readonly server?: string;
    /** Its user. */
    readonly username: string;
    readonly password?: string;
    /** Where it keeps what outlives it. */
    readonly data: string;
    /** The opencode to run. */
    readonly opencode?: string;
    /** Whether computers on this machine are linked without anybody's approval. */
    readonly approveLocal: boolean;
    readonly jobsAtOnce: number;
    /** What a job may use. */
    readonly jobTools: number;
    readonly jobMinutes: number;
    /** US dollars. */
    readonly jobCost: number;
    readonly logLevel: (typeof logLevels)[number];
    /** Standard error when absent. */
    readonly logFile?: string;
}

/** How many jobs run at once, and what each may use, where nothing is said. */
export const usualJobs = { jobsAtOnce: 4, jobTools: 500, jobMinutes: 120, jobCost: 5 } as const;

/** A value that cannot be used. `message` is one line: which, from where, and what would be right. */
export class OptionsProblem extends Error {}

/** Text of the environment and of flags stands for what JSON has types for. */
const number = (least: number, most: number) =>
    z.preprocess(
        (value) => (typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : value),
        z.int().min(least).max(most),
    );

const dollars = z.preprocess(
    (value) => (typeof value === "string" && /^\d{1,5}(\.\d{1,2})?$/.test(value) ? Number(value) : value),
    z.number().min(0.01).max(10_000),
);

const words: Readonly<Record<string, boolean>> = {
    "1": true,
    true: true,
    yes: true,
    on: true,
    "0": false,
    false: false,
    no: false,
    off: false,
};

const yesOrNo = z.preprocess(
    (value) => (typeof value === "string" ? words[value.toLowerCase()] : value),
    z.boolean(),
);

/** Neither line breaks nor the like stand in a path, an address or a name. */
const line = z
    .string()
    .min(1)
    .max(4096)
    .regex(/^[^\p{Cc}]+$/u);

const hostName = line.refine(
    (text) => isIPv4(text) || isIPv6(text) || /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i.test(text),
);

const address = line.refine((text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const isWeb = url !== undefined && ["http:", "https:"].includes(url.protocol);
    return isWeb && url.username === "" && url.password === "" && url.search === "" && url.hash === "";
});

/** An option: its schema, and for people what it does and what would be right. */
interface Row {
    readonly schema: z.ZodType;
    readonly purpose: string;
    readonly expects: string;
    /** What stands behind the flag; absent for a switch. */
    readonly argument?: string;
    /** What it is without a word, for people. */
    readonly standard?: string;
    readonly isPath?: boolean;
    /** Neither shown nor taken as a flag. */
    readonly isSecret?: boolean;
}

/** Every option, by its name in the file. Flags are `--approve-local`, variables TRAPOS_BRIDGE_APPROVE_LOCAL. */
export const optionTable = {
    port: {
        schema: number(0, 65_535),
        purpose: "where it listens; 0 for a port that is free",
        expects: "a whole number from 0 to 65535",
        argument: "<number>",
        standard: "4097",
    },
    host: {
        schema: hostName,
        purpose: "the address on which it listens",
        expects: "an address of this machine, such as 127.0.0.1",
        argument: "<address>",
        standard: "127.0.0.1, 0.0.0.0 with --lan",
    },
    lan: {
        schema: yesOrNo,
        purpose: "let others than this machine reach it",
        expects: "true or false",
    },
    directory: {
        schema: line,
        purpose: "where the agent works",
        expects: "a folder",
        argument: "<folder>",
        standard: "this one",
        isPath: true,
    },
    server: {
        schema: address,
        purpose: "use an opencode that runs already, and start none",
        expects: "an address without user and password, such as http://127.0.0.1:4096",
        argument: "<url>",
    },
    username: {
        schema: line,
        purpose: "the user of that one",
        expects: "a name",
        argument: "<name>",
        standard: "opencode",
    },
    password: {
        schema: line,
        purpose: "the password of that one",
        expects: "a text of one line",
        isSecret: true,
    },
    passwordFile: {
        schema: line,
        purpose: "a file whose first line is the password of that one",
        expects: "a file",
        argument: "<file>",
        isPath: true,
    },
    data: {
        schema: line,
        purpose: "where it keeps which computers are linked",
        expects: "a folder",
        argument: "<folder>",
        isPath: true,
    },
    opencode: {
        schema: line,
        purpose: "the opencode to run",
        expects: "the path of a program",
        argument: "<path>",
        standard: "the one installed with it, or the one on PATH",
        isPath: true,
    },
    approveLocal: {
        schema: yesOrNo,
        purpose: "link computers on this machine without asking anybody",
        expects: "true or false",
    },
    jobsAtOnce: {
        schema: number(1, 100),
        purpose: "how many jobs run at once; the others wait in order",
        expects: "a whole number from 1 to 100",
        argument: "<number>",
        standard: `${usualJobs.jobsAtOnce}`,
    },
    jobTools: {
        schema: number(1, 100_000),
        purpose: "the most tool calls of a job",
        expects: "a whole number from 1 to 100000",
        argument: "<number>",
        standard: `${usualJobs.jobTools}`,
    },
    jobMinutes: {
        schema: number(1, 10_080),
        purpose: "the longest that a job runs",
        expects: "a whole number from 1 to 10080",
        argument: "<number>",
        standard: `${usualJobs.jobMinutes}`,
    },
    jobCost: {
        schema: dollars,
        purpose: "the most that a job costs, in US dollars",
        expects: "an amount from 0.01 to 10000, such as 2.50",
        argument: "<dollars>",
        standard: `${usualJobs.jobCost}`,
    },
    logLevel: {
        schema: z.enum(logLevels),
        purpose: "how much the log says",
        expects: `one of ${logLevels.join(", ")}`,
        argument: "<level>",
        standard: "info",
    },
    logFile: {
        schema: line,
        purpose: "where the log goes",
        expects: "a file",
        argument: "<file>",
        standard: "standard error",
        isPath: true,
    },
} as const satisfies Record<string, Row>;

/** The name of an option. */
export type OptionName = keyof typeof optionTable;

const names = Object.keys(optionTable) as OptionName[];

const rows: Readonly<Record<OptionName, Row>> = optionTable;

/** "approveLocal" as "approve-local". */
const dashed = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** The flag of an option: "--approve-local". */
export const flagOf = (name: OptionName): string => `--${dashed(name)}`;

/** The variable of an option: "TRAPOS_BRIDGE_APPROVE_LOCAL". */
export const variableOf = (name: OptionName | "config"): string =>
    `TRAPOS_BRIDGE_${dashed(name).replaceAll("-", "_").toUpperCase()}`;

const schema = z.strictObject({
    port: optionTable.port.schema.optional(),
    host: optionTable.host.schema.optional(),
    lan: optionTable.lan.schema.optional(),
    directory: optionTable.directory.schema.optional(),
    server: optionTable.server.schema.optional(),
    username: optionTable.username.schema.optional(),
    password: optionTable.password.schema.optional(),
    passwordFile: optionTable.passwordFile.schema.optional(),
    data: optionTable.data.schema.optional(),
    opencode: optionTable.opencode.schema.optional(),
    approveLocal: optionTable.approveLocal.schema.optional(),
    jobsAtOnce: optionTable.jobsAtOnce.schema.optional(),
    jobTools: optionTable.jobTools.schema.optional(),
    jobMinutes: optionTable.jobMinutes.schema.optional(),
    jobCost: optionTable.jobCost.schema.optional(),
    logLevel: optionTable.logLevel.schema.optional(),
    logFile: optionTable.logFile.schema.optional(),
}) satisfies z.ZodType<Partial<Record<OptionName, unknown>>>;

/** Where options come from. */
export interface OptionSources {
    /** As commander gives them; `config` is the file. */
    readonly flags: Readonly<Record<string, unknown>>;
    readonly env: NodeJS.ProcessEnv;
    /** What paths of flags and of the environment are relative to. */
    readonly folder: string;
}

/** A value, and where it stands. */
interface Given {
    readonly value: unknown;
    /** "--port", "TRAPOS_BRIDGE_PORT", "port in /etc/bridge.json" */
    readonly from: string;
    /** What a path is relative to. */
    readonly folder: string;
}

/** Looks for what a mistyped name may have meant: one that has it or is had by it, whatever the case and the dashes. */
function meantBy(name: string): string {
    const plain = (text: string): string => text.toLowerCase().replace(/[^a-z]/g, "");
    const wanted = plain(name);
    const found = names.find(
        (known) => wanted.length > 2 && (plain(known).startsWith(wanted) || wanted.startsWith(plain(known))),
    );
    return found === undefined ? `Known are ${names.join(", ")}.` : `Did you mean ${found}?`;
}

/** @returns what a file says; undefined where there is none */
function readConfig(file: string): Readonly<Record<string, unknown>> | undefined {
    let text: string;
    try {
        text = readFileSync(file, "utf8");
    } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        if (code === "ENOENT") return undefined;
        throw new OptionsProblem(`${file} cannot be read: ${message}`);
    }
    let found: unknown;
    try {
        found = JSON.parse(text);
    } catch {
        throw new OptionsProblem(`${file} is no JSON: give an object, such as {"port": 4097}.`);
    }
    if (typeof found !== "object" || found === null || Array.isArray(found)) {
        throw new OptionsProblem(`${file} is no object: give one, such as {"port": 4097}.`);
    }
    for (const name of Object.keys(found)) {
        if (!Object.hasOwn(optionTable, name)) {
            throw new OptionsProblem(`${file} has "${name}", which is no option. ${meantBy(name)}`);
        }
    }
    if ("password" in found && isOpenToOthers(file)) {
        throw new OptionsProblem(`${file} holds a password, and others may read it. Run: chmod 600 ${file}`);
    }
    return found as Record<string, unknown>;
}

function given(name: string, { flags, env, folder }: OptionSources): Given | undefined {
    const flag = flags[name];
    if (flag !== undefined) return { value: flag, from: flagOf(name as OptionName), folder };
    const variable = variableOf(name as OptionName);
    const text = env[variable];
    // An empty variable is how one is taken back.
    return text === undefined || text === "" ? undefined : { value: text, from: variable, folder };
}

/** Where the file is. @returns undefined where there is none and none was asked for */
function configOf(
    sources: OptionSources,
): { file: string; found: Readonly<Record<string, unknown>> } | undefined {
    const asked = given("config", sources);
    if (asked !== undefined) {
        const file = resolve(sources.folder, String(asked.value));
        const found = readConfig(file);
        if (found === undefined) throw new OptionsProblem(`${asked.from} is ${file}, which is not there.`);
        return { file, found };
    }
    const data = given("data", sources)?.value;
    const folder = typeof data === "string" ? resolve(sources.folder, data) : defaultDataFolder(sources.env);
    const file = join(folder, "bridge.json");
    const found = readConfig(file);
    return found && { file, found };
}

/** Whether an address is this machine's own, which nobody else reaches. */
export function isLoopback(host: string): boolean {
    return host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}

/** How a value that is wrong is shown. */
function shown(name: OptionName, value: unknown): string {
    // An address may hold a password, and is refused for that.
    if (rows[name].isSecret || name === "server") return "is not what it should be";
    return `is ${JSON.stringify(value).slice(0, 80)}`;
}

/**
 * Reads what the bridge is to be.
 * @returns every option, paths absolute; throws an OptionsProblem
 */
export function readOptions(sources: OptionSources): BridgeOptions {
    const config = configOf(sources);
    const all = new Map<OptionName, Given>();
    for (const name of names) {
        const one = given(name, sources);
        const inFile = config?.found[name];
        if (one !== undefined) all.set(name, one);
        else if (config !== undefined && inFile !== undefined) {
            all.set(name, { value: inFile, from: `${name} in ${config.file}`, folder: dirname(config.file) });
        }
    }
    if (sources.flags["password"] !== undefined) throw new OptionsProblem(passwordIsNoFlag);
    const read = schema.safeParse(Object.fromEntries([...all].map(([name, { value }]) => [name, value])));
    if (!read.success) {
        const name = read.error.issues[0]?.path[0] as OptionName;
        const { value, from } = all.get(name) ?? { value: undefined, from: name };
        throw new OptionsProblem(`${from} ${shown(name, value)}: give ${rows[name].expects}.`);
    }
    const values = read.data;
    const path = (name: "directory" | "passwordFile" | "data" | "opencode" | "logFile"): string | undefined =>
        values[name] && resolve(all.get(name)?.folder ?? sources.folder, values[name]);
    const from = (name: OptionName): string => all.get(name)?.from ?? flagOf(name);

    const lan = values.lan ?? false;
    const host = values.host ?? (lan ? "0.0.0.0" : "127.0.0.1");
    if (!lan && !isLoopback(host)) {
        throw new OptionsProblem(
            `${from("host")} is ${host}, which others can reach: add --lan if that is meant.`,
        );
    }
    if (lan && isLoopback(host)) {
        throw new OptionsProblem(
            `${from("host")} is ${host}, which nobody else can reach: leave it away with --lan.`,
        );
    }
    const server = values.server?.replace(/\/+$/, "");
    for (const name of ["username", "password", "passwordFile"] as const) {
        if (server === undefined && values[name] !== undefined) {
            throw new OptionsProblem(
                `${from(name)} is for an opencode that runs already: name it with --server URL.`,
            );
        }
    }
    if (server !== undefined && values.opencode !== undefined) {
        throw new OptionsProblem(
            `${from("opencode")} is for an opencode to start, ${from("server")} for one that runs: give one.`,
        );
    }
    if (values.password !== undefined && values.passwordFile !== undefined) {
        throw new OptionsProblem(`${from("passwordFile")} and ${from("password")} are both there: give one.`);
    }
    const passwordFile = path("passwordFile");
    return {
        port: values.port ?? 4097,
        host,
        lan,
        directory: path("directory") ?? sources.folder,
        server,
        username: values.username ?? "opencode",
        password:
            passwordFile === undefined ? values.password : readPassword(passwordFile, from("passwordFile")),
        data: path("data") ?? defaultDataFolder(sources.env),
        opencode: path("opencode"),
        approveLocal: values.approveLocal ?? false,
        jobsAtOnce: values.jobsAtOnce ?? usualJobs.jobsAtOnce,
        jobTools: values.jobTools ?? usualJobs.jobTools,
        jobMinutes: values.jobMinutes ?? usualJobs.jobMinutes,
        jobCost: values.jobCost ?? usualJobs.jobCost,
        logLevel: values.logLevel ?? "info",
        logFile: path("logFile"),
    };
}

/** Told to whoever gives a password as a flag. It does not show it again. */
export const passwordIsNoFlag = `Everybody on this machine can read a command line: set ${variableOf("password")}, or name a file with ${flagOf("passwordFile")}.`;

function readPassword(file: string, from: string): string {
    let text: string;
    try {
        text = readFileSync(file, "utf8");
    } catch (error) {
        throw new OptionsProblem(`${from} is ${file}, which cannot be read: ${(error as Error).message}`);
    }
    if (isOpenToOthers(file))
        throw new OptionsProblem(`Others may read ${file}, a password's. Run: chmod 600 ${file}`);
    const password = optionTable.password.schema.safeParse(text.split(/\r?\n/)[0]);
    if (password.success) return password.data;
    throw new OptionsProblem(`${from} is ${file}, whose first line is no password.`);
}
