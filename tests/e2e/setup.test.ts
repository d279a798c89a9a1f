/** `ai setup`, played at the keyboard against the real server: each answer wrong once, left at any question, cut at any moment. */
import { readFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import {
    boot,
    type Computer,
    type ComputerOptions,
    readSetting,
    type Settings,
    writeSettings,
} from "craftos-headless";
import { installPackages } from "../../tools/harness/disk.ts";
import { defaultRule } from "../../tools/model/index.ts";
import { startServer, temporaryFolder } from "../computer/libai-support.ts";
import { filesWith } from "./secrets.ts";
import { startWorld, type World } from "./support.ts";

let world: World;
beforeAll(async () => {
    world = await startWorld();
});
beforeEach(() => world.model.setRules([defaultRule]));
afterAll(() => world.stop());

const PROMPT = /(^|\n)>$/;
const LIST = /Enter:use \/:find Quit/;
const PATIENCE = { timeoutSeconds: 40 };

/** A computer that is switched on, its disk, and a way to answer what it asks. */
interface Player {
    computer: Computer;
    disk: string;
    /** Waits for what is shown since the last answer, then types and presses Enter. */
    answer(shown: string | RegExp, typed: string): Promise<void>;
    /** Waits for the list of models, has the rows with a word in them shown alone, and takes the first one. */
    choose(word: string): Promise<void>;
    prompt(): Promise<void>;
}

async function newPlayer(settings: Settings = {}, options: Partial<ComputerOptions> = {}): Promise<Player> {
    const disk = options.disk ?? (await temporaryFolder());
    if (options.disk === undefined) {
        await installPackages(disk, ["trapos-ai"]);
        await writeSettings(disk, { "motd.enable": false, ...settings });
    }
    const computer = await boot({ http: { allow: ["127.0.0.1"] }, ...options, disk });
    onTestFinished(() => computer.close());
    await computer.waitForText(PROMPT, PATIENCE);
    return {
        computer,
        disk,
        async answer(shown, typed) {
            await computer.waitForText(shown, { ...PATIENCE, sinceInput: true });
            await computer.type(`${typed}\n`);
        },
        async choose(word) {
            await computer.waitForText(LIST, { ...PATIENCE, sinceInput: true });
            if (word !== "") {
                await computer.type(`/${word}\n`);
                await computer.waitForText(new RegExp(`^.*${word}`, "m"), { sinceInput: true });
            }
            await computer.press("enter");
        },
        prompt: () => computer.waitForText(PROMPT, { ...PATIENCE, sinceInput: true }),
    };
}

const shownRows = (computer: Computer) =>
    computer
        .screen()
        .map((row) => row.trimEnd())
        .join("\n")
        .trimEnd();

const address = () => world.opencode.url.replace("http://", "");

async function closedPort(): Promise<number> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as AddressInfo;
    await new Promise((done) => server.close(done));
    return port;
}

/** All settings of ours that a computer has saved. */
async function savedOn(disk: string): Promise<Record<string, unknown>> {
    const names = ["server_url", "username", "password", "provider_id", "model_id", "session_id"];
    const entries = await Promise.all(
        names.map(async (name) => [name, await readSetting(disk, `opencc.${name}`)] as const),
    );
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** Answers all questions rightly. */
async function playRightly(player: Player, model = ""): Promise<void> {
    await player.answer("Address of", address());
    await player.answer("Password", world.opencode.password);
    await player.choose(model);
}

describe("the screen", () => {
    const questions = (width: number) =>
        width > 30
            ? [
                  `> ${address()}`,
                  "A server answers, and wants a password.",
                  "Password: ************************",
              ]
            : [
                  "Address of the server",
                  "[http://127.0.0.1:4096]:",
                  `> ${address()}`,
                  "A server answers, and",
                  "wants a password.",
                  "Password: ***************",
              ];
    const list = ["Model", "*the server's choice", " scripted/model", " scripted/other"];
    const end = (width: number, model: string) => [
        `Model: ${model}`,
        "The model answers (0.3 s).",
        ...(width > 30 ? ["Saved. Now type: ai <prompt>"] : ["Saved. Now type: ai", "<prompt>"]),
        ">",
    ];
    it.each([
        [51, 19, true],
        [39, 13, true],
        [26, 20, false],
    ])("of %i x %i has all of it", async (width, height, colour) => {
        const player = await newPlayer({}, { width, height, colour });
        const before = (await world.behind.listSessions()).length;
        await player.computer.type("ai setup\n");
        await player.answer("Address of", address());
        await player.computer.waitForText("Password", { ...PATIENCE, sinceInput: true });
        await player.computer.type(world.opencode.password);
        const asked = () => shownRows(player.computer).split("\n").slice(-questions(width).length);
        await player.computer.waitForText("Password: ***************", { sinceInput: true });
        expect(asked()).toEqual(questions(width));
        await player.computer.press("enter");
        await player.computer.waitForText(LIST, { ...PATIENCE, sinceInput: true });
        const rows = shownRows(player.computer).split("\n");
        expect(rows.slice(0, list.length)).toEqual(list);
        expect(rows.at(-1)).toBe("1/3  Enter:use /:find Quit");
        expect(rows).toHaveLength(height);
        if (width > 30) await player.computer.press("down");
        await player.computer.press("enter");
        await player.prompt();
        const shown = shownRows(player.computer).replace(/\([\d.]+ s\)/, "(0.3 s)");
        expect(shown.split("\n")).toEqual(end(width, width > 30 ? "scripted/model" : "the server's choice"));
        expect(await savedOn(player.disk)).toEqual({
            server_url: world.opencode.url,
            password: world.opencode.password,
            ...(width < 30 ? {} : { provider_id: "scripted", model_id: "model" }),
        });
        // The session of the test is gone, and nothing else knows the password.
        expect(await world.behind.listSessions()).toHaveLength(before);
        expect(player.computer.transcript()).not.toContain(world.opencode.password);
        expect(filesWith(player.disk, world.opencode.password)).toEqual([".settings"]);
        await player.computer.type("ai hello\n");
        await player.computer.waitForText("scripted model", { ...PATIENCE, sinceInput: true });
    });
});

describe("an answer that will not do is told why, and asked for again:", { timeout: 120_000 }, () => {
    it("each of them, once", async () => {
        const player = await newPlayer();
        const html = await startServer(() => ({ type: "text/html", body: "<html>hello</html>" }));
        const second = await startServer(({ path }) =>
            path === "/api/info"
                ? { body: { version: "2.0.22" } }
                : { type: "text/html", body: "<p>OpenCode</p>" },
        );
        await player.computer.type("ai setup\n");
        await player.answer("Address of", "ftp://there");
        await player.answer(/begins with http:[^]*\n>$/, "a b");
        await player.answer(/has no blanks[^]*\n>$/, "steve:secret@here");
        await player.answer(/Leave user and[^]*\n>$/, "here:99999");
        await player.answer(/A port is a number[^]*\n>$/, `127.0.0.1:${await closedPort()}`);
        await player.answer(/Nothing answers at[^]*another address\.\n[^]*\n>$/, "192.168.7.7:4096");
        await player.answer(/\[\[http\.rules\]\]\nhost = "192\.168\.7\.7"\nport = 4096[^]*\n>$/, html.url);
        await player.answer(/answers, but is not an\s+opencode\s+server[^]*\n>$/, second.url);
        await player.answer(/not\s+installed[^]*\n>$/, `${world.opencode.url}/`);
        await player.answer("Password: ", "guess-1234");
        await player.answer(/refuses user and password[^]*User \[opencode\]:$/, "steve");
        await player.answer("Password [as it is]: ", world.opencode.password);
        await player.computer.waitForText(/User \[steve\]:$/, { ...PATIENCE, sinceInput: true });
        expect(player.computer.transcript()).not.toMatch(/guess-1234/);
        expect(player.computer.transcript()).not.toContain(world.opencode.password);
        await player.answer(/refuses user and password[^]*User \[steve\]:$/, "opencode");
        await player.answer("Password [as it is]: ", "");
        await player.choose("other");
        await player.computer.waitForText(/The model answers[^]*Saved[^]*\n>$/, {
            ...PATIENCE,
            sinceInput: true,
        });
        expect(await savedOn(player.disk)).toEqual({
            server_url: world.opencode.url,
            username: "opencode",
            password: world.opencode.password,
            provider_id: "scripted",
            model_id: "other",
        });
    });

    it("no password where one is wanted", async () => {
        const player = await newPlayer();
        await player.computer.type("ai setup\n");
        await player.answer("Address of", address());
        await player.answer("Password: ", "");
        await player.answer("This server wants one", "opencode");
        await player.answer("Password: ", world.opencode.password);
        await player.computer.waitForText(LIST, { ...PATIENCE, sinceInput: true });
        await player.computer.type("q");
        await player.prompt();
        expect(await savedOn(player.disk)).toEqual({});
    });

    it("a model that fails: another one, or saved all the same", async () => {
        world.model.setRules([() => ({ error: { status: 401, message: "no such key" } })]);
        const player = await newPlayer();
        await player.computer.type("ai setup\n");
        await playRightly(player, "other");
        await player.answer(/The model failed \(HTTP 401\)[^]*q: leave >$/, "");
        await player.choose("model");
        await player.answer(/The model failed \(HTTP 401\)[^]*q: leave >$/, "s");
        await player.computer.waitForText(/Saved[^]*\n>$/, { ...PATIENCE, sinceInput: true });
        expect(await savedOn(player.disk)).toMatchObject({ provider_id: "scripted", model_id: "model" });
    });
});

describe("what is set", () => {
    const set = () => ({
        "opencc.server_url": world.opencode.url,
        "opencc.username": "opencode",
        "opencc.password": world.opencode.password,
        "opencc.provider_id": "scripted",
        "opencc.model_id": "other",
        "opencc.session_id": "ses_mine",
    });

    it("stays at Enter alone", async () => {
        const player = await newPlayer(set());
        const before = await savedOn(player.disk);
        await player.computer.type("ai setup\n");
        await player.answer(`Address of the server [${world.opencode.url}`, "");
        await player.answer("Password [as it is]", "");
        await player.computer.waitForText(/ the server's choice\n[^]*\*scripted\/other\n[^]*3\/3/, {
            ...PATIENCE,
            sinceInput: true,
        });
        await player.choose("");
        await player.computer.waitForText(/Saved[^]*\n>$/, { ...PATIENCE, sinceInput: true });
        expect(await savedOn(player.disk)).toEqual(before);
    });

    it("goes where another server is chosen, and the server's choice", async () => {
        const player = await newPlayer({
            ...set(),
            "opencc.server_url": "http://127.0.0.1:1",
            "opencc.model_id": "gone",
        });
        await player.computer.type("ai setup\n");
        await player.answer("Address of", address());
        await player.answer("Password [as it is]", "");
        await player.computer.waitForText(/^Model \(no scripted\/gone here\)\n the server's choice\n/, {
            ...PATIENCE,
            sinceInput: true,
        });
        await player.choose("");
        await player.computer.waitForText(/Saved[^]*\n>$/, { ...PATIENCE, sinceInput: true });
        expect(await savedOn(player.disk)).toEqual({
            server_url: world.opencode.url,
            username: "opencode",
            password: world.opencode.password,
        });
    });

    const questions: [question: string, answers: number][] = [
        ["Address of", 0],
        ["Password", 1],
        ["Enter:use", 2],
    ];
    it.each(questions)(
        "stays where the setup is left at: %s",
        { timeout: 60_000 },
        async (question, answers) => {
            const player = await newPlayer(set());
            const before = await readFile(join(player.disk, ".settings"), "utf8");
            const steps = [
                ["Address of", address()],
                ["Password", world.opencode.password],
            ] as const;
            for (const leave of ["q", "ctrl+t"]) {
                await player.computer.type("ai setup\n");
                for (const [shown, typed] of steps.slice(0, answers)) await player.answer(shown, typed);
                if (leave === "q") {
                    await player.answer(question, "q");
                    await player.computer.waitForText(/Nothing was changed[^]*\n>$/, {
                        ...PATIENCE,
                        sinceInput: true,
                    });
                } else {
                    await player.computer.waitForText(question, { ...PATIENCE, sinceInput: true });
                    await player.computer.press("ctrl+t");
                    await player.computer.waitForText(/Terminated\n>$/, { ...PATIENCE, sinceInput: true });
                }
                expect(await readFile(join(player.disk, ".settings"), "utf8")).toBe(before);
                await player.computer.type("ai config server_url\n");
                await player.computer.waitForText(`server_url = ${world.opencode.url}`, { sinceInput: true });
                await player.prompt();
            }
        },
    );

    it("is whole, old or new, where the power goes while it is saved", { timeout: 120_000 }, async () => {
        // The test's turn is written down and forgotten before; the operations of saving come last. All moments of
        // saving are followed in tests/computer/ai-config.test.ts.
        for (const [name, path, moment, isNew] of [
            ["write", "/.settings.new", "during", false],
            ["move", "/.settings", "after", false],
            ["move", "/.settings.new", "after", true],
        ] as const) {
            const disk = await temporaryFolder();
            await installPackages(disk, ["trapos-ai"]);
            await writeSettings(disk, {
                "motd.enable": false,
                ...set(),
                "opencc.password": "old",
                mine: "kept-4711",
            });
            const isSaving = (operation: { name: string; path: string }) =>
                operation.name === name && operation.path === path;
            const options = { disk, faults: { powerCut: { operation: isSaving, moment } } };
            const player = await newPlayer({}, options);
            await player.computer.type("ai setup\n");
            await playRightly(player);
            expect((await player.computer.exit).reason).toBe("powerCut");
            await player.computer.close();
            const again = await newPlayer({}, { disk });
            await again.computer.close();
            expect(await readSetting(disk, "mine"), `${moment} ${name}`).toBe("kept-4711");
            const password = isNew ? world.opencode.password : "old";
            expect(await readSetting(disk, "opencc.password"), `${moment} ${name}`).toBe(password);
            expect(filesWith(disk, "kept-4711"), `${moment} ${name}`).toEqual([".settings"]);
        }
    });
});

describe("before a server is set", () => {
    it("a prompt offers the setup, which then asks it", { timeout: 60_000 }, async () => {
        const player = await newPlayer();
        // The line at boot is there until an answer was shown, and never again.
        expect(player.computer.transcript()).toContain("Type ai setup to begin.");
        await player.computer.type("ai hello there\n");
        await player.answer(/Nothing answers at[^]*No server is set yet\. Set one up now\? \[Y\/n\]$/, "");
        await playRightly(player);
        await player.computer.waitForText(/Saved[^]*You said:\s+hello\s+there/, {
            ...PATIENCE,
            sinceInput: true,
        });
        await player.prompt();
        await player.computer.close();
        const again = await newPlayer({}, { disk: player.disk });
        expect(again.computer.transcript()).not.toMatch(/Type ai/);
    });

    it("a denied address offers it, too, and no is no", async () => {
        const player = await newPlayer({}, { http: { allow: [] } });
        await player.computer.type("ai hello\n");
        await player.computer.waitForText(/\[\[http\.rules\]\][^]*Set one up now\? \[Y\/n\]$/, PATIENCE);
        await player.computer.type("n");
        await player.prompt();
        expect(player.computer.transcript()).not.toContain("Address of");
    });

    it("nobody is asked where one is set, or nobody is there", async () => {
        const url = `http://127.0.0.1:${await closedPort()}`;
        const player = await newPlayer({ "opencc.server_url": url });
        await player.computer.type("ai hello\n");
        await player.prompt();
        expect(player.computer.transcript()).toMatch(/Nothing answers at/);
        const program = await newPlayer({}, { width: 120 });
        await program.computer.type("ai --json hello\n");
        await program.prompt();
        for (const { computer } of [player, program])
            expect(computer.transcript()).not.toContain("Set one up");
        await program.computer.type("ai setup --json\n");
        await program.computer.waitForText(/nobody_answers/, { sinceInput: true });
    });

    it("ai alone says below its help how to begin", async () => {
        const player = await newPlayer({}, { width: 120, height: 100 });
        await player.computer.type("ai\n");
        await player.computer.waitForText(/No server is set yet\. Type: ai setup\n>$/);
        await player.computer.type("ai config server_url http://127.0.0.1:1\n");
        await player.prompt();
        await player.computer.type("clear\n");
        await player.prompt();
        await player.computer.type("ai\n");
        await player.computer.waitForText(/ai help[^]*\n>$/, { sinceInput: true });
        expect(shownRows(player.computer)).not.toContain("No server is set");
    });
});

describe("the line at the start", () => {
    it("names ai where a server is set, and stands below the player's own message", async () => {
        const player = await newPlayer({ "opencc.server_url": "http://127.0.0.1:1" });
        expect(shownRows(player.computer)).toBe("CraftOS 1.9\nType ai <prompt> to ask.\n>");
        expect(await readSetting(player.disk, "motd.enable")).toBe(false);
    });
});
