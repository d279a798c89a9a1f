/**
 * The documentation against the code that it describes. docs/failures.md is written by this test: after a change to
 * the failures run `npm test -- tests/unit/documentation.test.ts -u`.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import * as prettier from "prettier";
import { expect, it } from "vitest";
import { runLua } from "../../tools/lua/index.ts";
import { COMPUTER, FULL_COMPUTER } from "./support/computer.ts";

const docs = path.resolve(import.meta.dirname, "../../docs");
const read = (name: string) => readFileSync(path.join(docs, name), "utf8");

/** What a module of ours holds, from the compiled Lua. */
function valueOf<T>(module: string, name: string): T {
    return (runLua(`return require("${module}").${name}`) as [T])[0];
}

/** The names in the table of what a program understands. */
function namesIn(
    table: "commands" | "flags",
    module = "/apis/ai/commandtable",
    setup = FULL_COMPUTER,
): string[] {
    const names = runLua(
        `local names = {}
         for index, entry in ipairs(require("${module}").program.${table}) do names[index] = entry.name end
         return names`,
        { setup },
    );
    return names[0] as string[];
}

/** A cell of a Markdown table that shows words as they are, line by line. */
const literal = (text: string) =>
    text
        .split("\n")
        .map((line) => `\`${line.replaceAll("|", "\\|")}\``)
        .join("<br>");

it("lists every failure with its message and hint", async () => {
    type Failures = Record<string, [message: string, hint: string]>;
    const failures = valueOf<Failures>("/apis/ai/codes", "failures");
    // "not_found" has words of its own for jobs.
    const { not_found: _, ...ofJobs } = valueOf<Failures>("/apis/ai/jobs/codes", "jobFailures");
    const rows = Object.entries({ ...failures, ...ofJobs })
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([code, [message, hint]]) => `| \`${code}\` | ${literal(message)} | ${literal(hint)} |`);
    expect(rows.length).toBeGreaterThan(20);
    const text = [
        "# Failures",
        "",
        "What `ai` prints in red, and what libai's functions return beside `false`. Programs compare the code. `{url}` and",
        "the like stand for what it is about. This file is made from `src/apis/ai/codes.ts` and `src/apis/ai/jobs/codes.ts`.",
        "",
        "| code | what happened | what to do next |",
        "| --- | --- | --- |",
        ...rows,
        "",
    ].join("\n");
    const file = path.join(docs, "failures.md");
    const options = await prettier.resolveConfig(file, { editorconfig: true });
    await expect(await prettier.format(text, { ...options, filepath: file })).toMatchFileSnapshot(file);
});

it("lists every setting with its default", () => {
    type Definition = { default?: string | number | boolean; least?: number; most?: number };
    const settings = valueOf<Record<string, Definition>>("/apis/ai/settings", "definitions");
    const rows = read("ai.md").split("\n");
    const listed = rows.flatMap((row) => /^\| `opencc\.(\w+)`/.exec(row)?.[1] ?? []);
    expect(listed.sort()).toEqual(Object.keys(settings).sort());
    for (const [name, { default: value, least = 1, most }] of Object.entries(settings)) {
        const row = rows.find((line) => line.startsWith(`| \`opencc.${name}\``));
        if (value !== undefined) expect(row).toContain(`\`${value}\``);
        if (most !== undefined) expect(row).toContain(`${least} to ${most}`);
    }
});

it("lists every command and flag of ai", () => {
    const text = read("ai.md");
    for (const name of namesIn("commands")) {
        expect(text).toMatch(new RegExp(`^\\| \`ai ${name}\\b`, "m"));
    }
    for (const name of namesIn("flags")) {
        expect(text).toMatch(new RegExp(`^\\| .*\`--${name}\\b`, "m"));
    }
});

it("lists every command and flag of ccpm", () => {
    const text = read("ccpm.md");
    for (const name of namesIn("commands", "/apis/ccpm/commandtable")) {
        const [first = "", second] = name.split(" ");
        const row = text.split("\n").find((line) => line.startsWith(`| \`ccpm ${first}`));
        expect(row, name).toContain(second ?? first);
    }
    for (const name of namesIn("flags", "/apis/ccpm/commandtable")) expect(text).toContain(`--${name}`);
});

it("describes every function and field of libai", () => {
    const text = read("libai.md");
    const types = readFileSync(path.resolve(docs, "../types/libai.d.ts"), "utf8");
    /** Names of the members that an interface declares, methods with their bracket. */
    const members = (name: string) => {
        const body = new RegExp(`interface ${name}\\b[^{]*\\{\\n([\\s\\S]*?)\\n    \\}`).exec(types)![1]!;
        return [...body.matchAll(/^ {8}(?:readonly )?(\w+)\??[(:]/gm)].map((match) => match[1]!);
    };
    expect(members("Ai")).toContain("ask");
    for (const name of members("Ai").filter((member) => member !== "jobs"))
        expect(text).toMatch(new RegExp(`ai\\.${name}[({]`));
    for (const name of members("Jobs")) expect(text).toMatch(new RegExp(`ai\\.jobs\\.${name}[(]`));
    for (const name of [
        "AskOptions",
        "WaitOptions",
        "Reply",
        "Progress",
        "SessionSummary",
        "Failure",
        "Check",
        "DoctorOptions",
        "Turn",
        "ModelSummary",
        "AgentSummary",
        "CommandSummary",
        "Todo",
        "Change",
        "Undone",
        "Usage",
        "ShellOutput",
        "PermissionAsk",
        "PermissionAnswer",
        "QuestionAsk",
        "QuestionItem",
        "QuestionOption",
        "OpenPermission",
        "ToolCall",
        "Status",
        "LuaOptions",
        "LuaResult",
        "Job",
        "JobOptions",
        "CollectOptions",
        "Collected",
    ]) {
        expect(members(name)).not.toHaveLength(0);
        for (const member of members(name)) expect(text).toContain(`\`${member}\``);
    }
});

it("shows sources and their Lua side by side as they are", () => {
    const [, section = ""] = read("build.md").split("## Side by side\n");
    const pairs = [
        ...section.split("\n## ")[0]!.matchAll(/`(src\/\S+\.ts)` and `(\S+\.lua)`:([^]*?)(?=\n[A-Z]|$)/g),
    ];
    expect(pairs.map(([, source]) => source)).toHaveLength(3);
    for (const [, source = "", lua = "", text = ""] of pairs) {
        for (const [file, language] of [
            [source, "ts"],
            [lua, "lua"],
        ] as const) {
            const [, shown = "nothing"] = new RegExp(`\`\`\`${language}\\n([^]*?)\n\`\`\``).exec(text) ?? [];
            expect(readFileSync(path.resolve(docs, "..", file), "utf8")).toContain(shown);
        }
    }
});

/** The screens of a scene that tests/e2e/screens.test.ts has played, without the prompt below and with what is empty in one row. */
function picturesOf(scene: string): string[] {
    return scene
        .split(/^--- .*\n/m)
        .map((screen) =>
            screen
                .trimEnd()
                .replace(/(^|\n)>$/, "")
                .replaceAll(/\n{4,}/g, "\n\n"),
        )
        .filter((picture) => picture.includes("\n"));
}

it("shows what each command of ai looks like, as it was seen on the real server", () => {
    const page = read("ai.md");
    const screens = readFileSync(path.join(docs, "../tests/e2e/screens/51x19.txt"), "utf8");
    const scenes = screens.split(/^=== /m).slice(1);
    const signs: Record<string, string> = { ask: "ai mend", command: "ai /", shell: "ai !" };
    // `ai setup` has its picture where it is told of; its own test compares the screen.
    // What the package of the link adds is played without a model: tests/computer/jobs.test.ts.
    const own = namesIn("commands", "/apis/ai/commandtable", COMPUTER);
    const names = own.filter((name) => name !== "setup");
    const missing = names.filter((name) => {
        const own = scenes.filter((scene) => scene.startsWith(signs[name] ?? `ai ${name}`));
        const pictures = own.flatMap((scene) => picturesOf(scene.slice(scene.indexOf("\n") + 1)));
        return !pictures.some((picture) => page.includes(`\`\`\`\n${picture}\n\`\`\``));
    });
    expect(missing).toEqual([]);
    // None of an older version is left.
    const part = /^## What they look like$([\s\S]*?)^## /m.exec(page)![1]!;
    const shown = [...part.matchAll(/^```\n([\s\S]*?)\n```$/gm)].map(([, picture]) => picture!);
    const all = new Set(scenes.flatMap((scene) => picturesOf(scene.slice(scene.indexOf("\n") + 1))));
    expect(shown.filter((picture) => !all.has(picture))).toEqual([]);
    expect(shown.length).toBeGreaterThan(30);
});
