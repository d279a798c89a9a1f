-- An answer on the screen while it is written. Rows that stay are printed. Below them stand the rows of what has not ended,
-- which are drawn anew as it grows, then lines of others that came meanwhile, and then the moving line, on whose row the cursor
-- is. What is higher than the screen shows its end.

local rowModule = require("/apis/trapos/row")
local drawRow, textOf = rowModule.drawRow, rowModule.textOf
local drawAgain = require("/apis/trapos/progress").drawAgain
local screen = require("/apis/trapos/screen")
local handRows, refitted, remark, takeRowsAbove =
	screen.handRows, screen.refitted, screen.remark, screen.takeRowsAbove
local isAsking = require("/apis/ai/view/asks").isAsking
local coloured = require("/apis/ai/view/colours").coloured

local M = {}

--- By a name of its own, as the compiler puts imports first.
local load = require

--- Seconds between two drawings: a tick of the game.
local TICK = 0.05

--- A drawing that takes long is followed by a pause of so many times as long.
local REST = 4

--- How many rows that stay are kept for a screen of another size; more than any has.
local MOST_KEPT = 100

--- What is shown, or was last. Whoever has begun it may be gone when it ends.
local current

--- Begins to show an answer, from what is loaded for that alone.
local function begin()
	local parts = load("/apis/ai/markdown/stream")
	local width, height = term.getSize()
	local fresh = {}
	local answer = parts.openStream(width, term.isColour(), {
		emit = function(row)
			table.insert(fresh, coloured(row))
		end,
		discard = function()
			table.insert(fresh, { { text = "Until here it thought.", colour = colours.lightGrey } })
		end,
	})
	return {
		parts = parts,
		answer = answer,
		fresh = fresh,
		kept = {},
		notes = {},
		drawn = 0,
		count = 0,
		isChanged = false,
		width = width,
		height = height,
	}
end

--- Draws a whole row; the screen moves up where it would be below it. Returns the next row's place.
local function put(live, row, place)
	if place > live.height then
		term.scroll(1)
	end
	local y = math.min(place, live.height)
	term.setCursorPos(1, y)
	drawRow(row)
	term.write(string.rep(" ", live.width - #textOf(row)))
	return y + 1
end

--- Draws the rows that stay anew where the screen has another size, as far as it is theirs.
local function fit(live)
	local width, height = term.getSize()
	if width == live.width and height == live.height then
		return
	end
	local _, cursor = term.getCursorPos()
	local start = cursor - live.drawn - #live.kept
	live.width = width
	live.height = height
	live.drawn = 0
	live.parts.setWidth(live.answer, width)
	if live.thoughts ~= nil then
		live.parts.setWidth(live.thoughts, width)
	end
	local rows = {}
	for _, row in ipairs(live.kept) do
		for _, part in ipairs(refitted(row, width)) do
			table.insert(rows, part)
		end
	end
	live.kept = rows
	local y = math.max(math.min(start, height), 1)
	for line = y, height do
		term.setCursorPos(1, line)
		term.clearLine()
	end
	for index = math.max(#rows - height, 0), #rows - 1 do
		y = put(live, rows[index + 1], y)
	end
	if y > height then
		term.scroll(1)
	end
	term.setCursorPos(1, math.min(y, height))
end

--- The rows that are drawn anew.
local function unfinishedRows(live)
	local thoughts = live.thoughts
	local tail = live.parts.tailOf(thoughts or live.answer)
	local rows = {}
	local colour = thoughts and colours.lightGrey
	for _, row in ipairs(tail) do
		table.insert(rows, coloured(row, colour))
	end
	for _, row in ipairs(live.notes) do
		table.insert(rows, row)
	end
	return rows
end

--- Draws what has come.
local function draw(live)
	live.isChanged = false
	fit(live)
	local _, cursor = term.getCursorPos()

	-- A box may have moved some of it beyond the screen.
	local y = math.max(cursor - live.drawn, 1)
	for _, row in ipairs(live.fresh) do
		y = put(live, row, y)
		table.insert(live.kept, row)
		if #live.kept > MOST_KEPT then
			table.remove(live.kept, 1)
		end
	end
	live.count = live.count + #live.fresh
	while #live.fresh > 0 do
		table.remove(live.fresh)
	end
	local rows = unfinishedRows(live)
	local first = math.max(#rows - live.height + 1, 0)
	for index = first, #rows - 1 do
		y = put(live, rows[index + 1], y)
	end
	live.drawn = #rows - first
	if y > live.height then
		term.scroll(1)
	end
	y = math.min(y, live.height)
	for line = y + 1, math.min(cursor, live.height) do
		term.setCursorPos(1, line)
		term.clearLine()
	end
	term.setCursorPos(1, y)
	drawAgain()
end

--- Draws what has come, where nothing stands over it; nothing more is drawn for a tick.
local function drawInTurn(live)
	if live.timer ~= nil or isAsking() then
		return
	end
	local start = os.epoch("utc")
	draw(live)
	live.timer = os.startTimer(math.max(TICK, (os.epoch("utc") - start) / 1000 * REST))
end

--- Has it drawn that something has come.
local function change(live)
	live.isChanged = true
	drawInTurn(live)
end

--- Lets lines of others stay where nothing is unfinished above them.
local function placeNotes(live)
	if live.parts.hasTail(live.thoughts or live.answer) then
		return
	end
	for _, note in ipairs(live.notes) do
		table.insert(live.fresh, note)
	end
	live.notes = {}
end

--- Takes a piece, line by line where something waits for the end of one.
local function take(live, stream, piece)
	local rest = piece
	while #live.notes > 0 and rest ~= "" do
		local stop = string.find(rest, "\n", 1, true)
		live.parts.addPiece(stream, string.sub(rest, 1, stop or -1))
		rest = stop == nil and "" or string.sub(rest, stop + 1)
		placeNotes(live)
	end
	live.parts.addPiece(stream, rest)
end

--- What is shown, from its first piece on.
local function open()
	if current ~= nil then
		return current
	end
	local live = begin()
	current = live

	-- What was printed until now is not the head of what comes after the answer.
	takeRowsAbove()
	handRows(function(row)
		table.insert(live.notes, row)
		placeNotes(live)
		change(live)
	end)
	return live
end

--- Says, or no longer says, that the model thinks.
local function setThinking(live, isThinking)
	if isThinking == (live.thoughts ~= nil) then
		return
	end
	live.parts.endLine(live.thoughts or live.answer)
	placeNotes(live)
	live.thoughts = nil
	if not isThinking then
		live.answer.page.gap = true
		return
	end
	local function emit(row)
		table.insert(live.fresh, coloured(row, colours.lightGrey))
	end
	if live.count + #live.fresh > 0 then
		emit({})
	end
	emit({ { text = "Thinking:", style = "text" } })
	live.thoughts = live.parts.openStream(live.width, term.isColour(), {
		emit = emit,
		discard = function()
			return nil
		end,
	})
end

--- Shows a piece of an answer.
--
-- @param piece UTF-8, cut anywhere
function M.showText(piece)
	if piece == "" then
		return
	end
	local live = open()
	setThinking(live, false)
	take(live, live.answer, piece)
	change(live)
end

--- Shows a piece of what the model thinks.
--
-- @param piece UTF-8, cut anywhere
function M.showThoughts(piece)
	if piece == "" then
		return
	end
	local live = open()
	setThinking(live, true)
	take(live, live.thoughts, piece)
	change(live)
end

--- Draws what has come and was not drawn yet, before something covers it.
function M.catchUp()
	if current ~= nil and current.isChanged then
		draw(current)
	end
end

--- Draws what has come while something stood over it, and all of it where the screen has another size.
function M.keepUp()
	local live = current
	if live == nil or isAsking() then
		return
	end
	local width, height = term.getSize()
	if width ~= live.width or height ~= live.height then
		draw(live)
	elseif live.isChanged then
		drawInTurn(live)
	end
end

--- Draws what comes, tick by tick, for ever.
function M.keepDrawing()
	while true do
		local event, id = os.pullEventRaw()
		local live = current
		if live ~= nil then
			if event == "timer" and id == live.timer then
				live.timer = nil
				if live.isChanged then
					drawInTurn(live)
				end
			elseif event == "term_resize" then
				M.keepUp()
			end
		end
	end
end

--- Forgets what was shown.
function M.forgetShown()
	current = nil
end

--- Leaves on the screen what has come, above the cursor. Nobody waits for it any more.
function M.stopShowing()
	local live = current
	if live == nil then
		return
	end
	handRows(nil)

	-- Text that comes goes on where thoughts are printed from here on.
	setThinking(live, false)
	draw(live)
end

--- Ends what was shown, once the answer is known. A line says where it was longer than the screen, and where it is another one.
--
-- @param answer UTF-8
-- @param again the command that shows it again, where there is one
-- @returns whether it stands on the screen; else it is to be shown
function M.isShown(answer, again)
	local live = current
	current = nil
	if live == nil or live.parts.isEmpty(live.answer) then
		return false
	end
	local isWhole = live.parts.complete(live.answer, answer)
	placeNotes(live)
	draw(live)
	if not isWhole then
		remark("It was changed since. All of it:")
	elseif again ~= nil and live.count >= live.height then
		remark("Read it again: " .. again)
	end
	return isWhole
end

return M
