import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { boot, ModemNetwork, Monitor, Speaker, type Computer } from "../src/index.ts";
import { createBench, type Bench } from "./machine-support.ts";

let bench: Bench;
beforeEach(() => {
    bench = createBench();
});
afterEach(() => bench.close());

test("what is attached can be asked about and called, and comes and goes with events", async () => {
    const computer = await bench.boot(
        `say(peripheral.getType("top"), peripheral.isPresent("TOP"), peripheral.hasType("top", "modem"))
         say(peripheral.isPresent("back"), peripheral.getType("back"), peripheral.isPresent("nowhere"))
         say(pcall(peripheral.call, "back", "open", 1)) say(pcall(peripheral.call, "top", "jump"))
         say(pcall(peripheral.call, "top", "open", 65536)) say(pcall(peripheral.call, "top", "open", "x"))
         say(peripheral.call("top", "isWireless"))
         say(coroutine.yield("peripheral")) say(peripheral.getType("back"))
         say(coroutine.yield("peripheral_detach")) say(peripheral.getType("back"))`,
        { peripherals: { top: new ModemNetwork().modem() } },
    );
    computer.attach("back", new Speaker());
    await computer.waitForText("peripheral|back");
    computer.detach("back");
    await computer.waitForText(/peripheral_detach.back\nnil/);
    expect(computer.transcript()).toContain(
        [
            "modem|true|true",
            "false|nil|false",
            "false|No peripheral attached",
            "false|No such method jump",
            "false|Expected number in range 0-65535",
            "false|bad argument #1 (number expected, got string)",
            "true",
            "peripheral|back",
            "speaker",
        ].join("\n"),
    );
});

test("a modem's message reaches the others that have its channel open, as a copy", async () => {
    const network = new ModemNetwork({ distance: 12 });
    const listen = (channels: string): string =>
        `for _, channel in ipairs({ ${channels} }) do peripheral.call("left", "open", channel) end
         say("ready")
         while true do
             local event, side, channel, reply, payload, distance = coroutine.yield("modem_message")
             say(side, channel, reply, payload.text == "\\0\\255", payload.list[2], distance)
         end`;
    const near = await bench.boot(listen("5, 7"), { id: 1, peripherals: { left: network.modem() } });
    const other = await bench.boot(listen("6"), { id: 2, peripherals: { left: network.modem() } });
    await bench.run(
        `peripheral.call("right", "open", 7)
         peripheral.call("right", "transmit", 5, 99, { text = "\\0\\255", list = { 1, 2 }, call = print })
         peripheral.call("right", "transmit", 7, 99, { text = "", list = {} })`,
        { peripherals: { right: network.modem() } },
    );
    await near.waitForText("left|5|99|true|2|12\nleft|7|99|false|nil|12");
    expect(other.transcript()).toBe("ready");
});

test("rednet works between two computers", async () => {
    const folder = mkdtempSync(join(tmpdir(), "trapos-rednet-"));
    const network = new ModemNetwork();
    const computers: Computer[] = [];
    async function start(id: number, program: string): Promise<Computer> {
        const disk = join(folder, String(id));
        mkdirSync(disk);
        writeFileSync(join(disk, "startup.lua"), program);
        const computer = await boot({ disk, id, peripherals: { back: network.modem() } });
        computers.push(computer);
        return computer;
    }
    try {
        const server = await start(
            1,
            `rednet.open("back") rednet.host("doors", "front") print("hosting")
             while true do
                 local sender, message = rednet.receive("doors")
                 if message.open then rednet.send(sender, { opened = message.open + 1 }, "doors") end
             end`,
        );
        await server.waitForText("hosting", { timeoutSeconds: 30 });
        const client = await start(
            2,
            `rednet.open("back") local id = rednet.lookup("doors", "front")
             rednet.send(id, { open = 41 }, "doors")
             local sender, answer = rednet.receive("doors") print("answer", sender, answer.opened)`,
        );
        await client.waitForText(/answer.*1.*42/, { timeoutSeconds: 30 });
        expect(server.transcript()).not.toContain("rror");
    } finally {
        await Promise.all(computers.map((computer) => computer.close()));
        rmSync(folder, { recursive: true });
    }
});

test("a speaker remembers what it was told and asks for more audio", async () => {
    const speaker = new Speaker();
    const { said } = await bench.run(
        `local function call(...) return peripheral.call("top", ...) end
         say(call("playNote", "Harp", 5, 12), call("playSound", "entity.creeper.primed"), call("playSound", "x"))
         say(pcall(call, "playNote", "kazoo")) say(pcall(call, "playSound", "No Sound"))
         say(pcall(call, "playAudio", {})) say(pcall(call, "playAudio", { 0, 0, 0, 0, 0, 0, 0, 128 }))
         local audio = {} for index = 1, 17 do audio[index] = index end
         say(call("playAudio", audio, 0.5), call("playAudio", audio))
         say(coroutine.yield("speaker_audio_empty")) say(call("playAudio", audio)) call("stop")`,
        { peripherals: { top: speaker } },
    );
    expect(said).toEqual([
        "true|true|false",
        'false|Invalid instrument, "kazoo"!',
        "false|Malformed sound name 'No Sound' ".trimEnd(),
        "false|Cannot play empty audio",
        "false|table item #8 must be between -128 and 127",
        "true|false",
        "speaker_audio_empty|top",
        "true",
    ]);
    const samples = Array.from({ length: 16 }, (_, index) => index + 1);
    expect(speaker.played).toEqual([
        { kind: "note", instrument: "harp", volume: 3, pitch: 12 },
        { kind: "sound", name: "entity.creeper.primed", volume: 1, pitch: 1 },
        { kind: "audio", samples, volume: 0.5 },
        { kind: "audio", samples, volume: 0.5 },
        { kind: "stop" },
    ]);
});

test("a monitor shows what is written to it, changes its scale and is touched", async () => {
    const monitor = new Monitor({ width: 2, height: 1 });
    const computer = await bench.boot(
        `local function call(...) return peripheral.call("front", ...) end
         say(call("getSize")) say(call("isColor"))
         call("setCursorPos", 2, 2) call("setTextColour", 16384) call("write", "hello") call("blit", "!", "0", "f")
         say(call("getCursorPos")) say(call("getTextColor"))
         call("setPaletteColour", 1, 0xff0000) say(call("getPaletteColor", 1))
         say(pcall(call, "setTextScale", 6)) say(pcall(call, "blit", "ab", "0", "f"))
         say(coroutine.yield("monitor_touch"))
         call("setTextScale", 0.5) say(coroutine.yield("monitor_resize")) say(call("getSize")) say(call("getTextScale"))
         coroutine.yield()`,
        { peripherals: { front: monitor } },
    );
    expect(monitor.screen()[1]).toBe(" hello!           ");
    monitor.touch(3, 4);
    await computer.waitForText("monitor_resize|front");
    await computer.waitForText(/0\.5$/);
    expect(computer.transcript().split("\n")).toEqual([
        "18|5", "true", "8|2", "16384", "1|0|0", "false|Expected number in range 0.5-5",
        "false|Arguments must be the same length", "monitor_touch|front|3|4", "monitor_resize|front", "36|10", "0.5",
    ]); // prettier-ignore
});
