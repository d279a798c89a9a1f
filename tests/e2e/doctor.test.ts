/** `ai doctor` on the real server: each way in which it can be broken, told in its line, and what `--fix` does about it. */
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRegistry } from "trapos-registry";
import { installPackages, projectFolder } from "../../tools/harness/disk.ts";
import { runWithLibai, startServer, temporaryFolder, type Answer } from "../computer/libai-support.ts";
import { defaultRule } from "../../tools/model/index.ts";
import { startWorld, type ComputerChoice, type PlayerComputer, type World } from "./support.ts";

let world: World;
beforeAll(async () => {
    world = await startWorld({ permission: { "*": "allow", bash: "ask", question: "allow" } });
    world.model.setRules([
        ({ userText, toolResults }) => {
            if (!userText.includes("run a command")) return undefined;
            if (toolResults.length > 0) return { text: "It ran." };
            return {
                toolCalls: [{ name: "bash", arguments: { command: "echo forty-two", description: "Count" } }],
            };
        },
        defaultRule,
    ]);
});
afterAll(() => world.stop());

const sessions = async () => (await world.behind.listSessions()).map(({ id }) => id);

interface Seen {
    succeeded: boolean;
    /** What is below the command, a row each. */
    rows: string[];
    computer: PlayerComputer;
}

/** Runs the doctor on a computer. Whatever it finds, the password is nowhere but in the settings. */
async function doctor(
    choice: ComputerChoice = {},
    command = "ai doctor --no",
    player?: PlayerComputer,
): Promise<Seen> {
    const computer = player ?? world.newComputer(choice);
    const { succeeded, transcript, output } = await computer.run(command, choice);
    expect(transcript).not.toContain(world.opencode.password);
    expect(transcript).not.toContain("guess-1234");
    return { succeeded, rows: output.trimEnd().split("\n"), computer };
}

const address = () => world.opencode.url.replace("http://", "");
const version = () => world.opencode.version;

const settingsOf = (name: string, value: string) => ({ settings: { [name]: value } });

describe("a computer on which all is well", () => {
    it.each([
        [51, 19, true],
        [39, 13, true],
        [26, 20, false],
    ])("has a line for each thing on %i x %i", async (width, height, colour) => {
        const before = await sessions();
        const { succeeded, rows, computer } = await doctor({ width, height, colour }, "ai doctor");
        const shown = rows
            .join("\n")
            .replace(/\d+ kB/, "500 kB")
            .replace(/[\d.]+ s$/m, "0.4 s");
        expect(shown).toBe(
            [
                `ok      settings:${width < 30 ? "\n  " : " "}${address()}`,
                "ok      http: on",
                "ok      address: allowed",
                "ok      reachable: yes",
                `ok      opencode: ${version()}`,
                "ok      password: right",
                `ok      model: the${width < 30 ? "\n  " : " "}server's choice`,
                `ok      agent: the${width < 30 ? "\n  " : " "}server's choice`,
                "ok      session: none yet",
                "ok      turns: none",
                "ok      asks: none",
                "ok      clock: right",
                "ok      disk: 500 kB free",
                "ok      files: intact",
                `ok      answer:${width < 30 ? "\n  " : " "}scripted/model, 0.4 s`,
                "All is well.",
            ].join("\n"),
        );
        expect(succeeded).toBe(true);
        // The session of the test is gone, and the computer has none.
        expect(await sessions()).toEqual(before);
        expect(await computer.setting("opencc.session_id")).toBeUndefined();
    });

    it("is told of as an object, for programs", async () => {
        const { succeeded, rows } = await doctor({}, "ai doctor --no --json");
        const { ok, value } = JSON.parse(rows.join("")) as {
            ok: boolean;
            value: { checks: { check: string; state: string }[] };
        };
        expect({ ok, succeeded }).toEqual({ ok: true, succeeded: true });
        expect(value.checks.map(({ check, state }) => `${check} ${state}`)).toEqual([
            ..."settings http address reachable opencode password model agent session turns asks clock disk files"
                .split(" ")
                .map((check) => `${check} ok`),
            "answer skipped",
        ]);
    });

    it("is asked for nothing that costs with --no", async () => {
        const asked = world.model.requests.length;
        const { rows } = await doctor();
        expect(rows).toContain("skipped answer: It was not to be asked.");
        expect(world.model.requests).toHaveLength(asked);
    });
});

const skippedBehind = (name: string, rest: string) => new RegExp(`^skipped ${rest}: ${name} failed\\.$`, "m");

describe("the way to the server is broken where", () => {
    it("the HTTP API is off", async () => {
        const { output } = await runWithLibai('http = nil _G.http = nil print(shell.run("ai doctor"))', {
            width: 120,
        });
        expect(output).toContain(
            "failed  http: The HTTP API is switched off here.\n  In computercraft-server.toml: [http]",
        );
        expect(output).toMatch(skippedBehind("http", "address, reachable, .*, clock"));
        expect(output).toMatch(
            /^ok {6}disk: .*\nok {6}files: intact\nskipped answer: http failed\.\nFailed: http\nfalse/m,
        );
    });

    it.each([
        [51, "  "],
        [26, ""],
    ])("the address is denied, with the rule, on %i columns", async (width, indent) => {
        const { succeeded, rows } = await doctor({ allow: [], width });
        const [host, port] = address().split(":");
        for (const line of ["[[http.rules]]", `host = "${host}"`, `port = ${port}`, 'action = "allow"'])
            expect(rows).toContain(indent + line);
        expect(rows.join(" ").replace(/ +/g, " ")).toContain(
            "Without the port line: every port of that host.",
        );
        expect(rows.join(" ").replace(/ +/g, " ")).toContain("skipped reachable, opencode, password, model,");
        expect(rows.at(-1)).toBe("Failed: address");
        expect(succeeded).toBe(false);
    });

    it("nothing is there", async () => {
        const server = createServer();
        await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
        const { port } = server.address() as AddressInfo;
        await new Promise((done) => server.close(done));
        const { rows, succeeded } = await doctor({
            ...settingsOf("opencc.server_url", `http://127.0.0.1:${port}`),
            width: 120,
        });
        expect(rows).toContain(
            `failed  reachable: Nothing answers at http://127.0.0.1:${port} (Could not connect).`,
        );
        expect(rows.at(-1)).toBe("Failed: reachable");
        expect(succeeded).toBe(false);
    });

    const strangers: [what: string, answer: Answer, line: string, last: string][] = [
        [
            "another server is",
            () => ({ type: "text/html", body: "<html>hello</html>" }),
            "failed  opencode: URL answers, but is not an opencode server.",
            "Failed: opencode",
        ],
        [
            "opencode 2 is",
            ({ path }) => {
                if (path === "/api/info") return { body: { version: "2.0.22" } };
                if (/^\/api\/(permission\/request|form)$/.test(path)) return { body: { data: [] } };
                return { type: "text/html", body: "<!doctype html><title>OpenCode</title>" };
            },
            "ok      opencode: 2.0.22; opencode 2 as published, not tried with us",
            "Look at: password",
        ],
        [
            "an old opencode is",
            ({ path }) =>
                path === "/global/health" ? { body: { healthy: true, version: "1.2.27" } } : { body: [] },
            "warning opencode: opencode 1.2.27 was not tested with this client.",
            "Look at: opencode, password",
        ],
        [
            "a server is that never answers",
            () => "silence",
            "failed  reachable: URL did not answer in time.",
            "Failed: reachable",
        ],
    ];
    it.each(strangers)("%s there", async (_what, answer, line, last) => {
        const { url } = await startServer(answer);
        const began = Date.now();
        const { output } = await runWithLibai('print(shell.run("ai doctor --no"))', {
            width: 120,
            settings: {
                "opencc.server_url": url,
                "opencc.password": "x",
                "opencc.request_timeout_seconds": 1,
            },
        });
        expect(output).toContain(line.replace("URL", url));
        const lines = output.trimEnd().split("\n");
        expect(lines.at(-2)).toBe(last);
        expect(lines.at(-1)).toBe(`${last.startsWith("Look")}`);
        expect(Date.now() - began).toBeLessThan(15_000);
    });

    it("the password is wrong, and nobody says what it was", async () => {
        const { rows, succeeded } = await doctor({
            ...settingsOf("opencc.password", "guess-1234"),
            width: 120,
        });
        expect(rows).toContain("failed  password: The opencode server refuses user and password.");
        expect(rows).toContain("  Its OPENCODE_SERVER_PASSWORD: ai config password");
        expect(rows).toContain("skipped opencode: It tells its version once the password is right.");
        expect(rows.at(-1)).toBe("Failed: password");
        expect(succeeded).toBe(false);
    });

    it("a setting cannot be used", async () => {
        const { rows, succeeded } = await doctor({
            ...settingsOf("opencc.server_url", "localhost"),
            width: 120,
        });
        expect(rows[0]).toBe("failed  settings: The setting opencc.server_url is not an address.");
        expect(rows.at(-1)).toBe("Failed: settings");
        expect(succeeded).toBe(false);
    });
});

describe("what the settings name is not there:", () => {
    const model = { "opencc.provider_id": "scripted", "opencc.model_id": "wise" };

    it("a model; the model is not asked then", async () => {
        const { rows, succeeded } = await doctor({ settings: model, width: 120 }, "ai doctor");
        expect(rows).toContain("failed  model: opencode has no model scripted/wise.");
        expect(rows).toContain("skipped answer: model failed.");
        expect(succeeded).toBe(false);
    });

    it("a model and an agent; --fix asks first, and unsets them", async () => {
        const settings = { ...model, "opencc.agent": "wizard" };
        const fixed = await doctor({ settings, width: 120 }, "ai doctor --fix --yes --no-pager");
        expect(fixed.rows).toContain("failed  agent: opencode has no agent wizard.");
        expect(fixed.rows.slice(-3)).toEqual([
            "model: Unset the model.",
            "agent: Unset the agent.",
            "All is well.",
        ]);
        expect(fixed.succeeded).toBe(true);
        for (const name of ["provider_id", "model_id", "agent"])
            expect(await fixed.computer.setting(`opencc.${name}`), name).toBeUndefined();

        const refused = await doctor({ settings, width: 120 }, "ai doctor --fix --no");
        expect(refused.rows.at(-1)).toBe("Failed: model, agent");
        expect(await refused.computer.setting("opencc.agent")).toBe("wizard");
        expect(refused.succeeded).toBe(false);

        const alone = await doctor({ settings, width: 120 }, "ai doctor --fix");
        expect(alone.rows.join("\n")).toContain(
            "ai doctor --fix asks before it does that, and nobody is there to ask.",
        );
        expect(await alone.computer.setting("opencc.agent")).toBe("wizard");
    });

    it("a session; --fix forgets it", async () => {
        const choice = { ...settingsOf("opencc.session_id", "ses_gone"), width: 120 };
        const seen = await doctor(choice);
        expect(seen.rows).toContain("warning session: The server has no session ses_gone.");
        expect(seen.succeeded).toBe(true);
        const fixed = await doctor(choice, "ai doctor --no --fix");
        expect(fixed.rows.slice(-2)).toEqual(["session: Forgot that session.", "All is well."]);
        expect(await fixed.computer.setting("opencc.session_id")).toBeUndefined();
    });
});

describe("turns", () => {
    const turn = (sessionId: string, nonce: string, sentAt: number) => ({
        nonce,
        sessionId,
        directory: world.opencode.directory,
        text: "hi",
        sentAt,
        sent: true,
    });

    async function writeTurn(disk: string, record: ReturnType<typeof turn>): Promise<string> {
        const file = join(disk, `trapos/ai/turns/${record.nonce}.json`);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, JSON.stringify(record));
        return file;
    }

    it("that are gone are forgotten by --fix, those that are not are left alone", async () => {
        const computer = world.newComputer();
        await computer.run("ai ping");
        const session = String(await computer.setting("opencc.session_id"));
        const old = Date.now() - 3_600_000;
        const gone = await writeTurn(computer.disk, turn("ses_gone", "0-1-1", Date.now()));
        const lost = await writeTurn(computer.disk, turn(session, "0-2-2", old));
        const fresh = await writeTurn(computer.disk, turn(session, "0-3-3", Date.now()));
        const { rows } = await doctor({ width: 120 }, "ai doctor --no", computer);
        expect(rows).toContain("warning turns: 2 turns written down here can never be answered.");
        expect(existsSync(gone)).toBe(true);
        const fixed = await doctor({ width: 120 }, "ai doctor --no --fix", computer);
        expect(fixed.rows.slice(-2)).toEqual(["turns: Forgot 2 turns.", "All is well."]);
        expect([gone, lost, fresh].map((file) => existsSync(file))).toEqual([false, false, true]);
    });

    it("whose answer nobody has seen are told of, and none is lost by --fix", async () => {
        const computer = world.newComputer();
        await computer.run("ai ping");
        const session = String(await computer.setting("opencc.session_id"));
        const messages = await world.behind.call<{ parts: { metadata?: { nonce?: string } }[] }[]>(
            "GET",
            `/session/${session}/message`,
        );
        const nonce = messages.flatMap(({ parts }) =>
            parts.flatMap(({ metadata }) => metadata?.nonce ?? []),
        )[0]!;
        const file = await writeTurn(computer.disk, turn(session, nonce, Date.now() - 3_600_000));
        const { rows } = await doctor({ width: 120 }, "ai doctor --no --fix", computer);
        expect(rows).toContain("warning turns: 1 answer not seen yet.");
        expect(rows.at(-1)).toBe("Look at: turns");
        expect(existsSync(file)).toBe(true);
    });

    it("that wait for a permission are told of, and what is asked", async () => {
        const asking = world.newComputer();
        const screen = await asking.open();
        await screen.type("ai run a command\n");
        await screen.waitForText("y once", { timeoutSeconds: 30 });
        const session = String(await asking.setting("opencc.session_id"));
        const { rows } = await doctor({ ...settingsOf("opencc.session_id", session), width: 120 });
        expect(rows).toContain("ok      turns: 1 under way");
        expect(rows).toContain("warning asks: 1 ask waiting for somebody: bash: echo forty-two");
        // To whoever talks in another session it is nothing.
        expect((await doctor({ width: 120 })).rows).toContain("ok      asks: none");
        const [waiting] = await world.behind.permissions(world.opencode.directory);
        await world.behind.answerPermission(waiting!, "once");
        await screen.waitForText("answered elsewhere", { timeoutSeconds: 30 });
        await screen.waitForText(/^>$/m, { timeoutSeconds: 30 });
        expect((await doctor({ width: 120 })).rows).toContain("ok      asks: none");
    });
});

it("the clock is off", async () => {
    const { lines } = await runWithLibai(
        `local hour = 3600000
         local client = require("/apis/libai")({ now = function() return os.epoch("utc") + 5 * hour end })
         local ok, checks = client.doctor({ ping = false })
         for _, check in ipairs(checks) do if check.check == "clock" then print(check.state, check.message) end end`,
        {
            settings: { "opencc.server_url": world.opencode.url, "opencc.password": world.opencode.password },
            width: 120,
        },
    );
    expect(lines.join().replace(/\s+/g, " ")).toBe("warning It is 5 h ahead of the server's.");
});

it("the disk is full", async () => {
    const { lines } = await runWithLibai(
        `local file = fs.open("/filler", "w")
         file.write(("x"):rep(fs.getFreeSpace("/") + 500 - 3000)) file.close()
         print(shell.run("ai doctor --no"))`,
        {
            settings: { "opencc.server_url": world.opencode.url, "opencc.password": world.opencode.password },
            width: 120,
        },
    );
    expect(lines).toContainEqual(expect.stringMatching(/^failed {2}disk: \d+ bytes are free\.$/));
    expect(lines.slice(-2)).toEqual(["Failed: disk", "false"]);
});

it("a file is damaged, another is missing; --fix has them as they were", { timeout: 120_000 }, async () => {
    const registry = await startRegistry({ root: projectFolder });
    try {
        const disk = await temporaryFolder();
        await installPackages(disk, ["trapos"]);
        await writeFile(
            join(disk, "trapos/ccpm.json"),
            JSON.stringify({ version: 1, registries: [registry.url] }),
        );
        const settings = {
            "opencc.server_url": world.opencode.url,
            "opencc.password": world.opencode.password,
        };
        const { output } = await runWithLibai(
            `local file = fs.open("/apis/ai/markdown/layout.lua", "a") file.write("oops") file.close()
             fs.delete("/help/ai.txt")
             print(shell.run("ai doctor --no"))
             print(shell.run("ai doctor --no --fix"))
             print(shell.run("ai doctor --no"))`,
            { disk, settings, width: 120 },
        );
        expect(output).toContain("failed  files: 2 files missing or changed: apis/ai/markdown/layout.lua ..");
        expect(output).toMatch(/Failed: files\nfalse\n[^]*\nfiles: Mended 2 files\.\nAll is well\.\ntrue\n/);
        expect(output).toMatch(/ok {6}files: intact\nskipped answer[^]*All is well\.\ntrue\s*$/);
        for (const path of ["apis/ai/markdown/layout.lua", "help/ai.txt"])
            expect(await readFile(join(disk, path))).toEqual(await readFile(join(projectFolder, path)));

        await rm(join(disk, "help/ai.txt"));
        await registry.stop();
        const { lines } = await runWithLibai(
            `fs.delete("/help/ai.txt") print(shell.run("ai doctor --no --fix --json"))`,
            { disk, settings },
        );
        expect(lines.join("")).toMatch(/"mended":\[\{[^[]*"code":"not_mended"/);
        expect(lines.at(-1)).toBe("false");
    } finally {
        await registry.stop();
    }
});

describe("the model", () => {
    it("that fails is told with why, and its session is gone", async () => {
        world.model.setRules([() => ({ error: { status: 401, message: "no such key" } })]);
        const before = await sessions();
        const { rows, succeeded } = await doctor({ width: 160 }, "ai doctor");
        expect(rows.join("\n")).toMatch(/^failed {2}answer: The model failed \(HTTP 401\)/m);
        expect(rows.at(-1)).toBe("Failed: answer");
        expect(succeeded).toBe(false);
        expect(await sessions()).toEqual(before);
    });

    it("that hangs is waited for as long as a request may take, and its session is gone", async () => {
        world.model.setRules([() => ({ hang: true })]);
        const before = await sessions();
        const settings = { "opencc.request_timeout_seconds": 3 };
        const { rows } = await doctor({ width: 160, settings }, "ai doctor");
        expect(rows.join("\n")).toMatch(/^failed {2}answer: Nothing happened for 3 s/m);
        expect(await sessions()).toEqual(before);
    });

    it("is not asked any more at Ctrl+T, and its session is gone", async () => {
        world.model.setRules([() => ({ hang: true })]);
        const before = await sessions();
        const asked = world.model.requests.length;
        const { computer, finished } = await world.newComputer().start("ai doctor");
        await computer.waitForText(/[|/\\-] \d+ s answer/, { timeoutSeconds: 30 });
        await expect.poll(() => world.model.requests.length, { timeout: 20_000 }).toBeGreaterThan(asked);
        await computer.press("ctrl+t");
        expect((await finished).transcript).toContain("Terminated");
        expect(await sessions()).toEqual(before);
    });
});
