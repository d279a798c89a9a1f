import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { serverSettings } from "../harness/server.ts";
import type { Settings } from "craftos-headless";

/** A program on a computer that sends a prompt to a session and shows the answer. */
export interface Client {
    readonly name: "ours" | "naive";
    /**
     * About how many seconds it lets pass between two polls.
     * @param age seconds since the prompt
     */
    readonly interval: (age: number) => number;
    /** The command that stands before the prompt. */
    readonly command: string;
    /** Puts onto the computer's disk what is not installed there. */
    prepare?(disk: string): Promise<void>;
    /** How it finds the session. */
    settings(
        server: { url: string; username: string; password: string; authorization: string },
        session: string,
    ): Settings;
}

export const ours: Client = {
    name: "ours",
    interval: (age) => Math.max(0.2, age * 0.07),
    command: "ai ask",
    settings: (server, session) => ({ ...serverSettings(server), "opencc.session_id": session }),
};

/** The client that one writes first, see lua/naive.lua. */
export const naive: Client = {
    name: "naive",
    interval: () => 2,
    command: "naive",
    prepare: (disk) => copyFile(join(import.meta.dirname, "lua/naive.lua"), join(disk, "naive.lua")),
    settings: ({ url, authorization }, session) => ({
        "naive.session_url": `${url}/session/${session}`,
        "naive.authorization": authorization,
    }),
};
