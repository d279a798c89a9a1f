/** A form of opencode 2, filled in by a player in the box of questions. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { boot, type Computer, writeSettings } from "craftos-headless";
import { installPackages, usualPackages } from "../../tools/harness/disk.ts";
import { serverSettings } from "../../tools/harness/server.ts";
import { startModel } from "../../tools/model/index.ts";
import { startTwin } from "../../tools/opencode2-twin/index.ts";
import { shownOn } from "../e2e/player.ts";

const fields = [
    { key: "name", type: "string", title: "Name", description: "What is the door called?", required: true },
    {
        key: "wood",
        type: "string",
        title: "Wood",
        options: [
            { value: "b", label: "Birch", description: "light" },
            { value: "o", label: "Oak" },
        ],
        custom: true,
    },
    {
        key: "tools",
        type: "multiselect",
        title: "Tools",
        options: [
            { value: "p", label: "Pickaxe" },
            { value: "a", label: "Axe" },
        ],
    },
    { key: "width", type: "integer", title: "Width" },
    { key: "speed", type: "number", title: "Speed" },
    { key: "lock", type: "boolean", title: "Lock" },
    { key: "code", type: "string", title: "Code", when: [{ key: "lock", op: "eq", value: true }] },
];

/** A player's computer that asks the twin, whose model asks for the form. */
async function world(size: { width: number; height: number; colour: boolean }): Promise<{
    computer: Computer;
    heard: () => string;
}> {
    const folder = await mkdtemp(join(tmpdir(), "trapos-form-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    let heard = "";
    const model = await startModel({
        rules: [
            ({ toolResults }) => {
                if (toolResults.length === 0)
                    return { toolCalls: [{ name: "question", arguments: { fields } }] };
                heard = toolResults.at(-1)!.output;
                return { text: "Thank you." };
            },
        ],
    });
    onTestFinished(() => model.stop());
    const twin = await startTwin({
        home: join(folder, "twin"),
        model: { baseUrl: model.url },
        permission: { "*": "allow" },
    });
    onTestFinished(() => twin.stop());
    const disk = join(folder, "computer");
    await mkdir(disk);
    await installPackages(disk, usualPackages);
    await writeSettings(disk, { ...serverSettings(twin), "trapos.harness_mode": false });
    const computer = await boot({ disk, id: 1, ...size, http: { allow: ["127.0.0.1"] } });
    onTestFinished(() => computer.close());
    await computer.waitForText(/^> ?$/m);
    return { computer, heard: () => heard };
}

it.each([
    { width: 51, height: 19, colour: true },
    { width: 26, height: 20, colour: false },
])("is asked field by field on $width x $height, and answered by what each takes", async (size) => {
    const { computer, heard } = await world(size);
    const shows = (text: string | RegExp) => computer.waitForText(text, { sinceInput: true });
    const type = async (text: string, next: string | RegExp): Promise<void> => {
        await computer.type(text);
        await shows(next);
    };
    computer.queue("paste", "ai build a door");
    await computer.press("enter");
    await shows("Name (1 of 7)");
    await type("w", "Your answer:");
    await type("main gate\n", "Wood (2 of 7)");
    expect(shownOn(computer)).toContain("1 Birch\n  light\n2 Oak\nw own words  n no answer");
    await type("1", "Tools (3 of 7)");
    await type("1", "[x] Pickaxe");
    await type("2", "[x] Axe");
    await computer.press("enter");
    await shows("Width (4 of 7)");
    expect(shownOn(computer)).toMatch(/w whole number\s+n no answer$/);
    await type("w", "Whole number:");
    await type("wide\n", "Not whole:");
    await type("2.5\n", "Not whole:");
    await type("3\n", "Speed (5 of 7)");
    await type("w", "Number:");
    await type("2.5\n", "Lock (6 of 7)");
    expect(shownOn(computer)).toContain("1 Yes\n2 No\nn no answer");
    await type("2", "Code (7 of 7)");
    await type("w", "Your answer:");
    await type("1234\n", "Thank you.");
    // What is a question to somebody who has said no is none to the form.
    expect(heard()).not.toContain("1234");
    for (const answer of ['"main gate"', '"b"', '"p, a"', '"3"', '"2.5"', '"false"'])
        expect(heard()).toContain(answer);
});
