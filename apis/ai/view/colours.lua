-- The colours of an answer's Markdown.

local M = {}

--- The colours of what is marked in an answer.
local COLOURS = {
	heading = colours.yellow,
	bold = colours.yellow,
	code = colours.lightBlue,
	quote = colours.lightGrey,
	link = colours.cyan,
	block = colours.white,
	aside = colours.lightGrey,
}

--- The colours behind what has one of its own.
local GROUNDS = { block = colours.grey, aside = colours.grey }

--- A row of an answer as it is drawn.
--
-- @param colour that of all of it, where it is not to look like an answer
function M.coloured(row, colour)
	local pieces = {}
	for _, value in ipairs(row) do
		local text = value.text
		local style = value.style
		table.insert(pieces, { text = text, colour = colour or COLOURS[style], ground = GROUNDS[style] })
	end
	return pieces
end

return M
