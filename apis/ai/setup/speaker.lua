-- Fetching the package that speaks with opencode 2, which only computers need that meet one.

local ask = require("/apis/trapos/question").ask
local say = require("/apis/trapos/screen").say

local M = {}
local PACKAGE = "trapos-opencode2"
local INSTALLER = "/programs/ccpm.lua"

--- Offers to install it, and does.
--
-- @param isAgreed true where nobody is to be asked any more
-- @returns whether it is there now
function M.offerSpeaker(isAgreed)
	if not fs.exists(INSTALLER) then
		return false
	end
	say("This is opencode 2: a package of its own speaks it.")
	if not isAgreed and not ask("Install " .. PACKAGE .. " now?", true) then
		return false
	end
	return shell.run(INSTALLER, "install", PACKAGE, "--yes")
end

return M
