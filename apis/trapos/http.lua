-- One HTTP request on CC's asynchronous `http.request`, with an answer or a reason in every case.
--
-- `http.get` and `http.post` match an answer by its URL alone, so that two requests to one address take each other's
-- answer; here each request gets a URL of its own. Other events that arrive while a request is under way are lost to
-- the coroutine that waits: run it under `parallel` when you need them.

local M = {}
local sent = 0
local start = tostring(os.epoch("utc")) .. "-" .. tostring(math.random(1, 1000000))

local function read(handle)
	local headers = {}
	for name, value in pairs(handle.getResponseHeaders()) do
		headers[string.lower(name)] = value
	end
	local response = {
		status = handle.getResponseCode(),
		headers = headers,
		body = handle.readAll() or "",
	}
	handle.close()
	return response
end

local function failed(reason)
	return { headers = {}, body = "", reason = reason }
end

--- Sends a request and waits for what comes of it. Never raises, except for Ctrl+T unless `raw` is set.
--
-- @param request what to send
-- @returns the server's response, whatever its status, or a `reason`
function M.send(request)
	if http == nil then
		return failed("http is disabled")
	end
	sent = sent + 1
	local query = string.find(request.url, "?", 1, true)
	local url = request.url .. (query == nil and "?" or "&") .. "n=" .. start .. "-" .. tostring(sent)
	local ok, reason = http.request({
		url = url,
		method = request.method or "GET",
		headers = request.headers,
		body = request.body,
		timeout = request.timeout,
		binary = true,
	})
	if not ok then
		return failed(reason or "the request was refused")
	end

	-- Computers before CC 1.105 know no timeout of their own, and an answer can be lost when a chunk unloads.
	local timer = os.startTimer(request.timeout + 1)
	local pull = request.raw == true and os.pullEventRaw or os.pullEvent
	while true do
		local event, subject, detail, handle = pull()
		if event == "timer" and subject == timer then
			return failed("Timed out")
		end
		if subject == url then
			os.cancelTimer(timer)
			if event == "http_success" then
				return read(detail)
			end
			if event == "http_failure" then
				return handle == nil and failed(tostring(detail)) or read(handle)
			end
		end
	end
end

return M
