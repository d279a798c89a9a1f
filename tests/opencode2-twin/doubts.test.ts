/** Each doubt, set to what is less likely: the twin does that instead. */
import { expect, it } from "vitest";
import type { Rule } from "../../tools/model/index.ts";
import { type Doubts, likely } from "../../tools/opencode2-twin/index.ts";
import type { Form, PermissionRequest } from "../../tools/opencode2-twin/types.ts";
import { lastText, outline, startWorld, type World } from "./support.ts";

const runs: Rule = ({ toolResults }) =>
    toolResults.length === 0
        ? { toolCalls: [{ name: "bash", arguments: { command: "echo one" } }] }
        : { text: toolResults[0]!.output };

const poses: Rule = ({ toolResults }) =>
    toolResults.length === 0
        ? { toolCalls: [{ name: "question", arguments: { questions: [{ question: "Which?" }] } }] }
        : { text: toolResults[0]!.output };

const delegate: Rule = ({ userText, toolResults }) =>
    userText === "help" || toolResults.length > 0
        ? { text: "done" }
        : {
              toolCalls: [
                  {
                      name: "task",
                      arguments: { description: "h", prompt: "help", subagent_type: "general" },
                  },
              ],
          };

async function isRoute(world: World, path: string, method = "GET"): Promise<boolean> {
    return !(await world.ask(path, { method })).type.startsWith("text/html");
}

/** A session whose turn asks for something. */
async function asking(doubts: Partial<Doubts>, rule: Rule) {
    const world = await startWorld({ doubts, rules: [rule], permission: { "*": "allow", bash: "ask" } });
    const { id } = await world.create();
    const turn = world.turn(id, "go");
    const event = rule === runs ? "permission.asked" : "form.created";
    const { data } = await world.wait(event);
    return {
        world,
        id,
        turn,
        request: data as unknown as PermissionRequest,
        form: data["form"] as Form,
    };
}

/** What each doubt changes. */
const changes: Record<keyof Doubts, () => Promise<void>> = {
    async version() {
        const world = await startWorld({ doubts: { version: "2.1.4" } });
        expect((await world.ask("/api/info")).body).toMatchObject({ version: "2.1.4" });
        expect(world.twin.version).toBe("2.1.4");
    },
    async unknownRoutes() {
        const ofNobody = { headers: { authorization: "" } };
        const nobody = async (doubt: Doubts["unknownRoutes"], asked = ofNobody) => {
            const world = await startWorld({ doubts: { unknownRoutes: doubt } });
            return (await world.ask("/global/health", asked)).status;
        };
        expect(await nobody("html without login")).toBe(200);
        expect(await nobody("html")).toBe(401);
        expect(await nobody("401", { headers: {} } as typeof ofNobody)).toBe(401);
    },
    async unknownKeys() {
        const world = await startWorld({ doubts: { unknownKeys: "ignored" } });
        const { id } = await world.create({ name: "x" });
        await world.prompt(id, "ping", { prompt: { text: "ping" } });
    },
    async malformedJson() {
        const world = await startWorld({ doubts: { malformedJson: 400 } });
        expect((await world.ask("/api/session", { body: "{" })).status).toBe(400);
    },
    async formList() {
        const earlier = await startWorld({ doubts: { formList: "/api/form/request" } });
        expect(await isRoute(earlier, "/api/form/request")).toBe(true);
        expect(await isRoute(earlier, "/api/form")).toBe(false);
        const none = await startWorld({ doubts: { formList: "per session only" } });
        expect(await isRoute(none, "/api/form")).toBe(false);
    },
    async permissionList() {
        const world = await startWorld({ doubts: { permissionList: "per session only" } });
        expect(await isRoute(world, "/api/permission/request")).toBe(false);
    },
    async permissionSource() {
        const { world, id, turn, request } = await asking({ permissionSource: "callID" }, runs);
        expect(request.source).toEqual({
            type: "tool",
            messageID: expect.any(String) as string,
            callID: "call_chatcmpl-1_0",
        });
        await world.ask(`/api/session/${id}/interrupt`, { method: "POST" });
        await turn;
    },
    async toolEvents() {
        const world = await startWorld({ doubts: { toolEvents: "callID" } });
        const { id } = await world.create();
        await world.turn(id, "[tools 1] x");
        expect((await world.wait("session.tool.called")).data).toMatchObject({ callID: "call_chatcmpl-1_0" });
    },
    async permissionReply() {
        const { world, id, turn, request } = await asking({ permissionReply: "reply" }, runs);
        const path = `/api/session/${id}/permission/${request.id}/reply`;
        expect((await world.ask(path, { body: { decision: "once" } })).status).toBe(400);
        expect((await world.ask(path, { body: { reply: "once" } })).status).toBe(204);
        await turn;
    },
    async rejection() {
        const { world, id, turn, request } = await asking({ rejection: "goes on" }, runs);
        await world.ask(`/api/session/${id}/permission/${request.id}/reply`, {
            body: { decision: "reject" },
        });
        expect(outline(await turn)).toContain("idle succeeded");
    },
    async formDismissal() {
        const { world, id, turn, form } = await asking({ formDismissal: "post cancel" }, poses);
        const path = `/api/session/${id}/form/${form.id}`;
        expect(await isRoute(world, path, "DELETE")).toBe(false);
        expect((await world.ask(`${path}/cancel`, { method: "POST" })).status).toBe(204);
        expect(outline(await turn)).toContain("idle interrupted");
    },
    async dismissalMessage() {
        const { world, id, turn, form } = await asking({ dismissalMessage: "goes on" }, poses);
        await world.ask(`/api/session/${id}/form/${form.id}?message=Not+now`, { method: "DELETE" });
        expect(lastText(await turn)).toBe("Not now");
    },
    async formMode() {
        const { world, id, turn, form } = await asking({ formMode: true }, poses);
        expect(form.mode).toBe("form");
        await world.ask(`/api/session/${id}/interrupt`, { method: "POST" });
        await turn;
    },
    async revertClear() {
        const world = await startWorld({ doubts: { revertClear: "post clear" } });
        const { id } = await world.create();
        expect(await isRoute(world, `/api/session/${id}/revert`, "DELETE")).toBe(false);
        expect((await world.ask(`/api/session/${id}/revert/clear`, { method: "POST" })).status).toBe(204);
    },
    async revertFiles() {
        const world = await startWorld({
            doubts: { revertFiles: "only if true" },
            rules: [
                ({ toolResults }) =>
                    toolResults.length === 0
                        ? { toolCalls: [{ name: "write", arguments: { path: "a", content: "1" } }] }
                        : { text: "done" },
            ],
        });
        const { id } = await world.create();
        await world.turn(id, "go", { id: "msg_1" });
        const stage = (body: object) => world.data(`/api/session/${id}/revert/stage`, { body });
        expect(await stage({ messageID: "msg_1" })).toMatchObject({ files: [] });
        expect(await stage({ messageID: "msg_1", files: true })).toMatchObject({ files: [{ file: "a" }] });
    },
    async revertCommit() {
        const world = await startWorld({ doubts: { revertCommit: "keeps the prompt" } });
        const { id } = await world.create();
        await world.turn(id, "ping", { id: "msg_1" });
        await world.data(`/api/session/${id}/revert/stage`, { body: { messageID: "msg_1" } });
        await world.ask(`/api/session/${id}/revert/commit`, { method: "POST" });
        expect(outline(await world.messages(id))).toEqual(["user"]);
    },
    async interruptAnswer() {
        const world = await startWorld({ doubts: { interruptAnswer: 204 } });
        const { id } = await world.create();
        expect((await world.ask(`/api/session/${id}/interrupt`, { method: "POST" })).status).toBe(204);
    },
    async interruptedIdle() {
        const world = await startWorld({ doubts: { interruptedIdle: false } });
        const { id } = await world.create();
        await world.prompt(id, "[hang]");
        await world.wait("session.inbox.delivered");
        await world.ask(`/api/session/${id}/interrupt`, { method: "POST" });
        expect(outline(await world.messages(id))).toEqual(["user"]);
        expect(await world.data(`/api/session/${id}`)).toMatchObject({ outcome: "interrupted" });
    },
    async idleRecords() {
        const world = await startWorld({ doubts: { idleRecords: false } });
        const { id } = await world.create();
        expect(outline(await world.turn(id, "ping"))).toEqual(["user", "assistant"]);
    },
    async sessionOutcome() {
        const world = await startWorld({ doubts: { sessionOutcome: false } });
        const { id } = await world.create();
        await world.turn(id, "ping");
        const session = await world.data<{ time: object }>(`/api/session/${id}`);
        expect(session).not.toHaveProperty("outcome");
        expect(session.time).not.toHaveProperty("idle");
    },
    async repeatedPrompt() {
        const world = await startWorld({ doubts: { repeatedPrompt: "nothing" } });
        const { id } = await world.create();
        await world.turn(id, "ping", { id: "msg_1" });
        await world.prompt(id, "ping", { id: "msg_1" });
        expect(await world.data("/api/session/active")).toEqual({});
        expect(outline(await world.turn(id, "ping"))).toHaveLength(6);
    },
    async subagentMetadata() {
        const metadata = async (doubt: Doubts["subagentMetadata"]) => {
            const world = await startWorld({ doubts: { subagentMetadata: doubt }, rules: [delegate] });
            const { id } = await world.create();
            await world.turn(id, "go");
            return Object.keys((await world.wait("session.tool.success")).data["metadata"] as object);
        };
        expect(await metadata("sessionId")).toEqual(["sessionId", "status"]);
        expect(await metadata("none")).toEqual(["status"]);
    },
    async coldCatalog() {
        const world = await startWorld({ doubts: { coldCatalog: false } });
        expect(await world.data("/api/model")).toHaveLength(2);
    },
    async coldGapMilliseconds() {
        const world = await startWorld({ doubts: { coldGapMilliseconds: 1000 } });
        const { id } = await world.create();
        const turn = world.turn(id, "ping");
        await world.wait("session.inbox.enqueued");
        expect(await world.data("/api/session/active")).toEqual({});
        expect(outline(await turn)).toContain("idle succeeded");
    },
    async modelRetries() {
        const world = await startWorld({ doubts: { modelRetries: 0 } });
        const { id } = await world.create();
        await world.turn(id, "[status 500] x");
        expect(world.model.requests).toHaveLength(1);
    },
    async modelRetryMilliseconds() {
        const world = await startWorld({ doubts: { modelRetries: 1, modelRetryMilliseconds: 150 } });
        const { id } = await world.create();
        await world.turn(id, "[status 500 1] x");
        const [{ created: first } = {}] = world.seen().filter(({ type }) => type === "session.step.started");
        const { created: last } = await world.wait("session.step.ended");
        expect(last! - first!).toBeGreaterThanOrEqual(140);
    },
    async cutReply() {
        const world = await startWorld({
            doubts: { cutReply: "continued", modelRetryMilliseconds: 1 },
            rules: [
                ({ userTexts }) =>
                    userTexts.length === 1 ? { text: "One. Two.", cut: true } : { text: " Three." },
            ],
        });
        const { id } = await world.create();
        const messages = await world.turn(id, "count");
        expect(outline(messages)).toEqual(["user", "assistant", "synthetic", "assistant", "idle succeeded"]);
        expect(messages[1]).toMatchObject({ finish: "error", error: { type: "provider.transport" } });
        expect(lastText(messages)).toBe(" Three.");
    },
    async childPermissions() {
        const permissions = [{ action: "*", resource: "*", effect: "allow" }];
        const child = async (doubt: Doubts["childPermissions"]) => {
            const world = await startWorld({ doubts: { childPermissions: doubt }, rules: [delegate] });
            const { id } = await world.create({ permissions });
            await world.turn(id, "go");
            return (await world.data<object[]>(`/api/session?parentID=${id}`))[0];
        };
        expect(await child("inherited")).toMatchObject({ permissions });
        expect(await child("none")).not.toHaveProperty("permissions");
    },
    async gracefulStop() {
        const world = await startWorld({ doubts: { gracefulStop: "ends" } });
        const { id } = await world.create();
        await world.prompt(id, "[hang]");
        await world.wait("session.inbox.delivered");
        await world.twin.stop();
        await world.restart();
        expect(await world.data("/api/session/active")).toEqual({});
    },
    async eventsCreated() {
        const world = await startWorld({ doubts: { eventsCreated: false } });
        await world.create();
        expect(await world.wait("session.created")).not.toHaveProperty("created");
    },
    async emptyCursor() {
        const world = await startWorld({ doubts: { emptyCursor: "absent" } });
        const { id } = await world.create();
        expect((await world.ask(`/api/session/${id}/message`)).body).toEqual({ data: [], cursor: {} });
    },
    async logEnd() {
        const world = await startWorld({ doubts: { logEnd: "last event" } });
        const { id } = await world.create();
        const { text } = await world.ask(`/api/experimental/session/${id}/log`);
        expect(text).toContain("session.created");
        expect(text).not.toContain("log.synced");
    },
    async missingDirectory() {
        const world = await startWorld({ doubts: { missingDirectory: "404" } });
        const location = { directory: "/nowhere/at/all" };
        expect(await world.ask("/api/session", { body: { location } })).toMatchObject({
            status: 404,
            body: { _tag: "LocationNotFoundError", location },
        });
    },
    async shellAnswer() {
        const world = await startWorld({ doubts: { shellAnswer: "at once" } });
        const { id } = await world.create();
        await world.ask(`/api/session/${id}/shell`, { body: { command: "sleep 60" } });
        expect(await world.messages(id)).toMatchObject([{ type: "shell", status: "running" }]);
    },
};

it.each(Object.keys(likely) as (keyof Doubts)[])("%s", async (doubt) => {
    await changes[doubt]();
});
