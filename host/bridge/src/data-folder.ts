/** The folder in which the bridge keeps what outlives it. */
import { mkdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

const name = "trapos-bridge";

/**
 * Where the bridge keeps its things when nobody says where.
 * Source: XDG base directories (https://specifications.freedesktop.org/basedir-spec), and what is usual on the other systems.
 */
export function defaultDataFolder(
    env: NodeJS.ProcessEnv,
    platform: NodeJS.Platform = process.platform,
    home: string = homedir(),
): string {
    if (platform === "win32") return join(env["LOCALAPPDATA"] ?? join(home, "AppData", "Local"), name);
    if (platform === "darwin") return join(home, "Library", "Application Support", name);
    const state = env["XDG_STATE_HOME"];
    // A relative one is to be passed over, says XDG.
    return join(state !== undefined && isAbsolute(state) ? state : join(home, ".local", "state"), name);
}

/** The database of the bridge. */
export const databaseFile = (data: string): string => join(data, "bridge.db");

/** Where a running bridge tells its owner's commands how to reach it. */
export const adminFile = (data: string): string => join(data, "admin.json");

/** Whether others than its owner may look into a file or folder. On Windows its place says that. */
export function isOpenToOthers(path: string): boolean {
    return process.platform !== "win32" && (statSync(path).mode & 0o077) !== 0;
}

/**
 * Makes the folder, for its owner alone.
 * @returns throws an Error of one line where it cannot be made, or where others may look into it
 */
export function openDataFolder(data: string): void {
    try {
        mkdirSync(data, { recursive: true, mode: 0o700 });
    } catch (error) {
        throw new Error(
            `The data folder ${data} cannot be made: ${(error as Error).message}. Name another with --data.`,
        );
    }
    if (isOpenToOthers(data)) {
        throw new Error(
            `Others may look into the data folder ${data}, and it will hold secrets. Run: chmod 700 ${data}`,
        );
    }
}
