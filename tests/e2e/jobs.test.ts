/** Jobs from the first word to the last: the real opencode, the bridge, and computers as players have them. */
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from "vitest";
import { boot, type Computer, writeSettings } from "craftos-headless";
import type { Profile } from "trapos-bridge";
import type { Job } from "../../src/apis/ai/jobs/shapes.ts";
import { startTestBridge, type TestBridge } from "../../tools/harness/bridge.ts";
import { installPackages, projectFolder } from "../../tools/harness/disk.ts";
import { defaultRule } from "../../tools/model/index.ts";
import { startWorld, type World } from "./support.ts";

/** How many of these jobs run at once. */
const AT_ONCE = 2;

const patient = { timeoutSeconds: 60 };
const soon = { timeout: 60_000 };
const timeout = 180_000;

let world: World;
let bridge: TestBridge;
/** How far the clock that nobody sets was moved, in milliseconds. */
let waited = 0;
let data: string;

function begin(port = 0): Promise<TestBridge> {
    return startTestBridge(() => world.opencode, data, {
        isFenced: true,
        parts: {
            port,
            elapsed: () => performance.now() + waited,
            jobs: { jobsAtOnce: AT_ONCE, jobTools: 60, jobMinutes: 60, jobCost: 5 },
        },
    });
}

beforeAll(async () => {
    world = await startWorld();
    data = join(world.folder, "jobs-bridge");
    bridge = await begin();
});
afterAll(async () => {
    await bridge.stop();
    await world.stop();
});

/** The bridge ends and another one begins, where the first one was. */
async function restartBridge(): Promise<void> {
    const { port } = new URL(bridge.bridge.url);
    await bridge.stop();
    bridge = await begin(Number(port));
}

let computers = 0;
const disks = new Map<Computer, string>();

/** A computer of the one owner. */
async function newComputer(width = 51, height = 19, profile: Profile = "build"): Promise<Computer> {
    const disk = await mkdtemp(join(world.folder, "player-"));
    await installPackages(disk, ["trapos", "trapos-link"]);
    computers += 1;
    await writeSettings(disk, {
        ...bridge.link(computers, profile),
        // As `ai link` has it.
        "trapos.autostart.trapos-link": true,
    });
    const computer = await boot({
        disk,
        width,
        height,
        id: computers,
        http: { allow: ["127.0.0.1"] },
    });
    onTestFinished(() => computer.close());
    disks.set(computer, disk);
    await computer.waitForText(/(^|\n)> ?$/, patient);
    return computer;
}

const screenOf = (computer: Computer) => computer.screen().join("\n");

function until(number: number, matches: Partial<Job>): Promise<Job> {
    return vi.waitFor(
        () => {
            const job = bridge.bridge.jobs.job(number);
            expect(job).toMatchObject(matches);
            return job;
        },
        { timeout: 60_000 },
    );
}

/** Begins a job. @returns its number */
async function spawn(computer: Computer, prompt: string, flags = ""): Promise<number> {
    await computer.type(`ai bg ${flags} ${prompt}\n`);
    await computer.waitForText(/Job \d+ (begun|is queued)/, { ...patient, sinceInput: true });
    return bridge.bridge.jobs.list()[0]!.number;
}

it("is begun, followed live, told of once, and collected on another computer", { timeout }, async () => {
    const [mine, other] = [await newComputer(), await newComputer(26, 20)];
    world.model.setRules([() => ({ text: "The lock is written. It opens by a lever.", hang: "midway" })]);
    const number = await spawn(mine, "write a lock");
    expect(number).toBe(1);
    await mine.type("ai job 1\n");
    await mine.waitForText("The lock is written.", patient);
    await other.type("ai jobs\n");
    await other.waitForText(/1 running/, patient);
    world.model.release();
    await mine.waitForText(/opens by a lever\.[^]*> ?$/, patient);
    await until(1, { state: "done" });
    await other.type("ai collect 1\n");
    await other.waitForText(/It\s+opens\s+by\s+a\s+lever\.[^]*> ?$/, { ...patient, sinceInput: true });
    await until(1, { isCollected: true });
    await other.type("ai collect 1\n");
    await other.waitForText(/ai\s+job\s+1/, { ...patient, sinceInput: true });
});

it("tells its player once at the prompt, whatever is typed there", { timeout }, async () => {
    const computer = await newComputer();
    world.model.setRules([() => ({ text: "Done.", hang: true })]);
    const number = await spawn(computer, "dig a hole");
    await world.model.waitForRequest(({ conversation }) => conversation.userText.includes("dig a hole"));
    await computer.type("lua");
    world.model.release();
    await computer.waitForText(new RegExp(`Job ${number} is done: dig a hole[^]*\n> lua`), patient);
    await vi.waitFor(() => expect(bridge.bridge.jobs.job(number).state).toBe("done"));
    await computer.type("\n");
    await computer.waitForText("Interactive Lua prompt", patient);
    const told = screenOf(computer).split(`Job ${number} is done`).length - 1;
    expect(told).toBe(1);
});

it("is told to a program as an event", { timeout }, async () => {
    const computer = await newComputer();
    world.model.setRules([() => ({ text: "Done." })]);
    await computer.type("lua\n");
    await computer.waitForText("Interactive", patient);
    await computer.type(
        `ai = require("/apis/libai")() _, j = ai.jobs.spawn("dig a well") _, n, s = os.pullEvent("ai_job") print(n == j.number, s)\n`,
    );
    await computer.waitForText(/true\s+done/, patient);
    await computer.type(`_, c = ai.jobs.collect(n) print(c.text)\n`);
    await computer.waitForText(/Done\.\n/, { ...patient, sinceInput: true });
});

it("is what the documentation's survey.lua has three of at once", { timeout }, async () => {
    const documentation = await readFile(join(projectFolder, "docs/libai.md"), "utf8");
    const program = /^```lua\n(-- survey\.lua[^]*?)^```$/m.exec(documentation)![1]!;
    const computer = await newComputer();
    world.model.setRules([({ userText }) => ({ text: `Look after ${/the \w+$/.exec(userText)![0]}.` })]);
    await writeFile(join(disks.get(computer)!, "survey.lua"), program);
    await computer.type("survey\n");
    for (const what of ["mine", "farm", "gate"])
        await computer.waitForText(`Look after the ${what}.`, patient);
});

it("is stopped, and keeps what was written", { timeout }, async () => {
    const computer = await newComputer();
    world.model.setRules([() => ({ text: "The first half is here. The second is not.", hang: "midway" })]);
    const number = await spawn(computer, "write a song");
    await vi.waitFor(() => expect(bridge.bridge.jobs.job(number).words).toContain("first half"), soon);
    await computer.type(`ai kill ${number}\n`);
    await computer.waitForText(/\?|stopped/, { ...patient, sinceInput: true });
    if (!screenOf(computer).includes("stopped")) await computer.type("y\n");
    await until(number, { state: "killed" });
    await computer.type(`ai collect ${number}\n`);
    await computer.waitForText(/The first half is[^]*> ?$/, { ...patient, sinceInput: true });
    const { text } = await bridge.bridge.jobs.collect(number, 0);
    expect(text).toContain("The first half");
    expect(text).not.toContain("second is not");
    world.model.release();
});

it("waits in the queue behind those that run, and 50 at once keep to that", { timeout }, async () => {
    const computer = await newComputer();
    const { jobs } = bridge.bridge;
    world.model.setRules([() => ({ text: "Done.", hang: true })]);
    const linked = await spawn(computer, "the first of many");
    await world.model.waitForRequest(({ conversation }) => conversation.userText.includes("first of many"));
    const [, ...words] = Array.from({ length: 50 }, (_, index) => `prompt ${index}`);
    await computer.type("lua\n");
    await computer.waitForText("Interactive", patient);
    await computer.type(
        `for i = 1, ${words.length} do assert(require("/apis/libai")().jobs.spawn("prompt " .. i)) end print("all are there")\n`,
    );
    await computer.waitForText(/all are there\n/, { ...patient, sinceInput: true });
    const states = () => jobs.list().filter(({ number }) => number >= linked);
    expect(states()).toHaveLength(50);
    expect(states().filter(({ state }) => state === "running")).toHaveLength(AT_ONCE);
    expect(jobs.job(linked + 2)).toMatchObject({ state: "queued", place: 1 });
    let most = 0;
    const end = jobs.onChange(() => {
        most = Math.max(most, jobs.list().filter(({ state }) => state === "running").length);
    });
    world.model.setRules([() => ({ text: "Done." })]);
    world.model.release();
    await vi.waitFor(() => expect(states().every(({ state }) => state === "done")).toBe(true), 120_000);
    end();
    expect(most).toBeLessThanOrEqual(AT_ONCE);
    // In the order in which they came.
    const turns = world.model.requests
        .filter(({ conversation }) => conversation.purpose === "turn")
        .flatMap(({ conversation }) => /prompt (\d+)$/.exec(conversation.userText)?.[1] ?? []);
    expect(turns.map(Number).filter((number, at, all) => all.indexOf(number) === at)).toHaveLength(49);
});

it.each([
    ["text", "wrote the same again and again"],
    ["thinking", "thoughts went in a circle"],
    ["tool", "brought nothing new"],
])("in a loop of %s is told so, and stopped where that does not help", { timeout }, async (kind, why) => {
    world.model.setRules([defaultRule]);
    // One who is asked nothing: a loop of calls would wait for its player.
    const computer = await newComputer(51, 19, "trusted");
    const cured = await spawn(computer, `[loop ${kind}] dig`);
    await until(cured, { state: "done", attempt: 1 });
    const lost = await spawn(computer, `[loop ${kind}] [stubborn] dig`);
    expect((await until(lost, { state: "failed" })).reason).toContain(why);
    await computer.type(`ai jobs\n`);
    await computer.waitForText(new RegExp(`${lost} failed`), { ...patient, sinceInput: true });
});

it("is told that it was silent, and goes on", { timeout }, async () => {
    world.model.setRules([defaultRule]);
    const computer = await newComputer();
    const number = await spawn(computer, "[hang midway] dig a hole");
    await vi.waitFor(() => expect(bridge.bridge.jobs.job(number).words).toBeDefined(), soon);
    waited += 8 * 60_000;
    await until(number, { state: "done" });
    const asked = world.model.requests.map(({ conversation }) => conversation.userText);
    expect(asked.some((text) => text.includes("Nothing had come from you"))).toBe(true);
});

it(
    "is left alone while its tool runs, for an hour of its clock but for its own limit",
    { timeout },
    async () => {
        world.model.setRules([defaultRule]);
        const computer = await newComputer(51, 19, "trusted");
        const number = await spawn(computer, "[tools 1 8] wait");
        await vi.waitFor(() => expect(bridge.bridge.jobs.job(number).tool).toContain(world.shell), soon);
        waited += 50 * 60_000;
        await until(number, { state: "done" });
        expect(bridge.bridge.jobs.job(number).attempt).toBe(1);
    },
);

it("outlives the bridge: its answer is found, and told once", { timeout }, async () => {
    const computer = await newComputer();
    world.model.setRules([() => ({ text: "It is built. All of it.", hang: "midway" })]);
    const number = await spawn(computer, "build a wall");
    await vi.waitFor(() => expect(bridge.bridge.jobs.job(number).words).toContain("is built"), soon);
    await computer.type("clear\n");
    await restartBridge();
    expect(bridge.bridge.jobs.job(number).state).toBe("running");
    world.model.release();
    await until(number, { state: "done" });
    await computer.waitForText(`Job ${number} is done`, patient);
    world.model.setRules([defaultRule]);
    await restartBridge();
    // By when that is answered it would have been told again.
    await computer.type("ai ping\n");
    await computer.waitForText("pong", { ...patient, sinceInput: true });
    expect(screenOf(computer).split(`Job ${number} is done`)).toHaveLength(2);
    expect((await bridge.bridge.jobs.collect(number, 0)).text).toBe("It is built. All of it.");
});

it("whose opencode dies has failed, or is begun again where it is kept", { timeout }, async () => {
    world.model.setRules([defaultRule]);
    const computer = await newComputer(51, 19, "trusted");
    const lost = await spawn(computer, "[tools 1 60] count");
    const keptOne = await spawn(computer, "[tools 1 60] count again", "--keep");
    for (const number of [lost, keptOne])
        await vi.waitFor(() => expect(bridge.bridge.jobs.job(number).tool).toContain(world.shell), soon);
    await world.crash();
    bridge.setAway("opencode has ended");
    // Taken, listed and stopped meanwhile.
    const queued = await spawn(computer, "dig a hole");
    await computer.type("ai jobs\n");
    await computer.waitForText(new RegExp(`${queued} queued`), { ...patient, sinceInput: true });
    await world.restart();
    bridge.setAway(undefined);
    bridge.bridge.jobs.wake();
    // It is queued for ten seconds: on a slow machine the others take longer.
    const stopped = until(keptOne, { state: "queued", attempt: 1 }).then(() => {
        bridge.bridge.jobs.kill(keptOne, "Enough.");
    });
    const [{ reason }] = await Promise.all([
        until(lost, { state: "failed" }),
        until(queued, { state: "done" }),
        stopped,
    ]);
    expect(reason).toContain("restarted");
    await until(keptOne, { state: "killed" });
});

it("asks at the prompt for what needs its player's word, and is answered there", { timeout }, async () => {
    world.model.setRules([defaultRule]);
    const computer = await newComputer();
    const number = await spawn(computer, "[tools 1] count");
    await computer.waitForText(new RegExp(`Job ${number} asks: .*echo step 1`), patient);
    await computer.type(`ai job ${number}\n`);
    await computer.waitForText("echo step 1", { ...patient, sinceInput: true });
    await computer.waitForText(/Allow|once/, patient);
    await computer.type("y");
    await until(number, { state: "done" });
});
