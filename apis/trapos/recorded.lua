-- A terminal that knows what it shows, as windows do, in the place of a computer's own screen, which does not tell.

local M = {}

--- What changes a terminal where its cursor is.
local WRITES = "write blit clearLine"

--- What else changes it, by its names of both spellings.
local CHANGES = "clear scroll setCursorPos setTextColour setTextColor setBackgroundColour setBackgroundColor"

--- A window that nobody sees, of the size of a screen, and with its cursor where that has its own.
local function shadowOf(screen)
	local width, height = screen.getSize()
	local shadow = window.create(screen, 1, 1, width, height, false)
	local x, y = screen.getCursorPos()
	shadow.setCursorPos(x, y)
	shadow.setTextColour(screen.getTextColour())
	shadow.setBackgroundColour(screen.getBackgroundColour())
	return shadow
end

--- Makes a terminal on a screen that knows its rows: all that is done to it is done to the screen, and to a window which nobody sees. What
-- stood on the screen before stays there, and is not known.
--
-- @param screen one that knows its rows stays as it is
function M.recorded(screen)
	if screen.getLine ~= nil then
		return screen
	end
	local shadow = shadowOf(screen)
	local shadowing = shadow
	local terminal = {}
	for name, act in pairs(screen) do
		terminal[name] = act
	end
	for name in string.gmatch(CHANGES, "%S+") do
		local act = terminal[name]
		local note = shadowing[name]
		terminal[name] = function(...)
			act(...)
			note(...)
		end
	end
	local moveShadow = shadowing.setCursorPos
	for name in string.gmatch(WRITES, "%S+") do
		local act = terminal[name]
		local note = shadowing[name]
		terminal[name] = function(...)
			-- A program may have drawn on the screen itself, and so moved its cursor.
			local x, y = screen.getCursorPos()
			act(...)
			moveShadow(x, y)
			note(...)
		end
	end
	terminal.getLine = shadow.getLine
	terminal.fitScreen = function()
		local width, height = screen.getSize()
		local shadowWidth, shadowHeight = shadow.getSize()
		if width ~= shadowWidth or height ~= shadowHeight then
			shadow.reposition(1, 1, width, height)
		end
	end
	return terminal
end

return M
