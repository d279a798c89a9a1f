/** Texts from values and back, as https://tweaked.cc/module/textutils.html has them. */

/** What a body prints on a small screen, by rows. */
function shown(body: () => void, width = 20, height = 5): string[] {
    const screen = window.create(term.current(), 1, 1, width, height, false);
    const before = term.redirect(screen);
    const [ok, problem] = pcall(body);
    term.redirect(before);
    if (!ok) throw problem;
    const rows: string[] = [];
    for (const y of $range(1, height)) rows.push(string.match(screen.getLine(y)[0], "^(.-)%s*$")[0]);
    return rows;
}

describe("textutils serialize", () => {
    it("writes lists and fields over lines", () => {
        assert.are.equal('{\n  1,\n  "a",\n  true,\n}', textutils.serialize([1, "a", true]));
        assert.are.equal("{\n  a = 1,\n}", textutils.serialize({ a: 1 }));
    });
    it("brackets what is no name", () => {
        assert.are.equal('{\n  [ "a b" ] = 1,\n}', textutils.serialize({ "a b": 1 }));
        assert.are.equal('{\n  [ "end" ] = 1,\n}', textutils.serialize({ end: 1 }));
    });
    it("writes an empty table without blanks", () => {
        assert.are.equal("{}", textutils.serialize({}));
    });
    it("is short when compact", () => {
        assert.are.equal("{1,{a=2,},}", textutils.serialize([1, { a: 2 }], { compact: true }));
    });
    it("refuses functions", () => {
        assert.has_error(() => textutils.serialize({ f: () => {} }), "Cannot serialize type function");
    });
    it("refuses a table in itself", () => {
        const circle: Record<string, unknown> = {};
        circle.own = circle;
        assert.error_matches(() => textutils.serialize(circle), "recursive entries");
    });
    it("refuses a table twice, unless that is allowed", () => {
        const twice = {};
        assert.error_matches(() => textutils.serialize([twice, twice]), "repeated entries");
        const options = { allow_repetitions: true, compact: true };
        assert.are.equal("{{},{},}", textutils.serialize([twice, twice], options));
    });
    it("is read back by unserialize", () => {
        const value = { list: [1, 2.5, -3], text: 'a "quote"\n\\', yes: true, inner: { [5]: "x" } };
        assert.are.same(value, textutils.unserialize(textutils.serialize(value)));
    });
    it("keeps what has no digits", () => {
        assert.are.equal("1/0", textutils.serialize(math.huge));
        assert.are.equal("-1/0", textutils.serialize(-math.huge));
        assert.are.equal("0/0", textutils.serialize(0 / 0));
    });
    it("unserialize gives nil for what is no value", () => {
        assert.is_nil(textutils.unserialize("{"));
        assert.is_nil(textutils.unserialize("os.reboot()"));
    });
});

describe("textutils serializeJSON", () => {
    it("tells lists from objects", () => {
        assert.are.equal('[1,"a",true]', textutils.serializeJSON([1, "a", true]));
        assert.are.equal('{"a":1}', textutils.serializeJSON({ a: 1 }));
    });
    it("takes an empty table for an object", () => {
        assert.are.equal("{}", textutils.serializeJSON({}));
        assert.are.equal("[]", textutils.serializeJSON(textutils.empty_json_array));
    });
    it("writes null where it is asked for", () => {
        assert.are.equal('{"a":null}', textutils.serializeJSON({ a: textutils.json_null }));
    });
    it("escapes quotes, backslashes and control characters", () => {
        assert.are.equal('"\\"\\\\\\n\\t\\u0001"', textutils.serializeJSON('"\\\n\t\x01'));
    });
    it("writes bytes beyond ASCII as Latin-1", () => {
        assert.are.equal(
            '"\\u00E9"',
            string.upper(textutils.serializeJSON(string.char(233))).replace("U", "u"),
        );
    });
    it("writes UTF-8 as code points where it is asked to", () => {
        const [euro] = [string.char(226, 130, 172)];
        assert.are.equal('"\\u20ac"', string.lower(textutils.serializeJSON(euro, { unicode_strings: true })));
    });
    it("refuses functions", () => {
        assert.error_matches(
            () => textutils.serializeJSON({ f: () => {} }),
            "[Cc]annot serialize type function",
        );
    });
    it("leaves out keys that are neither texts nor a list's", () => {
        const mixed = new LuaTable<AnyNotNil, unknown>();
        mixed.set("a", 1);
        mixed.set(true, 2);
        assert.are.equal('{"a":1}', textutils.serializeJSON(mixed));
    });
    it("leaves quotes off names in NBT style", () => {
        assert.are.equal("{a:1}", textutils.serializeJSON({ a: 1 }, { nbt_style: true }));
    });
});

describe("textutils unserializeJSON", () => {
    it("reads objects, lists, numbers, texts and yes and no", () => {
        const text = '{"list":[1,-2.5,3e2],"text":"x","yes":true,"inner":{"no":false}}';
        const value = { list: [1, -2.5, 300], text: "x", yes: true, inner: { no: false } };
        assert.are.same(value, textutils.unserializeJSON(text)[0]);
    });
    it("takes null for nil", () => {
        assert.are.same({ a: 1 }, textutils.unserializeJSON('{"a":1,"b":null}')[0]);
    });
    it("keeps null where it is asked to", () => {
        const [value] = textutils.unserializeJSON("[null]", { parse_null: true });
        assert.are.equal(textutils.json_null, (value as unknown[])[0]);
    });
    it("gives one table for all empty lists", () => {
        const [value] = textutils.unserializeJSON("[]");
        assert.are.equal(textutils.empty_json_array, value);
        assert.has_error(() => (value as unknown[]).push(1));
    });
    it("gives a table of its own where it is asked to", () => {
        const [value] = textutils.unserializeJSON("[]", { parse_empty_array: false });
        assert.are_not.equal(textutils.empty_json_array, value);
        (value as unknown[]).push(1);
        assert.are.same([1], value);
    });
    it("reads escapes, code points as UTF-8", () => {
        const [value] = textutils.unserializeJSON('"\\n\\/\\u00e9\\u20AC"');
        assert.are.equal(`\n/${string.char(195, 169, 226, 130, 172)}`, value);
    });
    it("leaves bytes as they are", () => {
        const bytes = string.char(226, 130, 172);
        assert.are.equal(bytes, textutils.unserializeJSON(`"${bytes}"`)[0]);
    });
    it("takes blanks anywhere", () => {
        assert.are.same({ a: [1, 2] }, textutils.unserializeJSON(' { "a" : [ 1 ,\n2 ] }\t')[0]);
    });
    it("says where it is wrong", () => {
        const [value, problem] = textutils.unserializeJSON('{"a":}');
        assert.is_nil(value);
        assert.matches("^Malformed JSON at position 6: ", problem);
    });
    it("says what is missing at the end", () => {
        const [value, problem] = textutils.unserializeJSON("[1,");
        assert.is_nil(value);
        assert.matches("^Malformed JSON at position 4: ", problem);
    });
    it("refuses what follows", () => {
        assert.is_nil(textutils.unserializeJSON("1 2")[0]);
    });
    it("gives nil and why for what a server may send that is no JSON", () => {
        const texts = [
            "",
            " ",
            "<!DOCTYPE html>",
            "{",
            '{"a"',
            '{"a":1,}',
            "[1,]",
            "{a:1}",
            "'a'",
            '"open',
            '"\\x"',
            '"\\u12"',
            "nul",
            "NaN",
            ".5",
            "1e",
            "[1}",
            "\0",
            "\xff\xfe",
            string.rep("[", 1000),
            string.rep('{"a":', 1000),
        ];
        for (const text of texts) {
            const [value, problem] = textutils.unserializeJSON(text);
            assert.is_nil(value);
            assert.matches("^Malformed JSON at position %d+: ", problem);
        }
    });
    it("reads lists in lists, a thousand deep", () => {
        let [value] = textutils.unserializeJSON(string.rep("[", 1000) + string.rep("]", 1000));
        let depth = 1;
        while ((value as unknown[])[0] !== undefined) {
            value = (value as unknown[])[0];
            depth += 1;
        }
        assert.are.equal(1000, depth);
    });
    it("reads a text of half a million characters", () => {
        const text = string.rep("x", 500000);
        assert.are.equal(text, (textutils.unserializeJSON(`["${text}"]`)[0] as string[])[0]);
    });
    it("takes a number beyond all for infinite, and the last of two fields of one name", () => {
        assert.are.equal(math.huge, textutils.unserializeJSON("1e999")[0]);
        assert.are.same({ a: 2 }, textutils.unserializeJSON('{"a":1,"a":2}')[0]);
    });
    it("gives fields no power over the table", () => {
        const [value] = textutils.unserializeJSON('{"__index":1,"__metatable":2}');
        assert.is_nil(getmetatable(value as object));
        assert.are.same({ __index: 1, __metatable: 2 }, value);
    });
    it("raises for what is no text", () => {
        assert.error_matches(
            () => textutils.unserializeJSON(5),
            "bad argument #1 .*string expected, got number",
        );
    });
    it("reads NBT's names and suffixes where it is asked to", () => {
        assert.are.same(
            { a: 1, b: [2] },
            textutils.unserializeJSON("{a:1b,b:[I;2]}", { nbt_style: true })[0],
        );
    });
});

describe("textutils texts", () => {
    it("urlEncode escapes all but letters, digits and - _ ., bytes beyond ASCII as Latin-1", () => {
        assert.are.equal("a%26b+c%2F%C3%A9", textutils.urlEncode(`a&b c/${string.char(233)}`));
        assert.are.equal("-_.", textutils.urlEncode("-_."));
    });
    it("formatTime has twelve hours", () => {
        assert.are.equal("6:30 PM", textutils.formatTime(18.5));
        assert.are.equal("12:00 AM", textutils.formatTime(0));
        assert.are.equal("12:05 PM", textutils.formatTime(12 + 5.5 / 60));
    });
    it("formatTime has twenty-four where it is asked to", () => {
        assert.are.equal("18:30", textutils.formatTime(18.5, true));
        assert.are.equal("0:00", textutils.formatTime(0, true));
    });
    it("tabulate sets columns of one width", () => {
        const rows = shown(() => textutils.tabulate(["a", "bbb"], ["cc", "d"]));
        assert.are.same(["a   bbb", "cc  d"], [rows[0], rows[1]]);
    });
    it("tabulate fits more than a row holds in several", () => {
        const rows = shown(() => textutils.tabulate(["one", "two", "three", "four"]), 12);
        assert.are.same(["one   two", "three four"], [rows[0], rows[1]]);
    });
    it("slowPrint prints it all", () => {
        assert.are.equal("quick", shown(() => textutils.slowPrint("quick", 1000))[0]);
    });
    it("complete gives rests of names, calls with a bracket", () => {
        const names = { alpha: 1, alarm: () => {}, beta: { gamma: 1 } };
        assert.are.same(["arm(", "pha"], textutils.complete("al", names));
        assert.are.same(["amma"], textutils.complete("beta.g", names));
    });
});
