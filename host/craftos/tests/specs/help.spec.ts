/** Help texts, as https://tweaked.cc/module/help.html has them, and the program that shows them. */

const folder = "/spec-help";
const screenWidth = 30;
const screenHeight = 8;

function put(name: string, text: string): void {
    const [file] = fs.open(`${folder}/${name}`, "w");
    file.write(text);
    file.close();
}

/** What `help topic` leaves on a small screen: its rows without the blanks at their ends, down to the last used one. */
function shown(topic: string): string[] {
    const screen = window.create(term.current(), 1, 1, screenWidth, screenHeight, false);
    const before = term.redirect(screen);
    const [ok, problem] = pcall(() => shell.run("help", topic));
    term.redirect(before);
    if (!ok) throw problem;
    const rows: string[] = [];
    for (const row of $range(1, screenHeight)) {
        rows.push(string.match(screen.getLine(row)[0], "^(.-)%s*$")[0]);
    }
    while (rows[rows.length - 1] === "") rows.pop();
    return rows;
}

let path = "";
before_each(() => {
    path = help.path();
    fs.makeDir(folder);
    help.setPath(`${path}:${folder}`);
});
after_each(() => {
    help.setPath(path);
    fs.delete(folder);
});

describe("help", () => {
    it("finds texts in the folders of its path, with and without .txt and .md", () => {
        put("spec-one.txt", "1");
        put("spec-two.md", "2");
        put("spec-three", "3");
        assert.are.equal("spec-help/spec-one.txt", help.lookup("spec-one"));
        assert.are.equal("spec-help/spec-two.md", help.lookup("spec-two"));
        assert.are.equal("spec-help/spec-three", help.lookup("spec-three"));
        assert.is_nil(help.lookup("spec-four"));
    });
    it("lists topics sorted, without extensions, hidden files and folders", () => {
        for (const name of ["b.txt", "a.md", "c", ".hidden"]) put(name, "");
        fs.makeDir(`${folder}/folder`);
        help.setPath(folder);
        assert.are.same(["a", "b", "c", "index"], help.topics());
    });
    it("completes topics", () => {
        put("spec-one.txt", "");
        put("spec-other.md", "");
        assert.are.same(["ne", "ther"], help.completeTopic("spec-o"));
        assert.are.same([], help.completeTopic("spec-x"));
    });
    it("the ROM's texts stay where its path is kept", () => {
        assert.are.equal("string", type(help.lookup("wget")));
    });
    it("wants texts", () => {
        assert.error_matches(() => help.setPath(undefined), "bad argument #1 .*string expected, got nil");
        assert.error_matches(() => help.lookup(5), "bad argument #1 .*string expected, got number");
    });
});

describe("the program help", () => {
    it("shows a short text at once, wrapped at words", () => {
        put("spec-one.txt", "A text that is longer than one row of it.\nLast.\n");
        assert.are.same(["A text that is longer than one", "row of it.", "Last."], shown("spec-one"));
    });
    it("shows a star of Markdown as a bullet, and code without its quotes", () => {
        put("spec-two.md", "# Title\n* `code`\n");
        assert.are.same(["# Title", "\x07 code"], shown("spec-two"));
    });
    it("says where there is no text", () => {
        assert.are.same(["No help available"], shown("spec-none"));
    });
});
