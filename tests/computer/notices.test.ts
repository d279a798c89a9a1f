/** Lines at the shell's prompt that tell of jobs, and the event for programs: each once, whatever goes wrong between. */
import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Computer } from "craftos-headless";
import type { Job } from "../../src/apis/ai/jobs/shapes.ts";
import { hostileTexts, rawError } from "./ai-screen-support.ts";
import {
    job,
    type JobsBridge,
    rowsOf,
    sizes,
    startComputer,
    startJobsBridge,
    until,
} from "./jobs-support.ts";
import { startServer, temporaryFolder } from "./libai-support.ts";

const DONE = "Job 7 is done: write a door lock. ai collect 7";

/** Writes each `ai_job` that comes into a file. */
const LISTENER = `
    while true do
        local _, number, state, job = os.pullEvent("ai_job")
        local file = fs.open("/heard", "a")
        file.writeLine(number .. " " .. state .. " " .. (job.asks or "-"))
        file.close()
    end`;

interface World extends JobsBridge {
    readonly disk: string;
    readonly computer: Computer;
    /** Has the bridge say something of a job. */
    tell(what: "ended" | "asks", job: Job): void;
    /** What programs heard. */
    heard(): string[];
    /** How many rows of the screen hold a text. */
    count(text: string): number;
}

function worldOf(bridge: JobsBridge, disk: string, computer: Computer): World {
    return Object.assign(bridge, {
        disk,
        computer,
        tell: (what: string, given: Job) => bridge.connection.say({ type: "job", what, job: given }),
        heard: () => {
            const path = join(disk, "heard");
            return existsSync(path) ? readFileSync(path, "utf8").trimEnd().split("\n") : [];
        },
        count: (text: string) => rowsOf(computer).filter((row) => row.includes(text)).length,
    });
}

/** A linked computer, on which a program listens beside the shell. */
async function start(size: object = {}): Promise<World> {
    const bridge = await startJobsBridge();
    const disk = await temporaryFolder();
    await writeFile(join(disk, "listen.lua"), LISTENER);
    await writeFile(join(disk, "echo.lua"), 'print(table.concat({ ... }, " "))');
    const computer = await startComputer(bridge, size, {}, disk);
    return worldOf(bridge, disk, computer);
}

/** What stands on the disk of what was told. */
function noted(disk: string): { ended?: number[]; asked?: object[] } {
    const path = join(disk, "trapos/ai/jobs.json");
    return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as { ended?: number[] }) : {};
}

const toldOf = (world: JobsBridge) => world.calls.filter(({ name }) => name === "jobTold");

describe.each(sizes)("at $width x $height, colour: $colour", (size) => {
    const line = size.width > 40 ? DONE : "Job 7 done: ai collect 7";

    it("a line goes above what is being typed, which stays, and can be typed on", async () => {
        const world = await start(size);
        const { computer } = world;
        const before = rowsOf(computer).slice(0, -1);
        await computer.type("echx");
        await computer.press("left");
        const cursor = computer.cursor();
        world.tell("ended", job(7, { state: "done" }));
        await world.called("jobTold");
        expect(rowsOf(computer)).toEqual([...before, line, "> echx"]);
        expect(computer.cursor()).toEqual({ ...cursor, y: cursor.y + 1 });
        await computer.press("delete");
        await computer.type("o hello\n");
        await computer.waitForText("> echo hello\n");
        expect(world.count(line)).toBe(1);
    });

    it("on the last row of the screen all moves up", async () => {
        const world = await start(size);
        const { computer } = world;
        await computer.type("lua\n");
        await computer.waitForText("lua>");
        await computer.type("for i = 1, 30 do print(i) end exit()\n");
        await until("the prompt", () => rowsOf(computer).at(-1) === ">" && rowsOf(computer).length > 15);
        await computer.type("half");
        await until("that", () => rowsOf(computer).at(-1) === "> half");
        const rows = rowsOf(computer);
        expect(rows).toHaveLength(size.height);
        world.tell("ended", job(7, { state: "done" }));
        await world.called("jobTold");
        expect(rowsOf(computer)).toEqual([...rows.slice(1, -1), line, "> half"]);
        expect(computer.cursor().y).toBe(size.height);
    });

    it("two come one below the other", async () => {
        const world = await start(size);
        world.tell("ended", job(7, { state: "done" }));
        world.tell("ended", job(8, { state: "failed", reason: "It broke." }));
        await world.called("jobTold", 2);
        const second = size.width > 40 ? "Job 8 failed: It broke. ai job 8" : "Job 8 failed. ai job 8";
        expect(rowsOf(world.computer).slice(-3)).toEqual([line, second, ">"]);
    });
});

it("is in colour where there is any, and leaves that of the prompt as it is", async () => {
    const world = await start();
    await world.computer.type("x");
    world.tell("ended", job(7, { state: "done" }));
    await world.called("jobTold");
    const y = rowsOf(world.computer).length;
    const rows = world.computer.picture().rows;
    const places = (row: number) => [...rows[row - 1]!.textColour];
    expect(places(y - 1).slice(0, DONE.length)).toEqual(Array.from(DONE, () => 5));
    expect(places(y).slice(0, 3)).toEqual([4, 4, 0]);
    expect([...rows[y - 2]!.backgroundColour].every((place) => place === 15)).toBe(true);
});

it("waits for the next prompt while a program runs, and is not seen by that", async () => {
    const world = await start();
    const { computer } = world;
    await computer.type("lua\n");
    await computer.waitForText("lua>");
    world.tell("ended", job(7, { state: "done" }));
    await computer.type("print(1 + 1)\n");
    await computer.waitForText("\n2\n");
    expect(world.count("Job 7")).toBe(0);
    expect(noted(world.disk)).toEqual({});
    expect(toldOf(world)).toEqual([]);
    await computer.type("exit()\n");
    await world.called("jobTold");
    expect(rowsOf(computer).slice(-2)).toEqual([DONE, ">"]);
});

it("is on the disk when the bridge hears that it was told, and then is not told again", async () => {
    const world = await start();
    const { computer } = world;
    let atCall: object | undefined;
    let count = -1;
    const watch = until("the call", () => {
        if (toldOf(world).length === 0) return false;
        atCall = noted(world.disk);
        count = world.count(DONE);
        return true;
    });
    world.tell("ended", job(7, { state: "done" }));
    await watch;
    expect(atCall).toEqual({ ended: [7] });
    expect(count).toBe(1);
    world.tell("ended", job(7, { state: "done" }));
    await world.called("jobTold", 2);
    await computer.type("echo over\n");
    await computer.waitForText("\nover\n");
    expect(world.count(DONE)).toBe(1);
});

it("is an event for programs, once", async () => {
    const world = await start();
    const { computer } = world;
    await computer.type("listen\n");
    await until("the program", () => rowsOf(computer).at(-1) === "> listen");
    const asking = job(8, { asks: "bash: rm x" });
    for (const _ of [1, 2, 3]) {
        world.tell("ended", job(7, { state: "done" }));
        world.tell("asks", asking);
    }
    world.tell("ended", job(9, { state: "killed" }));
    await until("the last event", () => world.heard().includes("9 killed -"));
    expect(world.heard()).toEqual(["7 done -", "8 running bash: rm x", "9 killed -"]);
    await computer.press("ctrl+t");
    await world.called("jobTold", 2);
    world.tell("ended", job(7, { state: "done" }));
    await world.called("jobTold", 3);
    expect(world.count("Job 7")).toBe(1);
});

it("is told of what a job asks once, of what it asks then once more, and of nothing that it asked before", async () => {
    const world = await start();
    const { computer } = world;
    world.tell("asks", job(7, { asks: "bash: rm x" }));
    await computer.waitForText("Job 7 asks: bash: rm x. ai job 7\n>");
    world.tell("asks", job(7, { asks: "bash: rm x" }));
    world.tell("asks", job(7, { asks: "bash: rm y" }));
    await computer.waitForText("Job 7 asks: bash: rm y. ai job 7\n>");
    expect(world.count("rm x")).toBe(1);
    expect(toldOf(world)).toEqual([]);
    expect(noted(world.disk).asked).toHaveLength(2);
    // While a program runs it asks, and then ends.
    await computer.type("lua\n");
    await computer.waitForText("lua>");
    world.tell("asks", job(7, { asks: "bash: rm z" }));
    world.tell("ended", job(7, { state: "done" }));
    await computer.type("exit()\n");
    await computer.waitForText(`${DONE}\n>`);
    expect(world.count("rm z")).toBe(0);
});

describe("a power cut", () => {
    it("before the line was shown: it is shown after it", async () => {
        const world = await start();
        await world.computer.type("lua\n");
        await world.computer.waitForText("lua>");
        world.tell("ended", job(7, { state: "done" }));
        await world.computer.close();
        const again = worldOf(world, world.disk, await startComputer(world, {}, {}, world.disk));
        again.tell("ended", job(7, { state: "done" }));
        await again.called("jobTold");
        expect(again.count(DONE)).toBe(1);
    });

    it("between the line and the bridge's hearing of it: it is not shown again, and the bridge hears of it", async () => {
        const world = await start();
        world.answer = (name) => (name === "jobTold" ? "silence" : undefined);
        world.tell("ended", job(7, { state: "done" }));
        await world.called("jobTold");
        await world.computer.close();
        const again = worldOf(world, world.disk, await startComputer(world, {}, {}, world.disk));
        again.tell("ended", job(7, { state: "done" }));
        await again.called("jobTold", 2);
        await again.computer.type("echo over\n");
        await again.computer.waitForText("\nover\n");
        expect(again.count(DONE)).toBe(0);
    });
});

it("goes on over a connection that breaks", { timeout: 40_000 }, async () => {
    const world = await start();
    await world.computer.type("lua\n");
    await world.computer.waitForText("lua>");
    world.tell("ended", job(7, { state: "done" }));
    const before = world.connection;
    before.cut();
    await until("another connection", () => world.connection !== before);
    world.tell("ended", job(7, { state: "done" }));
    await world.computer.type("exit()\n");
    await world.called("jobTold");
    expect(world.count(DONE)).toBe(1);
});

it(
    "does not come for what was collected, killed or watched to its end here",
    { timeout: 40_000 },
    async () => {
        const world = await start();
        const { computer } = world;
        for (const [number, command] of [
            [7, "ai collect 7"],
            [8, "ai job 8"],
            [9, "ai kill 9"],
        ] as const) {
            world.jobs.set(number, { job: job(number) });
            world.answer = (name) => {
                if (name !== "killJob") return undefined;
                world.jobs.set(number, { job: job(number, { state: "killed" }) });
                return undefined;
            };
            await computer.type(`${command}\n`);
            if (number < 9) await world.called("collectJob");
            // The line is on its way before the result is.
            const state = number === 9 ? "killed" : "done";
            world.tell("ended", job(number, { state }));
            world.set(job(number, { state }), "It opens.");
            await until("that it was told", () => toldOf(world).some(({ given }) => given.number === number));
            await until("the prompt", () => rowsOf(computer).at(-1) === ">");
            world.tell("ended", job(number, { state }));
            await until(
                "that it was told again",
                () => toldOf(world).filter(({ given }) => given.number === number).length > 1,
            );
            expect(world.count(`Job ${number} is done:`)).toBe(0);
            expect(world.count(`ai collect ${number}`)).toBe(number === 7 ? 1 : 0);
            await computer.type("clear\n");
            await until("a clear screen", () => rowsOf(computer).join() === ">");
        }
    },
);

it("of another bridge a job of the same number is another one", async () => {
    const world = await start();
    world.tell("ended", job(7, { state: "done" }));
    await world.called("jobTold");
    expect(noted(world.disk)).toEqual({ ended: [7] });
    const other = await startServer(({ path }) => ({
        body:
            path === "/pair"
                ? { code: "ABCDEF", secret: "s-1", seconds: 60 }
                : { token: "t-1", name: "castle", owner: "alex", profile: "talk" },
    }));
    await world.computer.type(`ai link ${new URL(other.url).host}\n`);
    await world.computer.waitForText("as castle, of alex.");
    expect(noted(world.disk)).toEqual({});
});

it("keeps the last 50 and no more", { timeout: 60_000 }, async () => {
    const world = await start();
    for (let number = 1; number <= 60; number++) world.tell("ended", job(number, { state: "done" }));
    await world.called("jobTold", 60);
    expect(noted(world.disk).ended).toEqual(Array.from({ length: 50 }, (_, at) => at + 11));
});

it("shows no hostile text as it is, and one row of it", async () => {
    const world = await start();
    const { computer } = world;
    let number = 0;
    for (const text of Object.values(hostileTexts)) {
        number += 1;
        await computer.type("clear\n");
        await until("a clear screen", () => rowsOf(computer).join() === ">");
        const fields = { prompt: text, reason: text, computer: text };
        world.tell("ended", job(number, { ...fields, state: number % 2 === 0 ? "done" : "failed" }));
        await until("that it was told", () => toldOf(world).length === number);
        const rows = rowsOf(computer);
        expect(rows).toHaveLength(2);
        expect(rows[0]).toMatch(new RegExp(`^Job ${number} .* ai (job|collect) ${number}$`));
        expect(rows[1]).toBe(">");
        expect(rows[0]).not.toMatch(rawError);
    }
});

it("follows the screen's size", async () => {
    const world = await start({ colour: false });
    const { computer } = world;
    await computer.type("half");
    computer.resize(26, 10);
    world.tell("ended", job(7, { state: "done" }));
    await world.called("jobTold");
    expect(rowsOf(computer).slice(-2)).toEqual(["Job 7 done: ai collect 7", "> half"]);
    await computer.type(" line");
    await computer.waitForText("> half line");
});

it.each([true, false])(
    "leaves the prompt as it is behind a program that drew on the screen itself; colour: %s",
    async (colour) => {
        const world = await start({ colour });
        await writeFile(
            join(world.disk, "draw.lua"),
            `term.redirect(term.native())
        for i = 1, 5 do print("row " .. i) end`,
        );
        await world.computer.type("draw\n");
        await world.computer.waitForText(/row 5\n>/);
        await world.computer.type("half");
        await world.computer.waitForText("> half");
        world.tell("ended", job(7, { state: "done" }));
        await world.called("jobTold");
        expect(rowsOf(world.computer).slice(-3)).toEqual(["row 5", DONE, "> half"]);
    },
);

it("gives programs the read and the terminal that they have elsewhere", async () => {
    const world = await start({ colour: false });
    await writeFile(
        join(world.disk, "look.lua"),
        `local term = term.current()
        local native = require("cc.expect") and _G.term.native()
        print(read == _G.read, write == _G.write, shell.getRunningProgram(), arg[0])
        local missing = {}
        for name in pairs(native) do if term[name] == nil then missing[#missing + 1] = name end end
        print("missing " .. #missing)
        print(pcall(term.setCursorPos, "x"))`,
    );
    await world.computer.type("look\n");
    await world.computer.waitForText("true true look.lua look\nmissing 0\nfalse");
});
