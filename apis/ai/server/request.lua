-- Requests to a server, and what their answers are. Unknown routes of opencode answer 200 with HTML, and other servers
-- anything, which is why everything is refused that is not JSON of a known shape.

local json = require("/apis/trapos/json")
local decode, encode = json.decode, json.encode
local reader = require("/apis/trapos/shape").reader
local percentEncode = require("/apis/trapos/utf8").percentEncode
local fail = require("/apis/ai/failure").fail
local response = require("/apis/ai/protocol").response
local settingsModule = require("/apis/ai/settings")
local placeOf, redact = settingsModule.placeOf, settingsModule.redact

local M = {}
local readResponse = reader(response)
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

--- Path and query of a request, as they stand in its address.
local function addressOf(route)
	local address = ""
	for _, name in ipairs(route.path) do
		address = address .. "/" .. percentEncode(name)
	end
	local mark = "?"
	for name, value in pairs(route.query or {}) do
		address = address .. mark .. percentEncode(name) .. "=" .. percentEncode(tostring(value))
		mark = "&"
	end
	return address
end

--- Sends a request.
local function request(server, route, timeout)
	local settings = server.settings
	local body = route.body
	local answer = readResponse(server.send({
		url = settings.server_url .. addressOf(route),
		method = route.method or (body == nil and "GET" or "POST"),
		headers = {
			Accept = "application/json",
			["Content-Type"] = body and "application/json",
			Authorization = settings.password ~= nil and "Basic " .. base64(
				(settings.username or "opencode") .. ":" .. settings.password
			) or nil,
		},
		body = body and encode(body),
		timeout = timeout or settings.request_timeout_seconds,
		raw = server.raw,
	}))
	return answer or { headers = {}, body = "", reason = "no answer of a known form" }
end

--- Whether a response says that it is JSON, which opencode's answers do.
local function isJson(answer)
	return (string.find(answer.headers["content-type"] or "", "json", 1, true)) ~= nil
end

--- The failure for a request that nobody answered.
local function unanswered(server, reason)
	local url = redact(server.settings.server_url)
	local place = placeOf(url)
	local detail = { url = url, what = reason, host = place.host, port = place.port }
	return fail(REASONS[reason] or "network_error", detail)
end

--- Sends a request to a server, whatever it speaks. Raises the failure of one that nobody answers.
--
-- @param timeout seconds that it may take; as the settings say when absent
function M.sendRoute(server, route, timeout)
	local answer = request(server, route, timeout)
	if answer.status == nil then
		error(unanswered(server, answer.reason or ""), 0)
	end
	return answer
end

--- JSON of an answer; nothing where it is none.
function M.jsonOf(answer)
	if not isJson(answer) then
		return nil
	end
	return decode(answer.body)
end

--- What a server says of itself at a route; nothing where it does not say it well. Without the right password it says nothing.
function M.introduction(server, route)
	local answer = M.sendRoute(server, route)
	if answer.status == 401 or answer.status == 403 then
		error(fail("unauthorized"), 0)
	end
	if answer.status ~= 200 then
		return nil
	end
	return M.jsonOf(answer)
end

--- Asks a server for something. Raises the failure of a request that is refused, unanswered, or answered with something
-- else than what is read.
--
-- @param route the request
-- @param asked what is wanted of its answer
-- @param refusals how it refuses
-- @returns what was read of the answer
function M.ask(server, route, asked, refusals)
	local answer = M.sendRoute(server, route, asked.timeout)
	local status = answer.status
	local read = asked.read
	if status < 200 or status > 299 then
		error(refusals.refused(server, answer), 0)
	end
	if status == 204 and not read then
		return nil
	end
	local value = M.jsonOf(answer)
	if read then
		value = read(value)
	end
	if value == nil then
		error(refusals.stranger(server, answer), 0)
	end
	return value
end

return M
