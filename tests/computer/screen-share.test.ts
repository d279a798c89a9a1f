/** What a computer's screen shows, sent to a bridge that watches it, and only where its player has allowed that. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Computer } from "craftos-headless";
import { LARGEST_FRAME } from "../../src/apis/ai/link/frames.ts";
import { type JobsBridge, run, startComputer, startJobsBridge, until } from "./jobs-support.ts";
import { temporaryFolder } from "./libai-support.ts";

/** A screen as it was sent. */
interface Screen {
    readonly type: string;
    readonly rows?: readonly (readonly [text: string, colours: string, grounds: string])[];
}

const screensOf = (world: JobsBridge) =>
    (world.said as unknown as Screen[]).filter(({ type }) => type === "screen");

/** Waits for so many screens in all, and gives the last. */
async function screen(world: JobsBridge, count: number): Promise<Screen> {
    await until(`${count} screens`, () => screensOf(world).length >= count);
    return screensOf(world)[count - 1]!;
}

const watch = (world: JobsBridge, seconds: number) => world.connection.say({ type: "watch", seconds });

async function start(isShared: boolean, options: object = {}, files: Record<string, string> = {}) {
    const world = await startJobsBridge();
    const disk = await temporaryFolder();
    for (const [name, source] of Object.entries(files)) await writeFile(join(disk, name), source);
    const settings = isShared ? { "opencc.share_screen": true } : {};
    const computer = await startComputer(world, options, settings, disk);
    return { world, computer };
}

/** Does something that goes round by the link and back, so that all that was sent before is here. */
async function roundTrip(world: JobsBridge, computer: Computer): Promise<void> {
    const before = world.calls.length;
    await run(computer, "ai jobs");
    expect(world.calls.length).toBeGreaterThan(before);
}

it.each([true, false])("sends the screen as it is, with its colours; colour: %s", async (colour) => {
    const { world, computer } = await start(true, { colour });
    await run(computer, "echo");
    watch(world, 30);
    const { rows } = await screen(world, 1);
    expect(rows!.map(([text]) => text)).toEqual(computer.screen());
    expect(rows!.map(([text]) => [...text].length)).toEqual(rows!.map(() => 51));
    const [, colours, grounds] = rows![0]!;
    expect(colours).toMatch(colour ? /^440000/ : /^000000/);
    expect(grounds).toBe("f".repeat(51));
    // A program's failure is red.
    expect(rows![1]![1].slice(0, 15)).toBe((colour ? "e" : "0").repeat(15));
});

it("sends it when it changes, once a second, and not when nobody watches", { timeout: 40_000 }, async () => {
    const { world, computer } = await start(true);
    await roundTrip(world, computer);
    expect(screensOf(world)).toEqual([]);
    watch(world, 4);
    await screen(world, 1);
    const began = Date.now();
    for (let count = 0; count < 25; count++) {
        await computer.type(String(count % 10));
    }
    await until("the newest", () =>
        screensOf(world).some(({ rows }) =>
            rows!.some(([text]) => text.includes("> 0123456789012345678901234")),
        ),
    );
    const taken = (Date.now() - began) / 1000;
    expect(screensOf(world).length).toBeLessThanOrEqual(2 + Math.floor(taken));
    // Nobody watches any more.
    computer.jumpClock({ seconds: 5 });
    const count = screensOf(world).length;
    await computer.type("\n");
    await roundTrip(world, computer);
    expect(screensOf(world)).toHaveLength(count);
});

it(
    "sends nothing of it where the player has not allowed that, and says so once",
    { timeout: 30_000 },
    async () => {
        const { world, computer } = await start(false);
        watch(world, 30);
        expect(await screen(world, 1)).toEqual({ type: "screen" });
        await computer.type("secret");
        computer.jumpClock({ seconds: 3 });
        await computer.type("\n");
        await roundTrip(world, computer);
        expect(screensOf(world)).toEqual([{ type: "screen" }]);
        // Whoever allows it is seen from then on, and not from then on when it is off.
        await run(computer, "ai screen on");
        const shown = await screen(world, 2);
        expect(shown.rows).toHaveLength(19);
        await computer.type("ai screen off\n");
        await until("that it is hidden", () => screensOf(world).at(-1)!.rows === undefined);
        const count = screensOf(world).length;
        computer.jumpClock({ seconds: 2 });
        await roundTrip(world, computer);
        expect(screensOf(world)).toHaveLength(count);
    },
);

it("sends it anew to whoever begins to watch, and in another size", { timeout: 30_000 }, async () => {
    const { world, computer } = await start(true, { colour: false });
    await run(computer, "echo");
    watch(world, 30);
    await screen(world, 1);
    watch(world, 30);
    const again = await screen(world, 2);
    expect(again.rows!.map(([text]) => text)).toEqual(computer.screen());
    computer.resize(26, 20);
    const narrow = await until("another size", () =>
        screensOf(world).find(
            ({ rows }) => rows!.length === 20 && rows!.every(([text]) => text.length === 26),
        ),
    );
    expect(narrow.rows!.map(([text]) => text)).toEqual(computer.screen());
    computer.resize(80, 25);
    await until("a wider one", () =>
        screensOf(world).find(({ rows }) => rows!.length === 25 && rows![0]![1].length === 80),
    );
});

it("sends all of CC's characters, of a screen as large as they come, in frames that fit", async () => {
    const fill = `term.clear()
        local width, height = term.getSize()
        local code = 0
        for y = 1, height do
            local row = {}
            for x = 1, width do
                row[x] = string.char(code % 256)
                code = code + 1
            end
            term.setCursorPos(1, y)
            term.blit(table.concat(row), ("0123456789abcdef"):rep(width):sub(1, width), ("e"):rep(width))
        end
        os.pullEvent("key")`;
    const { world, computer } = await start(true, { width: 164, height: 81 }, { "fill.lua": fill });
    await computer.type("fill\n");
    await until("a full screen", () => computer.screen()[80]!.trim() !== "");
    watch(world, 30);
    const { rows } = await screen(world, 1);
    expect(rows).toHaveLength(81);
    expect(rows!.map(([text]) => text)).toEqual(computer.screen());
    expect(rows![80]![1]).toBe("0123456789abcdef".repeat(11).slice(0, 164));
    expect(rows![80]![2]).toBe("e".repeat(164));
    expect(world.connection.largest).toBeLessThanOrEqual(LARGEST_FRAME);
});

it("does not hold up what the bridge is asked where it is away", { timeout: 40_000 }, async () => {
    const { world, computer } = await start(true);
    watch(world, 60);
    await screen(world, 1);
    const before = world.connection;
    before.cut();
    await computer.type("x");
    await until("another connection", () => world.connection !== before);
    await computer.press("backspace");
    // What was not sent meanwhile is not sent afterwards: the bridge says that it watches, anew.
    const count = screensOf(world).length;
    watch(world, 60);
    await screen(world, count + 1);
    await roundTrip(world, computer);
});
