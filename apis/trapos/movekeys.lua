-- The keys and turns of the mouse's wheel by which somebody scrolls.

local M = {}

--- The move that an event asks for, if it is one.
--
-- @param event the event's name
-- @param what its first value: the key, or the direction of the wheel
function M.moveOf(event, what)
	if event == "mouse_scroll" then
		return what < 0 and "wheelUp" or "wheelDown"
	end
	if event ~= "key" then
		return nil
	end
	if what == keys.up then
		return "up"
	end
	if what == keys.down then
		return "down"
	end
	if what == keys.pageUp then
		return "pageUp"
	end
	if what == keys.pageDown then
		return "pageDown"
	end
	if what == keys.home then
		return "home"
	end
	return what == keys["end"] and "end" or nil
end

return M
