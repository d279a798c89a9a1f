--- `ai`: asks opencode from the shell. See `ai help`.
local arguments = require("/apis/ai/arguments")
local commands = arguments.commands
local flags = arguments.flags
local parse = arguments.parse
local failure_ = require("/apis/ai/failure")
local fail = failure_.fail
local screen = require("/apis/ai/screen")
local text_ = require("/apis/ai/text")
local ageText = text_.ageText
local cut = text_.cut
local fold = text_.fold
local createAi = require("/apis/libai")
local version = require("/apis/ai/version")
local line = parse({...})
local ai = createAi()
local prompt = table.concat(line.words, " ")

--- Prints the failure and ends the program, so that the shell sees it fail. The message is out already: none here.
local function stop(failure)
    screen.showFailure(failure)
    error("", 0)
end

--- Runs a call under the moving line; ends the program where it fails.
local function wait(call)
    local ok = false
    local value
    screen.withSpinner(function(reporter)
        local call_6 = call
        local line_flags_session_1 = line.flags.session
        local line_flags_model_2 = line.flags.model
        local line_flags_agent_3 = line.flags.agent
        local tonumber_result_4 = tonumber(line.flags.timeout or "")
        local reporter_onProgress_5 = reporter.onProgress
        local temp_0
        if line.flags.verbose == nil then
            temp_0 = nil
        else
            temp_0 = function(text) return reporter.log("[ai] " .. text) end
        end
        ok, value = call_6({
            session = line_flags_session_1,
            model = line_flags_model_2,
            agent = line_flags_agent_3,
            idleTimeout = tonumber_result_4,
            onProgress = reporter_onProgress_5,
            log = temp_0
        })
    end)
    if not ok then
        stop(value)
    end
    return value
end

--- The session that a number of the list, or an id, stands for.
local function findSession(word)
    local number = tonumber(word)
    if number == nil then
        return word
    end
    local session = wait(function() return ai.listSessions() end)[number]
    if session == nil then
        stop(fail("bad_argument", {what = "There is no session " .. word}))
    end
    return session.id
end

local function showDetails(reply)
    if line.flags.verbose == nil then
        return
    end
    local tokens = reply.tokens == nil and "" or ((", tokens=" .. tostring(reply.tokens.input)) .. "+") .. tostring(reply.tokens.output)
    screen.remark(((((("[ai] model=" .. tostring(reply.model)) .. ", finish=") .. tostring(reply.finish)) .. tokens) .. ", seconds=") .. tostring(reply.seconds))
end

local function tell(reply)
    screen.showAnswer(reply.text)
    showDetails(reply)
end

local function showSessions(sessions)
    local width, height = term.getSize()
    if #sessions == 0 then
        screen.remark("No conversations yet. Start one: ai <prompt>")
    end
    local index = 0
    for _, session in ipairs(sessions) do
        index = index + 1
        if index > height - 2 then
            return
        end
        local age = ageText((os.epoch("utc") - session.updated) / 1000)
        local start = string.format("%s%2d ", session.current and "*" or " ", index)
        local room = width - #start - #age - 1
        print((start .. string.format(
            ("%-" .. tostring(room)) .. "s ",
            cut(
                fold(session.title),
                room
            )
        )) .. age)
    end
end

--- One line a command and a flag; on a narrow screen without what they are for.
local function help(command)
    local width = term.getSize()
    local function explain(usage, purpose)
        print(width < 40 and command == "" and usage or string.format("%-19s %s", usage, purpose))
    end
    for _, value_ in ipairs(commands) do
        local name = value_[1]
        local usage = value_[2]
        local purpose = value_[3]
        if command == "" or command == name then
            explain("ai " .. usage, purpose)
        end
    end
    if command ~= "" then
        return
    end
    for _, value_ in ipairs(flags) do
        local name = value_[1]
        local value = value_[2]
        local purpose = value_[3]
        explain((("--" .. name) .. " ") .. value, purpose)
    end
end

if line.problem ~= nil then
    stop(fail("bad_argument", {what = line.problem}))
end

local timeout = line.flags.timeout
if timeout ~= nil and not ((tonumber(timeout) or 0) > 0) then
    stop(fail("bad_argument", {what = ("--timeout " .. timeout) .. " is not a number of seconds"}))
end

local session = line.flags.session
if session ~= nil then
    line.flags.session = findSession(session)
end

if line.command == "ask" then
    tell(wait(function(options) return ai.ask(prompt, options) end))
elseif line.command == "new" then
    local created = wait(function() return ai.newSession() end)
    if prompt == "" then
        screen.remark("Talking in a new session: " .. created.title)
    else
        tell(wait(function(options) return ai.ask(prompt, options) end))
    end
elseif line.command == "ping" then
    local reply = wait(function(options) return ai.ping(options) end)
    local isPong = string.find(
        string.lower(reply.text),
        "pong",
        1,
        true
    )
    print(string.format(
        "%s (%.2f s)",
        isPong == nil and fold(reply.text) or "pong",
        reply.seconds
    ))
    showDetails(reply)
elseif line.command == "sessions" then
    showSessions(wait(function()
        local ai_listSessions_8 = ai.listSessions
        local temp_7
        if prompt == "" then
            temp_7 = nil
        else
            temp_7 = prompt
        end
        return ai_listSessions_8({search = temp_7})
    end))
elseif line.command == "use" then
    if prompt == "" then
        stop(fail("bad_argument", {what = "Which session? A number of ai sessions, or an id"}))
    end
    local id = findSession(prompt)
    local chosen = wait(function() return ai.useSession(id) end)
    print("Talking in: " .. fold(chosen.title))
elseif line.command == "abort" then
    print(wait(function() return ai.abort(line.flags.session) end) and "Stopped." or "Nothing was running.")
elseif line.command == "resume" then
    local reply
    repeat
        do
            reply = wait(function(options) return ai.resume(options) end)
            if reply.prompt ~= nil then
                screen.remark("> " .. reply.prompt)
            end
            tell(reply)
        end
    until not (reply.remaining ~= nil and reply.remaining > 0)
elseif line.command == "version" then
    print("ai " .. version)
else
    help(prompt)
end
