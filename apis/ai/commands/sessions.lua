-- `ai sessions`: lists the server's sessions, the newest first.

local strings = require("cc.strings")
local listOf = require("/apis/trapos/json").listOf
local pagerModule = require("/apis/trapos/pager")
local open, printRow = pagerModule.open, pagerModule.printRow
local remark = require("/apis/trapos/screen").remark
local text = require("/apis/trapos/text")
local ageText, cut, oneLine = text.ageText, text.cut, text.oneLine
local sessionlist = require("/apis/ai/sessionlist")
local listSessions, noteShown = sessionlist.listSessions, sessionlist.noteShown

--- The fewest columns of a number, so that short lists look alike.
local LEAST_DIGITS = 2

--- A session as a row: whether it is the current one, its number, its title and its age.
local function rowOf(session, number, digits)
	local width = term.getSize()
	local age = ageText((os.epoch("utc") - session.updated) / 1000)
	local start = string.format("%s%" .. tostring(digits) .. "d ", session.current and "*" or " ", number)
	local room = math.max(width - #start - #age - 1, 0)
	local title = strings.ensure_width(cut(oneLine(session.title), room), room)
	return start .. title .. " " .. age
end

local function run(context, words)
	return listOf(listSessions(context, words[1]))
end

local function show(_context, sessions)
	if #sessions == 0 then
		remark("No sessions yet. Start one: ai <prompt>")
	end
	noteShown(sessions)
	local digits = math.max(#tostring(#sessions), LEAST_DIGITS)
	local pager = open()
	for number, session in ipairs(sessions) do
		if not printRow(pager, function()
			return term.write(rowOf(session, number, digits))
		end) then
			break
		end
	end
end

local sessions = {
	name = "sessions",
	usage = "ai sessions [search]",
	purpose = "List them; * is the current",
	section = "Sessions",
	most = 1,
	run = run,
	show = show,
}
return sessions
