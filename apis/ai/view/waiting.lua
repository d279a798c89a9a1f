-- What is shown while a call waits: how far it is, what is asked, and what is worth staying on the screen.

local during = require("/apis/trapos/progress").during
local screen = require("/apis/trapos/screen")
local clearRow, remark = screen.clearRow, screen.remark
local text = require("/apis/trapos/text")
local cut, oneLine = text.cut, text.oneLine
local asks = require("/apis/ai/view/asks")
local askPermission, askQuestion, closeAsk, isAsking =
	asks.askPermission, asks.askQuestion, asks.closeAsk, asks.isAsking
local showTool = require("/apis/ai/view/toolline").showTool

local M = {}

--- By a name of its own, as the compiler puts imports first.
local load = require

--- The view of text that is still being written, which comes with the package of the link: without a bridge there is none.
function M.liveView()
	if not fs.exists("/apis/ai/view/live.lua") then
		return nil
	end
	return load("/apis/ai/view/live")
end

--- What is said of each phase, before the tool's title or the message.
local PHASES = {
	sent = "asked",
	starting = "not started yet: the server is slow",
	retry = "the model fails, trying again: ",
	reconnecting = "server out of reach, trying again",
	failing = "server fails, trying again: ",
	["waiting for permission"] = "needs permission: ",
	["waiting for an answer"] = "asks: ",
	stopping = "stopping the turn",
}

--- What stays of what was asked, before what that was.
local DECIDED = {
	["allowed once"] = "Allowed once",
	["allowed always"] = "Allowed always",
	refused = "Refused",
	answered = "Answered",
	["answered elsewhere"] = "Not asked any more, or answered elsewhere",
	["nobody answered"] = "Nobody answered, so it is refused",
}

--- Phases of a turn that goes on where nobody waits for it.
local CAN_LEAVE = {
	sent = true,
	starting = true,
	working = true,
	tool = true,
	retry = true,
	reconnecting = true,
	failing = true,
	["waiting for permission"] = true,
	["waiting for an answer"] = true,
}

--- The width of a screen with room for tokens, in columns, and what stands before what is being done.
local WIDE = 39
local START_COLUMNS = 8

--- Phases in which a model may be said to think.
local MAY_THINK = { sent = true, working = true }

--- How long it is until the model is tried again.
local function retryText(seconds)
	return "the model fails, again in " .. tostring(math.ceil(seconds)) .. " s: "
end

--- What is being done, in CC's font.
local function describe(progress, since, isThinking)
	local tool = progress.tool
	local said = PHASES[progress.phase] or progress.phase
	if isThinking and MAY_THINK[progress.phase] then
		said = "thinking"
	end
	local nextIn = (progress.nextIn or 0) - since
	if nextIn > 0 then
		said = retryText(nextIn)
	end
	return oneLine(tool == nil and said .. (progress.message or "") or tool .. " " .. (progress.title or ""))
end

--- Tokens, as short as they tell something: "980", "12.3k", "1.2M".
local function tokensText(tokens)
	if tokens < 1000 then
		return string.format("%.0f", tokens)
	end
	if tokens < 999950 then
		return string.format("%.1fk", tokens / 1000)
	end
	return string.format("%.1fM", tokens / 1000000)
end

--- What the moving line says: what is being done, and where there is room the tokens so far.
local function lineOf(wait)
	local progress = wait.progress
	if progress == nil then
		return wait.isThinking and "thinking" or ""
	end
	local since = (os.epoch("utc") - wait.at) / 1000
	local doing = describe(progress, since, wait.isThinking)
	local width = term.getSize()
	if progress.tokens == nil or width < WIDE then
		return doing
	end
	local tokens = " " .. tokensText(progress.tokens) .. " tokens"
	return cut(doing, width - START_COLUMNS - #tokens) .. tokens
end

--- What stays on the screen of a phase; nothing of what is only on its way.
local function lasting(progress)
	local phase = progress.phase
	local problem = progress.message
	local decided = DECIDED[phase]
	if decided ~= nil then
		return decided .. ": " .. tostring(problem)
	end
	if phase == "new session" then
		return "The session is gone from the server; this is a new one."
	end
	if phase == "not recorded" then
		return "The disk is full: this turn is not written down."
	end
	if phase == "ended" then
		return "It had ended already. Show the answer: ai resume"
	end
	if phase ~= "stopped" then
		return nil
	end
	if problem == nil then
		return "The turn was stopped on the server."
	end
	return "The turn may go on, stop it with: ai abort (" .. problem .. ")"
end

--- Prints a line that stays, above the moving one.
local function log(line)
	clearRow()
	remark(line)
end

--- Sets who is told of progress, and who is asked.
local function listen(options, wait, live)
	options.onProgress = function(progress)
		-- Whoever was asked may have been overtaken.
		closeAsk()
		local line = lasting(progress)
		if line ~= nil then
			log(line)
		else
			wait.progress = progress
			wait.at = os.epoch("utc")
			wait.canLeave = CAN_LEAVE[progress.phase] == true
		end
	end
	if options.isVerbose then
		options.log = function(poll)
			return log("[ai] " .. poll)
		end
	end
	options.onTool = function(call)
		if call.status ~= "running" then
			showTool(call)
		end
	end
	if options.answer ~= nil then
		options.permission = options.answer == "yes" and "once" or "reject"
	end
	if not options.isAttended then
		return
	end
	options.onPermission = function(ask)
		if live ~= nil then
			live.catchUp()
		end
		return askPermission(ask)
	end
	options.onQuestion = function(ask)
		if live ~= nil then
			live.catchUp()
		end
		return askQuestion(ask)
	end
	if live == nil then
		return
	end
	options.onReasoning = function(piece)
		wait.isThinking = true
		if options.showsReasoning and not options.isQuiet then
			live.showThoughts(piece)
		end
	end
	options.onText = function(piece)
		wait.isThinking = false
		if wait.showsText and not options.isQuiet then
			live.showText(piece)
		end
	end
end

--- Waits until somebody leaves the turn, which q does where nothing is asked.
local function untilLeft(wait)
	while true do
		-- Ctrl+T is for what waits: that stops the turn, which takes a while.
		local event, key = os.pullEventRaw()
		local isLeaving = event == "char" and string.lower(key) == "q"
		if isLeaving and wait.canLeave and not isAsking() then
			wait.hasLeft = true
			return
		end
	end
end

--- Nothing is known of a wait.
local function newWait(showsText)
	return {
		at = 0,
		canLeave = false,
		hasLeft = false,
		showsText = showsText,
		isThinking = false,
	}
end

--- Makes a call under the moving line, which rests while something is asked.
local function show(options, wait, act)
	local live = M.liveView()
	listen(options, wait, live)
	if live ~= nil then
		live.forgetShown()
	end
	local ok, problem = pcall(function()
		during(function()
			if live == nil then
				act()
			else
				parallel.waitForAny(act, live.keepDrawing)
			end
		end, function()
			if isAsking() then
				return nil
			end
			if live ~= nil then
				live.keepUp()
			end
			return lineOf(wait)
		end)
	end)
	closeAsk()
	if live ~= nil then
		live.stopShowing()
	end
	if not ok then
		error(problem, 0)
	end
end

--- Makes a call under the moving line.
--
-- @param options who is told of progress is set in them
-- @param call what to do
-- @returns the call's value; its failure is raised
function M.wait(options, call)
	local value
	show(options, newWait(false), function()
		value = call()
	end)
	return value
end

--- The same for a call that waits for a turn, which somebody at the keyboard may leave. Its answer is shown while it is written,
-- where the server tells that; `showReply` of `answer` knows then what was shown.
--
-- @param isRead false where the answer is not to be read as it is
-- @param again the command that shows the answer of what was left
-- @returns nothing where the turn was left; it goes on then
function M.waitForTurn(options, call, isRead, again)
	if isRead == nil then
		isRead = true
	end
	if again == nil then
		again = "ai resume"
	end
	if not options.isAttended then
		return M.wait(options, call)
	end
	local state = newWait(isRead)
	local value
	show(options, state, function()
		parallel.waitForAny(function()
			value = call()
		end, function()
			untilLeft(state)
		end)
	end)
	if not state.hasLeft then
		return value
	end
	remark("It goes on. Show the answer: " .. again)
	return nil
end

return M
