/** How often the program `ccpm` looks at its state: once a command, and again once it has changed it. */
import { expect, it } from "vitest";
import { runSnippet } from "../../tools/harness/run-snippet.ts";
import { newComputer, startRegistry } from "./support.ts";

it.each([
    ["install app --yes", 1],
    ["upgrade --yes", 1],
    ["list", 1],
    ["verify", 1],
    // What has come is listed.
    ["update", 2],
])("ccpm %s reads its state so often: %i", async (command, times) => {
    const registry = await startRegistry({
        app: { files: { "programs/app.lua": "return 1" } },
        base: { files: { "apis/base.lua": "return 2" } },
    });
    const disk = await newComputer([registry.url]);
    const words = command
        .split(" ")
        .map((word) => `"${word}"`)
        .join(", ");
    const { output, end } = await runSnippet({
        disk,
        allow: ["$private"],
        timeoutSeconds: 60,
        snippet: `
            local run, connect = require("/apis/ccpm/program").run, require("/apis/ccpm/client").connect
            assert(run({ "install", "base", "--yes" }, connect({})))
            local open, read = fs.open, 0
            function fs.open(path, mode)
                if path:find("ccpm.lock.json", 1, true) and mode == "rb" then read = read + 1 end
                return open(path, mode)
            end
            local done = run({ ${words} }, connect({}))
            fs.open = open
            print("read", read, done)`,
    });
    expect(end, output).toEqual({ how: "shutdown", status: 0 });
    expect(output.replaceAll(/[ \t]+/g, " ")).toContain(`read ${times} true`);
});

it("a state that somebody changed meanwhile is read anew", async () => {
    const registry = await startRegistry({ app: { files: { "programs/app.lua": "return 1" } } });
    const disk = await newComputer([registry.url]);
    const { output, end } = await runSnippet({
        disk,
        allow: ["$private"],
        timeoutSeconds: 60,
        snippet: `
            local ccpm = require("/apis/ccpm/client").connect({})
            print("before", #ccpm.state().configuration.registries)
            local file = fs.open("/trapos/ccpm.json", "w")
            file.write(textutils.serializeJSON({ version = 1, registries = { "${registry.url}", "owner/repo" } }))
            file.close()
            print("after", #ccpm.state().configuration.registries)
            ccpm.update()`,
    });
    expect(end, output).toEqual({ how: "shutdown", status: 0 });
    expect(output.replaceAll(/[ \t]+/g, " ")).toMatch(/before 1[^]*after 2/);
});
