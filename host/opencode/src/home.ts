/** Homes for servers that are to reach nothing of this machine's user. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { configuration, environment, folders, type ModelEndpoint } from "./environment.ts";
import type { Dialect } from "./version.ts";

/**
 * Keeps the server from installing its plugin package with npm when it starts: it does so unless its config folder
 * looks as if that had been done. Nothing here needs plugins, and while npm runs the server ignores SIGTERM.
 */
async function preventPluginInstallation(configFolder: string): Promise<void> {
    await mkdir(join(configFolder, "node_modules"), { recursive: true });
    const lock = { packages: { "": { dependencies: { "@opencode-ai/plugin": "*" } } } };
    await writeFile(join(configFolder, "package-lock.json"), JSON.stringify(lock));
}

/**
 * Keeps the server from taking a git repository that `home` lies in for its project, which it would also write to:
 * git and opencode look upwards for .git, and stop at this file, which names no repository.
 */
async function hideRepositoryAbove(home: string): Promise<void> {
    await writeFile(join(home, ".git"), "No repository: opencode's project ends here.\n");
}

/**
 * Makes a home for a server, in which it finds a configuration and nothing else.
 * @param home its folder
 * @param model an OpenAI-compatible endpoint, which becomes the only provider and the default model
 * @param config top-level keys of opencode.json that win over ours
 * @param dialect what the server speaks
 */
export async function prepareHome(
    home: string,
    model?: ModelEndpoint,
    config?: Record<string, unknown>,
    dialect: Dialect = 1,
): Promise<void> {
    const where = folders(home);
    for (const folder of Object.values(where)) await mkdir(folder, { recursive: true });
    const configFolder = join(where.config, "opencode");
    await preventPluginInstallation(configFolder);
    await hideRepositoryAbove(home);
    await writeFile(
        join(configFolder, "opencode.json"),
        JSON.stringify(configuration(model, config, dialect), null, 4),
    );
}

/**
 * Makes the home of an owner who is nobody of this machine, for `superviseOpencode` in tests.
 * @param home an absolute path
 * @param model the only model that they have
 * @param config top-level keys of their opencode.json
 * @param dialect what their opencode speaks
 * @returns their environment
 */
export async function isolatedOwner(
    home: string,
    model?: ModelEndpoint,
    config?: Record<string, unknown>,
    dialect: Dialect = 1,
): Promise<Record<string, string>> {
    await prepareHome(home, model, config, dialect);
    // What an owner's agent may do is said for each session.
    const without = { OPENCODE_PERMISSION: undefined, OPENCODE_CONFIG_CONTENT: undefined };
    return environment(home, { username: "", password: "" }, process.env, without, dialect);
}
