-- Which rows are shown of something that is longer than its place on the screen. Pure.

local M = {}

--- Rows by which the mouse's wheel moves.
local WHEEL = 3

--- The same place, with a row as its first that leaves no place empty below the last row.
function M.scrolledTo(scroll, top)
	local last = math.max(scroll.rows - scroll.height + 1, 1)
	return {
		rows = scroll.rows,
		height = scroll.height,
		top = math.max(math.min(top, last), 1),
	}
end

--- After a move; the same as before where it is at its end. A page leaves one row of the last one in sight.
function M.scrolled(scroll, move)
	local page = math.max(scroll.height - 1, 1)
	local tops = {
		up = scroll.top - 1,
		down = scroll.top + 1,
		pageUp = scroll.top - page,
		pageDown = scroll.top + page,
		home = 1,
		["end"] = scroll.rows,
		wheelUp = scroll.top - WHEEL,
		wheelDown = scroll.top + WHEEL,
	}
	return M.scrolledTo(scroll, tops[move])
end

--- The last row that is shown.
function M.bottomOf(scroll)
	return math.min(scroll.top + scroll.height - 1, scroll.rows)
end

--- The place as it is told: "12-28 of 140".
function M.placeOf(scroll)
	return tostring(scroll.top) .. "-" .. tostring(M.bottomOf(scroll)) .. " of " .. tostring(scroll.rows)
end

return M
