import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { build } from "../../tools/build/build.ts";
import { bump } from "../../tools/build/bump.ts";
import { checkGenerated, type Finding } from "../../tools/build/check.ts";
import { readDescriptors, type Descriptor } from "../../tools/build/packages.ts";
import type { Index } from "trapos-registry";
import { newProject, type Project } from "./support/build-project.ts";
import { runLua } from "../../tools/lua/index.ts";

/** Two packages, one of which needs the other, and a third that needs neither. */
function trapos(): Project {
    const project = newProject({
        "src/apis/core.ts": "export const core = 1;",
        "src/apis/ai/tool.ts":
            'declare const PACKAGE_VERSION: string;\nimport { core } from "../core";\n' +
            "export const tool = `v${PACKAGE_VERSION}` + core;",
        "src/programs/alone.ts": "print(1);",
        "help/tool.txt": "How to use it.\n",
    });
    project.describe("core", { files: ["apis/core.lua"] });
    project.describe("tool", {
        dependencies: { core: "^0.1.0" },
        files: ["apis/ai/tool.lua", "help/tool.txt"],
    });
    project.describe("alone", {
        files: ["programs/alone.lua"],
        autostart: ["programs/alone.lua"],
        data: ["trapos/alone"],
    });
    project.describe("trapos", { dependencies: { alone: "^0.1.0", tool: "^0.1.0" }, version: "0.3.0" });
    return project;
}

function descriptorOf(project: Project, name: string): Descriptor {
    return JSON.parse(project.read(`packages/${name}/ccpm.json`)) as Descriptor;
}

function indexOf(project: Project): Index {
    return JSON.parse(project.read("packages/index.json")) as Index;
}

/** Every problem that the check finds, by what was looked at. */
async function problemsOf(project: Project): Promise<Record<string, readonly string[]>> {
    const findings: Finding[] = await checkGenerated(project.root);
    return Object.fromEntries(
        findings.filter(({ problems }) => problems.length > 0).map(({ name, problems }) => [name, problems]),
    );
}

describe("the index", () => {
    test("tells of each package what an installer needs, with each file's size and hash", async () => {
        const project = trapos();
        expect((await build(project.root)).problems).toEqual([]);
        const { version, packages } = indexOf(project);
        expect(version).toBe(1);
        expect(Object.keys(packages)).toEqual(["alone", "core", "tool", "trapos"]);
        expect(packages["alone"]?.autostart).toEqual(["programs/alone.lua"]);
        expect(packages["alone"]?.data).toEqual(["trapos/alone"]);
        expect(packages["tool"]?.dependencies).toEqual({ core: "^0.1.0" });
        const files = packages["tool"]?.files ?? {};
        expect(Object.keys(files)).toEqual(["apis/ai/tool.lua", "help/tool.txt"]);
        for (const [file, fingerprint] of Object.entries(files)) {
            const content = Buffer.from(project.read(file));
            const sha256 = createHash("sha256").update(content).digest("hex");
            expect(fingerprint).toEqual({ size: content.length, sha256 });
        }
    });

    test("follows a file that is written by hand", async () => {
        const project = trapos();
        await build(project.root);
        project.write({ "help/tool.txt": "Changed.\n" });
        await build(project.root);
        expect(indexOf(project).packages["tool"]?.files["help/tool.txt"]?.size).toBe("Changed.\n".length);
    });

    test("does not depend on the order in which a descriptor lists things", async () => {
        const project = trapos();
        await build(project.root);
        const before = project.read("packages/index.json");
        const tool = descriptorOf(project, "tool");
        project.describe("tool", { ...tool, files: [...tool.files].reverse() });
        await build(project.root);
        expect(project.read("packages/index.json")).toBe(before);
    });

    test("goes with a manifest of the operating system and the packages that it brings", async () => {
        const project = trapos();
        project.describe("aside", { files: [] });
        await build(project.root);
        expect(JSON.parse(project.read("manifest.json"))).toEqual({
            name: "trapos",
            version: "0.3.0",
            packages: { alone: "0.1.0", core: "0.1.0", tool: "0.1.0", trapos: "0.3.0" },
        });
    });

    test("is not written while a file belongs to two packages, to none, or is not there", async () => {
        const project = trapos();
        project.describe("alone", { files: ["apis/core.lua", "apis/gone.lua", "help/gone.txt"] });
        const { problems } = await build(project.root);
        expect(problems).toEqual([
            expect.stringMatching(/^apis\/core\.lua: listed in packages\/alone\/.* and packages\/core\//),
            expect.stringMatching(/^apis\/gone\.lua: listed in packages\/alone\/ccpm\.json, but nothing/),
            expect.stringMatching(/^help\/gone\.txt: listed in packages\/alone\/ccpm\.json, but nothing/),
            expect.stringMatching(/^programs\/alone\.lua: in no package/),
        ]);
        expect(project.exists("packages/index.json")).toBe(false);
        expect((await problemsOf(project))["packages"]).toEqual(problems);
    });
});

describe("a descriptor", () => {
    test.each([
        ["that is no JSON", "{", /^packages\/core\/ccpm\.json: /],
        ["with an unknown field", { depends: {} }, /unknown field "depends"/],
        ["of another name", { name: "other" }, /name must be "core"/],
        ["without a description", { description: "" }, /description must be/],
        [
            "with a description that no computer can show",
            { description: "für" },
            /description must be 1 to 200 print/,
        ],
        ["with a path out of the disk", { files: ["../x.lua"] }, /files\.\.\.\/x\.lua is not a path/],
        ["with a version that is none", { version: "0.1" }, /version 0\.1 is not like 1\.0\.0/],
        [
            "with a range that is none",
            { dependencies: { alone: "newest" } },
            /dependencies\.alone newest is not a version range/,
        ],
        [
            "with paths that differ in capitals alone",
            { files: ["help/a.txt", "help/A.txt"] },
            /is there twice, but for capitals/,
        ],
        ["with an absolute path", { files: ["/apis/core.lua"] }, /is not a path that packages may have/],
        ["with a folder as a file", { files: ["apis/"] }, /is not a path that packages may have/],
        [
            "with a path of other characters",
            { files: ["apis/a b.lua"] },
            /is not a path that packages may have/,
        ],
        ["with CC's own files", { files: ["rom/programs/ls.lua"] }, /is not a path that packages may have/],
        [
            "with the package manager's state",
            { files: ["Trapos/ccpm.json"] },
            /is not a path that packages may have/,
        ],
        ["with the player's settings", { files: [".settings"] }, /is not a path that packages may have/],
        ["with files on a floppy", { files: ["disk2/x.lua"] }, /is not a path that packages may have/],
        [
            "that starts what it does not have",
            { autostart: ["programs/x.lua"] },
            /autostart is not among its files/,
        ],
        [
            "with data among the programs",
            { data: ["programs"] },
            /data\.1 programs is not a folder in trapos/,
        ],
        [
            "with data in the package manager's state",
            { data: ["trapos/ccpm.staging"] },
            /is not a folder in trapos/,
        ],
        ["with data everywhere", { data: ["trapos/.."] }, /is not a folder in trapos/],
    ])("%s is refused by name", (_, fields, message) => {
        const project = newProject();
        if (typeof fields === "string") project.write({ "packages/core/ccpm.json": fields });
        else project.describe("core", fields as Partial<Descriptor>);
        expect(() => readDescriptors(project.root)).toThrow(message);
    });
});

test("a package's name is one that a computer takes", () => {
    const project = newProject();
    project.describe("Core");
    expect(() => readDescriptors(project.root)).toThrow("its name is not of a-z");
});

test("a file that a computer refuses because of its size is named", async () => {
    const project = newProject({ "help/long.txt": "x".repeat(1_000_001) });
    project.describe("long", { files: ["help/long.txt"] });
    const { problems } = await build(project.root);
    expect(problems).toEqual([
        "packages/long/ccpm.json: files.help/long.txt.size 1000001 is not a whole number up to 1000000",
    ]);
    expect(project.exists("packages/index.json")).toBe(false);
});

test("paths of two packages that differ in capitals alone are refused", async () => {
    const project = trapos();
    project.write({ "help/Tool.txt": "Another\n" });
    project.describe("other", { files: ["help/Tool.txt"] });
    const { problems } = await build(project.root);
    expect(problems).toEqual([
        "help/tool.txt: differs from help/Tool.txt in capitals alone, which some disks do not tell apart",
    ]);
});

describe("a version", () => {
    test("stands in the descriptor alone, and reaches the program", async () => {
        const project = trapos();
        await build(project.root);
        const shown = () => runLua('return require("/apis/ai/tool").tool', { root: project.root });
        expect(shown()).toEqual(["v0.1.01"]);
        bump(project.root, ["tool", "minor"]);
        await build(project.root);
        expect(shown()).toEqual(["v0.2.01"]);
        expect(project.read("apis/ai/tool.lua")).not.toContain("PACKAGE_VERSION");
    });

    test("is that of no package in a file that none lists, which is an error", async () => {
        const project = trapos();
        project.describe("tool", { dependencies: { core: "^0.1.0" }, files: ["help/tool.txt"] });
        await expect(build(project.root)).rejects.toThrow(
            'src/apis/ai/tool.ts: asks for PACKAGE_VERSION, but no package lists apis/ai/tool.lua; add it to "files"',
        );
    });

    test("that is raised raises those of all packages above it", () => {
        const project = trapos();
        const bumps = bump(project.root, ["core", "minor"]);
        expect(bumps).toEqual([
            { name: "core", from: "0.1.0", to: "0.2.0", because: [] },
            { name: "tool", from: "0.1.0", to: "0.1.1", because: ["core"] },
            { name: "trapos", from: "0.3.0", to: "0.3.1", because: ["tool"] },
        ]);
        expect(descriptorOf(project, "core").version).toBe("0.2.0");
        expect(descriptorOf(project, "tool")).toMatchObject({
            version: "0.1.1",
            dependencies: { core: "^0.2.0" },
        });
        expect(descriptorOf(project, "trapos")).toMatchObject({
            version: "0.3.1",
            dependencies: { alone: "^0.1.0", tool: "^0.1.1" },
        });
        expect(descriptorOf(project, "alone").version).toBe("0.1.0");
    });

    test.each([[[]], [["core"]], [["core", "huge"]], [["core", "patch", "more"]]])(
        "is not raised by: npm run bump %j",
        (options) => {
            const project = trapos();
            expect(() => bump(project.root, options)).toThrow("Usage: npm run bump <package>");
            expect(descriptorOf(project, "core").version).toBe("0.1.0");
        },
    );

    test("of a package that does not exist cannot be raised", () => {
        const { root } = trapos();
        expect(() => bump(root, ["cor", "patch"])).toThrow('no package "cor". There are: alone, core, tool');
    });
});

describe("the check", () => {
    test("is content with what the build made", async () => {
        const project = trapos();
        await build(project.root);
        expect(await problemsOf(project)).toEqual({});
    });

    test("names every generated file that is not what the build makes", async () => {
        const project = trapos();
        await build(project.root);
        const edited = `${project.read("apis/core.lua")}-- by hand\n`;
        project.write({ "apis/core.lua": edited, "apis/old.lua": "", "manifest.json": "{}" });
        expect(await problemsOf(project)).toEqual({
            "generated files": [
                "apis/core.lua: not what the build makes",
                "manifest.json: not what the build makes",
                "apis/old.lua: nothing in src/ makes it",
                "mend with: npm run build",
            ],
        });
        await build(project.root);
        expect(await problemsOf(project)).toEqual({});
    });

    test("reports a source that does not compile", async () => {
        const project = trapos();
        project.write({ "src/apis/core.ts": "export const core: string = 1;" });
        const problems = await problemsOf(project);
        expect(problems["sources for the computer"]?.[0]).toMatch(/^src\/apis\/core\.ts\(1,14\)/);
    });

    test.each([
        [
            "a range that the package does not satisfy",
            { dependencies: { core: "^0.2.0" } },
            /core \^0\.2\.0, but it/,
        ],
        [
            "a package that is not there",
            { dependencies: { cor: "^0.1.0" } },
            /depends on cor, which is no package/,
        ],
        ["packages in a circle", { dependencies: { trapos: "^0.3.0" } }, /circle: .*trapos/],
    ])("finds %s", async (_, fields, message) => {
        const project = trapos();
        project.describe("tool", { ...descriptorOf(project, "tool"), ...fields });
        const problems = await problemsOf(project);
        expect(problems["packages"]).toEqual([expect.stringMatching(message)]);
    });
});

describe("a change without a new version", () => {
    async function change(project: Project, value: number): Promise<void> {
        project.write({ "src/apis/core.ts": `export const core = ${value};` });
        await build(project.root);
    }

    const complaint = {
        versions: [
            "core 0.1.0: published already, but since then apis/core.lua changed; run: npm run bump core patch",
        ],
    };

    test("is found before it is committed and after, and mended by a bump", async () => {
        const project = trapos();
        await build(project.root);
        project.commit();
        expect(await problemsOf(project)).toEqual({});

        await change(project, 2);
        expect(await problemsOf(project)).toEqual(complaint);
        project.commit();
        project.commit();
        expect(await problemsOf(project)).toEqual(complaint);

        bump(project.root, ["core", "patch"]);
        await build(project.root);
        expect(await problemsOf(project)).toEqual({});
        project.commit();
        expect(await problemsOf(project)).toEqual({});
    });

    test("is found in what else an index says of a package", async () => {
        const project = trapos();
        await build(project.root);
        project.commit();
        project.describe("alone", { ...descriptorOf(project, "alone"), autostart: [] });
        await build(project.root);
        expect((await problemsOf(project))["versions"]).toEqual([
            expect.stringMatching(/^alone 0\.1\.0: .* autostart changed/),
        ]);
    });

    test("is free while a package was never published, and before the first commit", async () => {
        const project = trapos();
        project.describe("core", { ...descriptorOf(project, "core"), version: "0.0.0" });
        project.describe("tool", { ...descriptorOf(project, "tool"), dependencies: { core: "0.0.0" } });
        await build(project.root);
        expect(await problemsOf(project)).toEqual({});
        project.commit();
        await change(project, 2);
        expect(await problemsOf(project)).toEqual({});
        bump(project.root, ["core", "minor"]);
        await build(project.root);
        project.commit();
        await change(project, 3);
        expect(await problemsOf(project)).toEqual(complaint);
    });

    test("is found in a shallow clone, where the rest of the branch may still change", async () => {
        const origin = trapos();
        await build(origin.root);
        origin.commit();
        await change(origin, 2);
        bump(origin.root, ["core", "patch"]);
        await build(origin.root);
        origin.commit();

        const clone = newProject();
        clone.git("clone", "--quiet", "--depth=1", `file://${origin.root}`, "work");
        clone.git("-C", "work", "config", "user.name", "Test");
        const work: Project = {
            ...clone,
            root: `${clone.root}/work`,
            write: (files) => {
                const inside = Object.entries(files).map(
                    ([file, content]) => [`work/${file}`, content] as const,
                );
                clone.write(Object.fromEntries(inside));
            },
            commit: () => clone.git("-C", "work", "commit", "--quiet", "--all", "--message=change"),
        };
        expect(await problemsOf(work)).toEqual({});
        await change(work, 3);
        work.commit();
        expect((await problemsOf(work))["versions"]).toEqual([
            expect.stringMatching(/^core 0\.1\.1: .*core\.lua/),
        ]);
        bump(work.root, ["core", "patch"]);
        await build(work.root);
        work.commit();
        await change(work, 4);
        expect(await problemsOf(work)).toEqual({});
    });

    test("cannot be seen without a history, which is said", async () => {
        const project = trapos();
        await build(project.root);
        const findings = await checkGenerated(project.root);
        expect(findings.find(({ name }) => name === "versions")?.note).toContain("no git history");
    });
});
