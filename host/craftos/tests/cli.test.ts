/** `npm run computer`: its exit statuses, what it says, and what it leaves behind. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import type { ReadStream, WriteStream } from "node:tty";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { run as runComputer } from "../src/cli/run.ts";
import { installPackages, projectFolder } from "../../../tools/harness/disk.ts";

let folder: string;
beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "trapos-cli-"));
    mkdirSync(join(folder, "disk"));
    mkdirSync(join(folder, "tmp"));
    vi.stubEnv("TMPDIR", join(folder, "tmp"));
});
afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
});
const temporaryDisks = () => readdirSync(join(folder, "tmp"));

/** Runs it without a terminal. @param stop ends it when it first prints */
async function run(options: readonly string[], input = "", stop?: AbortController) {
    let out = "";
    let problem = "";
    const status = await runComputer(options, {
        input: Readable.from([input]) as unknown as ReadStream,
        output: new Writable() as unknown as WriteStream,
        print: (text) => {
            out += `${text}\n`;
            stop?.abort();
        },
        complain: (text) => {
            problem += `${text}\n`;
        },
        folder,
        signal: (stop ?? new AbortController()).signal,
        packages: { standard: ["trapos"], install: installPackages },
    });
    return { status, out, problem };
}

describe("the command line", () => {
    it.each<[options: string[], problem: string]>([
        [[], "A live screen needs a terminal. Without one, play steps with --script <file>."],
        [["--frobnicate"], "error: unknown option '--frobnicate'"],
        [["--size", "5", "--script", "-"], "Give columns x rows, such as 51x19 or 26x20."],
        [["--mount-ro", "x", "--script", "-"], "Give name=folder, such as shared=./files."],
        [["--disk", "nowhere", "--script", "-"], "make it first, or leave --disk out"],
        [["--rom", "disk", "--script", "-"], "The ROM has no bios.lua: "],
        [["--bare", "--packages", "trapos", "--script", "-"], "cannot be used with"],
        [["--packages", "nothing", "--script", "-"], "There is no package nothing."],
        [["--script", "nowhere.txt"], "The script cannot be read: ENOENT"],
        [["--size", "fit", "--script", "-"], "--size fit goes with a terminal."],
    ])("%j is answered with one line and status 2", async (options, problem) => {
        const result = await run(options);
        expect(result.problem).toContain(problem);
        expect(result.problem.trimEnd().split("\n")).toHaveLength(1);
        expect(result).toMatchObject({ status: 2, out: "" });
        expect(temporaryDisks()).toEqual([]);
    });

    it("helps", async () => {
        const { status, out } = await run(["--help"]);
        expect(status).toBe(0);
        for (const word of ["--http-allow", "Exit status:", 'wait-for "TEXT" [SECONDS]'])
            expect(out).toContain(word);
    });
});

describe("a script", () => {
    it("plays on a computer with our packages, which is gone afterwards", async () => {
        writeFileSync(
            join(folder, "steps.txt"),
            'wait-for ">"\ntype "ls\\n"\nwait-for "startup"\nsave-text a.txt\nscreen\n',
        );
        const { status, out, problem } = await run(["--script", "steps.txt"]);
        expect({ status, problem }).toEqual({ status: 0, problem: "" });
        expect(out).toMatch(/^> ls\napis/m);
        expect(readFileSync(join(folder, "a.txt"), "utf8")).toBe(out);
        expect(temporaryDisks()).toEqual([]);
    });

    it("installs nothing on a disk of one's own, and sees what is mounted", async () => {
        writeFileSync(join(folder, "disk", "note"), "");
        const script = 'wait-for ">"\ntype "ls\\nlabel\\nid\\n"\nwait-for "computer #4"\nscreen';
        const options = [
            "--disk",
            "disk",
            "--mount-ro",
            "shared=.",
            "--id",
            "4",
            "--label",
            "door",
            "--script",
            "-",
        ];
        const { status, out } = await run([...options, "--basic", "--size", "26x20"], script);
        expect(status).toBe(0);
        expect(out).toMatch(/^rom +shared\nnote$/m);
        expect(out).toContain('"door"');
        expect(readdirSync(join(folder, "disk"))).toEqual(["note"]);
    });

    it("tells which private addresses were denied, and lets the program through to what is allowed", async () => {
        writeFileSync(
            join(folder, "disk", "startup.lua"),
            'for port = 1, 2 do print((select(2, http.get("http://127.0.0.1:" .. port)))) end print("end")',
        );
        const { out, problem } = await run(
            ["--disk", "disk", "--http-allow", "127.0.0.1:1", "--script", "-"],
            'wait-for "end"\nscreen',
        );
        expect(out).toContain("Could not connect\nDomain not permitted\nend");
        expect(problem).toMatch(/^127\.0\.0\.1:2 was denied, [^\n]*: --http-allow 127\.0\.0\.1:2\n$/);
    });

    it.each(["51x19", "26x20"])("has what each package brings, on a screen of %s", async (size) => {
        const names = readdirSync(join(projectFolder, "packages"), { withFileTypes: true });
        for (const name of names.filter((entry) => entry.isDirectory()).map((entry) => entry.name)) {
            const descriptor = readFileSync(join(projectFolder, "packages", name, "ccpm.json"), "utf8");
            const files = (JSON.parse(descriptor) as { files: string[] }).files;
            const found = (folder: string, end: string) =>
                files
                    .filter((file) => file.startsWith(folder))
                    .map((file) => file.slice(folder.length, -end.length));
            const programs = found("programs/", ".lua");
            const topics = found("help/", ".txt");
            writeFileSync(
                join(folder, "disk", "ask.lua"),
                `for _, name in ipairs({ ... }) do print(name, shell.resolveProgram(name) or "none", help.lookup(name) or "none") end`,
            );
            const words = [...new Set([...programs, ...topics])];
            if (words.length === 0) continue;
            // Each program has a help text of its name.
            expect(topics).toEqual(expect.arrayContaining(programs));
            const options = ["--disk", "disk", "--packages", name, "--size", size, "--script", "-"];
            const script = `wait-for "> "\ntype "ask ${words.join(" ")}\\n"\nwait-for "> "\nscreen`;
            const { status, out, problem } = await run(options, script);
            expect({ status, problem }, name).toEqual({ status: 0, problem: "" });
            const shown = out.replaceAll("\n", "");
            for (const program of programs) expect(shown, name).toContain(`programs/${program}.lua`);
            for (const topic of topics) expect(shown, name).toContain(`help/${topic}.txt`);
            rmSync(join(folder, "disk"), { recursive: true });
            mkdirSync(join(folder, "disk"));
        }
    });

    it("that fails says at which line, with status 1", async () => {
        const { status, problem } = await run(["--bare", "--script", "-"], "screen\n\npress nothing\n");
        expect({ status, problem }).toMatchObject({
            status: 1,
            problem: expect.stringMatching(/^Line 3: There is no key "nothing"/) as string,
        });
    });

    it("with an unknown step is not begun, with status 2", async () => {
        const { status, out, problem } = await run(["--bare", "--script", "-"], "screen\nnothing\n");
        expect({ status, out }).toEqual({ status: 2, out: "" });
        expect(problem).toContain('Line 2: there is no step "nothing"');
    });

    it("ends with what the computer gave to os.shutdown", async () => {
        writeFileSync(join(folder, "disk", "startup.lua"), "os.shutdown(3)");
        expect(await run(["--disk", "disk", "--script", "-"], "screen")).toMatchObject({ status: 3 });
    });

    it("that is stopped leaves no disk, with status 130", async () => {
        const script = 'wait-for ">"\nscreen\nwait-for never 60';
        const result = await run(["--script", "-"], script, new AbortController());
        expect(result).toMatchObject({ status: 130, problem: "Stopped.\n" });
        expect(temporaryDisks()).toEqual([]);
    });
});
