-- Asks over the link, and fetches the answer until it is there or can never come. It is started again after each power cut, and
-- goes on then. What each call came to is a line of /outcomes: what it was, its end, and the text that came before that, live.

local prompt = table.concat({ ... }, " ")
local ai = require("/apis/libai")()

-- What may come right by itself: the bridge or the connection is away, or the turn still runs.
local PENDING = {
    link_down = true,
    timed_out = true,
    network_error = true,
    away = true,
    cannot_connect = true,
    no_progress = true,
    request_fails = true,
    session_busy = true,
    internal_error = true,
}

local TURNS = "/trapos/ai/turns"

local function note(outcome)
    local file = fs.open("/outcomes", "a")
    file.writeLine(textutils.serializeJSON(outcome))
    file.close()
end

local function try(name, call, ...)
    local pieces, asked = {}, 0
    local given = { ... }
    given[#given + 1] = {
        onText = function(piece)
            pieces[#pieces + 1] = piece
        end,
        onPermission = function()
            asked = asked + 1
            return "once"
        end,
    }
    local returned, ok, value = pcall(call, table.unpack(given))
    -- How many turns the computer knows of that may still be answered.
    local owed = fs.exists(TURNS) and #fs.list(TURNS) or 0
    local outcome = { owed = owed, call = name, ok = returned and ok, asked = asked, live = table.concat(pieces) }
    if not returned then
        outcome.code = "raised: " .. tostring(ok)
    elseif ok then
        outcome.text = value.text
    else
        outcome.code = value.code
        outcome.message = value.message
    end
    note(outcome)
    return outcome.ok or not PENDING[outcome.code]
end

local isDone = false
if not fs.exists("/begun") then
    fs.open("/begun", "w").close()
    isDone = try("ask", ai.ask, prompt)
end
for _ = 1, 12 do
    if isDone then
        break
    end
    sleep(0.5)
    isDone = try("resume", ai.resume)
end
print("finished")
