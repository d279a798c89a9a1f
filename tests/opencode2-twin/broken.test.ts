/** Computers that ask an opencode 2 where something goes wrong between the two, or somebody else works in the same session. */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { type FaultyProxy, startFaultyProxy, type Matches } from "../../tools/harness/faulty-proxy.ts";
import { serverSettings } from "../../tools/harness/server.ts";
import type { Session } from "../../tools/opencode2-twin/types.ts";
import { runWithLibai } from "../computer/libai-support.ts";
import { startWorld, type World, type WorldOptions } from "./support.ts";

interface Between extends World {
    proxy: FaultyProxy;
    /** Runs Lua on a computer whose requests go through the proxy. @returns what it printed */
    run: (snippet: string, settings?: Record<string, string | number>) => Promise<string[]>;
}

async function between(options: WorldOptions = {}): Promise<Between> {
    const world = await startWorld(options);
    const proxy = await startFaultyProxy(world.twin.url);
    onTestFinished(() => proxy.stop());
    const disk = await mkdtemp(join(tmpdir(), "twin-computer-"));
    onTestFinished(() => rm(disk, { recursive: true, force: true }));
    return Object.assign(world, {
        proxy,
        async run(snippet: string, settings: Record<string, string | number> = {}) {
            const server = serverSettings({ ...world.twin, url: proxy.url });
            return (await runWithLibai(snippet, { disk, settings: { ...server, ...settings } })).lines;
        },
    });
}

/** The first request that matches. */
function first(matches: Matches): Matches {
    let isOver = false;
    return (method, path) => {
        if (isOver || !matches(method, path)) return false;
        isOver = true;
        return true;
    };
}

const say = "local ok, reply = ai.ask(...) print(ok, ok and reply.text or reply.code)";
const asked = (more = "") => say.replace("...", `"ping", { ${more} }`);

it.each<[what: string, matches: Matches]>([
    ["what the sessions do", (_, path) => path.endsWith("/active")],
    ["the messages", (_, path) => path.endsWith("/message")],
    ["the prompt", (_, path) => path.endsWith("/prompt")],
])("a web page in place of %s does not end a turn", async (_what, matches) => {
    const { run, proxy } = await between();
    await run("ai.newSession()");
    let isSent = false;
    const whenSent = first((method, path) => isSent && matches(method, path));
    proxy.fail((method, path) => {
        isSent ||= path.endsWith("/prompt");
        return whenSent(method, path);
    }, "page");
    expect(await run(asked())).toEqual(["true pong"]);
});

it("a web page in place of the answer to a decision does not lose that", async () => {
    const { run, proxy } = await between({
        permission: { "*": "allow", bash: "ask" },
        rules: [
            ({ toolResults }) =>
                toolResults.length === 0
                    ? { toolCalls: [{ name: "bash", arguments: { command: "echo one" } }] }
                    : { text: "done" },
        ],
    });
    proxy.fail(
        first((_, path) => path.endsWith("/reply")),
        "page",
    );
    expect(await run(asked('onPermission = function() print("asked") return "once" end'))).toEqual([
        "asked",
        "true done",
    ]);
});

it("a form that does not take an answer is asked again, and not for ever", async () => {
    const fields = [{ key: "width", type: "integer", title: "Width", required: true }];
    const { run } = await between({
        rules: [
            ({ toolResults }) =>
                toolResults.length === 0
                    ? { toolCalls: [{ name: "question", arguments: { fields } }] }
                    : { text: "done" },
        ],
    });
    const answer = (text: string) =>
        `idleTimeout = 3, onQuestion = function() count = (count or 0) + 1 print("asked") return { { ${text} } } end`;
    expect(await run(asked(answer('({ "wide", "3" })[count]')))).toEqual(["asked", "asked", "true done"]);
    const stubborn = await run(asked(answer('"wide"')));
    expect(stubborn).toEqual(["asked", "asked", "asked", "false waiting_for_question"]);
});

it("a session that works is left as it is, whatever a prompt asks for", async () => {
    const world = await between({
        rules: [
            ({ toolResults }) =>
                toolResults.length === 0
                    ? { toolCalls: [{ name: "bash", arguments: { command: "sleep 30" } }] }
                    : { text: "done" },
        ],
    });
    const permissions = [
        { action: "*", resource: "*", effect: "allow" },
        { action: "webfetch", resource: "*", effect: "deny" },
    ];
    const { id } = await world.create({ permissions });
    await world.prompt(id, "work");
    await world.wait("session.tool.called");
    const before = await world.data<Session>(`/api/session/${id}`);
    const more = `session = "${id}", agent = "plan", model = "scripted/other"`;
    expect(await world.run(asked(more), { "opencc.profile": "trusted" })).toEqual(["false works_now"]);
    const after = await world.data<Session>(`/api/session/${id}`);
    expect({ ...after, time: 0 }).toEqual({ ...before, time: 0 });
});

it("what a profile has allowed is over where the server's configuration is to hold", async () => {
    const world = await between();
    await world.run("ai.ask('ping')", { "opencc.profile": "trusted" });
    const [session] = await world.data<Session[]>("/api/session");
    expect(session!.permissions).toEqual([{ action: "*", resource: "*", effect: "allow" }]);
    const inSession = (id: string) =>
        world.run(asked(), { "opencc.profile": "server", "opencc.session_id": id });
    expect(await inSession(session!.id)).toEqual(["true pong"]);
    expect((await world.data<Session>(`/api/session/${session!.id}`)).permissions ?? []).toEqual([]);
    // Rules that are not a computer's are its owner's.
    const permissions = [{ action: "shell", resource: "*", effect: "deny" }];
    const { id } = await world.create({ permissions });
    expect(await inSession(id)).toEqual(["true pong"]);
    expect((await world.data<Session>(`/api/session/${id}`)).permissions).toEqual(permissions);
});

it("tells a program that always is for good", async () => {
    const { run } = await between({
        permission: { "*": "allow", bash: "ask" },
        rules: [
            ({ toolResults }) =>
                toolResults.length === 0
                    ? { toolCalls: [{ name: "bash", arguments: { command: "echo one" } }] }
                    : { text: "done" },
        ],
    });
    const more = 'onPermission = function(ask) print(ask.isForGood) return "once" end';
    expect(await run(asked(more))).toEqual(["true", "true done"]);
});

it("a prompt that is refused says why", async () => {
    const refusals = {
        403: { type: "application/json", body: '{"_tag":"FreeTierError","message":"Not for free."}' },
        413: { type: "text/html", body: "<title>Too large</title>" },
    };
    const { run, twin } = await between();
    const ends = async (status: keyof typeof refusals): Promise<string> => {
        const { type, body } = refusals[status];
        const server = createServer((incoming, response) => {
            if (incoming.url!.includes("/prompt")) {
                response.writeHead(status, { "content-type": type });
                return void response.end(body);
            }
            const { method, headers, url: path } = incoming;
            const { hostname, port } = new URL(twin.url);
            const onward = request({ hostname, port, method, path, headers }, (answer) => {
                response.writeHead(answer.statusCode!, answer.rawHeaders);
                answer.pipe(response);
            });
            incoming.pipe(onward);
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        onTestFinished(() => {
            server.closeAllConnections();
            server.close();
        });
        const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        const snippet = 'local ok, problem = ai.ask("ping") print(problem.code, problem.message)';
        return (await run(snippet, { "opencc.server_url": url })).join();
    };
    expect(await ends(403)).toBe("bad_request opencode refuses the request: Not for free.");
    expect(await ends(413)).toContain("server_error opencode failed (HTTP 413)");
});

it("a prompt that never came is not waited for when its computer is back", async () => {
    const world = await between();
    const end = world.proxy.fail((_, path) => path.endsWith("/prompt"), "silence");
    await world.run('parallel.waitForAny(function() ai.ask("lost") end, function() sleep(2) end)');
    end();
    expect(await world.run("local ok, problem = ai.resume() print(ok, problem.code)")).toEqual([
        "false not_sent",
    ]);
});
