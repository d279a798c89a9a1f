-- A turn that the bridge runs, as the computer is told of it.

local asking = require("/apis/ai/asking")
local copy = require("/apis/ai/copy").copy
local fail = require("/apis/ai/failure").fail
local conversation = require("/apis/ai/link/conversation")
local failureOf, linkState, say = conversation.failureOf, conversation.linkState, conversation.say
local names = require("/apis/ai/link/names")
local MESSAGE, STATE = names.MESSAGE, names.STATE

local M = {}

--- Seconds without a word of the bridge, which says something each five, after which it counts as out of reach.
local QUIET_SECONDS = 12

--- Seconds after which it is not waited for any more.
local LOST_SECONDS = 60

--- Tells whoever waits how far it is.
local function tell(turn, progress)
	local options = turn.options
	if options.onProgress ~= nil then
		options.onProgress(progress)
	end
end

--- Asks to be told of the turn: by its prompt, which runs once however often it is handed over, or by its name.
local function begin(turn, resumed)
	local record = turn.record
	local options = turn.options
	local common = {
		nonce = record.nonce,
		sessionId = record.sessionId,
		idleTimeout = options.idleTimeout or turn.server.settings.poll_timeout_seconds,
		wanted = { text = options.onText ~= nil, reasoning = options.onReasoning ~= nil },
	}
	if resumed then
		say(copy(common, { type = "follow" }))
		return
	end
	local prompt = {
		type = "prompt",
		text = record.text,
		model = record.model,
		agent = record.agent,
		variant = record.variant,
		system = record.system,
		attachments = record.attachments,
		files = record.files,
	}
	say(copy(common, prompt))
end

--- Hands on what is new of a part.
local function takeText(turn, told)
	local hand = turn.options.onText
	if told.kind == "reasoning" then
		hand = turn.options.onReasoning
	end
	local shown = turn.shown[told.part] or 0
	local fresh = string.sub(told.text, shown - told.at + 1)
	if hand == nil or told.at > shown or fresh == "" then
		return
	end
	turn.shown[told.part] = shown + #fresh
	local isNext = turn.part ~= nil and turn.part ~= told.part and told.kind == "text"
	if told.kind == "text" then
		turn.part = told.part
	end
	hand(isNext and shown == 0 and "\n\n" .. fresh or fresh)
end

--- Whether something ends what is asked: it is not asked any more, or nothing of the turn is.
local function endsAsk(message, id)
	local type = message.type
	return type == "gap" or type == "done" or type == "failed" or type == "settled" and message.id == id
end

--- Has something decided, and tells the bridge.
local function decide(turn, asked)
	local record = turn.record
	local id = asked.ask.id
	local result = asking.decide(turn.server, record, asked, turn.options, function()
		while true do
			for _, message in ipairs(turn.told) do
				if endsAsk(message, id) then
					return
				end
			end
			os.pullEventRaw()
		end
	end)
	local decision = result.decision
	if decision.what ~= "gone" then
		local said = { type = "decision", nonce = record.nonce, id = id }
		say(copy(decision, said))
	end
	turn.raised = result.raised
	tell(turn, {
		phase = result.phase,
		seconds = 0,
		message = asking.subjectOf(asked),
	})
end

--- A request of the bridge's that failed: its words are known there, and what to do next is known here.
local function failureBy(cause)
	local message = cause.message
	local failure = failureOf({ code = cause.code, detail = { what = message } })
	if message ~= nil then
		failure.message = message
	end
	return failure
end

--- How a turn has ended without an answer.
local function endOf(told)
	local cause = told.cause
	local failure = cause == nil and failureOf(told) or failureBy(cause)
	return {
		kind = "fail",
		code = told.code,
		detail = told.detail or {},
		pending = told.pending == true,
		text = told.text,
		failure = failure,
	}
end

--- Takes what the bridge says; gives the end of the turn where it is that.
local function take(turn, message)
	local type = message.type
	local options = turn.options
	if type == "text" then
		takeText(turn, message)
	elseif type == "progress" then
		tell(turn, message.progress)
	elseif type == "tool" then
		if options.onTool ~= nil then
			options.onTool(message.call)
		end
	elseif type == "permission" or type == "question" then
		decide(turn, { what = type, ask = message.ask })
	elseif type == "done" then
		local steps = message.steps
		return { kind = "done", steps = steps, text = "" }
	elseif type == "failed" then
		return endOf(message)
	end
	return nil
end

--- Why the bridge says nothing.
local function whyQuiet(server)
	local state = linkState()
	local url = server.settings.link_url
	if state == nil or state.code == nil then
		return fail("link_down", { url = url, what = "it is silent" })
	end
	return failureOf({ code = state.code, detail = state.detail })
end

--- Whether an event tells that the bridge wants nothing of this computer any more.
local function isOver(event, first)
	local state = event == STATE and first.state or "open"
	return state == "refused" or state == "unlinked"
end

--- Follows the turn to its end.
local function follow(turn, writeDown)
	local record = turn.record
	local heardAt = os.clock()
	local timer = os.startTimer(1)
	while true do
		local message = table.remove(turn.told, 1)
		if message == nil then
			local event, first = os.pullEvent()
			if event == "timer" and first == timer then
				timer = os.startTimer(1)
			end
			local quiet = os.clock() - heardAt
			if quiet >= LOST_SECONDS or isOver(event, first) then
				return {
					kind = "fail",
					code = "link_down",
					detail = {},
					pending = true,
					failure = whyQuiet(turn.server),
				}
			end
			if quiet >= QUIET_SECONDS then
				tell(turn, { phase = "reconnecting", seconds = 0 })
			end
		elseif message.type == "gap" then
			-- The bridge begins from the beginning: what was handed on already is passed over.
			begin(turn, record.attachments == nil and record.sent == true)
		else
			if message.type == "sent" then
				local sent = message
				record.baselineId = sent.baselineId
				record.sentAt = sent.sentAt
				writeDown()
			end
			local endModule = take(turn, message)
			if turn.raised ~= nil then
				error(turn.raised, 0)
			end
			if endModule ~= nil then
				return endModule
			end
			heardAt = os.clock()
		end
	end
end

--- Hands a prompt over to the bridge, or follows one that it has, until the turn has ended.
--
-- @param server what one call works with
-- @param record the turn, which is on the disk before its prompt is handed over
-- @param options who is told of it
-- @param resumed true for a turn whose prompt was handed over before
-- @param writeDown puts the record on the disk
function M.runTurn(server, record, options, resumed, writeDown)
	local turn = {
		server = server,
		record = record,
		options = options,
		told = {},
		shown = {},
	}
	local endModule
	if not resumed then
		record.sent = true
		writeDown()
	end
	parallel.waitForAny(function()
		-- Whatever a handler waits for, nothing that the bridge says meanwhile is missed.
		while true do
			local event, first = os.pullEventRaw()
			local message = first
			local isOurs = event == MESSAGE and (message.nonce == record.nonce or message.type == "gap")
			if isOurs then
				table.insert(turn.told, message)
			end
		end
	end, function()
		begin(turn, resumed)
		endModule = follow(turn, writeDown)
	end)
	return endModule
end

return M
