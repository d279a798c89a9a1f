-- Examines the way from this computer to the model, thing by thing: sees what there is, and has it judged (judge.ts). What
-- lies behind something broken is skipped. No check takes longer than a request may.

local outcome = require("/apis/trapos/failure").outcome
local nearest = require("/apis/trapos/nearest").nearest
local oneLine = require("/apis/trapos/utf8").oneLine
local describeAsk = require("/apis/ai/ask").describeAsk
local copy = require("/apis/ai/copy").copy
local fail = require("/apis/ai/failure").fail
local messagesModule = require("/apis/ai/messages")
local isComplete, turnIn = messagesModule.isComplete, messagesModule.turnIn
local namesModule = require("/apis/ai/names")
local agentsIn, modelsIn = namesModule.agentsIn, namesModule.modelsIn
local openasks = require("/apis/ai/openasks")
local openPermissions, openQuestions = openasks.openPermissions, openasks.openQuestions
local pendingTurns = require("/apis/ai/session").pendingTurns
local settingsModule = require("/apis/ai/settings")
local isSet, readSettings, redact = settingsModule.isSet, settingsModule.readSettings, settingsModule.redact
local readHttpDate = require("/apis/ai/doctor/httpdate").readHttpDate
local judge = require("/apis/ai/doctor/judge")
local testTurn = require("/apis/ai/doctor/testturn").testTurn

local M = {}

--- By a name of its own, as the compiler puts imports first.
local load = require

--- Seconds that are left for a request at the end of a check's time.
local LEAST_SECONDS = 0.5

local function note(examination, check)
	table.insert(examination.checks, check)
	if examination.options.onCheck ~= nil then
		examination.options.onCheck(check)
	end
end

--- What a call came to, its failure in place of its value where it failed.
local function seen(act)
	local ok, value = outcome(act)
	return ok and { value = value } or { problem = value }
end

--- Sends a request within the time that a check has, and looks at the server's clock.
local function sendInTime(examination, request)
	local means = examination.means
	local left = (examination.deadline - means.now()) / 1000
	if left < LEAST_SECONDS then
		return { headers = {}, body = "", reason = "Timed out" }
	end
	local timed = copy(request, {})
	timed.timeout = math.min(request.timeout, left)
	local answer = means.send(timed)
	local date = answer.headers.date
	local time = date ~= nil and readHttpDate(date) or nil

	-- A server writes whole seconds.
	if time ~= nil then
		examination.skew = (means.now() - time) / 1000
	end
	return answer
end

--- Gives the next check all of its time.
local function begin(examination, check)
	local server = examination.server
	local seconds = server and server.settings.request_timeout_seconds or 30
	examination.deadline = examination.means.now() + seconds * 1000
	if examination.options.onStart ~= nil then
		examination.options.onStart(check)
	end
end

local function examineSettings(examination)
	local means = examination.means
	local found = seen(function()
		return readSettings(means.store)
	end)
	if found.problem then
		return judge.failed("settings", found.problem)
	end
	local server = copy(means, {})
	server.settings = found.value
	server.send = function(request)
		return sendInTime(examination, request)
	end
	examination.server = server
	examination.directory = server.settings.directory
	local url = server.settings.link_url or server.settings.server_url
	local address = string.gsub(redact(url), "^%a+://", "")
	return {
		check = "settings",
		state = "ok",
		message = oneLine(address, 100),
	}
end

--- A version's text, and its numbers.
local function versionOf(text)
	local major, minor = string.match(text, "^(%d+)%.(%d+)")
	return {
		text = text,
		major = tonumber(major),
		minor = tonumber(minor),
	}
end

--- The settings without what the server is told about who asks.
local function nobodys(settings)
	local changed = copy(settings, {})
	changed.password = nil
	return changed
end

--- Notes the checks of the way; the last one is the broken one, if one is.
local function noteWay(examination, checks)
	for _, check in ipairs(checks) do
		if check.state == "failed" then
			examination.broken = check.check
		end
		note(examination, check)
	end
end

--- Looks at the bridge, and makes a call over the link.
local function examineLink(examination)
	local server = examination.server
	begin(examination, "http")
	local why = examination.means.whyNoLink
	if why ~= nil then
		noteWay(examination, judge.linkChecks({ linkProblem = why }))
		return
	end

	-- It comes with the link, and is loaded for that alone.
	local looking = load("/apis/ai/doctor/linkseen")
	noteWay(examination, judge.linkChecks(looking.lookAtLink(server, versionOf)))
end

--- Asks for the server's health, which says much of the way there.
local function examineWay(examination)
	local server = examination.server
	begin(examination, "http")
	local found = seen(function()
		return server.face.health(server)
	end)
	local isOpen
	if found.value then
		local stranger = copy(server, {})
		stranger.settings = nobodys(server.settings)
		isOpen = server.settings.password == nil
			or not seen(function()
				return server.face.health(stranger)
			end).problem
	end
	local checks = judge.greetingChecks({
		version = found.value and versionOf(found.value.version),
		problem = found.problem,
		isOpen = isOpen,
	})
	noteWay(examination, checks)
end

--- Whether a name is among those that the server has.
local function find(code, wanted, names)
	local found = seen(names)
	if found.problem then
		return { wanted = wanted, problem = found.problem }
	end
	for _, name in ipairs(found.value) do
		if name == wanted then
			return { wanted = wanted }
		end
	end
	local missing = fail(code, {
		wanted = wanted,
		known = nearest(wanted, found.value),
	})
	return { wanted = wanted, missing = missing }
end

local function examineModel(examination, server)
	local settings = server.settings
	local wanted = settings.model
	local isHalf = settings.provider_id == nil ~= (settings.model_id == nil)
	if wanted == nil then
		return judge.modelCheck({}, isHalf)
	end
	local directory = examination.directory
	return judge.modelCheck(
		find("unknown_model", wanted, function()
			return modelsIn(server.face.readList(server, "providers", directory))
		end),
		false
	)
end

local function examineAgent(examination, server)
	local wanted = server.settings.agent
	if wanted == nil then
		return judge.agentCheck({})
	end
	local directory = examination.directory
	return judge.agentCheck(find("unknown_agent", wanted, function()
		return agentsIn(server.face.readList(server, "agents", directory))
	end))
end

local function examineSession(examination, server)
	local id = server.settings.session_id
	if id == nil then
		return judge.sessionCheck({})
	end
	local found = seen(function()
		return server.face.getSession(server, id)
	end)
	if found.value then
		examination.directory = found.value.directory
	end
	return judge.sessionCheck({ id = id, title = found.value and found.value.title, problem = found.problem })
end

--- So many messages are looked through for a turn's prompt.
local MANY_MESSAGES = 100

--- Looks for a turn on the server. Raises what keeps that from being seen.
local function fateOf(server, record)
	local session = seen(function()
		return server.face.getSession(server, record.sessionId)
	end)
	if session.problem and session.problem.code == "session_gone" then
		return "stale"
	end
	if session.problem then
		error(session.problem, 0)
	end
	local statuses = server.face.readList(server, "status", record.directory)
	local status = statuses[record.sessionId]
	if status ~= nil and status.type ~= "idle" then
		return "running"
	end
	local messages = server.face.getMessages(server, record.sessionId, MANY_MESSAGES)
	local turn = turnIn({ nonce = record.nonce }, messages)
	if turn.isFound then
		return isComplete(turn.steps[#turn.steps]) and "waiting" or "running"
	end

	-- A prompt may take its time to show, and in a long session it may be further up.
	local isOld = server.now() - record.sentAt > server.settings.poll_timeout_seconds * 1000
	return isOld and #messages < MANY_MESSAGES and "stale" or "running"
end

local function examineTurns(examination, server)
	local stale = {}
	local counts = { stale = 0, waiting = 0, running = 0 }
	local retry
	local found = seen(function()
		for _, record in ipairs(pendingTurns(server.disk)) do
			local fate = fateOf(server, record)
			counts[fate] = counts[fate] + 1
			if fate == "stale" then
				table.insert(stale, record.nonce)
			end
		end
		local id = server.settings.session_id
		if id == nil then
			return
		end
		local status = server.face.readList(server, "status", examination.directory)[id]
		if status and status.type == "retry" then
			retry = status.message or "no reason given"
		elseif status and status.type == "busy" and counts.running == 0 then
			counts.running = 1
		end
	end)
	local problem = found.problem
	return judge.turnsCheck({
		stale = stale,
		waiting = counts.waiting,
		running = counts.running,
		retry = retry,
		problem = problem,
	})
end

--- What waits for this computer's player; what other computers ask is theirs.
local function examineAsks(_examination, server)
	local asks = {}
	local found = seen(function()
		for _, ask in ipairs(openPermissions(server)) do
			if ask.current then
				table.insert(asks, describeAsk({ what = "permission", ask = ask }))
			end
		end
		for _, ask in ipairs(openQuestions(server)) do
			if ask.current then
				table.insert(asks, describeAsk({ what = "question", ask = ask }))
			end
		end
	end)
	local problem = found.problem
	if problem and problem.code == "bad_request" then
		return judge.asksCheck({
			asks = asks,
			problem = fail("permission_unlisted", { what = problem.message }),
		})
	end
	return judge.asksCheck({ asks = asks, problem = problem })
end

local function examineFiles(examination)
	local isWhole, keeper = pcall(function()
		return examination.means.fileKeeper()
	end)
	if not isWhole and keeper == "Terminated" then
		error(keeper, 0)
	end
	if not isWhole then
		local message = "ccpm is damaged itself."
		return judge.filesCheck({
			wrong = {},
			problem = { message = message, hint = "Type: wget run <registry>/install.lua" },
		})
	end
	if keeper == nil then
		return judge.filesCheck({ wrong = {}, isUnknown = true })
	end
	local ok, findings = keeper.verify()
	if not ok then
		return judge.filesCheck({ wrong = {}, problem = findings })
	end
	local wrong = {}
	for _, finding in ipairs(findings) do
		if finding.problem ~= "foreign" then
			table.insert(wrong, finding.path)
		end
	end
	return judge.filesCheck({ wrong = wrong })
end

local function examineAnswer(examination, server)
	local seconds = server.settings.request_timeout_seconds

	-- Stopping it and deleting its session may come on top.
	examination.deadline = examination.deadline + seconds * 1000
	local found = seen(function()
		return testTurn(server, seconds)
	end)
	local reply = found.value
	return judge.answerCheck({
		seconds = reply and reply.seconds,
		model = reply and reply.model,
		problem = found.problem,
	})
end

--- Makes a check of what lies behind the way to the server.
local function examineBehind(examination, check, act)
	if examination.broken ~= nil then
		note(examination, judge.skipped(check, examination.broken .. " failed."))
		return
	end
	begin(examination, check)
	note(examination, act(examination, examination.server))
end

--- Why the model is not asked, where it is not.
local function whyNoAnswer(examination)
	if examination.options.ping == false then
		return "It was not to be asked."
	end
	for _, check in ipairs(examination.checks) do
		local isNamed = check.check == "model" or check.check == "agent"
		if isNamed and check.state == "failed" then
			return check.check .. " failed."
		end
	end
	return nil
end

--- What is on the way to the server, in order.
local WAY = {
	"http",
	"address",
	"reachable",
	"opencode",
	"password",
}
local LINKED_WAY = {
	"http",
	"address",
	"reachable",
	"bridge",
	"link",
	"opencode",
}

--- Makes all checks, in order.
function M.examine(means, options)
	local examination = { means = means, options = options, checks = {}, deadline = math.huge }
	local isLinked = isSet(means.store, "link_url")
	begin(examination, "settings")
	local settings = examineSettings(examination)
	note(examination, settings)
	if settings.state == "failed" then
		examination.broken = "settings"
	elseif isLinked then
		examineLink(examination)
	else
		examineWay(examination)
	end
	local made = {}
	for _, check in ipairs(examination.checks) do
		made[check.check] = true
	end
	for _, check in ipairs(isLinked and LINKED_WAY or WAY) do
		if not made[check] then
			note(examination, judge.skipped(check, tostring(examination.broken) .. " failed."))
		end
	end
	examineBehind(examination, "model", examineModel)
	examineBehind(examination, "agent", examineAgent)
	examineBehind(examination, "session", examineSession)
	examineBehind(examination, "turns", examineTurns)
	examineBehind(examination, "asks", examineAsks)
	examineBehind(examination, "clock", function()
		return judge.clockCheck(examination.skew)
	end)
	begin(examination, "disk")
	note(examination, judge.diskCheck(means.freeSpace()))
	begin(examination, "files")
	note(examination, examineFiles(examination))
	local why = whyNoAnswer(examination)
	if why ~= nil then
		note(examination, judge.skipped("answer", why))
	else
		examineBehind(examination, "answer", examineAnswer)
	end
	return examination.checks
end

return M
