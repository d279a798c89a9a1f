-- What waits for somebody in this computer's session, and answering it apart from the turn that asks.

local outcome = require("/apis/trapos/failure").outcome
local askYesNo = require("/apis/trapos/question").ask
local remark = require("/apis/trapos/screen").remark
local describeAsk = require("/apis/ai/ask").describeAsk
local asks = require("/apis/ai/view/asks")
local askPermission, askQuestion = asks.askPermission, asks.askQuestion

local M = {}

--- What a list says; where it cannot be read that is told, and nothing of it is known.
local function read(what, list)
	local ok, value = outcome(list)
	if ok then
		return value
	end
	remark("Which " .. what .. " wait cannot be told: " .. value.message)
	return {}
end

--- What waits in the session, permissions first.
function M.openAsks(context)
	local open = {}
	for _, ask in
		ipairs(read("permissions", function()
			return context.ai.permissions()
		end))
	do
		if ask.current then
			open[#open + 1] = { what = "permission", ask = ask }
		end
	end
	for _, ask in
		ipairs(read("questions", function()
			return context.ai.questions()
		end))
	do
		if ask.current then
			open[#open + 1] = { what = "question", ask = ask }
		end
	end
	return open
end

--- Asks for one of them, and answers it.
local function answer(ai, asked)
	if asked.what == "question" then
		local answers = askQuestion(asked.ask)
		ai.answerQuestion(asked.ask.id, answers)
		return answers == nil and "Refused" or "Answered"
	end
	local decided = askPermission(asked.ask)
	ai.answerPermission(asked.ask.id, decided.reply, decided.message)
	if decided.reply == "reject" then
		return "Refused"
	end
	return decided.reply == "once" and "Allowed once" or "Allowed always"
end

--- Offers to answer what is open.
--
-- @returns whether something was answered
function M.offerAsks(context, open)
	local first = open[1]
	remark("It waits for you: " .. describeAsk(first))
	if
		not askYesNo(#open > 1 and "Answer these " .. tostring(#open) .. " now?" or "Answer it now?", true)
	then
		return false
	end
	for _, asked in ipairs(open) do
		remark(answer(context.ai, asked) .. ": " .. describeAsk(asked))
	end
	return true
end

return M
