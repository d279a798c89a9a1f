/** What tests of installing stand on: a registry that can be replaced, and bare computers that people type at. */
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { projectFolder } from "../../tools/harness/disk.ts";
import { testsBackend } from "../../tools/harness/tests-backend.ts";
import type { BootOptions, DrivenComputer } from "../../tools/harness/backend.ts";
import { type Registry, type RegistryOptions, startRegistry } from "trapos-registry";
import { type Changes, makeVariant } from "../../tools/harness/registry-variant.ts";

const backend = await testsBackend(process.env);

/** The shell waits for a command. */
const prompt = /(^|\n)>$/;

/** How long a command may take: an install asks for some dozen files. */
const patience = { timeoutSeconds: 20 };

/** A registry at one address whose packages become newer. */
export interface ChangingRegistry {
    readonly url: string;
    /** What was asked for since the last call, without leading slashes. */
    takeRequests(): string[];
    /** Serves this project's packages with changes from now on. */
    change(changes: Changes): Promise<void>;
    /** What is done before a request is answered, and what is served in place of a file: see RegistryOptions. */
    onRequest: RegistryOptions["onRequest"];
    contentOf: RegistryOptions["contentOf"];
}

/** A computer that is switched on, and somebody before it. */
export interface Player {
    readonly computer: DrivenComputer;
    /**
     * Types a command, answers its questions and waits for the next prompt.
     * @param answers what is typed at each question, in their order; "\n" is Enter
     * @returns what stands between the command and the next prompt
     */
    run(command: string, answers?: readonly [question: string | RegExp, answer: string][]): Promise<string>;
    /** Does something that restarts the computer, and waits until it has. */
    restarted(act: () => Promise<unknown>): Promise<void>;
}

export interface Workshop {
    /** A new folder that goes with the workshop: a computer's disk, for one. */
    newFolder(): Promise<string>;
    /** Serves this project's packages. */
    newRegistry(): Promise<ChangingRegistry>;
    /** Switches a computer on, waits for its prompt, and switches it off when `act` has ended. */
    use<T>(disk: string, act: (player: Player) => Promise<T>, choice?: Partial<BootOptions>): Promise<T>;
    /** Ends everything. */
    close(): Promise<void>;
}

export async function openWorkshop(): Promise<Workshop> {
    const folder = await mkdtemp(join(tmpdir(), "trapos-ccpm-"));
    const stops: (() => Promise<void>)[] = [];

    const newFolder = () => mkdtemp(join(folder, "folder-"));

    async function newRegistry(): Promise<ChangingRegistry> {
        let requests: string[] = [];
        let registry: Registry;
        const start = async (root: string, port?: number): Promise<void> => {
            registry = await startRegistry({
                root,
                port,
                onRequest: async (path) => {
                    requests.push(path);
                    await changing.onRequest?.(path);
                },
                contentOf: (path) => changing.contentOf?.(path),
            });
        };
        const changing: ChangingRegistry = {
            get url() {
                return registry.url;
            },
            takeRequests() {
                const taken = requests;
                requests = [];
                return taken;
            },
            async change(changes) {
                const root = await newFolder();
                await makeVariant(root, changes);
                await registry.stop();
                await start(root, Number(new URL(registry.url).port));
            },
            onRequest: undefined,
            contentOf: undefined,
        };
        await start(projectFolder);
        stops.push(() => registry.stop());
        return changing;
    }

    async function use<T>(
        disk: string,
        act: (player: Player) => Promise<T>,
        choice: Partial<BootOptions> = {},
    ): Promise<T> {
        const computer = await backend.boot({ disk, allow: ["127.0.0.1"], ...choice });
        const player: Player = {
            computer,
            async run(command, answers = []) {
                await computer.type(command);
                const rowsBefore = computer.transcript().split("\n").length;
                await computer.type("\n");
                for (const [question, answer] of answers) {
                    await computer.waitForText(question, patience);
                    await computer.type(answer);
                }
                await computer.waitForText(prompt, patience);
                return computer.transcript().split("\n").slice(rowsBefore, -1).join("\n");
            },
            async restarted(act) {
                // What was shown before is gone then.
                await computer.type("--old\n");
                await computer.waitForText(/--old[^]*\n>$/, patience);
                await act();
                await computer.waitForText(/^(?![^]*--old)[^]*(^|\n)>$/, patience);
            },
        };
        try {
            await computer.waitForText(prompt, patience);
            return await act(player);
        } finally {
            await computer.close();
        }
    }

    return {
        newFolder,
        newRegistry,
        use,
        async close() {
            for (const stop of stops) await stop();
            await rm(folder, { recursive: true, force: true });
        },
    };
}

/** The harness's own startup file, where a computer cannot be typed at otherwise. */
const driver = readFileSync(join(projectFolder, "tools/harness/lua/driver.lua"), "latin1");

/** What is on a computer's disk: contents by path, "" for a folder, whose path ends in "/". */
export async function filesOn(disk: string): Promise<Record<string, string>> {
    const files: Record<string, string> = {};
    for (const entry of await readdir(disk, { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name);
        const name = path.slice(disk.length + 1);
        if (entry.isDirectory()) files[`${name}/`] = "";
        else files[name] = await readFile(path, "latin1");
    }
    if (files["startup.lua"] === driver) delete files["startup.lua"];
    return files;
}

/** Puts files on a computer's disk. */
export async function writeFiles(disk: string, files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, content] of Object.entries(files)) {
        await mkdir(dirname(join(disk, path)), { recursive: true });
        await writeFile(join(disk, path), content, "latin1");
    }
}
