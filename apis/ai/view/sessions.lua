-- Shows sessions: as a list with numbers, and as one to choose from.

local strings = require("cc.strings")
local choose = require("/apis/trapos/chooser").choose
local fold = require("/apis/trapos/font").fold
local readLine = require("/apis/trapos/lineinput").readLine
local showRows = require("/apis/trapos/pager").showRows
local ask = require("/apis/trapos/question").ask
local say = require("/apis/trapos/screen").say
local text = require("/apis/trapos/text")
local ageText, cut, oneLine, shorten = text.ageText, text.cut, text.oneLine, text.shorten
local wait = require("/apis/ai/view/waiting").wait

local M = {}

--- The fewest columns of a number, so that short lists look alike.
local LEAST_DIGITS = 2

--- Columns that a title may take in a question, which is to stay on the screen.
local LONGEST_TITLE = 80

--- What letters do to the session that the caret is on.
local ACTIONS = {
	{ letter = "r", purpose = "rename" },
	{ letter = "d", purpose = "delete" },
	{ letter = "f", purpose = "fork" },
}

--- A session as a row: whether it is the current one, its number, its title and its age.
local function rowOf(session, number, digits, width)
	local age = ageText((os.epoch("utc") - session.updated) / 1000)
	local start = string.format("%s%" .. tostring(digits) .. "d ", session.current and "*" or " ", number)
	local room = math.max(width - #start - #age - 1, 0)
	local title = strings.ensure_width(cut(oneLine(session.title), room), room)
	return start .. title .. " " .. age
end

local function rowsOf(sessions, width)
	local digits = math.max(#tostring(#sessions), LEAST_DIGITS)
	local rows = {}
	for number, session in ipairs(sessions) do
		table.insert(rows, rowOf(session, number, digits, width))
	end
	return rows
end

--- Prints sessions with their numbers.
function M.showSessions(sessions)
	showRows(function(width, emit)
		for _, row in ipairs(rowsOf(sessions, width)) do
			emit({ { text = row } })
		end
	end)
end

local function goOnIn(context, id)
	local session = wait(context.options, function()
		return context.ai.useSession(id)
	end)
	say("Talking in: " .. session.title)
end

local function forkOf(context, id)
	local session = wait(context.options, function()
		return context.ai.fork(id)
	end)
	say("Talking in: " .. session.title)
end

--- Asks for another title; an empty one leaves it as it is.
local function rename(context, session)
	local title = readLine({ prompt = "Title: ", initial = session.title })

	-- What the font does not have would be lost to whoever changes nothing.
	if (string.find(title, "%S")) == nil or title == fold(session.title) then
		return session
	end
	return wait(context.options, function()
		return context.ai.rename(title, session.id)
	end)
end

--- Deletes a session, after asking; false where it is still there.
local function isDeleted(context, session)
	local title = shorten(oneLine(session.title), LONGEST_TITLE)
	if not ask('Delete "' .. title .. '" and all that was said in it?', false) then
		return false
	end
	wait(context.options, function()
		return context.ai.delete(session.id)
	end)
	return true
end

--- Lets somebody choose among sessions, and rename, delete and fork them.
--
-- @param sessions the list, which changes with what is done
function M.browseSessions(context, sessions)
	local index
	local word
	while #sessions > 0 do
		local choice = choose({
			rows = function(width)
				return rowsOf(sessions, width)
			end,
			enter = "use",
			actions = ACTIONS,
			index = index,
			word = word,
		})
		if choice == nil then
			return
		end
		index = choice.index
		word = choice.word
		local session = sessions[index]
		if choice.action == "r" then
			sessions[index] = rename(context, session)
		elseif choice.action == "d" then
			if isDeleted(context, session) then
				table.remove(sessions, index)
			end
		elseif choice.action == "f" then
			forkOf(context, session.id)
			return
		else
			goOnIn(context, session.id)
			return
		end
	end
end

return M
