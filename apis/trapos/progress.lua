-- The one line that moves while something is under way.

local strings = require("cc.strings")
local screen = require("/apis/trapos/screen")
local clearRow, inColour, startRow = screen.clearRow, screen.inColour, screen.startRow
local cut = require("/apis/trapos/text").cut

local M = {}

--- Seconds between two pictures of the sign that turns.
local TURN = 0.2

--- Columns that what is being done needs, to be worth showing.
local LEAST_ROOM = 6

--- Shows how far something is: the left part of the row is lit. All of the row at once: it would flicker if it were
-- cleared before.
--
-- @param doing in CC's font
-- @param share from 0 to 1
function M.showShare(doing, share)
	local width = term.getSize()
	local lit = math.floor(width * math.min(share, 1))
	startRow()
	term.blit(
		strings.ensure_width(doing, width),
		string.rep("0", width),
		string.rep("7", lit) .. string.rep("f", width - lit)
	)
end

--- The moving line as it was drawn last; nothing where none moves.
local shown

--- Draws the moving line on the row that the cursor is on, which is clear where none moves: what is above it has grown.
function M.drawAgain()
	if shown == nil then
		clearRow()
		return
	end
	local width = term.getSize()
	startRow()
	inColour(colours.lightGrey, term.write, strings.ensure_width(shown, width))
end

--- Shows the sign that turns, the seconds and what is being done, as far as a row of the screen has room.
local function showTurn(turns, seconds, doing)
	local width = term.getSize()
	local at = turns % 4 + 1
	local start = string.sub("|/-\\", at, at) .. " " .. tostring(seconds) .. " s"
	local hasRoom = #start + LEAST_ROOM < width
	shown = hasRoom and cut(start .. " " .. doing, width) or start
	M.drawAgain()
end

--- Turns the sign for ever.
local function turn(start, doing)
	local turns = 0
	while true do
		local timer = os.startTimer(TURN)
		local event
		local id
		repeat
			do
				event, id = os.pullEventRaw()
			end
		until event == "timer" and id == timer
		local said = doing()
		if said ~= nil then
			showTurn(turns, math.floor((os.epoch("utc") - start) / 1000), said)
		end
		turns = turns + 1
	end
end

--- Runs something with a moving line below: a sign that turns, the seconds and what is being done. The line is gone when
-- it ends, however it ends. Ctrl+T reaches only what runs.
--
-- @param act what to run
-- @param doing says what is being done, in CC's font; nothing where the line is to rest, as something else is shown
function M.during(act, doing)
	local start = os.epoch("utc")
	local ok, problem = pcall(function()
		return parallel.waitForAny(act, function()
			return turn(start, doing)
		end)
	end)
	shown = nil
	clearRow()
	if not ok then
		error(problem, 0)
	end
end

return M
