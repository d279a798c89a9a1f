import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
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

/**
 * Packs a package of host/ as it would be published, and installs it from its tarball, with what it needs from npm's registry.
 * @param name its folder's name below host/
 * @param folder an empty one
 */
export async function installPacked(name: string, folder: string): Promise<Installed> {
    const env = plainEnvironment();
    const app = join(folder, "app");
    await mkdir(app, { recursive: true });
    await writeFile(join(app, "package.json"), JSON.stringify({ private: true, type: "module" }));
    const source = join(projectFolder, "host", name);
    await execute("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: source, env });
    const { name: published, version } = JSON.parse(await readFile(join(source, "package.json"), "utf8")) as {
        name: string;
        version: string;
    };
    const tarball = join(folder, `${published}-${version}.tgz`);
    const options = ["--silent", "--no-audit", "--no-fund", "--prefer-offline"];
    await execute("npm", ["install", ...options, tarball], { cwd: app, env });

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
