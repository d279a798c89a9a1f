-- Shows answers: their Markdown as colours, page by page.

local showRows = require("/apis/trapos/pager").showRows
local remark = require("/apis/trapos/screen").remark
local textModule = require("/apis/trapos/text")
local oneLine, shorten = textModule.oneLine, textModule.shorten
local rememberAnswer = require("/apis/ai/session").rememberAnswer
local coloured = require("/apis/ai/view/colours").coloured
local liveView = require("/apis/ai/view/waiting").liveView

local M = {}

--- By a name of its own, as the compiler puts imports first.
local load = require

--- Characters that a word of the server's may take where others stand beside it.
local LONGEST_WORD = 40

--- Shows an answer, page by page where it is long.
--
-- @param answer Markdown, UTF-8
function M.showAnswer(answer)
	-- Loaded for an answer alone: most commands show none.
	local layOut = load("/apis/ai/markdown/layout").layOut
	showRows(function(width, emit)
		return layOut(answer, width, term.isColour(), function(row)
			return emit(coloured(row))
		end)
	end)
end

--- A word of the server's, in the computer's font, that leaves room for others beside it.
local function short(word)
	return shorten(oneLine(word), LONGEST_WORD)
end

--- Whether an answer stands on the screen already, as it was seen while it was written.
local function isShown(answer, again)
	local live = liveView()
	return live ~= nil and live.isShown(answer, again)
end

--- Shows what there was of an answer until it failed, but for what was seen while it was written.
function M.showWritten(text)
	if text ~= "" and not isShown(text) then
		M.showAnswer(text)
	end
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

--- Shows a reply, but for an answer that was seen while it was written, and what must be known of it.
--
-- @param heading stands above an answer that was not seen
function M.showReply(options, reply, heading)
	local session = options.session
	local again = session == nil and "ai last" or "ai last --session " .. session
	if not isShown(reply.text, again) then
		if heading ~= nil then
			remark(heading)
		end
		M.showAnswer(reply.text)
	end
	rememberAnswer(fs)
	if reply.finish == "length" then
		remark("The answer was cut at the model's limit.")
	end
	M.showDetails(options, reply)
end

return M
