import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { serverSettings } from "../harness/server.ts";
import type { Settings } from "craftos-headless";
import type { BenchedServer } from "./server.ts";

/** A program on a computer that sends a prompt to a session and shows the answer. */
export interface Client {
    readonly name: "ours" | "naive" | "twin" | "preview";
    /** Whom it asks; the real opencode 1 when absent. */
    readonly server?: BenchedServer;
    /** So many turns its sessions have had before, where it is not measured with all numbers of them. */
    readonly histories?: readonly number[];
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

/** Ours at a server of opencode 2, whose configuration says what its agent may do. */
const oursAt = (server: "twin" | "preview", history: number): Client => ({
    ...ours,
    name: server,
    server,
    histories: [history],
    settings: (at, session) => ({ ...ours.settings(at, session), "opencc.profile": "server" }),
});

/** The stand-in's sessions are forks of a long one, as opencode 1's are; the preview cannot fork. */
export const onTwin = oursAt("twin", 20);
export const onPreview = oursAt("preview", 1);

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
