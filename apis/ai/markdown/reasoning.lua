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
	local fence
	local isThinking = false
	local hasThought = false
	local isGuess = false
	for whole in string.gmatch(text .. "\n", "([^\n]*)\n") do
		local line = whole
		local at = 1
		if fence ~= nil then
			if isClosedBy((string.gsub(line, "^[%s>]*", "")), fence) then
				fence = nil
			end
		else
			local isRead = false
			while not isRead do
				local _, mark = string.find(line, isThinking and END or BEGIN, at)
				local _, endModule = string.find(line, "^%s*" .. END, at)
				if mark == nil and not isThinking and not hasThought and endModule == nil then
					local _, last = string.find(line, "^.*" .. END .. "%s*$", at)
					endModule = last
				end
				if mark ~= nil then
					isThinking = not isThinking
					hasThought = true
					at = mark + 1
				elseif not isThinking and endModule ~= nil then
					if not hasThought then
						kept = {}
						isGuess = true
						hasThought = true
					end
					at = endModule + 1
				else
					isRead = true
				end
			end
			if not isThinking then
				fence = openedBy(bare(string.sub(line, at)))
			end
		end
		if not isThinking and (at == 1 or (string.find(line, "%S", at)) ~= nil) then
			kept[#kept + 1] = string.sub(line, at)
		end
	end
	if not hasThought then
		return text
	end
	local answer = string.gsub(table.concat(kept, "\n"), "^%s*\n", "")
	return isGuess and (string.find(answer, "%S")) == nil and text or answer
end

return M
