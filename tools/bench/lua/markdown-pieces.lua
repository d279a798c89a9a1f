-- Measures a reply of 20 kB, /bench/reply.md, that comes in pieces of 20 bytes, for a screen of 51 columns: the rows that stay
-- and those of what has not ended after each piece. Where /bench/naive is there also laying out all that has come after each
-- piece, of which every tenth is measured. Writes milliseconds for all pieces to /bench/result.json.

local file = fs.open("/bench/reply.md", "rb")
local reply = file.readAll()
file.close()

local PIECE, SAMPLE = 20, 10
local stream = require("/apis/ai/markdown/stream")

local function ours()
    local rows = 0
    local open = stream.openStream(51, true, { emit = function() rows = rows + 1 end })
    local start = os.epoch("utc")
    for at = 1, #reply, PIECE do
        stream.addPiece(open, reply:sub(at, at + PIECE - 1))
        stream.tailOf(open)
    end
    local taken = os.epoch("utc") - start
    stream.complete(open, reply)
    return taken, rows
end

local function naive()
    local layOut = require("/apis/ai/markdown/layout").layOut
    local taken = 0
    for at = PIECE * SAMPLE, #reply, PIECE * SAMPLE do
        sleep(0)
        local start = os.epoch("utc")
        layOut(reply:sub(1, at), 51, true, function() end)
        taken = taken + os.epoch("utc") - start
    end
    return taken * SAMPLE
end

local result = { milliseconds = {} }
for sample = 1, 5 do
    sleep(0)
    result.milliseconds[sample], result.rows = ours()
end
if fs.exists("/bench/naive") then result.naive = naive() end
file = fs.open("/bench/result.json", "w")
file.write(textutils.serializeJSON(result))
file.close()
