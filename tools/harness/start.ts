/** `npm start`: a computer in a world of one, whose command a real opencode server answers. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { styleText } from "node:util";
import { Argument, Command } from "commander";
import { directives } from "../model/index.ts";
import { exitStatus } from "../command-line/exit-status.ts";
import { interruption } from "../command-line/interruption.ts";
import { seconds, sizeOption } from "../command-line/options.ts";
import { endQuietlyWithoutReader } from "../command-line/output.ts";
import { conclusion } from "./conclusion.ts";
import { projectFolder, type Settings } from "./disk.ts";
import { frame, visibleRows } from "./frame.ts";
import { model, serverUrl } from "./options.ts";
import { runCommand } from "./run-command.ts";
import { type ScriptedServer, serverSettings, startScriptedServer } from "./server.ts";
import { commandLine } from "./words.ts";

interface Options {
    server?: URL;
    username?: string;
    password?: string;
    model?: { provider: string; model: string };
    keep?: boolean;
    folder?: string;
    timeout: number;
    size: { width: number; height: number };
    basic?: boolean;
}

const program = new Command("npm start --")
    .description(
        "Boots a ComputerCraft computer with TrapOS, types a command at its shell and shows its screen.\n" +
            "Without --server it starts an opencode server of its own, with a scripted model: no key, no network.",
    )
    .addArgument(
        new Argument("[command...]", "what is typed at the computer's shell").default(
            ["ai", "ping"],
            "ai ping",
        ),
    )
    .option("--server <url>", "use your own opencode server", serverUrl)
    .option("--username <name>", "its user, opencode unless you set another")
    .option("--password <password>", "its password; also taken from OPENCODE_SERVER_PASSWORD")
    .option("--model <provider/model>", "the model to ask; without it the server's default answers", model)
    .option("--keep", "keep the computer's disk and our server's sessions between runs")
    .option("--folder <path>", "where --keep keeps them (default: .computer in the project)")
    .option("--timeout <seconds>", "give up after so long", seconds, 120)
    .addOption(sizeOption)
    .option("--basic", "a basic computer, without colours")
    .passThroughOptions()
    .addHelpText(
        "after",
        `
Options of ours stand before the command; what follows it is the command's own.

Examples:
  npm start
  npm start -- ai "hello there"
  npm start -- --keep ai --verbose ping
  npm start -- --server http://127.0.0.1:4096 --password secret ai "what is a turtle?"

The scripted model follows words in brackets, such as ai "[tools 3] [wait 2] hello":
${directives.map(({ usage, meaning }) => `  ${usage.padEnd(24)}  ${meaning}`).join("\n")}

Exit status: 0, 1 when the command failed, 2 for wrong options, ${exitStatus.timedOut} when the time was up.`,
    )
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : exitStatus.usage));

const colours = process.stdout.isTTY && process.env["NO_COLOR"] === undefined;
const dim = (text: string) => (colours ? styleText("dim", text) : text);
const say = (text: string) => console.log(dim(text));

async function main(words: string[], options: Options, signal: AbortSignal): Promise<number> {
    const command = commandLine(words);
    const folder = options.keep
        ? resolve(options.folder ?? join(projectFolder, ".computer"))
        : await mkdtemp(join(tmpdir(), "trapos-start-"));
    let own: ScriptedServer | undefined;
    try {
        await mkdir(join(folder, "disk"), { recursive: true });
        let settings: Settings;
        let host: string;
        if (options.server) {
            host = options.server.hostname.replace(/^\[|\]$/g, "");
            const password = options.password ?? process.env["OPENCODE_SERVER_PASSWORD"];
            settings = serverSettings({
                url: options.server.href.replace(/\/$/, ""),
                username: options.username,
                password,
            });
        } else {
            say("Starting opencode with a scripted model ...");
            own = await startScriptedServer({ home: join(folder, "opencode"), signal });
            say(`opencode ${own.opencode.version} answers on ${own.opencode.url}.`);
            host = "127.0.0.1";
            settings = serverSettings(own.opencode);
        }
        say(`A computer boots, and types: ${command}`);
        const result = await runCommand({
            disk: join(folder, "disk"),
            command,
            settings: {
                ...settings,
                "opencc.provider_id": options.model?.provider,
                "opencc.model_id": options.model?.model,
            },
            allow: [host],
            ...options.size,
            colour: !options.basic,
            timeoutSeconds: options.timeout,
            signal,
        });
        signal.throwIfAborted();
        console.log(`\n${frame(visibleRows(result.screen, result.transcript), options.size.width)}\n`);
        const { status, line } = conclusion(result.end, options.timeout);
        const how = status === 0 ? "Took" : "Failed after";
        if (line === undefined) say(`${how} ${result.seconds.toFixed(1)} s.`);
        else console.error(line);
        return status;
    } finally {
        await own?.stop();
        if (!options.keep) await rm(folder, { recursive: true, force: true });
    }
}

endQuietlyWithoutReader();
program.parse();
const options = program.opts<Options>();
if (!options.server && (options.username ?? options.password) !== undefined) {
    program.error("error: --username and --password go with --server");
}
const interrupted = interruption();
try {
    process.exitCode = await main(program.processedArgs[0] as string[], program.opts<Options>(), interrupted);
} catch (error) {
    const stopped = interrupted.aborted;
    console.error(stopped ? "Stopped." : (error as Error).message);
    process.exitCode = stopped ? exitStatus.interrupted : exitStatus.failed;
}
