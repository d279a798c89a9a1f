/** Keeping the real opencode alive. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { type Model, startModel } from "../../../tools/model/index.ts";
import { authorization, type Login } from "../src/health.ts";
import { isolatedOwner, superviseOpencode, type ServerState, type Supervisor } from "../src/index.ts";
import { identityOf } from "../src/process-info.ts";
import { killAll } from "../src/process-tree.ts";
import { attachOpencode } from "../src/attach.ts";

let folder: string;
let model: Model;
let owner: Record<string, string>;
const running: Supervisor[] = [];

beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "trapos-supervised-"));
    model = await startModel();
    owner = await isolatedOwner(join(folder, "home"), { baseUrl: model.url }, { username: "steve" });
});
afterEach(async () => {
    for (const supervisor of running.splice(0)) await supervisor.stop();
});
afterAll(async () => {
    await model.stop();
    await rm(folder, { recursive: true, force: true });
});

async function supervise(
    name: string,
    port?: number,
): Promise<{ supervisor: Supervisor; states: ServerState[] }> {
    const supervisor = await superviseOpencode({
        directory: join(folder, "home", "work"),
        dataFolder: join(folder, name),
        owner,
        port,
    });
    running.push(supervisor);
    const states: ServerState[] = [];
    supervisor.onState((state) => states.push(state));
    return { supervisor, states };
}

const isReady = (supervisor: Supervisor) =>
    vi.waitFor(() => expect(supervisor.state().kind).toBe("ready"), { timeout: 60_000 });

async function call<T>(login: Login, method: string, path: string, body?: object): Promise<T> {
    const response = await fetch(login.url + path, {
        method,
        headers: { authorization: authorization(login), "content-type": "application/json" },
        body: body && JSON.stringify(body),
    });
    return (await response.json()) as T;
}

/** The process that a data folder tells of. */
async function serverOf(name: string): Promise<number> {
    const text = await readFile(join(folder, name, "last-opencode.json"), "utf8");
    return (JSON.parse(text) as { server: { pid: number } }).server.pid;
}

const answers = (url: string): Promise<boolean> =>
    fetch(url).then(
        () => true,
        () => false,
    );

test("it works in the folder, with its owner's configuration; its password is no argument", async () => {
    const { supervisor } = await supervise("ready");
    expect(await supervisor.settled()).toMatchObject({
        kind: "ready",
        version: expect.any(String) as unknown,
    });
    const login = supervisor.login();
    expect(await call(login, "GET", "/config")).toMatchObject({ username: "steve", model: "scripted/model" });
    expect(await call(login, "GET", "/path")).toMatchObject({ directory: join(folder, "home", "work") });
    const identity = await identityOf(await serverOf("ready"));
    expect(identity?.command).toContain("serve --hostname 127.0.0.1");
    expect(identity?.command).not.toContain(login.password);
});

test("killed, it is missed at once, and comes back with its sessions, on the same port, by the same password", async () => {
    const { supervisor, states } = await supervise("crash");
    await isReady(supervisor);
    const login = supervisor.login();
    const { id } = await call<{ id: string }>(login, "POST", "/session", { title: "kept" });
    const pid = await serverOf("crash");
    const killedAt = performance.now();
    const away = new Promise<number>((resolve) => supervisor.onState(() => resolve(performance.now())));
    process.kill(pid, "SIGKILL");
    expect((await away) - killedAt).toBeLessThan(5000);
    await isReady(supervisor);
    expect(supervisor.login()).toEqual(login);
    expect(await call(login, "GET", `/session/${id}`)).toMatchObject({ title: "kept" });
    expect(await serverOf("crash")).not.toBe(pid);
    expect(states.map(({ kind }) => kind)).toEqual(["ready", "away", "starting", "ready"]);
    expect(states[1]).toMatchObject({ reason: "opencode has ended: killed by SIGKILL." });
});

// What was left behind is told by /proc.
test.skipIf(process.platform !== "linux")("killed, it takes along what its agent runs", async () => {
    const { supervisor } = await supervise("tools");
    await isReady(supervisor);
    const login = supervisor.login();
    const { id } = await call<{ id: string }>(login, "POST", "/session", {});
    const pids = join(folder, "tool-pids");
    const command = `echo $$ > ${pids}; exec sleep 1000`;
    const shell = call(login, "POST", `/session/${id}/shell`, { agent: "build", command }).catch(
        () => undefined,
    );
    const pid = await vi.waitFor(async () => {
        const found = Number(await readFile(pids, "utf8"));
        expect(found).toBeGreaterThan(1);
        return found;
    }, 30_000);
    try {
        expect((await identityOf(pid))?.command).toContain("sleep 1000");
        process.kill(await serverOf("tools"), "SIGKILL");
        await shell;
        await expect.poll(() => identityOf(pid), { timeout: 10_000 }).toBe(undefined);
    } finally {
        killAll([pid]);
    }
});

test("a planned restart waits for the turn that runs", async () => {
    const { supervisor } = await supervise("planned");
    await isReady(supervisor);
    const login = supervisor.login();
    const { id } = await call<{ id: string }>(login, "POST", "/session", {});
    let isBusy = true;
    const turn = call<{ parts: { text?: string }[] }>(login, "POST", `/session/${id}/message`, {
        parts: [{ type: "text", text: "[wait 2] hello" }],
    }).finally(() => (isBusy = false));
    const restarted = supervisor.restartWhenIdle("A new version is there.", () => isBusy, 60);
    const { parts } = await turn;
    expect(parts.some(({ text }) => text?.includes("hello"))).toBe(true);
    expect(await restarted).toBe(true);
    await isReady(supervisor);
    expect(await call(login, "GET", "/global/health")).toMatchObject({ healthy: true });
});

test("a program that is killed takes its server along", async () => {
    const script = join(folder, "parent.mts");
    const opencode = new URL("../src/index.ts", import.meta.url).href;
    await writeFile(
        script,
        `import { superviseOpencode } from ${JSON.stringify(opencode)};
        const supervisor = await superviseOpencode(${JSON.stringify({
            directory: join(folder, "home", "work"),
            dataFolder: join(folder, "orphan"),
            owner,
        })});
        await supervisor.settled();
        console.log(supervisor.login().url);`,
    );
    const parent = spawn(process.execPath, ["--import", "tsx", script], {
        stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(parent.stdout.setEncoding("utf8"), "data")) as [string];
    const url = line.trim();
    expect(await answers(url)).toBe(true);
    const pid = await serverOf("orphan");
    parent.kill("SIGKILL");
    await expect.poll(() => answers(url), { timeout: 10_000 }).toBe(false);
    await expect.poll(() => identityOf(pid), { timeout: 10_000 }).toBe(undefined);
    // What its file tells of is nobody's any more, and keeps nobody from starting.
    const { supervisor } = await supervise("orphan");
    await isReady(supervisor);
});

test("a port that is taken is named, and used as soon as it is free", async () => {
    const taken = createServer();
    await new Promise<void>((done) => taken.listen(0, "127.0.0.1", done));
    const { port } = taken.address() as AddressInfo;
    const { supervisor } = await supervise("taken", port);
    expect(await supervisor.settled()).toMatchObject({
        kind: "away",
        reason: `opencode cannot listen on port ${port}: something else does.`,
    });
    taken.close();
    await isReady(supervisor);
    expect(supervisor.login().url).toBe(`http://127.0.0.1:${port}`);
});

describe("one that somebody else runs", () => {
    test("is watched with its password, and says so where it is wrong", async () => {
        const { supervisor } = await supervise("somebody");
        await isReady(supervisor);
        const { url, password } = supervisor.login();
        for (const [given, state] of [
            [password, { kind: "ready" }],
            [
                "wrong",
                { kind: "away", reason: expect.stringContaining("does not take this password") as unknown },
            ],
        ] as const) {
            const watched = attachOpencode({ url, password: given });
            expect(await watched.settled()).toMatchObject(state);
            await watched.stop();
        }
        expect(await answers(url)).toBe(true);
    });
});

test("what the agent runs sees no setting of this program, but the password of its server (1.18.33)", async () => {
    const supervisor = await superviseOpencode({
        directory: join(folder, "home", "work"),
        dataFolder: join(folder, "shell"),
        owner: { ...owner, TRAPOS_BRIDGE_PASSWORD: "secret-of-ours", OPENCODE_PERMISSION: '{"*":"deny"}' },
    });
    running.push(supervisor);
    await isReady(supervisor);
    const login = supervisor.login();
    const { id } = await call<{ id: string }>(login, "POST", "/session", {});
    const shown = await call<object>(login, "POST", `/session/${id}/shell`, {
        agent: "build",
        command: "env",
    });
    const text = JSON.stringify(shown);
    expect(text).toContain("XDG_DATA_HOME");
    expect(text).not.toContain("secret-of-ours");
    expect(text).not.toContain("OPENCODE_PERMISSION");
    // Whoever may run a command has all that the server can do. It is said where that is allowed.
    expect(text).toContain(login.password);
});
