-- Lines that are shown at the shell's prompt, and the events by which servers and the shell's screen talk of them.

local cut = require("/apis/trapos/text").cut

local M = {}

--- A server has a line to be shown: the Notice.
M.NOTICE = "trapos_notice"

--- It was shown: its id.
M.SHOWN = "trapos_notice_shown"

--- It need not be shown any more: its id.
M.DROPPED = "trapos_notice_dropped"

--- The shell's screen has begun: what was to be shown before is to be told again.
M.READY = "trapos_notice_ready"

--- A server wants to know what the screen shows.
M.LOOK = "trapos_screen_look"

--- What it shows: of each row, from the top, text, colours and backgrounds, as a window's `getLine` gives them.
M.ROWS = "trapos_screen_rows"

--- Columns that a subject needs, to be worth showing.
local LEAST_SUBJECT = 8

--- A line as it fits so many columns.
function M.rowOf(notice, width)
	local after = notice.after
	local subject = notice.subject
	local room = width - #notice.before - 4 - #after
	if subject ~= "" and (room >= LEAST_SUBJECT or room >= #subject) then
		local shown = cut(subject, room)
		local stop = string.sub(shown, -1) == "." and "" or "."
		return notice.before .. ": " .. shown .. stop .. " " .. after
	end
	for _, row in ipairs({ notice.before .. ". " .. after, notice.short .. ": " .. after }) do
		if #row <= width then
			return row
		end
	end
	return cut(after, width)
end

return M
