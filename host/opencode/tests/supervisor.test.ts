/** Keeping a server alive: what a stand-in shows, which can be broken in any way. The real one is in supervised.test.ts. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { locateOpencode } from "../src/binary.ts";
import { ownerEnvironment } from "../src/environment.ts";
import { afterProbe, type Probe } from "../src/health.ts";
import { identityOf, residentBytes } from "../src/process-info.ts";
import { nextPause, realClock, type ServerState, stateHolder, type Supervisor } from "../src/supervision.ts";
import { superviseOpencode, type SuperviseOptions } from "../src/supervisor.ts";
import { judgeVersion, OpencodeProblem } from "../src/version.ts";
import { type ManualClock, manualClock } from "./support/clock.ts";
import { writeFakeOpencode } from "./support/fake-opencode.ts";

let folder: string;
let fake: string;
let running: Supervisor[] = [];
let count = 0;

beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "trapos-supervisor-"));
    fake = join(folder, "opencode");
    await writeFakeOpencode(fake);
});
afterEach(async () => {
    await Promise.all(running.map((supervisor) => supervisor.stop()));
    running = [];
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A data folder of its own. */
const newData = (): string => join(folder, `data-${(count += 1)}`);

async function supervise(
    mode: string,
    options: Partial<SuperviseOptions> = {},
): Promise<{ supervisor: Supervisor; clock: ManualClock; states: ServerState[] }> {
    const clock = manualClock();
    const supervisor = await superviseOpencode({
        directory: folder,
        dataFolder: newData(),
        binary: fake,
        clock,
        ...options,
        env: { FAKE_MODE: mode, ...options.env },
    });
    running.push(supervisor);
    const states: ServerState[] = [];
    supervisor.onState((state) => states.push(state));
    return { supervisor, clock, states };
}

/** Resolves when the state is of a kind: now, or once it is. */
function reaches<K extends ServerState["kind"]>(
    supervisor: Supervisor,
    kind: K,
): Promise<Extract<ServerState, { kind: K }>> {
    return new Promise((resolve) => {
        const look = (state: ServerState): void => {
            if (state.kind !== kind) return;
            end();
            resolve(state as Extract<ServerState, { kind: K }>);
        };
        const end = supervisor.onState(look);
        look(supervisor.state());
    });
}

/** Waits until somebody sleeps for so long. */
const sleeps = (clock: ManualClock, seconds: number): Promise<void> =>
    vi.waitFor(() => expect(clock.sleepers()).toContain(seconds), { timeout: 20_000, interval: 5 });

describe("a version", () => {
    test.each([
        ["1.18.33", { version: "1.18.33" }],
        ["1.14.41\n", { version: "1.14.41" }],
        ["1.19.0", { version: "1.19.0", warning: expect.stringContaining("never tried") as unknown }],
        ["2.0.22", { version: "2.0.22", warning: expect.stringContaining("never tried") as unknown }],
        ["opencode v2.0.18\n", { version: "2.0.18", warning: expect.anything() as unknown }],
        ["opencode v2.1.4", { version: "2.1.4", warning: expect.anything() as unknown }],
        ["1.14.0-beta.2", { version: "1.14.0-beta.2", warning: expect.anything() as unknown }],
    ])("%j can be used", (text, judgement) => {
        expect(judgeVersion(text, "/bin/opencode")).toEqual(judgement);
    });

    test.each([
        ["1.13.9", "too_old"],
        ["0.99.0", "too_old"],
        ["3.0.0", "too_new"],
        ["opencode v3.1.4", "too_new"],
        ["", "not_opencode"],
        ["GNU bash, version 5.2", "not_opencode"],
        ["v20.20.2 \n second line", "not_opencode"],
    ])("%j cannot, and one line says so", (text, code) => {
        const refused = expect.objectContaining({ code }) as unknown;
        expect(() => judgeVersion(text, "/bin/opencode")).toThrow(refused);
        expect(() => judgeVersion(text, "/bin/opencode")).toThrow(
            /^\/bin\/opencode is [^\n]+\.?$|opencode-ai@1$/,
        );
    });
});

describe("what follows", () => {
    test.each([
        ["the first failure", undefined, 0, 1],
        ["the second", 1, 0, 2],
        ["a failure after half a minute", 16, 30, 32],
        ["many", 60, 59.9, 60],
        ["a failure after a minute of health", 60, 60, 1],
    ])("%s", (_, last, healthy, pause) => {
        expect(nextPause(last, healthy)).toBe(pause);
    });

    const silent: Probe = { kind: "silent" };
    const cut: Probe = { kind: "unreachable", why: "ECONNRESET" };
    test.each<[string, number, Probe, ReturnType<typeof afterProbe>]>([
        ["an answer", 3, { kind: "well", version: "1", dialect: 1 }, { misses: 0, nextSeconds: 10 }],
        ["a first silence, which is no death", 0, silent, { misses: 1, nextSeconds: 1 }],
        ["more of it", 3, silent, { misses: 4, nextSeconds: 8 }],
        ["too much of it", 4, silent, { away: "It does not answer any more." }],
        ["a cut", 0, cut, { misses: 1, nextSeconds: 1 }],
        ["too many cuts", 4, cut, { away: "It does not answer any more: ECONNRESET." }],
        [
            "another password",
            0,
            { kind: "unauthorized" },
            { away: "It does not take the password any more." },
        ],
    ])("%s", (_, misses, outcome, follows) => {
        expect(afterProbe(misses, outcome)).toEqual(follows);
    });
});

describe("a listener that fails", () => {
    test("keeps no other from being told, and is not passed over in silence", async () => {
        const states = stateHolder();
        const told: string[] = [];
        states.onState(() => {
            throw new Error("the listener's fault");
        });
        states.onState(({ kind }) => told.push(kind));
        const caught = new Promise((resolve) => {
            const [theirs = () => {}] = process.listeners("uncaughtException");
            process.removeListener("uncaughtException", theirs);
            process.once("uncaughtException", (error) => {
                process.on("uncaughtException", theirs);
                resolve(error.message);
            });
        });
        states.set({ kind: "ready", version: "1.18.33" });
        expect(told).toEqual(["ready"]);
        expect(await caught).toBe("the listener's fault");
    });
});

describe("the owner's environment", () => {
    test("is the server's, but for what guards or rules another one, and what is ours or npm's", () => {
        const owner = {
            HOME: "/home/steve",
            ANTHROPIC_API_KEY: "key",
            OPENCODE_CONFIG: "/home/steve/opencode.json",
            npm_config_registry: "https://registry",
            OPENCODE_SERVER_PASSWORD: "another's",
            OPENCODE_PERMISSION: "{}",
            OPENCODE: "1",
            AGENT: "1",
            TRAPOS_BRIDGE_PASSWORD: "secret",
            npm_lifecycle_event: "bridge",
            INIT_CWD: "/",
        };
        expect(
            ownerEnvironment({ username: "u", password: "p" }, owner, { HOME: "/other", LANG: undefined }),
        ).toEqual({
            HOME: "/other",
            ANTHROPIC_API_KEY: "key",
            OPENCODE_CONFIG: "/home/steve/opencode.json",
            npm_config_registry: "https://registry",
            OPENCODE_SERVER_USERNAME: "u",
            OPENCODE_PASSWORD: "p",
            OPENCODE_SERVER_PASSWORD: "p",
        });
    });
});

describe("which opencode runs", () => {
    test("is the one that is named", () => {
        expect(locateOpencode(fake)).toBe(fake);
    });

    test("is npm's where none is named, whatever is on PATH", () => {
        expect(locateOpencode(undefined, folder)).toMatch(/opencode-[^/\\]+[/\\]bin[/\\]opencode(\.exe)?$/);
    });

    test.each([
        ["a file that is no program", "plain.txt"],
        ["nothing", "nowhere"],
        ["a folder", "."],
    ])("is never %s: one line says so", async (_, name) => {
        await writeFile(join(folder, "plain.txt"), "");
        const refused = superviseOpencode({
            directory: folder,
            dataFolder: newData(),
            binary: join(folder, name),
        });
        await expect(refused).rejects.toMatchObject({ code: "not_found" });
        await expect(refused).rejects.toThrow(/^[^\n]+ Check --opencode\.$/);
    });

    test("is the one on PATH where npm has installed none", async () => {
        // The package alone, in a folder where nothing is beside it.
        const alone = join(folder, "alone");
        await mkdir(alone);
        const script = join(alone, "locate.mts");
        for (const name of ["binary.ts", "version.ts"]) {
            await writeFile(join(alone, name), await readFile(join(import.meta.dirname, "../src", name)));
        }
        await writeFile(
            script,
            `import { locateOpencode } from "./binary.ts";
            const shown = (path) => { try { return locateOpencode(undefined, path); } catch (error) { return error.message; } };
            console.log(JSON.stringify(process.argv.slice(2).map(shown)));`,
        );
        const paths = [["relative", alone, folder].join(delimiter), alone];
        const child = spawn(process.execPath, ["--import", "tsx", script, ...paths], {
            cwd: import.meta.dirname,
            stdio: ["ignore", "pipe", "inherit"],
        });
        const [output] = (await once(child.stdout.setEncoding("utf8"), "data")) as [string];
        expect(JSON.parse(output)).toEqual([
            fake,
            "opencode was not found. Run: npm install -g opencode-ai@1, or name it with --opencode PATH.",
        ]);
    });

    test.each([
        ["1.13.4", "too_old", /too old: at least 1\.14 is needed\. Run: npm install/],
        ["opencode v3.0.1", "too_new", /nothing newer than opencode 2 is known here\. Run: npm install/],
        ["hello", "not_opencode", /is no opencode/],
    ])("one that says %j is refused before it is started", async (version, code, line) => {
        const refused = supervise("well", { env: { FAKE_VERSION: version } });
        await expect(refused).rejects.toMatchObject({ code });
        await expect(refused).rejects.toThrow(line);
    });

    test("a program that fails is refused with what it said", async () => {
        const broken = join(folder, "broken");
        await writeFile(broken, "#!/bin/sh\necho 'no such library' >&2\nexit 3\n", { mode: 0o755 });
        await expect(supervise("well", { binary: broken })).rejects.toThrow(
            `${broken} cannot be run: exit status 3, no such library. Give another with --opencode PATH.`,
        );
    });

    test("a folder to work in that is not there is named", async () => {
        const refused = supervise("well", { directory: join(folder, "nowhere") });
        await expect(refused).rejects.toThrow(/nowhere is no folder\. Check --directory\.$/);
        await expect(refused).rejects.toBeInstanceOf(OpencodeProblem);
    });
});

describe("a server", () => {
    test("is ready when it answers, with a password that is none of its arguments", async () => {
        const data = newData();
        const { supervisor } = await supervise("well", { dataFolder: data });
        expect(await supervisor.settled()).toEqual({ kind: "ready", version: "1.18.33" });
        const { server } = JSON.parse(await readFile(join(data, "last-opencode.json"), "utf8")) as {
            server: { pid: number };
        };
        const { command } = (await identityOf(server.pid)) ?? { command: "" };
        expect(command).toContain("serve");
        const { password } = supervisor.login();
        expect(password.length).toBeGreaterThan(20);
        expect(command).not.toContain(password);
    });

    test("of a version that was never tried is ready with a warning", async () => {
        const { supervisor } = await supervise("well", { env: { FAKE_VERSION: "1.99.1" } });
        expect(await supervisor.settled()).toMatchObject({
            kind: "ready",
            warning: expect.stringContaining("1.99.1 was never tried") as unknown,
        });
    });

    test("that is an opencode 2 is ready with a warning, and told its password as that wants it", async () => {
        const { supervisor } = await supervise("two", { env: { FAKE_VERSION: "opencode v2.0.22" } });
        expect(await supervisor.settled()).toEqual({
            kind: "ready",
            version: "2.0.22",
            warning: expect.stringContaining("2.0.22 was never tried") as unknown,
        });
        expect(supervisor.login().username).toBe("opencode");
    });

    test("that answers as another opencode than its program said is taken as what it answers", async () => {
        const { supervisor } = await supervise("two");
        expect(await supervisor.settled()).toMatchObject({ kind: "ready", version: "2.0.22" });
    });

    test("that never answers is ended and tried again", async () => {
        const { supervisor, clock } = await supervise("silent");
        await sleeps(clock, 60);
        clock.advance(60);
        expect(await reaches(supervisor, "away")).toEqual({
            kind: "away",
            reason: "opencode did not answer within 60 s.",
            retryAt: clock.now() + 1000,
        });
        clock.advance(1);
        await sleeps(clock, 60);
        expect(supervisor.state()).toEqual({
            kind: "starting",
            reason: "opencode did not answer within 60 s.",
        });
    });

    test("that crashes again and again is given growing pauses, and a reason", async () => {
        const { supervisor, clock } = await supervise("crash");
        const pauses: number[] = [];
        for (let round = 0; round < 8; round += 1) {
            const { reason, retryAt } = await reaches(supervisor, "away");
            expect(reason).toBe(
                "opencode ended before it answered: exit status 7. It said: something is broken",
            );
            const pause = (retryAt - clock.now()) / 1000;
            pauses.push(pause);
            await sleeps(clock, pause);
            clock.advance(pause);
            await reaches(supervisor, "starting");
        }
        expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    });

    test("that hangs is started again, once it was silent for long enough; the login stays", async () => {
        const file = join(folder, "mode-hang");
        await writeFile(file, "well");
        const { supervisor, clock, states } = await supervise(file);
        await reaches(supervisor, "ready");
        const login = supervisor.login();
        await sleeps(clock, 10);
        // Longer than a minute of health.
        for (let round = 0; round < 7; round += 1) {
            clock.advance(10);
            await sleeps(clock, 10);
        }
        await writeFile(file, "cut");
        clock.advance(10);
        for (const seconds of [1, 2]) {
            await sleeps(clock, seconds);
            clock.advance(seconds);
        }
        await sleeps(clock, 4);
        // It was slow, not dead.
        await writeFile(file, "well");
        clock.advance(4);
        await sleeps(clock, 10);
        expect(states.map(({ kind }) => kind)).toEqual(["ready"]);

        await writeFile(file, "cut");
        clock.advance(10);
        for (const seconds of [1, 2, 4, 8]) {
            await sleeps(clock, seconds);
            clock.advance(seconds);
        }
        const away = await reaches(supervisor, "away");
        expect(away).toEqual({
            kind: "away",
            reason: expect.stringMatching(/^It does not answer any more: /) as unknown,
            retryAt: clock.now() + 1000,
        });
        await writeFile(file, "well");
        clock.advance(1);
        await reaches(supervisor, "ready");
        expect(supervisor.login()).toEqual(login);
    });

    test.each(["taken", "taken before"])(
        "that says %j moves to another port where none was asked for",
        async (said) => {
            const file = join(folder, `mode-${said}`);
            await writeFile(file, said);
            const { supervisor, states } = await supervise(file);
            const first = supervisor.login().url;
            await vi.waitFor(() => expect(supervisor.login().url).not.toBe(first), { interval: 5 });
            await writeFile(file, "well");
            await reaches(supervisor, "ready");
            expect(states.map(({ kind }) => kind)).toEqual(["ready"]);
        },
    );

    test("whose port was asked for waits until it is free", async () => {
        const { supervisor } = await supervise("taken before", { port: 5 });
        expect((await reaches(supervisor, "away")).reason).toBe(
            "opencode cannot listen on port 5: something else does.",
        );
        expect(supervisor.login().url).toBe("http://127.0.0.1:5");
    });

    test("is not watched or started any more once it was stopped", async () => {
        const { supervisor, clock, states } = await supervise("well");
        await reaches(supervisor, "ready");
        const { url } = supervisor.login();
        await supervisor.stop();
        await supervisor.stop();
        await expect(fetch(url)).rejects.toThrow();
        expect(states.map(({ kind }) => kind)).toEqual(["ready", "stopped"]);
        expect(clock.sleepers()).toEqual([]);
    });

    test("can be stopped while it starts", async () => {
        const { supervisor, clock } = await supervise("silent");
        await sleeps(clock, 60);
        await supervisor.stop();
        expect(supervisor.state()).toEqual({ kind: "stopped" });
    });
});

describe("a planned restart", () => {
    test("waits while a turn runs, and the state changes when the last one is over", async () => {
        const { supervisor, clock, states } = await supervise("well");
        await reaches(supervisor, "ready");
        let isBusy = true;
        const look = vi.fn(() => isBusy);
        const done = supervisor.restartWhenIdle("A new version is there.", look, 600);
        for (let round = 0; round < 3; round += 1) {
            await sleeps(clock, 0.5);
            clock.advance(0.5);
        }
        await sleeps(clock, 0.5);
        expect(look).toHaveBeenCalledTimes(4);
        expect(supervisor.state().kind).toBe("ready");
        isBusy = false;
        clock.advance(0.5);
        expect(await done).toBe(true);
        await reaches(supervisor, "ready");
        expect(states).toEqual([
            { kind: "ready", version: "1.18.33" },
            { kind: "starting", reason: "A new version is there." },
            { kind: "ready", version: "1.18.33" },
        ]);
    });

    test("does not wait for ever", async () => {
        const { supervisor, clock } = await supervise("well");
        await reaches(supervisor, "ready");
        const done = supervisor.restartWhenIdle("It is large.", () => true, 2);
        for (let round = 0; round < 4; round += 1) {
            await sleeps(clock, 0.5);
            clock.advance(0.5);
        }
        expect(await done).toBe(true);
    });

    test("is none of a server that crashes meanwhile: it is started again anyway", async () => {
        const data = newData();
        const { supervisor, clock, states } = await supervise("well", { dataFolder: data });
        await reaches(supervisor, "ready");
        const done = supervisor.restartWhenIdle("It is large.", () => true, 600);
        const { server } = JSON.parse(await readFile(join(data, "last-opencode.json"), "utf8")) as {
            server: { pid: number };
        };
        process.kill(server.pid, "SIGKILL");
        await reaches(supervisor, "away");
        clock.advance(1);
        expect(await done).toBe(false);
        await reaches(supervisor, "ready");
        expect(states.map(({ kind }) => kind)).toEqual(["ready", "away", "starting", "ready"]);
    });

    test("is none where nothing runs", async () => {
        const { supervisor } = await supervise("crash");
        await reaches(supervisor, "away");
        expect(await supervisor.restartWhenIdle("why not", () => false, 1)).toBe(false);
    });

    test.skipIf(process.platform === "win32")("comes where memory is above its limit", async () => {
        expect(await residentBytes([process.pid])).toBeGreaterThan(20e6);
        const { supervisor, clock, states } = await supervise("well", {
            upkeep: { memoryBytes: 1, isBusy: () => false, patienceSeconds: 60 },
        });
        await reaches(supervisor, "ready");
        // Not in its first ten minutes, or it would start again for ever.
        for (let seconds = 0; seconds < 590; seconds += 10) {
            await sleeps(clock, 10);
            clock.advance(10);
        }
        await sleeps(clock, 10);
        expect(states).toHaveLength(1);
        clock.advance(10);
        await vi.waitFor(() => expect(states).toHaveLength(3), { timeout: 20_000 });
        expect(states[1]).toEqual({
            kind: "starting",
            reason: expect.stringMatching(/^opencode holds \d+ MB of memory\.$/) as unknown,
        });
    });
});

describe("another version of opencode", () => {
    const upkeep = { isBusy: () => false, patienceSeconds: 60 };
    /** Puts a program that says so in the place of the one that runs. */
    async function install(file: string, version: string): Promise<void> {
        await writeFakeOpencode(`${file}.new`, version);
        await rename(`${file}.new`, file);
    }

    test("is started in its place once it is there as a whole", async () => {
        const file = join(folder, "upgraded");
        await install(file, "1.18.14");
        const { supervisor, clock, states } = await supervise("well", { binary: file, upkeep });
        await reaches(supervisor, "ready");
        for (const _ of [1, 2]) {
            await sleeps(clock, 10);
            clock.advance(10);
        }
        await sleeps(clock, 10);
        await install(file, "1.18.33");
        clock.advance(10);
        await sleeps(clock, 10);
        expect(states).toHaveLength(1);
        clock.advance(10);
        await vi.waitFor(() => expect(states).toHaveLength(3), { timeout: 20_000 });
        expect(states).toEqual([
            { kind: "ready", version: "1.18.14" },
            { kind: "starting", reason: "opencode 1.18.33 is there now." },
            { kind: "ready", version: "1.18.33" },
        ]);
    });

    test("that cannot be used changes nothing", async () => {
        const file = join(folder, "upgraded-too-far");
        await install(file, "1.18.33");
        const { supervisor, clock, states } = await supervise("well", { binary: file, upkeep });
        await reaches(supervisor, "ready");
        await install(file, "3.0.0");
        for (let round = 0; round < 4; round += 1) {
            await sleeps(clock, 10);
            clock.advance(10);
        }
        await sleeps(clock, 10);
        expect(states).toHaveLength(1);
    });
});

// What runs is told by its process.
describe.skipIf(process.platform === "win32")("the server of a program that is gone", () => {
    /** Starts something that looks as a server does, and a note of it. */
    async function leftOver(data: string, change: object = {}): Promise<ChildProcess> {
        const child = spawn(fake, ["serve", "--port", "0"], {
            stdio: ["ignore", "pipe", "inherit"],
            env: { ...process.env, FAKE_MODE: "well" },
        });
        await once(child.stdout, "data");
        const identity = await identityOf(child.pid ?? 0);
        await mkdir(data, { recursive: true });
        const note = {
            server: { pid: child.pid, began: identity?.began },
            binary: fake,
            port: 1,
            mark: "",
            starter: { pid: 999_999_999, began: "long ago" },
            ...change,
        };
        await writeFile(join(data, "last-opencode.json"), JSON.stringify(note));
        return child;
    }

    test("is ended at the next start", async () => {
        const data = newData();
        const child = await leftOver(data);
        const ended = once(child, "exit");
        const { supervisor } = await supervise("well", { dataFolder: data });
        expect(await ended).toEqual([null, "SIGKILL"]);
        await reaches(supervisor, "ready");
        expect((await stat(join(data, "last-opencode.json"))).mode & 0o077).toBe(0);
    });

    test.each([
        ["a process that began at another time", { server: { pid: 0, began: "another time" } }],
        ["a process of another program", { binary: "/usr/bin/other" }],
    ])("%s is left alone", async (_, change) => {
        const data = newData();
        const child = await leftOver(data);
        const file = join(data, "last-opencode.json");
        const note = JSON.parse(await readFile(file, "utf8")) as { server: object };
        const server = "server" in change ? { ...note.server, began: change.server.began } : note.server;
        await writeFile(file, JSON.stringify({ ...note, ...change, server }));
        try {
            const { supervisor } = await supervise("well", { dataFolder: data });
            await reaches(supervisor, "ready");
            expect(child.exitCode ?? child.signalCode).toBe(null);
        } finally {
            child.kill("SIGKILL");
        }
    });

    test.each(["", "{", "null", '{"server":{"pid":-1,"began":"x"}}', '{"server":{"pid":1}}'])(
        "a file that says %j is of no matter",
        async (text) => {
            const data = newData();
            await mkdir(data, { recursive: true });
            await writeFile(join(data, "last-opencode.json"), text);
            const { supervisor } = await supervise("well", { dataFolder: data });
            await reaches(supervisor, "ready");
        },
    );

    test.skipIf(process.platform !== "linux")(
        "ends with what it had started, also where it is gone itself",
        async () => {
            const data = newData();
            // A group of its own, whose starter is gone.
            const child = spawn("sleep", ["1000"], {
                detached: true,
                env: { ...process.env, TRAPOS_OPENCODE_RUN: "abcdef" },
            });
            const stranger = spawn("sleep", ["1000"], {
                env: { ...process.env, TRAPOS_OPENCODE_RUN: "abcdefg" },
            });
            try {
                await mkdir(data);
                const gone = { pid: 999_999_999, began: "long ago" };
                const note = { server: gone, binary: fake, port: 1, mark: "abcdef", starter: gone };
                await writeFile(join(data, "last-opencode.json"), JSON.stringify(note));
                const ended = once(child, "exit");
                await supervise("well", { dataFolder: data });
                expect(await ended).toEqual([null, "SIGKILL"]);
                expect(stranger.exitCode ?? stranger.signalCode).toBe(null);
            } finally {
                child.kill("SIGKILL");
                stranger.kill("SIGKILL");
            }
        },
    );

    test("is kept where that program still runs, and one line says so", async () => {
        const data = newData();
        const { supervisor } = await supervise("well", { dataFolder: data });
        await reaches(supervisor, "ready");
        await vi.waitFor(() => stat(join(data, "last-opencode.json")));
        const second = supervise("well", { dataFolder: data });
        await expect(second).rejects.toMatchObject({ code: "in_use" });
        await expect(second).rejects.toThrow(
            new RegExp(`^Process ${process.pid} keeps an opencode with ${data} already\\.`),
        );
        expect(supervisor.state().kind).toBe("ready");
    });
});

test("the machine's clock sleeps until it is woken", async () => {
    const signal = new AbortController();
    const sleeping = realClock.sleep(1_000_000, signal.signal);
    signal.abort();
    await expect(sleeping).rejects.toThrow();
    await realClock.sleep(1, new AbortController().signal);
    expect(Math.abs(realClock.now() - Date.now())).toBeLessThan(10_000);
});
