-- A caret on one of many rows, some of which are in sight.

local scroll = require("/apis/trapos/scroll")
local scrolled, scrolledTo = scroll.scrolled, scroll.scrolledTo

local M = {}

local function scrollOf(choosing)
	return { rows = #choosing.shown, height = choosing.height, top = choosing.top }
end

--- The same rows, with others in sight.
local function from(choosing, top, caret, clickedPlace)
	return {
		texts = choosing.texts,
		word = choosing.word,
		shown = choosing.shown,
		caret = caret,
		top = top,
		height = choosing.height,
		clicked = clickedPlace,
	}
end

--- With the caret on a row, or on the one that is nearest, and that row in sight.
local function withCaret(choosing, caret)
	local place = math.min(math.max(caret, 1), #choosing.shown)
	local top = math.max(math.min(choosing.top, place), place - choosing.height + 1)
	return from(choosing, scrolledTo(scrollOf(choosing), top).top, place)
end

--- The place in `texts` of the row with the caret; nothing where there is none.
function M.chosen(choosing)
	return choosing.shown[choosing.caret]
end

--- The rows with a word in them, in letters of either case. The caret stays on its row, or goes to the next one that is
-- shown.
--
-- @param word in CC's font; all rows are shown where it is empty
-- @param index the place in `texts` of the caret's row
local function select(choosing, word, index)
	local wanted = string.lower(word)
	local shown = {}
	local caret
	for place, text in ipairs(choosing.texts) do
		if (string.find(string.lower(text), wanted, 1, true)) ~= nil then
			table.insert(shown, place)
			if place >= index and caret == nil then
				caret = #shown
			end
		end
	end
	local selected = {
		texts = choosing.texts,
		word = word,
		shown = shown,
		caret = 0,
		top = choosing.top,
		height = choosing.height,
	}
	return withCaret(selected, caret or #shown)
end

--- Begins to choose, or goes on with other rows.
--
-- @param texts in CC's font
-- @param index the place of the caret's row
-- @param height rows of the screen for them
-- @param word what the rows are narrowed by
function M.choosingFrom(texts, index, height, word)
	return select({
		texts = texts,
		word = word,
		shown = {},
		caret = 0,
		top = 1,
		height = math.max(height, 1),
	}, word, index)
end

--- Shows the rows with a word in them alone.
function M.narrowed(choosing, word)
	return select(choosing, word, M.chosen(choosing) or 1)
end

--- After a key or a turn of the wheel. The wheel moves what is in sight, and takes the caret along where it must.
function M.moved(choosing, move)
	local caret = choosing.caret
	local page = math.max(choosing.height - 1, 1)
	if move == "wheelUp" or move == "wheelDown" then
		local top = scrolled(scrollOf(choosing), move).top
		local inSight = math.max(math.min(caret, top + choosing.height - 1), top)
		return withCaret(from(choosing, top, caret), inSight)
	end
	local carets = {
		up = caret - 1,
		down = caret + 1,
		pageUp = caret - page,
		pageDown = caret + page,
		home = 1,
		["end"] = #choosing.shown,
	}
	return withCaret(choosing, carets[move])
end

--- After a click on a row of the screen.
--
-- @param y counted from 1, the first of the rows that are in sight
-- @returns the new state, and whether that was the second click on it, which chooses it
function M.clicked(choosing, y)
	local place = choosing.top + y - 1
	if y < 1 or y > choosing.height or place > #choosing.shown then
		return choosing, false
	end
	local isSecond = choosing.clicked == place
	return from(choosing, choosing.top, place, place), isSecond
end

--- A letter and its purpose, as short as can be told: "Rename", "x:delete".
local function legendOf(action)
	local first = string.sub(action.purpose, 1, 1)
	if first ~= action.letter then
		return action.letter .. ":" .. action.purpose
	end
	return string.upper(first) .. string.sub(action.purpose, 2)
end

--- What the keys do, in the most words that there is room for.
--
-- @param enter what Enter does: "use"
function M.legend(choosing, enter, actions, width)
	local words = {}
	local letters = {}
	for _, action in ipairs(actions) do
		table.insert(words, legendOf(action) .. " ")
		table.insert(letters, action.letter .. " ")
	end
	local said = table.concat(words)
	local word = choosing.word == "" and "" or " /" .. choosing.word
	local place = tostring(choosing.caret) .. "/" .. tostring(#choosing.shown) .. word .. "  "
	local whole = "Enter:" .. enter .. " " .. said .. "/:find Quit"
	local short = "Enter:" .. enter .. " " .. said .. "/ Quit"
	for _, line in ipairs({
		place .. whole,
		whole,
		short,
		place .. said .. "/ Quit",
		said .. "/ Quit",
		said .. "Quit",
	}) do
		if #line <= width then
			return line
		end
	end
	return string.sub(table.concat(letters) .. "/ q", 1, width)
end

return M
