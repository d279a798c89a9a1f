/** Answers as values, and turns beside a program, on the real server: the examples of docs/libai.md as they stand there. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type CommandResult } from "../../tools/harness/run-command.ts";
import { startWorld, type World } from "./support.ts";

const documentation = readFileSync(path.resolve(import.meta.dirname, "../../docs/libai.md"), "utf8");

let world: World;
beforeAll(async () => {
    world = await startWorld();
});
afterAll(() => world.stop());

/** Runs the example that begins with a file's name, or a program of one's own. */
async function run(name: string, program?: string): Promise<CommandResult> {
    const example = new RegExp(`\`\`\`lua\\n(-- ${name}\\.lua[\\s\\S]*?)\`\`\``).exec(documentation)?.[1];
    const computer = world.newComputer();
    mkdirSync(computer.disk, { recursive: true });
    writeFileSync(path.join(computer.disk, `${name}.lua`), program ?? example ?? "error('no example')");
    return computer.run(name);
}

const answers = (...texts: string[]) => {
    let next = 0;
    world.model.setRules([() => ({ text: texts[Math.min(next++, texts.length - 1)]! })]);
};
const good = '{"items": [{"name": "planks", "count": 8}]}';

it.each([
    ["JSON alone", [good]],
    ["JSON in a block", [`Here it is:\n\`\`\`json\n${good}\n\`\`\`\nDone.`]],
    ["JSON among words", [`A chest: ${good} That is all.`]],
    ["an answer that is mended", ['{"items": [{"name": "planks", "count": 0}]}', good]],
    ["words, and then JSON", ["Eight planks.", good]],
])("takes %s", async (_name, texts) => {
    answers(...texts);
    const before = world.model.requests.filter(({ conversation }) => conversation.purpose === "turn").length;
    const { output } = await run("recipe");
    expect(output.trim()).toBe("8 planks");
    const turns = world.model.requests.filter(({ conversation }) => conversation.purpose === "turn");
    expect(turns).toHaveLength(before + texts.length);
    expect(turns.at(-1)!.conversation.system).toContain("JSON Schema");
    if (texts.length > 1) expect(turns.at(-1)!.conversation.userText).toContain("Your answer does not fit: ");
});

it("says what does not fit after the second answer", async () => {
    answers('{"items": "none"}');
    const { output } = await run("recipe");
    expect(output.replaceAll("\n", " ")).toContain("value.items must be of type array");
});

it("tells by events what comes of a turn beside a program", async () => {
    answers("Roses are red.");
    const { output, succeeded } = await run("watch");
    expect(output.trim()).toBe("Roses are red.");
    expect(succeeded).toBe(true);
});

it("runs several turns at once, each in a session of its own, and tells of failures", async () => {
    world.model.setRules([({ userText }) => ({ text: `<${userText}>` })]);
    const { output } = await run(
        "several",
        `
        local ai = require("/apis/libai")()
        local function main()
            local names, left, progress = {}, 0, 0
            for _, prompt in ipairs({ "one", "two" }) do
                local _, id = ai.askAsync(prompt, { newSession = true })
                names[id], left = prompt, left + 1
            end
            local _, wrong = ai.askAsync("three", { model = "no/such" })
            names[wrong], left = "three", left + 1
            print(ai.askAsync(5))
            local said = {}
            while left > 0 do
                local event, id, ok, reply = os.pullEvent()
                if event == "ai_progress" then progress = progress + 1 end
                if event == "ai_reply" then
                    said[#said + 1] = names[id] .. "=" .. (ok and reply.text or reply.code)
                    left = left - 1
                end
            end
            table.sort(said)
            print(table.concat(said, " "))
            print(progress > 0)
        end
        parallel.waitForAny(main, ai.run)`,
    );
    expect(output).toContain("askAsync: prompt must be a text");
    expect(output).toContain("one=<one> three=unknown_model two=<two>");
    expect(output).toMatch(/^true$/m);
});

it("Ctrl+T ends the program, and the answer can be fetched later", async () => {
    world.model.setRules([() => ({ text: "It was worth it.", hang: true })]);
    const computer = world.newComputer();
    mkdirSync(computer.disk, { recursive: true });
    writeFileSync(
        path.join(computer.disk, "leave.lua"),
        `local ai = require("/apis/libai")()
         ai.askAsync("wait")
         parallel.waitForAny(function() while true do os.pullEvent() end end, ai.run)`,
    );
    const { computer: screen, finished } = await computer.start("leave");
    await world.model.waitForRequest(({ outcome }) => outcome === "pending");
    await screen.press("ctrl+t");
    expect((await finished).transcript).toContain("Terminated");
    world.model.release();
    expect((await computer.run("ai resume")).output).toContain("It was worth it.");
});
