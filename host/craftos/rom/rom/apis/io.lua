--- Lua's `io` library on top of `fs` and the terminal. Numbers cannot be read, and there are no processes.

local expect = dofile("rom/modules/main/cc/expect.lua").expect

local io = _ENV
-- This API has functions of these names, which would otherwise hide the global ones.
local type, readLine, writeText = _G.type, _G.read, _G.write

local FileMeta = { __name = "FILE*" }

--- Checks, for a function that was called as `file:method(...)`, that `file` is an open file.
local function expectOpen(file)
    if type(file) ~= "table" or getmetatable(file) ~= FileMeta then
        error("bad argument #1 (FILE expected, got " .. type(file) .. ")", 3)
    elseif file._closed then
        error("attempt to use a closed file", 3)
    end
end

--- Wraps a handle as `fs.open` gives it, or a table with some of a handle's functions.
local function newFile(handle)
    return setmetatable({ _handle = handle }, FileMeta)
end

function FileMeta.__tostring(file)
    if file._closed then
        return "file (closed)"
    end
    return "file (" .. (tostring(file._handle):match("table: (%x+)") or "?") .. ")"
end

local methods = {}
FileMeta.__index = methods

function methods.close(file)
    expectOpen(file)
    if not file._handle.close then
        return nil, "attempt to close standard stream"
    end
    file._closed = true
    file._handle.close()
    return true
end

function methods.flush(file)
    expectOpen(file)
    if file._handle.flush then
        file._handle.flush()
    end
    return true
end

--- How to read by each format. Of a handle that lacks the function nothing is read.
local readers = {
    l = function(handle)
        return handle.readLine and handle.readLine()
    end,
    L = function(handle)
        return handle.readLine and handle.readLine(true)
    end,
    a = function(handle)
        return handle.readAll and (handle.readAll() or "")
    end,
    n = function()
        return nil
    end,
}

--- Reads by the given formats: a number of bytes, "l" or "L" (a line, without or with its end), "a" (all the rest).
-- Stops at the first that gives nothing.
function methods.read(file, ...)
    expectOpen(file)
    local handle = file._handle
    if not handle.read and not handle.readLine then
        return nil, "Not opened for reading"
    end

    local count = select("#", ...)
    if count == 0 then
        return readers.l(handle) or nil
    end
    local results = {}
    for index = 1, count do
        local format = select(index, ...)
        local result
        if type(format) == "number" then
            result = handle.read and handle.read(format)
        elseif type(format) == "string" then
            local reader = readers[format:match("^%*?(.?)")]
            if not reader then
                error("bad argument #" .. index .. " (invalid format)", 2)
            end
            result = reader(handle)
        else
            error("bad argument #" .. index .. " (string expected, got " .. type(format) .. ")", 2)
        end
        results[index] = result or nil
        if not result then
            break
        end
    end
    return table.unpack(results, 1, count)
end

--- Passes results on, and closes a file that `io.lines` opened once it has no more.
local function closeAtEnd(file, ...)
    if ... == nil and file._closesItself and not file._closed then
        file:close()
    end
    return ...
end

--- An iterator that reads by the given formats each time it is called.
function methods.lines(file, ...)
    expectOpen(file)
    if not file._handle.read then
        return nil, "file is not readable"
    end
    local formats = table.pack(...)
    return function()
        if file._closed then
            error("file is already closed", 2)
        end
        return closeAtEnd(file, file:read(table.unpack(formats, 1, formats.n)))
    end
end

function methods.seek(file, whence, offset)
    expectOpen(file)
    if not file._handle.seek then
        return nil, "file is not seekable"
    end
    return file._handle.seek(whence, offset)
end

--- Accepted for programs from elsewhere; a computer's files have no such modes.
function methods.setvbuf() end

function methods.write(file, ...)
    expectOpen(file)
    local handle = file._handle
    if not handle.write then
        return nil, "file is not writable"
    end
    for index = 1, select("#", ...) do
        local value = select(index, ...)
        expect(index, value, "string", "number")
        handle.write(value)
    end
    return file
end

-- Reading a line with its end raises, as CC's does: `read` takes the wish for a replacement character.
io.stdin = newFile({ readLine = readLine })
io.stdout = newFile({ write = writeText })
io.stderr = newFile({
    write = function(text)
        local before = term.getTextColour()
        if term.isColour() then
            term.setTextColour(colors.red)
        end
        writeText(text)
        term.setTextColour(before)
    end,
})

local currentInput, currentOutput = io.stdin, io.stdout

--- "file" for an open file, "closed file" for a closed one, nil for anything else.
function io.type(value)
    if type(value) == "table" and getmetatable(value) == FileMeta then
        return value._closed and "closed file" or "file"
    end
    return nil
end

function io.open(path, mode)
    expect(1, path, "string")
    expect(2, mode, "string", "nil")
    local handle, problem = fs.open(path, mode or "r")
    if not handle then
        return nil, problem
    end
    return newFile(handle)
end

--- What `io.input` and `io.output` do with their argument: a path is opened, a file taken, nil changes nothing.
local function choose(current, file, mode)
    if type(file) == "string" then
        local opened, problem = io.open(file, mode)
        if not opened then
            error(problem, 3)
        end
        return opened
    elseif io.type(file) then
        return file
    elseif file ~= nil then
        error("bad argument #1 (FILE expected, got " .. type(file) .. ")", 3)
    end
    return current
end

function io.input(file)
    currentInput = choose(currentInput, file, "r")
    return currentInput
end

function io.output(file)
    currentOutput = choose(currentOutput, file, "wb")
    return currentOutput
end

function io.close(file)
    if file == nil then
        return currentOutput:close()
    elseif not io.type(file) then
        error("bad argument #1 (FILE expected, got " .. type(file) .. ")", 2)
    end
    return file:close()
end

function io.flush()
    return currentOutput:flush()
end

function io.read(...)
    return currentInput:read(...)
end

function io.write(...)
    return currentOutput:write(...)
end

--- An iterator over the lines of a file, which is closed at its end, or of the current input.
function io.lines(path, ...)
    expect(1, path, "string", "nil")
    if not path then
        return currentInput:lines(...)
    end
    local file, problem = io.open(path, "r")
    if not file then
        error(problem, 2)
    end
    file._closesItself = true
    return file:lines(...)
end
