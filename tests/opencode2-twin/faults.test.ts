/** A computer whose opencode 2 is away, or behind something that answers in its place. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { type FaultyProxy, startFaultyProxy } from "../../tools/harness/faulty-proxy.ts";
import { serverSettings } from "../../tools/harness/server.ts";
import type { Rule } from "../../tools/model/index.ts";
import { runWithLibai, temporaryFolder } from "../computer/libai-support.ts";
import { startWorld, type World } from "./support.ts";

const echo: Rule = ({ userText }) => ({ text: userText });

/** A twin whose model says what it was told, and a proxy before it. */
async function open(): Promise<{ world: World; proxy: FaultyProxy }> {
    const world = await startWorld({ rules: [echo] });
    const proxy = await startFaultyProxy(world.twin.url);
    onTestFinished(() => proxy.stop());
    return { world, proxy };
}

/** Runs Lua on a computer that asks the twin through the proxy; `tell` prints an answer's text, or a failure's code. */
async function run(
    { world, proxy }: { world: World; proxy: Pick<FaultyProxy, "url"> },
    snippet: string,
    settings: Record<string, string> = {},
): Promise<string[]> {
    const { lines } = await runWithLibai(
        `
        local function tell(ok, value) print(ok and (value.text or value.prompt) or value.code) end
        ${snippet}
        `,
        {
            settings: { ...serverSettings({ ...world.twin, url: proxy.url }), ...settings },
            packages: ["trapos", "trapos-opencode2"],
        },
    );
    return lines;
}

it("a command that there is not leaves what was undone as it was", async () => {
    const opened = await open();
    expect(
        await run(
            opened,
            `
            tell(ai.ask("one")) tell(ai.ask("two")) tell(ai.undo())
            tell(ai.runCommand("nope", ""))
            tell(ai.redo())
            `,
        ),
    ).toEqual(["one", "two", "two", "unknown_command", "two"]);
});

it("ai.resume waits for a server that is away, whatever is known of it", async () => {
    const opened = await open();
    const { proxy, world } = opened;
    let left = 0;
    proxy.fail(() => left-- > 0, "cut");
    const { id, location } = await world.create();
    const nonce = "0-1700000000000-7";
    await world.turn(id, "late", { id: `msg_${id.slice(4)}_${nonce}` });
    const record = {
        ...{ dialect: 2, nonce, sessionId: id, directory: location.directory },
        ...{ text: "late", sentAt: Date.now(), sent: true },
    };
    left = 3;
    const lines = await run(
        opened,
        `
        local file = fs.open("/trapos/ai/turns/${nonce}.json", "w")
        file.write([[${JSON.stringify(record)}]])
        file.close()
        tell(ai.resume())
        `,
    );
    expect(left).toBeLessThanOrEqual(0);
    expect(lines).toEqual(["late"]);
});

it("a web page is no file that a prompt names", async () => {
    const opened = await open();
    const directory = await temporaryFolder();
    await writeFile(join(directory, "door.txt"), "birch");
    await writeFile(join(directory, "door.html"), "<p>oak");
    const settings = { "opencc.directory": directory };
    const asks = 'tell(ai.ask("see @door.txt")) tell(ai.ask("see @door.html"))';
    const given = (await run(opened, asks, settings)).join("\n");
    expect(given).toContain("birch");
    expect(given).toContain("<p>oak");
    opened.proxy.fail((_, path) => path.startsWith("/api/fs/read/"), "page");
    expect(await run(opened, 'tell(ai.ask("see @door.txt"))', settings)).toEqual(["see @door.txt"]);
});
