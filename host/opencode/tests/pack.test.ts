/** The package as somebody gets it who installs it from npm: plain JavaScript in plain Node. */
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join, sep } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Installed, installPacked, readmeExample } from "../../../tools/harness/packed.ts";
import { findBinary } from "../src/index.ts";
import { fakeServer } from "./fake-server.ts";

let folder: string;
let installed: Installed;
beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "opencode-pack-"));
    installed = await installPacked("opencode", folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("without opencode the example of its README says what to install", async () => {
    const failed = installed.runModule(await readmeExample("opencode"));
    await expect(failed).rejects.toThrow(/opencode is not installed .* Run: npm install opencode-ai/);
});

test("with opencode beside it the example starts a server", async () => {
    // A link in place of npm's hundreds of megabytes: it is the same opencode.
    const build = findBinary().split(sep).slice(0, -2).join(sep);
    await symlink(build, join(installed.folder, "node_modules", basename(build)), "junction");
    const shown = await installed.runModule(await readmeExample("opencode"));
    expect(shown).toMatch(/^\{ healthy: true, version: '\d+\.\d+\.\d+' \}\n$/);
});

test("what a process has started can be listed", async () => {
    const shown = await installed.runModule(`
        import { spawn } from "node:child_process";
        import { descendants, killAll } from "trapos-opencode/process-tree";
        const child = spawn(process.execPath, ["--eval", "setInterval(() => {}, 1000)"]);
        console.log(descendants(process.pid).includes(child.pid));
        child.on("exit", (status, signal) => console.log(signal));
        killAll([child.pid]);`);
    expect(shown).toBe("true\nSIGKILL\n");
});

test("a client asks, and a watch tells, with nothing but what was installed", async () => {
    const fake = await fakeServer((request, response) => {
        if (request.url === "/global/health") {
            response.writeHead(200, { "content-type": "application/json" }).end('{"version":"1.18.33"}');
            return;
        }
        const properties = { sessionID: "ses_1", status: { type: "busy" } };
        const sent = { payload: { id: "evt_1", type: "session.status", properties } };
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write(`data: ${JSON.stringify(sent)}\n\n`);
    });
    try {
        const shown = await installed.runModule(`
            import { opencodeClient, OpencodeFailure, watch } from "trapos-opencode";
            const client = opencodeClient({ url: ${JSON.stringify(fake.url)} });
            console.log(await client.health());
            const failure = await client.getSession("x").catch((error) => error);
            console.log(failure instanceof OpencodeFailure, failure.code);
            const stop = new AbortController();
            const onHappening = (happening) => {
                console.log(happening);
                stop.abort();
            };
            await watch(() => client, { onHappening, signal: stop.signal }).ended;`);
        expect(shown).toBe(
            "{ version: '1.18.33' }\ntrue session_gone\n{ sessionId: 'ses_1', kind: 'busy' }\n",
        );
    } finally {
        await fake.stop();
    }
});

test("its types are there, down to what opencode's answers hold", async () => {
    const source = `
        import { opencodeClient, type Happening } from "trapos-opencode";
        const client = opencodeClient({ url: "http://127.0.0.1:4096" });
        export async function titles(): Promise<string[]> {
            return (await client.listSessions(5, undefined)).map((session) => session.title);
        }
        // @ts-expect-error -- a title is no number
        export const wrong: Promise<number> = client.getSession("ses_1").then((session) => session.title);
        export const kind = (happening: Happening): "text" | undefined =>
            happening.kind === "text" ? happening.kind : undefined;`;
    await writeFile(join(installed.folder, "types.ts"), source);
    const require = createRequire(import.meta.url);
    const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022"];
    const types = [
        "--types",
        "node",
        "--typeRoots",
        join(dirname(require.resolve("@types/node/package.json")), ".."),
    ];
    const compiler = join(dirname(require.resolve("typescript/package.json")), "bin", "tsc");
    const words = [compiler, ...options, ...types, "types.ts"];
    const { stdout } = await installed
        .run(process.execPath, words)
        .catch((error: { stdout: string }) => error);
    expect(stdout).toBe("");
});
