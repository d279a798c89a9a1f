--- The shell: the prompt, and the `shell` API that every program it starts gets. Each shell has its own folder,
-- path and aliases, which begin as those of the shell that started it.

local expect = dofile("rom/modules/main/cc/expect.lua").expect
local makePackage = dofile("rom/modules/main/cc/require.lua").make
local try = dofile("rom/modules/main/cc/internal/exception.lua").try

--- How many programs may name each other by "#!" in a row.
local maximumInterpreters = 100

local parent = shell
local terminal = term.current()

local shell = {}
local isOver = false
local folder = parent and parent.dir() or ""
local searchPath = parent and parent.path() or ".:/rom/programs"
local aliases = parent and parent.aliases() or {}
local completions = parent and parent.getCompletionInfo() or {}
local runningPrograms = {}

--- Splits a command line at blanks, except for what is between double quotes.
local function words(line)
    local result = {}
    local quoted = false
    for part in (line .. '"'):gmatch('([^"]*)"') do
        if quoted then
            result[#result + 1] = part
        else
            for word in part:gmatch("[^ \t]+") do
                result[#result + 1] = word
            end
        end
        quoted = not quoted
    end
    return result
end

local function isFile(path)
    return fs.exists(path) and not fs.isDir(path)
end

local function isHidden(name)
    return name:sub(1, 1) == "."
end

--- The globals that a program in `programFolder` has beyond _G.
local function newEnvironment(programFolder, arguments)
    local environment = { shell = shell, arg = arguments }
    environment.require, environment.package = makePackage(environment, programFolder)
    return setmetatable(environment, { __index = _G })
end

local run

--- Runs a file by the program that its "#!" line names, which gets the file's path and arguments.
local function runInterpreter(line, path, arguments, interpretersLeft)
    local command = words(line)
    local name = table.remove(command, 1) or ""
    if interpretersLeft == 0 then
        printError("Hashbang recursion depth limit reached when loading file: " .. path)
        return false
    end
    local interpreter = shell.resolveProgram(name)
    if not interpreter then
        printError("Hashbang program not found: " .. name)
        return false
    elseif interpreter == "rom/programs/shell.lua" and #command == 0 then
        -- The shell would run the file as a program, which starts the shell, and so on.
        printError("Cannot use the shell as a hashbang program")
        return false
    end

    command[0] = name
    command[#command + 1] = path
    for _, argument in ipairs(arguments) do
        command[#command + 1] = argument
    end
    return run(interpreter, command, interpretersLeft)
end

--- Runs the program at a path, prints its error if it fails, and returns whether it succeeded.
function run(path, arguments, interpretersLeft)
    local file, problem = fs.open(path, "r")
    if not file then
        printError(problem)
        return false
    end
    local firstLine = file.readLine() or ""
    if firstLine:sub(1, 2) == "#!" then
        file.close()
        return runInterpreter(firstLine:sub(3), path, arguments, interpretersLeft - 1)
    end
    local source = firstLine .. "\n" .. (file.readAll() or "")
    file.close()

    local environment = newEnvironment(fs.getDir(path), arguments)
    local chunk, syntaxError = load(source, "@/" .. path, nil, environment)
    if not chunk then
        printError(syntaxError)
        return false
    end
    if settings.get("bios.strict_globals", false) then
        getmetatable(environment).__newindex = function(_, name)
            error("Attempt to create global " .. tostring(name), 2)
        end
    end

    local succeeded, failure = try(chunk, table.unpack(arguments))
    if not succeeded and failure and failure ~= "" then
        printError(failure)
    end
    return succeeded
end

-- Running programs

--- Runs a program with exactly these arguments. Returns whether it succeeded.
function shell.execute(command, ...)
    expect(1, command, "string")
    for index = 1, select("#", ...) do
        expect(index + 1, (select(index, ...)), "string")
    end

    local path = shell.resolveProgram(command)
    if not path then
        printError("No such program")
        return false
    end
    runningPrograms[#runningPrograms + 1] = path
    local succeeded = run(path, { [0] = command, ... }, maximumInterpreters)
    runningPrograms[#runningPrograms] = nil
    return succeeded
end

--- Runs a command line, given whole or in parts. Returns whether the program succeeded.
function shell.run(...)
    local command = words(table.concat({ ... }, " "))
    if command[1] then
        return shell.execute(table.unpack(command))
    end
    return false
end

--- The path of the program that runs in this shell now, or nil.
function shell.getRunningProgram()
    return runningPrograms[#runningPrograms]
end

--- Ends this shell once the running program has ended.
function shell.exit()
    isOver = true
end

-- Finding files and programs

function shell.dir()
    return folder
end

function shell.setDir(path)
    expect(1, path, "string")
    if not fs.isDir(path) then
        error("Not a directory", 2)
    end
    folder = fs.combine(path)
end

--- The folders that are searched for programs, with colons between them.
function shell.path()
    return searchPath
end

function shell.setPath(path)
    expect(1, path, "string")
    searchPath = path
end

--- The path from the root of one that is relative to the shell's folder, unless it begins with a slash.
function shell.resolve(path)
    expect(1, path, "string")
    if path:find("^[/\\]") then
        return fs.combine(path)
    end
    return fs.combine(folder, path)
end

--- The file that is meant by a path with or without ".lua", or nil.
local function programFile(path)
    if isFile(path) then
        return path
    end
    local withExtension = path .. ".lua"
    return isFile(withExtension) and withExtension or nil
end

--- The path of the program that a command runs, or nil: its alias, or the file that it names, or the first of that
-- name in the folders of the path.
function shell.resolveProgram(command)
    expect(1, command, "string")
    command = aliases[command] or command
    if command:find("[/\\]") then
        return programFile(shell.resolve(command))
    end
    for place in searchPath:gmatch("[^:]+") do
        local path = programFile(fs.combine(shell.resolve(place), command))
        if path then
            return path
        end
    end
    return nil
end

--- The names of all programs in the folders of the path, sorted; hidden ones only if asked for.
function shell.programs(includeHidden)
    expect(1, includeHidden, "boolean", "nil")
    local seen, names = {}, {}
    for place in searchPath:gmatch("[^:]+") do
        local path = shell.resolve(place)
        for _, fileName in ipairs(fs.isDir(path) and fs.list(path) or {}) do
            if (includeHidden or not isHidden(fileName)) and not fs.isDir(fs.combine(path, fileName)) then
                local name = fileName:match("^(.+)%.lua$") or fileName
                if not seen[name] then
                    seen[name] = true
                    names[#names + 1] = name
                end
            end
        end
    end
    table.sort(names)
    return names
end

function shell.setAlias(alias, command)
    expect(1, alias, "string")
    expect(2, command, "string")
    aliases[alias] = command
end

function shell.clearAlias(alias)
    expect(1, alias, "string")
    aliases[alias] = nil
end

--- A copy of the aliases: commands by alias.
function shell.aliases()
    local copy = {}
    for alias, command in pairs(aliases) do
        copy[alias] = command
    end
    return copy
end

-- Completion

--- How the name of a program, alias or folder that begins with `prefix` can go on.
function shell.completeProgram(prefix)
    expect(1, prefix, "string")
    local includeHidden = settings.get("shell.autocomplete_hidden")
    local function complete(includeFiles)
        return fs.complete(prefix, folder, {
            include_files = includeFiles,
            include_dirs = false,
            include_hidden = includeHidden,
        })
    end
    if prefix:find("[/\\]") then
        return complete(true)
    end

    local seen, endings = {}, {}
    local function offer(ending)
        if not seen[ending] then
            seen[ending] = true
            endings[#endings + 1] = ending
        end
    end
    local function offerName(name)
        if #name > #prefix and name:sub(1, #prefix) == prefix then
            offer(name:sub(#prefix + 1))
        end
    end
    for alias in pairs(aliases) do
        offerName(alias)
    end
    for _, ending in ipairs(complete(false)) do
        offer(ending)
    end
    for _, name in ipairs(shell.programs()) do
        offerName(name)
    end
    table.sort(endings)
    return endings
end

--- How a command line can go on, or nil.
function shell.complete(line)
    expect(1, line, "string")
    if line == "" then
        return nil
    end
    local command = words(line)
    local index = #command
    if line:sub(-1) == " " then
        index = index + 1
    end

    if index == 1 then
        local prefix = command[1] or ""
        if completions[shell.resolveProgram(prefix)] then
            return { " " }
        end
        local endings = shell.completeProgram(prefix)
        for position, ending in ipairs(endings) do
            if completions[shell.resolveProgram(prefix .. ending)] then
                endings[position] = ending .. " "
            end
        end
        return endings
    elseif index > 1 then
        local info = completions[shell.resolveProgram(command[1])]
        if info then
            local text = command[index] or ""
            command[index] = nil
            return info.fnComplete(shell, index - 1, text, command)
        end
    end
    return nil
end

--- Sets how the arguments of a program are completed.
--
-- @tparam string path The program's path without a slash in front.
-- @tparam function complete Gets the shell, the index of the argument, its text so far and a table of the program's
-- name and the arguments before; returns a list of endings or nil.
function shell.setCompletionFunction(path, complete)
    expect(1, path, "string")
    expect(2, complete, "function")
    completions[path] = { fnComplete = complete }
end

--- All completion functions: tables with `fnComplete` by the program's path.
function shell.getCompletionInfo()
    return completions
end

-- The prompt

local promptColour = term.isColour() and colours.yellow or colours.white

local function prompt()
    term.redirect(terminal)
    term.setBackgroundColour(colours.black)
    term.setTextColour(promptColour)
    write(shell.dir() .. "> ")
    term.setTextColour(colours.white)
end

local function readCommands()
    local history = {}
    while not isOver do
        prompt()
        local line = read(nil, history, settings.get("shell.autocomplete") and shell.complete or nil)
        if line:find("%S") and line ~= history[#history] then
            history[#history + 1] = line
        end
        shell.run(line)
    end
end

if ... then
    shell.run(...)
else
    term.setBackgroundColour(colours.black)
    term.setTextColour(promptColour)
    print(os.version())
    term.setTextColour(colours.white)
    if not parent then
        shell.run("/rom/startup.lua")
    end
    readCommands()
end
