/** Files and folders, as https://tweaked.cc/module/fs.html has them. */

const folder = "/spec-files";

/** What the case has opened, for one that ends before it closes it. */
let opened: Handle[] = [];

function open(path: string, mode: string): LuaMultiReturn<[Handle, string?]> {
    const [file, why] = fs.open(path, mode);
    if (why === undefined) opened.push(file);
    return $multi(file, why);
}

function put(path: string, content: string): string {
    const [file] = open(path, "wb");
    file.write(content);
    file.close();
    return path;
}

function content(path: string): string | undefined {
    const [file] = open(path, "rb");
    const text = file.readAll();
    file.close();
    return text;
}

before_each(() => fs.makeDir(folder));
after_each(() => {
    // Most are closed already.
    for (const file of opened) pcall(() => file.close());
    opened = [];
    fs.delete(folder);
});

describe("fs paths", () => {
    it("combine joins with one slash and drops the outer ones", () => {
        assert.are.equal("a/b/c", fs.combine("/a/", "/b", "c/"));
    });
    it("combine resolves dots", () => {
        assert.are.equal("a/c", fs.combine("a/./b", "../c"));
    });
    it("combine keeps dots that lead out", () => {
        assert.are.equal("../x", fs.combine("a", "../../x"));
    });
    it("combine takes three dots and more for one", () => {
        assert.are.equal("a/b", fs.combine("a", "...", "b"));
    });
    it("combine takes backslashes for slashes", () => {
        assert.are.equal("a/b", fs.combine("a\\b"));
    });
    it("combine keeps wildcards and leaves out other odd characters", () => {
        assert.are.equal("a*?b", fs.combine('a*?"<>|:b'));
    });
    it("getName gives what stands last", () => {
        assert.are.equal("c.lua", fs.getName("/a/b/c.lua"));
    });
    it("getName calls the top root", () => {
        assert.are.equal("root", fs.getName("/"));
    });
    it("getDir gives what stands before", () => {
        assert.are.equal("a/b", fs.getDir("/a/b/c.lua"));
    });
    it("getDir of a name alone is empty", () => {
        assert.are.equal("", fs.getDir("c.lua"));
    });
    it("getDir of the top leads out", () => {
        assert.are.equal("..", fs.getDir("/"));
    });
    it("raises for a path that leads out", () => {
        assert.has_error(() => fs.list("../outside"), "/../outside: Invalid Path");
    });
});

describe("fs folders", () => {
    it("makeDir makes all that is missing", () => {
        fs.makeDir(`${folder}/a/b/c`);
        assert.is_true(fs.isDir(`${folder}/a/b/c`));
    });
    it("makeDir leaves a folder that is there", () => {
        put(`${folder}/x`, "");
        fs.makeDir(folder);
        assert.is_true(fs.exists(`${folder}/x`));
    });
    it("makeDir refuses where a file is", () => {
        put(`${folder}/x`, "");
        assert.has_error(() => fs.makeDir(`${folder}/x`), `${folder}/x: File exists`);
    });
    it("list gives sorted names", () => {
        for (const name of ["b", "a", "C"]) put(`${folder}/${name}`, "");
        assert.are.same(["C", "a", "b"], fs.list(folder));
    });
    it("list shows mounts", () => {
        assert.matches(",rom,", `,${table.concat(fs.list("/"), ",")},`);
    });
    it("list raises for a file", () => {
        put(`${folder}/x`, "");
        assert.has_error(() => fs.list(`${folder}/x`), `${folder}/x: Not a directory`);
    });
    it("list raises for nothing", () => {
        assert.has_error(() => fs.list("/nowhere"), "/nowhere: No such file");
    });
    it("isDir and exists are false for nothing", () => {
        assert.is_false(fs.isDir("/nowhere"));
        assert.is_false(fs.exists("/nowhere"));
    });
    it("rom can only be read", () => {
        assert.is_true(fs.isReadOnly("/rom"));
        assert.is_false(fs.isReadOnly("/"));
        assert.has_error(() => fs.makeDir("/rom/x"), "/rom/x: Access denied");
        assert.has_error(() => fs.delete("/rom/programs"), "/rom/programs: Access denied");
    });
    it("getDrive names the mount", () => {
        assert.are.equal("rom", fs.getDrive("/rom/programs"));
        assert.are.equal("hdd", fs.getDrive(folder));
        assert.is_nil(fs.getDrive("/nowhere"));
    });
    it("isDriveRoot is true for mounts and the top", () => {
        assert.is_true(fs.isDriveRoot("/"));
        assert.is_true(fs.isDriveRoot("/rom"));
        assert.is_false(fs.isDriveRoot("/rom/programs"));
    });
});

describe("fs files", () => {
    it("move takes a folder with all that is in it", () => {
        fs.makeDir(`${folder}/a`);
        put(`${folder}/a/x`, "1");
        fs.move(`${folder}/a`, `${folder}/b`);
        assert.are.equal("1", content(`${folder}/b/x`));
        assert.is_false(fs.exists(`${folder}/a`));
    });
    it("move makes the folders that lead there", () => {
        put(`${folder}/x`, "1");
        fs.move(`${folder}/x`, `${folder}/deep/er/x`);
        assert.are.equal("1", content(`${folder}/deep/er/x`));
    });
    it("move refuses to overwrite", () => {
        put(`${folder}/a`, "1");
        put(`${folder}/b`, "2");
        assert.has_error(() => fs.move(`${folder}/a`, `${folder}/b`), "File exists");
    });
    it("move raises for nothing", () => {
        assert.has_error(() => fs.move("/nowhere", `${folder}/b`), "No such file");
    });
    it("move refuses to put a folder into itself", () => {
        assert.has_error(() => fs.move(folder, `${folder}/in`), "Can't move a directory inside itself");
    });
    it("copy takes a folder with all that is in it", () => {
        fs.makeDir(`${folder}/a/b`);
        put(`${folder}/a/b/x`, "1");
        fs.copy(`${folder}/a`, `${folder}/c`);
        assert.are.equal("1", content(`${folder}/c/b/x`));
        assert.is_true(fs.exists(`${folder}/a/b/x`));
    });
    it("copy refuses to overwrite", () => {
        put(`${folder}/a`, "1");
        assert.has_error(() => fs.copy(`${folder}/a`, folder), `${folder}: File exists`);
    });
    it("delete is content with nothing", () => {
        assert.has_no_error(() => fs.delete("/nowhere"));
    });
    it("getSize counts bytes", () => {
        put(`${folder}/x`, "12345");
        assert.are.equal(5, fs.getSize(`${folder}/x`));
        assert.are.equal(0, fs.getSize(folder));
    });
    it("getSize raises for nothing", () => {
        assert.has_error(() => fs.getSize("/nowhere"), "/nowhere: No such file");
    });
    it("attributes tell size, kind and times", () => {
        put(`${folder}/x`, "12345");
        const found = fs.attributes(`${folder}/x`);
        assert.are.equal(5, found.size);
        assert.is_false(found.isDir);
        assert.is_false(found.isReadOnly);
        assert.is_number(found.created);
        assert.is_true(math.abs(found.modified - os.epoch("utc")) < 60000);
    });
    it("attributes raise for nothing", () => {
        assert.has_error(() => fs.attributes("/nowhere"), "/nowhere: No such file");
    });
    it("find follows wildcards in names", () => {
        for (const name of ["a1.lua", "a2.lua", "b.lua", "a3.txt"]) put(`${folder}/${name}`, "");
        assert.are.same(["spec-files/a1.lua", "spec-files/a2.lua"], fs.find(`${folder}/a*.lua`));
        assert.are.same(["spec-files/a1.lua", "spec-files/a2.lua"], fs.find(`${folder}/a?.lua`));
    });
    it("find follows wildcards in folders", () => {
        for (const name of ["one", "two"]) fs.makeDir(`${folder}/${name}`);
        put(`${folder}/two/x`, "");
        assert.are.same(["spec-files/two/x"], fs.find(`${folder}/*/x`));
    });
    it("find without wildcards gives what is there", () => {
        assert.are.same(["spec-files"], fs.find(folder));
        assert.are.same([], fs.find("/nowhere"));
    });
    it("complete gives rests of names, and folders with and without a slash", () => {
        fs.makeDir(`${folder}/apple`);
        put(`${folder}/apricot`, "");
        assert.are.same(["ple/", "ple", "ricot"], fs.complete("ap", folder));
    });
});

describe("fs handles", () => {
    const path = `${folder}/x`;

    it("open to read gives nil and a reason for nothing", () => {
        const [file, why] = open(path, "r");
        assert.is_nil(file);
        assert.are.equal(`${path}: No such file`, why);
    });
    it("open to read refuses a folder", () => {
        const [file, why] = open(folder, "r");
        assert.is_nil(file);
        assert.are.equal(`${folder}: Not a file`, why);
    });
    it("open to write refuses a folder", () => {
        const [file, why] = open(folder, "w");
        assert.is_nil(file);
        assert.are.equal(`${folder}: Cannot write to directory`, why);
    });
    it("open to write refuses what can only be read", () => {
        const [file, why] = open("/rom/x", "w");
        assert.is_nil(file);
        assert.are.equal("/rom/x: Access denied", why);
    });
    it("open raises for another mode", () => {
        assert.has_error(() => fs.open(path, "x"), "Unsupported mode");
        assert.has_error(() => fs.open(path, ""), "Unsupported mode");
    });
    it("open to write makes the folders that lead there", () => {
        assert.are.equal("1", content(put(`${folder}/a/b/x`, "1")));
    });
    it("w empties the file, a goes on at its end", () => {
        put(path, "old");
        const [first] = open(path, "w");
        first.write("one");
        first.close();
        const [second] = open(path, "a");
        second.write("two");
        second.close();
        assert.are.equal("onetwo", content(path));
    });
    it("write takes numbers, too", () => {
        const [file] = open(path, "w");
        file.write(12);
        file.writeLine(3.5);
        file.close();
        assert.are.equal("123.5\n", content(path));
    });
    it("wb writes a byte for a number", () => {
        const [file] = open(path, "wb");
        file.write(65);
        file.write("BC");
        file.close();
        assert.are.equal("ABC", content(path));
    });
    it("rb reads a byte as a number", () => {
        const [file] = open(put(path, "\n~"), "rb");
        assert.are.equal(10, file.read());
        assert.are.equal(126, file.read());
        assert.is_nil(file.read());
        file.close();
    });
    it("r reads characters", () => {
        const [file] = open(put(path, "abcde"), "r");
        assert.are.equal("a", file.read());
        assert.are.equal("bcd", file.read(3));
        assert.are.equal("e", file.read(10));
        assert.is_nil(file.read());
        file.close();
    });
    it("reads every byte as it is", () => {
        const bytes: string[] = [];
        for (const code of $range(0, 255)) bytes.push(string.char(code));
        const all = table.concat(bytes);
        assert.are.equal(all, content(put(path, all)));
    });
    it("readLine leaves out line ends of both kinds", () => {
        const [file] = open(put(path, "one\r\ntwo\n\nlast"), "r");
        assert.are.equal("one", file.readLine());
        assert.are.equal("two\n", file.readLine(true));
        assert.are.equal("", file.readLine());
        assert.are.equal("last", file.readLine());
        assert.is_nil(file.readLine());
        file.close();
    });
    it("readAll gives the rest, and nothing as an empty text", () => {
        const [file] = open(put(path, "one\ntwo"), "r");
        file.readLine();
        assert.are.equal("two", file.readAll());
        assert.are.equal("", file.readAll());
        file.close();
    });
    it("read refuses a negative count", () => {
        const [file] = open(put(path, "abc"), "r");
        assert.has_error(() => file.read(-1), "Cannot read a negative number of bytes");
        assert.are.equal("", file.read(0));
        file.close();
    });
    it("seek moves from start, place and end", () => {
        const [file] = open(put(path, "abcdef"), "rb");
        assert.are.equal(2, file.seek("set", 2)[0]);
        assert.are.equal("c", file.read(1));
        assert.are.equal(4, file.seek("cur", 1)[0]);
        assert.are.equal(5, file.seek("end", -1)[0]);
        assert.are.equal("f", file.readAll());
        file.close();
    });
    it("seek refuses what is before the start", () => {
        const [file] = open(put(path, "abc"), "rb");
        const [position, why] = file.seek("set", -1);
        assert.is_nil(position);
        assert.are.equal("Position is negative", why);
        file.close();
    });
    it("r+ reads and overwrites in place", () => {
        const [file] = open(put(path, "abcdef"), "r+");
        assert.are.equal("ab", file.read(2));
        file.write("XY");
        file.close();
        assert.are.equal("abXYef", content(path));
    });
    it("r+ needs a file that is there", () => {
        assert.is_nil(fs.open(path, "r+")[0]);
    });
    it("w+ reads back what it wrote", () => {
        const [file] = open(path, "w+");
        file.write("hello");
        file.seek("set", 1);
        assert.are.equal("ell", file.read(3));
        file.close();
    });
    it("flush makes it seen before the end", () => {
        const [file] = open(path, "w");
        file.write("seen");
        file.flush();
        assert.are.equal("seen", content(path));
        file.close();
    });
    it("at most 128 are open", () => {
        put(path, "");
        const before = opened.length;
        let reason: string | undefined;
        while (reason === undefined && opened.length < before + 200) [, reason] = open(path, "r");
        assert.are.equal("Too many files already open", reason);
        assert.is_true(opened.length - before <= 128);
        assert.is_true(opened.length - before > 100);
    });
    it("a closed handle cannot be used", () => {
        const [file] = open(path, "w");
        file.close();
        assert.has_error(() => file.write("x"), "attempt to use a closed file");
        assert.has_error(() => file.close(), "attempt to use a closed file");
    });
});

describe("fs space", () => {
    it("a new file counts at least 500 bytes", () => {
        const before = fs.getFreeSpace("/");
        put(`${folder}/x`, "1");
        assert.are.equal(500, before - fs.getFreeSpace("/"));
    });
    it("a long file counts its bytes", () => {
        const before = fs.getFreeSpace("/");
        put(`${folder}/x`, string.rep("x", 2345));
        assert.are.equal(2345, before - fs.getFreeSpace("/"));
    });
    it("rom has none", () => {
        assert.are.equal(0, fs.getFreeSpace("/rom"));
        assert.is_nil(fs.getCapacity("/rom"));
    });
    it("getCapacity is more than what is free", () => {
        assert.is_true(fs.getCapacity("/")! > fs.getFreeSpace("/"));
    });
    it("raises when the disk is full", () => {
        const [file] = open(`${folder}/x`, "w");
        assert.has_error(() => {
            file.write(string.rep("x", fs.getFreeSpace("/") + 1000));
            file.flush();
        }, "Out of space");
        file.close();
    });
});
