/** Settings, as https://tweaked.cc/module/settings.html has them. */

const file = "/spec-settings";

/** The values of the next event of a name; all others before it are dropped. */
function nextEvent(name: string): unknown[] {
    const [, ...values] = os.pullEvent(name);
    return values;
}

/** Drops what is left of other cases. */
function dropEvents(): void {
    os.queueEvent("spec_start");
    os.pullEvent("spec_start");
}

before_each(dropEvents);

after_each(() => {
    for (const name of settings.getNames()) {
        if (string.sub(name, 1, 5) !== "spec.") continue;
        settings.undefine(name);
        settings.unset(name);
    }
    fs.delete(file);
});

describe("settings values", () => {
    it("get gives what was set", () => {
        settings.set("spec.a", 5);
        assert.are.equal(5, settings.get("spec.a"));
    });
    it("get gives nil, or what it is told, for what is not set", () => {
        assert.is_nil(settings.get("spec.a"));
        assert.are.equal("x", settings.get("spec.a", "x"));
    });
    it("false is a value", () => {
        settings.set("spec.a", false);
        assert.is_false(settings.get("spec.a", true));
    });
    it("unset takes it away", () => {
        settings.set("spec.a", 5);
        settings.unset("spec.a");
        assert.is_nil(settings.get("spec.a"));
    });
    it("a table is kept as a copy", () => {
        const list = [1, 2];
        settings.set("spec.a", list);
        list.push(3);
        assert.are.same([1, 2], settings.get("spec.a"));
        (settings.get("spec.a") as number[]).push(4);
        assert.are.same([1, 2], settings.get("spec.a"));
    });
    it("set refuses nil and functions", () => {
        assert.error_matches(() => settings.set("spec.a", undefined), "^bad argument #2");
        assert.error_matches(() => settings.set("spec.a", () => {}), "got function");
    });
    it("a name is a text", () => {
        assert.error_matches(() => settings.get(5), "string expected, got number");
    });
    it("getNames gives what is set or defined, sorted", () => {
        settings.set("spec.b", 1);
        settings.define("spec.a");
        const names = table.concat(settings.getNames(), " ");
        assert.matches("spec%.a spec%.b", names);
    });
    it("a change is an event with the new and the old value", () => {
        settings.set("spec.a", 1);
        settings.set("spec.a", 2);
        assert.are.same(["spec.a", 1], nextEvent("setting_changed"));
        assert.are.same(["spec.a", 2, 1], nextEvent("setting_changed"));
    });
    it("the same value again is no event", () => {
        settings.set("spec.a", 1);
        nextEvent("setting_changed");
        settings.set("spec.a", 1);
        os.queueEvent("spec_end");
        assert.are.equal("spec_end", os.pullEvent()[0]);
    });
});

describe("settings definitions", () => {
    it("the default stands in for what is not set", () => {
        settings.define("spec.a", { default: 7 });
        assert.are.equal(7, settings.get("spec.a"));
        settings.set("spec.a", 8);
        assert.are.equal(8, settings.get("spec.a"));
    });
    it("what get is told comes before the default", () => {
        settings.define("spec.a", { default: 7 });
        assert.are.equal(1, settings.get("spec.a", 1));
    });
    it("the type is kept to", () => {
        settings.define("spec.a", { type: "number" });
        assert.error_matches(() => settings.set("spec.a", "x"), "number expected, got string");
    });
    it("only some types exist", () => {
        assert.has_error(
            () => settings.define("spec.a", { type: "date" }),
            'Unknown type "date". Expected one of number, string, boolean, table.',
        );
    });
    it("getDetails tells all", () => {
        settings.define("spec.a", { description: "about", default: 1, type: "number" });
        const before = settings.getDetails("spec.a");
        assert.are.equal("about", before.description);
        assert.are.equal(1, before.value);
        assert.is_false(before.changed);
        settings.set("spec.a", 2);
        assert.is_true(settings.getDetails("spec.a").changed);
        assert.are.equal(2, settings.getDetails("spec.a").value);
        assert.are.equal(1, settings.getDetails("spec.a").default);
    });
    it("undefine keeps the value", () => {
        settings.define("spec.a", { default: 1 });
        settings.set("spec.a", 2);
        settings.undefine("spec.a");
        assert.are.equal(2, settings.get("spec.a"));
        assert.is_nil(settings.getDetails("spec.a").default);
    });
});

describe("settings files", () => {
    it("load brings back what save wrote", () => {
        settings.set("spec.a", { list: [1, "x"] });
        assert.is_true(settings.save(file));
        settings.unset("spec.a");
        assert.is_true(settings.load(file));
        assert.are.same({ list: [1, "x"] }, settings.get("spec.a"));
    });
    it("save leaves out defaults", () => {
        settings.define("spec.a", { default: 1 });
        settings.save(file);
        settings.undefine("spec.a");
        settings.load(file);
        assert.is_nil(settings.get("spec.a"));
    });
    it("load keeps what the file does not hold", () => {
        settings.save(file);
        settings.set("spec.a", 1);
        settings.load(file);
        assert.are.equal(1, settings.get("spec.a"));
    });
    it("load leaves out what has another type", () => {
        settings.set("spec.a", "text");
        settings.save(file);
        settings.unset("spec.a");
        settings.define("spec.a", { type: "number" });
        settings.load(file);
        assert.is_nil(settings.get("spec.a"));
    });
    it("load is false for nothing and for what is no table", () => {
        assert.is_false(settings.load("/nowhere"));
        const [handle] = fs.open(file, "w");
        handle.write("not a table");
        handle.close();
        assert.is_false(settings.load(file));
    });
    it("save is false where nothing can be written", () => {
        assert.is_false(settings.save("/rom/settings"));
    });
});
