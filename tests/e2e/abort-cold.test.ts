/**
 * Stopping the first turn of a folder, while the real server is still loading what belongs to it: an abort in that
 * moment breaks the folder for everybody. Whenever it comes, the next prompt is answered.
 */
import { mkdir } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FaultyProxy, startFaultyProxy } from "../../tools/harness/faulty-proxy.ts";
import { type PlayerComputer, startWorld, type World } from "./support.ts";

const isPrompt = (_method: string, path: string) => path.endsWith("/prompt_async");
/** What is said when a turn was stopped, was over, or could not be stopped yet. */
const told = /The turn was stopped on the server\.|It had ended already\.|The turn may go on/;

/** A world with a proxy, and computers that work in a folder of their own. */
async function coldWorld(config: Record<string, unknown> = {}) {
    const world = await startWorld({ config });
    const proxy = await startFaultyProxy(world.opencode.url);
    let folders = 0;
    return {
        world,
        proxy,
        async newComputer(): Promise<PlayerComputer> {
            const directory = join(world.folder, `project-${folders++}`);
            await mkdir(directory);
            const settings = { "opencc.server_url": proxy.url, "opencc.directory": directory };
            return world.newComputer({ settings, timeoutSeconds: 120 });
        },
        async stop() {
            await proxy.stop();
            await world.stop();
        },
    };
}

/** Sees to it that nothing runs any more, and that the next prompt in the same folder is answered. */
async function expectWorking(computer: PlayerComputer): Promise<void> {
    for (let attempt = 0; attempt < 10; attempt++) {
        const { transcript } = await computer.run("ai abort");
        if (/Stopped\.|Nothing was running\./.test(transcript)) break;
        expect(transcript).toContain("still starting the turn");
    }
    const { transcript, succeeded } = await computer.run("ai ping");
    expect(transcript).toMatch(/^pong/m);
    expect(succeeded).toBe(true);
}

describe("the first turn of a folder", () => {
    let cold: Awaited<ReturnType<typeof coldWorld>>;
    let proxy: FaultyProxy;
    let world: World;
    beforeAll(async () => {
        cold = await coldWorld();
        ({ proxy, world } = cold);
    });
    afterAll(() => cold.stop());

    // The first of them is the first turn of the server, too.
    it.each([0, 50, 200, 500, 1000])(
        "stopped with Ctrl+T %i ms after the prompt",
        { timeout: 240_000 },
        async (milliseconds) => {
            const computer = await cold.newComputer();
            const prompted = proxy.afterRequest(isPrompt);
            const running = await computer.start("ai [hang] wait for ever");
            await prompted;
            await sleep(milliseconds);
            await running.computer.press("ctrl+t");
            const { transcript } = await running.finished;
            expect(transcript).toMatch(told);
            expect(transcript).toContain("Terminated");
            await expectWorking(computer);
        },
    );

    it.each([0, 100, 300])(
        "stopped with ai abort from another computer %i ms after the prompt",
        { timeout: 240_000 },
        async (milliseconds) => {
            const [one, two] = [await cold.newComputer(), await cold.newComputer()];
            await one.run("ai new");
            const session = String(await one.setting("opencc.session_id"));
            const prompted = proxy.afterRequest(isPrompt);
            const running = await one.start("ai [wait 3] hello");
            await prompted;
            await sleep(milliseconds);
            const { transcript } = await two.run("ai abort", { settings: { "opencc.session_id": session } });
            expect(transcript).toMatch(/Stopped\.|Nothing was running\.|still starting/);
            const { output } = await running.finished;
            expect(output).toMatch(/The turn was stopped\.|scripted model/);
            await expectWorking(one);
        },
    );

    it("a second Ctrl+T leaves it as it is, and ai resume finds it", { timeout: 240_000 }, async () => {
        const computer = await cold.newComputer();
        const prompted = proxy.afterRequest(isPrompt);
        const running = await computer.start("ai hello there");
        await prompted;
        const end = proxy.fail((_, path) => path.endsWith("/message"), "silence");
        await running.computer.press("ctrl+t");
        await running.computer.waitForText("stopping the turn", { timeoutSeconds: 30 });
        await running.computer.press("ctrl+t");
        const { transcript } = await running.finished;
        end();
        expect(transcript.replaceAll("\n", " ")).toContain("The turn may go on, stop it with: ai abort");
        expect((await computer.run("ai resume")).output).toContain("You said: hello there");
        expect(
            world.model.requests.filter(({ conversation }) => conversation.userText === "hello there"),
        ).toHaveLength(1);
    });
});

describe("the first turn of a folder whose MCP servers take seconds to start", () => {
    let cold: Awaited<ReturnType<typeof coldWorld>>;
    const server = createServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on("data", (chunk: Buffer) => chunks.push(chunk));
        request.on("end", () => {
            void sleep(1500).then(() => {
                const text = Buffer.concat(chunks).toString();
                const message = (text === "" ? {} : JSON.parse(text)) as {
                    id?: number;
                    method?: string;
                    params?: { protocolVersion: string };
                };
                if (message.id === undefined) return response.writeHead(202).end();
                const results: Record<string, object> = {
                    initialize: {
                        protocolVersion: message.params?.protocolVersion,
                        capabilities: { tools: {} },
                        serverInfo: { name: "slow", version: "1" },
                    },
                    "tools/list": { tools: [] },
                };
                response.writeHead(200, { "content-type": "application/json" });
                const result = results[message.method ?? ""] ?? {};
                return response.end(JSON.stringify({ jsonrpc: "2.0", id: message.id, result }));
            });
        });
    });
    beforeAll(async () => {
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
        cold = await coldWorld({ mcp: { slow: { type: "remote", url, oauth: false } } });
    });
    afterAll(async () => {
        await cold.stop();
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
    });

    it.each([0, 1000])(
        "stopped with Ctrl+T %i ms after the answer can be seen",
        { timeout: 240_000 },
        async (milliseconds) => {
            const computer = await cold.newComputer();
            const running = await computer.start("ai [hang] wait for ever");
            await running.computer.waitForText(/\d s working/, { timeoutSeconds: 90 });
            await sleep(milliseconds);
            await running.computer.press("ctrl+t");
            const { transcript } = await running.finished;
            expect(transcript).toMatch(told);
            await expectWorking(computer);
        },
    );
});

/** What a client without such care does: it aborts while the first turn of a folder starts. */
async function breakFolder(world: World): Promise<string> {
    for (let attempt = 0; attempt < 12; attempt++) {
        const directory = join(world.folder, `broken-${attempt}`);
        await mkdir(directory);
        const query = `?directory=${encodeURIComponent(directory)}`;
        const { id } = await world.behind.call<{ id: string }>("POST", `/session${query}`, {});
        const parts = [{ type: "text", text: "hello" }];
        await world.behind.call("POST", `/session/${id}/prompt_async`, { parts });
        while ((await world.behind.call<unknown[]>("GET", `/session/${id}/message?limit=1`)).length === 0);
        await world.behind.call("POST", `/session/${id}/abort`, {});
        const isBroken = await world.behind.call("GET", `/config/providers${query}`).then(
            () => false,
            () => true,
        );
        if (isBroken) return directory;
    }
    throw new Error("No abort broke the server.");
}

it(
    "says that opencode has to be restarted where somebody else has broken it",
    { timeout: 240_000 },
    async () => {
        const world = await startWorld();
        try {
            const directory = await breakFolder(world);
            const computer = world.newComputer({ settings: { "opencc.directory": directory } });
            const { succeeded, output } = await computer.run("ai hello");
            expect(succeeded).toBe(false);
            expect(output.replaceAll("\n", " ")).toMatch(
                /opencode can start no turn any more.*Restart opencode/,
            );
            await world.restart();
            expect((await computer.run("ai ping")).transcript).toMatch(/^pong/m);
        } finally {
            await world.stop();
        }
    },
);
