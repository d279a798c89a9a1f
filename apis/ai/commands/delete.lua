-- `ai delete [number|id]`: deletes a session, after asking.

local say = require("/apis/trapos/screen").say
local text = require("/apis/trapos/text")
local cut, oneLine = text.cut, text.oneLine
local sessionlist = require("/apis/ai/sessionlist")
local isSession, knownSession = sessionlist.isSession, sessionlist.knownSession
local confirm = require("/apis/ai/view/confirm").confirm
local wait = require("/apis/ai/view/waiting").wait

--- Columns that a title may take in the question.
local MOST_TITLE = 80

local function run(context, words)
	local session = knownSession(context, words[1])
	local typed = #words == 0 and "delete" or "delete " .. words[1]
	local title = cut(oneLine(session.title), MOST_TITLE)
	local isDeleted = confirm(context, typed, 'Delete "' .. title .. '" and all that was said in it?')
	if isDeleted then
		wait(context.options, function()
			return context.ai.delete(session.id)
		end)
	end
	return { session = session, isDeleted = isDeleted }
end

local function show(_context, deletion)
	say(deletion.isDeleted and "Deleted: " .. deletion.session.title or "Nothing was deleted.")
end

local deleteSession = {
	name = "delete",
	usage = "ai delete [number|id]",
	purpose = "Delete a session",
	most = 1,
	fits = function(words)
		return isSession(words[1])
	end,
	run = run,
	show = show,
}
return deleteSession
