/**
 * Answers of opencode's server with something wrong in them: each field of each answer of recorded conversations, with
 * other types, missing, huge, deep. Whatever is asked of libai and `ai` then, it answers or fails in its own words.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answers as answerShapes, lists, response } from "../../../src/apis/ai/protocol.ts";
import { boot, writeSettings, watch } from "craftos-headless";
import { installPackages } from "../../../tools/harness/disk.ts";
import { withDerived } from "../answers/derived.ts";
import { type Path, pathsIn, Raw, spoil, write, type Wrong, wrongs } from "../answers/mutations.ts";
import { pendingNonce, pendingTurn, type Play, plays } from "../answers/plays.ts";
import { type Answered, fixedRoutes, type Frame, type Recording, type Scene } from "../answers/recording.ts";
import type { OpenPart, Part } from "../part.ts";
import type { Random } from "../random.ts";

const folder = join(import.meta.dirname, "../answers");

/** So many wrong answers are played on one computer, one after the other. */
const CASES_A_ROUND = 25;

/** The answers that stay the same while a conversation goes on, those that change, and all others. */
const fixed = [...fixedRoutes, "session", "create"] as const;
const moving = ["messages", "status", "permissions", "questions"] as const;
type Fixed = (typeof fixed)[number];
type Moving = (typeof moving)[number];
/** What opencode answers to these is read by nobody, but has to be an answer. */
const done = ["prompt", "shell", "summarize", "command", "allow", "answer", "decline", "abort"] as const;
type Done = (typeof done)[number];
type Route = Fixed | Moving | Done | "message" | "info" | "other";

const isFixed = (route: Route): route is Fixed => (fixed as readonly string[]).includes(route);
const isDone = (route: Route): route is Done => (done as readonly string[]).includes(route);
const isMoving = (route: Route): route is Moving => (moving as readonly string[]).includes(route);

/** What opencode 2 says of itself; and where something else than opencode 1 may be seen to answer. */
const INFO = { healthy: true, version: "2.0.3" };
const stranger = ["health", "messages", "session", "create", "status", "providers"] as const;

/** A place in an answer, where something wrong may stand. */
interface Target {
    /** What can be done in which this answer is asked for. */
    readonly plays: Play[];
    readonly route: Route;
    /** Place in the route's answer; of the error's body where there is an error. */
    readonly path: Path;
    /** The error that the route answers with, by its name in the recording. */
    readonly error?: string;
}

/** A case as driver.lua reads it. */
interface Case {
    words?: string[];
    call?: string;
    settings: Record<string, unknown>;
    files: Record<string, string>;
    nonce?: string;
    startAt?: number;
    width: number;
    height: number;
    before: FrameTexts;
    frames: FrameTexts[];
    answered?: FrameTexts[];
    stopped?: FrameTexts;
    answers: Partial<Record<Fixed | "info", string>>;
    /** What is answered where nobody reads it; as a real server does unless it is said. */
    bodies: Partial<Record<Done, string>>;
    page: Answered;
    errors: Partial<Record<Route, Answered>>;
    gone: Answered;
}

/** A frame's answers, as they are written; single messages unless the list itself is wrong. */
type FrameTexts = { at: number; messages: string[]; messagesText?: string } & Record<
    Exclude<Moving, "messages">,
    string
>;

/** What driver.lua tells of a case. */
interface Result {
    done: boolean;
    ok: boolean;
    raised?: string;
    code?: string;
    shown?: string;
    value?: string;
    rows: string[] | Record<string, never>;
    /** The last requests, where there was no end of them. */
    hangs?: string[];
    requests: number;
    asked: Partial<Record<Route, true>>;
    paths: Record<string, true>;
    seconds: number;
}

function sceneOf(recording: Recording, play: Play): Scene {
    return recording.scenes.find(({ name }) => name === play.scene)!;
}

function fixedAnswer(recording: Recording, play: Play, route: Fixed): unknown {
    if (route === "session" || route === "create") return sceneOf(recording, play).session;
    return recording.answers[route];
}

/** The frames of a scene, from the one before its prompt to the one after it was stopped. */
const framesOf = ({ before, frames, answered, stopped }: Scene): readonly Frame[] => [
    before,
    ...frames,
    ...(answered ?? []),
    ...(stopped === undefined ? [] : [stopped]),
];

function textsOf(frame: Frame): FrameTexts {
    return {
        at: frame.at,
        messages: frame.messages.map(write),
        status: write(frame.status),
        permissions: write(frame.permissions),
        questions: write(frame.questions),
    };
}

/** The words of a play; in quotes they are one. */
const wordsOf = (play: Play): string[] | undefined =>
    play.words?.match(/"[^"]*"|\S+/g)?.map((word) => word.replaceAll('"', ""));

/** Commands that ask an opencode for nothing: those of the link talk with a bridge, whose answers the part "links" is about. */
const ASK_NOTHING = ["help", "link", "unlink"];

/** The commands that words may stand for. */
const namesIn = (words: readonly string[]): string[] =>
    words.flatMap((word) => (word.startsWith("!") ? "shell" : word.startsWith("/") ? "command" : word));

function rightCase(recording: Recording, play: Play, width = 51, height = 19): Case {
    const scene = sceneOf(recording, play);
    const { id } = scene.session;
    const words = wordsOf(play)?.map((word) => word.replaceAll("SESSION", id));
    return {
        ...(words === undefined ? { call: play.call!.replaceAll("SESSION", id) } : { words }),
        settings: {
            "opencc.poll_timeout_seconds": 60,
            ...(play.isNew ? {} : { "opencc.session_id": id }),
        },
        files: play.isPending ? pendingTurn(scene) : {},
        ...(play.isPending ? { nonce: pendingNonce } : {}),
        ...(play.startAt === undefined ? {} : { startAt: play.startAt }),
        width,
        height,
        before: textsOf(scene.before),
        frames: scene.frames.map(textsOf),
        ...(scene.answered === undefined ? {} : { answered: scene.answered.map(textsOf) }),
        ...(scene.stopped === undefined ? {} : { stopped: textsOf(scene.stopped) }),
        answers: Object.fromEntries(
            fixed.map((route) => [route, write(fixedAnswer(recording, play, route))]),
        ),
        bodies: {},
        page: recording.errors.page!,
        errors: {},
        gone: recording.errors.gone!,
    };
}

/** Every place of every answer of each conversation, and of every error in place of an answer. */
function targetsOf(recording: Recording, askedBy: ReadonlyMap<Play, Result["asked"]>): Target[] {
    const targets = new Map<string, Target>();
    const add = (scene: string, play: Play, target: Omit<Target, "plays">): void => {
        const key = [scene, target.route, target.error, ...target.path].join("/");
        const known = targets.get(key);
        if (known === undefined) targets.set(key, { ...target, plays: [play] });
        else known.plays.push(play);
    };
    for (const [play, asked] of askedBy) {
        const scene = sceneOf(recording, play);
        for (const route of Object.keys(asked) as Route[]) {
            const answers = isMoving(route)
                ? framesOf(scene).map((frame) => frame[route])
                : isFixed(route)
                  ? [fixedAnswer(recording, play, route)]
                  : isDone(route)
                    ? [true]
                    : [];
            const paths = new Map<string, Path>();
            for (const path of answers.flatMap((answer) => pathsIn(answer))) paths.set(path.join("/"), path);
            // The lists of agents and models, and the like, are the same in all conversations.
            const where = isFixed(route) && route !== "session" && route !== "create" ? "" : scene.name;
            for (const path of paths.values()) add(where, play, { route, path });
            for (const [error, { body }] of Object.entries(recording.errors)) {
                const places = body.startsWith("{") ? pathsIn(JSON.parse(body)) : [[]];
                for (const path of places) add("", play, { route, path, error });
            }
        }
        // It is asked which opencode it is where something else than opencode 1 seems to answer.
        for (const path of pathsIn(INFO)) add("", play, { route: "info", path });
    }
    return [...targets.values()];
}

/** The names of all fields that a table of shapes has. */
function fieldNames(shape: unknown): string[] {
    if (typeof shape !== "object" || shape === null) return [];
    const own = Array.isArray(shape) ? [] : Object.keys(shape).map((name) => name.replace(/\?$/, ""));
    return [...own, ...Object.values(shape).flatMap(fieldNames)];
}

const read = new Set(fieldNames([answerShapes, lists, response]));

/** Whether anybody looks at a place: at the answer itself, at entries of lists and tables, and at fields with a shape. */
function isRead({ path }: Target): boolean {
    const last = path.findLast((key) => typeof key === "string");
    return last === undefined || read.has(last) || last.startsWith("ses_");
}

/** How many of the wrong values stand where nobody looks. */
const UNREAD_SHARE = 0.1;

/** Spoils one place of one answer; in all frames, or from one of them on. */
function wrongCase(recording: Recording, play: Play, target: Target, wrong: Wrong, random: Random): Case {
    const { route, path, error } = target;
    const narrow = random.chance(0.3);
    const made = rightCase(recording, play, narrow ? 26 : 51, narrow ? 20 : 19);
    if (error !== undefined) {
        const { body, ...head } = recording.errors[error]!;
        const parsed: unknown = body.startsWith("{") ? JSON.parse(body) : new Raw(body);
        made.errors[route] = { ...head, body: write(spoil(parsed, path, wrong)!.value) };
        return made;
    }
    if (isDone(route)) {
        made.bodies[route] = write(spoil(true, path, wrong)!.value);
        return made;
    }
    if (route === "info") {
        made.answers.info = write(spoil(INFO, path, wrong)!.value);
        made.errors[random.pick(stranger)] = recording.errors.page;
        return made;
    }
    if (!isMoving(route)) {
        const answer = fixedAnswer(recording, play, route as Fixed);
        made.answers[route as Fixed] = write(spoil(answer, path, wrong)!.value);
        return made;
    }
    const all = [
        made.before,
        ...made.frames,
        ...(made.answered ?? []),
        ...(made.stopped === undefined ? [] : [made.stopped]),
    ];
    const from = random.chance(0.7) ? 0 : random.whole(all.length);
    for (const [index, frame] of framesOf(sceneOf(recording, play)).entries()) {
        if (index < from) continue;
        const spoiled = spoil(frame[route], path, wrong);
        if (spoiled === undefined) continue;
        const texts = all[index]!;
        if (route !== "messages") texts[route] = write(spoiled.value);
        else if (path.length === 0) texts.messagesText = write(spoiled.value);
        else texts.messages = (spoiled.value as unknown[]).map(write);
    }
    return made;
}

/** Rows that one failure, one line of a list or one remark may take, whatever is in them. */
const MOST_ROWS = { wide: 17, narrow: 24, list: 90 };

/** What tells that Lua's own words, or a fault of ours, got onto the screen. */
const RAW =
    /attempt to|stack traceback|Unexpected:|\.lua:\d|internal_error|bad argument|too long without|not enough memory/i;

/** @returns what is wrong with what came of a case */
function faultIn(result: Result, made: Case, isText: boolean, isLong: boolean): string | undefined {
    const rows = Array.isArray(result.rows) ? result.rows.map((row) => row.trimEnd()) : [];
    const shown = rows.join("\n");
    if (result.hangs) return `no end after ${result.requests} requests, at last\n${result.hangs.join("\n")}`;
    if (result.raised !== undefined) return `raised: ${result.raised}`;
    if (result.code === "internal_error" || RAW.test(shown)) return `a raw error:\n${shown.slice(0, 600)}`;
    if (result.seconds > 400) return `took ${result.seconds} s`;
    const polls = rows.filter((row) => row.startsWith("[ai] poll")).length;
    const usual = made.width === 51 ? MOST_ROWS.wide : MOST_ROWS.narrow;
    const most = isLong ? MOST_ROWS.list : usual;
    const answered = isText ? 1e6 : 0;
    if (rows.length - polls * 6 > most + answered)
        return `a flood of ${rows.length} rows:\n${rows.slice(0, 30).join("\n")}`;
    if (result.value !== undefined && !isText && result.value.length > 4000)
        return `a value of ${result.value.length} characters:\n${result.value.slice(0, 600)}`;
    if (result.done && result.ok === false && made.words !== undefined && shown === "")
        return "failed without a word";
    return undefined;
}

/** Whether a target is the text of an answer, or what is asked, of which as much is shown as there is. */
const isAnswerText = ({ route, path }: Target): boolean =>
    route === "permissions" ||
    route === "questions" ||
    (route === "messages" && (path.at(-1) === "text" || path.at(-1) === "parts"));

/** Every route that stands in the sources of the client, as the end of a path. */
async function routes(): Promise<RegExp[]> {
    const server = join(import.meta.dirname, "../../../src/apis/ai/server");
    const found = new Set<string>();
    for (const file of await readdir(server, { recursive: true })) {
        if (!file.endsWith(".ts") || file.endsWith(".d.ts")) continue;
        const source = await readFile(join(server, file), "utf8");
        for (const [, route] of source.matchAll(/["`](\/(?:[a-z_/]|\$\{[^}]*\})+)/g)) {
            // What is asked of strangers alone, what stands before a route, and modules.
            if (route === "/api/info" || route!.endsWith("}${route}") || route!.startsWith("/apis/"))
                continue;
            found.add(route!.replace(/\$\{query.*$/, "").replace(/\$\{[^}]*\}/g, "[^/]*"));
        }
    }
    return [...found].map((route) => new RegExp(`${route}$`));
}

async function open(): Promise<OpenPart> {
    const recorded = JSON.parse(await readFile(join(folder, "recording.json"), "utf8")) as Recording;
    const recording = { ...recorded, scenes: withDerived(recorded.scenes) };
    const disk = await mkdtemp(join(tmpdir(), "trapos-answers-"));
    const shared = await mkdtemp(join(tmpdir(), "trapos-answers-"));
    await installPackages(disk, ["trapos-ai"]);
    await writeFile(join(disk, "door.lua"), "print(1)\n");
    await writeFile(join(disk, "driver.lua"), await readFile(join(folder, "driver.lua")));
    await writeFile(join(disk, "startup.lua"), 'shell.run("/driver.lua", "/shared") os.shutdown()');
    await writeSettings(disk, { "trapos.harness_mode": true });

    async function play(cases: readonly Case[]): Promise<{ results: Result[]; commands: string[] }> {
        await writeFile(join(shared, "cases.json"), cases.map((one) => `${write(one)}\n`).join(""));
        await rm(join(shared, "results.json"), { force: true });
        const computer = await boot({
            disk,
            mounts: [{ name: "shared", folder: shared, writable: true }],
            randomSeed: 1,
        });
        const end = await watch(computer, 300);
        const file = await readFile(join(shared, "results.json"), "latin1");
        const [commands, ...results] = file
            .split("\n")
            .filter((line) => line !== "")
            .map((line) => JSON.parse(line) as unknown);
        if (results.length !== cases.length)
            throw new Error(
                `The computer ended with ${results.length} results: ${JSON.stringify(end)}\n${computer.transcript()}`,
            );
        return { results: results as Result[], commands: commands as string[] };
    }

    const { results: right, commands } = await play(plays.map((one) => rightCase(recording, one)));
    const played = new Set(plays.flatMap((one) => namesIn(wordsOf(one) ?? [])));
    const others = commands.filter((command) => !played.has(command) && !ASK_NOTHING.includes(command));
    if (others.length > 0) throw new Error(`Nothing is played of the commands ${others.join(", ")}.`);
    const wrongBaseline = plays.flatMap((one, index) => {
        const { rows, value, code, raised } = right[index]!;
        const shown = [...(Array.isArray(rows) ? rows.map((row) => row.trimEnd()) : []), value].join("\n");
        const text = `${one.words ?? one.call}: ${code ?? ""} ${raised ?? ""}\n${shown}`;
        return one.shows.test(one.call === undefined ? shown : value!) ? [] : [text];
    });
    if (wrongBaseline.length > 0) throw new Error(`Without any mutation:\n${wrongBaseline.join("\n\n")}`);
    const unknown = plays.filter((_, index) => right[index]!.asked.other !== undefined);
    if (unknown.length > 0)
        throw new Error(
            `They use a route that driver.lua does not know: ${unknown.map((one) => one.words ?? one.call).join(", ")}`,
        );
    const paths = right.flatMap((result) => Object.keys(result.paths));
    const unused = (await routes()).filter((route) => !paths.some((path) => route.test(path)));
    if (unused.length > 0) throw new Error(`Nothing that is played uses ${unused.join(", ")}.`);
    const targets = targetsOf(recording, new Map(plays.map((one, index) => [one, right[index]!.asked])));
    const looked = targets.filter(isRead);
    let count = 0;

    return {
        async round(random, number) {
            const names = Object.keys(wrongs);
            const chosen = Array.from({ length: CASES_A_ROUND }, (_, index) => {
                // A step without a common divisor visits all places, those of one answer not one after the other.
                const next = looked[((number * CASES_A_ROUND + index) * 7919) % looked.length]!;
                const target = random.chance(UNREAD_SHARE) ? random.pick(targets) : next;
                const name = random.pick(names);
                const one = random.pick(target.plays);
                return { one, target, name, made: wrongCase(recording, one, target, wrongs[name]!, random) };
            });
            const { results } = await play(chosen.map(({ made }) => made));
            count += results.length;
            const faults = chosen.flatMap(({ one, target, name, made }, index) => {
                const fault = faultIn(results[index]!, made, isAnswerText(target), one.isLong === true);
                const { route, path, error } = target;
                const where = `${error ?? ""} ${route} ${path.join(".")}`.trim();
                return fault === undefined ? [] : [`${one.words ?? one.call} | ${where} | ${name}: ${fault}`];
            });
            return faults.length === 0 ? undefined : faults.join("\n");
        },
        figures: () => `${count} wrong answers; ${looked.length} of ${targets.length} places are read`,
        async close() {
            await rm(disk, { recursive: true, force: true });
            await rm(shared, { recursive: true, force: true });
        },
    };
}

export const answers: Part = {
    name: "answers",
    purpose: "whatever a server answers, nothing raw, endless or flooding comes of it",
    rounds: 300,
    shortRounds: 3,
    open,
};
