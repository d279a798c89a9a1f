import { cases, raises } from "./rom-cases.ts";

cases(
    "cc.expect",
    [
        [
            "returns what it checked",
            `return expect.expect(1, "a", "string"), expect(2, nil, "number", "nil")`,
            ["a", null],
        ],
        [
            "names the function and blames its caller",
            `local function open(path) expect(1, path, "string") end open(5)`,
            raises("case:1: bad argument #1 to 'open' (string expected, got number)"),
        ],
        [
            "names methods and fields",
            `local api = { open = function(path) expect(2, path, "string", "table", "function") end } api.open()`,
            raises("case:1: bad argument #2 to 'open' (string, table or function expected, got nil)"),
        ],
        [
            "does without a name where there is none",
            `local function open(path) expect(1, path, "string") end local _, message = pcall(open) return message`,
            ["bad argument #1 (string expected, got nil)"],
        ],
        [
            "leaves nil out of the choices",
            `local function open(path) expect(1, path, "string", "nil") end open(1)`,
            raises("case:1: bad argument #1 to 'open' (string expected, got number)"),
        ],
        [
            "goes by the name that a metatable gives",
            `local function open(path) expect(1, path, "string") end open(setmetatable({}, { __name = "handle" }))`,
            raises("case:1: bad argument #1 to 'open' (string expected, got handle)"),
        ],
        ["returns a field", `return expect.field({ a = 1, b = false }, "b", "boolean", "nil")`, [false]],
        ["returns a field that may be missing", `return expect.field({}, "b", "boolean", "nil")`, [null]],
        [
            "misses a field",
            `local function open(options) expect.field(options, "path", "string") end open({})`,
            raises("case:1: field 'path' missing from table"),
        ],
        [
            "refuses a field of another type",
            `local function open(options) expect.field(options, "path", "string", "table") end open({ path = 1 })`,
            raises("case:1: bad field 'path' (string or table expected, got number)"),
        ],
        [
            "returns a number in range",
            `return expect.range(5, 5), expect.range(5, nil, 5), expect.range(-1)`,
            [5, 5, -1],
        ],
        [
            "refuses a number out of range",
            `local function open(n) expect.range(n, 1) end open(0)`,
            raises("case:1: number outside of range (expected 0 to be within 1 and inf)"),
        ],
        [
            "refuses NaN",
            `local _, message = pcall(expect.range, 0/0, 1, 2) return (message:match("number outside of range.*"):gsub("%-?nan", "nan"))`,
            ["number outside of range (expected nan to be within 1 and 2)"],
        ],
    ],
    { setup: `local expect = require("cc.expect")` },
);

cases(
    "cc.strings",
    [
        [
            "wraps at words, keeping spaces",
            `return strings.wrap("test string is long", 12)`,
            [["test string ", "is long"]],
        ],
        [
            "cuts spaces beyond the width",
            `return strings.wrap("test string is long", 11)`,
            [["test string", "is long"]],
        ],
        ["keeps line breaks", `return strings.wrap("a\\n\\nb\\n", 10)`, [["a", "", "b", ""]]],
        [
            "breaks words that fit no line",
            `return strings.wrap("ab 0123456789", 6)`,
            [["ab 01", "234567", "89"]],
        ],
        ["keeps indentation", `return strings.wrap("  ab cd", 4)`, [["  ab", "cd"]]],
        ["wraps to the terminal by itself", `return #strings.wrap(("word "):rep(12))`, [2]],
        ["makes one line of nothing", `return strings.wrap("", 5)`, [[""]]],
        [
            "refuses a width of nothing",
            `strings.wrap("", 0)`,
            raises("case:1: number outside of range (expected 0 to be within 1 and inf)"),
        ],
        ["pads", `return strings.ensure_width("ab", 4), #strings.ensure_width("ab")`, ["ab  ", 51]],
        ["cuts", `return strings.ensure_width("abcdef", 4)`, ["abcd"]],
        ["splits at a pattern", `return strings.split("a  b c", " +")`, [["a", "b", "c"]]],
        ["splits at plain text", `return strings.split("a.b.", ".", true)`, [["a", "b", ""]]],
        ["splits into some parts at most", `return strings.split("a-b-c", "-", true, 2)`, [["a", "b-c"]]],
        ["leaves whole what has no separator", `return strings.split("abc", "-")`, [["abc"]]],
        ["refuses to split at nothing", `strings.split("abc", "")`, raises("case:1: separator is empty")],
        [
            "checks its arguments",
            `strings.split("a", 1)`,
            raises("case:1: bad argument #2 to 'split' (string expected, got number)"),
        ],
    ],
    { setup: `local strings = require("cc.strings")` },
);

cases(
    "cc.completion",
    [
        [
            "ends what was begun",
            `return completion.choice("so", { "some", "other", "sort" })`,
            [["me", "rt"]],
        ],
        ["adds a space", `return completion.choice("so", { "some" }, true)`, [["me "]]],
        ["has nothing for what is whole", `return completion.choice("some", { "some" })`, [{}]],
        ["has the space for it", `return completion.choice("some", { "some" }, true)`, [[" "]]],
        ["takes no pattern", `return completion.choice("a.", { "a.b", "axb" })`, [["b"]]],
        [
            "knows sides",
            `return completion.side("b"), completion.side("le", true)`,
            [["ottom", "ack"], ["ft "]],
        ],
        ["knows settings", `settings.set("my.thing", 1) return completion.setting("my.th")`, [["ing"]]],
        ["knows peripherals", `return completion.peripheral("")`, [{}]],
        ["knows no commands", `return completion.command("s")`, [{}]],
        [
            "checks its arguments",
            `completion.side(1)`,
            raises("case:1: bad argument #1 to 'side' (string expected, got number)"),
        ],
    ],
    { setup: `local completion = require("cc.completion")` },
);

cases(
    "cc.pretty",
    [
        ["puts a short table on one line", `return render({ 1, 2, a = "x" }, 30)`, ['{ 1, 2, a = "x" }']],
        ["puts a long one over lines", `return render({ 1, 2, 3 }, 4)`, ["{\n  1,\n  2,\n  3\n}"]],
        [
            "breaks only what does not fit",
            `return render({ a = { 1, 2 }, b = ("x"):rep(9) }, 20)`,
            ['{\n  a = { 1, 2 },\n  b = "xxxxxxxxx"\n}'],
        ],
        [
            "sorts keys",
            `return render({ b = 1, a = 2, [1.5] = 3, ["end"] = 4 })`,
            ['{ a = 2, b = 1, ["end"] = 4, [1.5] = 3 }'],
        ],
        ["shows line ends in strings", `return render("a\\nb\\t\\"")`, ['"a\\nb\t\\""']],
        ["shows every digit", `return render(2^53)`, ["9007199254740992"]],
        ["shows empty tables", `return render({})`, ["{}"]],
        [
            "shows a table in itself once",
            `local t = {} t.t = t return (render(t):gsub("%x%x%x%x+", "address"))`,
            ["{ t = table: address }"],
        ],
        [
            "asks __tostring",
            `return render(setmetatable({}, { __tostring = function() return "me" end }))`,
            ["me"],
        ],
        [
            "shows a function's parameters and place when asked",
            `local function f(a, b, ...) end return render(f, 80, { function_args = true, function_source = true })`,
            ["function<case:1>(a, b, ...)"],
        ],
        [
            "fills a fraction of the line",
            `return pretty.render(pretty.pretty({ 1, 2, 3 }), 20, 0.3)`,
            ["{\n  1,\n  2,\n  3\n}"],
        ],
        [
            "shares texts that are alike",
            `return pretty.text("") == pretty.empty, pretty.text(" ") == pretty.space`,
            [true, true],
        ],
        [
            "makes strings documents",
            `return tostring("a" .. pretty.space .. "b"), tostring(pretty.concat())`,
            ["a b", ""],
        ],
        [
            "nests and groups",
            `local doc = pretty.group(pretty.nest(2, pretty.concat("ab", pretty.line, "cd")))
            return pretty.render(doc, 10), pretty.render(doc, 3)`,
            ["abcd", "ab\n  cd"],
        ],
        [
            "joins the lines of a text in a group",
            `return pretty.render(pretty.group(pretty.text("a\\nb")), 10)`,
            ["a b"],
        ],
        [
            "groups once",
            `local doc = pretty.group(pretty.text("a\\nb")) return pretty.group(doc) == doc`,
            [true],
        ],
        [
            "writes in colour from where the cursor is",
            `local old, small = term.current(), window.create(term.current(), 1, 1, 12, 5, false)
            term.redirect(small) term.write("> ") pretty.pretty_print({ 12345, "six" }) term.write("x") term.redirect(old)
            local rows, colours = {}, {}
            for y = 1, 5 do local text, colour = small.getLine(y) rows[y], colours[y] = text:gsub(" +$", ""), colour end
            return rows, colours[2], colours[3], small.getTextColour() == _G.colours.white`,
            [["> {", "  12345,", '  "six"', "}", "x"], "002222200000", "00eeeee00000", true],
        ],
        [
            "refuses what is no document",
            `pretty.render("text")`,
            raises("case:1: bad argument #1 to 'render' (document expected, got string)"),
        ],
        [
            "refuses to nest by nothing",
            `pretty.nest(0, pretty.empty)`,
            raises("case:1: depth must be a positive number"),
        ],
        [
            "checks its options",
            `pretty.pretty(1, { function_args = 1 })`,
            raises("case:1: bad field 'function_args' (boolean expected, got number)"),
        ],
    ],
    {
        setup: `local pretty = require("cc.pretty")
            local function render(value, width, options) return pretty.render(pretty.pretty(value, options), width) end`,
    },
);

cases(
    "vector",
    [
        ["adds", `return tostring(a + b)`, ["5,7,9"]],
        ["subtracts", `return tostring(b - a)`, ["3,3,3"]],
        ["multiplies", `return tostring(a * 2)`, ["2,4,6"]],
        ["divides", `return tostring(a / 2)`, ["0.5,1,1.5"]],
        ["turns around", `return tostring(-a)`, ["-1,-2,-3"]],
        ["multiplies vectors", `return a:dot(b), tostring(a:cross(b))`, [32, "-3,6,-3"]],
        [
            "has a length",
            `return vector.new(2, 3, 6):length(), tostring(vector.new(0, 0, 4):normalize())`,
            [7, "0,0,1"],
        ],
        [
            "rounds",
            `return tostring(vector.new(1.4, 1.5, -1.5):round()), tostring(vector.new(1.4, 1.2, 0):round(0.5))`,
            ["1,2,-1", "1.5,1,0"],
        ],
        ["compares", `return a == vector.new(1, 2, 3), a == b, a:equals(b)`, [true, false, false]],
        ["takes anything else for 0", `return tostring(vector.new("2", nil, {}))`, ["2,0,0"]],
        ["has its fields", `return a.x, a.y, a.z`, [1, 2, 3]],
        [
            "refuses to add a number",
            `return a + 2`,
            raises("case:1: bad argument #2 to '__add' (vector expected, got number)"),
        ],
        [
            "refuses to multiply by a vector",
            `a:mul(b)`,
            raises("case:1: bad argument #2 to 'mul' (number expected, got vector)"),
        ],
        [
            "refuses another self",
            `a.length({})`,
            raises("case:1: bad argument #1 to 'length' (vector expected, got table)"),
        ],
    ],
    { setup: `local a, b = vector.new(1, 2, 3), vector.new(4, 5, 6)` },
);

cases(
    "paintutils",
    [
        [
            "draws a pixel",
            `return show(function() paintutils.drawPixel(2, 1, colours.red) end)`,
            [["fefff", "fffff", "fffff", "fffff"]],
        ],
        [
            "draws flat lines",
            `return show(function() paintutils.drawLine(1, 1, 5, 2, colours.red) end)`,
            [["eefff", "ffeee", "fffff", "fffff"]],
        ],
        [
            "draws steep lines, from either end",
            `local function rows(...) local ends = { ... } return show(function() paintutils.drawLine(ends[1], ends[2], ends[3], ends[4], colours.red) end) end
            return rows(3, 1, 1, 4), rows(1, 4, 3, 1)`,
            [
                ["ffeff", "fefff", "fefff", "effff"],
                ["ffeff", "fefff", "fefff", "effff"],
            ],
        ],
        [
            "draws a box, and leaves what is in it",
            `return show(function() paintutils.drawPixel(2, 2, colours.blue) paintutils.drawBox(3, 3, 1, 1, colours.red) end)`,
            [["eeeff", "ebeff", "eeeff", "fffff"]],
        ],
        [
            "draws a filled box in the background's colour",
            `return show(function() term.setBackgroundColour(colours.green) paintutils.drawFilledBox(2, 2, 4, 3) end)`,
            [["fffff", "fdddf", "fdddf", "fffff"]],
        ],
        [
            "leaves the background in the colour it drew with",
            `return show(function() paintutils.drawBox(1, 1, 2, 2, colours.red) term.setCursorPos(5, 4) term.write(" ") end)[4]`,
            ["ffffe"],
        ],
        [
            "reads and draws images",
            `return show(function() paintutils.drawImage(paintutils.parseImage("e e\\n 1 \\nx\\n"), 2, 1) end)`,
            [["fefef", "ff1ff", "fffff", "fffff"]],
        ],
        [
            "loads images",
            `local file = fs.open("/picture.nfp", "w") file.write("0f\\n a") file.close()
            return paintutils.loadImage("/picture.nfp"), paintutils.loadImage("/none")`,
            [
                [
                    [1, 32768],
                    [0, 1024],
                ],
                null,
            ],
        ],
        [
            "checks its arguments",
            `paintutils.drawLine(1, 1, 1)`,
            raises("case:1: bad argument #4 to 'drawLine' (number expected, got nil)"),
        ],
    ],
    {
        setup: `local function show(draw)
            local old, small = term.current(), window.create(term.current(), 1, 1, 5, 4, false)
            term.redirect(small) draw() term.redirect(old)
            local rows = {} for y = 1, 4 do rows[y] = select(3, small.getLine(y)) end return rows end`,
    },
);

/** An API of the ROM on natives of the case's own: `load("peripheral", { peripheral = ... })`. */
const loadApi = `local function loadApi(path, natives)
    local environment = setmetatable(natives, { __index = _ENV })
    assert(loadfile("/rom/apis/" .. path .. ".lua", nil, environment))()
    return environment end`;

cases(
    "peripheral",
    [
        [
            "lists sides and what is behind hubs",
            `return peripheral.getNames()`,
            [["top", "back", "chest_1", "left"]],
        ],
        [
            "knows what is there",
            `return peripheral.isPresent("left"), peripheral.isPresent("chest_1"), peripheral.isPresent("right"), peripheral.isPresent("chest_2")`,
            [true, true, false, false],
        ],
        [
            "tells types",
            `return { peripheral.getType("back") }, peripheral.getType("chest_1")`,
            [["modem", "peripheral_hub"], "inventory"],
        ],
        [
            "tells no type of nothing",
            `return peripheral.getType("none"), peripheral.hasType("none", "modem")`,
            [null, null],
        ],
        [
            "tells whether it is of a type",
            `return peripheral.hasType("back", "peripheral_hub"), peripheral.hasType("chest_1", "inventory"), peripheral.hasType("left", "modem")`,
            [true, true, false],
        ],
        [
            "lists methods",
            `return peripheral.getMethods("left"), peripheral.getMethods("chest_1"), peripheral.getMethods("none")`,
            [["speak"], ["list"], null],
        ],
        [
            "calls methods, near and far",
            `return peripheral.call("left", "speak", 1, nil, 2), peripheral.call("chest_1", "list", "a"), peripheral.call("none", "list")`,
            ["left.speak(1,nil,2)", "chest_1.list(a)", null],
        ],
        [
            "wraps",
            `local wrapped = peripheral.wrap("chest_1") return wrapped.list("b"), peripheral.getName(wrapped)`,
            ["chest_1.list(b)", "chest_1"],
        ],
        [
            "knows what it wrapped",
            `local wrapped = peripheral.wrap("back") return { peripheral.getType(wrapped) }, peripheral.hasType(wrapped, "peripheral_hub"), peripheral.hasType(wrapped, "x")`,
            [["modem", "peripheral_hub"], true, false],
        ],
        ["wraps nothing", `return peripheral.wrap("none")`, [null]],
        [
            "finds all of a type",
            `local a, b, c = peripheral.find("modem") return peripheral.getName(a), peripheral.getName(b), c`,
            ["top", "back", null],
        ],
        [
            "finds what a filter lets through",
            `local a, b = peripheral.find("modem", function(name, wrapped) return name == "back" and wrapped.open ~= nil end)
            return peripheral.getName(a), b`,
            ["back", null],
        ],
        [
            "refuses other tables",
            `peripheral.getName({})`,
            raises("case:1: bad argument #1 (table is not a peripheral)"),
        ],
        [
            "checks its arguments",
            `peripheral.getType(1)`,
            raises("case:1: bad argument #1 to 'getType' (string or table expected, got number)"),
        ],
    ],
    {
        // Modems on top and at the back, the latter with a chest on its network, and something else on the left.
        setup: `${loadApi}
            local types = { top = { "modem" }, back = { "modem", "peripheral_hub" }, left = { "speaker" }, chest_1 = { "inventory" } }
            local methods = { top = { "open" }, back = { "open" }, left = { "speak" }, chest_1 = { "list" } }
            local function hasType(name, kind)
                if not types[name] then return nil end
                for _, each in ipairs(types[name]) do if each == kind then return true end end
                return false end
            local function answer(name, method, ...)
                local words = table.pack(...)
                for i = 1, words.n do words[i] = tostring(words[i]) end
                return name .. "." .. method .. "(" .. table.concat(words, ",") .. ")" end
            local remote = {
                getNamesRemote = function() return { "chest_1" } end,
                isPresentRemote = function(name) return name == "chest_1" end,
                getTypeRemote = function(name) return table.unpack(types[name]) end,
                hasTypeRemote = hasType,
                getMethodsRemote = function(name) return methods[name] end,
                callRemote = answer }
            local natives = { peripheral = {
                isPresent = function(side) return side ~= "chest_1" and types[side] ~= nil end,
                getType = function(side) return table.unpack(types[side]) end,
                hasType = function(side, kind) if side == "chest_1" then return nil end return hasType(side, kind) end,
                getMethods = function(side) return methods[side] end,
                call = function(side, method, ...)
                    if side == "back" and remote[method] then return remote[method](...) end
                    return answer(side, method, ...) end } }
            local peripheral = loadApi("peripheral", natives)
            natives.peripheral = peripheral`,
    },
);

cases(
    "rednet",
    [
        [
            "opens and closes",
            `local before = rednet.isOpen() rednet.open("back") local open, other = rednet.isOpen(), rednet.isOpen("none")
            rednet.close() return before, open, other, rednet.isOpen("back")`,
            [false, true, false, false],
        ],
        ["needs a modem", `rednet.open("front")`, raises("case:1: No such modem: front")],
        ["needs a modem to close", `rednet.close("front")`, raises("case:1: No such modem: front")],
        [
            "sends to the computer's channel and to repeaters",
            `rednet.open("back") local sent = rednet.send(65507, { 1 }, "chat")
            local first, second = sentMessages[1], sentMessages[2]
            return sent, #sentMessages, first[1], first[2], second[1], first[3] == second[3], type(first[3].nMessageID),
                first[3].nSender, first[3].nRecipient, first[3].message, first[3].sProtocol`,
            [true, 2, 7, 0, 65533, true, "number", 0, 65507, [1], "chat"],
        ],
        ["sends to nobody while closed", `return rednet.send(3, "x"), #sentMessages`, [false, 0]],
        [
            "broadcasts on the channel of all",
            `rednet.open("back") rednet.broadcast("x") return sentMessages[1][1], sentMessages[1][3].nRecipient, sentMessages[2][1]`,
            [65535, 65535, 65533],
        ],
        ["talks to itself", `return rednet.send(0, "me", "chat"), rednet.receive()`, [true, 0, "me", "chat"]],
        [
            "receives what is for this computer",
            `rednet.open("back")
            return running(function()
                arrive(0, message(1, 0, "hello"))
                return rednet.receive()
            end)`,
            [5, "hello", "chat"],
        ],
        [
            "receives broadcasts",
            `rednet.open("back")
            return running(function()
                arrive(65535, message(1, 65535, "all"))
                return rednet.receive()
            end)`,
            [5, "all", "chat"],
        ],
        [
            "receives a message once",
            `rednet.open("back")
            return running(function()
                arrive(0, message(1, 0, "a")) arrive(0, message(1, 0, "a")) arrive(0, message(2, 0, "b"))
                local _, first = rednet.receive() local _, second = rednet.receive()
                return first, second
            end)`,
            ["a", "b"],
        ],
        [
            "takes no notice of what is not for it, malformed or of a closed modem",
            `rednet.open("back")
            return running(function()
                arrive(0, message(1, 4, "another's")) arrive(9, message(2, 0, "another channel"))
                arrive(0, "text") arrive(0, { nMessageID = 0/0, nRecipient = 0 })
                arrive(0, { nMessageID = 3, nRecipient = 0, nSender = "me" })
                os.queueEvent("modem_message", "front", 0, 5, message(4, 0, "closed"), 1)
                arrive(0, message(5, 0, "right"))
                return rednet.receive()
            end)`,
            [5, "right", "chat"],
        ],
        [
            "drops other protocols while it waits for one",
            `rednet.open("back")
            return running(function()
                rednet.send(0, "other", "news") rednet.send(0, "mine", "chat")
                return rednet.receive("chat")
            end)`,
            [0, "mine", "chat"],
        ],
        ["stops waiting", `return rednet.receive(0.05)`, [null]],
        ["stops waiting for a protocol", `return rednet.receive("chat", 0.05)`, [null]],
        [
            "looks up itself",
            `rednet.host("chat", "here")
            return rednet.lookup("chat"), rednet.lookup("chat", "here"), rednet.lookup("chat", "localhost"), rednet.lookup("chat", "x"), rednet.lookup("news")`,
            // A call in the middle of a list gives one value, the last one none.
            [0, 0, 0, null],
        ],
        [
            "stops hosting",
            `rednet.host("chat", "here") rednet.unhost("chat") return rednet.lookup("chat", "here")`,
            [null],
        ],
        [
            "keeps localhost for itself",
            `rednet.host("chat", "localhost")`,
            raises("case:1: Reserved hostname"),
        ],
        [
            "asks others and takes the first of a name",
            `rednet.open("back")
            return running(function()
                answerLookup("chat", "there")
                return rednet.lookup("chat", "there"), sentMessages[1][3].message, sentMessages[1][3].sProtocol
            end)`,
            [5, { sType: "lookup", sProtocol: "chat", sHostname: "there" }, "dns"],
        ],
        [
            "refuses a name that another has",
            `rednet.open("back")
            running(function() answerLookup("chat", "there") rednet.host("chat", "there") end)`,
            raises("case:2: Hostname in use"),
        ],
        [
            "answers lookups",
            `rednet.host("chat", "here") rednet.open("back")
            return running(function()
                arrive(65535, { nMessageID = 7, nRecipient = 65535, nSender = 5, sProtocol = "dns",
                    message = { sType = "lookup", sProtocol = "chat" } })
                rednet.receive("dns") os.queueEvent("later") os.pullEvent("later")
                return sentMessages[1][1], sentMessages[1][3].message
            end)`,
            [5, { sType: "lookup response", sProtocol: "chat", sHostname: "here" }],
        ],
        [
            "runs once",
            `return running(function() return select(2, pcall(rednet.run)) end)`,
            ["rednet is already running"],
        ],
        [
            "has its channels",
            `return rednet.CHANNEL_BROADCAST, rednet.CHANNEL_REPEAT, rednet.MAX_ID_CHANNELS`,
            [65535, 65533, 65500],
        ],
        [
            "checks its arguments",
            `rednet.send("1", "x")`,
            raises("case:1: bad argument #1 to 'send' (number expected, got string)"),
        ],
        [
            "is there on every computer",
            `return _G.rednet.isOpen(), _G.rednet.send(_G.os.getComputerID(), "x"), select(2, _G.rednet.receive())`,
            [false, true, "x", null],
        ],
    ],
    {
        // A modem at the back that only notes what it is to transmit, and one at the front that is never opened.
        setup: `${loadApi}
            local openChannels, sentMessages = {}, {}
            local modem = {
                open = function(channel) openChannels[channel] = true end,
                close = function(channel) openChannels[channel] = nil end,
                isOpen = function(channel) return openChannels[channel] == true end,
                transmit = function(...) sentMessages[#sentMessages + 1] = { ... } end }
            local rednet = loadApi("rednet", { peripheral = {
                getNames = function() return { "back" } end,
                getType = function(name) if name == "back" then return "modem" end end,
                call = function(name, method, ...) return modem[method](...) end } })
            local function message(id, recipient, text)
                return { nMessageID = id, nRecipient = recipient, nSender = 5, message = text, sProtocol = "chat" } end
            local function arrive(channel, envelope) os.queueEvent("modem_message", "back", channel, 5, envelope, 1) end
            local function answerLookup(protocol, name)
                arrive(0, { nMessageID = 9, nRecipient = 0, nSender = 5, sProtocol = "dns",
                    message = { sType = "lookup response", sProtocol = protocol, sHostname = name } }) end
            local function running(body)
                local result
                parallel.waitForAny(rednet.run, function() result = table.pack(body()) end)
                return table.unpack(result, 1, result.n) end`,
    },
);
