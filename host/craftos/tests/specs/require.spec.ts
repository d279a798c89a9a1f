/** Modules, as https://tweaked.cc/library/cc.require.html has them. */

const folder = "/spec-modules";

interface Required {
    require: (this: void, name: string) => unknown;
    package: {
        path: string;
        loaded: Record<string, unknown>;
        preload: Record<string, (this: void, ...values: unknown[]) => unknown>;
        searchpath: (this: void, name: string, path: string) => LuaMultiReturn<[string | undefined, string?]>;
    };
}

const modules = require("cc.require") as {
    make: (
        this: void,
        environment: object,
        folder: string,
    ) => LuaMultiReturn<[Required["require"], Required["package"]]>;
};

function put(path: string, text: string): void {
    const [file] = fs.open(`${folder}/${path}`, "w");
    file.write(text);
    file.close();
}

function make(): Required {
    const environment = setmetatable({}, { __index: _G });
    const [required, library] = modules.make(environment, folder);
    return { require: required, package: library };
}

after_each(() => fs.delete(folder));

describe("require", () => {
    it("gives what the module returns", () => {
        put("a.lua", "return { answer = 42 }");
        assert.are.same({ answer: 42 }, make().require("a"));
    });
    it("loads a module once", () => {
        put("a.lua", "return {}");
        const { require: required } = make();
        assert.are.equal(required("a"), required("a"));
    });
    it("takes dots for folders", () => {
        put("deep/er/a.lua", "return 'deep'");
        assert.are.equal("deep", make().require("deep.er.a"));
    });
    it("finds a folder's init", () => {
        put("lib/init.lua", "return 'init'");
        assert.are.equal("init", make().require("lib"));
    });
    it("finds an absolute path from anywhere", () => {
        put("a.lua", "return 'found'");
        assert.are.equal("found", require("/spec-modules/a"));
    });
    it("gives true for a module that returns nothing", () => {
        put("a.lua", "local x = 1");
        assert.is_true(make().require("a"));
    });
    it("hands the module its name and path", () => {
        put("a.lua", "return { ... }");
        assert.are.same(["a", "spec-modules/a.lua"], make().require("a"));
    });
    it("finds CC's own modules", () => {
        assert.is_function((make().require("cc.expect") as { expect: unknown }).expect);
    });
    it("says where it looked", () => {
        assert.error_matches(() => make().require("none"), "module 'none' not found:\n");
        assert.error_matches(() => make().require("none"), "no file 'spec%-modules/none%.lua'");
    });
    it("refuses modules in a circle", () => {
        put("a.lua", "return require('b')");
        put("b.lua", "return require('a')");
        const environment: Record<string, unknown> = {};
        setmetatable(environment, { __index: _G });
        const [required, library] = modules.make(environment, folder);
        environment.require = required;
        environment.package = library;
        assert.error_matches(() => required("a"), "loop or previous error loading module 'a'");
    });
    it("passes an error in a module on", () => {
        put("a.lua", "error('broken', 0)");
        assert.has_error(() => make().require("a"), "broken");
    });
    it("says what does not compile", () => {
        put("a.lua", "return +");
        assert.error_matches(() => make().require("a"), "a%.lua:1:");
    });
    it("takes what package.preload has", () => {
        const { require: required, package: library } = make();
        library.preload.made = () => "preloaded";
        assert.are.equal("preloaded", required("made"));
    });
    it("remembers in package.loaded", () => {
        put("a.lua", "return 'a'");
        const { require: required, package: library } = make();
        required("a");
        assert.are.equal("a", library.loaded.a);
        library.loaded.a = "other";
        assert.are.equal("other", required("a"));
    });
    it("package.searchpath finds and explains", () => {
        put("a.lua", "");
        const { package: library } = make();
        assert.are.equal("spec-modules/a.lua", library.searchpath("a", "?.lua")[0]);
        const [path, why] = library.searchpath("x.y", "?.lua;/lib/?");
        assert.is_nil(path);
        assert.are.equal("no file 'spec-modules/x/y.lua'\n  no file '/lib/x/y'", why);
    });
    it("gives the module the environment of its program", () => {
        put("a.lua", "return marker");
        const environment = setmetatable({ marker: "mine" }, { __index: _G });
        const [required] = modules.make(environment, folder);
        assert.are.equal("mine", required("a"));
    });
});
