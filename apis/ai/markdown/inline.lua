-- The marks of Markdown within a line, as pieces of text in a style.

local M = {}

--- How far ahead the end of a mark is looked for: it keeps a text full of marks from taking quadratic time.
local REACH = 300

--- What a line is made of, the first that fits: a mark, what stands for it or within it, and a link's address.
local PARTS = {
	{ "^()([^*_`%[\\]+)" },
	{ "^(`+)([^`].-)%f[`]%1%f[^`]", "code" },
	{ "^(%*+)([^%s*].-)%1%f[^%w*]", "bold" },
	{ "^(_+)([^%s_].-)%1%f[^%w_]", "bold" },
	{ "^(%[)([^%[%]]+)%]%(<?([^%s()<>]*)[^()]*%)", "link" },
	{ "^(\\)(%p)" },
	{ "^()([*_`]+)" },
	{ "^()(.)" },
}

--- Reads the next part of a line: at most 300 bytes.
--
-- @param spans gets what it shows
-- @param text the line, folded
-- @param at where the part begins, counted from 1
-- @param style that of text that has no other
-- @returns where the next part begins
function M.readPart(spans, text, at, style)
	local ahead = string.sub(text, at, at + REACH)
	local inWord = string.match(text, "^%w[*_]", at - 1)
	for _, part in ipairs(PARTS) do
		local own = part[2]
		local _, stop, _, shown, address = string.find(ahead, part[1])
		if stop ~= nil and (inWord == nil or own ~= "bold") then
			local inner = shown
			if own == "bold" or own == "link" then
				local next = 1
				while next <= #inner do
					next = M.readPart(spans, inner, next, own)
				end
			else
				spans[#spans + 1] = { text = inner, style = own or style }
			end
			if own == "link" and address ~= shown then
				spans[#spans + 1] = { text = " (" .. address .. ")", style = own }
			end
			return at + stop
		end
	end
	return #text + 1
end

--- The pieces of a short text, as in a table's cell.
--
-- @param text folded
-- @param style that of text that has no other
-- @param most how many columns are of interest; what goes beyond is not read to its end
-- @returns its pieces, and how many columns they take
function M.spansOf(text, style, most)
	local spans = {}
	local at = 1
	local width = 0
	local counted = 0
	while at <= #text and width <= most do
		at = M.readPart(spans, text, at, style)
		for index = counted, #spans - 1 do
			width = width + #spans[index + 1].text
		end
		counted = #spans
	end
	return spans, width
end

return M
