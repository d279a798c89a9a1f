-- A tool call that has ended, as a line that stays.

local note = require("/apis/trapos/screen").note
local text = require("/apis/trapos/text")
local cut, oneLine = text.cut, text.oneLine

local M = {}

--- Stands before a command, which needs no other name.
local SHELL_MARK = "$"

--- What stands before what a tool did.
local MARKS = {
	bash = SHELL_MARK,
	shell = SHELL_MARK,
	read = "<",
	list = "<",
	glob = "?",
	grep = "?",
	websearch = "?",
	webfetch = "@",
	write = ">",
	edit = ">",
	multiedit = ">",
	patch = ">",
	apply_patch = ">",
	task = "&",
	subagent = "&",
}
local OTHER_MARK = "+"

--- Seconds, as short as they tell something.
local function timeText(seconds)
	if seconds == nil then
		return ""
	end
	return string.format(seconds < 9.95 and " %.1f s" or " %.0f s", seconds)
end

--- Whether a call has failed; a shell's command has where its exit status says so.
local function hasFailed(call)
	return call.status == "error" or call.exit ~= nil and call.exit ~= 0
end

--- What it did: its name only where its mark does not tell, and the files that it has written.
local function saidOf(call)
	if #call.files > 0 then
		return call.tool .. " " .. table.concat(call.files, " ")
	end
	local title = call.title or ""
	if title == "" then
		return call.tool
	end
	return MARKS[call.tool] == SHELL_MARK and title or call.tool .. " " .. title
end

--- Why it failed, for the end of its line.
local function problemOf(call)
	if call.status == "error" then
		return call.message == nil and "failed" or "failed: " .. call.message
	end
	return "exit " .. tostring(call.exit)
end

--- Shows a call that has ended: `$ npm test 3.2 s`, or `! $ npm test 3.2 s exit 1` where it failed. One row; what it did is
-- cut before the rest.
function M.showTool(call)
	local width = term.getSize()
	local isFailed = hasFailed(call)
	local start = (isFailed and "! " or "") .. (MARKS[call.tool] or OTHER_MARK) .. " "
	local endModule = timeText(call.seconds) .. (isFailed and " " .. oneLine(problemOf(call)) or "")
	local said = oneLine(saidOf(call))
	local room = math.max(width - #start - #endModule, math.min(#said, math.floor(width / 2)))
	note(cut(start .. cut(said, room) .. endModule, width), isFailed and colours.red or nil)
end

return M
