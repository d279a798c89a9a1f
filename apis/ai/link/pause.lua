-- How long to wait until a connection is tried again. Pure.

local M = {}

--- How long to wait until a connection is tried again. Pure.
local FIRST_SECONDS = 1
local LONGEST_SECONDS = 30

--- The next pause: twice as long as the one before, up to half a minute, and a part of a second more that is another one on
-- each computer, so that they do not all come at once when the bridge is back.
--
-- @param last seconds of the pause before; 0 where it went well
-- @param computer the computer's number
-- @returns seconds
function M.nextPause(last, computer)
	local seconds = math.min(math.max(math.floor(last) * 2, FIRST_SECONDS), LONGEST_SECONDS)
	return seconds + computer % 10 / 10
end

return M
