/** The conversations on the real server: list, new, use. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { startWorld, type World } from "./support.ts";

let world: World;
beforeAll(async () => {
    world = await startWorld();
});
afterAll(() => world.stop());

it("lists them newest first, marks the current one, and goes on in another by its number", async () => {
    const computer = world.newComputer({ label: "mine" });
    await world.behind.createSession("Caf\u00e9 with a title that is longer than a screen is wide");
    await computer.run("ai ping");
    const first = await computer.setting("opencc.session_id");
    const { transcript } = await computer.run("ai new what now?");
    expect(transcript).toContain("scripted model");
    expect(await computer.setting("opencc.session_id")).not.toBe(first);

    for (const width of [51, 26, 164]) {
        const { screen } = await computer.run("ai sessions", { width, height: 20 });
        const rows = screen.filter((row) => /^[* ] \d /.test(row));
        expect(rows).toHaveLength(3);
        expect(rows[0]).toMatch(/^\* 1 what now\? \(mine\) +now\s*$/);
        expect(rows[1]).toMatch(/^ {2}2 ComputerCraft/);
        expect(rows[2]).toMatch(
            width > 100 ? /^ {2}3 Café with .* wide +now\s*$/ : /^ {2}3 Café with .*\.\. +now\s*$/,
        );
    }

    const used = await computer.run("ai use 2");
    expect(used.transcript).toContain("Talking in: ComputerCraft: mine");
    expect(await computer.setting("opencc.session_id")).toBe(first);
});

it("asks once in another session", async () => {
    const computer = world.newComputer();
    await computer.run("ai ping");
    const own = await computer.setting("opencc.session_id");
    const other = await world.behind.createSession("other");
    expect((await computer.run(`ai --session ${other} ping`)).transcript).toMatch(/^pong/m);
    expect(await world.behind.messages(other)).toHaveLength(2);
    expect(await computer.setting("opencc.session_id")).toBe(own);
});

it("the computer's session was deleted: a new one, with a word", async () => {
    const computer = world.newComputer();
    await computer.run("ai ping");
    const gone = String(await computer.setting("opencc.session_id"));
    await world.behind.deleteSession(gone);
    const { transcript } = await computer.run("ai ping");
    expect(transcript.replaceAll("\n", " ")).toContain(
        "The session is gone from the server; this is a new one.",
    );
    expect(transcript).toMatch(/^pong/m);
    expect(await computer.setting("opencc.session_id")).not.toBe(gone);
});

it("renames, finds by a word, forks and deletes, and numbers mean what stood on the screen", async () => {
    const computer = world.newComputer();
    await computer.run("ai hello");
    const own = String(await computer.setting("opencc.session_id"));
    expect((await computer.run('ai rename " "')).transcript).toContain("A title is no blank.");
    expect((await computer.run('ai rename "Castle gate"')).output).toContain("It is called now: Castle gate");
    expect((await computer.run("ai sessions Castle")).output.trim()).toMatch(/^\* 1 Castle gate +now$/);

    // Another session is newer now, and the numbers are still those that were seen.
    await world.behind.createSession("Castle moat");
    expect((await computer.run("ai fork 1")).output).toMatch(/Talking in: Castle gate \(fork( #1)?\)/);
    const fork = String(await computer.setting("opencc.session_id"));
    expect(fork).not.toBe(own);
    expect((await computer.run("ai history")).output).toContain("> hello");

    const asked = await computer.run("ai delete 1");
    expect(asked.succeeded).toBe(false);
    expect(asked.transcript).toContain("ai --yes delete");
    expect((await computer.run("ai --no delete 1")).output).toContain("Nothing was deleted.");
    expect((await computer.run("ai --yes delete 1")).output).toContain("Deleted: Castle gate");
    const left = await world.behind.listSessions("Castle");
    expect(left.map(({ id }) => id)).not.toContain(own);
    expect(left.map(({ id }) => id)).toContain(fork);

    expect((await computer.run("ai --yes delete")).output).toMatch(/Deleted: Castle gate \(fork( #1)?\)/);
    expect(await computer.setting("opencc.session_id")).toBeUndefined();
    const gone = await computer.run("ai delete ses_gone");
    expect(gone.transcript).toContain("The server has no session ses_gone.");
    expect(gone.succeeded).toBe(false);
});

it("asks on one line, in the screen's letters, whether a session is to go", async () => {
    const title = `T\u00fcr\nzu${" und auf".repeat(100)}`;
    const id = await world.behind.createSession(title);
    const screen = await world.newComputer().open();
    await screen.type(`ai delete ${id}\n`);
    await screen.waitForText("[y/N]");
    expect(screen.screen().join("\n")).toMatch(/Delete "T\u00fcr zu und auf[^]*\.\.\.[^]*in it\? \[y\/N\]/);
    await screen.type("n");
    await screen.waitForText("Nothing was deleted.");
    await screen.close();
    await world.behind.deleteSession(id);
});

it("says why a session is not shared where the configuration does not allow it", async () => {
    const computer = world.newComputer();
    await computer.run("ai hello");
    const shared = await computer.run("ai --yes share");
    expect(shared.succeeded).toBe(false);
    expect(shared.transcript).toContain("opencode");
    expect((await computer.run("ai --no share")).output).toContain("Nothing was shared.");
    expect((await computer.run("ai unshare")).output).toContain("not on the web any more");
});

// What it looks like at each size is seen by tests/e2e/screens.test.ts.
it("lets a player choose, rename, delete and fork sessions", async () => {
    const [width, height] = [39, 13];
    for (const { id } of await world.behind.listSessions()) await world.behind.deleteSession(id);
    for (const title of ["Castle gate", "Mine shaft", "Farm"]) await world.behind.createSession(title);
    const computer = world.newComputer();
    const screen = await computer.open({ width, height });
    await screen.type("ai sessions\n");
    await screen.waitForText("Castle gate");
    const rows = screen.screen().map((row) => row.trimEnd());
    expect(rows[0]).toMatch(/^ {2}1 Farm +now$/);
    expect(rows[2]).toMatch(/^ {2}3 Castle gate +now$/);
    expect(rows.every((row) => row.length <= width)).toBe(true);

    await screen.press("down");
    await screen.type("r");
    await screen.waitForText("Title: Mine shaft");
    await screen.type(" 2\n");
    await screen.waitForText(/^ {2}2 Mine shaft 2/m);
    await screen.type("d");
    await screen.waitForText("[y/N]");
    await screen.type("n");
    await screen.waitForText(/^ {2}1 Farm/m);
    await screen.type("d");
    await screen.waitForText("[y/N]");
    await screen.type("y");
    await screen.waitForText(/^ {2}2 Castle gate/m);
    const left = await world.behind.listSessions();
    expect(left.map(({ title }) => title)).toEqual(["Farm", "Castle gate"]);
    await screen.press("enter");
    await screen.waitForText("Talking in: Castle gate");
    await screen.type("ai sessions farm\n");
    await screen.waitForText(/1 Farm/);
    await screen.type("f");
    await screen.waitForText(/Talking in: Farm \(fork( #1)?\)/);
    await screen.type("ai sessions\n");
    await screen.waitForText(/1 Farm \(fork/);
    await screen.type("q");
    await screen.waitForText(/^>\s*$/m);
    await screen.close();
});
