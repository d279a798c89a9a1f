/** Computers that are linked with a bridge behind which an opencode 2 is: its twin, and as far as it goes the preview. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { boot, type Computer, writeSettings } from "craftos-headless";
import type { Profile } from "trapos-bridge";
import {
    isolatedOwner,
    type Opencode,
    type OpencodeOptions,
    startOpencode,
    superviseOpencode,
} from "trapos-opencode";
import { startTestBridge, type TestBridge } from "../../tools/harness/bridge.ts";
import { installPackages } from "../../tools/harness/disk.ts";
import { startTwinServer, type StartOpencode } from "../../tools/harness/tests-opencode.ts";
import { defaultRule, type Model, startModel } from "../../tools/model/index.ts";
import { startPreview } from "../../tools/opencode2-preview/index.ts";
import { twinBinary } from "../../tools/opencode2-twin/index.ts";

const patient = { timeoutSeconds: 60 };
const soon = { timeout: 60_000 };
const timeout = 180_000;

/** A server, a bridge before it, and computers of one owner. */
interface Place {
    readonly model: Model;
    readonly bridge: TestBridge;
    /** The server that there is now. */
    opencode(): Opencode;
    /** Puts a server in the place of the one that there is. */
    replace(start: StartOpencode, more?: Partial<OpencodeOptions>): Promise<void>;
    newComputer(profile?: Profile): Promise<Computer>;
}

/** Starts a place, whose end is the end of the tests that it is for. */
async function startPlace(start: StartOpencode): Promise<Place & { stop(): Promise<void> }> {
    const folder = await mkdtemp(join(tmpdir(), "trapos-opencode2-"));
    const model = await startModel();
    const options: OpencodeOptions = {
        home: join(folder, "home"),
        directory: join(folder, "work"),
        model: { baseUrl: model.url },
        // What its sessions may do the bridge says.
        permission: { "*": "ask" },
    };
    await mkdir(join(folder, "work"));
    let opencode = await start(options);
    const bridge = await startTestBridge(() => opencode, join(folder, "bridge"), { isFenced: true });
    let computers = 0;
    return {
        model,
        bridge,
        opencode: () => opencode,
        async replace(other, more = {}) {
            await opencode.stop();
            const { port, password } = opencode;
            opencode = await other({ ...options, port, password, ...more });
        },
        async newComputer(profile = "build") {
            const disk = await mkdtemp(join(folder, "player-"));
            await installPackages(disk, ["trapos", "trapos-link"]);
            computers += 1;
            await writeSettings(disk, {
                ...bridge.link(computers, profile),
                // As `ai link` has it.
                "trapos.autostart.trapos-link": true,
            });
            const computer = await boot({
                disk,
                width: 51,
                height: 19,
                id: computers,
                http: { allow: ["127.0.0.1"] },
            });
            onTestFinished(() => computer.close());
            await computer.waitForText(/(^|\n)> ?$/, patient);
            return computer;
        },
        async stop() {
            await bridge.stop();
            await opencode.stop();
            await model.stop();
            await rm(folder, { recursive: true, force: true });
        },
    };
}

const screenOf = (computer: Computer) => computer.screen().join("\n");

/** Calls a tool once, and says what that gave. */
const calling = (name: string, given: Record<string, unknown>): Parameters<Model["setRules"]>[0] => [
    ({ toolResults }) => {
        const last = toolResults.at(-1);
        return last === undefined
            ? { toolCalls: [{ name, arguments: given }] }
            : { text: `It said ${last.output}` };
    },
];

const question = {
    question: "Birch or oak?",
    header: "Wood",
    options: [
        { label: "Birch", description: "light" },
        { label: "Oak", description: "dark" },
    ],
};

describe.each([
    ["the twin", startTwinServer],
    ["the preview", startPreview],
] as const)("on %s", (name, start) => {
    const isTwin = name === "the twin";
    // The engine of the preview has still the name of opencode 1 for it.
    const oneCommand = calling(isTwin ? "shell" : "bash", { command: "echo forty-two" });
    let place: Place & { stop(): Promise<void> };
    beforeAll(async () => {
        place = await startPlace(start);
    });
    afterAll(() => place.stop());

    it("shows the text while the model still writes, each word once", { timeout }, async () => {
        const computer = await place.newComputer();
        const text = "The door opens when the lever is up. Then it closes again, and nobody is hurt.";
        place.model.setRules([() => ({ text, hang: "midway" })]);
        await computer.type("ai why?\n");
        await computer.waitForText("The door opens when the lever is up.", patient);
        expect(screenOf(computer)).not.toContain("nobody is hurt");
        place.model.release();
        await computer.waitForText(/nobody is hurt\.\s+>/, patient);
        const rows = computer
            .screen()
            .map((row) => row.trimEnd())
            .filter((row) => row !== "");
        expect(rows.slice(rows.indexOf("> ai why?"))).toEqual([
            "> ai why?",
            "The door opens when the lever is up. Then it closes",
            "again, and nobody is hurt.",
            ">",
        ]);
    });

    it("asks in the box before a command runs, and shows the command when it did", { timeout }, async () => {
        const computer = await place.newComputer();
        place.model.setRules(oneCommand);
        await computer.type("ai run a command\n");
        await computer.waitForText("Allow shell?", patient);
        expect(screenOf(computer)).toContain("echo forty-two");
        await computer.type("y");
        await computer.waitForText(/It said [^>]*forty-two[^>]*>/, patient);
        expect(computer.transcript()).toContain("Allowed once: shell: echo forty-two");
    });

    it("refuses a command, which ends the turn", { timeout }, async () => {
        const computer = await place.newComputer();
        place.model.setRules(oneCommand);
        await computer.type("ai run a command\n");
        await computer.waitForText("Allow shell?", patient);
        await computer.type("n");
        await computer.waitForText(/that was refused\.[^]*> ?$/, patient);
    });

    it("stops a turn, and goes on in the session", { timeout }, async () => {
        const computer = await place.newComputer();
        place.model.setRules([
            ({ userText }) =>
                userText === "think"
                    ? { text: "It begins. It never ends.", hang: "midway" }
                    : { text: `Well: ${userText}` },
        ]);
        await computer.type("ai think\n");
        await computer.waitForText("It begins.", patient);
        await computer.press("ctrl+t");
        // The preview leaves of a turn that is stopped the same as of one that has failed.
        const words = isTwin ? "The turn was stopped on the server" : "It had ended already";
        await computer.waitForText(new RegExp(`${words}\\.[^]*> ?$`), patient);
        await vi.waitFor(() => expect(place.bridge.bridge.turns.count()).toBe(0), soon);
        await computer.type("ai and now?\n");
        await computer.waitForText("Well: and now?", { ...patient, sinceInput: true });
        place.model.release();
    });

    it("runs a job that asks, is answered, and ends", { timeout }, async () => {
        const computer = await place.newComputer();
        place.model.setRules(oneCommand);
        await computer.type("ai bg run a command\n");
        await computer.waitForText(/Job \d+ asks: .*echo forty-two/, patient);
        const { number } = place.bridge.bridge.jobs.list()[0]!;
        await computer.type(`ai job ${number}\n`);
        await computer.waitForText(/Allow|once/, { ...patient, sinceInput: true });
        await computer.type("y");
        await vi.waitFor(
            () => expect(place.bridge.bridge.jobs.job(number)).toMatchObject({ state: "done", tools: 1 }),
            soon,
        );
        expect((await place.bridge.bridge.jobs.collect(number, 0)).text).toContain("forty-two");
    });

    it("says which opencode there is", { timeout }, async () => {
        const computer = await place.newComputer();
        place.model.setRules([defaultRule]);
        await computer.type("ai ping\n");
        await computer.waitForText("pong", { ...patient, sinceInput: true });
        await computer.type("ai status\n");
        await computer.waitForText(`opencode ${place.opencode().version}`, { ...patient, sinceInput: true });
        const health = await fetch(`${place.bridge.bridge.url}/health`);
        expect(await health.json()).toMatchObject({ opencode: "ready" });
    });

    it.runIf(isTwin)("lets nothing be done for a computer that may talk", { timeout }, async () => {
        const computer = await place.newComputer("talk");
        place.model.setRules(oneCommand);
        await computer.type("ai run a command\n");
        await computer.waitForText(/It said[^]*> ?$/, patient);
        expect(computer.transcript()).not.toMatch(/Allow|\nforty-two/);
    });

    it.runIf(isTwin)("answers a form: one of several, or own words", { timeout }, async () => {
        const computer = await place.newComputer();
        place.model.setRules(calling("question", { questions: [question] }));
        await computer.type("ai ask me\n");
        await computer.waitForText("Birch or oak?", patient);
        await computer.type("2");
        await computer.waitForText(/It said [^>]*Oak[^>]*>/, patient);
    });

    it.runIf(isTwin)("survives the server's end in the middle of a turn", { timeout }, async () => {
        const computer = await place.newComputer();
        place.model.setRules([
            ({ userText }) =>
                userText === "think"
                    ? { text: "It begins. It never ends.", hang: "midway" }
                    : { text: `Well: ${userText}` },
        ]);
        await computer.type("ai think\n");
        await computer.waitForText("It begins.", patient);
        const before = place.opencode();
        await before.kill();
        await place.replace(startTwinServer);
        await computer.waitForText(/restarted|interrupted[^]*> ?$/i, { timeoutSeconds: 90 });
        await computer.waitForText(/(^|\n)> ?$/, patient);
        await computer.type("ai and now?\n");
        await computer.waitForText("Well: and now?", { ...patient, sinceInput: true });
        place.model.release();
    });

    it.runIf(isTwin)(
        "opens another session where an opencode 1 has taken its place, and back",
        { timeout },
        async () => {
            const computer = await place.newComputer();
            place.model.setRules([({ userText }) => ({ text: `Well: ${userText}` })]);
            await computer.type("ai first\n");
            await computer.waitForText("Well: first", { ...patient, sinceInput: true });
            await place.replace(startOpencode, { permission: { "*": "ask" } });
            await computer.type("ai second\n");
            await computer.waitForText(/this is a\s+new\s+one[^]*Well: second/, {
                timeoutSeconds: 90,
                sinceInput: true,
            });
            await place.replace(startTwinServer);
            await computer.type("ai third\n");
            await computer.waitForText("Well: third", { timeoutSeconds: 90, sinceInput: true });
        },
    );
});

it("an opencode 2 of the bridge's own is kept alive, and is told its password", { timeout }, async () => {
    const folder = await mkdtemp(join(tmpdir(), "trapos-opencode2-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const model = await startModel();
    onTestFinished(() => model.stop());
    const owner = await isolatedOwner(join(folder, "home"), { baseUrl: model.url }, {}, 2);
    const supervisor = await superviseOpencode({
        directory: join(folder, "home", "work"),
        dataFolder: join(folder, "data"),
        binary: await twinBinary(join(folder, "bin")),
        owner,
    });
    onTestFinished(() => supervisor.stop());
    expect(await supervisor.settled()).toMatchObject({
        kind: "ready",
        version: "2.0.22",
        warning: expect.stringContaining("never tried") as string,
    });
    const { url, username, password } = supervisor.login();
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
    expect((await fetch(`${url}/api/session/active`)).status).toBe(401);
    expect((await fetch(`${url}/api/session/active`, { headers: { authorization } })).status).toBe(200);
    const { pid } = (await (await fetch(`${url}/api/info`, { headers: { authorization } })).json()) as {
        pid: number;
    };
    process.kill(pid, "SIGKILL");
    await vi.waitFor(() => expect(supervisor.state().kind).not.toBe("ready"), soon);
    await vi.waitFor(() => expect(supervisor.state().kind).toBe("ready"), soon);
});
