-- A message's JSON, cut where it is too large for a frame.

local LARGEST_FRAME = require("/apis/ai/link/frames").LARGEST_FRAME

local M = {}

--- A piece is a text in JSON, which takes two bytes for a quotation mark: half of a frame, and room for what is around it.
local LARGEST_PIECE = LARGEST_FRAME / 2 - 200

--- A byte that goes on with a character of UTF-8.
local TAIL = "[" .. string.char(128) .. "-" .. string.char(191) .. "]"

--- Cuts a message between characters.
function M.pieces(message)
	if #message <= LARGEST_PIECE then
		return { { text = message, isWhole = true, hasMore = false } }
	end
	local list = {}
	local start = 1
	while start <= #message do
		local last = math.min(start + LARGEST_PIECE - 1, #message)
		while last > start and (string.find(string.sub(message, last + 1, last + 1), TAIL)) ~= nil do
			last = last - 1
		end
		table.insert(list, {
			text = string.sub(message, start, last),
			isWhole = false,
			hasMore = last < #message,
		})
		start = last + 1
	end
	return list
end

return M
