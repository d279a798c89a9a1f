-- Requests to opencode 1, and what it says where it refuses (1.18.33).

local decode = require("/apis/trapos/json").decode
local reader = require("/apis/trapos/shape").reader
local fail = require("/apis/ai/failure").fail
local answers = require("/apis/ai/protocol").answers
local redact = require("/apis/ai/settings").redact
local request = require("/apis/ai/server/request")
local ask, jsonOf, sendRoute = request.ask, request.jsonOf, request.sendRoute
local information = require("/apis/ai/server/route").information

local M = {}
local readHealth = reader(answers.health)
local readRefusal = reader(answers.refusal)

--- The failure for what is no answer of opencode 1: opencode 2 answers its routes with a web page, as others do.
local function stranger(server)
	local info = readHealth(jsonOf(sendRoute(server, information())))
	local version = info and info.version or ""
	local major = string.match(version, "^(%d+)%.")
	if (tonumber(major) or 0) >= 2 then
		return fail("other_opencode", { version = version })
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

local refusals = { refused = refused, stranger = stranger }

--- Asks opencode 1 for something, as `ask` does.
function M.call(server, route, asked)
	return ask(server, route, asked, refusals)
end

return M
