--- The Lua prompt: runs each line that is typed and shows what it returns.

if ... then
    print("This is an interactive Lua prompt.")
    print("To run a lua program, just type its name.")
    return
end

local pretty = require("cc.pretty")
local try = require("cc.internal.exception").try

local isOver = false

-- Modules are looked for where the user is, not where this program is.
_ENV.require, _ENV.package = require("cc.require").make(_ENV, shell.dir())

local environment = setmetatable({
    exit = setmetatable({}, {
        __tostring = function()
            return "Call exit() to exit."
        end,
        __call = function()
            isOver = true
        end,
    }),
    _echo = function(...)
        return ...
    end,
}, { __index = _ENV })

local function printIn(colour, text)
    if term.isColour() then
        term.setTextColour(colour)
    end
    print(text)
    term.setTextColour(colours.white)
end

local function complete(line)
    if not settings.get("lua.autocomplete") then
        return nil
    end
    local expression = line:match("[a-zA-Z0-9_%.:]+$") or line
    return expression ~= "" and textutils.complete(expression, environment) or nil
end

--- Compiles a line: as an expression if it is one, as statements otherwise.
local function compile(line, chunkName)
    if load("return " .. line) then
        -- Without the call, an error in a tail call would not say where it happened.
        return load("return _echo(" .. line .. "\n)", chunkName, "t", environment)
    end
    return load(line, chunkName, "t", environment)
end

local function show(value)
    local readable, document = pcall(pretty.pretty, value, {
        function_args = settings.get("lua.function_args"),
        function_source = settings.get("lua.function_source"),
    })
    if readable then
        pretty.print(document)
    else
        print(tostring(value))
    end
end

printIn(colours.yellow, "Interactive Lua prompt.\nCall exit() to exit.")

local history = {}
local chunkNumber = 1
while not isOver do
    write("lua> ")
    local line = read(nil, history, complete)
    if line:find("%S") and line ~= history[#history] then
        history[#history + 1] = line
    end
    if settings.get("lua.warn_against_use_of_local") and line:find("^%s*local%s") then
        printIn(colours.yellow, "To access local variables in later inputs, remove the local keyword.")
    end

    local chunk, syntaxError = compile(line, "=lua[" .. chunkNumber .. "]")
    if chunk then
        chunkNumber = chunkNumber + 1
        local results = table.pack(try(chunk))
        if results[1] then
            for index = 2, results.n do
                show(results[index])
            end
        else
            printError(results[2])
        end
    else
        printError(syntaxError)
    end
end
