-- What opencode 1 can do: its HTTP routes as functions that raise failures. The only file that knows an address. Measured against opencode 1.18.33; an unknown route answers 200 with HTML there, and other
-- servers anything, which is why everything is refused that is not JSON of the shape that protocol.ts gives it.

local outcome = require("/apis/trapos/failure").outcome
local json = require("/apis/trapos/json")
local decode, encode = json.decode, json.encode
local reader = require("/apis/trapos/shape").reader
local percentEncode = require("/apis/trapos/utf8").percentEncode
local fail = require("/apis/ai/failure").fail
local protocol = require("/apis/ai/protocol")
local answers, lists, response = protocol.answers, protocol.lists, protocol.response
local redact = require("/apis/ai/settings").redact

local readHealth = reader(answers.health)
local readSession = reader(answers.session)
local readSessions = reader(answers.sessions)
local readMessages = reader(answers.messages)
local readRefusal = reader(answers.refusal)
local readResponse = reader(response)

--- What can be read of a directory: where, and how.
local directoryLists = {
	status = {
		path = "/session/status",
		read = reader(lists.status),
	},
	permissions = {
		path = "/permission",
		read = reader(lists.permissions),
	},
	questions = {
		path = "/question",
		read = reader(lists.questions),
	},
	providers = {
		path = "/config/providers",
		read = reader(lists.providers),
	},
	agents = {
		path = "/agent",
		read = reader(lists.agents),
	},
}
local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

--- Base64 (RFC 4648), which HTTP's Basic authentication wants and CC's ROM does not have.
local function base64(bytes)
	local digits = string.gsub(bytes, "..?.?", function(group)
		local a, b, c = string.byte(group, 1, 3)
		local bits = a * 65536 + (b or 0) * 256 + (c or 0)
		local text = ""
		for place = 3, 3 - #group, -1 do
			local index = math.floor(bits / 64 ^ place) % 64 + 1
			text = text .. string.sub(ALPHABET, index, index)
		end
		return text .. string.rep("=", 3 - #group)
	end)
	return digits
end

--- CC's reasons why no answer came, and the failures that they are; "Could not connect" stands for a cut, too. The last
-- two are CraftOS-PC's.
local REASONS = {
	["http is disabled"] = "http_disabled",
	["Domain not permitted"] = "address_denied",
	["Timed out"] = "timed_out",
	["Response is too large"] = "reply_too_large",
	["Could not connect"] = "cannot_connect",
	["Unknown host"] = "cannot_connect",
	["Connection refused"] = "cannot_connect",
	["Host not found"] = "cannot_connect",
}

--- Host and port that an address leads to, as a rule of ComputerCraft's configuration names them.
local function placeOf(url)
	local scheme, place = string.match(url, "^(https?)://([^/]*)")
	local port = string.match(place, ":(%d+)$")
	local host = string.gsub((string.gsub(place, ":%d+$", "")), "[%[%]]", "")
	return { host = host, port = port or (scheme == "https" and "443" or "80") }
end

--- Sends a request: a POST where there is a body.
local function request(server, path, body)
	local settings = server.settings
	local answer = readResponse(server.send({
		url = settings.server_url .. path,
		method = body == nil and "GET" or "POST",
		headers = {
			Accept = "application/json",
			["Content-Type"] = body and "application/json",
			Authorization = settings.password ~= nil and "Basic " .. base64(
				(settings.username or "opencode") .. ":" .. settings.password
			) or nil,
		},
		body = body and encode(body),
		timeout = settings.request_timeout_seconds,
		raw = server.raw,
	}))
	return answer or { headers = {}, body = "", reason = "no answer of a known form" }
end

--- Whether a response says that it is JSON, which opencode's answers do.
local function isJson(answer)
	return (string.find(answer.headers["content-type"] or "", "json", 1, true)) ~= nil
end

--- The failure for what is no answer of opencode 1: opencode 2 answers its routes with a web page, as others do.
local function stranger(server)
	local answer = request(server, "/api/info")
	local info = answer.status == 200 and isJson(answer) and readHealth(decode(answer.body)) or nil
	local version = info and info.version or ""
	local major = string.match(version, "^(%d+)%.")
	if (tonumber(major) or 0) >= 2 then
		return fail("opencode_2", { version = version })
	end
	return fail("not_opencode", { url = redact(server.settings.server_url) })
end

--- The failure for an answer that is none: another status than 2xx.
local function refused(server, answer)
	local status = answer.status
	local body = readRefusal(decode(answer.body)) or {}
	local data = body.data or {}
	local code = "server_error"
	if status == 401 or status == 403 then
		code = "unauthorized"
	elseif body.name == "ConfigJsonError" then
		code = "server_config"
	elseif body.name == nil and body._tag == nil and status < 500 then
		return stranger(server)
	elseif status == 404 then
		code = "not_found"
	elseif status == 400 then
		code = "bad_request"
	end
	local what = data.path or data.message or body.message or "no reason given"
	return fail(code, { status = status, what = what })
end

--- The failure for a request that nobody answered.
local function unanswered(server, reason)
	local url = redact(server.settings.server_url)
	local place = placeOf(url)
	local detail = { url = url, what = reason, host = place.host, port = place.port }
	return fail(REASONS[reason] or "network_error", detail)
end

--- Asks for what can be read by a shape; sends a body with POST. Without a shape any JSON will do, and none (status 204), too.
local function call(server, path, read, body)
	local answer = request(server, path, body)
	local status = answer.status
	if status == nil then
		error(unanswered(server, answer.reason or ""), 0)
	end
	if status < 200 or status > 299 then
		error(refused(server, answer), 0)
	end
	if status == 204 and not read then
		return nil
	end
	local value
	if isJson(answer) then
		value = decode(answer.body)
	end
	if read then
		value = read(value)
	end
	if value == nil then
		error(stranger(server), 0)
	end
	return value
end

--- A query of the parameters that have a value, with its question mark.
local function query(parameters)
	local text = ""
	for name, value in pairs(parameters) do
		text = text .. (text == "" and "?" or "&") .. name .. "=" .. percentEncode(tostring(value))
	end
	return text
end

--- Whether the server is up, and its version.
local function health(server)
	return call(server, "/global/health", readHealth)
end

--- Makes a session. The title is for people.
local function createSession(server, title)
	local path = "/session" .. query({ directory = server.settings.directory })
	return call(server, path, readSession, { title = title })
end

--- One session; fails with `session_gone` when the server does not have it.
local function getSession(server, id)
	-- Any other id makes the server fail with 500.
	if (string.find(id, "^ses")) == nil then
		error(fail("session_gone", { session = id }), 0)
	end
	local ok, value = outcome(function()
		return call(server, "/session/" .. percentEncode(id), readSession)
	end)
	if ok then
		return value
	end
	error(value.code == "not_found" and fail("session_gone", { session = id }) or value, 0)
end

--- The newest sessions that no other session opened, newest first.
local function listSessions(server, limit, search)
	local parameters =
		{ limit = limit, search = search, roots = "true", directory = server.settings.directory }
	local sessions = call(server, "/session" .. query(parameters), readSessions)

	-- Other servers may have an empty list, too.
	if #sessions == 0 then
		health(server)
	end
	return sessions
end

--- The newest messages of a session, oldest first. Always with a limit: the whole list grows with every turn.
local function getMessages(server, sessionId, limit)
	return call(
		server,
		"/session/" .. percentEncode(sessionId) .. "/message?limit=" .. tostring(limit),
		readMessages
	)
end

--- Sends a prompt and does not wait for its answer. Success only means that the server has it: an unknown model or
-- agent is accepted, too. It carries no messageID, which makes servers up to 1.18.14 loop and all of them ignore an id
-- that was used before; the nonce in the part's metadata marks it instead.
local function sendPrompt(server, sessionId, prompt)
	local provider, model = string.match(prompt.model or "", "^([^/]+)/(.+)$")
	local body = {
		parts = { { type = "text", text = prompt.text, metadata = { nonce = prompt.nonce } } },
		agent = prompt.agent,
		variant = prompt.variant,
		system = prompt.system,
	}
	if provider ~= nil then
		body.model = { providerID = provider, modelID = model }
	end
	call(server, "/session/" .. percentEncode(sessionId) .. "/prompt_async", nil, body)
end

--- Stops what a session does; fine for an idle one.
local function abortSession(server, sessionId)
	call(server, "/session/" .. percentEncode(sessionId) .. "/abort", nil, {})
end

--- Reads one of the server's lists.
local function readList(server, name, directory)
	local list = directoryLists[name]
	return call(server, list.path .. query({ directory = directory }), list.read)
end

--- Where opencode tells of what it loads.
local loadedLists =
	{ providers = "/config/providers", tools = "/experimental/tool/ids", mcp = "/mcp", skills = "/skill" }

--- Waits until opencode has loaded something for a directory. It loads what is not there yet, so that the answer takes
-- as long as that does: MCP servers may take seconds.
local function waitUntilLoaded(server, what, directory)
	call(server, loadedLists[what] .. query({ directory = directory }))
end

local opencode1 = {
	health = health,
	createSession = createSession,
	getSession = getSession,
	listSessions = listSessions,
	getMessages = getMessages,
	sendPrompt = sendPrompt,
	abortSession = abortSession,
	readList = readList,
	waitUntilLoaded = waitUntilLoaded,
}
return opencode1
