import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { seconds } from "craftos-headless/command-line";
import { boot, watch } from "craftos-headless";
import { conclusion } from "../../tools/harness/conclusion.ts";
import { installPackages } from "../../tools/harness/disk.ts";
import { frame, visibleRows } from "../../tools/harness/frame.ts";
import { model, serverUrl } from "../../tools/harness/options.ts";
import { runSnippet, type SnippetOptions } from "../../tools/harness/run-snippet.ts";
import { commandLine } from "../../tools/harness/words.ts";

let folder: string;
let disk: string;
beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "trapos-harness-"));
    disk = join(folder, "disk");
    await mkdir(disk);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const bare = (snippet: string, more: Partial<SnippetOptions> = {}) =>
    runSnippet({ disk, snippet, bare: true, ...more });

describe("packages on a disk", () => {
    /** A project with packages in which `ai` needs `core`, and the given versions of their files. */
    async function project(packages: Record<string, { needs?: string[]; files: Record<string, string> }>) {
        const root = join(folder, "project");
        await rm(root, { recursive: true, force: true });
        for (const [name, { needs = [], files }] of Object.entries(packages)) {
            const descriptor = {
                name,
                version: "1.2.3",
                description: name,
                dependencies: Object.fromEntries(needs.map((needed) => [needed, "^1.0.0"])),
                files: Object.keys(files),
                ...(name === "server" ? { autostart: Object.keys(files), data: ["trapos/server"] } : {}),
            };
            await mkdir(join(root, "packages", name), { recursive: true });
            await writeFile(join(root, "packages", name, "ccpm.json"), JSON.stringify(descriptor));
            for (const [file, content] of Object.entries(files)) {
                await mkdir(dirname(join(root, file)), { recursive: true });
                await writeFile(join(root, file), content);
            }
        }
        return root;
    }
    const packages = {
        ai: { needs: ["core"], files: { "programs/ai.lua": "ai()" } },
        core: { files: { "apis/core.lua": "" } },
        server: { files: { "programs/server.lua": "serve()" } },
    };

    test("a package comes with what it needs, and nothing else", async () => {
        await installPackages(disk, ["ai"], await project(packages));
        expect(await readFile(join(disk, "programs/ai.lua"), "utf8")).toBe("ai()");
        expect(existsSync(join(disk, "apis/core.lua"))).toBe(true);
        expect(existsSync(join(disk, "programs/server.lua"))).toBe(false);
    });

    test("the lock says what is installed", async () => {
        await installPackages(disk, ["ai", "server"], await project(packages));
        const lock = JSON.parse(await readFile(join(disk, "trapos/ccpm.lock.json"), "utf8")) as unknown;
        // The sums are those of `printf 'ai()' | sha256sum` and so on.
        expect(lock).toEqual({
            version: 1,
            packages: {
                ai: {
                    version: "1.2.3",
                    dependencies: { core: "^1.0.0" },
                    files: {
                        "programs/ai.lua": {
                            size: 4,
                            sha256: "4e865c02c59afe5ff48bb58e7ad623e10884c65c8abdedcd4e36bd1a490aed51",
                        },
                    },
                },
                core: {
                    version: "1.2.3",
                    dependencies: {},
                    files: {
                        "apis/core.lua": {
                            size: 0,
                            sha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                        },
                    },
                    automatic: true,
                },
                server: {
                    version: "1.2.3",
                    dependencies: {},
                    files: {
                        "programs/server.lua": {
                            size: 7,
                            sha256: "b3fa6e57e4982d3ad030ba3aa5043f6ae33bdc9c30483936f97d5c1318e4f2c8",
                        },
                    },
                    autostart: ["programs/server.lua"],
                    data: ["trapos/server"],
                },
            },
        });
    });

    test("installing again takes away what is not wanted any more, and leaves the player's files", async () => {
        const root = await project(packages);
        await installPackages(disk, ["ai", "server"], root);
        await writeFile(join(disk, "programs/mine.lua"), "");
        await installPackages(disk, ["ai"], root);
        expect(existsSync(join(disk, "programs/server.lua"))).toBe(false);
        expect(existsSync(join(disk, "programs/ai.lua"))).toBe(true);
        expect(existsSync(join(disk, "programs/mine.lua"))).toBe(true);
    });

    test("what cannot be installed is named", async () => {
        const root = await project({
            ai: { needs: ["gone"], files: {} },
            a: { needs: ["b"], files: {} },
            b: { needs: ["a"], files: {} },
            unbuilt: { files: { "apis/x.lua": "" } },
        });
        await rm(join(root, "apis/x.lua"));
        await expect(installPackages(disk, ["other"], root)).rejects.toThrow("There is no package other.");
        await expect(installPackages(disk, ["ai"], root)).rejects.toThrow("no package gone, which ai needs");
        await expect(installPackages(disk, ["a"], root)).rejects.toThrow("a > b > a");
        await expect(installPackages(disk, ["unbuilt"], root)).rejects.toThrow("Run: npm run build");
    });

    test("the project's own packages install", async () => {
        await installPackages(disk, ["trapos"]);
        expect(existsSync(join(disk, "programs/ai.lua"))).toBe(true);
    });
});

describe("a snippet", () => {
    test("what it prints, and status 0", async () => {
        expect(await bare('print("hello") write(1 + 1)')).toEqual({
            end: { how: "shutdown", status: 0 },
            output: "hello\n2",
        });
    });

    test("it has shell and require", async () => {
        const { output } = await bare('print(type(shell.run), type(require("cc.expect").expect))');
        expect(output).toMatch(/^function.function$/);
    });

    test("more than the screen holds is all there", async () => {
        const { output } = await bare("for n = 1, 60 do print(n) end");
        expect(output.split("\n")).toEqual(Array.from({ length: 60 }, (_, index) => String(index + 1)));
    });

    test.each([
        ["an error is shown, status 1", 'error("broken", 0)', 1, /^broken$/],
        ["what does not compile is shown, status 1", "print(", 1, /snippet\.lua:\d+: /],
        ["os.shutdown gives the status", "print(1) os.shutdown(7)", 7, /^1$/],
    ])("%s", async (_, snippet, status, output) => {
        const result = await bare(snippet);
        expect(result.end).toEqual({ how: "shutdown", status });
        expect(result.output).toMatch(output);
    });

    test("one that never ends is stopped when its time is up", async () => {
        const { end, output } = await bare('print("on") while true do sleep(1) end', { timeoutSeconds: 0.5 });
        expect(end).toEqual({ how: "timedOut" });
        expect(output).toBe("on");
    });

    test("it is stopped when it is told to", async () => {
        const signal = new AbortController();
        const computer = await boot({ disk });
        const end = watch(computer, 60, signal.signal);
        signal.abort();
        expect(await end).toEqual({ how: "stopped" });
        expect((await computer.exit).reason).toBe("powerCut");
    });

    test("it reaches a private address only if it is allowed to", async () => {
        const ask = 'print((select(2, http.get("http://127.0.0.1:1/"))))';
        expect((await bare(ask)).output).toBe("Domain not permitted");
        expect((await bare(ask, { allow: ["127.0.0.1"] })).output).toBe("Could not connect");
    });

    test("the computer is as large and as colourful as it is said to be", async () => {
        const ask = "print(term.isColour(), table.concat({ term.getSize() }, 'x'))";
        expect((await bare(ask)).output).toMatch(/^true.51x19$/);
        expect((await bare(ask, { width: 26, height: 20, colour: false })).output).toMatch(/^false.26x20$/);
    });
});

describe("what a person sees", () => {
    test("a screen is drawn as a monitor, also where characters take two code units", () => {
        expect(frame(["> ai", "🬀b"], 5)).toBe(" ┌─────┐\n │> ai │\n │🬀b   │\n └─────┘");
    });

    test("what scrolled off is shown too", () => {
        expect(visibleRows(["a ", "  "], "a")).toEqual(["a ", "  "]);
        expect(visibleRows(["b ", "c "], "a\nb\nc")).toEqual(["a", "b", "c"]);
    });

    test.each([
        [["ai", "ping"], "ai ping"],
        [["ai", "hello there"], 'ai "hello there"'],
        [["ai", ""], 'ai ""'],
        [["ai", 'say "hi"'], 'ai say "hi"'],
        [['ai "hello there"'], 'ai "hello there"'],
    ])("%j is typed as %s", (words, line) => {
        expect(commandLine(words)).toBe(line);
    });

    test.each([
        [{ how: "shutdown", status: 0 } as const, 0, undefined],
        [{ how: "shutdown", status: 3 } as const, 3, undefined],
        [{ how: "shutdown", status: 256 } as const, 1, /no exit status/],
        [{ how: "failed", message: "bios.lua is gone" } as const, 1, /bios\.lua is gone/],
        // A program writes these messages: none of them steers the terminal.
        [{ how: "failed", message: "a\x1b]0;b\x07c\r\n\x9b2Jd" } as const, 1, /: a ]0;b c 2Jd$/],
        [{ how: "shutdown", status: NaN } as const, 1, /no exit status/],
        [{ how: "powerCut" } as const, 1, /power/],
        [{ how: "timedOut" } as const, 124, /No end after 5 s/],
        [{ how: "stopped" } as const, 130, /Stopped/],
    ])("%j ends with status %j", (end, status, line) => {
        const said = conclusion(end, 5);
        expect(said.status).toBe(status);
        if (line) expect(said.line).toMatch(line);
        else expect(said.line).toBeUndefined();
    });

    test("options that cannot be are refused with what they should be", () => {
        expect(seconds("1.5")).toBe(1.5);
        for (const text of ["0", "-1", "1e9", "soon", ""])
            expect(() => seconds(text)).toThrow("Give seconds");
        expect(model("a/b/c")).toEqual({ provider: "a", model: "b/c" });
        for (const text of ["a", "a/", "/b", "a b/c"])
            expect(() => model(text)).toThrow("Give provider/model");
        expect(serverUrl("http://h:1").hostname).toBe("h");
        for (const text of ["h:1", "ftp://h", "/x"]) expect(() => serverUrl(text)).toThrow("Give a URL");
    });
});
