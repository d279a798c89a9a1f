--- Completion functions for the arguments of programs, and `build`, which makes of them what
-- `shell.setCompletionFunction` takes.
--
-- Each function gets the shell, the text so far and the arguments before it, and returns a list of endings.

local expect = require("cc.expect").expect
local completion = require("cc.completion")

local function completePath(shell, text, files, folders)
    return fs.complete(text, shell.dir(), {
        include_files = files,
        include_dirs = folders,
        include_hidden = settings.get("shell.autocomplete_hidden"),
    })
end

local function addSpace(ending)
    return ending:sub(-1) == "/" and ending or ending .. " "
end

--- A file.
local function file(shell, text)
    return completePath(shell, text, true, false)
end

--- A folder.
local function dir(shell, text)
    return completePath(shell, text, false, true)
end

--- A file or a folder, with a space behind it if asked for.
local function dirOrFile(shell, text, _, withSpace)
    local endings = completePath(shell, text, true, true)
    if withSpace then
        for index, ending in ipairs(endings) do
            endings[index] = addSpace(ending)
        end
    end
    return endings
end

--- A program.
local function program(shell, text)
    return shell.completeProgram(text)
end

--- A program and then its arguments, as that program completes them. `first` is the index of the program itself.
local function programWithArgs(shell, text, previous, first)
    local known = shell.getCompletionInfo()
    local function takesArguments(command)
        return command:sub(-1) ~= "/" and known[shell.resolveProgram(command)] ~= nil
    end

    if #previous + 1 == first then
        if takesArguments(text) then
            return { " " }
        end
        local endings = shell.completeProgram(text)
        for index, ending in ipairs(endings) do
            if takesArguments(text .. ending) then
                endings[index] = ending .. " "
            end
        end
        return endings
    end

    local command = previous[first]
    local path = shell.resolveProgram(command)
    local info = path and known[path]
    if not info then
        return nil
    end
    local arguments = { command, table.unpack(previous, first + 1, #previous) }
    return info.fnComplete(shell, #previous - first + 1, text, arguments)
end

--- Makes a completion function of one that only wants the text.
local function ofText(complete)
    return function(_, text, _, ...)
        return complete(text, ...)
    end
end

--- Makes a program's completion function of one completion function for each argument.
--
-- Each is nil (nothing to offer), a function, or a table of a function and what to pass to it besides. The table for
-- the last argument may say `many = true`: it then stands for all that follow.
local function build(...)
    local arguments = table.pack(...)
    for index = 1, arguments.n do
        local argument = arguments[index]
        if argument ~= nil then
            expect(index, argument, "table", "function")
            if type(argument) == "function" then
                argument = { argument }
                arguments[index] = argument
            end
            local got = type(argument[1])
            if got ~= "function" then
                local message = "Bad table entry #1 at argument #%d (function expected, got %s)"
                error(message:format(index, got), 2)
            end
            if argument.many and index < arguments.n then
                local message = "Unexpected 'many' field on argument #%d (should only occur on the last argument)"
                error(message:format(index), 2)
            end
        end
    end

    local last = arguments[arguments.n]
    return function(shell, index, text, previous)
        local argument = arguments[index]
        if index > arguments.n and last and last.many then
            argument = last
        end
        if argument then
            return argument[1](shell, text, previous, table.unpack(argument, 2))
        end
        return nil
    end
end

return {
    file = file,
    dir = dir,
    dirOrFile = dirOrFile,
    program = program,
    programWithArgs = programWithArgs,
    help = ofText(help.completeTopic),
    choice = ofText(completion.choice),
    peripheral = ofText(completion.peripheral),
    side = ofText(completion.side),
    setting = ofText(completion.setting),
    command = ofText(completion.command),
    build = build,
}
