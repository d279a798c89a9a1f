/**
 * Permissions and questions of the real server: asked in boxes and of programs' functions, and answered by keys, elsewhere,
 * by nobody, or not at all, with faults of the connection at random moments. See ../part.ts.
 */
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { writeSettings } from "craftos-headless";
import { installPackages } from "../../../tools/harness/disk.ts";
import { allowEverything, serverSettings } from "../../../tools/harness/server.ts";
import { type Model, startModel } from "../../../tools/model/index.ts";
import {
    asked,
    type AskedName,
    askedNames,
    type DeedName,
    deedNames,
    deeds,
    followers,
    handlerNames,
    handlers,
    type Intent,
    permission,
} from "../boxes/asked.ts";
import type { OpenPart, Part } from "../part.ts";
import type { Random } from "../random.ts";
import { type Connection, startConnection, troubles } from "./turns-connection.ts";
import { adviceOf, Player } from "./turns-player.ts";
import { messagesOf, Reader, type ServerPart } from "./turns-reader.ts";
import { promptOf, replyOf, ruleOf, Target, type Word } from "./turns-server.ts";

/** How long a computer waits without any progress, for a request, and for somebody; the last where nobody comes. */
const IDLE_SECONDS = 8;
const REQUEST_SECONDS = 4;
const PERSON_SECONDS = 60;
const NOBODY_SECONDS = 2;
/** How long a command may take beyond that: a prompt that goes astray is given up on in steps. */
const MORE_SECONDS = 40;
/** How long a program may take for a prompt and what it fetches of it afterwards. */
const PROGRAM_SECONDS = 120;
/** How many commands somebody types before there has to be an answer. */
const MOST_STEPS = 10;
/** Every third round is a program's. */
const PROGRAM_EACH = 3;
/** So many rounds reach everything, in any order of theirs. */
const LONG_RUN = 120;

/** What the rounds came to, by what it was. */
class Counts {
    private readonly counted = new Map<string, number>();

    add(...names: string[]): void {
        for (const name of names) this.counted.set(name, (this.counted.get(name) ?? 0) + 1);
    }

    of(name: string): number {
        return this.counted.get(name) ?? 0;
    }

    list(names: readonly string[]): string {
        return names.map((name) => `${this.of(name)} ${name}`).join(", ");
    }
}

/** What is shared: the server, the model, and a disk to copy. */
class Setup {
    readonly folder: string;
    readonly target: Target;
    private readonly model: Model;
    private readonly words = new Map<string, Word>();

    private constructor(folder: string, model: Model) {
        this.folder = folder;
        this.model = model;
        this.target = new Target(join(folder, "server"), model, { ...allowEverything, ...permission });
        model.setRules([ruleOf(this.words)]);
    }

    static async open(): Promise<Setup> {
        const folder = await mkdtemp(join(tmpdir(), "trapos-boxes-"));
        const setup = new Setup(folder, await startModel());
        try {
            await installPackages(setup.template, ["trapos-ai"]);
            const program = join(import.meta.dirname, "../boxes/handle.lua");
            await cp(program, join(setup.template, "handle.lua"));
            await setup.target.prepare();
        } catch (error) {
            await setup.close();
            throw error;
        }
        return setup;
    }

    private get template(): string {
        return join(this.folder, "template");
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

    async newDisk(name: string, url: string, settings: object): Promise<string> {
        const disk = join(this.folder, `disk-${name}`);
        await cp(this.template, disk, { recursive: true });
        await writeSettings(disk, { ...serverSettings({ ...this.target.opencode, url }), ...settings });
        return disk;
    }

    async close(): Promise<void> {
        await this.target.stop();
        await this.model.stop();
        await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
    }
}

/** What handle.lua tells of its calls. */
interface Outcome {
    readonly call: string;
    readonly seconds: number;
    readonly raised?: string;
    readonly ok?: boolean;
    readonly text?: string;
    readonly code?: string;
    readonly message?: string;
    readonly hint?: string;
}

/** An entry of the server's lists of what is asked. */
interface Entry {
    readonly id: string;
    readonly questions?: readonly object[];
}

/** When the connection goes bad, and how. */
interface Plan {
    readonly from: "the box" | "a key" | "Enter" | "an answer";
    readonly milliseconds: number;
    readonly answer: number;
    readonly act: () => void;
}

/** One round: a prompt whose turn asks for something. */
class Round {
    private readonly setup: Setup;
    private readonly counts: Counts;
    private readonly random: Random;
    private readonly connection: Connection;
    private readonly name: string;
    private readonly asks: AskedName;
    private readonly deed: DeedName;
    private readonly handler: string | undefined;
    private readonly follower: string;
    private readonly intents = new Set<Intent>();
    private player!: Player;
    private reader!: Reader;
    private word!: Word;
    private disk = "";
    private plan: Plan | undefined;
    private mended: Promise<void> = Promise.resolve();
    private timer: NodeJS.Timeout | undefined;
    private isBegun = false;
    private isHit = false;
    private isDone = false;

    constructor(setup: Setup, counts: Counts, random: Random, connection: Connection, number: number) {
        this.setup = setup;
        this.counts = counts;
        this.random = random;
        this.connection = connection;
        this.name = `${number}`;
        // Both lists come round, and meet in all ways as their lengths have no common divisor.
        this.asks = askedNames[number % askedNames.length]!;
        const turn = Math.floor(number / PROGRAM_EACH);
        this.handler =
            number % PROGRAM_EACH === PROGRAM_EACH - 1 ? handlerNames[turn % handlerNames.length] : undefined;
        this.follower = random.pick(followers);
        this.deed = deedNames[(number - turn) % deedNames.length]!;
    }

    async play(): Promise<string | undefined> {
        const { random, setup, connection } = this;
        // Every number is drawn before anything happens, as what happens takes one time or another.
        const delaySeconds = this.deed === "left" ? 1.5 : random.pick([0, 0, 0.3]);
        const session = random.chance(0.6) ? await setup.target.newSession() : undefined;
        const [width, height] = random.pick([
            [26, 20],
            [51, 19],
            [51, 19],
            [39, 13],
        ] as const);
        const { handler } = this;
        const isNobody =
            handler === undefined ? this.deed === "timed out" : handlers[handler]!.intent === "nobody";
        this.plan = random.chance(0.5) ? this.newPlan() : undefined;
        this.disk = await setup.newDisk(this.name, connection.url, {
            "opencc.poll_timeout_seconds": IDLE_SECONDS,
            "opencc.request_timeout_seconds": REQUEST_SECONDS,
            "opencc.permission_timeout_seconds": isNobody ? NOBODY_SECONDS : PERSON_SECONDS,
            "opencc.session_id": session,
        });
        this.player = new Player({
            disk: this.disk,
            width,
            height,
            id: Number(this.name),
            http: { allow: ["127.0.0.1"] },
            randomSeed: 1 + random.whole(1_000_000),
        });
        const pause = random.pick([0, 0.1, 0.5, 1.5]);
        this.player.onBox = (rows) => this.inBox(rows, pause);
        this.reader = new Reader({
            target: setup.target,
            player: this.player,
            disk: this.disk,
            seconds: IDLE_SECONDS + MORE_SECONDS,
            newWord: (index, word) => setup.newWord(`w${this.name}x${index}`, word),
        });
        const { calls, ...more } = asked[this.asks].script(
            `w${this.name}x0`,
            setup.target.opencode.directory,
        ) as ReturnType<(typeof asked)["subagent's"]["script"]>;
        this.word = this.reader.newWord({ delaySeconds, toolCalls: calls }, more);
        let problem: string | undefined;
        try {
            await this.player.start();
            problem = this.handler === undefined ? await this.talk() : await this.program(this.handler);
            await this.calm();
            problem ??= (await this.reader.end()) ?? (await this.wronglyDone());
        } catch (error) {
            problem = (error as Error).message;
        } finally {
            await this.calm();
            await this.player.close();
        }
        if (problem === undefined) return undefined;
        const how =
            this.handler === undefined ? this.deed : `by a program's ${this.handler}, ${this.follower}`;
        return `${this.asks}, ${how}: ${problem}\n${this.player.trail.join("\n")}\nThe model was asked: ${this.reader.asked()}`;
    }

    // Faults of the connection --------------------------------------------------------------------------------------

    private newPlan(): Plan {
        const { random, connection } = this;
        const trouble = random.pick(troubles);
        const seconds = random.chance(0.1) ? 5 + random.whole(6) : 0.1 + random.whole(25) / 10;
        const late = 0.2 + random.whole(14) / 10;
        return {
            from: random.pick(["the box", "the box", "a key", "Enter", "an answer"] as const),
            milliseconds: random.whole(1500),
            answer: 1 + random.whole(12),
            act: () => {
                this.isHit = true;
                const box = this.player.box() === undefined ? "" : ", with a box open";
                this.counts.add(trouble, ...(box === "" ? [] : ["while a box was open"]));
                this.player.note(`(${trouble} for ${seconds} s${box})`);
                connection.worsen(trouble, late);
                this.mended = sleep(seconds * 1000).then(() => connection.mend());
            },
        };
    }

    /** Lets it go wrong, where it is to do so from this moment on. */
    private begin(from: Plan["from"]): void {
        const { plan } = this;
        if (plan?.from !== from || this.isBegun) return;
        this.isBegun = true;
        if (from === "an answer") this.connection.at({ number: plan.answer, what: "answer" }, plan.act);
        else if (from === "a key") plan.act();
        else this.timer = setTimeout(plan.act, plan.milliseconds);
    }

    /** Nothing goes wrong from now on. */
    private async calm(): Promise<void> {
        clearTimeout(this.timer);
        this.connection.at({ number: 0, what: "answer" }, () => {});
        await this.mended;
    }

    // In the box ----------------------------------------------------------------------------------------------------

    /** What is done when a box is open. */
    private async inBox(rows: readonly string[], pause: number): Promise<void> {
        this.begin("the box");
        await sleep(pause * 1000);
        const box = this.player.box();
        if (box === undefined || box.join() !== rows.join()) return;
        const isFirst = !this.isDone;
        this.isDone = true;
        this.counts.add(`box for ${this.asks}`);
        this.begin("a key");
        if (await this.act(isFirst)) await this.untilOther(rows);
    }

    /** Waits until the box has closed, or asks for something else; not for longer than it may take. */
    private async untilOther(rows: readonly string[]): Promise<void> {
        for (let tenths = 0; tenths < 150; tenths++) {
            const box = this.player.box();
            if (box === undefined || box.join() !== rows.join()) return;
            await sleep(100);
        }
    }

    /** @returns true where the box closes by itself */
    private async act(isFirst: boolean): Promise<boolean> {
        const { player, random, deed } = this;
        const { intent } = deeds[deed];
        if (deed === "timed out") {
            if (isFirst) this.reach();
            this.intents.add("nobody");
            return true;
        }
        if (deed === "no" || deed === "words" || deed === "yes" || deed === "always") {
            if (isFirst) this.reach();
            this.intents.add(deed === "words" && asked[this.asks].what === "question" ? "allow" : intent);
            await this.type(deed);
            return false;
        }
        if (!isFirst || deed === "left" || deed === "fumbled") {
            if (isFirst) this.reach();
            this.intents.add("allow");
            if (deed === "fumbled") await this.fumble();
            await this.type("yes");
            return false;
        }
        // What is being written is lost with the box.
        if (random.chance(0.3))
            await player.typeInBox(asked[this.asks].what === "permission" ? "twhy" : "wmy");
        this.reach();
        this.intents.add(intent);
        if (deed === "terminated") player.terminate();
        else if (deed === "rebooted") player.restart();
        else if (deed === "power cut") player.cutPower(random.pick(["lost", "half", "kept"] as const));
        else if (deed === "stopped elsewhere")
            await this.elsewhere("POST", `/session/${this.word.session}/abort`, {});
        else await this.answerElsewhere(deed === "elsewhere");
        return true;
    }

    private reach(): void {
        this.counts.add(this.deed);
    }

    /** Presses keys that decide nothing. */
    private async fumble(): Promise<void> {
        for (const key of ["pagedown", "end", "up", "home"]) await this.player.press(key);
        await this.player.typeInBox(
            asked[this.asks].what === "permission" ? "xqz \nt\nt  \n" : "qz  w\nw \n",
        );
    }

    /** Types what stands for a decision. */
    private async type(deed: "yes" | "always" | "no" | "words"): Promise<void> {
        const { player, asks } = this;
        const isMultiple = (player.box()?.join("\n") ?? "").includes("Enter send");
        if (asked[asks].what === "permission") {
            // Always is for all files of the folder, and so for all rounds.
            const isForAll = deed === "always" && asks === "patch";
            const keys = { yes: "y", always: isForAll ? "y" : "a", no: "n", words: "tlater, please\n" };
            return player.typeInBox(keys[deed]);
        }
        const end = isMultiple ? "\n" : "";
        if (deed === "no") return player.typeInBox("n");
        if (deed === "words") return player.typeInBox(`wlater, please\n${end}`);
        if (deed === "yes" || isMultiple) return player.typeInBox((isMultiple ? "12" : "2") + end);
        player.boxes++;
        return player.click(/^2 Oak/);
    }

    private async elsewhere<T>(method: string, path: string, body?: object): Promise<T> {
        this.player.note(`(elsewhere: ${method} ${path} ${JSON.stringify(body ?? "")})`);
        return this.setup.target.calls.call<T>(method, path, body);
    }

    /** What waits for somebody in this round's turn, as the server lists it. */
    private async waiting(): Promise<Entry[]> {
        const { what } = asked[this.asks];
        const entries = await this.setup.target.calls.call<Entry[]>("GET", `/${what}`);
        return entries.filter((entry) => JSON.stringify(entry).includes(this.word.word));
    }

    private async answerElsewhere(isAllowed: boolean): Promise<void> {
        const { what } = asked[this.asks];
        for (const { id, questions } of await this.waiting()) {
            const answers = questions?.map(() => ["Oak"]);
            const body = what === "permission" ? { reply: isAllowed ? "once" : "reject" } : { answers };
            const route = what === "question" && !isAllowed ? "reject" : "reply";
            try {
                await this.elsewhere("POST", `/${what}/${id}/${route}`, route === "reject" ? {} : body);
            } catch {
                // Refusing one refuses all of a session.
            }
        }
    }

    // At the prompt -------------------------------------------------------------------------------------------------

    /** Types the prompt, and what the screen says to do then. @returns what was wrong, if anything */
    private async talk(): Promise<string | undefined> {
        const { player, reader, deed, random } = this;
        const isStatus = random.chance(0.5);
        player.offerKey = random.chance(0.3) ? "n" : "y";
        let { word } = this;
        let command = `ai ${promptOf(word.word)}`;
        for (let count = 0; ; count++) {
            if (count === MOST_STEPS) return `No answer after ${MOST_STEPS} commands`;
            const begun = (): void => {
                if (count > 0) return;
                if (deed === "left") player.when(/ s asked|working/, () => player.type("q"));
                this.begin("Enter");
                this.begin("an answer");
            };
            const shown = await player.run(command, IDLE_SECONDS + MORE_SECONDS, begun);
            let { text, isCut } = shown;
            const isPrompt = command.startsWith("ai say ");
            const wrong = reader.note(shown.before, isPrompt ? word : undefined);
            if (wrong !== undefined) return wrong;
            await this.mended;
            if (player.isOff) {
                isCut = true;
                text = await player.start();
            }
            await reader.noteSession();
            // What stops a turn ends a subagent alone, behind which a quick model has answered before it is told again.
            const isQuick = this.asks === "subagent's" && deeds[deed].intent === "stop";
            if (count === 0 && !this.isHit && !isQuick && !deeds[deed].shows.test(text))
                return `It is not shown: ${deeds[deed].shows.source}`;
            if (word.isShown) return undefined;
            let advice = adviceOf(text);
            const isStopped = command === "ai abort" && /Stopped\.|Nothing was running\./.test(text);
            if (isStopped || (isCut && advice === "none")) advice = "again";
            if (advice === "none") return "Neither an answer nor what to do next";
            if (count === 0 && deed === "left" && text.includes("It goes on.") && (await this.untilAsked())) {
                // Answered from another command than the one that has asked.
                const other = isStatus ? undefined : reader.newWord();
                command = other === undefined ? "ai status" : `ai ${promptOf(other.word)}`;
                word = other ?? word;
                continue;
            }
            if (advice === "again") {
                word = reader.newWord();
                command = `ai ${promptOf(word.word)}`;
            } else {
                word = this.word;
                command = `ai ${advice}`;
            }
        }
    }

    /** Waits until the server lists what the turn asks for. */
    private async untilAsked(): Promise<boolean> {
        for (let tenths = 0; tenths < 80; tenths++) {
            if ((await this.waiting()).length > 0) return true;
            await sleep(100);
        }
        return false;
    }

    // By a program --------------------------------------------------------------------------------------------------

    /** Runs a program that has the ask decided by a function. @returns what was wrong, if anything */
    private async program(handler: string): Promise<string | undefined> {
        const { player, reader, follower, word } = this;
        const { intent, fails } = handlers[handler]!;
        const isQuestion = asked[this.asks].what === "question";
        this.intents.add(intent === "words" && isQuestion ? "allow" : intent);
        this.counts.add(`handler ${handler}`);
        const begun = (): void => {
            this.begin("Enter");
            this.begin("the box");
            this.begin("a key");
            this.begin("an answer");
        };
        await player.run(`handle ${handler} ${follower} ${promptOf(word.word)}`, PROGRAM_SECONDS, begun);
        await this.mended;
        await reader.noteSession();
        const file = await readFile(join(this.disk, "outcome.json"), "utf8").catch(() => undefined);
        if (file === undefined) return "The program has not ended";
        const { outcomes, asked: times } = JSON.parse(file) as { outcomes: Outcome[]; asked: number };
        player.note(JSON.stringify(outcomes));
        if (times > 0) this.counts.add("by a function");
        for (const { raised, ok, code, message, hint, seconds } of outcomes) {
            if (raised !== undefined) return `It has raised ${raised}`;
            if (
                ok !== true &&
                (typeof message !== "string" || typeof hint !== "string" || code === undefined)
            )
                return "A failure without its words";
            if (code === "internal_error" || /traceback|attempt to/.test(message ?? "")) return "A raw error";
            if (seconds > IDLE_SECONDS + MORE_SECONDS) return `A call of ${seconds} s`;
        }
        const last = outcomes.at(-1)!;
        word.isShown = last.text === replyOf(word.word);
        if (last.ok === true && !word.isShown) return `Another answer: ${last.text}`;
        if (this.isHit) return undefined;
        const isFollowed = ["raise", "table", "progress", "log"].includes(follower);
        const isEnded = isQuestion && (intent === "refuse" || intent === "nobody");
        const isOver = isEnded || handler === "reject" ? "stopped_at_tool" : undefined;
        // opencode refuses one without words where the other one is refused, and the turn has ended then.
        const isSecond = this.asks === "two at once" && intent !== "allow" && last.code === "stopped_at_tool";
        if (isSecond) return undefined;
        if (last.code !== isOver)
            return `It ends with ${last.code ?? "an answer"}, not ${isOver ?? "an answer"}`;
        const first = fails === true || isFollowed ? "bad_argument" : isOver;
        return outcomes[0]!.code === first
            ? undefined
            : `It begins with ${outcomes[0]!.code ?? "an answer"}, not ${first ?? "an answer"}`;
    }

    // What has come of it -------------------------------------------------------------------------------------------

    /** All tool calls of the turn, those of subagents included. */
    private async calls(): Promise<ServerPart[]> {
        const { session } = this.word;
        if (session === undefined) return [];
        const { target } = this.setup;
        const children = await target.calls.call<{ id: string }[]>("GET", `/session/${session}/children`);
        const found: ServerPart[] = [];
        for (const id of [session, ...children.map((child) => child.id)]) {
            for (const { parts } of await messagesOf(target, id))
                found.push(...parts.filter((part) => part.type === "tool" && part.tool !== "task"));
        }
        return found;
    }

    /** Nothing was done that nobody has allowed, and nothing else was told than what was meant. */
    private async wronglyDone(): Promise<string | undefined> {
        const { intents } = this;
        const isQuestion = asked[this.asks].what === "question";
        for (const { state } of await this.calls()) {
            const { status, output = "", error = "" } = state ?? {};
            const told = JSON.stringify(state);
            if (status === "completed" && !intents.has("allow")) return `Done and not allowed: ${told}`;
            if (this.isHit) continue;
            const only = intents.size === 1 ? [...intents][0] : undefined;
            if (only === "allow" && status !== "completed") return `Allowed and not done: ${told}`;
            if (only === "words" && this.asks !== "two at once" && !error.includes("later, please"))
                return `The words are lost: ${told}`;
            const wanted = this.answered();
            if (isQuestion && only === "allow" && !wanted.test(output))
                return `Not answered as wanted: ${told}`;
        }
        return undefined;
    }

    /** What the model is to read of an answer. */
    private answered(): RegExp {
        const isOwn = this.handler === undefined ? this.deed === "words" : this.handler === "words";
        return isOwn ? /later, please/ : /Oak/;
    }
}

async function open(): Promise<OpenPart> {
    const setup = await Setup.open();
    const counts = new Counts();
    let played = 0;
    const reached = [
        ...deedNames,
        ...askedNames.map((name) => `box for ${name}`),
        ...handlerNames.map((name) => `handler ${name}`),
        ...troubles,
        "while a box was open",
        "by a function",
    ];
    return {
        async round(random, number) {
            played++;
            const connection = await startConnection(setup.target.opencode.port);
            try {
                return await new Round(setup, counts, random, connection, number).play();
            } finally {
                await connection.close();
                await rm(join(setup.folder, `disk-${number}`), { recursive: true, force: true });
            }
        },
        figures: () => counts.list([...deedNames, ...troubles, "while a box was open", "by a function"]),
        missed() {
            const missing = reached.filter((name) => counts.of(name) === 0);
            if (played < LONG_RUN || missing.length === 0) return undefined;
            return `Never reached: ${missing.join(", ")}`;
        },
        close: () => setup.close(),
    };
}

export const boxes: Part = {
    name: "boxes",
    purpose:
        "whatever is done about a permission or a question, the turn goes on as it was meant, nothing hangs, nothing is lost",
    rounds: 240,
    shortRounds: 6,
    atOnce: 8,
    open,
};
