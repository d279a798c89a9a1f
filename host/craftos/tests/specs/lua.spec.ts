/**
 * The Lua of CC: Tweaked, which is Cobalt, where it differs from the Lua of its manual or where Luas differ. What is
 * expected is what Cobalt 0.9.4 answers. Programs are Lua, since TypeScript has no words for most of it.
 */

/** What a program returns, as a list. The program's name is `spec`, as errors have it. */
function results(source: string): unknown[] {
    const [body, problem] = load(source, "=spec");
    if (body === undefined) return error(problem ?? "", 0);
    return [...body()];
}

/** The message of the error that ends a program. */
function failure(source: string): unknown {
    const [body, problem] = load(source, "=spec");
    if (body === undefined) return error(problem ?? "", 0);
    const [ok, raised] = pcall(body);
    return ok ? "it raised nothing" : raised;
}

describe("lua remainder", () => {
    it("is exact, however large the quotient", () => {
        assert.are.same([2, 24, 1], results("return 2^59 % 59, -2^60 % 1000, 1e300 % 7"));
    });
    it("of an endless divisor is the dividend, or endless where the signs differ", () => {
        assert.are.same(
            [5, -5, math.huge, -math.huge],
            results("return 5 % math.huge, -5 % -math.huge, -5 % math.huge, 5 % -math.huge"),
        );
    });
    it("has the divisor's sign", () => {
        assert.are.same([1.5, 0.5, -0.5, -1.5], results("return 5.5 % 2, -5.5 % 2, 5.5 % -2, -5.5 % -2"));
    });
    it("of numbers in variables, texts and constants is one and the same", () => {
        assert.are.same(
            [2, 2, 2],
            results(
                `local a, b = 2^59, 59 return a % b, "576460752303423488" % "59", 576460752303423488 % 59`,
            ),
        );
    });
    it("of fractions is exact", () => {
        assert.are.same([true, true], results("return 0.1 % 0.01 == 2^-58, 1e17 % 0.3 < 0.3"));
    });
});

describe("lua math.atan", () => {
    it("takes one number", () => {
        assert.are.equal("0.78539816339745", results("return tostring(math.atan(1))")[0]);
    });
    it("takes two, as atan2", () => {
        assert.are.same(
            ["-2.3561944901923", "1.5707963267949", "3.1415926535898"],
            results(
                "return tostring(math.atan(-1, -1)), tostring(math.atan(1, 0)), tostring(math.atan(0, -1))",
            ),
        );
    });
});

describe("lua metamethods", () => {
    it("ipairs asks __index, of a table and of a function", () => {
        assert.are.same(
            ["a b c", "1 4 9"],
            results(`
                local function values(list)
                    local found = {}
                    for _, value in ipairs(list) do found[#found + 1] = value end
                    return table.concat(found, " ")
                end
                return values(setmetatable({ "a" }, { __index = { "x", "b", "c" } })),
                    values(setmetatable({}, { __index = function(_, i) if i < 4 then return i * i end end }))`),
        );
    });
    it("unpack and table.unpack ask __index", () => {
        assert.are.same(
            [1, 2, 3, 2, 4, 6],
            results(`
                local first = { table.unpack(setmetatable({ 1, nil, 3 }, { __index = { 7, 2 } })) }
                local a, b, c = unpack(setmetatable({}, { __index = function(_, i) return i * 2 end }), 1, 3)
                return first[1], first[2], first[3], a, b, c`),
        );
    });
    it("table.concat asks __index", () => {
        assert.are.same(
            ["2,4,6"],
            results(`
                local list = setmetatable({}, { __index = function(_, i) return i * 2 end })
                return table.concat(list, ",", 1, 3)`),
        );
    });
    it("table.concat, unpack and table.insert ask __len", () => {
        assert.are.same(
            ["2,4,6", 3, "new"],
            results(`
                local list = setmetatable({}, {
                    __index = function(_, i) return i * 2 end,
                    __len = function() return 3 end,
                })
                local count = select("#", table.unpack(list))
                local text = table.concat(list, ",")
                table.insert(list, "new")
                return text, count, rawget(list, 4)`),
        );
    });
    it("may yield in ipairs", () => {
        assert.are.same(
            [1, 2, 3, "a,b"],
            results(`
                local body = coroutine.wrap(function()
                    local found = {}
                    local list = setmetatable({}, { __index = function(_, i) return coroutine.yield(i) end })
                    for _, value in ipairs(list) do found[#found + 1] = value end
                    return table.concat(found, ",")
                end)
                return body(), body("a"), body("b"), body(nil)`),
        );
    });
    it("may yield in __pairs, __tostring, and __index of a table of replacements", () => {
        assert.are.same(
            ["key", "text", "[b]"],
            results(`
                local function drive(body)
                    local thread = coroutine.wrap(body)
                    return thread(thread())
                end
                return drive(function()
                        local list = setmetatable({}, { __pairs = function()
                            coroutine.yield()
                            return next, { key = 1 }
                        end })
                        for key in pairs(list) do return key end
                    end),
                    drive(function()
                        return ("%s"):format(setmetatable({}, { __tostring = function()
                            coroutine.yield()
                            return "text"
                        end }))
                    end),
                    drive(function()
                        return (("b"):gsub("b", setmetatable({}, { __index = function(_, key)
                            coroutine.yield()
                            return "[" .. key .. "]"
                        end })))
                    end)`),
        );
    });
    it("may yield in unpack and in table.concat", () => {
        assert.are.same(
            ["a b", "c-d"],
            results(`
                local list = setmetatable({}, { __index = function(_, i) return coroutine.yield(i) end })
                local unpacked = coroutine.wrap(function()
                    local one, two = unpack(list, 1, 2)
                    return one .. " " .. two
                end)
                local joined = coroutine.wrap(function() return table.concat(list, "-", 1, 2) end)
                unpacked() unpacked("a") joined() joined("c")
                return unpacked("b"), joined("d")`),
        );
    });
    it("may yield in a comparator, a replacement, arithmetic and a comparison", () => {
        assert.are.same(
            ["1 2 3", "[b]", 7, true],
            results(`
                local function drive(body)
                    local thread = coroutine.create(body)
                    local _, result = coroutine.resume(thread)
                    while coroutine.status(thread) ~= "dead" do _, result = coroutine.resume(thread) end
                    return result
                end
                local yielding = setmetatable({}, {
                    __add = function() coroutine.yield() return 7 end,
                    __lt = function() coroutine.yield() return true end,
                })
                return drive(function()
                        local list = { 3, 1, 2 }
                        table.sort(list, function(a, b) coroutine.yield() return a < b end)
                        return table.concat(list, " ")
                    end),
                    drive(function()
                        return (("a"):gsub("a", function() coroutine.yield() return "[b]" end))
                    end),
                    drive(function() return yielding + 1 end),
                    drive(function() return yielding < yielding end)`),
        );
    });
    it("there is no __gc", () => {
        // As much is dropped as any collector would look at.
        assert.are.same(
            [false],
            results(`
                local collected = false
                for index = 1, 20000 do
                    setmetatable({ ("x"):rep(100) .. index }, { __gc = function() collected = true end })
                end
                if collectgarbage then collectgarbage() end
                return collected`),
        );
    });
});

describe("lua order", () => {
    const ordered = `local ordered = setmetatable({}, {
        __lt = function() return true end,
        __le = function() return true end,
    }) `;
    it("compares no table with a number, even if it has __lt", () => {
        const message = "spec:4: attempt to compare table with number";
        assert.are.equal("spec:1: attempt to compare table with number", failure("return {} < 5"));
        assert.are.equal(message, failure(`${ordered} return ordered < 5`));
        assert.are.equal(message, failure(`${ordered} return ordered <= 5`));
        assert.are.equal(
            "spec:4: attempt to compare number with table",
            failure(`${ordered} return 5 < ordered`),
        );
        assert.are.equal(
            "spec:4: attempt to compare number with table",
            failure(`${ordered} return ordered > 5`),
        );
    });
    it("compares no tables whose metamethods are not one and the same", () => {
        assert.are.equal(
            "spec:4: attempt to compare two table values",
            failure(`${ordered} return ordered < setmetatable({}, { __lt = function() return true end })`),
        );
    });
    it("compares tables that have the same", () => {
        assert.are.same(
            [true, true],
            results(`${ordered}
                local other = setmetatable({}, getmetatable(ordered))
                return ordered < other, ordered <= other`),
        );
    });
    it("compares no text with a number", () => {
        assert.are.equal("spec:1: attempt to compare string with number", failure(`return "1" < 5`));
    });
});

describe("lua gsub", () => {
    it("takes a lone % at the end of a replacement, for a zero byte", () => {
        assert.are.same(["50\0", 1], results(`return ("x"):gsub("x", "50%")`));
    });
    it("takes a % before a letter for that letter", () => {
        assert.are.same(["a%b", 1], results(`return ("x"):gsub("x", "%a%%%b")`));
    });
    it("an error of its function is at that function's line", () => {
        assert.are.equal(
            "spec:2: inside",
            failure(`local function replace()
                error("inside") end
                return ("x"):gsub("x", replace)`),
        );
    });
});

describe("lua calls", () => {
    it("a recursion that is not a tail call goes 32,000 deep", () => {
        assert.are.same(
            [32000],
            results(`
                local function depth(n) if n == 0 then return 0 end return 1 + depth(n - 1) end
                return coroutine.wrap(depth)(32000)`),
        );
    });
    it("and no deeper than 32,768", () => {
        assert.are.same(
            [false, "spec:1: stack overflow"],
            results(
                "local function depth(n) if n == 0 then return 0 end return 1 + depth(n - 1) end " +
                    "return pcall(coroutine.wrap(depth), 32769)",
            ),
        );
    });
    it("a recursion through natives ends as one of Lua alone", () => {
        assert.error_matches(
            () => results(`local function again() return (("x"):gsub("x", again)) end return again()`),
            "spec:1: stack overflow",
        );
    });
    it("after an overflow calls go as deep as before", () => {
        assert.are.same(
            [false, false, 32000],
            results(`
                local function endless() return 1 + endless() end
                local function depth(n) if n == 0 then return 0 end return 1 + depth(n - 1) end
                local function all()
                    local first = pcall(endless)
                    local second = pcall(endless)
                    return first, second, depth(32000)
                end
                return coroutine.wrap(all)()`),
        );
    });
    it("an overflow has a handler that may call functions", () => {
        assert.are.same(
            [false, "handled spec:1: stack overflow"],
            results(
                "local function endless() return 1 + endless() end " +
                    'return xpcall(endless, function(message) return ("handled %s"):format(message) end)',
            ),
        );
    });
    it("tail calls have no end", () => {
        assert.are.same(
            ["there"],
            results(`
                local function hop(n) if n == 0 then return "there" end return hop(n - 1) end
                return hop(200000)`),
        );
    });
    it("250 coroutines may run in each other", () => {
        assert.are.same(
            ["inmost"],
            results(`
                local function nest(n)
                    if n == 0 then return "inmost" end
                    return coroutine.wrap(nest)(n - 1)
                end
                return nest(250)`),
        );
    });
    it("90 pcalls may run in each other", () => {
        assert.are.same(
            ["inmost"],
            results(`
                local function nest(n)
                    if n == 0 then return "inmost" end
                    local _, result = pcall(nest, n - 1)
                    return result
                end
                return nest(90)`),
        );
    });
});

describe("lua errors", () => {
    it("of a native's argument are at the line that called it", () => {
        assert.are.equal(
            "spec:2: bad argument (string expected, got nil)",
            failure("local text\nlocal _ = string.rep(text, 5)"),
        );
    });
    it("of a native's argument are at the line of pcall, where that called it", () => {
        assert.are.same(
            [false, "spec:2: bad argument (string expected, got nil)"],
            results("local text\nreturn pcall(string.rep, text, 5)"),
        );
    });
    it("of an argument say its type, and that of its metatable's __name", () => {
        assert.are.equal(
            "spec:1: bad argument (number expected, got door)",
            failure(`local _ = ("x"):rep(setmetatable({}, { __name = "door" }))`),
        );
    });
    it("have the line of the program, whatever native calls the function", () => {
        const calls: Record<string, string> = {
            gsub: `("x"):gsub("x", function() error("here") end)`,
            sort: `table.sort({ 1, 2 }, function() error("here") end)`,
            load: `local _, message = load(function() error("here") end) error(message, 0)`,
            tostring: `tostring(setmetatable({}, { __tostring = function() error("here") end }))`,
            format: `("%s"):format(setmetatable({}, { __tostring = function() error("here") end }))`,
            index: `local _ = setmetatable({}, { __index = function() error("here") end }).x`,
            wrap: `coroutine.wrap(function() error("here") end)()`,
            ipairs: `for _ in ipairs(setmetatable({}, { __index = function() error("here") end })) do end`,
            concat: `table.concat(setmetatable({}, { __index = function() error("here") end }), "", 1, 2)`,
            compare: `local t = setmetatable({}, { __lt = function() error("here") end }) return t < t`,
        };
        for (const [name, call] of pairs(calls)) {
            assert.are.equal("spec:2: here", failure(`\n${call}`), name);
        }
    });
    it("have the line at level 2, and none at level 0", () => {
        assert.are.equal(
            "spec:2: at the caller",
            failure(`local function check() error("at the caller", 2) end
                check()
                return 1`),
        );
        assert.are.equal("nowhere", failure(`error("nowhere", 0)`));
    });
    it("may be anything, and arrive as they are", () => {
        assert.are.same(
            [false, 7, true, "nil"],
            results(`
                local object = setmetatable({}, { __tostring = function() return "text" end })
                local ok, number = pcall(error, 7)
                local _, same = pcall(error, object, 2)
                local _, none = pcall(error)
                return ok, number, same == object, tostring(none)`),
        );
    });
    it("of what is called, indexed or counted say its name", () => {
        assert.are.equal("spec:1: attempt to call global 'nobody' (a nil value)", failure("nobody()"));
        assert.are.equal("spec:1: attempt to index local 'x' (a nil value)", failure("local x; x.y = 1"));
        assert.are.equal(
            "spec:1: attempt to index field 'y' (a nil value)",
            failure("local x = {}; x.y.z = 1"),
        );
        assert.are.equal("spec:1: attempt to perform arithmetic on a table value", failure("return 1 + {}"));
    });
    it("never name a file of the computer's own", () => {
        const programs = [
            "string.rep()", "table.concat({ {} })", "table.sort({ 1, 'x' })", "string.char(256)", "ipairs()",
            "setmetatable(1, {})", "next({}, 'x')", "select(0)", "('%d'):format('x')",
            "coroutine.wrap(5)", "coroutine.resume(5)", "string.pack('i17', 1)", "utf8.char(-1)", "bit32.band({})",
            "os.startTimer('x')", "fs.open(5)", "os.queueEvent()", "tostring()",
        ]; // prettier-ignore
        for (const program of programs) {
            assert.error_matches(() => results(`local x = { ${program} }`), "^spec:1: ", program);
        }
    });
});

describe("lua load", () => {
    it("takes no compiled chunk, whatever the mode", () => {
        for (const mode of ["nil", "'b'", "'bt'"]) {
            const [body, problem] = results(`return load("\\27Lua", "=x", ${mode})`);
            assert.is_nil(body, mode);
            assert.matches("attempt to load a binary chunk", problem, mode);
        }
        assert.is_nil(results(`return loadstring("\\27Lua")`)[0]);
    });
    it("takes none in pieces either", () => {
        assert.is_nil(
            results(`
                local pieces = { "\\27", "Lua", "R" }
                return load(function() return table.remove(pieces, 1) end)`)[0],
        );
    });
    it("there is nothing that would compile one", () => {
        assert.are.equal(
            "spec:1: unable to dump given function",
            failure("local _ = string.dump(function() end)"),
        );
    });
    it("takes an environment, and the mode t", () => {
        assert.are.same([3], results(`return load("return y", "=x", "t", { y = 3 })()`));
    });
    it("takes pieces from a function that yields", () => {
        assert.are.same(
            [2],
            results(`
                local body = coroutine.wrap(function()
                    return load(function() return coroutine.yield() end)
                end)
                body() body("return ") body("1 + 1")
                return body(nil)()`),
        );
    });
});

describe("lua tables", () => {
    it("serialise writes a list in its order", () => {
        assert.are.equal(
            '{ "a", "b", "c", }',
            string.gsub(textutils.serialise(["a", "b", "c"]), "%s+", " ")[0],
        );
    });
    it("pairs of what is no table is an error where it is gone through", () => {
        assert.are.same(
            [true, false, "spec:4: bad argument (table expected, got nil)", false],
            results(`
                local taken = pcall(pairs, nil)
                local ok, message = pcall(function()
                    for _ in pairs(nil) do end
                end)
                return taken, ok, message, (pcall(pairs))`),
        );
    });
    it("pairs finds the same order each time", () => {
        assert.are.same(
            [true],
            results(`
                local list, first, second = {}, {}, {}
                for index = 1, 50 do list["key" .. index] = index end
                for key in pairs(list) do first[#first + 1] = key end
                for key in pairs(list) do second[#second + 1] = key end
                return #first == 50 and table.concat(first) == table.concat(second)`),
        );
    });
});
