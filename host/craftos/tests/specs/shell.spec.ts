/** The shell, as https://tweaked.cc/module/shell.html has it. */

const folder = "/spec-shell";

function put(name: string, text: string): void {
    const [file] = fs.open(`${folder}/${name}`, "w");
    file.write(text);
    file.close();
}

/** What a program puts into /spec-shell/out, a value a line. */
function out(): string[] {
    const lines: string[] = [];
    const [file] = fs.open(`${folder}/out`, "r");
    let line = file.readLine();
    while (line !== undefined) {
        lines.push(line);
        line = file.readLine();
    }
    file.close();
    return lines;
}

const save = `
    local file = fs.open("/spec-shell/out", "w")
    for i = 1, values.n do file.writeLine(tostring(values[i])) end
    file.close()
`;

/** Runs a body without its output, on a screen that nobody sees; gives the first row. */
function hidden(body: () => void): string {
    const screen = window.create(term.current(), 1, 1, 40, 5, false);
    const before = term.redirect(screen);
    const [ok, problem] = pcall(body);
    term.redirect(before);
    if (!ok) throw problem;
    return string.match(screen.getLine(1)[0], "^(.-)%s*$")[0];
}

let directory = "";
let path = "";
before_each(() => {
    directory = shell.dir();
    path = shell.path();
    fs.makeDir(folder);
});
after_each(() => {
    shell.setDir(directory);
    shell.setPath(path);
    fs.delete(folder);
});

describe("shell run", () => {
    it("hands words over and keeps quoted ones together", () => {
        put("args.lua", `local values = table.pack(...) ${save}`);
        assert.is_true(shell.run('/spec-shell/args one "two words"  three'));
        assert.are.same(["one", "two words", "three"], out());
    });
    it("joins its arguments with spaces", () => {
        put("args.lua", `local values = table.pack(...) ${save}`);
        shell.run("/spec-shell/args", "a b", "c");
        assert.are.same(["a", "b", "c"], out());
    });
    it("execute leaves arguments whole", () => {
        put("args.lua", `local values = table.pack(...) ${save}`);
        assert.is_true(shell.execute("/spec-shell/args", "a b", ""));
        assert.are.same(["a b", ""], out());
    });
    it("is false for no words", () => {
        assert.is_false(shell.run(""));
    });
    it("is false and says so for no such program", () => {
        let succeeded = true;
        const row = hidden(() => {
            succeeded = shell.run("spec-no-such-program");
        });
        assert.is_false(succeeded);
        assert.are.equal("No such program", row);
    });
    it("is false and prints the error of a program", () => {
        put("fail.lua", "error('it broke', 0)");
        let succeeded = true;
        const row = hidden(() => {
            succeeded = shell.run("/spec-shell/fail");
        });
        assert.is_false(succeeded);
        assert.are.equal("it broke", row);
    });
    it("is false and silent for an empty error", () => {
        put("fail.lua", "error('', 0)");
        let succeeded = true;
        const row = hidden(() => {
            succeeded = shell.run("/spec-shell/fail");
        });
        assert.is_false(succeeded);
        assert.are.equal("", row);
    });
    it("is false for what does not compile", () => {
        put("bad.lua", "local = 1");
        let succeeded = true;
        hidden(() => {
            succeeded = shell.run("/spec-shell/bad");
        });
        assert.is_false(succeeded);
    });
    it("gives programs shell, require and arg", () => {
        put("env.lua", `local values = table.pack(type(shell), type(require), arg[0], arg[1]) ${save}`);
        shell.run("/spec-shell/env x");
        assert.are.same(["table", "function", "/spec-shell/env", "x"], out());
    });
    it("gives each program globals of its own", () => {
        put("set.lua", "spec_global = 1");
        shell.run("/spec-shell/set");
        assert.is_nil((_G as unknown as Record<string, unknown>).spec_global);
    });
    it("getRunningProgram is the innermost", () => {
        put("who.lua", `local values = table.pack(shell.getRunningProgram()) ${save}`);
        const before = shell.getRunningProgram();
        shell.run("/spec-shell/who");
        assert.are.same(["spec-shell/who.lua"], out());
        assert.are.equal(before, shell.getRunningProgram());
    });
    it("follows a hashbang", () => {
        put("args.lua", `local values = table.pack(...) ${save}`);
        put("script", "#!/spec-shell/args first\nanything");
        assert.is_true(shell.run("/spec-shell/script last"));
        assert.are.same(["first", "spec-shell/script", "last"], out());
    });
});

describe("shell paths", () => {
    it("resolve starts from the current folder", () => {
        shell.setDir(folder);
        assert.are.equal("spec-shell/a", shell.resolve("a"));
        assert.are.equal("a", shell.resolve("/a"));
        assert.are.equal("a", shell.resolve("../a"));
    });
    it("setDir takes slashes off", () => {
        shell.setDir("/spec-shell/");
        assert.are.equal("spec-shell", shell.dir());
    });
    it("setDir refuses what is no folder", () => {
        assert.has_error(() => shell.setDir("/nowhere"), "Not a directory");
    });
    it("resolveProgram looks along the path, with and without .lua", () => {
        put("one.lua", "");
        put("two", "");
        shell.setPath(`${shell.path()}:/spec-shell`);
        assert.are.equal("spec-shell/one.lua", shell.resolveProgram("one"));
        assert.are.equal("spec-shell/two", shell.resolveProgram("two"));
        assert.is_nil(shell.resolveProgram("three"));
    });
    it("resolveProgram knows the ROM's programs", () => {
        assert.are.equal("rom/programs/list.lua", shell.resolveProgram("list"));
    });
    it("resolveProgram takes a path from the current folder", () => {
        put("inner/one.lua", "");
        shell.setDir(folder);
        assert.are.equal("spec-shell/inner/one.lua", shell.resolveProgram("inner/one"));
    });
    it("resolveProgram leaves out folders", () => {
        fs.makeDir(`${folder}/one`);
        assert.is_nil(shell.resolveProgram("/spec-shell/one"));
    });
    it("programs lists the path's, without .lua and hidden ones", () => {
        for (const name of ["b.lua", "a", ".hidden"]) put(name, "");
        shell.setPath("/spec-shell");
        assert.are.same(["a", "b"], shell.programs());
        assert.are.same([".hidden", "a", "b"], shell.programs(true));
    });
});

describe("shell aliases", () => {
    it("stand for a program", () => {
        shell.setAlias("spec-alias", "list");
        assert.are.equal("list", shell.aliases()["spec-alias"]);
        assert.are.equal("rom/programs/list.lua", shell.resolveProgram("spec-alias"));
        shell.clearAlias("spec-alias");
        assert.is_nil(shell.aliases()["spec-alias"]);
    });
    it("ls and dir are there", () => {
        assert.are.equal("list", shell.aliases().ls);
        assert.are.equal("list", shell.aliases().dir);
    });
    it("aliases gives a copy", () => {
        shell.aliases().ls = "other";
        assert.are.equal("list", shell.aliases().ls);
    });
});

describe("shell complete", () => {
    it("completes programs of the path", () => {
        put("zebra.lua", "");
        shell.setPath(`${shell.path()}:/spec-shell`);
        assert.are.same(["bra"], shell.complete("ze"));
        assert.are.same(["bra"], shell.completeProgram("ze"));
    });
    it("adds a space where arguments can be completed", () => {
        put("zebra.lua", "");
        shell.setPath(`${shell.path()}:/spec-shell`);
        shell.setCompletionFunction("spec-shell/zebra.lua", () => []);
        assert.are.same(["bra "], shell.complete("ze"));
        assert.are.same([" "], shell.complete("zebra"));
    });
    it("asks a program's function", () => {
        put("zebra.lua", "");
        shell.setPath(`${shell.path()}:/spec-shell`);
        let asked: unknown;
        shell.setCompletionFunction(
            "spec-shell/zebra.lua",
            (_: unknown, index: number, partial: string, previous: string[]) => {
                asked = { index, partial, previous };
                return ["x"];
            },
        );
        assert.are.same(["x"], shell.complete("zebra one tw"));
        assert.are.same({ index: 2, partial: "tw", previous: ["zebra", "one"] }, asked);
    });
    it("is nil for an empty line", () => {
        assert.is_nil(shell.complete(""));
    });
});

describe("cc.shell.completion", () => {
    /** @noSelf */
    interface Completion {
        build(...choices: unknown[]): unknown;
        choice: unknown;
        file: unknown;
        dir: unknown;
    }
    const completion = require("cc.shell.completion") as Completion;

    before_each(() => {
        put("zebra.lua", "");
        shell.setPath(`${shell.path()}:/spec-shell`);
        shell.setDir(folder);
    });

    it("build completes each argument by its own function", () => {
        const complete = completion.build(
            [completion.choice, ["install ", "info ", "remove "]],
            undefined,
            completion.file,
        );
        shell.setCompletionFunction("spec-shell/zebra.lua", complete);
        assert.are.same(["stall ", "fo "], shell.complete("zebra in"));
        assert.is_nil(shell.complete("zebra install x"));
        assert.are.same(["bra.lua"], shell.complete("zebra install x ze"));
        assert.is_nil(shell.complete("zebra install x y z"));
    });
    it("many lets the last one complete all that follow", () => {
        const many = { 1: completion.choice, 2: ["alpha", "beta"], many: true };
        const complete = completion.build(completion.dir, many);
        shell.setCompletionFunction("spec-shell/zebra.lua", complete);
        for (const line of ["zebra x a", "zebra x y a", "zebra x y z a"]) {
            assert.are.same(["lpha"], shell.complete(line));
        }
    });
    it("a function of a program's own gets the arguments before", () => {
        let previous: unknown;
        const complete = completion.build(undefined, (_: unknown, text: string, before: string[]) => {
            previous = before;
            return text === "pa" ? ["ckage"] : [];
        });
        shell.setCompletionFunction("spec-shell/zebra.lua", complete);
        assert.are.same(["ckage"], shell.complete("zebra install pa"));
        assert.are.same(["zebra", "install"], previous);
    });
    it("is offered for an alias, too", () => {
        shell.setCompletionFunction("spec-shell/zebra.lua", completion.build([completion.choice, ["go"]]));
        shell.setAlias("spec-alias", "zebra");
        assert.are.same(["o"], shell.complete("spec-alias g"));
        shell.clearAlias("spec-alias");
    });
    it("refuses what is no function", () => {
        assert.error_matches(() => completion.build(5), "bad argument #1 .*table or function expected");
        assert.error_matches(
            () => completion.build([5]),
            "Bad table entry #1 at argument #1 %(function expected, got number%)",
        );
    });
});
