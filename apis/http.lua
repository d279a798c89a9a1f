--- One HTTP request on CC's asynchronous `http.request`, with an answer or a reason in every case.
local M = {}
local sent = 0
local start = os.epoch("utc") .. "-" .. math.random(1, 1000000)

local function read(handle)
	local headers = {}
	for name, value in pairs(handle.getResponseHeaders()) do headers[name:lower()] = value end
	local response = {status = handle.getResponseCode(), headers = headers, body = handle.readAll() or ""}
	handle.close()
	return response
end

local function failed(reason) return {headers = {}, body = "", reason = reason} end

--- Sends a request and waits for what comes of it. Never raises, except for Ctrl+T unless `raw` is set.
-- @param request what to send
-- @return the server's response, whatever its status, or a `reason`
function M.send(request)
	if not http then return failed("http is disabled") end
	sent = sent + 1
	local query = request.url:find("?", 1, true)
	local url = request.url .. (query and "&" or "?") .. "n=" .. start .. "-" .. sent
	local ok, reason = http.request({
		url = url,
		method = request.method or "GET",
		headers = request.headers,
		body = request.body,
		timeout = request.timeout,
		binary = true
	})
	if not ok then return failed(reason or "the request was refused") end
	local timer = os.startTimer(request.timeout + 1)
	local pull = request.raw == true and os.pullEventRaw or os.pullEvent
	while true do
		local event, subject, detail, handle = pull()
		if event == "timer" and subject == timer then return failed("Timed out") end
		if subject == url then
			os.cancelTimer(timer)
			if event == "http_success" then return read(detail) end
			if event == "http_failure" then
				return handle == nil and failed(tostring(detail)) or read(handle)
			end
		end
	end
end

return M
