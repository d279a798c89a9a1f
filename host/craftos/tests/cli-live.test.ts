/** A live screen, in a terminal that is none. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import type { ReadStream, WriteStream } from "node:tty";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { showLive } from "../src/cli/live.ts";
import { boot, type Computer, type ComputerOptions } from "../src/index.ts";

let disk: string;
let computer: Computer;
beforeEach(() => {
    disk = mkdtempSync(join(tmpdir(), "trapos-live-"));
});
afterEach(async () => {
    await computer.close();
    rmSync(disk, { recursive: true, force: true });
});

interface Shown {
    input: PassThrough;
    output: PassThrough & { columns: number; rows: number };
    /** All that was sent, with "^" for Escape. */
    sent: () => string;
    isRaw: () => boolean;
    stop: AbortController;
    ended: ReturnType<typeof showLive>;
}

async function show(options: Partial<ComputerOptions> = {}, fit = false): Promise<Shown> {
    computer = await boot({ disk, ...options });
    let isRaw = false;
    const input = Object.assign(new PassThrough(), {
        setRawMode: (mode: boolean) => {
            isRaw = mode;
        },
    });
    let sent = "";
    const output = Object.assign(new PassThrough(), { columns: 80, rows: 24, getColorDepth: () => 24 });
    output.on("data", (bytes: Buffer) => {
        sent += bytes.toString();
    });
    const stop = new AbortController();
    const ended = showLive(computer, {
        input: input as unknown as ReadStream,
        output: output as unknown as WriteStream,
        status: () => "disk",
        fit,
        signal: stop.signal,
    });
    return { input, output, sent: () => sent.replaceAll("\u001b", "^"), isRaw: () => isRaw, stop, ended };
}

describe("a live screen", () => {
    it("shows the computer, hands it keys and pastes, and leaves by Ctrl+C", async () => {
        const { input, sent, isRaw, ended } = await show();
        expect(isRaw()).toBe(true);
        input.write("lua\r");
        await computer.waitForText("lua>");
        input.write("while true do print(os.pullEvent('paste')) end\r\u001b[200~two words\rmore\u001b[201~");
        await computer.waitForText(/^paste two words$/m);
        input.write("\u0014");
        await computer.waitForText("Terminated");
        input.write("\u0003");
        expect(await ended).toBeUndefined();
        expect(isRaw()).toBe(false);
        expect(sent()).toMatch(/^\^\[\?1049h/);
        expect(sent()).toContain("Ctrl+C leaves | disk");
        expect(sent()).toMatch(/\^\[\?25h\^\[\?1049l$/);
    });

    it("hands on clicks, drags and the wheel where the screen is, and nothing beside it", async () => {
        const { input, stop, ended, sent } = await show();
        expect(sent()).toContain("^[?1006h");
        input.write(
            "lua\rwhile true do local e = {os.pullEvent()} if e[1]:find('mouse') then print(unpack(e)) end end\r",
        );
        const outside = "\u001b[<0;60;3M\u001b[<0;60;3m\u001b[<64;5;22M";
        input.write(`${outside}\u001b[<2;5;3M\u001b[<34;5;3M\u001b[<34;60;4M\u001b[<2;60;4m\u001b[<65;7;8M`);
        await computer.waitForText("mouse_scroll");
        const events = computer.transcript().match(/^mouse.*$/gm);
        expect(events).toEqual([
            "mouse_click 2 5 3",
            "mouse_drag 2 51 4",
            "mouse_up 2 51 4",
            "mouse_scroll 1 7 8",
        ]);
        stop.abort();
        await ended;
    });

    it("asks no mouse for a basic computer, which has none", async () => {
        const { input, ended, sent } = await show({ colour: false });
        input.end();
        expect(await ended).toBeUndefined();
        expect(sent()).not.toContain("^[?1006h");
    });

    it("ends with the computer, and tells how", async () => {
        const { ended, isRaw, input } = await show();
        input.write("\u0013");
        expect(await ended).toEqual({ reason: "shutdown", status: 0 });
        expect(isRaw()).toBe(false);
    });

    it("says when the terminal is too small, and draws it anew when it grows", async () => {
        const { output, stop, ended, sent } = await show();
        output.columns = 40;
        const drawn = async (text: string): Promise<void> => {
            while (!sent().includes(text)) await new Promise((resolve) => output.once("data", resolve));
        };
        output.emit("resize");
        await drawn("needs 51x20 to show");
        stop.abort();
        await ended;
        expect(computer.screen()[0]).toHaveLength(51);
    });

    it("gives the computer the terminal's size where that is wanted", async () => {
        const { output, stop, ended } = await show({}, true);
        output.columns = 30;
        output.rows = 11;
        output.emit("resize");
        expect(computer.screen().map((row) => row.length)).toEqual(Array.from({ length: 10 }, () => 30));
        stop.abort();
        await ended;
    });

    it("ignores characters that cannot be typed, and Escape", async () => {
        const { input, stop, ended } = await show();
        input.write("😀i");
        await computer.waitForText("> i");
        vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
        input.write("\u001b");
        await new Promise((resolve) => setImmediate(resolve));
        vi.advanceTimersByTime(50);
        vi.useRealTimers();
        input.write("d\r");
        await computer.waitForText("This is computer #0");
        stop.abort();
        await ended;
    });

    it("leaves nothing behind that listens", async () => {
        const before = process.listenerCount("exit") + process.listenerCount("uncaughtExceptionMonitor");
        const { input, stop, ended, output } = await show();
        stop.abort();
        await ended;
        expect(process.listenerCount("exit") + process.listenerCount("uncaughtExceptionMonitor")).toBe(
            before,
        );
        expect(input.listenerCount("data") + output.listenerCount("resize")).toBe(0);
        expect(input.isPaused()).toBe(true);
    });
});
