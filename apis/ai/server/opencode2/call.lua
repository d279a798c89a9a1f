-- Requests to opencode 2, and what it says where it refuses (published protocol of 2.0.17 and later).

local outcome = require("/apis/trapos/failure").outcome
local decode = require("/apis/trapos/json").decode
local reader = require("/apis/trapos/shape").reader
local fail = require("/apis/ai/failure").fail
local answers1 = require("/apis/ai/protocol").answers
local redact = require("/apis/ai/settings").redact
local health = require("/apis/ai/server/opencode1/routes").health
local request = require("/apis/ai/server/request")
local ask, introduction, jsonOf = request.ask, request.introduction, request.jsonOf
local information = require("/apis/ai/server/route").information
local answers = require("/apis/ai/server/opencode2/shapes").answers

local M = {}
local readInformation = reader(answers.information)
local readHealth = reader(answers1.health)
local readRefusal = reader(answers.refusal)

--- What its errors are; others are told by their status.
local CODES = {
	SessionNotFoundError = "session_gone",
	SessionBusyError = "works_now",
	ConflictError = "works_now",
	FormAlreadySettledError = "not_found",
	LocationNotFoundError = "bad_request",
	LocationPermissionDeniedError = "bad_request",
}

--- Whether the server is an opencode 2 still.
local function isOpencode2(server)
	local info = readInformation(introduction(server, information()))
	return info ~= nil and (string.find(info.version, "^[01]%.")) == nil
end

--- Whether a failure says that there is no such route, or nothing of that name, so that another route may do. Servers as
-- 2.0.12 refuse what they do not have as they refuse a wrong password.
function M.isMissing(failure)
	return failure.code == "not_found" or failure.code == "unauthorized"
end

--- The failure for what is no answer of opencode 2: a route that it does not have, an unknown shape, or another server.
local function stranger(server, answer, isSure)
	if isOpencode2(server) then
		local isOfOtherForm = answer.status == 200 and jsonOf(answer) ~= nil
		if isSure or isOfOtherForm then
			return fail("server_error", { status = answer.status, what = "that is no answer of its own" })
		end
		return fail("not_found", { what = "this opencode has no such route" })
	end
	local older = readHealth(introduction(server, health()))
	if older then
		return fail("other_opencode", { version = older.version })
	end
	return fail("not_opencode", { url = redact(server.settings.server_url) })
end

--- The failure for an answer that is none: another status than 2xx.
local function refused(server, answer, isSure)
	local status = answer.status
	local body = readRefusal(decode(answer.body)) or {}
	local tag = body._tag or body.name
	local data = body.data or {}
	local what = body.message or data.message or "no reason given"
	local code = "server_error"
	if status == 401 then
		code = "unauthorized"
	elseif tag == nil and status == 403 then
		code = "unauthorized"
	elseif tag == nil and status < 500 then
		return stranger(server, answer, isSure)
	elseif tag ~= nil and CODES[tag] ~= nil then
		code = CODES[tag]
	elseif status == 404 then
		code = "not_found"
	elseif status < 500 then
		code = "bad_request"
	end

	-- opencode 1.18.33 has routes of the same names, which take something else.
	if code == "bad_request" and not isOpencode2(server) then
		return stranger(server, answer, isSure)
	end
	return fail(code, { status = status, what = what, session = "any more" })
end

--- Asks opencode 2 for something, as `ask` does.
function M.call(server, route, asked)
	local isSure = asked.isSure == true
	local refusals = {
		refused = function(from, answer)
			return refused(from, answer, isSure)
		end,
		stranger = function(from, answer)
			return stranger(from, answer, isSure)
		end,
	}
	return ask(server, route, asked, refusals)
end

--- Asks for something of a session; fails with `session_gone` where the server does not have it.
function M.callSession(server, id, route, asked)
	if (string.find(id, "^ses")) == nil then
		error(fail("session_gone", { session = id }), 0)
	end
	local ok, value = outcome(function()
		return M.call(server, route, asked)
	end)
	if ok then
		return value
	end
	error(value.code == "session_gone" and fail("session_gone", { session = id }) or value, 0)
end

return M
