-- `trapos`: what is installed of TrapOS, and whether there is anything newer.

--- By a name of its own, as the compiler takes every other `require` for an import.
local load = require
local words = { ... }
local run
pcall(function()
	local progress = load("/apis/ccpm/progress")
	local overview = load("/apis/ccpm/overview")
	local connect = load("/apis/ccpm/client").connect
	local ccpm = connect({ onProgress = progress.showProgress, onNote = progress.note })
	local perform = overview.run
	run = function()
		return perform(words, ccpm)
	end
end)
if run == nil then
	-- Where ccpm is damaged, too, it says how to mend that.
	if not shell.run("/programs/ccpm.lua", "--version") then
		error("", 0)
	end
	error("TrapOS is damaged.\nMend it: ccpm verify --fix", 0)
end
if not run() then
	error("", 0)
end
