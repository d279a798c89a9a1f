/** Texts that nobody wants on a screen, wherever a server or a model can say something. */
import { access, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { boot, type Computer, writeSettings } from "craftos-headless";
import { installPackages } from "../../../tools/harness/disk.ts";
import { rawError } from "../../computer/ai-screen-support.ts";
import type { OpenPart, Part } from "../part.ts";
import type { Random } from "../random.ts";
import { hostileLine, hostileAnswer, SECRET } from "./texts-grammar.ts";
import { type Script, startTextServer, type TextServer } from "./texts-server.ts";

const screens = [
    { width: 51, height: 19, colour: true },
    { width: 26, height: 20, colour: false },
] as const;

/** How long a round may take, pages and all; one takes about a second. */
const SECONDS = 60;

/** How many pages of an answer are turned before it is left. */
const PAGES = 4;

/** Rows that what is no answer may take. */
const MOST_ROWS = 13;

/**
 * Runs a shell on a terminal that writes down what is drawn beyond the screen, where nobody would see it.
 */
const recorder = `
    local native, recorder = term.native(), {}
    for name, act in pairs(native) do recorder[name] = act end
    function recorder.write(text)
        local x, y = native.getCursorPos()
        local width, height = native.getSize()
        if x < 1 or y < 1 or y > height or tostring(text):sub(math.max(width - x + 2, 1)):find("[^ ]") then
            local file = fs.open("/outside", "a")
            file.writeLine(x .. "," .. y .. ": " .. tostring(text):sub(1, 300))
            file.close()
        end
        return native.write(text)
    end
    term.redirect(recorder)
    shell.run("shell")
`;

/** What is played: what the server tells, what is typed, and whether an answer is shown, which may be long. */
interface Scene {
    readonly script: Script;
    readonly titles?: readonly string[];
    readonly typed: string;
    readonly isAnswer?: boolean;
    /** Nothing but one moving line is to be seen until the answer, which is "done". */
    readonly isQuiet?: boolean;
}

const tool = (name: string, state: object) => [
    { type: "tool", tool: name, callID: "call_1", state: { status: "running", ...state } },
];
const waiting = { text: "done", isQuiet: true };

/** What can be hostile, by what it is. */
const scenes: Readonly<Record<string, (random: Random) => Scene>> = {
    reply: (random) => ({
        script: { polls: 0, text: hostileAnswer(random) },
        typed: "ai hi",
        isAnswer: true,
    }),
    "reply in full": (random) => ({
        script: { polls: 0, text: hostileAnswer(random) },
        typed: "ai -v hi",
        isAnswer: true,
    }),
    "reply again": (random) => ({
        script: { polls: 0, text: hostileAnswer(random) },
        typed: "ai resume",
        isAnswer: true,
    }),
    pong: (random) => ({ script: { polls: 0, text: hostileAnswer(random) }, typed: "ai ping" }),
    details: (random) => ({
        script: {
            polls: 0,
            text: "done",
            info: {
                modelID: hostileLine(random),
                providerID: hostileLine(random),
                agent: hostileLine(random),
                finish: hostileLine(random),
                tokens: random.pick([5, { input: 1, output: 2 }, {}, { input: "x", output: [] }]),
            },
        },
        typed: "ai -v hi",
    }),
    titles: (random) => ({
        script: { polls: 0, text: "done" },
        titles: Array.from({ length: 1 + random.whole(40) }, () => hostileLine(random)),
        typed: "ai sessions",
        isAnswer: true,
    }),
    title: (random) => ({
        script: { polls: 0, text: "done" },
        titles: [hostileLine(random)],
        typed: "ai use 1",
    }),
    "tool's title": (random) => ({
        script: { ...waiting, polls: 3, parts: tool("bash", { title: hostileLine(random) }) },
        typed: "ai hi",
        isQuiet: true,
    }),
    "tool's input": (random) => ({
        script: {
            ...waiting,
            polls: 3,
            parts: tool("bash", {
                input: {
                    command: hostileLine(random),
                    description: random.chance(0.5) ? hostileLine(random) : undefined,
                },
            }),
        },
        typed: "ai hi",
        isQuiet: true,
    }),
    "tool's name": (random) => ({
        script: { ...waiting, polls: 3, parts: tool(hostileLine(random), { title: "x" }) },
        typed: "ai hi",
        isQuiet: true,
    }),
    permission: (random) => ({
        script: {
            ...waiting,
            polls: 9,
            parts: tool("bash", {}),
            permissions: (sessionID) => [
                {
                    id: "per_1",
                    sessionID,
                    permission: hostileLine(random),
                    patterns: [hostileLine(random)],
                    tool: { messageID: "m", callID: "call_1" },
                },
            ],
        },
        typed: "ai hi",
        isQuiet: true,
    }),
    question: (random) => ({
        script: {
            ...waiting,
            polls: 9,
            parts: tool("question", {}),
            questions: (sessionID) => [
                {
                    id: "que_1",
                    sessionID,
                    questions: [{ question: hostileLine(random) }],
                    tool: { messageID: "m", callID: "call_1" },
                },
            ],
        },
        typed: "ai hi",
        isQuiet: true,
    }),
    retry: (random) => ({
        script: {
            ...waiting,
            polls: 9,
            status: { type: "retry", attempt: 1, message: hostileLine(random), next: 1 },
        },
        typed: "ai hi",
        isQuiet: true,
    }),
    "model's error": (random) => ({
        script: {
            polls: 0,
            text: "",
            info: {
                finish: undefined,
                error: { name: hostileLine(random), data: { message: hostileLine(random), statusCode: 500 } },
            },
        },
        typed: "ai hi",
    }),
    "server's error": (random) => ({
        script: {
            polls: 0,
            text: "",
            refusal: {
                status: random.pick([400, 404, 500, 502]),
                type: "application/json",
                body: JSON.stringify({ name: hostileLine(random), data: { message: hostileLine(random) } }),
            },
        },
        typed: "ai hi",
    }),
    "a proxy's page": (random) => ({
        script: {
            polls: 0,
            text: "",
            refusal: { status: random.pick([200, 404, 502]), type: "text/html", body: hostileLine(random) },
        },
        typed: "ai hi",
    }),
    prompt: (random) => ({
        script: { polls: 0, text: "done" },
        typed: `ai ${Array.from({ length: 1 + random.whole(60) }, () =>
            String.fromCharCode(random.pick([33, 161]) + random.whole(94)),
        )
            .join("")
            .replaceAll("\u00ad", "-")}`,
    }),
};

const names = Object.keys(scenes);

/** Bytes whose glyphs a folded text may have: ASCII, Latin-1, and the symbols of the font that stand for something. */
const printable = new Set([
    ...[0x01, 0x03, 0x04, 0x05, 0x06, 0x07, 0x0b, 0x0c, 0x0e, 0x0f, 0x10, 0x11, 0x12, 0x13],
    ...[0x18, 0x19, 0x1a, 0x1b, 0x1d, 0x1e, 0x1f],
    ...Array.from({ length: 95 }, (_, index) => 32 + index),
    ...Array.from({ length: 96 }, (_, index) => 160 + index),
]);

const isMoving = (row: string): boolean => /^[|/\\-] \d+ s( |$)/.test(row);

/** A computer that plays one scene after another. */
class Player {
    private readonly computer: Computer;
    private readonly disk: string;
    private readonly server: TextServer;

    private constructor(computer: Computer, disk: string, server: TextServer) {
        this.computer = computer;
        this.disk = disk;
        this.server = server;
    }

    static async start(folder: string, screen: (typeof screens)[number]): Promise<Player> {
        const disk = await mkdtemp(join(folder, "disk-"));
        const server = await startTextServer();
        await installPackages(disk, ["trapos-ai"]);
        await writeSettings(disk, { "opencc.server_url": server.url });
        await writeFile(join(disk, "record.lua"), recorder);
        const computer = await boot({ disk, ...screen, http: { allow: ["127.0.0.1"] } });
        await computer.waitForText(">");
        await computer.type("record\n");
        await computer.waitForText(/record\n.*\n>$/);
        return new Player(computer, disk, server);
    }

    async close(): Promise<void> {
        await this.computer.close();
        await this.server.close();
    }

    private rows(): string[] {
        return this.computer.screen().map((row) => row.trimEnd());
    }

    private isAtPrompt(): boolean {
        const { y, blink } = this.computer.cursor();
        return blink && this.rows()[y - 1] === ">";
    }

    /** Waits until the screen is as wanted; `look` sees each screen until then. */
    private async until(isThere: () => boolean, look: () => string | undefined): Promise<string | undefined> {
        return new Promise((resolve) => {
            const end = (problem: string | undefined): void => {
                clearTimeout(timer);
                stop();
                resolve(problem);
            };
            const watch = (): void => {
                const problem = look();
                if (problem !== undefined) end(`${problem}\n${this.rows().join("\n")}`);
                else if (isThere()) end(undefined);
            };
            const timer = setTimeout(
                () => end(`Nothing more in ${SECONDS} s\n${this.rows().join("\n")}`),
                SECONDS * 1000,
            );
            const stop = this.computer.onChange(watch);
            watch();
        });
    }

    /** What is wrong with what the screen shows now, whatever is under way. */
    private fault(isQuiet: boolean): string | undefined {
        for (const { text } of this.computer.picture().rows) {
            const byte = text.find((code) => !printable.has(code));
            if (byte !== undefined) return `A glyph that is none of a text: ${byte}`;
        }
        const rows = this.rows();
        const text = rows.join("\n");
        if (rawError.test(text)) return "An error of Lua's";
        if (text.includes(SECRET)) return "What nobody should see";
        const moving = rows.filter(isMoving).length;
        if (isQuiet && moving > 1) return "More than one moving line";
        const others = rows.filter(
            (row) => row !== "" && !isMoving(row) && !row.startsWith(">") && row !== "done",
        );
        // A row of three columns and more, with the sign alone before it, is the line's beginning.
        if (isQuiet && others.length > 0) return `Beside the moving line: ${others.join("|")}`;
        return undefined;
    }

    /** @returns what was wrong, if anything */
    async play(scene: Scene): Promise<string | undefined> {
        const { computer, server } = this;
        server.tell(scene.script, scene.titles ?? []);
        const isQuiet = scene.isQuiet === true;
        await computer.type("clear\n");
        const cleared = await this.until(
            () => this.isAtPrompt() && this.rows().filter((row) => row !== "").length === 1,
            () => undefined,
        );
        if (cleared !== undefined) return cleared;
        await computer.type(scene.typed);
        await computer.press("enter");
        const isPage = (): boolean => /^\d+-\d+ of \d+/.test(this.rows().at(-1) ?? "");
        const ended = async (): Promise<string | undefined> =>
            this.until(
                () => isPage() || this.isAtPrompt(),
                () => this.fault(isQuiet),
            );
        let problem = await ended();
        for (let page = 1; problem === undefined && isPage(); page++) {
            if (page < PAGES) {
                await computer.type(" ");
                problem = this.fault(isQuiet);
                continue;
            }
            // Watched from before the key on, as the prompt may be there before the key was let go.
            const left = this.until(
                () => !isPage(),
                () => undefined,
            );
            await computer.type("q");
            problem = (await left) ?? (await ended());
        }
        if (problem !== undefined) return problem;
        const rows = this.rows();
        const used = rows.filter((row) => row !== "").length;
        if (scene.isAnswer !== true && (used > MOST_ROWS || !rows[0]!.startsWith("> ")))
            return `A flood\n${rows.join("\n")}`;
        if (rows.some(isMoving) && scene.isAnswer !== true)
            return `The moving line has stayed\n${rows.join("\n")}`;
        const isInside = await access(join(this.disk, "outside")).then(
            () => false,
            () => true,
        );
        return isInside ? undefined : `Drawn beyond the screen\n${rows.join("\n")}`;
    }
}

async function open(): Promise<OpenPart> {
    const folder = await mkdtemp(join(tmpdir(), "trapos-soak-texts-"));
    const players: (Player | undefined)[] = screens.map(() => undefined);
    const turns = screens.map(() => Promise.resolve());
    const played = new Map<string, number>();

    async function playOn(index: number, scene: Scene): Promise<string | undefined> {
        const player = (players[index] ??= await Player.start(folder, screens[index]!));
        const problem = await player.play(scene);
        if (problem === undefined) return undefined;
        // What it shows now would be a fault in the next round, too.
        players[index] = undefined;
        await player.close();
        return problem;
    }

    return {
        round(random, number) {
            const index = number % screens.length;
            const name = names[Math.floor(number / screens.length) % names.length]!;
            const scene = scenes[name]!(random);
            const { width, height } = screens[index]!;
            const outcome = turns[index]!.then(() => playOn(index, scene));
            turns[index] = outcome.then(
                () => undefined,
                () => undefined,
            );
            played.set(name, (played.get(name) ?? 0) + 1);
            return outcome.then((problem) =>
                problem === undefined
                    ? undefined
                    : `${name} at ${width}x${height}: ${problem}\n${JSON.stringify(scene).slice(0, 2000)}`,
            );
        },
        figures: () => [...played].map(([name, count]) => `${count} ${name}`).join(", "),
        async close() {
            for (const player of players) await player?.close();
            await rm(folder, { recursive: true, force: true });
        },
    };
}

export const texts: Part = {
    name: "texts",
    purpose: "whatever a server or a model writes is shown in the screen's rows and glyphs, without a flood",
    rounds: 510,
    shortRounds: 34,
    atOnce: 2,
    open,
};
