/** The command line of the bridge, whatever surrounds it. */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { once } from "node:events";
import { resolve } from "node:path";
import { adminClient, AdminProblem } from "../admin.ts";
import { addressesOf, banner } from "../banner.ts";
import type { Bridge } from "../bridge.ts";
import { type DoctorWorld, examine } from "../doctor.ts";
import type { Limits, LimitScope, Profile } from "../journal/journal.ts";
import {
    type BridgeOptions,
    flagOf,
    type OptionName,
    OptionsProblem,
    optionTable,
    passwordIsNoFlag,
    readOptions,
    variableOf,
} from "../options.ts";
import { profileMeaning, profiles } from "../profiles.ts";
import { addJobs, STILL_RUNNING } from "./jobs.ts";
import { checkLines, computerLines, limitLines, plain, statusLines } from "./output.ts";

/** Exit statuses, as those of this project's other programs. */
export const exitStatus = {
    failed: 1,
    /** The command line was wrong, or an option. */
    usage: 2,
    /** Ctrl+C, as shells have it. */
    interrupted: 130,
};

/** What surrounds the command line. */
export interface World {
    readonly print: (line: string) => void;
    readonly complain: (line: string) => void;
    readonly env: NodeJS.ProcessEnv;
    /** Whether what is printed is seen by whoever started it, and kept by nobody. */
    readonly isTerminal: boolean;
    /** What paths are relative to. */
    readonly folder: string;
    /** Is aborted when the program is to end. */
    readonly signal: AbortSignal;
    readonly startBridge: (options: BridgeOptions) => Promise<Bridge>;
    readonly examineDatabase: DoctorWorld["examineDatabase"];
    /** Epoch milliseconds. */
    readonly now: () => number;
}

/** Options that the owner's commands to a running bridge have, too. */
const everywhere: readonly OptionName[] = ["data"];

/** Adds options of the table to a command. */
function addOptions(command: Command, names: readonly OptionName[]): void {
    for (const name of names) {
        const { purpose, argument, standard, isSecret } = optionTable[name] as {
            purpose: string;
            argument?: string;
            standard?: string;
            isSecret?: boolean;
        };
        if (isSecret) {
            const refuse = (): never => command.error(`error: ${passwordIsNoFlag}`);
            // Told apart from a typing error. Without a value, too.
            command.addOption(new Option(`${flagOf(name)} [text]`).argParser(refuse).preset("").hideHelp());
        } else if (argument === undefined) {
            command.option(flagOf(name), purpose);
            // Takes back what the environment or the file says.
            command.addOption(new Option(flagOf(name).replace("--", "--no-")).hideHelp());
        } else {
            command.option(
                `${flagOf(name)} ${argument}`,
                standard ? `${purpose} (default: ${standard})` : purpose,
            );
        }
    }
    command.option("--config <file>", "a JSON file with options (default: bridge.json in the data folder)");
}

function amount(text: string): number | "none" {
    if (text === "none") return text;
    const value = Number(text);
    if (!/^\d{1,15}(\.\d{1,6})?$/.test(text))
        throw new InvalidArgumentError('Give a number from 0 on, or "none".');
    return value;
}

function wholeAmount(text: string): number | "none" {
    const value = amount(text);
    if (value === "none" || Number.isSafeInteger(value)) return value;
    throw new InvalidArgumentError('Give a whole number from 0 on, or "none".');
}

/** Reads the options of a command, without those that are no option of the bridge. */
function optionsOf(command: Command, world: World): BridgeOptions {
    return readOptions({ flags: command.opts(), env: world.env, folder: world.folder });
}

async function start(options: BridgeOptions, world: World, program: string): Promise<number> {
    const bridge = await world.startBridge(options);
    try {
        const { port } = new URL(bridge.url);
        const lines = banner({
            addresses: addressesOf(options.host),
            port: Number(port),
            lan: options.lan,
            approveLocal: options.approveLocal,
            directory: options.directory,
            opencode: bridge.opencode,
            warning: bridge.warning,
            away: bridge.away,
            // What logs in is for nobody else's eyes, as those of systemd's journal are.
            page: world.isTerminal ? bridge.pageUrl : new URL("/", bridge.pageUrl).href,
            program,
        });
        for (const line of lines) world.print(plain(line));
        if (!world.signal.aborted) await once(world.signal, "abort");
    } finally {
        await bridge.stop();
    }
    // Ctrl+C is how to end it, and no mishap.
    return 0;
}

async function doctor(options: BridgeOptions, world: World): Promise<number> {
    const checks = await examine(options, world);
    for (const line of checkLines(checks)) world.print(line);
    return checks.some(({ state }) => state === "failed") ? exitStatus.failed : 0;
}

/** Whose limits are meant. */
function scopeOf(command: Command): LimitScope {
    const { computer, owner } = command.opts<{ computer?: string; owner?: string }>();
    if (computer !== undefined && owner === undefined) return { computer };
    if (owner !== undefined && computer === undefined) return { owner };
    return command.error("error: say whose limits: --computer ID or --owner NAME");
}

const limitNames = ["turnsAtOnce", "promptsPerHour", "tokensPerDay", "costPerDay"] as const;

/** Limits with what the command line says of them. @returns undefined where it says nothing */
function changed(limits: Limits, flags: Record<string, unknown>): Limits | undefined {
    const said = limitNames.filter((name) => flags[name] !== undefined);
    if (said.length === 0) return undefined;
    const all = new Map<string, unknown>(Object.entries(limits));
    for (const name of said) all.set(name, flags[name]);
    return Object.fromEntries([...all].filter(([, value]) => value !== "none"));
}

/**
 * The command line.
 * @param settle is told the exit status
 */
function commandLine(world: World, program: string, settle: (status: number) => void): Command {
    const root = new Command(program)
        .description(
            "Links ComputerCraft computers with opencode. Without a command it starts: in the folder where the agent is to work.",
        )
        .configureOutput({
            writeOut: (text) => world.print(text.trimEnd()),
            writeErr: (text) => world.complain(text.trimEnd()),
        })
        .exitOverride();
    // One argument each: `console.log` prints all that it is handed.
    const printAll = (lines: readonly string[]): void => lines.forEach((line) => world.print(line));
    const client = (command: Command) => adminClient(optionsOf(command, world).data);

    const begin = root
        .command("start", { isDefault: true })
        .description("start the bridge")
        .action(async () => settle(await start(optionsOf(begin, world), world, program)));
    addOptions(begin, Object.keys(optionTable) as OptionName[]);

    const look = root
        .command("doctor")
        .description("look whether it would start, and say what to do")
        .action(async () => settle(await doctor(optionsOf(look, world), world)));
    addOptions(look, Object.keys(optionTable) as OptionName[]);

    const status = root
        .command("status")
        .description("how the bridge is that runs")
        .action(async () => printAll(statusLines(await client(status).status())));

    const computers = root
        .command("computers")
        .description("which computers are linked, and which wait for approval")
        .action(async () => {
            const asked = client(computers);
            const [linked, waiting] = await Promise.all([asked.computers(), asked.pairings()]);
            printAll(computerLines(linked, waiting, world.now()));
        });

    const page = root
        .command("page")
        .description("the address of your page, which logs you in")
        .action(async () => world.print(plain((await client(page).page()).url)));

    const approve = root
        .command("approve")
        .argument("<code>", "what the computer shows")
        .description("link a computer")
        .option("--name <name>", "what it is called (default: its label)")
        .option("--owner <name>", "whose it is, for limits and jobs (default: owner)")
        .addOption(
            new Option("--profile <profile>", "what its agent may do (default: talk)").choices(profiles),
        )
        .addHelpText(
            "after",
            `\nProfiles:\n${profiles.map((name) => `  ${name.padEnd(8)} ${profileMeaning[name]}`).join("\n")}`,
        )
        .action(async (code: string) => {
            const { name, owner, profile } = approve.opts<{
                name?: string;
                owner?: string;
                profile?: Profile;
            }>();
            const linked = await client(approve).approve({ code, name, owner, profile });
            world.print(
                plain(
                    `Linked: ${linked.name}, computer ${linked.gameId} of ${linked.owner}, as "${linked.profile}".`,
                ),
            );
            world.print(profileMeaning[linked.profile]);
        });

    const revoke = root
        .command("revoke")
        .argument("<computer>", "its id, or its name")
        .description("end a computer's link, at once")
        .action(async (computer: string) => {
            const { id, name } = await client(revoke).revoke(computer);
            world.print(plain(`${name} (${id}) is not linked any more.`));
        });

    const backup = root
        .command("backup")
        .argument("<file>", "a new file")
        .description("copy the journal, of which the bridge's own file is no backup while it runs")
        .action(async (file: string) => {
            const written = await client(backup).backup(resolve(file));
            world.print(plain(`Written: ${written.file}`));
        });

    const limits = root
        .command("limits")
        .description('what a computer, or all of an owner\'s, may use; "none" takes a limit away')
        .option("--computer <id>", "a computer's")
        .option("--owner <name>", "an owner's")
        .option("--turns-at-once <number>", "turns that run at the same time", wholeAmount)
        .option("--prompts-per-hour <number>", "prompts in any hour", wholeAmount)
        .option("--tokens-per-day <number>", "tokens a day (UTC)", wholeAmount)
        .option("--cost-per-day <dollars>", "US dollars a day (UTC)", amount)
        .action(async () => {
            const scope = scopeOf(limits);
            const asked = client(limits);
            const now = await asked.limits(scope);
            const wanted = changed(now, limits.opts());
            printAll(limitLines(wanted === undefined ? now : await asked.setLimits(scope, wanted)));
        });

    const jobs = addJobs(root, { client, print: world.print, settle, now: world.now });
    for (const command of [status, computers, page, approve, revoke, backup, limits, ...jobs])
        addOptions(command, everywhere);
    for (const command of [...root.commands, ...jobs]) command.allowExcessArguments(false);
    root.addHelpText(
        "after",
        `
Every option of start is also a variable (--port: ${variableOf("port")}) and a key of a JSON file (--config), in this order.
The password of --server is a variable, a key or a file (${flagOf("passwordFile")}), and no option: ${variableOf("password")}.

Examples:
  ${program.replace(/ --$/, "")}
  ${program} doctor
  ${program} --server http://127.0.0.1:4096
  ${program} approve ABCDEF --profile read

Exit status: 0, 1 when something failed, 2 for wrong options, ${STILL_RUNNING} when a job that is collected still runs, 130 when it was stopped before it had started.`,
    );
    return root;
}

/**
 * Runs the program.
 * @param words the command line behind its name
 * @returns the exit status
 */
export async function run(words: readonly string[], world: World): Promise<number> {
    const program = world.env["npm_lifecycle_event"] === "bridge" ? "npm run bridge --" : "trapos-bridge";
    let status = 0;
    try {
        await commandLine(world, program, (told) => (status = told)).parseAsync(words, { from: "user" });
        return status;
    } catch (error) {
        // commander has said what is wrong.
        if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitStatus.usage;
        if (world.signal.aborted) {
            world.complain("Stopped.");
            return exitStatus.interrupted;
        }
        if (error instanceof AdminProblem || error instanceof Error) world.complain(plain(error.message));
        else throw error;
        return error instanceof OptionsProblem ? exitStatus.usage : exitStatus.failed;
    }
}
