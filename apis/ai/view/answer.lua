-- Shows answers: their Markdown as colours, page by page.

local pagerModule = require("/apis/trapos/pager")
local open, printRow = pagerModule.open, pagerModule.printRow
local screen = require("/apis/trapos/screen")
local inColour, remark = screen.inColour, screen.remark
local text = require("/apis/trapos/text")
local oneLine, shorten = text.oneLine, text.shorten

local M = {}

--- By a name of its own, as the compiler puts imports first.
local load = require

--- The colours of what is marked in an answer.
local COLOURS = {
	heading = colours.yellow,
	bold = colours.yellow,
	code = colours.lightBlue,
	quote = colours.lightGrey,
	link = colours.cyan,
}

--- Characters that a word of the server's may take where others stand beside it.
local LONGEST_WORD = 40

--- Prints an answer.
--
-- @param answer Markdown, UTF-8
function M.showAnswer(answer)
	-- Loaded for an answer alone: most commands show none.
	local layOut = load("/apis/ai/markdown/layout").layOut
	local width = term.getSize()
	local pager = open()
	layOut(answer, width, function(row)
		return printRow(pager, function()
			for _, span in ipairs(row) do
				inColour(COLOURS[span.style] or colours.white, write, span.text)
			end
		end)
	end)
end

--- A word of the server's, in the computer's font, that leaves room for others beside it.
local function short(word)
	return shorten(oneLine(word), LONGEST_WORD)
end

--- What `--verbose` says of a reply: what is there.
function M.showDetails(options, reply)
	if not options.isVerbose then
		return
	end
	local said = {}
	if reply.model ~= nil then
		table.insert(said, "model=" .. short(reply.model))
	end
	if reply.finish ~= nil then
		table.insert(said, "finish=" .. short(reply.finish))
	end
	local tokens = reply.tokens
	if tokens then
		table.insert(said, string.format("tokens=%.0f+%.0f", tokens.input, tokens.output))
	end
	table.insert(said, string.format("seconds=%.1f", reply.seconds))
	remark("[ai] " .. table.concat(said, ", "))
end

--- Prints a reply, and what must be known of it.
function M.showReply(options, reply)
	M.showAnswer(reply.text)
	if reply.finish == "length" then
		remark("The answer was cut at the model's limit.")
	end
	M.showDetails(options, reply)
end

return M
