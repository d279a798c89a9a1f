--- The first program that a computer runs. It adds to the machine's native APIs what CraftOS documents as global
-- functions and as parts of `os`, loads the APIs in /rom/apis, and then runs the shell until the shell ends.
--
-- What is public here behaves as CC: Tweaked 1.113 documents it.

--- Runs a file of the ROM and returns what it returns. For use before `dofile` exists.
local function runEarly(path)
    local file = assert(fs.open(path, "r"))
    local source = file.readAll()
    file.close()
    return assert(load(source, "@/" .. path))()
end

local expect = runEarly("rom/modules/main/cc/expect.lua").expect

--- The library that ComputerCraft had before Lua brought `bit32`. Old programs still call it.
_G.bit = {
    band = bit32.band,
    bor = bit32.bor,
    bxor = bit32.bxor,
    bnot = bit32.bnot,
    blshift = bit32.lshift,
    brshift = bit32.arshift,
    blogic_rshift = bit32.rshift,
}

-- Events

function os.version()
    return "CraftOS 1.9"
end

--- Waits for the next event, `terminate` included.
function os.pullEventRaw(filter)
    return coroutine.yield(filter)
end

--- Waits for the next event. Ctrl+T, whose event passes every filter, raises "Terminated" here.
function os.pullEvent(filter)
    local event = table.pack(os.pullEventRaw(filter))
    if event[1] == "terminate" then
        error("Terminated", 0)
    end
    return table.unpack(event, 1, event.n)
end

function _G.sleep(seconds)
    expect(1, seconds, "number", "nil")
    local timer = os.startTimer(seconds or 0)
    repeat
        local _, fired = os.pullEvent("timer")
    until fired == timer
end

function os.sleep(seconds)
    sleep(seconds)
end

-- The machine stops a computer only once it yields, so nothing after these calls may run.
local stopMachine, restartMachine = os.shutdown, os.reboot

--- Switches the computer off. A status may be given; what it means is up to what runs the computer.
function os.shutdown(...)
    stopMachine(...)
    while true do
        coroutine.yield()
    end
end

function os.reboot()
    restartMachine()
    while true do
        coroutine.yield()
    end
end

-- Printing

--- Writes text at the cursor, moving words that do not fit to the next line and scrolling where needed.
-- Returns how many lines were begun.
function _G.write(text)
    expect(1, text, "string", "number")
    text = tostring(text)

    local width, height = term.getSize()
    local column, row = term.getCursorPos()
    local linesBegun = 0

    local function put(piece)
        term.write(piece)
        column, row = term.getCursorPos()
    end

    local function beginLine()
        if row < height then
            term.setCursorPos(1, row + 1)
        else
            term.setCursorPos(1, height)
            term.scroll(1)
        end
        column, row = term.getCursorPos()
        linesBegun = linesBegun + 1
    end

    local at, length = 1, #text
    while at <= length do
        local kind = text:byte(at)
        if kind == 10 then
            beginLine()
            at = at + 1
        elseif kind == 32 or kind == 9 then
            -- Blanks never wrap: those past the edge are lost.
            local _, last = text:find("^[ \t]+", at)
            put(text:sub(at, last))
            at = last + 1
        else
            local _, last = text:find("^[^ \t\n]+", at)
            if last - at + 1 > width then
                -- Longer than a whole line: fill what is left of this one and go on.
                while at <= last do
                    if column > width then
                        beginLine()
                    end
                    local fits = width - column + 1
                    put(text:sub(at, last))
                    at = at + fits
                end
                at = last + 1
            else
                if column + last - at > width then
                    beginLine()
                end
                put(text:sub(at, last))
                at = last + 1
            end
        end
    end
    return linesBegun
end

--- Writes its arguments with tabs between them and ends the line. Returns how many lines were begun.
function _G.print(...)
    local count = select("#", ...)
    local linesBegun = 0
    for index = 1, count do
        local text = tostring((select(index, ...)))
        if index < count then
            text = text .. "\t"
        end
        linesBegun = linesBegun + write(text)
    end
    return linesBegun + write("\n")
end

--- As `print`, in red where there is colour.
function _G.printError(...)
    local inColour = term.isColour()
    local before = inColour and term.getTextColour()
    if inColour then
        term.setTextColour(colors.red)
    end
    print(...)
    if inColour then
        term.setTextColour(before)
    end
end

-- Loading code

--- Compiles a file: `loadfile(path [, mode [, environment]])`, or as it was once, `loadfile(path, environment)`.
function _G.loadfile(path, mode, environment)
    if type(mode) == "table" and environment == nil then
        mode, environment = nil, mode
    end
    expect(1, path, "string")
    expect(2, mode, "string", "nil")
    expect(3, environment, "table", "nil")

    local file = fs.open(path, "r")
    if not file then
        return nil, "File not found"
    end
    local chunk, problem = load(file.readAll(), "@/" .. fs.combine(path), mode, environment or _G)
    file.close()
    return chunk, problem
end

function _G.dofile(path)
    expect(1, path, "string")
    local chunk, problem = loadfile(path, nil, _G)
    if not chunk then
        error(problem, 2)
    end
    return chunk()
end

_G.read = dofile("rom/modules/main/cc/internal/line_editor.lua")

--- Runs a program with `environment` as its globals, prints its error if it fails, and returns whether it succeeded.
function os.run(environment, path, ...)
    expect(1, environment, "table")
    expect(2, path, "string")

    local meta = { __index = _G }
    setmetatable(environment, meta)
    if settings.get("bios.strict_globals", false) then
        -- Loading sets _ENV, which has to be there before new globals are refused.
        environment._ENV = environment
        function meta.__newindex(_, name)
            error("Attempt to create global " .. tostring(name), 2)
        end
    end

    local succeeded = false
    local chunk, problem = loadfile(path, nil, environment)
    if chunk then
        succeeded, problem = pcall(chunk, ...)
    end
    if not succeeded and problem and problem ~= "" then
        printError(problem)
    end
    return succeeded
end

local beingLoaded = {}

--- Runs a file and makes a global table, named after it, of the globals that it sets.
function os.loadAPI(path)
    expect(1, path, "string")
    local name = fs.getName(path):gsub("%.lua$", "")
    if beingLoaded[name] then
        printError("API " .. name .. " is already being loaded")
        return false
    end

    beingLoaded[name] = true
    local environment = setmetatable({}, { __index = _G })
    local chunk, problem = loadfile(path, nil, environment)
    local succeeded = false
    if chunk then
        succeeded, problem = pcall(chunk)
    end
    beingLoaded[name] = nil
    if not succeeded then
        error("Failed to load API " .. name .. " due to " .. tostring(problem), 1)
    end

    local api = {}
    for key, value in pairs(environment) do
        if key ~= "_ENV" then
            api[key] = value
        end
    end
    _G[name] = api
    return true
end

function os.unloadAPI(name)
    expect(1, name, "string")
    if name ~= "_G" and type(_G[name]) == "table" then
        _G[name] = nil
    end
end

--- Loads every API in a folder.
local function loadFolder(folder)
    for _, name in ipairs(fs.list(folder)) do
        local path = fs.combine(folder, name)
        if name:sub(1, 1) ~= "." and not fs.isDir(path) then
            os.loadAPI(path)
        end
    end
end

loadFolder("rom/apis")
if http then
    loadFolder("rom/apis/http")
end

-- Settings

local function define(name, type, default, description)
    settings.define(name, { type = type, default = default, description = description })
end

define("bios.strict_globals", "boolean", false, "Refuse programs that set a global variable by accident.")
define("edit.autocomplete", "boolean", true, "Suggest names of APIs and functions in the editor.")
define("edit.default_extension", "string", "lua", "The extension that the editor adds to a name without one.")
define("list.show_hidden", "boolean", false, "Let the list program show files whose name starts with a dot.")
define("lua.autocomplete", "boolean", true, "Suggest names of APIs and functions at the Lua prompt.")
define("lua.function_args", "boolean", true, "Show the arguments of a function at the Lua prompt.")
define("lua.function_source", "boolean", false, "Show where a function was defined at the Lua prompt.")
define("lua.warn_against_use_of_local", "boolean", true, "Tell at the Lua prompt that a local is gone after its line.")
define("paint.default_extension", "string", "nfp", "The extension that paint adds to a name without one.")
define("shell.allow_disk_startup", "boolean", true, "Run the startup files on disks at boot.")
define("shell.allow_startup", "boolean", true, "Run the startup files of this computer at boot.")
define("shell.autocomplete", "boolean", true, "Suggest programs and their arguments at the shell prompt.")
define("shell.autocomplete_hidden", "boolean", false, "Suggest files whose name starts with a dot.")

if fs.exists(".settings") then
    settings.load(".settings")
end

-- The shell

local succeeded, problem = pcall(parallel.waitForAny, function()
    os.run({}, "rom/programs/shell.lua")
    os.run({}, "rom/programs/shutdown.lua")
end, rednet.run)

term.redirect(term.native())
if not succeeded then
    printError(problem)
    -- Ctrl+T here only cuts the reading time short.
    pcall(function()
        term.setCursorBlink(false)
        print("Press any key to continue")
        os.pullEvent("key")
    end)
end

os.shutdown()
