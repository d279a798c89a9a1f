/** Jobs, each with a fault of its own while it waits, runs or has just ended. See ../part.ts. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Computer, connect } from "../../../host/bridge/tests/security/computer.ts";
import type { Collected, Job } from "../../../src/apis/ai/jobs/shapes.ts";
import { allowEverything } from "../../../tools/harness/server.ts";
import { type Model, type Reply, startModel } from "../../../tools/model/index.ts";
import { BridgeProcess } from "../links/bridge.ts";
import type { OpenPart, Part } from "../part.ts";
import type { Random } from "../random.ts";
import { ruleOf, Target, type Word } from "./turns-server.ts";

/** How long a job may take to its end once nothing is wrong any more. */
const END_SECONDS = 60;

/** How long a call is tried while the bridge is away. */
const CALL_SECONDS = 60;

/** What goes wrong. */
const faults = [
    "nothing",
    "the model fails once",
    "the model refuses",
    "the model loops",
    "its player stops it",
    "its owner stops it",
    "its computer is cut off",
    "the answer to spawn is lost",
    "it is collected elsewhere",
    "the bridge is killed",
    "opencode is killed",
] as const;
type Fault = (typeof faults)[number];

/** Why a job may have failed whose opencode was killed. */
const INTERRUPTED = /interrupted|restarted|never|stopped|empty reply|failed/i;

/** A computer that is linked, comes back when its connection ends, and notes what it is told. */
class Player {
    private readonly setup: Setup;
    private readonly token: string;
    private connection: Computer | undefined;
    private heard = 0;
    /** How often it was told of each job's end that it had not confirmed, and of those that it had. */
    readonly told = new Map<number, { before: number; after: number; isConfirmed: boolean }>();

    constructor(setup: Setup, token: string) {
        this.setup = setup;
        this.token = token;
    }

    private async open(): Promise<Computer> {
        const known = this.connection;
        if (known !== undefined && known.socket.readyState === known.socket.OPEN) return known;
        const { url } = this.setup.bridge;
        const opened = await connect({ url, token: this.token, capabilities: ["jobs"] });
        this.heard = 0;
        this.connection = opened;
        return opened;
    }

    /** Calls a function, again and again while nobody answers. */
    async call<T>(name: string, given: object): Promise<T> {
        const until = performance.now() + CALL_SECONDS * 1000;
        for (;;) {
            try {
                const computer = await this.open();
                const answer = await Promise.race([
                    computer.call(name, given),
                    sleep(10_000).then(() => Promise.reject(new Error("no answer"))),
                ]);
                this.listen();
                if (answer.type === "result") return answer["value"] as T;
                throw new Refused(`${name}: ${answer.code ?? ""} ${JSON.stringify(answer["detail"])}`);
            } catch (error) {
                if (error instanceof Refused || performance.now() > until) throw error;
                this.cut();
                await sleep(100);
            }
        }
    }

    /** Calls a function, and is cut off before it hears what comes of it. */
    async callAndCut(name: string, given: object): Promise<void> {
        const computer = await this.open().catch(() => undefined);
        computer?.call(name, given).catch(() => undefined);
        await sleep(0);
        this.cut();
    }

    /** Takes what it was told. */
    listen(): void {
        const messages = this.connection?.messages ?? [];
        for (const message of messages.slice(this.heard)) {
            if (message.type !== "job" || message["what"] !== "ended") continue;
            const { number } = message["job"] as Job;
            const told = this.told.get(number) ?? { before: 0, after: 0, isConfirmed: false };
            this.told.set(number, told);
            if (told.isConfirmed) told.after += 1;
            else told.before += 1;
        }
        this.heard = messages.length;
    }

    /** Has it confirm an end that it was told of, as one that has shown it. */
    async confirm(number: number): Promise<void> {
        await this.call("jobTold", { number });
        this.listen();
        const told = this.told.get(number);
        if (told !== undefined) told.isConfirmed = true;
    }

    cut(): void {
        this.connection?.close();
        this.connection = undefined;
        this.heard = 0;
    }
}

/** The bridge has answered, and refused. */
class Refused extends Error {}

class Setup {
    readonly folder: string;
    readonly model: Model;
    readonly target: Target;
    readonly words = new Map<string, Word>();
    readonly ends = new Map<string, number>();
    bridge!: BridgeProcess;
    /** How often something was killed so far, and opencode of that. */
    cuts = 0;
    kills = 0;
    /** What is done to what all share is done by one at a time. */
    private last: Promise<unknown> = Promise.resolve();
    private released: NodeJS.Timeout | undefined;

    private constructor(folder: string, model: Model) {
        this.folder = folder;
        this.model = model;
        this.target = new Target(join(folder, "server"), model, allowEverything);
        model.setRules([ruleOf(this.words)]);
    }

    static async open(): Promise<Setup> {
        const folder = await mkdtemp(join(tmpdir(), "trapos-jobs-"));
        const setup = new Setup(folder, await startModel());
        try {
            await setup.target.prepare();
            const { url, username, password, directory } = setup.target.opencode;
            const data = join(folder, "bridge");
            await mkdir(data);
            setup.bridge = new BridgeProcess({ url, username, password, directory, data });
            await setup.bridge.start();
            setup.released = setInterval(() => setup.model.release(), 500);
        } catch (error) {
            await setup.close();
            throw error;
        }
        return setup;
    }

    /** Kills something that all share, and starts it again. */
    async restart(which: "bridge" | "opencode", downMilliseconds: number): Promise<void> {
        const done = this.last.then(async () => {
            this.cuts += 1;
            if (which === "opencode") this.kills += 1;
            await (which === "bridge" ? this.bridge.kill() : this.target.opencode.kill());
            await sleep(downMilliseconds);
            await (which === "bridge" ? this.bridge.start() : this.target.start());
        });
        this.last = done.catch(() => undefined);
        await done;
    }

    /** Links a computer; the bridge that does so is not killed meanwhile. */
    async player(gameId: number): Promise<Player> {
        const linked = this.last.then(() => this.bridge.link(gameId));
        this.last = linked.catch(() => undefined);
        return new Player(this, await linked);
    }

    async close(): Promise<void> {
        clearInterval(this.released);
        await this.bridge.kill();
        await this.target.stop();
        await this.model.stop();
        await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
    }
}

/** What the model does for a job. */
function replyFor(fault: Fault, text: string, random: Random): Reply {
    const tool = { name: "bash", arguments: { command: `sleep 0.${random.whole(9)}; echo ${text.length}` } };
    switch (fault) {
        case "the model refuses":
            return { error: { status: 401, message: "no such key" } };
        case "the model loops":
            return { text: ["The door is shut, so I open the door. "], repeats: "text" };
        default:
            return {
                text,
                ...(random.chance(0.5) ? { hang: "midway" as const } : {}),
                ...(random.chance(0.4) ? { toolCalls: [tool] } : {}),
            };
    }
}

/** What is wrong with a job's end, if anything is. */
function judge(
    fault: Fault,
    job: Job,
    text: string | undefined,
    expected: string,
    isHit: boolean,
): string | undefined {
    const told = JSON.stringify({ ...job, text: text?.slice(-60) });
    const isWhole = text === expected;
    switch (job.state) {
        case "done":
            // Once it was told that it loops, it answers.
            return isWhole || (fault === "the model loops" && text === "warm")
                ? undefined
                : `it is said to be done, and is not: ${told}`;
        case "killed":
            return fault.endsWith("stops it") ? undefined : `nobody has stopped it: ${told}`;
        case "failed":
            if (isHit && INTERRUPTED.test(job.reason ?? "")) return undefined;
            return fault === "the model refuses" && (job.reason ?? "").includes("no such key")
                ? undefined
                : `it failed, and had no reason to: ${told}`;
        default:
            return `it has no end ${END_SECONDS} s after its fault's: ${told}`;
    }
}

async function playRound(setup: Setup, random: Random, number: number): Promise<string | undefined> {
    const name = `w${number}x${random.whole(1_000_000)}`;
    const fault = random.pick(faults);
    const text = Array.from({ length: 3 + random.whole(40) }, (_, at) => `word ${at} of ${name}`).join(". ");
    const word: Word = { word: name, asked: 0, isShown: false, reply: replyFor(fault, text, random) };
    if (fault === "the model fails once") {
        const { reply } = word;
        Object.defineProperty(word, "reply", {
            get: () => (word.asked > 1 ? reply : { error: { status: 503, message: "busy" } }),
        });
    }
    setup.words.set(name, word);
    const [player, other] = [await setup.player(number), await setup.player(number + 1_000_000)];
    try {
        const request = { key: name, prompt: `say ${name} now` };
        const { cuts, kills } = setup;
        if (fault === "the answer to spawn is lost") await player.callAndCut("spawnJob", request);
        const { number: job } = await player.call<Job>("spawnJob", request);
        await sleep(random.whole(1500));
        if (fault === "its player stops it") await player.call("killJob", { number: job });
        else if (fault === "its owner stops it") await other.call("killJob", { number: job });
        else if (fault === "its computer is cut off") player.cut();
        else if (fault === "the bridge is killed") await setup.restart("bridge", random.whole(500));
        else if (fault === "opencode is killed") await setup.restart("opencode", random.whole(500));
        const collector = fault === "it is collected elsewhere" ? other : player;
        const until = performance.now() + END_SECONDS * 1000;
        let found = await collector.call<Collected>("collectJob", { number: job, seconds: 5 });
        while (found.text === undefined && performance.now() < until)
            found = await collector.call<Collected>("collectJob", { number: job, seconds: 5 });
        // What was written before the stream was there is not seen on it, so that a loop is but silence: for that it has minutes.
        if (fault === "the model loops" && found.text === undefined && setup.cuts > cuts) {
            await other.call("killJob", { number: job });
            while (found.text === undefined && performance.now() < until + END_SECONDS * 1000)
                found = await collector.call<Collected>("collectJob", { number: job, seconds: 5 });
            return found.job.state === "killed"
                ? undefined
                : `it was not stopped: ${JSON.stringify(found.job)}`;
        }
        const wrong = judge(fault, found.job, found.text, text, setup.kills > kills);
        if (wrong !== undefined) return `${fault}: ${wrong}`;
        setup.ends.set(found.job.state, (setup.ends.get(found.job.state) ?? 0) + 1);
        return await judgeTelling(fault, player, other, found.job);
    } finally {
        player.cut();
        other.cut();
        setup.words.delete(name);
    }
}

/** Whether its player is told of the end as often as is right. */
async function judgeTelling(
    fault: Fault,
    player: Player,
    other: Player,
    job: Job,
): Promise<string | undefined> {
    const { number } = job;
    if (fault === "it is collected elsewhere") {
        await other.call("jobCollected", { number });
        player.cut();
        await player.call("getJob", { number });
        const told = player.told.get(number)?.before ?? 0;
        return told <= 1 ? undefined : `its player was told ${told} times, though it was collected`;
    }
    // As a computer that lost its power before it could show it: told again.
    player.cut();
    await player.call("getJob", { number });
    const isOwnDoing = fault === "its player stops it" && job.state === "killed";
    if (isOwnDoing) return undefined;
    if ((player.told.get(number)?.before ?? 0) === 0) return `${fault}: its player was not told of its end`;
    await player.confirm(number);
    player.cut();
    await player.call("getJob", { number });
    const after = player.told.get(number)?.after ?? 0;
    return after === 0 ? undefined : `${fault}: its player was told once more`;
}

export const jobs: Part = {
    name: "jobs",
    purpose: "every job ends truly within a minute, and its player is told once, whatever goes wrong",
    rounds: 1000,
    shortRounds: 16,
    atOnce: 12,
    async open(): Promise<OpenPart> {
        const setup = await Setup.open();
        return {
            round: (random, number) => playRound(setup, random, number),
            figures: () =>
                [...setup.ends]
                    .map(([state, count]) => `${count} ${state}`)
                    .concat(`${setup.kills} kills of opencode`)
                    .join(", "),
            close: () => setup.close(),
        };
    },
};
