/** Folders, titles, searches and prompts in any script: letters of one to four bytes through every address. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startWorld, type World } from "./support.ts";

const permission = { "*": "allow", bash: { "*": "allow", "date *": "ask" }, question: "allow" } as const;
const question = {
    question: "Birke oder Eiche – 樺?",
    header: "Holz",
    options: [{ label: "樺", description: "hell" }],
};

let folder: string;
let directory: string;
let world: World;
beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "trapos-script-"));
    directory = join(folder, "jörg", "Ωmega & 項目😀");
    await mkdir(directory, { recursive: true });
    world = await startWorld({ directory, permission });
    world.model.setRules([
        ({ userText, toolResults }) => {
            if (toolResults.length > 0) return { text: `It said ${toolResults.at(-1)!.output}` };
            const bash = (command: string) => ({
                toolCalls: [{ name: "bash", arguments: { command, description: "Los" } }],
            });
            if (userText.includes("slowly")) return bash("sleep 4; pwd");
            if (userText.includes("date")) return bash("date +%Y");
            if (userText.includes("pose"))
                return { toolCalls: [{ name: "question", arguments: { questions: [question] } }] };
            return { text: `<${userText}>` };
        },
    ]);
});
afterAll(async () => {
    await world.stop();
    await rm(folder, { recursive: true, force: true });
});

/** Allows what waits in the folder. */
async function allow(where = directory): Promise<void> {
    const asks = await world.behind.permissions(where);
    expect(asks).toHaveLength(1);
    await world.behind.answerPermission(asks[0]!, "once", where);
}

it("answers a turn that is so long that its status is asked for", async () => {
    const { succeeded, transcript } = await world.newComputer().run("ai go slowly", { width: 200 });
    expect(transcript).toContain(`It said ${folder}`);
    expect(succeeded).toBe(true);
});

it("sees the permission that waits in the folder", async () => {
    const computer = await world.newComputer().open();
    await computer.type("ai what date is it\n");
    await computer.waitForText(/^ *date \+%Y/m, { timeoutSeconds: 30 });
    await allow();
    await computer.waitForText("It said 20", { timeoutSeconds: 30 });
});

it("sees the question that waits in the folder", async () => {
    const computer = await world.newComputer().open();
    await computer.type("ai pose a question\n");
    await computer.waitForText("Birke oder Eiche - ??", { timeoutSeconds: 30 });
    const asks = await world.behind.questions(directory);
    expect(asks).toHaveLength(1);
    await world.behind.answerQuestion(asks[0]!, "樺", directory);
    await computer.waitForText("It said ", { timeoutSeconds: 30 });
});

it("works in a folder that was typed at the computer", async () => {
    const other = join(folder, "jörg", "straße");
    await mkdir(other);
    const computer = await world.newComputer().open({ width: 200 });
    await computer.type(`set opencc.directory ${other}\nai go slowly\n`);
    await computer.waitForText(`It said ${folder}/jörg/straße`, { timeoutSeconds: 30 });
    await computer.type("ai what date is it\n");
    await computer.waitForText(/^ *date \+%Y/m, { timeoutSeconds: 30 });
    await allow(other);
    await computer.waitForText("It said 20", { timeoutSeconds: 30 });
    // The lists of agents and models are the folder's, too.
    await computer.type("ai --model scripted/model --agent build hello\n");
    await computer.waitForText("<hello>", { timeoutSeconds: 30 });
});

it("finds a session by its title and brings the prompt through, in every script", async () => {
    const prompts = [
        "Warum öffnet die Tür nicht?",
        "почему дверь не открывается",
        "扉が開かない項目😀",
        "لماذا لا يفتح الباب",
    ];
    const computer = world.newComputer();
    await mkdir(computer.disk, { recursive: true });
    await writeFile(join(computer.disk, "prompts.json"), JSON.stringify(prompts));
    await writeFile(
        join(computer.disk, "test.lua"),
        `local ai = require("/apis/libai")()
         local file = fs.open("/prompts.json", "rb") local prompts = textutils.unserializeJSON(file.readAll()) file.close()
         for _, prompt in ipairs(prompts) do
             local ok, reply = ai.ask(prompt, {newSession = true})
             local found, sessions = ai.listSessions({search = prompt})
             print(ok and reply.text == "<" .. prompt .. ">", found and #sessions, found and sessions[1].title:sub(1, #prompt) == prompt)
         end`,
    );
    const { transcript } = await computer.run("test", { width: 120 });
    expect(transcript.split("\n").map((line) => line.replace(/\s+/g, " ").trim())).toEqual(
        expect.arrayContaining(prompts.map(() => "true 1 true")),
    );
    expect(transcript.match(/true\s+1\s+true/g)).toHaveLength(prompts.length);
});
