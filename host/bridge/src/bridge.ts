/** The bridge as its owner starts it: an opencode that is kept alive, and what links computers with it. */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
    attachOpencode,
    type OpencodeClient,
    opencodeClient,
    patientFetch,
    probe,
    type Supervisor,
    superviseOpencode,
} from "trapos-opencode";
import { removeAdminAddress, writeAdminAddress } from "./admin.ts";
import { assembleBridge } from "./assembly.ts";
import { openDataFolder } from "./data-folder.ts";
import { folderWith } from "./folder-with.ts";
import { openLog } from "./log.ts";
import type { BridgeOptions } from "./options.ts";
import { readyFetch } from "./ready-fetch.ts";

/** How long an opencode that somebody else runs may take to answer. */
const PROBE_SECONDS = 5;

/** A bridge that runs. */
export interface Bridge {
    /** Where computers reach it, without a slash at its end. */
    readonly url: string;
    /** The owner's page, with what logs in to it. */
    readonly pageUrl: string;
    /** Which opencode works for it, as in "opencode 1.18.33"; absent where none does yet. */
    readonly opencode?: string | undefined;
    /** Why none does, in a sentence. */
    readonly away?: string | undefined;
    stop(): Promise<void>;
}

/** The version of this package. */
function ownVersion(): string {
    const folder = folderWith("package.json");
    const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string };
    return version;
}

function supervise(options: BridgeOptions): Promise<Supervisor> | Supervisor {
    const { server, username, password, directory, data, opencode } = options;
    if (server !== undefined)
        return attachOpencode({ url: server, username, ...(password === undefined ? {} : { password }) });
    return superviseOpencode({
        directory,
        dataFolder: data,
        ...(opencode === undefined ? {} : { binary: opencode }),
    });
}

/** What the owner has to change before it can work, where that is known. @returns one line */
async function mistakeOf({ server, password = "", username }: BridgeOptions): Promise<string | undefined> {
    if (server === undefined) return undefined;
    const found = await probe({ url: server, username, password }, PROBE_SECONDS);
    if (found.kind === "strange") return `${server} is no opencode: ${found.why}. Check --server.`;
    if (found.kind !== "unauthorized") return undefined;
    const what =
        password === ""
            ? `${server} wants a password.`
            : `${server} does not take this password for the user ${username}.`;
    return `${what} Set TRAPOS_BRIDGE_PASSWORD to what its OPENCODE_SERVER_PASSWORD is.`;
}

/**
 * Starts a bridge.
 * @returns rejects where it cannot be started, with one line that says why
 */
export async function startBridge(options: BridgeOptions): Promise<Bridge> {
    openDataFolder(options.data);
    const log = openLog(options);
    if (options.password !== undefined) log.hide(options.password);
    const supervisor = await supervise(options);
    const state = await supervisor.settled();
    const mistake =
        state.kind === "stopped"
            ? (state.reason ?? "opencode was stopped.")
            : state.kind === "ready"
              ? undefined
              : await mistakeOf(options);
    if (mistake !== undefined) {
        await supervisor.stop();
        throw new Error(mistake);
    }
    const fetch =
        options.server === undefined ? readyFetch(() => supervisor.state(), patientFetch) : patientFetch;
    // Each start of opencode may have another address, and another version.
    let known: { readonly name: string; readonly client: OpencodeClient } | undefined;
    let version: string | undefined;
    const hidden = new Set<string>();
    const client = (): OpencodeClient => {
        const login = supervisor.login();
        if (!hidden.has(login.password)) {
            hidden.add(login.password);
            log.hide(login.password);
        }
        const now = supervisor.state();
        if (now.kind === "ready") version = now.version;
        const name = `${login.url} ${login.username} ${version}`;
        if (known?.name !== name) {
            const options = { ...login, fetch, ...(version === undefined ? {} : { version }) };
            known = { name, client: opencodeClient(options) };
        }
        return known.client;
    };
    const adminToken = randomBytes(24).toString("hex");
    for (const secret of [adminToken, supervisor.login().password]) log.hide(secret);
    try {
        const assembled = await assembleBridge({
            client,
            opencode: () => supervisor.state(),
            onOpencode: (listener) => supervisor.onState(listener),
            host: options.host,
            port: options.port,
            directory: options.directory,
            data: options.data,
            packages: folderWith(join("packages", "index.json")),
            version: ownVersion(),
            log,
            hide: (secret) => log.hide(secret),
            approveLocal: options.approveLocal,
            jobs: options,
            adminToken,
        });
        writeAdminAddress(options.data, { url: assembled.ownUrl, token: adminToken });
        return {
            url: assembled.url,
            pageUrl: assembled.pageUrl,
            ...(state.kind === "ready"
                ? { opencode: `opencode ${state.version}` }
                : { away: "reason" in state ? state.reason : undefined }),
            async stop() {
                removeAdminAddress(options.data);
                await assembled.stop();
                await supervisor.stop();
            },
        };
    } catch (error) {
        await supervisor.stop();
        throw error;
    }
}
