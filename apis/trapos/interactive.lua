-- Whether somebody sits before the screen who can turn a page, choose and answer.

local M = {}

--- False once the program was told that nobody is there.
local isAttended = true

--- From here on nothing waits for a key: all of a long text is printed.
function M.unattended()
	isAttended = false
end

--- Whether what is shown may wait for a key. Not in harness mode (`trapos.harness_mode`), not after `unattended`, and
-- not where what is printed goes elsewhere than to the computer's own screen or a window of it, which knows its lines: to a monitor, which has
-- no keys, or to a program that keeps it.
function M.isInteractive()
	if not isAttended or settings.get("trapos.harness_mode") == true then
		return false
	end
	local terminal = term.current()
	return terminal == term.native() or terminal.getLine ~= nil
end

return M
