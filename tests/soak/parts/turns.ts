/** Prompts to the real server, each with a fault at a random moment: see ../part.ts. */
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { spaceIn, readSetting, writeSettings } from "craftos-headless";
import { installPackages } from "../../../tools/harness/disk.ts";
import { allowEverything } from "../../../tools/harness/server.ts";
import { type Model, type Reply, startModel } from "../../../tools/model/index.ts";
import { startOpencode } from "trapos-opencode";
import { type StartOpencode, startTwinServer } from "../../../tools/harness/tests-opencode.ts";
import type { OpenPart, Part } from "../part.ts";
import type { Random } from "../random.ts";
import { type Connection, type Moment, startConnection, troubles } from "./turns-connection.ts";
import { adviceOf, Player, type Advice } from "./turns-player.ts";
import { Reader } from "./turns-reader.ts";
import { promptOf, replyOf, ruleOf, Target, type Word } from "./turns-server.ts";

/** What a round's tool calls may do. Always is for one word's commands alone: all rounds have one server. */
const permission = { ...allowEverything, bash: { "*": "allow", "run-*": "ask" } } as const;

/**
 * What goes wrong, in the order of the rounds. A server that was killed takes seconds to come back, so it is rare, and
 * beyond the short run.
 */
const kinds = [
    "power cut",
    "connection cut",
    "terminated",
    "disk full",
    "connection cut",
    "rebooted",
    "power cut at a file",
    "terminated",
    "connection cut",
    "nothing",
    "power cut",
    "server killed",
] as const;
type Kind = (typeof kinds)[number];

/** So many servers there are for rounds that kill theirs. */
const OWN_SERVERS = 2;
/** How long a computer waits without any progress; where its server is started again meanwhile, longer. */
const IDLE_SECONDS = { usual: 8, restart: 25 };
const REQUEST_SECONDS = 4;
/** How long a command may take beyond that: a prompt that goes astray is given up on in steps. */
const MORE_SECONDS = 40;
/** How many commands a reader types before there has to be an answer. */
const MOST_STEPS = 8;
/** What a computer's disk holds (CC: Tweaked). */
const DISK_BYTES = 1_000_000;

/** So many rounds have a box in some of them. */
const LONG_RUN = 60;

/** `ask`: what `ai` does with libai alone. */
const PROGRAM = `
    local ok, reply = require("/apis/libai")().ask(table.concat({...}, " "))
    if ok then print(reply.text) else printError(reply) end
`;

/** What the rounds came to. */
const newCounts = () => ({
    hit: 0,
    missed: 0,
    answered: 0,
    resumed: 0,
    again: 0,
    late: 0,
    boxes: 0,
    longest: 0,
});

class Turns {
    readonly counts = newCounts();
    private readonly folder: string;
    private readonly model: Model;
    private readonly shared: Target;
    private readonly own: Target[];
    private readonly waiting: ((target: Target) => void)[] = [];
    private readonly words = new Map<string, Word>();
    /** How many file operations the start of a computer has, and a prompt in a new session. */
    operations = { start: 0, prompt: 0 };

    private constructor(folder: string, model: Model, start: StartOpencode) {
        this.folder = folder;
        this.model = model;
        this.shared = new Target(join(folder, "shared"), model, permission, start);
        this.own = Array.from(
            { length: OWN_SERVERS },
            (_, index) => new Target(join(folder, `own-${index}`), model, permission, start),
        );
        model.setRules([ruleOf(this.words)]);
    }

    static async open(start: StartOpencode): Promise<Turns> {
        const folder = await mkdtemp(join(tmpdir(), "trapos-turns-"));
        const model = await startModel();
        const turns = new Turns(folder, model, start);
        try {
            await installPackages(turns.template, ["trapos-opencode2"]);
            await writeFile(join(turns.template, "ask.lua"), PROGRAM);
            await turns.shared.prepare();
            await turns.learn();
        } catch (error) {
            await turns.close();
            throw error;
        }
        return turns;
    }

    private get template(): string {
        return join(this.folder, "template");
    }

    async close(): Promise<void> {
        for (const target of [this.shared, ...this.own]) await target.stop();
        await this.model.stop();
        await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
    }

    newWord(name: string, { reply, ...more }: Partial<Word>): Word {
        const word: Word = {
            word: name,
            ...more,
            reply: { ...reply, text: replyOf(name) },
            asked: 0,
            isShown: false,
        };
        this.words.set(name, word);
        return word;
    }

    /** Learns of one computer how many file operations there are, for cuts at each of them. */
    private async learn(): Promise<void> {
        // No round has so many prompts.
        const name = "w0x99";
        const disk = await this.newDisk("learn", this.shared, this.shared.opencode.url, {});
        const player = new Player({ disk, http: { allow: ["127.0.0.1"] } });
        try {
            await player.start();
            const start = player.fileOperations();
            this.newWord(name, {});
            const { text } = await player.run(`ai ${promptOf(name)}`, 60);
            if (!text.includes(replyOf(name))) throw new Error(`Without any fault:\n${text}`);
            this.operations = { start, prompt: player.fileOperations() - start };
        } finally {
            await player.close();
        }
    }

    async newDisk(name: string, target: Target, url: string, settings: object): Promise<string> {
        const disk = join(this.folder, `disk-${name}`);
        await cp(this.template, disk, { recursive: true });
        await writeSettings(disk, { ...target.settings(url), ...settings });
        return disk;
    }

    private async take(kind: Kind): Promise<Target> {
        if (kind !== "server killed") return this.shared;
        const target = this.own.pop() ?? (await new Promise<Target>((resolve) => this.waiting.push(resolve)));
        await target.prepare();
        return target;
    }

    private giveBack(target: Target): void {
        if (target === this.shared) return;
        const next = this.waiting.shift();
        if (next !== undefined) next(target);
        else this.own.push(target);
    }

    async round(random: Random, number: number): Promise<string | undefined> {
        const kind = kinds[number % kinds.length]!;
        const target = await this.take(kind);
        const connection = await startConnection(target.opencode.port);
        const name = `${number}`;
        try {
            const round = new Round(this, kind, random, target, connection, name);
            return await round.play();
        } finally {
            await connection.close();
            this.giveBack(target);
            await rm(join(this.folder, `disk-${name}`), { recursive: true, force: true });
        }
    }
}

/** Delays of the scripted model, in seconds. */
const DELAYS = [0, 0, 0.2, 0.5, 1, 1.5] as const;

/** One round: a prompt with a fault, and what the screen says to do then. */
class Round {
    private reader!: Reader;
    private readonly counts: ReturnType<typeof newCounts>;
    private readonly turns: Turns;
    private readonly kind: Kind;
    private readonly random: Random;
    private readonly target: Target;
    private readonly connection: Connection;
    private readonly name: string;
    private readonly idleSeconds: number;
    private readonly program: "ai" | "ask";
    private readonly isFull: boolean;
    private player!: Player;
    private disk = "";
    /** What is over when the connection is good again, or the server back. */
    private mended: Promise<void> = Promise.resolve();
    private isHit = false;
    /**
     * Whether the power went when the turn's record had just been deleted, before the answer was shown: the answer is the
     * last one then, and no start tells of it.
     */
    private isHandedOver = false;

    constructor(
        turns: Turns,
        kind: Kind,
        random: Random,
        target: Target,
        connection: Connection,
        name: string,
    ) {
        this.counts = turns.counts;
        this.turns = turns;
        this.kind = kind;
        this.random = random;
        this.target = target;
        this.connection = connection;
        this.name = name;
        this.idleSeconds = kind === "server killed" ? IDLE_SECONDS.restart : IDLE_SECONDS.usual;
        this.program = random.chance(0.25) ? "ask" : "ai";
        this.isFull = kind === "disk full";
    }

    async play(): Promise<string | undefined> {
        const { random, target } = this;
        // Every number is drawn before anything happens, as what happens takes one time or another.
        const session = random.chance(0.6) ? await target.newSession() : undefined;
        const hasEarlier = session !== undefined && random.chance(0.5);
        const isDirect = this.kind === "server killed" && random.chance(0.5);
        this.disk = await this.turns.newDisk(
            this.name,
            target,
            isDirect ? target.opencode.url : this.connection.url,
            {
                "opencc.poll_timeout_seconds": this.idleSeconds,
                "opencc.request_timeout_seconds": REQUEST_SECONDS,
                "opencc.session_id": session,
            },
        );
        if (this.isFull) await this.fill();
        const [width, height] = random.chance(0.25) ? [26, 20] : [51, 19];
        this.player = new Player({
            disk: this.disk,
            width,
            height,
            id: Number(this.name),
            http: { allow: ["127.0.0.1"] },
            randomSeed: 1 + random.whole(1_000_000),
        });
        const key = random.pick(["y", "a", "n", "tlater\n"]);
        const pause = random.whole(25) / 10;
        this.player.onBox = async () => {
            await sleep(pause * 1000);
            await this.player.typeInBox(key);
        };
        this.reader = new Reader({
            target,
            player: this.player,
            disk: this.disk,
            seconds: this.idleSeconds + MORE_SECONDS,
            newWord: (index, reply) => this.turns.newWord(`w${this.name}x${index}`, reply),
        });
        if (hasEarlier) {
            const earlier = this.reader.newWord();
            await target.calls.ask(session, promptOf(earlier.word));
            earlier.isShown = true;
        }
        let problem: string | undefined;
        try {
            problem = await this.talk(isDirect);
        } catch (error) {
            problem = (error as Error).message;
        } finally {
            await this.mended;
            this.counts.longest = Math.max(this.counts.longest, this.player.longest);
            this.counts.boxes += this.player.boxes;
            if (this.reader.isLate) this.counts.late++;
            await this.player.close();
        }
        if (problem === undefined) return undefined;
        return `${this.kind}: ${problem}\n${this.player.trail.join("\n")}\nThe model was asked: ${this.reader.asked()}`;
    }

    /** Leaves less of the disk than a turn takes, or a little more. */
    private async fill(): Promise<void> {
        const free = this.random.whole(2500);
        const bytes = DISK_BYTES - spaceIn(this.disk) - free;
        await writeFile(join(this.disk, "filler"), Buffer.alloc(bytes));
    }

    /** What goes wrong, and how. */
    private chooseFault(isDirect: boolean): { readonly act: () => void; readonly words: string } | undefined {
        const { random, kind, player, connection } = this;
        const unflushed = random.pick(["lost", "half", "kept"] as const);
        const trouble = random.pick(troubles);
        const seconds = random.chance(0.07) ? 11 + random.whole(3) : 0.1 + random.whole(30) / 10;
        const late = 0.2 + random.whole(14) / 10;
        const pause = random.whole(15) / 10;
        const cut = { act: () => player.cutPower(unflushed), words: `unflushed ${unflushed}` };
        if (kind === "power cut") return cut;
        if (kind === "disk full") return random.chance(0.5) ? cut : undefined;
        if (kind === "rebooted") return { act: () => player.restart(), words: "" };
        if (kind === "terminated") return { act: () => player.terminate(), words: "" };
        if (kind === "connection cut") {
            return {
                act: () => {
                    connection.worsen(trouble, late);
                    this.mended = sleep(seconds * 1000).then(() => connection.mend());
                },
                words: `${trouble} for ${seconds} s${trouble === "slow" ? `, by ${late} s` : ""}`,
            };
        }
        if (kind !== "server killed") return undefined;
        return {
            act: () => {
                if (!isDirect) connection.worsen("refused");
                const killed = this.target.opencode.kill();
                this.mended = killed.then(async () => {
                    await sleep(pause * 1000);
                    await this.target.start();
                    if (!isDirect) await connection.mend();
                });
            },
            words: `back after ${pause} s`,
        };
    }

    /** Makes it go wrong at a random moment after this call. @returns what calls that off */
    private arm(isDirect: boolean): () => void {
        const { random, connection, player } = this;
        const fault = this.chooseFault(isDirect);
        const isCounted = !isDirect && random.chance(0.6);
        const moment: Moment = {
            number: 1 + random.whole(10),
            what: random.pick(["request", "answer"] as const),
        };
        const milliseconds = random.whole(random.pick([300, 1000, 2500]));
        if (fault === undefined) return () => {};
        const act = (): void => {
            this.isHit = true;
            fault.act();
        };
        const when = isCounted ? `${moment.what} ${moment.number}` : `${milliseconds} ms`;
        player.note(`(${this.kind} at ${when}, ${fault.words})`);
        if (isCounted) {
            connection.at(moment, act);
            return () => connection.at({ number: 0, what: "request" }, () => {});
        }
        const timer = setTimeout(act, milliseconds);
        return () => clearTimeout(timer);
    }

    /** @returns what was wrong, if anything */
    private async talk(isDirect: boolean): Promise<string | undefined> {
        const { random, player } = this;
        const reply: Reply = { delaySeconds: random.pick(DELAYS) };
        if (random.chance(0.3)) {
            const seconds = random.pick([0, 0.3, 1]);
            // The server asks whether it may do that: a box is open then, or libai's caller has no answer.
            const command = random.chance(0.7) ? `run-${this.name}` : `sleep ${seconds}`;
            reply.toolCalls = [{ name: "bash", arguments: { command, description: "Wait" } }];
        }
        const { start, prompt } = this.turns.operations;
        const operation = start + 1 + random.whole(prompt);
        const moment = random.pick(["before", "during", "after"] as const);
        const unflushed = random.pick(["lost", "half", "kept"] as const);
        if (this.kind === "power cut at a file") {
            await player.start({
                operation: ({ number, name, path }) => {
                    if (number !== operation) return false;
                    player.note(`(cut ${moment} ${name} ${path}, unflushed ${unflushed})`);
                    this.isHandedOver = name === "delete" && path.includes("trapos/ai/turns/");
                    return true;
                },
                moment,
                unflushed,
            });
        } else await player.start();

        let advice: Advice = "again";
        let word = this.reader.words[0]!;
        for (let count = 0; ; count++) {
            if (count === MOST_STEPS) return `No answer after ${MOST_STEPS} commands`;
            if (advice === "again") word = this.reader.newWord(count === 0 ? reply : {});
            const command = advice === "again" ? `${this.program} ${promptOf(word.word)}` : `ai ${advice}`;
            let disarm = (): void => {};
            let text: string;
            let before: string;
            let isCut: boolean;
            try {
                const begun = (): void => {
                    if (count === 0) disarm = this.arm(isDirect);
                };
                ({ text, before, isCut } = await player.run(command, this.idleSeconds + MORE_SECONDS, begun));
            } finally {
                disarm();
            }
            const wrong = this.reader.note(before, advice === "again" ? word : undefined);
            if (wrong !== undefined) return wrong;
            await this.mended;
            if (player.isOff) {
                this.isHit = true;
                isCut = true;
                text = await player.start();
            } else if (count === 0 && this.kind === "power cut at a file") {
                // There were fewer operations than in a new session, and the power would go later.
                await player.start();
            }
            await this.reader.noteSession();
            if (isCut && this.isFull) await this.useSession(word);
            if (word.isShown) {
                if (count === 0) this.counts.answered++;
                else if (advice === "resume") this.counts.resumed++;
                else this.counts.again++;
                break;
            }
            const next = this.next(text, isCut, advice, word);
            if (next === undefined) return `Neither an answer to ${word.word} nor what to do next`;
            advice = next;
        }
        if (this.isHit) this.counts.hit++;
        else this.counts.missed++;
        return this.reader.end();
    }

    /** What a reader does next, who has no answer yet; undefined where the screen leaves them alone. */
    private next(text: string, isCut: boolean, last: Advice, word: Word): Advice | undefined {
        // The screen has said that the turn is not written down, and the manual where it is.
        if (isCut)
            return adviceOf(text) === "resume" || this.isFull || this.isHandedOver ? "resume" : "again";
        if (last === "abort" && /Stopped\.|Nothing was running\./.test(text)) return "again";
        if (last === "resume" && text.includes("The last answer:")) return this.isFull ? "again" : undefined;
        const advice = adviceOf(text);
        if (advice !== "none") return advice;
        // An earlier prompt was in the way, which has told to ask again after its answer.
        if (last === "resume" && word.asked === 0 && text.includes(replyOf(""))) return "again";
        // Before anything was sent there is nothing to stop. libai's caller is told nothing.
        const isUntold = this.program === "ai" && word.asked > 0;
        return this.kind === "terminated" && /Terminated >?$/.test(text) && !isUntold ? "again" : undefined;
    }

    /** On a full disk a new session is not remembered either: its reader finds it in the list of sessions. */
    private async useSession({ word }: Word): Promise<void> {
        if ((await readSetting(this.disk, "opencc.session_id")) !== undefined) return;
        const [session] = await this.target.calls.listSessions(promptOf(word));
        if (session === undefined) return;
        await this.player.run(`ai use ${session.id}`, this.idleSeconds + MORE_SECONDS);
    }
}

async function open(start: StartOpencode): Promise<OpenPart> {
    const turns = await Turns.open(start);
    const { counts } = turns;
    return {
        round: (random, number) => turns.round(random, number),
        figures: () =>
            `${counts.hit} faults during a turn, ${counts.missed} without; ${counts.answered} answered at once, ` +
            `${counts.resumed} resumed, ${counts.again} asked again; ${counts.late} more answers fetched afterwards; ` +
            `${counts.boxes} boxes answered; longest command ${counts.longest.toFixed(1)} s`,
        missed: () =>
            counts.hit + counts.missed >= LONG_RUN && counts.boxes === 0 ? "No box was ever open" : undefined,
        close: () => turns.close(),
    };
}

export const turns: Part = {
    name: "turns",
    purpose:
        "whatever goes wrong in a turn, it is answered, or it is told what to do, and no answer is lost or sent for twice",
    rounds: 300,
    shortRounds: 6,
    atOnce: 8,
    open: () => open(startOpencode),
};

/** The same on a server of opencode 2. */
export const turns2: Part = {
    ...turns,
    name: "turns2",
    purpose: "the same on opencode 2",
    open: () => open(startTwinServer),
};
