/** The owner's commands reach the bridge on this machine, whatever it listens on. */
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { startServer, type ServerWorld } from "../src/server/server.ts";

const token = "0123456789abcdef0123456789abcdef";

async function start(host: string) {
    const world = {
        token,
        status: () => ({ version: "1.2.3" }),
        health: () => ({ bridge: "1.2.3" }),
        packages: import.meta.dirname,
        // Nothing of what is asked here is the page's.
        page: { answer: () => Promise.resolve(undefined) },
        log: pino({ level: "silent" }),
        approveLocal: false,
    };
    const server = await startServer(world as unknown as ServerWorld, host, 0);
    onTestFinished(() => server.stop());
    return server;
}

const statusOf = (port: number) =>
    fetch(`http://127.0.0.1:${port}/admin/status`, { headers: { authorization: `Bearer ${token}` } });

test("on 127.0.0.1 and on all addresses there is one port for all", async () => {
    for (const host of ["127.0.0.1", "0.0.0.0"]) {
        const { port, ownPort } = await start(host);
        expect(ownPort, host).toBe(port);
        expect(await (await statusOf(ownPort)).json(), host).toEqual({ version: "1.2.3" });
    }
});

// Other systems have one address of that kind alone.
test.skipIf(process.platform !== "linux")(
    "on another address the owner's port answers them alone",
    async () => {
        const server = await start("127.0.0.2");
        const { port, ownPort } = server;
        expect(await (await statusOf(ownPort)).json()).toEqual({ version: "1.2.3" });
        expect((await fetch(`http://127.0.0.2:${port}/health`)).status).toBe(200);
        for (const path of ["/health", "/install.lua", "/pair", "/link"])
            expect((await fetch(`http://127.0.0.1:${ownPort}${path}`)).status, path).toBe(404);
        await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow();
        const wrong = await fetch(`http://127.0.0.1:${ownPort}/admin/status`);
        expect(wrong.status).toBe(401);
        await server.stop();
        await expect(statusOf(ownPort)).rejects.toThrow();
    },
);

test("a port that is taken is told in one line", async () => {
    const { port } = await start("127.0.0.1");
    await expect(
        start("127.0.0.1").then(() => startServer({} as ServerWorld, "127.0.0.1", port)),
    ).rejects.toThrow(`Something else listens on port ${port}. End it, or give another: --port ${port + 1}`);
});
