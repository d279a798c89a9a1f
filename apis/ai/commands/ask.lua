-- `ai <prompt>`: asks, and shows the answer.

local outcome = require("/apis/trapos/failure").outcome
local remark = require("/apis/trapos/screen").remark
local mentions = require("/apis/ai/completions").mentions
local fail = require("/apis/ai/failure").fail
local filesOf = require("/apis/ai/localfile").filesOf
local readLines = require("/apis/ai/view/typedlines").readLines
local showReply = require("/apis/ai/view/answer").showReply
local openasks = require("/apis/ai/view/openasks")
local offerAsks, openAsks = openasks.offerAsks, openasks.openAsks
local waitForTurn = require("/apis/ai/view/waiting").waitForTurn

--- The prompt: the words, and with `--lines` what is typed behind them.
local function promptOf(context, words)
	local prompt = table.concat(words, " ")
	if context.flags.lines == nil then
		return prompt
	end
	if not context.options.isAttended then
		error(fail("bad_command_line", { what = "--lines needs somebody who types" }), 0)
	end
	local lines = readLines()
	return prompt == "" and lines or prompt .. "\n" .. lines
end

local function run(context, words)
	local options = context.options
	local prompt = promptOf(context, words)
	options.files = filesOf(context.flags.file)
	local ok, reply = outcome(function()
		return waitForTurn(options, function()
			return context.ai.ask(prompt, options)
		end)
	end)
	if ok then
		return reply
	end

	-- What waits in another session than this computer's own is not looked for.
	local isOwn = options.session == nil
	if reply.code ~= "session_busy" or not options.isAttended or not isOwn then
		error(reply, 0)
	end
	local open = openAsks(context)
	if #open == 0 then
		error(reply, 0)
	end
	remark(reply.message)
	local isAnswered = offerAsks(context, open)
	if isAnswered then
		remark("Then ask again. Show that answer: ai resume")
	else
		error(reply, 0)
	end
	return nil
end

local function show(context, reply)
	if reply ~= nil then
		showReply(context.options, reply)
	end
end

local ask = {
	name = "ask",
	usage = "ai <prompt>",
	purpose = "Ask; also: ai ask <prompt>",
	most = math.huge,
	isText = true,
	complete = function(_previous, text)
		return mentions(text)
	end,
	run = run,
	show = show,
}
return ask
