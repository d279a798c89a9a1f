-- `ai sessions [search]`: the server's sessions, the newest first, to choose from where somebody is there.

local listOf = require("/apis/trapos/json").listOf
local isInteractive = require("/apis/trapos/interactive").isInteractive
local remark = require("/apis/trapos/screen").remark
local sessionlist = require("/apis/ai/sessionlist")
local listSessions, noteShown = sessionlist.listSessions, sessionlist.noteShown
local sessionsModule = require("/apis/ai/view/sessions")
local browseSessions, showSessions = sessionsModule.browseSessions, sessionsModule.showSessions

local function run(context, words)
	return listOf(listSessions(context, words[1]))
end

--- Says why there is nothing to show.
local function showNone(search)
	if search == nil then
		remark("No sessions yet. Start one: ai <prompt>")
	else
		remark('No session fits "' .. search .. '". See all: ai sessions')
	end
end

local function show(context, sessions, words)
	-- The numbers of the list that was on the screen go on to hold.
	if #sessions == 0 then
		showNone(words[1])
		return
	end
	noteShown(sessions)
	if isInteractive() then
		browseSessions(context, sessions)
	else
		showSessions(sessions)
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
