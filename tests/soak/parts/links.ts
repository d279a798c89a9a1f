/**
 * Turns over the link, while the computer loses its power, the bridge is killed and started again, and opencode is killed and
 * started again, at random moments. See ../part.ts.
 */
import { cp, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { boot, type Computer, writeSettings } from "craftos-headless";
import { installPackages } from "../../../tools/harness/disk.ts";
import { allowEverything } from "../../../tools/harness/server.ts";
import { type Model, startModel } from "../../../tools/model/index.ts";
import { BridgeProcess } from "../links/bridge.ts";
import type { OpenPart, Part } from "../part.ts";
import type { Random } from "../random.ts";
import { promptOf, ruleOf, Target, type Word } from "./turns-server.ts";

/** How long a round may take from the first key on. */
const ROUND_SECONDS = 120;

/** Whom a cut is for. */
const victims = ["computer", "bridge", "opencode"] as const;
type Victim = (typeof victims)[number];

/** How a turn may end whose opencode was killed: its answer is gone, and that is said. */
const GONE = new Set([
    "interrupted",
    "restarted",
    "not_sent",
    "never_started",
    "aborted",
    "model_error",
    "empty_reply",
]);

/** What ask.lua tells of a call. */
interface Outcome {
    /** How many turns may still be answered, as the computer knows. */
    readonly owed: number;
    readonly call: string;
    readonly ok: boolean;
    readonly asked: number;
    readonly live: string;
    readonly text?: string;
    readonly code?: string;
    readonly message?: string;
}

class Setup {
    readonly folder: string;
    readonly model: Model;
    readonly target: Target;
    readonly words = new Map<string, Word>();
    bridge!: BridgeProcess;
    readonly cuts = new Map<Victim, number>();

    private constructor(folder: string, model: Model) {
        this.folder = folder;
        this.model = model;
        this.target = new Target(join(folder, "server"), model, { ...allowEverything, bash: "ask" });
        model.setRules([ruleOf(this.words)]);
    }

    static async open(): Promise<Setup> {
        const folder = await mkdtemp(join(tmpdir(), "trapos-links-"));
        const setup = new Setup(folder, await startModel());
        try {
            await installPackages(join(folder, "template"), ["trapos-link"]);
            await cp(join(import.meta.dirname, "../links/ask.lua"), join(folder, "template/ask.lua"));
            await setup.target.prepare();
            const { url, username, password, directory } = setup.target.opencode;
            const data = join(folder, "bridge");
            await mkdir(data);
            setup.bridge = new BridgeProcess({ url, username, password, directory, data });
            await setup.bridge.start();
        } catch (error) {
            await setup.close();
            throw error;
        }
        return setup;
    }

    async close(): Promise<void> {
        await this.bridge.kill();
        await this.target.stop();
        await this.model.stop();
        await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
    }
}

/** CC's JSON has the bytes of a text as letters of Latin-1. */
const fromBytes = (text: string): string => Buffer.from(text, "latin1").toString("utf8");

/** The end of a text, which tells most. */
const endOf = (text: string | undefined): string | undefined =>
    text === undefined || text.length < 40 ? text : `${text.length}: ..${text.slice(-30)}`;

/** A computer that is switched on again after each cut. */
class Player {
    private readonly disk: string;
    private readonly id: number;
    private readonly prompt: string;
    private computer: Computer | undefined;

    constructor(disk: string, id: number, prompt: string) {
        this.disk = disk;
        this.id = id;
        this.prompt = prompt;
    }

    async switchOn(): Promise<void> {
        this.computer = await boot({ disk: this.disk, id: this.id, http: { allow: ["127.0.0.1"] } });
        await this.computer.waitForText(/^> ?$/m, { timeoutSeconds: 60 });
        await this.computer.type(`ask ${this.prompt}\n`);
    }

    async cutPower(): Promise<void> {
        await this.computer!.powerCut();
    }

    async finish(): Promise<Outcome[]> {
        await this.computer!.waitForText("finished", { timeoutSeconds: ROUND_SECONDS });
        const lines = (await readFile(join(this.disk, "outcomes"), "utf8")).trim().split("\n");
        return lines.map((line) => {
            const { live, text, ...outcome } = JSON.parse(line) as Outcome;
            return {
                ...outcome,
                live: fromBytes(live),
                ...(text === undefined ? {} : { text: fromBytes(text) }),
            };
        });
    }

    async close(): Promise<void> {
        await this.computer?.close();
    }
}

/** What is wrong with a round, if anything is. */
function judge(
    outcomes: readonly Outcome[],
    word: Word,
    text: string,
    cut: ReadonlySet<Victim>,
): string | undefined {
    const told = JSON.stringify(
        outcomes.map((outcome) => ({ ...outcome, live: endOf(outcome.live), text: endOf(outcome.text) })),
    );
    for (const { live } of outcomes) {
        if (!text.startsWith(live)) return `text that came live is no beginning of the answer: ${told}`;
    }
    if (word.asked > 1) return `the prompt ran ${word.asked} times: ${told}`;
    // A call that the power ended leaves no line, so that what was shown before is not known.
    const last = outcomes.filter(({ code }) => code !== "nothing_to_resume").at(-1);
    if (last?.ok === true) return last.text === text ? undefined : `another answer: ${told}`;
    const isOver = outcomes.at(-1)?.code === "nothing_to_resume";
    if (isOver && (last?.owed ?? 0) > 0) return `the turn was forgotten: ${told}`;
    // The power went, or the bridge or opencode was away, before the prompt was handed over: that was told, and is all.
    if (isOver && word.asked === 0 && (last !== undefined || cut.has("computer"))) return undefined;
    // It was on its way, and that it never came is told.
    if (word.asked === 0 && last?.code === "not_sent") return undefined;
    const mayBeGone = cut.has("opencode") && last?.code !== undefined && GONE.has(last.code);
    return mayBeGone ? undefined : `no answer: ${told}`;
}

async function playRound(setup: Setup, random: Random, number: number): Promise<string | undefined> {
    const name = `w${number}x${random.whole(1_000_000)}`;
    const usesTool = random.chance(0.4);
    const file = join(setup.folder, `ran-${name}`);
    const text = Array.from({ length: 5 + random.whole(60) }, (_, at) => `word ${at} of ${name}, äöü`).join(
        ". ",
    );
    const word: Word = {
        word: name,
        asked: 0,
        isShown: false,
        reply: {
            text,
            ...(random.chance(0.6) ? { hang: "midway" as const } : {}),
            ...(usesTool
                ? { toolCalls: [{ name: "bash", arguments: { command: `echo ran >> ${file}` } }] }
                : {}),
        },
    };
    setup.words.set(name, word);
    const disk = join(setup.folder, `disk-${number}`);
    await cp(join(setup.folder, "template"), disk, { recursive: true });
    await writeSettings(disk, {
        "opencc.link_url": `http://127.0.0.1:${setup.bridge.port}`,
        "opencc.link_token": await setup.bridge.link(number),
        "opencc.request_timeout_seconds": 10,
        // A prompt that was on its way as the bridge was killed may still come; so long it is waited for.
        "opencc.poll_timeout_seconds": 60,
        "trapos.autostart.trapos-link": random.chance(0.7),
    });
    const plan = Array.from({ length: 1 + random.whole(6) }, () => ({
        victim: random.pick([...victims, "computer", "bridge"] as const),
        afterMilliseconds: random.whole(1500),
        downMilliseconds: random.whole(600),
    }));
    const player = new Player(disk, number, promptOf(name));
    const release = setInterval(() => setup.model.release(), 400 + random.whole(1200));
    const cut = new Set<Victim>();
    try {
        await player.switchOn();
        for (const { victim, afterMilliseconds, downMilliseconds } of plan) {
            await sleep(afterMilliseconds);
            cut.add(victim);
            setup.cuts.set(victim, (setup.cuts.get(victim) ?? 0) + 1);
            if (victim === "computer") await player.cutPower();
            else if (victim === "bridge") await setup.bridge.kill();
            else await setup.target.opencode.kill();
            await sleep(downMilliseconds);
            if (victim === "computer") await player.switchOn();
            else if (victim === "bridge") await setup.bridge.start();
            else await setup.target.start();
        }
        const outcomes = await player.finish();
        const wrong = judge(outcomes, word, text, cut);
        if (wrong !== undefined) return `${wrong} (cuts: ${JSON.stringify(plan)})`;
        const ran = await readFile(file, "utf8").catch(() => "");
        if (ran.length > "ran\n".length)
            return `what was allowed once was done twice: ${JSON.stringify(ran)}`;
        const isDone = outcomes.at(-1)?.ok === true;
        if (isDone && usesTool && ran === "") return "what was allowed was never done";
        return undefined;
    } finally {
        clearInterval(release);
        await player.close();
        setup.words.delete(name);
        await rm(disk, { recursive: true, force: true, maxRetries: 5 });
    }
}

export const links: Part = {
    name: "links",
    purpose: "over the link no reply is lost, no text doubled, no prompt run twice, whatever is cut",
    rounds: 60,
    shortRounds: 4,
    async open(): Promise<OpenPart> {
        const setup = await Setup.open();
        return {
            round: (random, number) => playRound(setup, random, number),
            figures: () =>
                victims.map((victim) => `${setup.cuts.get(victim) ?? 0} cuts of ${victim}`).join(", "),
            close: () => setup.close(),
        };
    },
};
