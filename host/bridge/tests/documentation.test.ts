/** docs/bridge.md against the code that it describes. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectFolder } from "../../../tools/harness/disk.ts";
import { run } from "../src/cli/run.ts";
import { flagOf, type OptionName, optionTable } from "../src/options.ts";
import { profileMeaning, profiles } from "../src/profiles.ts";

const text = readFileSync(join(projectFolder, "docs/bridge.md"), "utf8");

/** The first and the last cell of each row of its tables. */
const rows = [...text.matchAll(/^\| `([^`]+)` +\| (?:.* \| )?(.*?) *\|$/gm)].map(([, name, last]) => [
    name,
    last,
]);

test("it says of every option what it is, and of no other", () => {
    const shown = (Object.keys(optionTable) as OptionName[]).filter((name) => name !== "password");
    const listed = rows.flatMap(([name = ""]) => (name.startsWith("--") ? [name] : []));
    expect(listed.sort()).toEqual(shown.map(flagOf).sort());
});

test("it says of every profile what the command line says", () => {
    const listed = rows.filter(([name]) => (profiles as readonly (string | undefined)[]).includes(name));
    expect(listed).toEqual(profiles.map((name) => [name, profileMeaning[name]]));
});

test("it has every command", async () => {
    let help = "";
    const world = { print: (line: string) => (help += `${line}\n`), complain() {}, env: {} };
    await run(["--help"], world as unknown as Parameters<typeof run>[1]);
    const commands = [...help.matchAll(/^ {2}([a-z]+) .*?(?: {2,}|$)/gm)].map(([, name]) => name);
    expect(commands).toEqual(expect.arrayContaining(["start", "doctor", "approve", "revoke", "limits"]));
    const missing = commands.filter(
        (name) => !["start", "help"].includes(name!) && !text.includes(`trapos-bridge ${name}`),
    );
    expect(missing).toEqual([]);
});
