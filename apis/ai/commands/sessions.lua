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

local function show(context, sessions)
	if #sessions == 0 then
		remark("No sessions yet. Start one: ai <prompt>")
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
