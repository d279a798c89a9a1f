-- Asks for what a turn waits for: by the settings, or whoever has called, as long as it waits.

local outcome = require("/apis/trapos/failure").outcome
local utf8 = require("/apis/trapos/utf8")
local oneLine, toUtf8 = utf8.oneLine, utf8.toUtf8
local describeAsk = require("/apis/ai/ask").describeAsk
local fail = require("/apis/ai/failure").fail

local M = {}

--- Seconds between two looks at whether it is still asked.
local LOOK_SECONDS = 1

--- A session has to be seen idle so often before its turn counts as over: a server that is loaded answers late.
local IDLE_LOOKS = 2

--- It is looked so seldom whether the session is still there: nothing else tells that it was deleted (1.18.33).
local SESSION_LOOKS = 3

--- The most of what was decided on that is told on a line.
local LONGEST_SUBJECT = 160

--- What the model reads where it is refused without a person.
local NO_PERSON = "There is nobody at the computer to ask."
local BY_SETTING = "The settings of the computer refuse every permission."
local BY_FAULT = "The program on the computer failed when it was asked."
local PHASES = { once = "allowed once", always = "allowed always", reject = "refused" }

--- Refuses, with a reason for the model; a question can be given none.
local function refuse(asked, message)
	return asked.what == "permission" and { what = "permission", reply = "reject", message = message }
		or { what = "question" }
end

--- What the settings say of a permission, if they decide.
local function byPolicy(asked, policy)
	if policy == "ask" or asked.what ~= "permission" then
		return nil
	end
	local message = policy == "reject" and BY_SETTING or nil
	return { decision = { what = "permission", reply = policy, message = message }, phase = PHASES[policy] }
end

--- Whether something that is asked is in a list.
local function isListed(entries, id)
	for _Module, entry in ipairs(entries) do
		if entry.id == id then
			return true
		end
	end
	return false
end

--- Whether the server says that it does not have a session any more.
local function isGone(server, id)
	local ok, failure = outcome(function()
		return server.face.getSession(server, id)
	end)
	return not ok and failure.code == "session_gone"
end

--- Waits until something is not asked any more: it was answered elsewhere, or its turn is over or gone with its session. Lists
-- that fail tell nothing.
local function watch(server, place, asked)
	local list = asked.what == "permission" and "permissions" or "questions"
	local idleLooks = 0
	local looks = 0
	while true do
		sleep(LOOK_SECONDS)
		looks = looks + 1
		local isRead, entries = outcome(function()
			return server.face.readList(server, list, place.directory, place.sessionId)
		end)
		if isRead and not isListed(entries, asked.ask.id) then
			return
		end

		-- opencode goes on listing what a turn asked that was stopped.
		local isKnown, statuses = outcome(function()
			return server.face.readList(server, "status", place.directory)
		end)
		local isIdle = isKnown and statuses[place.sessionId] == nil
		idleLooks = isIdle and idleLooks + 1 or 0
		if idleLooks >= IDLE_LOOKS then
			return
		end
		if looks % SESSION_LOOKS == 0 and isGone(server, place.sessionId) then
			return
		end
	end
end

--- What a program answered, as a decision on a permission; nothing where that is none.
local function readReply(given)
	if given == nil then
		return refuse({ what = "permission" }, NO_PERSON)
	end
	local answer = { reply = given }
	if type(given) == "table" then
		answer = given
	end
	local reply = answer.reply
	local message = answer.message
	if reply == nil or type(reply) ~= "string" or PHASES[reply] == nil then
		return nil
	end
	if message ~= nil and type(message) ~= "string" then
		return nil
	end
	return {
		what = "permission",
		reply = reply,
		message = message ~= nil and toUtf8(message) or nil,
	}
end

--- Whether a table holds nothing beside its list, which has so many entries: a hole in it hides what stands behind.
local function isWhole(list, count)
	local entries = 0
	for _ in pairs(list) do
		entries = entries + 1
	end
	return entries == count
end

--- What a program answered to questions, as a decision; nothing where that is none.
local function readAnswers(given)
	if given == nil then
		return { what = "question" }
	end
	if type(given) ~= "table" then
		return nil
	end
	local answers = {}
	for _Module, labels in ipairs(given) do
		if type(labels) ~= "table" then
			return nil
		end
		local chosen = {}
		for _Module, label in ipairs(labels) do
			if type(label) ~= "string" then
				return nil
			end
			chosen[#chosen + 1] = toUtf8(label)
		end
		if not isWhole(labels, #chosen) then
			return nil
		end
		answers[#answers + 1] = chosen
	end
	if not isWhole(given, #answers) then
		return nil
	end
	return { what = "question", answers = answers }
end

--- What is wrong where a program answers something else.
local WANTED = {
	permission = 'options.onPermission must return "once", "always", "reject", or a table with reply and message',
	question = "options.onQuestion must return a list of labels for each question, or nothing",
}

--- Refuses where a program has answered something else.
local function unreadable(asked)
	local raised = fail("bad_argument", { what = WANTED[asked.what] })
	return {
		decision = refuse(asked, BY_FAULT),
		raised = raised,
		phase = "refused",
	}
end

--- What a program's answer decides.
local function read(asked, given)
	local decision
	if asked.what == "permission" then
		decision = readReply(given)
	else
		decision = readAnswers(given)
	end
	if decision == nil then
		return unreadable(asked)
	end
	if decision.what == "permission" then
		return { decision = decision, phase = PHASES[decision.reply] }
	end
	local isAnswered = decision.what == "question" and decision.answers ~= nil
	return { decision = decision, phase = isAnswered and "answered" or "refused" }
end

--- Runs what decides beside the watch and the clock. Raises Ctrl+T alone.
local function run(server, asked, handler, untilGone)
	local seconds = server.settings.permission_timeout_seconds
	local result = { decision = { what = "gone" }, phase = "answered elsewhere" }
	parallel.waitForAny(function()
		local ok, given = pcall(handler, asked.ask)
		if ok then
			-- Tables of programs can do anything when they are looked at.
			local isRead, readOutcome = pcall(read, asked, given)
			result = isRead and readOutcome or unreadable(asked)
		else
			result = {
				decision = refuse(asked, BY_FAULT),
				raised = given,
				phase = "refused",
			}
		end
	end, function()
		untilGone(asked)
	end, function()
		sleep(seconds)
		local reason = string.format("Nobody answered at the computer within %.0f s.", seconds)
		result = {
			decision = refuse(asked, reason),
			phase = "nobody answered",
		}
	end)
	if result.raised == "Terminated" then
		error(result.raised, 0)
	end
	return result
end

--- Has something decided that a turn waits for. Raises nothing but Ctrl+T.
--
-- @param server what one call works with
-- @param place the turn's session and folder
-- @param asked what is to be decided
-- @param options who is asked, and told how it was decided
-- @param untilGone waits until it is not asked any more; by looking again and again where nothing else is given
function M.decide(server, place, asked, options, untilGone)
	local policy = options.permission or server.settings.permission
	local decided = byPolicy(asked, policy)
	if decided then
		return decided
	end
	local handler = options.onQuestion
	if asked.what == "permission" then
		handler = options.onPermission
	end
	local function look(subject)
		watch(server, place, subject)
	end
	if handler then
		return run(server, asked, handler, untilGone or look)
	end
	return {
		decision = refuse(asked, NO_PERSON),
		phase = "nobody answered",
	}
end

--- What was asked for, as a line tells it.
function M.subjectOf(asked)
	return oneLine(describeAsk(asked), LONGEST_SUBJECT)
end

return M
