-- What a model thinks aloud in its answer because it has no channel for that.

local fenceModule = require("/apis/ai/markdown/fence")
local isClosedBy, openedBy = fenceModule.isClosedBy, fenceModule.openedBy

local M = {}
local BEGIN = "^%s*<think%a*>"
local END = "</think%a*>"

--- A line without what a fence may stand behind: quotes and the marks of lists.
local function bare(line)
	return (string.gsub(line, "^[%s>]*%d*[-*+.)]? *", ""))
end

--- What is known before the first line.
function M.noThoughts()
	return { isThinking = false, hasThought = false, isGuess = false }
end

--- Where the answer goes on in a line of it, from `at` on.
--
-- @param thoughts what is known from the lines before; it is changed
-- @param line UTF-8, without its line break
local function skipThoughts(thoughts, line)
	local at = 1
	while true do
		local isThinking = thoughts.isThinking
		local _, mark = string.find(line, isThinking and END or BEGIN, at)
		if mark ~= nil then
			thoughts.isThinking = not isThinking
			thoughts.hasThought = true
			at = mark + 1
		else
			if isThinking then
				return at
			end
			local _, endModule = string.find(line, "^%s*" .. END, at)
			if endModule == nil and not thoughts.hasThought then
				local _, last = string.find(line, "^.*" .. END .. "%s*$", at)
				endModule = last
			end
			if endModule == nil then
				return at
			end
			if not thoughts.hasThought then
				thoughts.isGuess = true
			end
			thoughts.hasThought = true
			at = endModule + 1
		end
	end
end

--- Reads the next line of an answer. Where `isGuess` becomes true no line before it belongs to the answer.
--
-- @param thoughts what is known from the lines before; it is changed
-- @param line UTF-8, without its line break
-- @returns what belongs to the answer, from a column on where reasoning stands before it; nothing where no part of it does
function M.answerIn(thoughts, line)
	local fence = thoughts.fence
	if fence ~= nil then
		if isClosedBy((string.gsub(line, "^[%s>]*", "")), fence) then
			thoughts.fence = nil
		end
		return line
	end
	local at = skipThoughts(thoughts, line)
	if thoughts.isThinking then
		return nil
	end
	local rest = string.sub(line, at)
	thoughts.fence = openedBy(bare(rest))
	return (at == 1 or (string.find(rest, "%S")) ~= nil) and rest or nil
end

--- Whether text at the beginning of a line may become a mark of reasoning, as "<thi" does.
function M.mayBecomeMark(text)
	local name = string.match(text, "^%s*</?(%a*)$")
	return name ~= nil and string.sub(name, 1, 5) == string.sub("think", 1, #name)
end

--- An answer without what stands between `<think>` and `</think>`, or `<thinking>` and `</thinking>`, from the beginning
-- of a line on; in code it is code. What is not closed goes to the end. Some servers leave the first mark out: then what
-- stands before a closing one, at the beginning or the end of a line, is not the answer, if anything stands behind it.
--
-- @param text UTF-8
-- @returns the answer; the same text where there is no reasoning
function M.withoutReasoning(text)
	if (string.find(text, "<think", 1, true)) == nil and (string.find(text, END)) == nil then
		return text
	end
	local kept = {}
	local thoughts = M.noThoughts()
	for line in string.gmatch(text .. "\n", "([^\n]*)\n") do
		local wasGuess = thoughts.isGuess
		local answer = M.answerIn(thoughts, line)
		if thoughts.isGuess ~= wasGuess then
			kept = {}
		end
		if answer ~= nil then
			kept[#kept + 1] = answer
		end
	end
	if not thoughts.hasThought then
		return text
	end
	local answer = string.gsub(table.concat(kept, "\n"), "^%s*\n", "")
	return thoughts.isGuess and (string.find(answer, "%S")) == nil and text or answer
end

return M
