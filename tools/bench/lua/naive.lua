-- The client that one writes first: it sends the prompt, then reads the whole conversation every two seconds until its
-- last message is a finished answer.

local url = settings.get("naive.session_url")
local headers = { Authorization = settings.get("naive.authorization"), ["Content-Type"] = "application/json" }

local sent = os.epoch("utc")
local prompt = table.concat({ ... }, " ")
local body = textutils.serializeJSON({ parts = { { type = "text", text = prompt } } })
assert(http.post(url .. "/prompt_async", body, headers)).close()

local last
repeat
    sleep(2)
    local response = assert(http.get(url .. "/message", headers))
    local messages = textutils.unserializeJSON(response.readAll())
    response.close()
    last = messages[#messages]
    local info = last and last.info
until info and info.role == "assistant" and info.time.created >= sent and info.time.completed
    and info.finish ~= "tool-calls"

for _, part in ipairs(last.parts) do
    if part.type == "text" then print(part.text) end
end
