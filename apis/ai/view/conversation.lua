-- What was said in a session, as Markdown. Pure.

local M = {}

--- A text in which each line is a quote.
local function quoted(text)
	return "> " .. (string.gsub(text, "\n", "\n> "))
end

--- Turns as one Markdown text: each prompt as a quote, and its answer below it.
--
-- @param turns oldest first
-- @returns UTF-8, with a line end behind its last line
function M.conversation(turns)
	local texts = {}
	for _, turn in ipairs(turns) do
		table.insert(texts, quoted(turn.prompt))
		if turn.text ~= "" then
			table.insert(texts, turn.text)
		end
		if turn.problem ~= nil then
			table.insert(texts, "*" .. turn.problem .. "*")
		end
	end
	return table.concat(texts, "\n\n") .. "\n"
end

return M
