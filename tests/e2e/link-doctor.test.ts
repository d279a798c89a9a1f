/** `ai doctor` and `ai status` on a computer that is linked with a bridge: each way in which that can be broken. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { boot, type Settings, writeSettings } from "craftos-headless";
import { startTestBridge, type TestBridge } from "../../tools/harness/bridge.ts";
import { installPackages } from "../../tools/harness/disk.ts";
import { startWorld, type ComputerChoice, type World } from "./support.ts";

let world: World;
let bridge: TestBridge;
beforeAll(async () => {
    world = await startWorld();
    bridge = await startTestBridge(() => world.opencode, join(world.folder, "examined-bridge"));
});
afterAll(async () => {
    await bridge.stop();
    await world.stop();
});

let computers = 60;

/** Runs a command on a computer that is linked, or believes so. The token is nowhere but in the settings. */
async function run(command: string, choice: ComputerChoice = {}) {
    const link = bridge.link(computers++);
    const settings = { ...link, "opencc.password": undefined, ...choice.settings } as Settings;
    const computer = world.newComputer({ packages: ["trapos", "trapos-link"] });
    const { succeeded, output, transcript } = await computer.run(command, {
        width: 120,
        ...choice,
        settings,
    });
    expect(transcript).not.toContain(String(link["opencc.link_token"]));
    return { succeeded, rows: output.trimEnd().split("\n"), settings };
}

const address = () => bridge.bridge.url.replace("http://", "");

let server: Server | undefined;
afterEach(async () => {
    await new Promise((done) => (server === undefined ? done(undefined) : server.close(done)));
    server = undefined;
});

/** A server that answers everything with this. */
async function answering(status: number, body: object): Promise<string> {
    server = createServer((_, response) => {
        response.writeHead(status, { "content-type": "application/json", connection: "close" });
        response.end(JSON.stringify(body));
    });
    await new Promise<void>((done) => server!.listen(0, "127.0.0.1", done));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("a linked computer on which all is well", () => {
    it.each([51, 26])("has a line for each thing on %i columns", async (width) => {
        const isNarrow = width < 30;
        const { rows, succeeded } = await run("ai doctor --no", { width });
        const name = `computer ${computers - 1}`;
        expect(rows.slice(0, isNarrow ? 9 : 7)).toEqual([
            ...(isNarrow ? ["ok      settings:", `  ${address()}`] : [`ok      settings: ${address()}`]),
            "ok      http: on",
            "ok      address: allowed",
            "ok      reachable: yes",
            "ok      bridge: 0.1.0",
            ...(isNarrow
                ? [`ok      link: ${name}`, "  (owner), build"]
                : [`ok      link: ${name} (owner), build`]),
            `ok      opencode: ${world.opencode.version}`,
        ]);
        expect(rows.at(-1)).toBe("All is well.");
        expect(succeeded).toBe(true);
    });

    it("has its model asked over the link", async () => {
        const { rows } = await run("ai doctor");
        expect(rows.at(-2)).toMatch(/^ok {6}answer: scripted\/model, [\d.]+ s$/);
    });

    it("is told by ai status as whose it is linked", async () => {
        const { rows, succeeded } = await run("ai status");
        expect(rows.slice(0, 4)).toEqual([
            `Bridge: ${address()}`,
            `Linked as: computer ${computers - 1} (owner), build`,
            expect.stringMatching(/^Server: opencode \d/),
            "Session: none yet",
        ]);
        expect(succeeded).toBe(true);
    });
});

describe("the way to the bridge is broken where", () => {
    const cases: [
        what: string,
        line: string | RegExp,
        last: string,
        choice: () => Promise<ComputerChoice>,
    ][] = [
        [
            "the address is denied",
            /^failed {2}address: ComputerCraft forbids http:\/\/127.0.0.1:\d+ \(Domain not permitted\)\.$/,
            "Failed: address",
            async () => ({ allow: [] }),
        ],
        [
            "nothing is there",
            /^failed {2}reachable: The bridge at http:\/\/127.0.0.1:\d+ cannot be reached \(Could not connect\)\.$/,
            "Failed: reachable",
            async () => {
                const url = await answering(200, {});
                await new Promise((done) => server!.close(done));
                server = undefined;
                return { settings: { "opencc.link_url": url } };
            },
        ],
        [
            "something else is there",
            /^failed {2}bridge: http:\/\/127.0.0.1:\d+ answers, but is no bridge of TrapOS AI\.$/,
            "Failed: bridge",
            async () => ({ settings: { "opencc.link_url": await answering(404, {}) } }),
        ],
        [
            "the token is none of the bridge's",
            "failed  link: The bridge does not know this computer.",
            "Failed: link",
            async () => ({ settings: { "opencc.link_token": "abcdef" } }),
        ],
        [
            "there is no token",
            "failed  link: This computer is linked with no bridge.",
            "Failed: link",
            async () => ({ settings: { "opencc.link_token": "" } }),
        ],
        [
            "the address is none",
            "failed  settings: The setting opencc.link_url is not an address.",
            "Failed: settings",
            async () => ({ settings: { "opencc.link_url": "somewhere" } }),
        ],
    ];
    it.each(cases)("%s", async (_what, line, last, choice) => {
        const { rows, succeeded } = await run("ai doctor --no", await choice());
        expect(rows).toContainEqual(typeof line === "string" ? line : expect.stringMatching(line));
        expect(rows.at(-1)).toBe(last);
        expect(succeeded).toBe(false);
    });

    it("the package of the link is missing", async () => {
        const { rows } = await run("ai doctor --no", { packages: ["trapos-ai", "trapos-boot"] });
        expect(rows).toContain("failed  link: The package trapos-link is not installed.");
        expect(rows).toContain("  Install it: ccpm install trapos-link");
    });

    it("the owner has ended the link; ai status says so, too", async () => {
        const settings = bridge.link(computers);
        await bridge.revoke(computers++);
        const { rows } = await run("ai doctor --no", { settings });
        expect(rows).toContain("failed  link: The bridge's owner has ended this computer's link.");
        const status = await run("ai status", { settings });
        expect(status.rows).toEqual([
            `Bridge: ${address()}`,
            "The bridge's owner has ended this computer's link.",
            `Link it again: ai link ${bridge.bridge.url}`,
        ]);
        expect(status.succeeded).toBe(false);
    });

    it("opencode is away behind it", async () => {
        bridge.setAway("it was stopped");
        try {
            const { rows, succeeded } = await run("ai doctor --no");
            expect(rows).toContain("failed  opencode: opencode is away: it was stopped");
            expect(rows.at(-1)).toBe("Failed: opencode");
            expect(succeeded).toBe(false);
            const status = await run("ai status");
            expect(status.rows.slice(1, 3)).toEqual([
                `Linked as: computer ${computers - 1} (owner), build`,
                "opencode is away: it was stopped",
            ]);
        } finally {
            bridge.setAway(undefined);
        }
    });
});

it("a computer without websockets is told that it polls, and nothing is broken", async () => {
    const disk = join(world.folder, "examined-polling");
    await installPackages(disk, ["trapos", "trapos-link"]);
    await writeSettings(disk, bridge.link(99));
    const computer = await boot({ disk, width: 120, http: { allow: ["127.0.0.1"], websocket: false } });
    try {
        await computer.waitForText(/(^|\n)> ?$/, { timeoutSeconds: 30 });
        await computer.type("ai doctor --no\n");
        await computer.waitForText("Look at: link", { timeoutSeconds: 30 });
        expect(computer.screen().join("\n")).toContain(
            "warning link: computer 99 (owner), build. Websockets are off here: it polls.",
        );
        await computer.type("ai status\n");
        await computer.waitForText("Websockets are off on this server: it polls.", { timeoutSeconds: 30 });
    } finally {
        await computer.close();
    }
});
