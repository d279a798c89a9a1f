-- Measures SHA-256 of 60 kB, ours and, where it is there, the naive one. Writes the samples to /bench/result.json.

local content = {}
for index = 1, 60000 do content[index] = string.char(index * 7919 % 256) end
content = table.concat(content)

local function measure(hash, samples)
    local result = { milliseconds = {} }
    for sample = 1, samples do
        sleep(0)
        local start = os.epoch("utc")
        result.sum = hash(content)
        result.milliseconds[sample] = os.epoch("utc") - start
    end
    return result
end

local result = { ours = measure(require("/apis/ccpm/sha256").sha256, 9) }
if fs.exists("/bench/naive-sha256.lua") then result.naive = measure(require("/bench/naive-sha256"), 1) end
local file = fs.open("/bench/result.json", "w")
file.write(textutils.serializeJSON(result))
file.close()
