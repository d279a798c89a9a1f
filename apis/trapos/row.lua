-- Rows of the screen, as pieces of text that look different.

local M = {}

--- A row's text.
function M.textOf(row)
	local text = ""
	for _, piece in ipairs(row) do
		text = text .. piece.text
	end
	return text
end

--- How many characters of a row are no blanks.
function M.lettersOf(row)
	return #(string.gsub(M.textOf(row), " ", ""))
end

--- A row in which some of its text stands out.
--
-- @param from the first column of it, counted from 1
-- @param to the last one
function M.marked(row, from, to)
	local pieces = {}
	local before = 0
	for _, value in ipairs(row) do
		local text = value.text
		local colour = value.colour
		local ground = value.ground
		local start = math.max(from - before, 1)
		local endModule = math.max(to - before, 0)
		local parts = {
			{
				string.sub(text, 1, start - 1),
				false,
			},
			{
				string.sub(text, start, endModule),
				true,
			},
			{
				string.sub(text, math.max(endModule + 1, start)),
				false,
			},
		}
		for _, value in ipairs(parts) do
			local part = value[1]
			local isMarked = value[2]
			if part ~= "" then
				table.insert(pieces, { text = part, colour = colour, ground = ground, isMarked = isMarked })
			end
		end
		before = before + #text
	end
	return pieces
end

--- Draws a row from the cursor on, without a line break.
function M.drawRow(row)
	local textColour = term.getTextColour()
	local background = term.getBackgroundColour()
	local hasColours = term.isColour()
	for _, piece in ipairs(row) do
		if piece.isMarked then
			-- Black and white are on every screen.
			term.setTextColour(colours.black)
			term.setBackgroundColour(hasColours and colours.yellow or colours.white)
		elseif hasColours then
			term.setTextColour(piece.colour or textColour)
			term.setBackgroundColour(piece.ground or background)
		end
		term.write(piece.text)
		term.setTextColour(textColour)
		term.setBackgroundColour(background)
	end
end

return M
