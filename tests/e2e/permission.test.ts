/** The real server waits for a permission or an answer where nobody is at the keyboard; permission-box.test.ts is for where somebody is. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { isLinked, startWorld, type World } from "./support.ts";

let world: World;
beforeAll(async () => {
    world = await startWorld({
        permission: { "*": "allow", bash: "ask", webfetch: "ask", question: "allow" },
    });
    world.model.setRules([
        ({ userText, toolResults }) => {
            if (toolResults.length > 0) return { text: `It said ${toolResults[0]!.output}` };
            if (userText.includes("pose a question")) {
                const question = {
                    question: "Birch or oak?",
                    header: "Wood",
                    options: [
                        { label: "Birch", description: "light" },
                        { label: "Oak", description: "dark" },
                    ],
                };
                return { toolCalls: [{ name: "question", arguments: { questions: [question] } }] };
            }
            const task = { description: "count", prompt: "run a command", subagent_type: "general" };
            if (userText.includes("delegate twice")) {
                // The first of them is done at once: its prompt names no command.
                const quick = { ...task, prompt: "just talk" };
                return {
                    toolCalls: [
                        { name: "task", arguments: task },
                        { name: "task", arguments: quick },
                    ],
                };
            }
            if (userText.includes("delegate")) return { toolCalls: [{ name: "task", arguments: task }] };
            if (userText.includes("just talk")) return { text: "Said." };
            if (userText.includes("fetch a page")) {
                const page = { url: "http://127.0.0.1:9/", format: "text" };
                return { toolCalls: [{ name: "webfetch", arguments: page }] };
            }
            if (userText.includes("sleep on it")) {
                const sleep = { filePath: "/no/such/file" };
                const wait = { command: "echo forty-two", description: "Count" };
                return {
                    toolCalls: [
                        { name: "bash", arguments: wait },
                        { name: "read", arguments: sleep },
                    ],
                };
            }
            const bash = { command: "echo forty-two", description: "Count" };
            return { toolCalls: [{ name: "bash", arguments: bash }] };
        },
    ]);
});
afterAll(() => world.stop());

/** In harness mode nobody is at the keyboard. */
it.each([
    ["run a command", "Nobody answered, so it is refused: <shell>: echo"],
    ["delegate it", "Nobody answered, so it is refused: <shell>: echo"],
    ["sleep on it", "Nobody answered, so it is refused: <shell>: echo"],
    ["delegate twice", "Nobody answered, so it is refused: <shell>: echo"],
])("%s: is refused with a reason where nobody is there", async (prompt, line) => {
    const { succeeded, transcript } = await world.newComputer().run(`ai ${prompt}`);
    expect(transcript).toContain(line.replace("<shell>", world.shell));
    expect(transcript).toContain("It said");
    // The model of opencode 2 does not read why.
    if (prompt === "run a command" && world.behind.dialect === 1)
        expect(transcript.replaceAll("\n", " ")).toMatch(/There is nobody at the +computer to ask\./);
    expect(succeeded).toBe(true);
});

it("rejects a question where nobody is there, which ends the turn", async () => {
    const { succeeded, transcript } = await world.newComputer().run("ai pose a question");
    expect(transcript).toContain("Nobody answered, so it is refused: Birch or oak?");
    expect(transcript).toContain("The turn ended at a tool call that was refused.");
    expect(succeeded).toBe(false);
});

it.each([
    ["ai --yes run a command", {}, "It said forty-two", "Allowed once: <shell>: echo forty-two"],
    ["ai run a command", { "opencc.permission": "once" }, "It said forty-two", "Allowed once"],
    ["ai --no run a command", {}, "It said", "Refused: <shell>: echo forty-two"],
    ["ai --yes delegate twice", {}, "It said", "Allowed once: <shell>: echo"],
])("%s, %j", async (command, settings, answer, line) => {
    const { transcript } = await world.newComputer({ settings }).run(command);
    expect(transcript).toContain(answer);
    expect(transcript).toContain(line.replace("<shell>", world.shell));
});

// Last: opencode cannot list permissions in this folder from here on.
it.skipIf(isLinked)("says that a permission waits which opencode cannot list", async () => {
    const computer = world.newComputer();
    const { computer: waiting, finished } = await computer.start("ai --timeout 6 fetch a page");
    await waiting.waitForText("needs permission: webfetch", { timeoutSeconds: 30 });
    const { succeeded, transcript } = await finished;
    expect(succeeded).toBe(false);
    expect(transcript.replaceAll("\n", " ")).toMatch(
        /A permission waits that opencode cannot list: +webfetch Type ai abort, then restart opencode/,
    );
    expect((await computer.run("ai abort")).transcript).toContain("Stopped.");
});

it.runIf(isLinked)("is told by a bridge of the permission that opencode cannot list", async () => {
    const { succeeded, transcript } = await world.newComputer().run("ai --timeout 20 fetch a page");
    expect(succeeded).toBe(true);
    expect(transcript.replaceAll("\n", " ")).toContain("Nobody answered, so it is refused: webfetch:");
});
