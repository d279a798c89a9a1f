-- Plays what libai and the program ai do with answers that the host has prepared, one case after the other, and writes
-- down what came of each. The compiled files and the ROM are the real ones; `send`, the clock, the disk and the settings
-- are handed in, so that a turn of minutes takes milliseconds.

local folder = ...

-- One case a line: to read or write all of them at once would be too long without a pause.
local cases = assert(fs.open(folder .. "/cases.json", "r"))
local results = assert(fs.open(folder .. "/results.json", "w"))

local function nextCase()
    local line = cases.readLine()
    return line and assert(textutils.unserializeJSON(line, { parse_empty_array = false }))
end

local function tell(value)
    results.writeLine((textutils.serializeJSON(value, { allow_repetitions = true })))
end

-- A screen that keeps every row -------------------------------------------------------------------------------------

local function openScreen(width, height)
    local rows = {}
    local window = window.create(term.native(), 1, 1, width, height, false)
    local screen = {}
    for name, method in pairs(window) do
        screen[name] = method
    end
    function screen.scroll(count)
        for row = 1, math.min(count, height) do
            rows[#rows + 1] = window.getLine(row)
        end
        window.scroll(count)
    end
    function screen.rows()
        for row = 1, height do
            rows[#rows + 1] = window.getLine(row)
        end
        while #rows > 0 and not rows[#rows]:find("%S") do
            rows[#rows] = nil
        end
        return rows
    end
    return screen
end

-- What a computer provides ------------------------------------------------------------------------------------------

local function newSettings(values)
    return {
        get = function(name)
            return values[name]
        end,
        set = function(name, value)
            values[name] = value
        end,
        unset = function(name)
            values[name] = nil
        end,
        save = function()
            return true
        end,
    }
end

local function newDisk(files)
    local disk = {}
    function disk.exists(path)
        if files[path] then
            return true
        end
        for name in pairs(files) do
            if name:sub(1, #path + 1) == path .. "/" then
                return true
            end
        end
        return false
    end
    function disk.list(path)
        local names = {}
        for name in pairs(files) do
            if name:sub(1, #path + 1) == path .. "/" then
                names[#names + 1] = name:sub(#path + 2)
            end
        end
        return names
    end
    function disk.open(path, mode)
        if mode == "r" then
            local text = files[path]
            if not text then
                return nil, "no such file"
            end
            return {
                readAll = function()
                    return text
                end,
                close = function() end,
            }
        end
        local parts = {}
        return {
            write = function(text)
                parts[#parts + 1] = text
            end,
            close = function()
                files[path] = table.concat(parts)
            end,
        }
    end
    function disk.delete(path)
        files[path] = nil
    end
    function disk.move(from, to)
        files[from], files[to] = nil, files[from]
    end
    return disk
end

-- The server --------------------------------------------------------------------------------------------------------

local JSON = { ["content-type"] = "application/json" }

local function answer(given)
    return { status = given.status, headers = { ["content-type"] = given.type }, body = given.body }
end

local function json(body)
    return { status = 200, headers = JSON, body = body }
end

-- What is asked for of one session, by method and what stands behind its id.
local OF_A_SESSION = {
    ["GET"] = "session",
    ["PATCH"] = "renamed",
    ["DELETE"] = "deleted",
    ["GET /message"] = "messages",
    ["POST /prompt_async"] = "prompt",
    ["POST /abort"] = "abort",
    ["POST /fork"] = "forked",
    ["POST /revert"] = "reverted",
    ["POST /unrevert"] = "unreverted",
    ["POST /share"] = "shared",
    ["DELETE /share"] = "unshared",
    ["GET /todo"] = "todos",
    ["GET /diff"] = "changes",
    ["POST /shell"] = "shell",
    ["POST /summarize"] = "summarize",
    ["POST /command"] = "command",
}

-- A server's routes in one word each, as the host names them.
local function routeOf(method, path)
    if path == "/session" then
        return method == "POST" and "create" or "sessions"
    elseif path == "/session/status" then
        return "status"
    elseif path:find("^/session/[^/]+/message/") then
        return "message"
    elseif path:find("^/session/") then
        local rest = path:match("^/session/[^/]+(.*)$")
        return OF_A_SESSION[rest == "" and method or method .. " " .. rest] or "other"
    elseif path:find("^/permission/[^/]+/reply$") then
        return "allow"
    elseif path:find("^/question/[^/]+/reply$") then
        return "answer"
    elseif path:find("^/question/[^/]+/reject$") then
        return "decline"
    end
    return ({
        ["/global/health"] = "health",
        ["/permission"] = "permissions",
        ["/question"] = "questions",
        ["/agent"] = "agents",
        ["/config/providers"] = "providers",
        ["/command"] = "commands",
        ["/config"] = "config",
        ["/file"] = "files",
        ["/find/file"] = "paths",
        ["/experimental/tool/ids"] = "tools",
        ["/mcp"] = "mcp",
        ["/skill"] = "skills",
        ["/api/info"] = "info",
    })[path] or "other"
end

-- Requests after which a conversation goes on by itself, and those that answer what it waits for.
local BEGINS = { prompt = true, shell = true, summarize = true, command = true }
local REPLIES = { allow = true, answer = true, decline = true }

local MOST_REQUESTS = 1500

local function newServer(case, clock)
    local server = { asked = {}, paths = {}, latest = {}, count = 0 }
    local nonce, sentAt = case.nonce, case.nonce and clock.now
    if case.startAt then
        sentAt = clock.now - case.startAt
    end

    local isStopped, repliedAt = false, nil

    local function frame()
        if isStopped and case.stopped then
            return case.stopped
        end
        local found, since = case.before, sentAt
        local frames = case.frames
        if repliedAt and case.answered then
            found, since, frames = frames[#frames], repliedAt, case.answered
        end
        for _, candidate in ipairs(frames) do
            if since and clock.now - since >= candidate.at then
                found = candidate
            end
        end
        return found
    end

    local function messages(limit)
        local now = frame()
        if now.messagesText then
            return now.messagesText
        end
        local list = now.messages
        -- 0 asks for all of them.
        local first = limit > 0 and math.max(1, #list - limit + 1) or 1
        return "[" .. table.concat(list, ",", first) .. "]"
    end

    function server.send(request)
        server.count = server.count + 1
        clock.now = clock.now + 20
        if server.count > MOST_REQUESTS then
            server.hangs = true
            error("Terminated", 0)
        end
        local path, query = request.url:match("^https?://[^/]+([^?]*)%??(.*)$")
        local route = routeOf(request.method or "GET", path)
        server.asked[route] = true
        server.paths[path] = true
        server.latest[(server.count - 1) % 8 + 1] = (request.method or "GET") .. " " .. request.url
        local given = case.errors[route]
        if given then
            return answer(given)
        elseif BEGINS[route] then
            nonce, sentAt, repliedAt = request.body:match('"nonce":"([^"]*)"'), clock.now, nil
            local body = case.bodies[route]
            return route == "prompt" and not body and { status = 204, headers = {}, body = "" }
                or json(body or case.answers.accepted)
        elseif REPLIES[route] then
            repliedAt = clock.now
            return json(case.bodies[route] or case.answers.accepted)
        elseif route == "abort" then
            isStopped = true
            return json(case.bodies.abort or "true")
        elseif route == "info" and not case.answers.info then
            return answer(case.page)
        elseif route == "other" then
            return { status = 200, headers = { ["content-type"] = "text/html" }, body = "<!doctype html>" }
        end
        local body
        if route == "messages" then
            body = messages(tonumber(query:match("limit=(%d+)")) or 1000)
        elseif route == "message" then
            local id = path:match("[^/]+$")
            for _, text in ipairs(frame().messages) do
                body = text:find('"id":"' .. id .. '"', 1, true) and text or body
            end
            if not body then
                return answer(case.gone)
            end
        elseif route == "status" or route == "permissions" or route == "questions" then
            body = frame()[route]
        else
            body = case.answers[route]
        end
        return json((body:gsub("NONCE", nonce or "NONCE")))
    end

    return server
end

-- Playing -----------------------------------------------------------------------------------------------------------

local createAi, connect, program

-- Loads everything anew, as each program on a computer does: what --json and --quiet say counts for one alone.
local function loadAfresh()
    for name in pairs(package.loaded) do
        if name:find("^/?apis/") then
            package.loaded[name] = nil
        end
    end
    createAi = require("/apis/libai")
    connect = require("/apis/ai/client").connect
    program = require("/apis/ai/program")
end

loadAfresh()

local function isSilencing(words)
    for _, word in ipairs(words or {}) do
        if word == "--json" or word == "--quiet" then
            return true
        end
    end
    return false
end

local function play(case)
    local clock = { now = 1795922500000 }
    local start = clock.now
    local server = newServer(case, clock)
    local environment = {
        settings = newSettings(case.settings),
        fs = newDisk(case.files),
        send = server.send,
        now = function()
            return clock.now
        end,
        sleep = function(seconds)
            clock.now = clock.now + seconds * 1000
        end,
    }
    local screen = openScreen(case.width, case.height)
    local before = term.redirect(screen)
    local result = {}
    if case.words then
        result.done, result.ok = pcall(program.run, case.words, connect(environment))
        result.raised = not result.done and tostring(result.ok) or nil
    else
        local chunk = assert(load("local ai = ... return " .. case.call, "=call"))
        local value
        result.done, result.ok, value = pcall(chunk, createAi(environment))
        result.raised = not result.done and tostring(result.ok) or nil
        local isTable = type(value) == "table"
        result.code = isTable and value.code or nil
        result.shown = tostring(value)
        result.value = isTable and textutils.serialise(value, { allow_repetitions = true }) or tostring(value)
        if isTable and value.code then
            print(value)
        end
    end
    term.redirect(before)
    if isSilencing(case.words) then
        loadAfresh()
    end
    result.rows = screen.rows()
    result.hangs = server.hangs and server.latest
    result.requests = server.count
    result.asked = server.asked
    result.paths = server.paths
    result.seconds = (clock.now - start) / 1000
    return result
end

local commands = {}
for index, known in ipairs(require("/apis/ai/commandtable").program.commands) do
    commands[index] = known.name
end
tell(commands)
for case in nextCase do
    tell(play(case))
    sleep(0)
end
results.close()
os.shutdown()
