import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createBench, type Bench } from "./machine-support.ts";

let bench: Bench;
beforeEach(() => {
    bench = createBench();
});
afterEach(() => bench.close());

const sayEvents = "while true do say(coroutine.yield()) end";

test("a click is pressed and let go, on an advanced computer and on its screen", async () => {
    const computer = await bench.boot(sayEvents);
    await computer.click(3, 4);
    await computer.click(200, 40, 2);
    expect(computer.transcript()).toBe(
        "mouse_click|1|3|4\nmouse_up|1|3|4\nmouse_click|2|200|40\nmouse_up|2|200|40",
    );
    await expect(computer.click(201, 1)).rejects.toThrow(
        "x must be a whole number from 1 to 200, but is 201",
    );
    const basic = await bench.boot(sayEvents, { colour: false });
    await expect(basic.click(1, 1)).rejects.toThrow("A computer without colour has no mouse");
});

test("the screen can get another size while the computer runs", async () => {
    const computer = await bench.boot(
        `say("a long row") say("second") say(coroutine.yield("term_resize")) say(term.getSize())
         coroutine.yield("again") os.reboot() coroutine.yield()`,
        { width: 20, height: 3 },
    );
    computer.resize(6, 5);
    await computer.waitForText("6|5");
    expect(computer.screen()).toEqual(["a long", "second", "term_r", "6|5   ", "      "]);
    computer.queue("again");
    await computer.waitForText(/second$/);
    expect(computer.screen()).toHaveLength(5);
    expect(() => computer.resize(0, 5)).toThrow("width must be a whole number from 1 on, but is 0");
});

test("ctrl+s switches off at once and ctrl+r starts again, files closed in order", async () => {
    const computer = await bench.boot(
        `local file = fs.open("log", "a") file.write("start ") say("up") while true do coroutine.yield() end`,
    );
    await computer.press("ctrl+r");
    expect(readFileSync(join(bench.disk, "log"), "utf8")).toBe("start start ");
    expect(computer.transcript()).toBe("up");
    await computer.press("ctrl+s");
    expect(await computer.exit).toEqual({ reason: "shutdown", status: 0 });
});

test("a failure of the computer stands on its screen, below what was there", async () => {
    const computer = await bench.boot('say("before") error("a message that is longer than the row", 0)', {
        width: 26,
        height: 4,
    });
    await computer.exit;
    expect(computer.screen().map((row) => row.trimEnd())).toEqual([
        "Error running computer",
        "a message that is longer t",
        "han the row",
        "",
    ]);
    expect(computer.transcript()).toMatch(/^before\nError running computer/);
});

test("a label can be handed on to the next start", async () => {
    const first = await bench.boot('os.setComputerLabel("door") os.shutdown() coroutine.yield()');
    await first.exit;
    expect(first.label()).toBe("door");
    const { said } = await bench.run("say(os.getComputerLabel())", { label: "door" });
    expect(said).toEqual(["door"]);
});

test("folders of the host can be seen beside the disk, and written where that is allowed", async () => {
    const shared = join(bench.disk, "..", "shared");
    mkdirSync(shared);
    writeFileSync(join(shared, "file"), "content");
    const mounts = [
        { name: "read", folder: shared },
        { name: "deep/write", folder: shared, writable: true },
    ];
    const { said } = await bench.run(
        `say(fs.open("read/file", "r").readAll(), fs.isReadOnly("read"), fs.getDrive("read/file"))
         say(fs.open("read/x", "w"))
         local file = fs.open("/deep/write/made", "w") file.write("new") file.close()
         say(fs.exists("read/made"), fs.getFreeSpace("deep/write"), fs.isReadOnly("deep/write"))
         fs.move("deep/write/made", "moved") say(fs.exists("read/made"), fs.getSize("moved"))
         say(unpack(fs.list("/")))
         say(pcall(fs.delete, "deep/write"))
         say(fs.open("read/../../escape", "r"))`,
        { mounts },
    );
    expect(said).toEqual([
        "content|true|read",
        "nil|/read/x: Access denied",
        "true|unlimited|false",
        "false|3",
        "moved|read|rom",
        "false|/deep/write: Access denied",
        "nil|/../escape: Invalid Path",
    ]);
    await expect(bench.boot("", { mounts: [{ name: "rom", folder: shared }] })).rejects.toThrow(
        'A mount cannot be named "rom"',
    );
    await expect(bench.boot("", { mounts: [{ name: "x", folder: "/nowhere" }] })).rejects.toThrow(
        "The mount x is no folder: /nowhere",
    );
});
