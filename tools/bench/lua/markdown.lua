-- Measures laying out a reply of 20 kB, /bench/reply.md, for a screen of 51 columns: ours and, where it is there, the
-- naive way. Writes the samples to /bench/result.json.

local file = fs.open("/bench/reply.md", "r")
local reply = file.readAll()
file.close()

local function measure(layOut)
    local result = { milliseconds = {} }
    for sample = 1, 9 do
        sleep(0)
        local rows, longest = 0, 0
        local start = os.epoch("utc")
        layOut(reply, 51, function(row)
            rows = rows + 1
            local columns = 0
            for _, span in ipairs(row) do columns = columns + #span.text end
            longest = math.max(longest, columns)
        end)
        result.milliseconds[sample] = os.epoch("utc") - start
        result.rows, result.longest = rows, longest
    end
    return result
end

local layOut = require("/apis/ai/markdown/layout").layOut
local result = { ours = measure(function(text, width, emit) layOut(text, width, true, emit) end) }
if fs.exists("/bench/naive-markdown.lua") then result.naive = measure(require("/bench/naive-markdown")) end
file = fs.open("/bench/result.json", "w")
file.write(textutils.serializeJSON(result))
file.close()
