--- The routes of opencode's HTTP server as functions.
local M = {}
local json = require("/apis/json")
local fail = require("/apis/ai/failure").fail
local redact = require("/apis/ai/settings").redact
local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

local function base64(bytes)
	local digits = bytes:gsub("..?.?", function(group)
		local a, b, c = group:byte(1, 3)
		local bits = a * 65536 + (b or 0) * 256 + (c or 0)
		local text = ""
		for place = 3, 3 - #group, -1 do
			local index = math.floor(bits / 64 ^ place) % 64 + 1
			text = text .. ALPHABET:sub(index, index)
		end
		return text .. string.rep("=", 3 - #group)
	end)
	return digits
end

local REASONS = {
	["http is disabled"] = "http_disabled",
	["Domain not permitted"] = "address_denied",
	["Timed out"] = "timed_out",
	["Response is too large"] = "reply_too_large",
	["Could not connect"] = "cannot_connect",
	["Unknown host"] = "cannot_connect",
	["Connection refused"] = "cannot_connect",
	["Host not found"] = "cannot_connect"
}

local function refused(url, status, value)
	local body = type(value) == "table" and value or {}
	local data = body.data or {}
	local code = "server_error"
	if status == 401 or status == 403 then
		code = "unauthorized"
	elseif body.name == "ConfigJsonError" then
		code = "server_config"
	elseif type(body.name) ~= "string" and status < 500 then
		code = "not_opencode"
	elseif status == 404 then
		code = "not_found"
	end
	return fail(code, {url = url, status = status, what = data.path or data.message or ""})
end

local function call(server, path, body)
	local settings = server.settings
	local response = server.send({
		url = settings.server_url .. path,
		method = body and "POST" or "GET",
		headers = {
			Accept = "application/json",
			["Content-Type"] = body and "application/json",
			Authorization = settings.password
					and "Basic " .. base64((settings.username or "opencode") .. ":" .. settings.password)
				or nil
		},
		body = body and json.encode(body),
		timeout = settings.request_timeout_seconds,
		raw = server.raw
	})
	local url = redact(settings.server_url)
	local status = response.status
	if not status then
		local what = response.reason or ""
		return false, fail(REASONS[what] or "network_error", {url = url, what = what})
	end
	if status == 204 then return true, nil end
	local value = json.decode(response.body)
	if status < 200 or status > 299 then return false, refused(url, status, value) end
	local isJson = string.find(response.headers["content-type"] or "", "json")
	if value == nil or not isJson then return false, fail("not_opencode", {url = url}) end
	return true, value
end

local function query(parameters)
	local text = ""
	for name, value in pairs(parameters) do
		text = text .. (text == "" and "?" or "&") .. name .. "=" .. textutils.urlEncode(tostring(value))
	end
	return text
end

function M.health(server)
	local ok, value = call(server, "/global/health")
	if not ok then return false, value end
	if value.healthy == nil then
		return false, fail("not_opencode", {url = redact(server.settings.server_url)})
	end
	return true, {version = value.version or "unknown"}
end

function M.createSession(server, title)
	return call(server, "/session" .. query({directory = server.settings.directory}), {title = title})
end

function M.getSession(server, id)
	if tostring(id):find("^ses") then
		local ok, value = call(server, "/session/" .. textutils.urlEncode(id))
		if ok or value.code ~= "not_found" then return ok, value end
	end
	return false, fail("session_gone", {session = id})
end

function M.listSessions(server, limit, search)
	local parameters = {limit = limit, search = search, roots = "true", directory = server.settings.directory}
	return call(server, "/session" .. query(parameters))
end

function M.getMessages(server, sessionId, limit)
	return call(server, "/session/" .. sessionId .. "/message?limit=" .. limit)
end

function M.getMessage(server, sessionId, id)
	return call(server, "/session/" .. sessionId .. "/message/" .. textutils.urlEncode(id))
end

function M.sendPrompt(server, sessionId, prompt)
	local provider, model = string.match(prompt.model or "", "^([^/]+)/(.+)$")
	local body = {
		parts = {{type = "text", text = prompt.text, metadata = {nonce = prompt.nonce}}},
		agent = prompt.agent,
		variant = prompt.variant,
		system = prompt.system
	}
	if provider then body.model = {providerID = provider, modelID = model} end
	return call(server, "/session/" .. sessionId .. "/prompt_async", body)
end

function M.abortSession(server, sessionId) return call(server, "/session/" .. sessionId .. "/abort", {}) end

local lists = {
	status = "/session/status",
	permissions = "/permission",
	questions = "/question",
	providers = "/config/providers",
	agents = "/agent"
}

function M.readList(server, name, directory)
	return call(server, lists[name] .. query({directory = directory}))
end

return M
