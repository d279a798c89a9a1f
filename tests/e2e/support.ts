/** What end-to-end tests stand on: a real opencode server with the scripted model, and computers that know it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach } from "vitest";
import { boot, type Computer, readSetting, type Settings, writeSettings } from "craftos-headless";
import { installPackages, usualPackages } from "../../tools/harness/disk.ts";
import {
    type CommandOptions,
    type CommandResult,
    type RunningCommand,
    startCommand,
} from "../../tools/harness/run-command.ts";
import {
    allowEverything,
    type ScriptedModelOptions,
    serverSettings,
    startScriptedServer,
} from "../../tools/harness/server.ts";
import { linkDifferences } from "./link-differences.ts";
import { opencodeDifferences } from "./opencode-differences.ts";
import { type ServerCalls, serverCalls } from "../../tools/harness/server-calls.ts";
import { dialectVariable, opencodeVariable, testsOpencode } from "../../tools/harness/tests-opencode.ts";
import { startTestBridge } from "../../tools/harness/bridge.ts";
import type { Profile } from "trapos-bridge";
import { testsBackend } from "../../tools/harness/tests-backend.ts";
import type { Model } from "../../tools/model/index.ts";
import type { Opencode, OpencodeOptions } from "trapos-opencode";

/** Ours, or CraftOS-PC: see docs/testing.md. */
const backend = await testsBackend(process.env);

/** Starts the opencode that these tests ask: see docs/testing.md. */
export const startTestOpencode = testsOpencode(process.env);

/** What says something else by design on the opencode that these tests ask. */
const differences = opencodeDifferences(
    process.env[opencodeVariable],
    process.env[dialectVariable] === "2" ? 2 : 1,
);

/** Whether computers are linked with a bridge in these tests, or ask opencode themselves. */
export const isLinked = process.env["TRAPOS_TEST_LINK"] === "1";

beforeEach(({ task, skip }) => {
    const names = [task.name];
    for (let suite = task.suite; suite !== undefined; suite = suite.suite) names.unshift(suite.name);
    const name = names.join(" ");
    const reason =
        backend.skipped[name] ?? (isLinked ? linkDifferences[name] : undefined) ?? differences.tests[name];
    if (reason !== undefined) skip(reason);
});

/** What a computer is and how a command on it is run, beyond what every computer of a test has. */
export type ComputerChoice = Omit<CommandOptions, "disk" | "command">;

/** A player's computer: its disk lasts, and it is switched on for each command. */
export interface PlayerComputer {
    disk: string;
    /** Switches it on, types a command at the prompt and presses Enter. */
    start(command: string, choice?: ComputerChoice): Promise<RunningCommand>;
    /** Switches it on for a player, who can be asked: it stays on at its prompt until the world stops, or it is closed. */
    open(choice?: ComputerChoice): Promise<Computer>;
    /** `start`, and waits until the command has ended. */
    run(command: string, choice?: ComputerChoice): Promise<CommandResult>;
    /** A setting as the computer saved it. */
    setting(name: string): Promise<string | number | boolean | undefined>;
}

/** Servers and computers of one test file. */
export interface World {
    model: Model;
    /** The running server, another object after `restart`. */
    readonly opencode: Opencode;
    /** For files that a test needs; goes with the world. */
    folder: string;
    /** A new computer with trapos-ai, whose settings point to the server. Its settings win over those of the world. */
    newComputer(choice?: ComputerChoice): PlayerComputer;
    /** The settings by which a new computer finds the server, or the bridge where the tests run over that. */
    settings(): Settings;
    /** What somebody at the server's own door does and sees, whatever the server speaks. */
    readonly behind: ServerCalls;
    /** What the server calls the tool that runs commands. */
    readonly shell: string;
    /** Kills the server, as a crash does, and leaves it dead. */
    crash(): Promise<void>;
    /** Starts the server again after `crash`, or stops it first: same address, password and sessions. */
    restart(): Promise<void>;
    /** Ends everything. Safe to call twice. */
    stop(): Promise<void>;
}

/** What is installed. */
export const packages = isLinked ? ["trapos", "trapos-link"] : usualPackages;

/** How long a command may take in a test: the first turn of a cold server takes seconds. */
const commandSeconds = 60;

/**
 * Starts a world. Call it in beforeAll and its `stop` in afterAll.
 * @param options for the server, see OpencodeOptions
 * @param profile of computers that are linked with a bridge, where the tests run over that
 */
export async function startWorld(
    options: Pick<OpencodeOptions, "env" | "config" | "directory" | "permission"> &
        Pick<ScriptedModelOptions, "models"> = {},
    profile: Profile = "build",
): Promise<World> {
    const folder = await mkdtemp(join(tmpdir(), "trapos-e2e-"));
    const home = join(folder, "opencode");
    const removeFolder = () => rm(folder, { recursive: true, force: true });
    const server = await startScriptedServer({ ...options, home, start: startTestOpencode }).catch(
        async (error: unknown) => {
            await removeFolder();
            throw error;
        },
    );
    const { model } = server;
    let { opencode } = server;
    const bridge = isLinked ? await startTestBridge(() => opencode, join(folder, "bridge")) : undefined;
    const behind = serverCalls(() => opencode);
    let computers = 0;
    const started: RunningCommand[] = [];
    const opened: Computer[] = [];

    /** How a computer asks the server itself. What its agent may do there the server's configuration says. */
    const direct = (): Settings => ({
        ...serverSettings(opencode),
        ...(behind.dialect === 1 ? {} : { "opencc.profile": "server" }),
    });

    function newComputer(own: ComputerChoice = {}): PlayerComputer {
        const id = computers++;
        const disk = join(folder, `computer-${id}`);
        const link = bridge?.link(id, profile);
        const reach = (): Settings => link ?? direct();
        const start = async (command: string, choice: ComputerChoice = {}): Promise<RunningCommand> => {
            const settings: Settings = { ...reach(), ...own.settings, ...choice.settings };
            const running = await startCommand({
                backend,
                id,
                packages,
                allow: ["127.0.0.1"],
                timeoutSeconds: commandSeconds,
                ...own,
                ...choice,
                settings,
                disk,
                command,
            });
            started.push(running);
            return running;
        };
        const open = async (choice: ComputerChoice = {}): Promise<Computer> => {
            const settings: Settings = {
                ...reach(),
                // A command that was run on this disk before has left it on.
                "trapos.harness_mode": false,
                ...own.settings,
                ...choice.settings,
            };
            await installPackages(disk, choice.packages ?? own.packages ?? packages);
            await writeSettings(disk, settings);
            const { width, height, colour, label } = { ...own, ...choice };
            const computer = await boot({
                disk,
                id,
                http: { allow: ["127.0.0.1"] },
                ...(width === undefined ? {} : { width }),
                ...(height === undefined ? {} : { height }),
                ...(colour === undefined ? {} : { colour }),
                ...(label === undefined ? {} : { label }),
            });
            opened.push(computer);
            await computer.waitForText(/^> ?$/m);
            return computer;
        };
        return {
            disk,
            start,
            open,
            run: async (command, choice) => (await start(command, choice)).finished,
            setting: (name) => readSetting(disk, name),
        };
    }

    return {
        model,
        get opencode() {
            return opencode;
        },
        folder,
        settings: () => bridge?.link(0, profile) ?? direct(),
        newComputer,
        behind,
        shell: behind.dialect === 1 ? "bash" : "shell",
        crash: () => opencode.kill(),
        async restart() {
            await opencode.stop();
            const { port, username, password } = opencode;
            opencode = await startTestOpencode({
                permission: allowEverything,
                ...options,
                home,
                port,
                username,
                password,
                model: { baseUrl: model.url, details: options.models },
            });
        },
        async stop() {
            // A test that failed may have left one that runs.
            await Promise.all(started.map(({ computer }) => computer.close()));
            await Promise.all(opened.map((computer) => computer.close()));
            await bridge?.stop();
            await opencode.stop();
            await model.stop();
            await removeFolder();
        },
    };
}
