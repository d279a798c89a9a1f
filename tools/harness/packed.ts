import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { projectFolder } from "./disk.ts";

const execute = promisify(execFile);

/** The environment without what npm and this project's tools have put there: as at somebody else's prompt. */
function plainEnvironment(): NodeJS.ProcessEnv {
    const isTheirs = (name: string) => !/^(npm_|NODE_OPTIONS$|INIT_CWD$|TRAPOS_|VITEST|VITE_)/i.test(name);
    return Object.fromEntries(Object.entries(process.env).filter(([name]) => isTheirs(name)));
}

/** A folder of somebody who has installed packages of ours, and knows nothing of this project. */
export interface Installed {
    readonly folder: string;
    /**
     * Runs a program in the folder: `node`, `npx`, `npm`.
     * @param input what it reads
     * @returns what it wrote; rejects with its output when its exit status is not 0
     */
    run(
        program: string,
        words: readonly string[],
        input?: string,
    ): Promise<{ stdout: string; stderr: string }>;
    /** Writes a module of plain JavaScript there and runs it. @returns what it printed */
    runModule(source: string): Promise<string>;
}

/** What is read of a package.json. */
interface Manifest {
    readonly name: string;
    readonly version: string;
    readonly dependencies?: Readonly<Record<string, string>>;
}

const readManifest = async (source: string): Promise<Manifest> =>
    JSON.parse(await readFile(join(source, "package.json"), "utf8")) as Manifest;

/** The folders of a package of host/ and of those of host/ that it needs. */
async function withNeeded(name: string): Promise<string[]> {
    const host = join(projectFolder, "host");
    const folders = new Map<string, string>();
    for (const entry of await readdir(host, { withFileTypes: true })) {
        if (entry.isDirectory())
            folders.set((await readManifest(join(host, entry.name))).name, join(host, entry.name));
    }
    const found = new Set([join(host, name)]);
    for (const source of found) {
        const { dependencies } = await readManifest(source);
        for (const needed of Object.keys(dependencies ?? {})) {
            const folder = folders.get(needed);
            if (folder !== undefined) found.add(folder);
        }
    }
    return [...found];
}

/**
 * Packs a package of host/ as it would be published, with those of host/ that it needs, and installs them from their tarballs, with
 * what they need from npm's registry.
 * @param name its folder's name below host/
 * @param folder an empty one
 */
export async function installPacked(name: string, folder: string): Promise<Installed> {
    const env = plainEnvironment();
    const app = join(folder, "app");
    await mkdir(app, { recursive: true });
    await writeFile(join(app, "package.json"), JSON.stringify({ private: true, type: "module" }));
    const tarballs: string[] = [];
    for (const source of await withNeeded(name)) {
        await execute("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: source, env });
        const { name: published, version } = await readManifest(source);
        tarballs.push(join(folder, `${published}-${version}.tgz`));
    }
    const options = ["--silent", "--no-audit", "--no-fund", "--prefer-offline"];
    await execute("npm", ["install", ...options, ...tarballs], { cwd: app, env });

    const run: Installed["run"] = (program, words, input = "") => {
        const running = execute(program, [...words], { cwd: app, env });
        running.child.stdin?.end(input);
        return running;
    };
    return {
        folder: app,
        run,
        async runModule(text) {
            await writeFile(join(app, "main.js"), text);
            return (await run(process.execPath, ["main.js"])).stdout;
        },
    };
}

/** The first example in JavaScript in a package's README. */
export async function readmeExample(name: string): Promise<string> {
    const readme = await readFile(join(projectFolder, "host", name, "README.md"), "utf8");
    const example = /^```js\n(.*?)^```$/ms.exec(readme)?.[1];
    if (example === undefined) throw new Error(`host/${name}/README.md has no example`);
    return example;
}
