-- `ai <prompt>`: asks, and shows the answer.

local mentions = require("/apis/ai/completions").mentions
local fail = require("/apis/ai/failure").fail
local filesOf = require("/apis/ai/localfile").filesOf
local readLines = require("/apis/ai/view/typedlines").readLines
local showReply = require("/apis/ai/view/answer").showReply
local wait = require("/apis/ai/view/waiting").wait

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
	return wait(options, function()
		return context.ai.ask(prompt, options)
	end)
end

local function show(context, reply)
	showReply(context.options, reply)
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
