/** The real server waits for a permission or an answer that only a person can give. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { startWorld, type World } from "./support.ts";

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

async function waitingFor(path: "/permission" | "/question"): Promise<string> {
    const query = `?directory=${encodeURIComponent(world.opencode.directory)}`;
    const [entry] = await world.call<{ id: string }[]>("GET", path + query);
    return entry!.id;
}

it("shows which permission is waited for, and the answer once it is given", async () => {
    const { computer, finished } = await world.newComputer().start("ai run a command");
    await computer.waitForText("needs permission: bash: echo forty-two", { timeoutSeconds: 30 });
    await world.call("POST", `/permission/${await waitingFor("/permission")}/reply`, { reply: "once" });
    const { succeeded, transcript } = await finished;
    expect(transcript).toContain("It said forty-two");
    expect(succeeded).toBe(true);
});

it("says that the turn ended when the permission is refused", async () => {
    const { computer, finished } = await world.newComputer().start("ai run a command");
    await computer.waitForText("needs permission", { timeoutSeconds: 30 });
    await world.call("POST", `/permission/${await waitingFor("/permission")}/reply`, { reply: "reject" });
    const { succeeded, transcript } = await finished;
    expect(transcript).toContain("The turn ended at a tool call that was refused.");
    expect(succeeded).toBe(false);
});

it("gives up waiting with the permission's name and where to give it", async () => {
    const computer = world.newComputer();
    const { succeeded, transcript } = await computer.run("ai --timeout 4 run a command");
    expect(succeeded).toBe(false);
    expect(transcript).toContain("opencode waits for a permission: bash: echo");
    expect(transcript.replaceAll("\n", " ")).toContain("then: ai resume");
    await world.call("POST", `/permission/${await waitingFor("/permission")}/reply`, { reply: "once" });
    expect((await computer.run("ai resume")).transcript).toContain("It said forty-two");
});

it("shows a subagent's permission", async () => {
    const { computer, finished } = await world.newComputer().start("ai delegate it");
    await computer.waitForText("needs permission: bash: echo", { timeoutSeconds: 30 });
    await world.call("POST", `/permission/${await waitingFor("/permission")}/reply`, { reply: "once" });
    expect((await finished).succeeded).toBe(true);
});

it("shows the question that opencode asks", async () => {
    const { computer, finished } = await world.newComputer().start("ai pose a question");
    await computer.waitForText("asks: Birch or oak?", { timeoutSeconds: 30 });
    await world.call("POST", `/question/${await waitingFor("/question")}/reply`, { answers: [["Birch"]] });
    const { succeeded, transcript } = await finished;
    expect(transcript).toContain("Birch");
    expect(succeeded).toBe(true);
});

it("shows the permission of the first of two tools", async () => {
    const { computer, finished } = await world.newComputer().start("ai sleep on it");
    await computer.waitForText("needs permission: bash: echo forty-two", { timeoutSeconds: 30 });
    await world.call("POST", `/permission/${await waitingFor("/permission")}/reply`, { reply: "once" });
    expect((await finished).succeeded).toBe(true);
});

it("shows the permission of the first of two subagents", async () => {
    const { computer, finished } = await world.newComputer().start("ai delegate twice");
    await computer.waitForText("needs permission: bash: echo", { timeoutSeconds: 30 });
    await world.call("POST", `/permission/${await waitingFor("/permission")}/reply`, { reply: "once" });
    expect((await finished).succeeded).toBe(true);
});

it("does not show the permission of a turn that was stopped", async () => {
    const computer = world.newComputer();
    const first = await computer.start("ai run a command");
    await first.computer.waitForText("needs permission: bash: echo forty-two", { timeoutSeconds: 30 });
    await first.computer.press("ctrl+t");
    expect((await first.finished).transcript).toContain("The turn was stopped on the server.");
    const dead = await waitingFor("/permission");
    const second = await computer.start("ai pose a question");
    await second.computer.waitForText("asks: Birch or oak?", { timeoutSeconds: 30 });
    expect(second.computer.transcript()).not.toContain("needs permission");
    await second.computer.press("ctrl+t");
    await second.finished;
    await world.call("POST", `/permission/${dead}/reply`, { reply: "reject" });
});

// Last: opencode cannot list permissions in this folder from here on.
it("says that a permission waits which opencode cannot list", async () => {
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
