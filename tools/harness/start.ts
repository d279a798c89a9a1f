/** `npm start`: a computer in a world of one, whose command a real opencode server answers. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { styleText } from "node:util";
import { Command, Option } from "commander";
import {
    exitStatus,
    interruption,
    httpAllowOption,
    seconds,
    type Size,
    sizeOption,
    sizeOrFit,
    endQuietlyWithoutReader,
} from "craftos-headless/command-line";
import { exitConclusion, deniedAddresses } from "craftos-headless/cli";
import { directives } from "../model/index.ts";
import { conclusion } from "./conclusion.ts";
import { projectFolder } from "./disk.ts";
import type { Settings } from "craftos-headless";
import { frame, visibleRows } from "./frame.ts";
import { showLiveCommand } from "./live.ts";
import { model, serverUrl } from "./options.ts";
import { runCommand } from "./run-command.ts";
import { serverSettings, startScriptedServer } from "./server.ts";
import { commandLine } from "./words.ts";

interface Options {
    live?: boolean;
    server?: URL;
    username?: string;
    model?: { provider: string; model: string };
    keep?: boolean;
    folder?: string;
    timeout: number;
    size: Size | "fit";
    basic?: boolean;
    httpAllow: string[];
}

const passwordVariable = "OPENCODE_SERVER_PASSWORD";

/** Ends the program without showing the password again. */
const refusePassword = (): never =>
    program.error(
        `error: everybody on this machine can read a command line: set ${passwordVariable} instead`,
    );

const program = new Command("npm start --")
    .description(
        "Boots a ComputerCraft computer with TrapOS, types a command at its shell and shows its screen.\n" +
            "Without --server it starts an opencode server of its own, with a scripted model: no key, no network.",
    )
    .argument(
        "[command...]",
        'what is typed at the computer\'s shell (default: "ai ping", nothing with --live)',
    )
    .addOption(
        new Option("--live", "show the computer live in this terminal, with your keys and mouse").conflicts(
            "timeout",
        ),
    )
    .option(
        "--server <url>",
        `use your own opencode server; its password is taken from ${passwordVariable}`,
        serverUrl,
    )
    .option("--username <name>", "its user, opencode unless you set another")
    // Told apart from a typing error, because it was an option once.
    .addOption(new Option("--password <password>").argParser(refusePassword).hideHelp())
    .option("--model <provider/model>", "the model to ask; without it the server's default answers", model)
    .option("--keep", "keep the computer's disk and our server's sessions between runs")
    .option("--folder <path>", "where --keep keeps them (default: .computer in the project)")
    .option("--timeout <seconds>", "give up after so long", seconds, 120)
    .addOption(
        new Option(
            "--size <columns x rows>",
            'the size of its screen; "fit" with --live for that of the terminal',
        )
            .argParser(sizeOrFit)
            .default(sizeOption.defaultValue, sizeOption.defaultValueDescription),
    )
    .option("--basic", "a basic computer, without colours")
    .addOption(httpAllowOption)
    .passThroughOptions()
    .addHelpText(
        "after",
        `
Options of ours stand before the command; what follows it is the command's own.

Examples:
  npm start
  npm start -- ai "hello there"
  npm start -- --keep ai --verbose ping
  npm start -- --live
  npm start -- --server http://127.0.0.1:4096 ai "what is a turtle?"

The scripted model follows words in brackets, such as ai "[tools 3] [wait 2] hello":
${directives.map(({ usage, meaning }) => `  ${usage.padEnd(24)}  ${meaning}`).join("\n")}

Exit status: 0, 1 when the command failed, 2 for wrong options, ${exitStatus.timedOut} when the time was up.`,
    )
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : exitStatus.usage));

const colours = process.stdout.isTTY && process.env["NO_COLOR"] === undefined;
const dim = (text: string) => (colours ? styleText("dim", text) : text);
const say = (text: string) => console.log(dim(text));

/** What a computer asks. */
interface Server {
    /** For people. */
    readonly name: string;
    /** The settings by which it finds the server. */
    readonly settings: Settings;
    /** Its address and port, which the computer is let through to. */
    readonly allow: string;
    stop(): Promise<void>;
}

/** The address of a server, as `--http-allow` takes it. */
function addressOf({ hostname, port, protocol }: URL): string {
    return `${hostname}:${port === "" ? (protocol === "https:" ? 443 : 80) : port}`;
}

function ownServer(url: URL, username: string | undefined): Server {
    const password = process.env[passwordVariable];
    if (password === undefined)
        say(`${passwordVariable} is not set, so the computer asks without a password.`);
    return {
        name: `opencode on ${addressOf(url)}`,
        settings: serverSettings({ url: url.href.replace(/\/$/, ""), username, password }),
        allow: addressOf(url),
        async stop() {},
    };
}

async function scriptedServer(home: string, signal: AbortSignal): Promise<Server> {
    say("Starting opencode with a scripted model ...");
    const own = await startScriptedServer({ home, signal });
    const { opencode } = own;
    say(`opencode ${opencode.version} answers on ${opencode.url}.`);
    return {
        name: `opencode ${opencode.version}, scripted model`,
        settings: serverSettings(opencode),
        allow: addressOf(new URL(opencode.url)),
        stop: () => own.stop(),
    };
}

interface Computer {
    readonly disk: string;
    readonly settings: Settings;
    readonly server: Server;
    readonly options: Options;
    readonly signal: AbortSignal;
}

/** Runs a command and prints the last screen. @returns the exit status */
async function playCommand(command: string, size: Size, computer: Computer): Promise<number> {
    const { disk, settings, server, options, signal } = computer;
    say(`A computer boots, and types: ${command}`);
    const denied = deniedAddresses();
    const result = await runCommand({
        disk,
        command,
        settings,
        allow: [server.allow, ...options.httpAllow],
        onDenied: denied.onDenied,
        ...size,
        colour: !options.basic,
        timeoutSeconds: options.timeout,
        signal,
    });
    signal.throwIfAborted();
    console.log(`\n${frame(visibleRows(result.screen, result.transcript), size.width)}\n`);
    const { status, line } = conclusion(result.end, options.timeout);
    const how = status === 0 ? "Took" : "Failed after";
    if (line === undefined) say(`${how} ${result.seconds.toFixed(1)} s.`);
    else console.error(line);
    for (const text of denied.lines()) console.error(text);
    return status;
}

/** Shows the computer until the person leaves. @returns the exit status */
async function playLive(
    command: string | undefined,
    size: Size | "fit",
    computer: Computer,
): Promise<number> {
    const { disk, settings, server, options, signal } = computer;
    const tip = command === undefined ? " | try: ai hello" : "";
    const { exit, denied } = await showLiveCommand({
        input: process.stdin,
        output: process.stdout,
        disk,
        command,
        settings,
        allow: [server.allow, ...options.httpAllow],
        size,
        colour: !options.basic,
        status: `${server.name}${tip}`,
        signal,
    });
    if (exit?.reason === "shutdown") say("The computer has switched itself off.");
    if (!options.keep) say("The computer's disk is gone. --keep keeps one.");
    for (const text of denied.lines()) console.error(text);
    // Ctrl+C is how to leave, and no mishap.
    if (exit === undefined) return signal.reason === "SIGINT" ? 0 : exitStatus.interrupted;
    const { status, line } = exitConclusion(exit);
    if (line !== undefined) console.error(line);
    return status;
}

async function main(words: string[], options: Options, signal: AbortSignal): Promise<number> {
    const { size } = options;
    const command = words.length === 0 ? undefined : commandLine(words);
    const play = options.live
        ? (computer: Computer) => playLive(command, size, computer)
        : size === "fit"
          ? program.error("error: --size fit goes with --live")
          : (computer: Computer) => playCommand(command ?? "ai ping", size, computer);
    const folder = options.keep
        ? resolve(options.folder ?? join(projectFolder, ".computer"))
        : await mkdtemp(join(tmpdir(), "trapos-start-"));
    let server: Server | undefined;
    try {
        // Nobody else's, as the password is among the computer's settings.
        await mkdir(folder, { recursive: true, mode: 0o700 });
        const disk = join(folder, "disk");
        await mkdir(disk, { recursive: true });
        server = options.server
            ? ownServer(options.server, options.username)
            : await scriptedServer(join(folder, "opencode"), signal);
        const settings = {
            ...server.settings,
            "opencc.provider_id": options.model?.provider,
            "opencc.model_id": options.model?.model,
        };
        return await play({ disk, settings, server, options, signal });
    } finally {
        await server?.stop();
        if (!options.keep) await rm(folder, { recursive: true, force: true });
    }
}

endQuietlyWithoutReader();
program.parse();
const options = program.opts<Options>();
if (!options.server && options.username !== undefined) program.error("error: --username goes with --server");
if (options.server && (options.server.username || options.server.password) !== "") refusePassword();
if (options.live && !(process.stdin.isTTY && process.stdout.isTTY)) {
    program.error("error: --live needs a terminal. Without one, name a command: npm start -- ai hello");
}
const interrupted = interruption();
try {
    process.exitCode = await main(program.args, options, interrupted);
} catch (error) {
    const stopped = interrupted.aborted;
    console.error(stopped ? "Stopped." : (error as Error).message);
    process.exitCode = stopped ? exitStatus.interrupted : exitStatus.failed;
}
