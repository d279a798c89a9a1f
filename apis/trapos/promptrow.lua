-- A row above the one that somebody is typing in.

local M = {}

--- Puts a row in the place of the one that the cursor is on, and that one below it: all that stands in it stays, and so does the
-- cursor's place in it. On the last row of the screen all moves up.
--
-- @param text in CC's font, no longer than a row
-- @param colour where there are any
function M.insertAbove(terminal, text, colour)
	local x, y = terminal.getCursorPos()
	local _, height = terminal.getSize()
	local row = math.min(math.max(y, 1), height)
	local typed, typedColours, typedGrounds = terminal.getLine(row)
	local textColour = terminal.getTextColour()
	local ground = terminal.getBackgroundColour()
	local place = row
	terminal.setBackgroundColour(colours.black)
	if row == height then
		terminal.scroll(1)
		place = place - 1
	end
	terminal.setCursorPos(1, place)
	terminal.clearLine()
	terminal.setTextColour(terminal.isColour() and colour or colours.white)
	terminal.write(text)
	terminal.setCursorPos(1, place + 1)
	terminal.blit(typed, typedColours, typedGrounds)
	terminal.setTextColour(textColour)
	terminal.setBackgroundColour(ground)
	terminal.setCursorPos(x, place + 1)
end

return M
