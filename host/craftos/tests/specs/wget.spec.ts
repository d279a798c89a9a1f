/**
 * wget, as `help wget` has it. What it downloads comes from a function of the spec in place of http.get, so that no
 * server is needed.
 */

const folder = "/spec-wget";
const address = "http://example.invalid/tools/install.lua?version=1#top";

/** What is asked for, and what comes of it: nil is a failure. */
let asked: string[] = [];
let body: string | undefined;

function put(name: string, text: string): void {
    const [file] = fs.open(`${folder}/${name}`, "w");
    file.write(text);
    file.close();
}

function content(name: string): string | undefined {
    const [file] = fs.open(`${folder}/${name}`, "rb");
    const text = file.readAll();
    file.close();
    return text;
}

/** Runs a command without its output, on a screen that nobody sees; gives the rows that it left there. */
function screenOf(...words: string[]): string[] {
    const screen = window.create(term.current(), 1, 1, 80, 10, false);
    const before = term.redirect(screen);
    const [ok, problem] = pcall(() => shell.execute("wget", ...words));
    term.redirect(before);
    if (!ok) throw problem;
    const rows: string[] = [];
    for (const row of $range(1, 10)) rows.push(string.match(screen.getLine(row)[0], "^(.-)%s*$")[0]);
    while (rows[rows.length - 1] === "") rows.pop();
    return rows;
}

const { get, checkURL } = http ?? {};
let directory = "";
before_each(() => {
    if (http === undefined) pending("http is switched off");
    directory = shell.dir();
    fs.makeDir(folder);
    shell.setDir(folder);
    asked = [];
    body = undefined;
    http.get = (url) => {
        asked.push(url as string);
        if (body === undefined) return $multi(undefined, "Could not connect");
        const text = body;
        return $multi({ readAll: () => text, close: () => {} } as Response);
    };
    http.checkURL = () => $multi(true);
});
after_each(() => {
    http.get = get;
    http.checkURL = checkURL;
    shell.setDir(directory);
    fs.delete(folder);
});

describe("wget", () => {
    it("saves under the last part of the path, without query and anchor", () => {
        body = "return 1";
        const rows = screenOf(address);
        assert.are.same([address], asked);
        assert.are.equal("return 1", content("install.lua"));
        assert.are.equal("Downloaded as install.lua", rows[rows.length - 1]);
    });
    it("saves every byte under the name that it is given", () => {
        const bytes: string[] = [];
        for (const code of $range(0, 255)) bytes.push(string.char(code));
        body = table.concat(bytes);
        screenOf(address, "sub/saved");
        assert.are.equal(body, content("sub/saved"));
    });
    it("does not overwrite, nor ask for what it cannot save", () => {
        put("install.lua", "old");
        body = "new";
        assert.are.same(["File already exists"], screenOf(address));
        assert.are.equal("old", content("install.lua"));
        assert.are.same([], asked);
    });
    it("saves nothing when it fails", () => {
        const rows = screenOf(address);
        const said = rows[rows.length - 1];
        // 1.116 prints the reason.
        const isTold = ["Failed.", "Could not connect"].some((words) => string.find(said, words, 1, true)[0]);
        assert.is_true(isTold, said);
        assert.is_false(fs.exists(`${folder}/install.lua`));
    });
});

describe("wget run", () => {
    const save = `
        local file = fs.open("/spec-wget/out", "w")
        for i = 1, values.n do file.writeLine(tostring(values[i])) end
        file.close()`;

    it("runs with the arguments, whole", () => {
        body = `local values = table.pack(select("#", ...), ...) ${save}`;
        screenOf("run", address, "install", "two words", "--yes");
        assert.are.equal("3\ninstall\ntwo words\n--yes\n", content("out"));
        assert.is_false(fs.exists(`${folder}/install.lua`));
    });
    it("gives what it runs the shell and require", () => {
        body = `local values = table.pack(type(shell), type(require), shell.dir()) ${save}`;
        screenOf("run", address);
        assert.are.equal("table\nfunction\nspec-wget\n", content("out"));
    });
    it("prints the error of what it runs, and of what does not compile", () => {
        body = 'error("no room", 0)';
        assert.are.equal("no room", screenOf("run", address).pop());
        body = "local = 1";
        assert.is_true(screenOf("run", address).length > 1);
    });
});
