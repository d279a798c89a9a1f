-- A connection over HTTP, where websockets are off. One request waits at the bridge for frames, and is sent anew as soon as
-- it is answered; what is sent meanwhile goes with requests of its own, one at a time, each with all that has gathered.
-- Requests are numbered, as they may overtake each other.

local decode = require("/apis/trapos/json").decode
local reader = require("/apis/trapos/shape").reader
local pollAnswer = require("/apis/ai/link/frames").pollAnswer

local M = {}

--- Seconds that a request may take: the bridge answers within 12.
local REQUEST_SECONDS = 30

--- Comes once whoever opened the connection has it.
local OPENED = "trapos_link_opened"
local readAnswer = reader(pollAnswer)

--- Begins to poll the bridge: it counts as open at once, as every request stands for itself.
function M.openPolling(destination, listener)
	local base = destination.address .. "/link/poll?connection=" .. destination.connection
	local headers = { Authorization = "Bearer " .. destination.token, ["Content-Type"] = "application/json" }
	local waiting = {}
	local count = 0
	local isOver = false

	--- The addresses of the requests that are under way: of the one that waits at the bridge, and of the one beside it.
	local fetching
	local sending
	local function endModule(reason)
		if isOver then
			return
		end
		isOver = true
		listener.ended(reason)
	end

	--- Sends a request with all that waits.
	local function request(wait)
		count = count + 1
		local url = base .. "&n=" .. tostring(count)
		local frames = table.concat(waiting, ",")
		waiting = {}
		local isBegun, problem = http.request({
			url = url,
			method = "POST",
			headers = headers,
			body = '{"connection":"'
				.. destination.connection
				.. '","number":'
				.. tostring(count)
				.. ',"wait":'
				.. tostring(wait)
				.. ',"frames":['
				.. frames
				.. "]}",
			timeout = REQUEST_SECONDS,
			binary = true,
		})
		if not isBegun then
			endModule(problem or "the request was refused")
		end
		return url
	end
	local function go()
		if isOver then
			return
		end
		if fetching == nil then
			fetching = request(true)
		elseif sending == nil and #waiting > 0 then
			sending = request(false)
		end
	end

	--- Takes what a request was answered with.
	local function take(handle)
		local status = handle.getResponseCode()
		local answer = readAnswer(decode(handle.readAll() or ""))
		handle.close()
		if answer == nil then
			endModule("HTTP " .. tostring(status))
			return
		end
		for _, frame in ipairs(answer.frames) do
			if not isOver then
				listener.heard(frame)
			end
		end
		if answer.closed == true then
			endModule("closed")
		end
	end

	-- The first request goes with the first frame.
	os.queueEvent(OPENED, base)
	return {
		send = function(text)
			table.insert(waiting, text)
			go()
		end,
		handle = function(event, first, second, third)
			if event == OPENED and first == base then
				if not isOver then
					listener.opened()
				end
				return true
			end
			if first == nil or first ~= fetching and first ~= sending then
				return false
			end
			if first == fetching then
				fetching = nil
			else
				sending = nil
			end
			if event == "http_success" then
				take(second)
			elseif third == nil then
				endModule(tostring(second))
			else
				take(third)
			end
			go()
			return true
		end,
		close = function()
			isOver = true
		end,
	}
end

return M
