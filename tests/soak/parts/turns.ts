/** Prompts to the real server, each with a fault at a random moment: see ../part.ts. */
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { spaceIn, readSetting, writeSettings } from "craftos-headless";
import { installPackages } from "../../../tools/harness/disk.ts";
import { allowEverything, serverSettings } from "../../../tools/harness/server.ts";
import { type Model, type Reply, startModel } from "../../../tools/model/index.ts";
import { type Opencode, startOpencode } from "trapos-opencode";
import type { OpenPart, Part } from "../part.ts";
import type { Random } from "../random.ts";
import { type Connection, type Moment, startConnection, troubles } from "./turns-connection.ts";
import { adviceOf, Player, type Advice } from "./turns-player.ts";

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

/** `ask`: what `ai` does with libai alone. */
const PROGRAM = `
    local ok, reply = require("/apis/libai")().ask(table.concat({...}, " "))
    if ok then print(reply.text) else printError(reply) end
`;

/** What a word's prompt came to. A word stands in one prompt alone. */
interface Word {
    readonly word: string;
    readonly reply: Reply;
    /** How many times the model was asked for its first step. */
    asked: number;
    session?: string;
    isShown: boolean;
}

const promptOf = (word: string): string => `say ${word} now`;
const replyOf = (word: string): string => `reply to ${word}`;

interface ServerMessage {
    readonly info: {
        readonly id: string;
        readonly role: string;
        readonly parentID?: string;
        readonly time: { readonly completed?: number };
        readonly error?: object;
    };
    readonly parts: readonly { readonly type: string; readonly text?: string }[];
}

async function call<T>(opencode: Opencode, method: string, path: string, body?: object): Promise<T> {
    const login = Buffer.from(`${opencode.username}:${opencode.password}`).toString("base64");
    const response = await fetch(opencode.url + path, {
        method,
        headers: { authorization: `Basic ${login}`, "content-type": "application/json" },
        ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 300)}`);
    return JSON.parse(text) as T;
}

async function newSession(opencode: Opencode): Promise<string> {
    return (await call<{ id: string }>(opencode, "POST", "/session", { title: "soak" })).id;
}

/** Asks and waits for the answer, without a computer. */
async function askDirectly(opencode: Opencode, session: string, text: string): Promise<void> {
    await call(opencode, "POST", `/session/${session}/message`, { parts: [{ type: "text", text }] });
}

/** A server that computers talk to, which is another one after a restart. */
class Target {
    private readonly home: string;
    private readonly model: Model;
    private running: Opencode | undefined;

    constructor(home: string, model: Model) {
        this.home = home;
        this.model = model;
    }

    get opencode(): Opencode {
        return this.running!;
    }

    /** Starts it where it does not run. It has had its first turn then, which takes longer and must not be stopped. */
    async prepare(): Promise<void> {
        if (this.running !== undefined) return;
        await this.start();
        await askDirectly(this.opencode, await newSession(this.opencode), "warm up");
    }

    async start(): Promise<void> {
        const { port, username, password } = this.running ?? {};
        this.running = await startOpencode({
            home: this.home,
            permission: { ...allowEverything, bash: { "*": "allow", "date *": "ask" } },
            model: { baseUrl: this.model.url },
            ...(port !== undefined && { port, username, password }),
        });
    }

    async stop(): Promise<void> {
        await this.running?.stop();
    }
}

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

    private constructor(folder: string, model: Model) {
        this.folder = folder;
        this.model = model;
        this.shared = new Target(join(folder, "shared"), model);
        this.own = Array.from(
            { length: OWN_SERVERS },
            (_, index) => new Target(join(folder, `own-${index}`), model),
        );
        model.setRules([
            ({ userText, toolResults, sessionId }) => {
                const word = this.words.get(/\bw[\dx]+\b/.exec(userText)?.[0] ?? "");
                if (word === undefined) return { text: "warm" };
                word.session = sessionId;
                if (toolResults.length === 0) word.asked++;
                const { toolCalls, ...reply } = word.reply;
                return toolResults.length === 0 && toolCalls !== undefined
                    ? { ...reply, toolCalls, text: undefined }
                    : reply;
            },
        ]);
    }

    static async open(): Promise<Turns> {
        const folder = await mkdtemp(join(tmpdir(), "trapos-turns-"));
        const model = await startModel();
        const turns = new Turns(folder, model);
        try {
            await installPackages(turns.template, ["trapos-ai"]);
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

    newWord(name: string, reply: Reply): Word {
        const word: Word = { word: name, reply: { ...reply, text: replyOf(name) }, asked: 0, isShown: false };
        this.words.set(name, word);
        return word;
    }

    /** Learns of one computer how many file operations there are, for cuts at each of them. */
    private async learn(): Promise<void> {
        // No round has so many prompts.
        const name = "w0x99";
        const disk = await this.newDisk("learn", this.shared.opencode, this.shared.opencode.url, {});
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

    async newDisk(name: string, opencode: Opencode, url: string, settings: object): Promise<string> {
        const disk = join(this.folder, `disk-${name}`);
        await cp(this.template, disk, { recursive: true });
        await writeSettings(disk, { ...serverSettings({ ...opencode, url }), ...settings });
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
    private readonly words: Word[] = [];
    private readonly sessions = new Set<string>();
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
        const session = random.chance(0.6) ? await newSession(target.opencode) : undefined;
        const hasEarlier = session !== undefined && random.chance(0.5);
        if (hasEarlier) {
            const earlier = this.newWord();
            await askDirectly(target.opencode, session, promptOf(earlier.word));
            earlier.isShown = true;
        }
        const isDirect = this.kind === "server killed" && random.chance(0.5);
        this.disk = await this.turns.newDisk(
            this.name,
            target.opencode,
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
        this.player.answers = {
            key: random.pick(["y", "a", "n", "tlater\n"]),
            seconds: random.whole(25) / 10,
        };
        let problem: string | undefined;
        try {
            problem = await this.talk(isDirect);
        } catch (error) {
            problem = (error as Error).message;
        } finally {
            await this.mended;
            this.counts.longest = Math.max(this.counts.longest, this.player.longest);
            this.counts.boxes += this.player.boxes;
            await this.player.close();
        }
        if (problem === undefined) return undefined;
        const asked = this.words.map(({ word, asked }) => `${word} ${asked}`).join(", ");
        return `${this.kind}: ${problem}\n${this.player.trail.join("\n")}\nThe model was asked: ${asked}`;
    }

    private newWord(reply: Reply = {}): Word {
        const word = this.turns.newWord(`w${this.name}x${this.words.length}`, reply);
        this.words.push(word);
        return word;
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
        if (random.chance(0.25)) {
            const seconds = random.pick([0, 0.3, 1]);
            // The server asks whether it may look at the date: a box is open then, or libai's caller has no answer.
            const command = random.chance(0.5) ? "date +%Y" : `sleep ${seconds}`;
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
        let word = this.words[0]!;
        for (let count = 0; ; count++) {
            if (count === MOST_STEPS) return `No answer after ${MOST_STEPS} commands`;
            if (advice === "again") word = this.newWord(count === 0 ? reply : {});
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
            const wrong = this.note(before, advice === "again" ? word : undefined);
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
            await this.noteSession();
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
        return this.end();
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
        // Before anything was sent there is nothing to stop. libai's caller is told nothing.
        const isUntold = this.program === "ai" && word.asked > 0;
        return this.kind === "terminated" && /Terminated >?$/.test(text) && !isUntold ? "again" : undefined;
    }

    /** Looks at what a command has shown. @returns what is wrong with it, if anything */
    private note(text: string, word: Word | undefined): string | undefined {
        let shownFor: string | undefined = word?.word;
        let newest = -1;
        for (const [, prompt, last, reply] of text.matchAll(
            /> say (w[\dx]+) now|(The last answer:)|reply to (w[\dx]+)/g,
        )) {
            if (prompt !== undefined) shownFor = prompt;
            if (last !== undefined) shownFor = undefined;
            if (reply === undefined) continue;
            const found = this.words.findIndex((one) => one.word === reply);
            if (found < 0) return `The answer of another round: ${reply}`;
            if (shownFor !== undefined && reply !== shownFor)
                return `For ${shownFor} the answer to ${reply} is shown`;
            if (shownFor === undefined) {
                newest = this.words.findLastIndex((one) => one.isShown);
                if (found < newest) return `The last answer is said to be ${reply}`;
            }
            this.words[found]!.isShown = true;
        }
        return undefined;
    }

    /** On a full disk a new session is not remembered either: its reader finds it in the list of sessions. */
    private async useSession({ word }: Word): Promise<void> {
        if ((await readSetting(this.disk, "opencc.session_id")) !== undefined) return;
        const path = `/session?search=${encodeURIComponent(promptOf(word))}`;
        const [session] = await call<{ id: string }[]>(this.target.opencode, "GET", path);
        if (session === undefined) return;
        await this.player.run(`ai use ${session.id}`, this.idleSeconds + MORE_SECONDS);
    }

    private async noteSession(): Promise<void> {
        const session = await readSetting(this.disk, "opencc.session_id");
        if (typeof session === "string") this.sessions.add(session);
        for (const word of this.words) if (word.session !== undefined) this.sessions.add(word.session);
    }

    /** What the server has of each word: how many prompts, and whether one was answered. */
    private async onServer(): Promise<Map<string, { prompts: number; isAnswered: boolean }>> {
        const found = new Map(this.words.map(({ word }) => [word, { prompts: 0, isAnswered: false }]));
        const path = (id: string): string => `/session/${id}/message`;
        for (const id of this.sessions) {
            const messages = await call<ServerMessage[]>(this.target.opencode, "GET", path(id));
            for (const [word, state] of found) {
                const has = (message: ServerMessage, text: string): boolean =>
                    message.parts.some((part) => part.type === "text" && part.text === text);
                state.prompts += messages.filter(
                    (message) => message.info.role === "user" && has(message, promptOf(word)),
                ).length;
                state.isAnswered ||= messages.some(
                    (message) =>
                        message.info.time.completed !== undefined &&
                        message.info.error === undefined &&
                        has(message, replyOf(word)),
                );
            }
        }
        return found;
    }

    /** Nothing is lost, nothing came twice, and the next prompt is answered. */
    private async end(): Promise<string | undefined> {
        const { player } = this;
        const isUnseen = (states: Awaited<ReturnType<Round["onServer"]>>) =>
            this.words.filter(({ word, isShown }) => !isShown && states.get(word)!.isAnswered);
        for (let count = 0; count < 4; count++) {
            const unseen = isUnseen(await this.onServer());
            if (unseen.length === 0 && (await player.pending()).length === 0) break;
            if (count === 0 && unseen.length > 0) this.counts.late++;
            const { text } = await player.run("ai resume", this.idleSeconds + MORE_SECONDS);
            const wrong = this.note(text, undefined);
            if (wrong !== undefined) return wrong;
        }
        const pending = await player.pending();
        if (pending.length > 0) return `Still written down: ${pending.join(", ")}`;
        const last = this.newWord();
        const { text } = await player.run(`ai ${promptOf(last.word)}`, this.idleSeconds + MORE_SECONDS);
        const wrong = this.note(text, last);
        if (wrong !== undefined) return wrong;
        if (!last.isShown) return "The last prompt is not answered";
        await this.noteSession();
        const states = await this.onServer();
        const lost = isUnseen(states);
        if (lost.length > 0) return `Answered and never shown: ${lost.map(({ word }) => word).join(", ")}`;
        for (const { word, asked, isShown } of this.words) {
            const { prompts } = states.get(word)!;
            if (prompts > 1 || asked > 1)
                return `${word} was sent ${prompts} times, the model asked ${asked} times`;
            if (isShown && (prompts !== 1 || asked !== 1))
                return `${word} is shown, was sent ${prompts} times, the model asked ${asked} times`;
        }
        return undefined;
    }
}

async function open(): Promise<OpenPart> {
    const turns = await Turns.open();
    const { counts } = turns;
    return {
        round: (random, number) => turns.round(random, number),
        figures: () =>
            `${counts.hit} faults during a turn, ${counts.missed} without; ${counts.answered} answered at once, ` +
            `${counts.resumed} resumed, ${counts.again} asked again; ${counts.late} more answers fetched afterwards; ` +
            `${counts.boxes} boxes answered; longest command ${counts.longest.toFixed(1)} s`,
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
    open,
};
