-- `ai history [n]`: shows the last prompts and their answers.

local listOf = require("/apis/trapos/json").listOf
local remark = require("/apis/trapos/screen").remark
local showAnswer = require("/apis/ai/view/answer").showAnswer
local conversation = require("/apis/ai/view/conversation").conversation
local wait = require("/apis/ai/view/waiting").wait

--- How many turns are shown where nothing is said.
local USUAL = 5

local function run(context, words)
	local limit = tonumber(words[1]) or USUAL
	local session = context.options.session
	return listOf(wait(context.options, function()
		return context.ai.messages({ limit = limit, session = session })
	end))
end

local function show(_context, turns)
	if #turns == 0 then
		remark("Nothing was said yet.")
	else
		showAnswer(conversation(turns))
	end
end

local history = {
	name = "history",
	usage = "ai history [n]",
	purpose = "Show the last prompts and answers",
	section = "What was said and done",
	most = 1,
	fits = function(words)
		return (string.find(words[1], "^[1-9]%d*$")) ~= nil
	end,
	run = run,
	show = show,
}
return history
