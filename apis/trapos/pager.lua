-- Prints rows page by page, for a computer's screen does not scroll back.

local screen = require("/apis/trapos/screen")
local clearRow, takeRowsAbove = screen.clearRow, screen.takeRowsAbove
local cut = require("/apis/trapos/text").cut

local M = {}

--- How many rows are printed without a pause: a program that prints for 7 s without one is stopped.
local ROWS_WITHOUT_PAUSE = 100

--- Whether anybody is there to turn a page.
local isAttended = true

--- From here on nobody is asked to turn a page.
function M.unattended()
	isAttended = false
end

--- Begins to print rows. What was said above them is part of their first page.
function M.open()
	local _, height = term.getSize()
	local above = takeRowsAbove()
	return { shown = above < height - 1 and above or 0, printed = 0, isReading = true }
end

--- Waits at the end of a page, on its free last row. True to go on, false when the reader has seen enough.
local function turnPage()
	local width = term.getSize()
	term.write(cut("-- any key, q to quit --", width))
	local event
	local key
	repeat
		do
			event, key = os.pullEventRaw()
		end
	until not (event ~= "key" and event ~= "terminate")
	clearRow()
	if event == "terminate" then
		error("Terminated", 0)
	end

	-- The key's character would be typed at the shell's prompt.
	sleep(0.05)
	return key ~= keys.q
end

--- Prints a row, after a pause at the end of a page. In harness mode, where nobody would press the key, there is none.
--
-- @param draw what draws it, without a line break
-- @returns false once the reader has seen enough, and nothing is printed any more
function M.printRow(pager, draw)
	local _, height = term.getSize()
	local isPaged = isAttended and settings.get("trapos.harness_mode") ~= true
	if pager.isReading and isPaged and pager.shown >= height - 1 then
		pager.isReading = turnPage()
		pager.shown = 0
	end
	if not pager.isReading then
		return false
	end
	draw()
	print()
	pager.shown = pager.shown + 1
	pager.printed = pager.printed + 1
	if pager.printed % ROWS_WITHOUT_PAUSE == 0 then
		sleep(0)
	end
	return true
end

return M
