/** What an agent may do, and who is asked: rules of the configuration and of sessions, answers, children. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Conversation, Reply, Rule } from "../../tools/model/index.ts";
import type { Message, PermissionRequest, ToolContent } from "../../tools/opencode2-twin/types.ts";
import { lastText, outline, startWorld, type World } from "./support.ts";

/** Runs the given commands at once, then says what they said. */
const runs =
    (...commands: string[]): Rule =>
    ({ toolResults }: Conversation): Reply =>
        toolResults.length < commands.length
            ? { toolCalls: commands.map((command) => ({ name: "bash", arguments: { command } })) }
            : { text: toolResults.map(({ output }) => output).join("|") };

const asksForCommands = { "*": "allow", bash: "ask" } as const;

async function asked(world: World): Promise<PermissionRequest> {
    return (await world.wait("permission.asked")).data as unknown as PermissionRequest;
}

function reply(world: World, { id, sessionID }: PermissionRequest, body: object) {
    return world.ask(`/api/session/${sessionID}/permission/${id}/reply`, { body });
}

function toolsOf(messages: readonly Message[]): ToolContent[] {
    return messages.flatMap((message) =>
        message.type === "assistant" ? message.content.filter((part) => part.type === "tool") : [],
    );
}

it("waits for leave, and goes on with it", async () => {
    const world = await startWorld({ permission: asksForCommands, rules: [runs("echo one && echo two")] });
    const { id } = await world.create();
    const turn = world.turn(id, "go");
    const request = await asked(world);
    expect(request).toMatchObject({
        sessionID: id,
        action: "shell",
        resources: ["echo one", "echo two"],
        save: ["echo *", "echo *"],
        source: { type: "tool", id: "call_chatcmpl-1_0" },
    });
    expect(await world.data(`/api/session/${id}/permission`)).toEqual([request]);
    expect(await world.data("/api/permission/request")).toEqual([request]);
    expect(await world.data("/api/permission/request?location[directory]=/elsewhere")).toEqual([]);
    expect((await reply(world, request, { reply: "once" })).status).toBe(400);
    expect((await reply(world, request, { decision: "once" })).status).toBe(204);
    expect(lastText(await turn)).toContain("one\ntwo");
    expect((await world.wait("permission.replied")).data).toEqual({
        sessionID: id,
        requestID: request.id,
        reply: "once",
    });
    expect((await reply(world, request, { decision: "once" })).body).toMatchObject({
        _tag: "PermissionNotFoundError",
        requestID: request.id,
    });
});

it("asks once for what is always allowed, in all sessions of the project and after a restart", async () => {
    const world = await startWorld({ permission: asksForCommands, rules: [runs("echo one")] });
    const { id } = await world.create();
    const turn = world.turn(id, "go");
    await reply(world, await asked(world), { decision: "always" });
    await turn;
    const other = await world.create();
    expect(outline(await world.turn(other.id, "go"))).toContain("idle succeeded");
    await world.twin.kill();
    await world.restart();
    expect(outline(await world.turn((await world.create()).id, "go"))).toContain("idle succeeded");
    expect(world.seen().filter(({ type }) => type === "permission.asked")).toEqual([]);
});

it("ends the turn where leave is not given, and rejects what else it asks", async () => {
    const world = await startWorld({ permission: asksForCommands, rules: [runs("echo one", "echo two")] });
    const { id } = await world.create();
    const turn = world.turn(id, "go");
    await reply(world, await asked(world), { decision: "reject" });
    const messages = await turn;
    expect(outline(messages)).toEqual(["user", "assistant", "idle interrupted"]);
    expect(toolsOf(messages).map(({ state }) => state)).toMatchObject([
        { status: "error", error: { type: "aborted", message: "The user declined this tool call" } },
        { status: "error", error: { type: "aborted", message: "The user declined this tool call" } },
    ]);
    expect(await world.data(`/api/session/${id}/permission`)).toEqual([]);
});

it("goes on where somebody says why leave is not given", async () => {
    const world = await startWorld({ permission: asksForCommands, rules: [runs("echo one")] });
    const { id } = await world.create();
    const turn = world.turn(id, "go");
    await reply(world, await asked(world), { decision: "reject", message: "Not now." });
    const messages = await turn;
    expect(outline(messages)).toContain("idle succeeded");
    expect(lastText(messages)).toBe("Unable to execute command: echo one");
});

it.each([
    ["a session's own rules outrank the configuration", "allow", "deny", "Unable to execute command"],
    ["in both directions", "deny", "allow", "one\n"],
] as const)("%s", async (_what, configured, own, said) => {
    const world = await startWorld({
        permission: { "*": "allow", bash: configured },
        rules: [runs("echo one")],
    });
    const { id } = await world.create({
        permissions: [{ action: "shell", resource: "*", effect: own }],
    });
    expect(lastText(await world.turn(id, "go"))).toContain(said);
});

it("takes the rules that a session is given later, in place of those it had", async () => {
    const world = await startWorld({ rules: [runs("echo one")] });
    const deny = [{ action: "shell", resource: "*", effect: "deny" }];
    const { id } = await world.create({ permissions: deny });
    const path = `/api/session/${id}`;
    expect((await world.ask(path, { method: "PATCH", body: { permissions: [] } })).status).toBe(204);
    expect(await world.data(path)).toMatchObject({ permissions: [] });
    expect(lastText(await world.turn(id, "go"))).toContain("one\n");
});

it("offers no tool that is denied for all", async () => {
    const world = await startWorld();
    const { id } = await world.create({
        permissions: [
            { action: "*", resource: "*", effect: "deny" },
            { action: "read", resource: "*", effect: "allow" },
        ],
    });
    await world.turn(id, "ping");
    expect(world.model.requests[0]!.conversation.tools.map(({ name }) => name)).toEqual(["read"]);
});

it("asks before it leaves the session's directory", async () => {
    const world = await startWorld({
        permission: { "*": "allow", external_directory: "ask" },
        rules: [runs("touch /nowhere/at/all")],
    });
    const { id } = await world.create();
    const turn = world.turn(id, "go");
    const request = await asked(world);
    expect(request).toMatchObject({ action: "external_directory", resources: ["/nowhere/at/*"] });
    await reply(world, request, { decision: "reject" });
    expect(outline(await turn)).toContain("idle interrupted");
});

it("shows what an edit would change", async () => {
    const write: Rule = ({ toolResults }) =>
        toolResults.length === 0
            ? { toolCalls: [{ name: "write", arguments: { filePath: "door.lua", content: "return 1\n" } }] }
            : { text: "done" };
    const world = await startWorld({ permission: { "*": "allow", edit: "ask" }, rules: [write] });
    const { id } = await world.create();
    const turn = world.turn(id, "go");
    const request = await asked(world);
    expect(request).toMatchObject({
        action: "edit",
        resources: ["door.lua"],
        metadata: { files: [{ file: "door.lua", additions: 1, deletions: 0, status: "added" }] },
    });
    expect(existsSync(join(world.twin.directory, "door.lua"))).toBe(false);
    await reply(world, request, { decision: "once" });
    await turn;
    expect(existsSync(join(world.twin.directory, "door.lua"))).toBe(true);
});

it("asks on the session of a subagent", async () => {
    const delegate: Rule = ({ userText, toolResults }) => {
        if (userText === "help") return runs("echo one")({ toolResults } as Conversation);
        return toolResults.length === 0
            ? {
                  toolCalls: [
                      {
                          name: "task",
                          arguments: { description: "Help", prompt: "help", subagent_type: "general" },
                      },
                  ],
              }
            : { text: toolResults[0]!.output };
    };
    const world = await startWorld({ permission: asksForCommands, rules: [delegate] });
    const { id } = await world.create();
    const turn = world.turn(id, "go");
    const request = await asked(world);
    expect(request.sessionID).not.toBe(id);
    expect(await world.data(`/api/session?parentID=${id}`)).toMatchObject([
        { id: request.sessionID, parentID: id, title: "Help", agent: "general" },
    ]);
    const roots = await world.data<{ id: string }[]>("/api/session?parentID=null");
    expect(roots.map((session) => session.id)).toEqual([id]);
    await reply(world, request, { decision: "once" });
    const messages = await turn;
    expect(toolsOf(messages)[0]).toMatchObject({
        name: "subagent",
        state: { metadata: { sessionID: request.sessionID, status: "completed" } },
    });
    expect(lastText(messages)).toContain(
        `<subagent sessionID="${request.sessionID}" state="completed">\none`,
    );
});
