-- The time that a server writes above its answers.

local M = {}

--- The time that a server writes above its answers.
local MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"

--- Days from 1970-01-01 to a date of the Gregorian calendar.
--
-- @param month from 1
local function daysOf(year, month, day)
	-- The year begins in March, so that a leap day is its last one.
	local shifted = month > 2 and year or year - 1
	local monthFromMarch = (month + 9) % 12
	local leapDays = math.floor(shifted / 4) - math.floor(shifted / 100) + math.floor(shifted / 400)

	-- 719469 is the same for 1970-01-01, counted from March 1 of the year 0 on.
	return shifted * 365 + leapDays + math.floor((monthFromMarch * 306 + 5) / 10) + day - 719469
end

--- Reads the header Date as HTTP has it since 1.1 (RFC 9110, section 5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT".
--
-- @returns epoch milliseconds, or nothing for another text
function M.readHttpDate(text)
	local found = { string.match(text, "^%a+, (%d%d) (%a%a%a) (%d%d%d%d) (%d%d):(%d%d):(%d%d) GMT$") }
	local day, name, year, hour, minute, second = unpack(found, 1, 6)
	if name == nil then
		return nil
	end
	local at = string.find(MONTHS, name, 1, true)
	if at == nil or (at - 1) % 3 ~= 0 then
		return nil
	end
	local days = daysOf(tonumber(year), (at - 1) / 3 + 1, tonumber(day))
	local seconds = tonumber(hour) * 3600 + tonumber(minute) * 60 + tonumber(second)
	return (days * 86400 + seconds) * 1000
end

return M
