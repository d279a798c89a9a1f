-- How a program talks with the bridge: through the service that holds the connection, by events.

local failure = require("/apis/ai/failure")
local fail, failures = failure.fail, failure.failures
local names = require("/apis/ai/link/names")
local ASK, MESSAGE, NOBODY, SEND, STATE = names.ASK, names.MESSAGE, names.NOBODY, names.SEND, names.STATE

local M = {}

--- By a name of its own, as the compiler puts imports first.
local load = require
local calls = 0
local start = string.format("%.0f-%d", os.epoch("utc"), math.random(1, 999999))

--- A name for a call, which no other one of this computer has.
function M.newId()
	calls = calls + 1
	return start .. "-" .. tostring(calls)
end

--- What the link is at; nothing where no service runs.
function M.linkState()
	local asker = M.newId()
	os.queueEvent(ASK, asker)
	os.queueEvent(NOBODY, asker)
	local seen = 0

	-- Events come in their order: a service that runs has answered before the second round is over.
	while seen < 2 do
		local event, first, second = os.pullEventRaw()
		if event == STATE and second == asker then
			return first
		end
		if event == NOBODY and first == asker then
			seen = seen + 1
			if seen < 2 then
				os.queueEvent(NOBODY, asker)
			end
		end
	end
	return nil
end

--- How many calls of this program are under way.
local users = 0

--- Makes a call beside another one of this program's, whose service may be about to begin.
local function besideAnother(act)
	users = users + 1
	local ok, result = pcall(function()
		while M.linkState() == nil do
			sleep(0)
		end
		return act()
	end)
	users = users - 1

	-- Whoever holds the service may be waiting for that.
	os.queueEvent(NOBODY)
	if not ok then
		error(result, 0)
	end
	return result
end

--- Makes a call beside a service of its own, which goes on while other calls of this program need it.
local function besideService(act)
	local value
	local problem
	local service = load("/apis/ai/link/service")
	local link = load("/apis/ai/link/state").createLink()
	parallel.waitForAny(function()
		service.holdLink(link, true)
	end, function()
		local ok, result = pcall(act)
		if ok then
			value = result
		else
			problem = result
		end
		while users > 1 and problem ~= "Terminated" do
			os.pullEventRaw()
		end
	end)
	service.closeLink(link)
	if problem ~= nil then
		error(problem, 0)
	end
	return value
end

--- Does something while the service runs: the one that runs beside the shell, or else one that ends with it.
function M.withService(act)
	if users > 0 then
		return besideAnother(act)
	end
	users = 1
	local ok, result = pcall(function()
		if M.linkState() == nil then
			return besideService(act)
		end
		return act()
	end)
	users = users - 1
	if not ok then
		error(result, 0)
	end
	return result
end

--- Hands a message over to the service.
function M.say(message)
	os.queueEvent(SEND, message)
end

--- Waits for the next message that somebody wants.
--
-- @param isWanted tells it from others
-- @param seconds how long
-- @param raw true to go on through Ctrl+T
-- @returns nothing where none came
function M.hear(isWanted, seconds, raw)
	local timer = os.startTimer(seconds)
	local pull = raw == true and os.pullEventRaw or os.pullEvent
	while true do
		local event, first = pull()
		if event == "timer" and first == timer then
			return nil
		end
		if event == MESSAGE and isWanted(first) then
			os.cancelTimer(timer)
			return first
		end
	end
end

--- A failure that the bridge or the service tells of. One of a newer bridge may have a code that is not known here.
function M.failureOf(told)
	if failures[told.code] ~= nil then
		return fail(told.code, told.detail, told.text)
	end
	local detail = told.detail or {}
	return fail("server_error", { status = told.code, what = detail.what or "" })
end

return M
