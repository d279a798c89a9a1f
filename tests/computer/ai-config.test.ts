/** `ai config`: what is set and where it comes from, each value checked, secrets never shown, and nothing lost. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { boot, type Computer, readSetting, type Settings, writeSettings } from "craftos-headless";
import { installPackages } from "../../tools/harness/disk.ts";
import { everyOutcome } from "../ccpm/power-cut-states.ts";
import { Bench } from "../ccpm/transaction-support.ts";
import { runWithLibai, temporaryFolder } from "./libai-support.ts";

const PROMPT = /(^|\n)>$/;

interface Size {
    readonly width?: number;
    readonly height?: number;
    readonly colour?: boolean;
}

/** A computer with ai, as a player finds it, and its disk. */
async function newComputer(
    settings: Settings = {},
    size: Size = {},
): Promise<{ computer: Computer; disk: string }> {
    const disk = await temporaryFolder();
    await installPackages(disk, ["trapos-ai"]);
    await writeSettings(disk, { "motd.enable": false, ...settings });
    const computer = await boot({ disk, ...size });
    onTestFinished(() => computer.close());
    await computer.waitForText(PROMPT);
    return { computer, disk };
}

async function type(computer: Computer, text: string): Promise<void> {
    await computer.type(`${text}\n`);
    await computer.waitForText(PROMPT);
}

/** All files of a disk but one, by path. */
function filesWith(disk: string, text: string): string[] {
    return readdirSync(disk, { recursive: true, encoding: "utf8" })
        .filter((path) => statSync(join(disk, path)).isFile())
        .filter((path) => readFileSync(join(disk, path), "latin1").includes(text));
}

const shownRows = (computer: Computer) =>
    computer
        .screen()
        .map((row) => row.trimEnd())
        .join("\n")
        .trimEnd();

const set: Settings = {
    "opencc.server_url": "http://steve:hunter2@192.168.1.5:4096",
    "opencc.password": "hunter22",
    "opencc.agent": "plan",
};

describe("ai config", () => {
    const wide = [
        "Set on this computer:",
        "agent      plan",
        "password   (hidden)",
        "server_url http://192.168.1.5:4096",
        "",
        "Defaults:",
        "directory                  (not set)",
        "link_token                 (not set)",
        "link_url                   (not set)",
        "lua_exec_max_retries       2",
        "lua_exec_timeout_seconds   60",
        "model_id                   (not set)",
        "permission                 ask",
        "permission_timeout_seconds 120",
        "poll_timeout_seconds       300",
        "profile                    (not set)",
        "provider_id                (not set)",
        "request_timeout_seconds    30",
    ];
    const narrow = [
        "Set on this computer:",
        "agent    plan",
        "password (hidden)",
        "server_url",
        "  http://192.168.1.5:4096",
        "",
        "Defaults:",
        "directory        (not set)",
        "link_token       (not set)",
        "link_url         (not set)",
        "lua_exec_max_retries    2",
        "lua_exec_timeout_seconds",
        "  60",
        "model_id         (not set)",
        "permission             ask",
        "permission_timeout_seconds",
        "  120",
        "poll_timeout_seconds   300",
        "profile          (not set)",
    ];

    it.each([
        [{ width: 51, height: 19 }, [...wide, "1-18 of 23  space: on, /: find, q: quit"]],
        [{ width: 39, height: 13 }, [...wide.slice(0, 12), "1-12 of 23  space: on, /: find, q: quit"]],
        [{ width: 26, height: 20, colour: false }, [...narrow, "1-19 of 27  /find q:quit"]],
    ])("shows what is set, and then the defaults, on %j", async (size, rows) => {
        const { computer } = await newComputer(set, size);
        await type(computer, "clear");
        await computer.type("ai config\n");
        await computer.waitForText("1-");
        expect(shownRows(computer)).toBe(rows.join("\n"));
        await computer.press("end");
        await computer.waitForText("variant ");
        await computer.type("q");
        await computer.waitForText(PROMPT);
        expect(computer.transcript()).not.toContain("hunter2");
    });

    it("says of each setting what --json needs to know, but for secrets", async () => {
        const { lines } = await runWithLibai('shell.run("ai config --json")', { settings: set });
        const { value } = JSON.parse(lines.join("")) as { value: Record<string, unknown>[] };
        const byName = Object.fromEntries(value.map((entry) => [String(entry.name), entry])) as Record<
            string,
            object
        >;
        expect(byName["opencc.server_url"]).toMatchObject({
            value: "http://192.168.1.5:4096",
            source: "set",
        });
        expect(byName["opencc.password"]).toEqual({
            name: "opencc.password",
            source: "set",
            isSecret: true,
            description: "Password of the opencode server",
        });
        expect(byName["opencc.variant"]).toMatchObject({ source: "none" });
        expect(byName["opencc.request_timeout_seconds"]).toMatchObject({ value: 30, source: "default" });
        expect(byName["opencc.reset_session_on_timeout"]).toMatchObject({ value: false, source: "default" });
        expect(JSON.stringify(value)).not.toContain("hunter2");
    });

    it.each(["password", "opencc.password"])("never prints a password: %s", async (name) => {
        const { output } = await runWithLibai(
            `shell.run("ai config ${name}") shell.run("ai config ${name} --json") shell.run("ai config ${name} 4711-secret --json")
             shell.run("ai config ${name} 4712-secret")`,
            { settings: set },
        );
        expect(output).toContain("password = (hidden)");
        expect(output).not.toMatch(/hunter2|471[12]/);
    });
});

describe("ai config <setting> <value>", () => {
    it("sets, shows and unsets, with and without the prefix", async () => {
        const { computer, disk } = await newComputer();
        await type(computer, "ai config agent plan");
        expect(await readSetting(disk, "opencc.agent")).toBe("plan");
        await computer.waitForText("agent = plan\n>");
        await type(computer, "ai config opencc.poll_timeout_seconds 7");
        expect(await readSetting(disk, "opencc.poll_timeout_seconds")).toBe(7);
        await type(computer, "ai config reset_session_on_timeout true");
        expect(await readSetting(disk, "opencc.reset_session_on_timeout")).toBe(true);
        await type(computer, "ai config agent");
        await computer.waitForText("agent = plan\nAgent that answers; unset: the server's\n>");
        await type(computer, "ai config agent default");
        expect(await readSetting(disk, "opencc.agent")).toBeUndefined();
        await computer.waitForText("agent = (not set)\n>");
        await type(computer, 'ai config poll_timeout_seconds ""');
        await computer.waitForText("poll_timeout_seconds = 300 (default)\n>");
        expect(await readSetting(disk, "opencc.poll_timeout_seconds")).toBeUndefined();
    });

    it.each([
        "password",
        "agent",
        "model_id",
        "provider_id",
        "username",
        "directory",
        "variant",
        "session_id",
    ])("keeps a text of digits a text: %s", async (name) => {
        const { computer, disk } = await newComputer();
        await type(computer, `ai config ${name} 007`);
        expect(await readSetting(disk, `opencc.${name}`)).toBe("007");
    });

    const wrong: [name: string, value: string, what: string][] = [
        ["server_url", "127.0.0.1:4096", "is not an address"],
        ["server_url", "http:///x", "is not an address"],
        ["server_url", "ftp://x", "is not an address"],
        ["poll_timeout_seconds", "soon", "is not a number from 1 to 86400"],
        ["poll_timeout_seconds", "0", "is not a number from 1 to 86400"],
        ["poll_timeout_seconds", "86401", "is not a number from 1 to 86400"],
        ["request_timeout_seconds", "61", "is not a number from 1 to 60"],
        ["request_timeout_seconds", "nan", "is not a number from 1 to 60"],
        ["reset_session_on_timeout", "yes", "is none of true, false"],
    ];

    it.each(wrong)("refuses %s %s", async (name, value, what) => {
        const { computer, disk } = await newComputer(set);
        const before = await readFile(join(disk, ".settings"));
        await type(computer, `ai config ${name} ${value}`);
        const shown = computer.transcript().replaceAll("\n", " ");
        expect(shown).toContain(`The setting opencc.${name} ${what}.`);
        expect(shown).toContain(`For example: ai config opencc.${name} `);
        expect(await readFile(join(disk, ".settings"))).toEqual(before);
    });

    it("names the settings where there is none of that name", async () => {
        const { lines } = await runWithLibai('print(shell.run("ai config agents plan"))');
        expect(lines[0]).toBe("There is no setting agents.");
        expect(lines[1]).toMatch(/^There are: agent /);
        expect(lines[2]).toBe("false");
    });

    it("shows a value that is wrong as it is, and what is wrong with it", async () => {
        const { lines } = await runWithLibai(
            'shell.run("ai config poll_timeout_seconds") shell.run("ai config")',
            {
                settings: { "opencc.poll_timeout_seconds": "soon" },
            },
        );
        expect(lines.slice(0, 3)).toEqual([
            "poll_timeout_seconds = soon",
            "Seconds to wait without any progress",
            "The setting opencc.poll_timeout_seconds is not a number from 1 to 86400.",
        ]);
        expect(lines.slice(3)).toContain(
            "The setting opencc.poll_timeout_seconds is not a number from 1 to 86400.",
        );
    });
});

describe("ai config password", () => {
    it.each(["hunter22", "0042424200424242"])("asks without showing what is typed: %s", async (secret) => {
        const { computer, disk } = await newComputer();
        await computer.type("ai config password\n");
        await computer.waitForText("password: ");
        await computer.type(secret);
        await computer.waitForText(`password: ${"*".repeat(secret.length)}`);
        await computer.type("\n");
        await computer.waitForText(PROMPT);
        expect(await readSetting(disk, "opencc.password")).toBe(secret);
        await type(computer, "ai config --no-pager");
        expect(computer.transcript()).not.toContain(secret);
        expect(filesWith(disk, secret)).toEqual([".settings"]);
    });

    it("takes any word that is typed as it is; default on the command line unsets it", async () => {
        const { computer, disk } = await newComputer(set);
        await computer.type("ai config password\n");
        await computer.waitForText("password: ");
        await type(computer, "default");
        expect(await readSetting(disk, "opencc.password")).toBe("default");
        expect(computer.transcript()).toContain("password: *******");
        await type(computer, "ai config password default");
        expect(await readSetting(disk, "opencc.password")).toBeUndefined();
    });

    it("keeps the one that is set at Enter, and at Ctrl+T", async () => {
        const { computer, disk } = await newComputer(set);
        await computer.type("ai config password\n");
        await computer.waitForText("password: ");
        await type(computer, "");
        await computer.type("ai config password\n");
        await computer.waitForText("password: ", { sinceInput: true });
        await computer.type("other");
        await computer.press("ctrl+t");
        await computer.waitForText("Terminated");
        expect(await readSetting(disk, "opencc.password")).toBe("hunter22");
    });
});

it("Tab completes settings, and values that are few", async () => {
    const { lines } = await runWithLibai(`
        local function offered(line) print(table.concat(shell.complete(line), "|")) end
        offered("ai config p")
        offered("ai config opencc.")
        offered("ai config reset_session_on_timeout ")
        offered("ai config agent ")`);
    expect(lines).toEqual([
        "assword |ermission |ermission_timeout_seconds |oll_timeout_seconds |rofile |rovider_id",
        expect.stringMatching(/^agent \|directory \|.*variant$/),
        "default |false |true",
        "default",
    ]);
});

it("Tab offers no name of the server's that cannot be typed as one word", async () => {
    const { lines } = await runWithLibai(`
        local file = fs.open("/trapos/ai/known.json", "w")
        file.write(textutils.serializeJSON({
            models = { "acme/wise", "acme/two words", "acme/\\n\\27[2J", "acme/Gr\\195\\182\\195\\159e", "acme/" },
            files = { "src/door.lua", "my door.lua" },
        }))
        file.close()
        local function offered(line) print(table.concat(shell.complete(line), "|")) end
        offered("ai model acme")
        offered("ai read @")`);
    expect(lines).toEqual(["/ |/wise", "src/door.lua"]);
});

describe("the settings are kept whole", () => {
    it("on a full disk, which is told", async () => {
        const { output } = await runWithLibai(
            `local file = fs.open("/filler", "w")
             file.write(("x"):rep(fs.getFreeSpace("/") + file.seek("cur") - 100)) file.close()
             print(shell.run("ai config agent " .. ("x"):rep(2000)), settings.get("opencc.agent"))
             print(fs.exists("/.settings.new"))`,
            { settings: set },
        );
        expect(output).toContain("The settings cannot be saved: the disk is full.");
        expect(output).toMatch(/^false\s+plan$/m);
        expect(output).toMatch(/^false$/m);
    });

    const bench = new Bench();
    afterAll(() => bench.close());

    it("whenever the power goes: the old ones or the new ones", { timeout: 120_000 }, async () => {
        const disk = bench.disk({});
        await installPackages(disk, ["trapos-ai"]);
        await writeSettings(disk, { "motd.enable": false, "opencc.password": "old", mine: "kept" });
        const use = async (
            folder: string,
            operation: unknown,
            act: (computer: Computer) => Promise<void>,
        ) => {
            const computer = await boot({
                disk: folder,
                faults: { powerCut: { operation: operation as never } },
            });
            await computer.waitForText(PROMPT).then(
                () => act(computer),
                () => {},
            );
            await computer.close();
        };
        const outcomes = await everyOutcome(
            bench,
            disk,
            (folder, operation) =>
                use(folder, operation, (computer) => type(computer, "ai config password new")),
            (folder, operation) => use(folder, operation, async () => {}),
        );
        expect(outcomes.length).toBeGreaterThan(3);
        const found = new Set<string>();
        for (const { trail, after } of outcomes) {
            const folder = await temporaryFolder();
            const saved = after.files[".settings"];
            expect(saved, trail.join()).toBeDefined();
            expect(after.files[".settings.new"], trail.join()).toBeUndefined();
            await writeFile(join(folder, ".settings"), saved as never);
            expect(await readSetting(folder, "mine"), trail.join()).toBe("kept");
            found.add(String(await readSetting(folder, "opencc.password")));
        }
        expect([...found].sort()).toEqual(["new", "old"]);
        expect(existsSync(join(disk, ".settings"))).toBe(true);
    });
});
