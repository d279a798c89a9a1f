/**
 * The bridge as people have it: its owner starts the real program on a host and types its commands there, players sit at
 * computers of the game. opencode and the computers are real, the model is scripted. The tests are one story, in their order.
 */
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { boot, type Computer, readSetting } from "craftos-headless";
import { isolatedOwner } from "trapos-opencode";
import { descendants } from "trapos-opencode/process-tree";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { installPackages } from "../../tools/harness/disk.ts";
import { startScriptedServer } from "../../tools/harness/server.ts";
import { type Model, startModel } from "../../tools/model/index.ts";
import { type Owner, type RunningBridge, runCommand, startBridgeCommand } from "./bridge-command-support.ts";
import { shownOn, typeLine, untilScreen } from "./player.ts";

let folder: string;
let model: Model;
let owner: Owner;
let bridge: RunningBridge;
/** What bridges of this file that have ended have logged and printed. */
let said = "";
/** What must never stand there. */
const secrets = new Map<string, string>();
const computers: Computer[] = [];

beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "trapos-bridge-command-"));
    model = await startModel({});
    const env = await isolatedOwner(join(folder, "owner"), { baseUrl: model.url });
    owner = { env, data: join(folder, "data"), directory: join(folder, "work") };
    await mkdir(owner.directory);
    bridge = await startBridgeCommand(owner);
});
afterAll(async () => {
    await Promise.all(computers.map((computer) => computer.close()));
    await bridge.end("SIGKILL");
    await model.stop();
    await rm(folder, { recursive: true, force: true });
});

/** Runs a command of the owner's, which has to succeed. @returns what it printed */
async function owners(...words: string[]): Promise<string> {
    const { status, output, complaints } = await runCommand(owner, words);
    expect(complaints).toBe("");
    expect(status).toBe(0);
    return output;
}

async function switchOn(disk: string, id: number): Promise<Computer> {
    const computer = await boot({ disk, id, width: 51, height: 19, http: { allow: ["127.0.0.1"] } });
    computers.push(computer);
    await untilScreen(computer, (shown) => /(^|\n)>$/.test(shown));
    return computer;
}

/** Waits for a screen. @returns it */
const until = (computer: Computer, wanted: RegExp): Promise<string> =>
    untilScreen(computer, (shown) => wanted.test(shown));

/** Types a command on a screen that is empty, and waits for a screen. @returns it */
async function command(computer: Computer, line: string, wanted = /\n>$/): Promise<string> {
    await typeLine(computer, "clear");
    await until(computer, /^>$/);
    await typeLine(computer, line);
    return until(computer, wanted);
}

const codeOn = (screen: string): string => {
    const code = /code of this computer: (\w{3}) (\w{3})$/m.exec(screen)!;
    return code[1]! + code[2]!;
};

/** What differs from run to run, as what it is. */
const steady = (text: string): string =>
    text
        .replaceAll(bridge.url, "http://HOST:4097")
        .replace(/code of this computer: \w{3} \w{3}/, "code of this computer: ABC DEF")
        .replace(/approve [A-Z]{6}/, "approve ABCDEF")
        .replace(/^\+ (\S+) +\d\S*$/gm, "+ $1")
        .replace(/\d+(\.\d+)? kB/g, "N kB")
        .replace(/files: \d+/, "files: N")
        .replace(/\(\d+\.\d+ s\)/g, "(N s)");

/** The process of the bridge's opencode. */
function opencodeOf({ pid }: RunningBridge): number {
    const found = descendants(pid).filter((child) => /\0serve\0/.test(commandOf(child)));
    // Beside it stands what ends it where the bridge is killed, whose words name it, too.
    const [server] = found.filter((child) => /opencode$/.test(commandOf(child).split("\0")[0]!));
    if (server === undefined) throw new Error("There is no opencode.");
    return server;
}

function commandOf(pid: number): string {
    try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8");
    } catch {
        return "";
    }
}

/** Ends the bridge, and waits until nothing is left that it has started. */
async function endBridge(signal: NodeJS.Signals): Promise<number | null> {
    const all = descendants(bridge.pid);
    expect(all.length).toBeGreaterThan(0);
    const status = await bridge.end(signal);
    said += bridge.printed() + bridge.log();
    await vi.waitFor(() => expect(all.map(commandOf).filter((line) => line !== "")).toEqual([]), {
        timeout: 30_000,
    });
    return status;
}

/** Notes what a computer and the bridge's folder hold of secrets. */
async function noteSecrets(disk: string, name: string): Promise<void> {
    secrets.set(`the token of ${name}`, String(await readSetting(disk, "opencc.link_token")));
    const { token } = JSON.parse(await readFile(join(owner.data, "admin.json"), "utf8")) as { token: string };
    secrets.set(`the owner's token, noted with ${name}`, token);
}

/** What a computer says of a turn whose opencode is another one now. */
const INTERRUPTED = /The turn was interrupted: the server was restarted\.\nAsk again\.\n>/;

/** opencode takes its time to start again on a slow machine. */
const patient = { timeoutSeconds: 90 };

/** Begins a turn that does not end by itself. */
async function hanging(computer: Computer, prompt: string): Promise<void> {
    await command(computer, `ai [hang] ${prompt}`, /\d s/);
    const asked = () => model.requests.at(-1)?.conversation.userText;
    await vi.waitFor(() => expect(asked()).toContain(prompt), { timeout: 30_000 });
}

const slow = { timeout: 240_000 };

// What runs is told by /proc.
describe.skipIf(process.platform !== "linux")("a bridge and its computers", slow, () => {
    let disk: string;
    let door: Computer;
    let second: Computer;

    it("is installed and linked by one line, from an empty disk", async () => {
        disk = join(folder, "door");
        await mkdir(disk);
        door = await switchOn(disk, 3);
        await typeLine(door, `wget run ${bridge.url}/install.lua`);
        await until(door, /All of TrapOS\?.*\[Y\/n\]$/);
        await door.press("enter");
        const shown = await until(door, /holds for 10 minutes/);
        expect(steady(shown)).toMatchInlineSnapshot(`
          "> wget run http://HOST:4097/install.lua
          Connecting to http://HOST:4097/install.lua...
          Success.
          All of TrapOS? (n: only ccpm) [Y/n] yes
          From http://HOST:4097/:
          + ccpm
          + trapos
          + trapos-ai
          + trapos-boot
          + trapos-core
          + trapos-link
          Fetch N kB, files: N
          Disk left: N kB
          Done. To use it all: reboot
          The code of this computer: ABC DEF
          On the bridge's host, its owner types:
          npm run bridge -- approve ABCDEF
          The code holds for 10 minutes."
        `);
        const code = codeOn(shown);
        secrets.set("the code of door", code);
        expect(await owners("computers")).toMatch(
            new RegExp(
                `^No computer is linked\\.\n\nWaiting for approval:\n` +
                    `CODE +LABEL +COMPUTER +FROM +EXPIRES IN\n${code} +3 +127\\.0\\.0\\.1 +9 min\n$`,
            ),
        );
        expect(await owners("approve", code, "--name", "door", "--owner", "ann", "--profile", "build")).toBe(
            'Linked: door, computer 3 of ann, as "build".\n' +
                "The agent reads, writes and runs commands as you. " +
                "The player is asked, but not for every line of a shell: for whoever may have one.\n",
        );
        expect(steady(await until(door, /Reboot now\? \[Y\/n\]$/))).toMatchInlineSnapshot(`
          "From http://HOST:4097/:
          + ccpm
          + trapos
          + trapos-ai
          + trapos-boot
          + trapos-core
          + trapos-link
          Fetch N kB, files: N
          Disk left: N kB
          Done. To use it all: reboot
          The code of this computer: ABC DEF
          On the bridge's host, its owner types:
          npm run bridge -- approve ABCDEF
          The code holds for 10 minutes.
          Linked with http://HOST:4097
          as door, of ann.
          The agent works on the host, and asks here first.
          Then type: ai help, or: ccpm help
          Reboot now? [Y/n]"
        `);
        await door.press("enter");
        expect(await until(door, /to ask\.[^]*>$/)).toContain("Type ai <prompt> to ask.");
        expect(await command(door, "ai ping")).toMatch(/^> ai ping\npong \(\d+\.\d+ s\)\n>$/);
        await noteSecrets(disk, "door");
        // Nobody asks again for what is there.
        await command(door, `wget run ${bridge.url}/install.lua`);
        expect(shownOn(door)).not.toContain("code");
    });

    it("tells its owner how it is, and is told what a computer may use", async () => {
        expect(await owners("computers")).toMatch(
            /^ID +NAME +COMPUTER +OWNER +PROFILE +SEEN\n[0-9a-f]{18} +door +3 +ann +build +online\n$/,
        );
        expect(await owners("status")).toMatch(
            /^Bridge \d+\.\d+\.\d+, for \d+ \w+\.\nopencode 1\.\d+\.\d+ is ready\n1 computer, 1 online; 0 turns, 0 jobs\.\n$/,
        );
        const none = "turns at once     not limited\nprompts an hour   not limited\n";
        const rest = "tokens a day      not limited\nUS dollars a day  not limited\n";
        expect(await owners("limits", "--computer", "door")).toBe(none + rest);
        const limited = await owners("limits", "--owner", "ann", "--prompts-per-hour", "0");
        expect(limited).toBe(none.replace("hour   not limited", "hour   0") + rest);
        expect(await command(door, "ai hello")).toMatchInlineSnapshot(`
          "> ai hello
          Its owner's limit of 0 prompts an hour lets nothing
          through: ask who keeps the bridge.
          The bridge's owner sets the limits: ai status
          >"
        `);
        await owners("limits", "--owner", "ann", "--prompts-per-hour", "none");
        expect(await command(door, "ai hello")).toContain("You said: hello");
        const words = ["doctor", "--port", String(bridge.port), "--directory", owner.directory];
        const checks = await owners(...words);
        expect(checks.match(/^\w+/gm)).toEqual(["ok", "ok", "ok", "ok", "ok", "ok"]);
        expect(checks).toContain("The bridge that runs has it open.");
    });

    it("keeps a second computer from the first one's sessions and permissions", async () => {
        const other = join(folder, "second");
        await installPackages(other, ["trapos", "trapos-link"]);
        second = await switchOn(other, 4);
        // All packages are there: what is left is to link it.
        await typeLine(second, `wget run ${bridge.url}/install.lua`);
        const code = codeOn(await until(second, /holds for 10 minutes/));
        secrets.set("the code of second", code);
        // As somebody reads it out, and without a profile: it talks.
        await owners("approve", code.toLowerCase());
        expect(await until(second, /\n>$/)).toContain("The agent talks, and does nothing on the host.");
        // From the next boot on it is held beside the shell.
        await typeLine(second, "reboot");
        await until(second, /to ask\.[^]*>$/);
        await noteSecrets(other, "second");

        const session = String(await readSetting(disk, "opencc.session_id"));
        expect(session).toMatch(/^ses_/);
        expect(await command(second, "ai sessions")).not.toContain("computer 3");
        const used = await command(second, `ai use ${session}`);
        expect(used).not.toContain("Talking in");
        expect(await readSetting(other, "opencc.session_id")).not.toBe(session);

        await writeFile(
            join(disk, "work.lua"),
            `local ai = require("/apis/libai")()
            print(ai.ask("[tools 1] work", { onPermission = function(ask)
                local file = fs.open("/asked.txt", "w")
                file.write(ask.id)
                file.close()
                print("asked")
                os.pullEvent("key")
                return "once"
            end }))`,
        );
        await command(door, "work", /\nasked/);
        const id = await readFile(join(disk, "asked.txt"), "utf8");
        await writeFile(
            join(other, "steal.lua"),
            `local ai = require("/apis/libai")()
            local ok, asks = ai.permissions()
            print("sees", ok and #asks or asks.code)
            local ok, failure = ai.answerPermission("${id}", "once")
            print("answers", ok or failure.code)`,
        );
        expect(await command(second, "steal", /answers[^]*>$/)).toMatchInlineSnapshot(`
          "> steal
          sees 0
          answers ask_gone
          >"
        `);
        expect(shownOn(door)).toMatch(/\nasked$/);
        await door.press("enter");
        await until(door, /\ntrue table[^]*>$/);
    });

    it("tells a computer why its turn ended when opencode died, and goes on", async () => {
        await hanging(door, "think");
        process.kill(opencodeOf(bridge), "SIGKILL");
        await door.waitForText(INTERRUPTED, { ...patient, sinceInput: true });
        expect(await command(door, "ai hello again")).toContain("You said: hello again");
        expect(await owners("status")).toMatch(/ is ready\n2 computers, 2 online; 0 turns, 0 jobs\.\n$/);
    });

    it("finds its computers again when it was killed in the middle of a turn and is started again", async () => {
        const { port } = bridge;
        await hanging(door, "ponder");
        // Its opencode ends with it.
        expect(await endBridge("SIGKILL")).toBe(null);
        bridge = await startBridgeCommand(owner, { port });
        await door.waitForText(INTERRUPTED, { ...patient, sinceInput: true });
        expect(await command(door, "ai ping")).toContain("pong");
        await vi.waitFor(async () => expect(await owners("status")).toContain("2 computers, 2 online"), {
            timeout: 90_000,
            interval: 1000,
        });
        await noteSecrets(disk, "door, later");
    });

    it("writes a backup while it runs, and none over a file that is there", async () => {
        const copy = join(folder, "backup.db");
        expect(await owners("backup", copy)).toBe(`Written: ${copy}\n`);
        const database = new Database(copy);
        expect(database.prepare("SELECT name FROM computers").all()).toContainEqual({ name: "door" });
        database.close();
        const again = await runCommand(owner, ["backup", copy]);
        expect(again).toMatchObject({ status: 1, output: "" });
        expect(again.complaints).toMatch(/^The journal .*backup\.db cannot be used \(it is there already\)/);
    });

    it("ends a computer's link and its turn at once, and the computer says so", async () => {
        await hanging(door, "meditate");
        expect(await owners("status")).toContain("; 1 turn, 0 jobs.");
        expect(await owners("revoke", "door")).toMatch(/^door \([0-9a-f]{18}\) is not linked any more\.\n$/);
        await until(door, /has ended this computer's link\.[^]*>$/);
        expect(steady(await command(door, "ai ping"))).toMatchInlineSnapshot(`
          "> ai ping
          The bridge's owner has ended this computer's link.
          Link it again: ai link http://HOST:4097
          >"
        `);
        await vi.waitFor(
            async () => expect(await owners("status")).toContain("1 computer, 1 online; 0 turns, 0 jobs."),
            {
                timeout: 30_000,
                interval: 1000,
            },
        );
    });

    it("ends with Ctrl+C, and leaves nothing behind", async () => {
        await Promise.all([door.close(), second.close()]);
        expect(await endBridge("SIGINT")).toBe(0);
        const ended = await runCommand(owner, ["status"]);
        expect(ended).toMatchObject({ status: 1, output: "" });
        expect(ended.complaints).toBe(
            `No bridge runs with the data folder ${owner.data}. Start it, or name another with --data.\n`,
        );
        expect(readdirSync(owner.data)).toEqual(["bridge.db"]);
    });

    it("has logged what went on, and not one secret", () => {
        expect(said).toContain("a computer waits to be linked");
        expect(said).toContain("computer online");
        expect([...secrets.values()].filter((secret) => secret.length < 6)).toEqual([]);
        const found = [...secrets].filter(([, secret]) => said.includes(secret)).map(([name]) => name);
        expect(found).toEqual([]);
    });
});

describe("with an opencode that somebody else keeps", slow, () => {
    it("shows the answer of a turn during which the bridge was killed", async () => {
        const theirs = await startScriptedServer({ home: join(folder, "theirs") });
        const data = join(folder, "data of theirs");
        const { opencode } = theirs;
        const env = { ...owner.env, TRAPOS_BRIDGE_PASSWORD: opencode.password };
        const keeper: Owner = { env, data, directory: opencode.directory };
        const words = ["--server", opencode.url, "--approve-local"];
        let running = await startBridgeCommand(keeper, { words });
        try {
            expect(running.printed()).toContain(`opencode ${opencode.version} works in `);
            const disk = join(folder, "theirs computer");
            await installPackages(disk, ["trapos", "trapos-link"]);
            const computer = await switchOn(disk, 7);
            expect(await command(computer, `ai link ${running.url}`)).toContain("The agent talks");
            await command(computer, "ai [wait 8] a late answer", /\d s/);
            await vi.waitFor(() => expect(theirs.model.requests.length).toBeGreaterThan(0), {
                timeout: 30_000,
            });
            const { port } = running;
            await running.end("SIGKILL");
            await computer.press("ctrl+t");
            await until(computer, /\n>$/);
            running = await startBridgeCommand(keeper, { port, words });
            expect(await command(computer, "ai resume")).toContain("You said: a late answer");
            const turns = theirs.model.requests.filter(({ conversation }) => conversation.purpose === "turn");
            expect(turns.length).toBe(1);
            await computer.close();
            expect(running.log()).not.toContain(opencode.password);
        } finally {
            await running.end("SIGINT");
            // It is none of the bridge's to end.
            const { status } = await fetch(opencode.url);
            await theirs.stop();
            expect(status).toBe(401);
        }
    });
});

describe("what is wrong is said in one line, and nothing is left", slow, () => {
    /** Starts a bridge that cannot start. @returns what it says */
    async function refused(change: Partial<Owner>, ...words: string[]): Promise<string> {
        const mine = { ...owner, data: await mkdtemp(join(folder, "refused-")), ...change };
        const ended = await runCommand(mine, [
            "--directory",
            mine.directory,
            "--log-level",
            "silent",
            ...words,
        ]);
        expect(ended).toMatchObject({ status: 1, output: "" });
        expect(ended.complaints).toMatch(/^[^\n]+\n$/);
        expect(readdirSync(mine.data).filter((name) => name === "last-opencode.json")).toEqual([]);
        return ended.complaints.trim();
    }

    it("a port that is taken", async () => {
        const { port } = new URL(model.url);
        expect(await refused({}, "--port", port)).toBe(
            `Something else listens on port ${port}. End it, or give another: --port ${Number(port) + 1}`,
        );
    });

    it("an opencode that is not there", async () => {
        const binary = join(folder, "no-opencode");
        expect(await refused({}, "--port", "0", "--opencode", binary)).toContain(binary);
    });

    it("an opencode that is none, and one that wants another password", async () => {
        const none = await refused({}, "--port", "0", "--server", model.url);
        expect(none).toMatch(/ is no opencode: .* Check --server\.$/);
        const theirs = await startScriptedServer({ home: join(folder, "locked") });
        const env = { ...owner.env, TRAPOS_BRIDGE_PASSWORD: "not-the-password" };
        const locked = await refused({ env }, "--port", "0", "--server", theirs.opencode.url);
        await theirs.stop();
        expect(locked).toBe(
            `${theirs.opencode.url} does not take this password for the user opencode. ` +
                "Set TRAPOS_BRIDGE_PASSWORD to what its OPENCODE_SERVER_PASSWORD is.",
        );
    });

    it("a database that is damaged, which stays as it is", async () => {
        const data = await mkdtemp(join(folder, "damaged-"));
        await writeFile(join(data, "bridge.db"), "this is no database, whatever its name says");
        expect(await refused({ data }, "--port", "0")).toMatch(/^The journal .*bridge\.db is damaged/);
        expect(await readFile(join(data, "bridge.db"), "utf8")).toContain("this is no database");
    });

    it("a database of a newer bridge", async () => {
        const data = await mkdtemp(join(folder, "newer-"));
        const database = new Database(join(data, "bridge.db"));
        database.exec("CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID");
        database.exec("INSERT INTO meta VALUES ('version', 1000)");
        database.close();
        expect(await refused({ data }, "--port", "0")).toMatch(
            /^A newer bridge wrote the journal .*bridge\.db: start that version again/,
        );
    });

    it("a data folder that another bridge uses, which goes on", async () => {
        const data = await mkdtemp(join(folder, "shared-"));
        const mine = { ...owner, data };
        const first = await startBridgeCommand(mine);
        try {
            const again = await runCommand(mine, ["--port", "0", "--directory", owner.directory]);
            expect(again.status).toBe(1);
            expect(again.complaints).toBe(
                `Process ${first.pid} keeps an opencode with ${data} already. End it first, or use another data folder.\n`,
            );
            expect((await runCommand(mine, ["status"])).output).toContain("is ready");
        } finally {
            await first.end("SIGTERM");
        }
    });
});
