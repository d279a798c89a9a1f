-- Asks with functions that decide on what is asked, as programs have them: good ones, and ones that fail, dawdle or return
-- what is no answer. What each call came to goes to /outcome.json. `handle <decides> <follows> <prompt>`

local decides, follows = ...
local prompt = table.concat({ ... }, " ", 3)
local ai = require("/apis/libai")()

-- What allows, or answers, whatever is asked.
local function good(ask)
    if not ask.questions then
        return "once"
    end
    local answers = {}
    for index, question in ipairs(ask.questions) do
        answers[index] = { question.options[2].label }
    end
    return answers
end

local function recurse(depth)
    return 1 + recurse(depth + 1)
end

local ring = {}
ring[1], ring.reply = ring, ring

local deciding = {
    allow = good,
    always = function(ask)
        return ask.questions and good(ask) or "always"
    end,
    reject = function(ask)
        return not ask.questions and "reject" or nil
    end,
    words = function(ask)
        if not ask.questions then
            return { reply = "reject", message = "later, please" }
        end
        local answers = {}
        for index in ipairs(ask.questions) do
            answers[index] = { "later, please" }
        end
        return answers
    end,
    nothing = function() end,
    slow = function(ask)
        sleep(1.3)
        return good(ask)
    end,
    look = function(ask)
        for _, entry in ipairs(select(2, ai.permissions())) do
            assert(entry.id)
        end
        ai.status()
        return good(ask)
    end,
    itself = function(ask)
        if ask.questions then
            ai.answerQuestion(ask.id, good(ask))
        else
            ai.answerPermission(ask.id, "once")
        end
        return good(ask)
    end,
    asks = function(ask)
        ai.ask("hi")
        return good(ask)
    end,
    noise = function(ask)
        for count = 1, 200 do
            os.queueEvent("noise", count)
        end
        os.pullEvent("noise")
        return good(ask)
    end,
    raise = function()
        error("boom")
    end,
    ["raise-nothing"] = function()
        error()
    end,
    ["raise-table"] = function()
        error(setmetatable({}, { __tostring = function() error("worse") end }))
    end,
    ["raise-failure"] = function()
        error({ code = "boom", message = 5 })
    end,
    recurse = function()
        return recurse(1)
    end,
    number = function()
        return 7
    end,
    no = function()
        return false
    end,
    word = function()
        return "perhaps"
    end,
    ring = function()
        return ring
    end,
    trap = function()
        local function spring()
            error("trap")
        end
        return setmetatable({}, { __index = spring, __len = spring, __pairs = spring })
    end,
    coroutine = function()
        return coroutine.create(good)
    end,
    dawdle = function(ask)
        sleep(60)
        return good(ask)
    end,
    wait = function()
        os.pullEvent("never")
    end,
}

local following = {
    none = nil,
    quiet = function() end,
    raise = function()
        error("boom")
    end,
    table = function()
        error({})
    end,
    dawdle = function()
        sleep(3)
    end,
    wrong = function(call)
        call.status, call.tool, call.files = nil, ring, ring
        return ring
    end,
}

local outcomes = {}
local function note(call, start, done, ok, value)
    local told = { call = call, done = done, seconds = (os.epoch("utc") - start) / 1000 }
    if not done then
        told.raised = tostring(ok)
    elseif ok then
        told.ok = true
        told.text = value.text
    else
        told.ok = false
        told.code, told.message, told.hint = value.code, value.message, value.hint
    end
    outcomes[#outcomes + 1] = told
    return done and ok
end

local asked = 0
local function decide(ask)
    asked = asked + 1
    return deciding[decides](ask)
end

local PENDING = { stopped_at_tool = false, aborted = false, interrupted = false, not_sent = false }
local follow = following[follows]
local options = { onPermission = decide, onQuestion = decide, onTool = follow }
if follows == "progress" then
    options.onProgress = following.raise
elseif follows == "log" then
    options.log = following.raise
end
local isDone = note("ask", os.epoch("utc"), pcall(ai.ask, prompt, options))
options.onTool, options.onProgress, options.log = nil, nil, nil
for _ = 1, 6 do
    local last = outcomes[#outcomes]
    if isDone or last.raised or PENDING[last.code] == false then
        break
    end
    sleep(0.5)
    isDone = note("resume", os.epoch("utc"), pcall(ai.resume, options))
end
local file = fs.open("/outcome.json", "w")
file.write(textutils.serializeJSON({ asked = asked, outcomes = outcomes }))
file.close()
print("finished")
