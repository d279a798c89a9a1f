import { cases, raises, type Case } from "./rom-cases.ts";

/** Bytes of a text as Lua sees them. */
const bytes = (text: string) => Buffer.from(text, "utf8").toString("latin1");

/** An unserializeJSON that refuses, with its message. */
const malformed = (position: number, message: string) => [
    null,
    `Malformed JSON at position ${position}: ${message}`,
];

cases("textutils.serialize", [
    [
        "writes a list over lines",
        `return textutils.serialize({ 1, "two", true })`,
        ['{\n  1,\n  "two",\n  true,\n}'],
    ],
    [
        "indents tables in tables",
        `return textutils.serialize({ { a = {} } })`,
        ["{\n  {\n    a = {},\n  },\n}"],
    ],
    ["writes names bare", `return textutils.serialize({ name_1 = 1 })`, ["{\n  name_1 = 1,\n}"]],
    ["quotes what is no name", `return textutils.serialize({ ["a b"] = 1 })`, ['{\n  [ "a b" ] = 1,\n}']],
    ["quotes keywords", `return textutils.serialize({ ["end"] = 1 })`, ['{\n  [ "end" ] = 1,\n}']],
    ["brackets numbers beyond the list", `return textutils.serialize({ [3] = 1 })`, ["{\n  [ 3 ] = 1,\n}"]],
    ["brackets other keys", `return textutils.serialize({ [true] = 1 })`, ["{\n  [ true ] = 1,\n}"]],
    [
        "leaves out spaces when compact",
        `return textutils.serialize({ 1, { ["a b"] = 2 } }, { compact = true })`,
        ['{1,{["a b"]=2,},}'],
    ],
    [
        "writes numbers so that they can be read back",
        `return textutils.serialize({ 0.5, -3, 2^53, 1e15, 1/0, -1/0 }, { compact = true })`,
        ["{0.5,-3,9007199254740992,1000000000000000,1/0,-1/0,}"],
    ],
    ["writes NaN", `return textutils.serialize(0/0)`, ["0/0"]],
    ["writes nil", `return textutils.serialize(nil)`, ["nil"]],
    [
        "escapes only quotes, backslashes, line ends and NUL",
        `return textutils.serialize("\\"\\\\\\n\\r\\0\\t\\1\\200")`,
        ['"\\"\\\\\\\n\\r\\000\t\x01\xc8"'],
    ],
    [
        "takes no notice of metatables",
        `return textutils.serialize(setmetatable({}, { __index = { 1 } }))`,
        ["{}"],
    ],
    ["is serialise too", `return textutils.serialise == textutils.serialize`, [true]],
    [
        "refuses a table that appears twice",
        `local t = {} textutils.serialize({ t, t })`,
        raises("Cannot serialize table with repeated entries"),
    ],
    [
        "allows that when asked",
        `local t = { 1 } return textutils.serialize({ t, t }, { compact = true, allow_repetitions = true })`,
        ["{{1,},{1,},}"],
    ],
    [
        "never allows a table in itself",
        `local t = {} t[1] = t textutils.serialize(t, { allow_repetitions = true })`,
        raises("Cannot serialize table with recursive entries"),
    ],
    ["refuses functions", `textutils.serialize({ print })`, raises("Cannot serialize type function")],
    ["refuses threads", `textutils.serialize((coroutine.running()))`, raises("Cannot serialize type thread")],
    [
        "checks its options' type",
        `textutils.serialize({}, true)`,
        raises("case:1: bad argument #2 to 'serialize' (table expected, got boolean)"),
    ],
    [
        "checks each option",
        `textutils.serialize({}, { compact = 1 })`,
        raises("case:1: bad field 'compact' (boolean expected, got number)"),
    ],
]);

cases("textutils.unserialize", [
    [
        "reads what serialize wrote",
        `local text = textutils.serialize({ 1, { a = "x\\n\\"\\0\\r\\t" }, [true] = 2^53 }) return textutils.unserialize(text)[2].a, textutils.unserialize(text)[true] == 2^53`,
        ['x\n"\0\r\t', true],
    ],
    ["reads numbers that are none", `return textutils.unserialize("{1/0,-1/0}")[1] == math.huge`, [true]],
    ["is nil for what is no value", `return textutils.unserialize("{")`, [null]],
    ["is nil for code that fails", `return textutils.unserialize("nil + 1")`, [null]],
    ["lets code reach nothing", `return textutils.unserialize("print")`, [null]],
    ["is unserialise too", `return textutils.unserialise == textutils.unserialize`, [true]],
    [
        "checks its argument",
        `textutils.unserialize({})`,
        raises("case:1: bad argument #1 to 'unserialize' (string expected, got table)"),
    ],
]);

cases("textutils.serializeJSON", [
    ["writes an array", `return textutils.serializeJSON({ 1, "a", true, { 2 } })`, ['[1,"a",true,[2]]']],
    ["writes an object", `return textutils.serializeJSON({ key = false })`, ['{"key":false}']],
    [
        "writes single values",
        `return textutils.serializeJSON("a"), textutils.serializeJSON(1.5)`,
        ['"a"', "1.5"],
    ],
    ["takes an empty table for an object", `return textutils.serializeJSON({})`, ["{}"]],
    [
        "writes empty_json_array",
        `return textutils.serializeJSON({ a = textutils.empty_json_array })`,
        ['{"a":[]}'],
    ],
    ["writes json_null", `return textutils.serializeJSON({ textutils.json_null, 1 })`, ["[null,1]"]],
    ["fills holes with null", `return textutils.serializeJSON({ 1, nil, nil, 4 })`, ["[1,null,null,4]"]],
    ["drops numbers beside names", `return textutils.serializeJSON({ 1, 2, a = 3 })`, ['{"a":3}']],
    ["drops keys that are neither", `return textutils.serializeJSON({ [true] = 1 })`, ["{}"]],
    ["drops keys below 1", `return textutils.serializeJSON({ [0] = 1, [-1] = 2 })`, ["{}"]],
    [
        "writes every digit of whole numbers",
        `return textutils.serializeJSON({ 1e15, 2^53, -0, 123456789012 })`,
        ["[1000000000000000,9007199254740992,0,123456789012]"],
    ],
    [
        "escapes quotes, backslashes and control characters",
        `return textutils.serializeJSON("\\"\\\\/\\b\\f\\n\\r\\t\\0\\29\\127")`,
        ['"\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001D\\u007F"'],
    ],
    ["escapes keys", `return textutils.serializeJSON({ ["a\\n"] = 1 })`, ['{"a\\n":1}']],
    ["takes bytes for Latin-1", `return textutils.serializeJSON("\\195\\169")`, ['"\\u00C3\\u00A9"']],
    [
        "takes them for UTF-8 when asked",
        `return textutils.serializeJSON("\\195\\169\\226\\130\\172\\n\\"", { unicode_strings = true })`,
        ['"\\u00E9\\u20AC\\n\\""'],
    ],
    [
        "writes surrogate pairs",
        `return textutils.serializeJSON({ ["\\240\\159\\152\\128"] = 1 }, { unicode_strings = true })`,
        ['{"\\uD83D\\uDE00":1}'],
    ],
    [
        "refuses what is no UTF-8",
        `local ok, message = pcall(textutils.serializeJSON, "a\\233b", { unicode_strings = true }) return ok, message:match("invalid UTF%-8 code")`,
        [false, "invalid UTF-8 code"],
    ],
    [
        "refuses a stray continuation byte",
        `return (pcall(textutils.serializeJSON, "\\195\\169\\169", { unicode_strings = true }))`,
        [false],
    ],
    [
        "leaves keys bare in NBT style",
        `return textutils.serializeJSON({ a = 2 }, { nbt_style = true })`,
        ["{a:2}"],
    ],
    ["has NBT style in the old form", `return textutils.serializeJSON({ a = 2 }, true)`, ["{a:2}"]],
    ["is serialiseJSON too", `return textutils.serialiseJSON == textutils.serializeJSON`, [true]],
    [
        "refuses a table that appears twice",
        `local t = {} textutils.serializeJSON({ t, t })`,
        raises("Cannot serialize table with repeated entries"),
    ],
    [
        "refuses that in what an object drops as well",
        `local t = { 1 } textutils.serializeJSON({ t, a = t })`,
        raises("Cannot serialize table with repeated entries"),
    ],
    [
        "allows it when asked",
        `local t = { 1 } return textutils.serializeJSON({ t, t }, { allow_repetitions = true })`,
        ["[[1],[1]]"],
    ],
    [
        "never allows a table in itself",
        `local t = {} t.t = t textutils.serializeJSON(t, { allow_repetitions = true })`,
        raises("Cannot serialize table with recursive entries"),
    ],
    ["refuses functions", `textutils.serializeJSON({ print })`, raises("Cannot serialize type function")],
    [
        "refuses nil",
        `textutils.serializeJSON(nil)`,
        raises(
            "case:1: bad argument #1 to 'serializeJSON' (table, string, number or boolean expected, got nil)",
        ),
    ],
    [
        "checks its options' type",
        `textutils.serializeJSON({}, "x")`,
        raises("case:1: bad argument #2 to 'serializeJSON' (table or boolean expected, got string)"),
    ],
    [
        "checks each option",
        `textutils.serializeJSON({}, { unicode_strings = "yes" })`,
        raises("case:1: bad field 'unicode_strings' (boolean expected, got string)"),
    ],
    [
        "writes megabytes between two yields",
        `local text = textutils.serializeJSON({ ("a line of \\"text\\"\\n"):rep(100000) }) return #text, text:sub(1, 24)`,
        [2000004, '["a line of \\"text\\"\\na '],
    ],
]);

const reading: Case[] = [
    ["reads an array", `return textutils.unserializeJSON('[1, "a", true, false]')`, [[1, "a", true, false]]],
    [
        "reads an object",
        `return textutils.unserializeJSON('{"a": 1, "b": {"c": []}}').b.c == textutils.empty_json_array`,
        [true],
    ],
    [
        "reads single values",
        `return textutils.unserializeJSON(" -1.5e2\\n"), textutils.unserializeJSON('"x"')`,
        [-150, "x"],
    ],
    [
        "reads white space anywhere",
        `return textutils.unserializeJSON(" \\t\\r\\n{ \\"a\\"\\n:\\t[ 1 , 2 ] , \\"b\\" : { } } ")`,
        [{ a: [1, 2], b: {} }],
    ],
    ["reads an empty key", `return textutils.unserializeJSON('{"":1}')`, [{ "": 1 }]],
    ["reads the last of equal keys", `return textutils.unserializeJSON('{"a":1,"a":2}').a`, [2]],
    [
        "reads escapes",
        `return textutils.unserializeJSON([["\\"\\\\\\/\\b\\f\\n\\r\\t"]])`,
        ['"\\/\b\f\n\r\t'],
    ],
    [
        "reads an escape beside digits",
        `return textutils.unserializeJSON([["\\nabcd\\u0041bcd"]])`,
        ["\nabcdAbcd"],
    ],
    [
        "reads an escaped backslash before a u",
        `return textutils.unserializeJSON([["\\\\u0041\\u0042"]])`,
        ["\\u0041B"],
    ],
    ["reads a string that ends in a backslash", `return textutils.unserializeJSON([["a\\\\"]])`, ["a\\"]],
    ["reads escaped keys", `return textutils.unserializeJSON([[{"a\\"b\\\\" : 1}]])`, [{ 'a"b\\': 1 }]],
    [
        "reads \\u escapes as UTF-8",
        `return textutils.unserializeJSON([["\\u00e9\\u20AC\\u0000"]])`,
        [bytes("é€\0")],
    ],
    [
        "reads a surrogate pair as two characters",
        `return textutils.unserializeJSON([["\\uD83D\\uDE00"]])`,
        ["\xed\xa0\xbd\xed\xb8\x80"],
    ],
    [
        "leaves UTF-8 as it is",
        `return textutils.unserializeJSON('"\\240\\159\\152\\128\\127"')`,
        [bytes("😀\x7f")],
    ],
    ["reads null as nil", `return textutils.unserializeJSON('{"a":null,"b":1}')`, [{ b: 1 }]],
    [
        "leaves holes for null",
        `local t = textutils.unserializeJSON("[1,null,3]") return t[1], t[2], t[3]`,
        [1, null, 3],
    ],
    ["reads a lone null without a message", `return textutils.unserializeJSON("null")`, [null]],
    [
        "reads null as json_null when asked",
        `return textutils.unserializeJSON("[null]", { parse_null = true })[1] == textutils.json_null`,
        [true],
    ],
    [
        "reads [] as empty_json_array",
        `return textutils.unserializeJSON("[ ]") == textutils.empty_json_array`,
        [true],
    ],
    [
        "reads [] as a table of its own when asked",
        `local t = textutils.unserializeJSON("[]", { parse_empty_array = false }) t[1] = 1 return t, next(textutils.empty_json_array)`,
        [[1], null],
    ],
    [
        "guards empty_json_array",
        `textutils.unserializeJSON("[]")[1] = true`,
        raises("case:1: attempt to mutate textutils.empty_json_array"),
    ],
    [
        "guards json_null",
        `textutils.json_null.a = 1`,
        raises("case:1: attempt to mutate textutils.json_null"),
    ],
    [
        "shows the two",
        `return tostring(textutils.empty_json_array), tostring(textutils.json_null)`,
        ["[]", "null"],
    ],
    ["is unserialiseJSON too", `return textutils.unserialiseJSON == textutils.unserializeJSON`, [true]],
    [
        "checks its argument",
        `textutils.unserializeJSON(nil)`,
        raises("case:1: bad argument #1 to 'unserializeJSON' (string expected, got nil)"),
    ],
    [
        "checks each option",
        `textutils.unserializeJSON("", { parse_null = 1 })`,
        raises("case:1: bad field 'parse_null' (boolean expected, got number)"),
    ],
    [
        "reads a long string of megabytes between two yields",
        `local line = ("x"):rep(50) .. "\\\\n\\\\u00e9\\\\\\"" local text = textutils.unserializeJSON('{"a":"' .. line:rep(30000) .. '"}').a return #text, text:sub(-5)`,
        [30000 * 54, bytes('x\né"')],
    ],
    [
        "reads megabytes of small values between two yields",
        `local item = '{"id": "m1", "time": {"created": 1234.5}, "parts": [null, true, "text\\\\n"]},' local list = textutils.unserializeJSON("[" .. item:rep(25000) .. "1]") return #list, list[25000].time.created, list[25000].parts[3]`,
        [25001, 1234.5, "text\n"],
    ],
    [
        "reads deep nesting",
        `local value = textutils.unserializeJSON(("["):rep(5000) .. "1" .. ("]"):rep(5000)) for _ = 1, 5000 do value = value[1] end return value`,
        [1],
    ],
];
cases("textutils.unserializeJSON", reading);

cases(
    "textutils.unserializeJSON refuses",
    (
        [
            ["", 1, "Unexpected end of input."],
            ["  ", 3, "Unexpected end of input."],
            ["{", 2, "Unexpected end of input, expected '}'."],
            ["[", 2, "Unexpected end of input, expected ']'."],
            ["[1", 3, "Unexpected end of input, expected ',' or ']'."],
            ["[1 2]", 4, `Unexpected "2", expected ',' or ']'.`],
            ["[1,]", 4, 'Unexpected character "]".'],
            ["[,1]", 2, 'Unexpected character ",".'],
            ['{"a"}', 5, `Unexpected "}", expected ':'.`],
            ['{"a":}', 6, 'Unexpected character "}".'],
            ['{"a":1', 7, "Unexpected end of input, expected ',' or '}'."],
            ['{"a":1,}', 8, 'Unexpected "}", expected object key.'],
            ['{"a":1,', 8, "Unexpected end of input, expected object key."],
            ["{a:1}", 2, 'Unexpected "a", expected object key.'],
            ["{1:1}", 2, 'Unexpected "1", expected object key.'],
            ['{"a":1]', 7, `Unexpected "]", expected ',' or '}'.`],
            ["tru", 1, 'Unexpected character "t".'],
            ["nul", 1, 'Unexpected character "n".'],
            ["'a'", 1, 'Unexpected character "\'".'],
            ["1 2", 3, 'Unexpected trailing character "2".'],
            ["{}]", 3, 'Unexpected trailing character "]".'],
            ["<html>", 1, 'Unexpected character "<".'],
            ["-", 1, "Malformed number nil."],
            ["[1e+]", 2, 'Malformed number "1e+".'],
            ["1-2", 1, 'Malformed number "1-2".'],
            ['"a', 3, "Unexpected end of input, expected '\"'."],
            ['"a\\', 3, "Unexpected end of input, expected escape sequence."],
            ['"a\\"', 5, "Unexpected end of input, expected '\"'."],
            ['"\\q"', 3, 'Unknown escape character "q".'],
            ['"\\u0041\\q"', 9, 'Unknown escape character "q".'],
            ['"\\u12g4"', 2, 'Malformed unicode escape "12g4".'],
            ['"a\tb"', 4, 'Unescaped whitespace "\t".'],
            ['"\\n\n"', 5, 'Unescaped whitespace "\\\n".'],
            ['["a\nb', 5, 'Unescaped whitespace "\\\n".'],
        ] as const
    ).map(([text, position, message]): Case => {
        const quoted = `"${text.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\t", "\\t")}"`;
        return [quoted, `return textutils.unserializeJSON(${quoted})`, malformed(position, message)];
    }),
);

const nbt = (text: string) => `return textutils.unserializeJSON([=[${text}]=], { nbt_style = true })`;
cases("textutils.unserializeJSON in NBT style", [
    ["reads bare keys", nbt('{ a: 1, b_2 : 2, "c d": 3 }'), [{ a: 1, b_2: 2, "c d": 3 }]],
    ["reads numbers with a type", nbt("[1b, 2S, 3.5d, 4L, -5f]"), [[1, 2, 3.5, 4, -5]]],
    ["reads single quotes", nbt(`['a"b', 'c\\nd']`), [['a"b', "c\nd"]]],
    ["reads typed arrays", nbt("[I; 1, 2]"), [[1, 2]]],
    ["reads empty typed arrays", nbt("[B;]") + " == textutils.empty_json_array", [true]],
    ["refuses a key that is no name", nbt("{1:1}"), malformed(2, 'Unexpected "1", expected object key.')],
]);

cases("textutils.urlEncode", [
    ["leaves plain characters", `return textutils.urlEncode("aZ09-_.")`, ["aZ09-_."]],
    ["makes a space a plus", `return textutils.urlEncode("a b")`, ["a+b"]],
    ["escapes the rest", `return textutils.urlEncode("a&b=c%/~\\0")`, ["a%26b%3Dc%25%2F%7E%00"]],
    ["sends line ends as forms do", `return textutils.urlEncode("a\\nb")`, ["a%0D%0Ab"]],
    ["takes bytes for Latin-1", `return textutils.urlEncode("\\233\\255")`, ["%C3%A9%C3%BF"]],
    [
        "checks its argument",
        `textutils.urlEncode(1)`,
        raises("case:1: bad argument #1 to 'urlEncode' (string expected, got number)"),
    ],
]);

cases("textutils.formatTime", [
    [
        "knows midnight and noon",
        `return textutils.formatTime(0), textutils.formatTime(12)`,
        ["12:00 AM", "12:00 PM"],
    ],
    [
        "knows minutes",
        `return textutils.formatTime(6.51), textutils.formatTime(18.51)`,
        ["6:30 AM", "6:30 PM"],
    ],
    [
        "counts to 24 when asked",
        `return textutils.formatTime(0.1, true), textutils.formatTime(18.5, true)`,
        ["0:06", "18:30"],
    ],
    [
        "checks its arguments",
        `textutils.formatTime("6")`,
        raises("case:1: bad argument #1 to 'formatTime' (number expected, got string)"),
    ],
]);

cases(
    "textutils.complete",
    [
        ["completes names", `return textutils.complete("a", scope)`, [["lpha", "pply("]]],
        [
            "lists all for nothing",
            `return textutils.complete("", scope)`,
            [["alpha", "apply(", "box.", "empty", "upper("]],
        ],
        ["looks into tables", `return textutils.complete("box.", scope)`, [["hold(", "inner.", "size"]]],
        ["looks into tables in tables", `return textutils.complete("box.inner.d", scope)`, [["eep"]]],
        [
            "completes only what can be called after a colon",
            `return textutils.complete("box:", scope)`,
            [["hold("]],
        ],
        ["follows __index", `return textutils.complete("up", scope)`, [["per("]]],
        ["knows keywords", `return textutils.complete("end", scope)`, [{}]],
        ["has nothing in what is no table", `return textutils.complete("alpha.x", scope)`, [{}]],
        ["has nothing in what is not there", `return textutils.complete("none.x", scope)`, [{}]],
        ["knows the computer's globals", `return textutils.complete("textutils.unserialiseJ")`, [["SON("]]],
        [
            "checks its arguments",
            `textutils.complete("", 1)`,
            raises("case:1: bad argument #2 to 'complete' (table expected, got number)"),
        ],
    ],
    {
        setup: `local function f() end
            local scope = setmetatable({ alpha = 1, apply = f, empty = {}, ["a b"] = 1, ["and"] = 2,
                box = { size = 1, hold = f, inner = { deep = true } } }, { __index = { upper = f } })`,
    },
);

/** `show(function)` runs it on a terminal of 20 by 5 and returns the rows and the keys that were left unread. */
const screen = `
    local function show(draw)
        local old, small = term.current(), window.create(term.current(), 1, 1, 20, 5, false)
        term.redirect(small)
        local ok, result = pcall(draw, small)
        term.redirect(old)
        if not ok then error(result, 0) end
        local rows = {}
        for y = 1, 5 do rows[y] = small.getLine(y):gsub(" +$", "") end
        return rows
    end
    local function keysLeft()
        os.queueEvent("end_of_keys")
        local count = 0
        while os.pullEvent() ~= "end_of_keys" do count = count + 1 end
        return count
    end`;

cases(
    "textutils on the screen",
    [
        [
            "tabulates in columns as wide as the widest item",
            `return show(function() textutils.tabulate({ "a", "b", 3 }, { "longest", "x" }) end)`,
            [["a       b       ", "3", "longest x", "", ""].map((row) => row.trimEnd())],
        ],
        [
            "tabulates in colours and goes back to the one before",
            `local colour local rows = show(function(small)
                textutils.tabulate(colours.red, { "a" }, colours.blue, { "b" }) colour = term.getTextColour()
                return small end)
            return rows[1], rows[2], colour == colours.white`,
            ["a", "b", true],
        ],
        [
            "tabulates nothing",
            `return show(function() textutils.tabulate() textutils.tabulate({}) end)[1]`,
            [""],
        ],
        [
            "refuses other arguments",
            `textutils.tabulate({}, "x")`,
            raises("case:1: bad argument #2 (number or table expected, got string)"),
        ],
        [
            "refuses other items",
            `textutils.tabulate({ "a" }, { "b", false })`,
            raises("case:1: bad argument #2.2 (string expected, got boolean)"),
        ],
        [
            "waits for a key before each line that scrolls",
            `os.queueEvent("key", keys.a) os.queueEvent("key", keys.b) os.queueEvent("key", keys.c)
            local lines local rows = show(function() lines = textutils.pagedPrint("1\\n2\\n3\\n4\\n5\\n6") end)
            return rows, lines, keysLeft()`,
            [["3", "4", "5", "6", ""], 6, 1],
        ],
        [
            "lets some lines scroll",
            `os.queueEvent("key", keys.a)
            local rows = show(function() textutils.pagedPrint("1\\n2\\n3\\n4\\n5\\n6", 2) end)
            return rows, keysLeft()`,
            [["3", "4", "5", "6", ""], 1],
        ],
        [
            "asks for the key on the last line",
            `local asked local rows = show(function(small)
                local thread = coroutine.create(function() textutils.pagedPrint("1\\n2\\n3\\n4\\n5") end)
                coroutine.resume(thread) asked = small.getLine(5) coroutine.resume(thread, "key", keys.a)
                term.redirect(small) end)
            return asked, rows`,
            ["Press any key to con", ["2", "3", "4", "5", ""]],
        ],
        [
            "puts the terminal back after an error",
            `local before = term.current()
            local ok, message = pcall(textutils.pagedPrint, setmetatable({}, { __tostring = function() error("no", 0) end }))
            return ok, message, term.current() == before`,
            [false, "no", true],
        ],
        [
            "tabulates in pages",
            `for _ = 1, 3 do os.queueEvent("key", keys.a) end
            local rows = show(function() textutils.pagedTabulate({ "r1234567", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "r13", "r14" }) end)
            return rows, keysLeft()`,
            [["r7       r8", "r9       r10", "r11      r12", "r13      r14", ""], 1],
        ],
        [
            "writes slowly, wrapping at words",
            `local rows = show(function() textutils.slowWrite("some words that do not fit", 1000) end) return rows`,
            [["some words that do", "not fit", "", "", ""]],
        ],
        [
            "prints slowly with a line end",
            `local y show(function() textutils.slowPrint("ab", 1000) local _ _, y = term.getCursorPos() end) return y`,
            [2],
        ],
        ["refuses to go backwards", `textutils.slowWrite("", -1)`, raises("case:1: Rate must be positive")],
    ],
    { setup: screen },
);
