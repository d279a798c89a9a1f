-- UTF-8 in the computer's own font, which has one byte a character: ASCII, Latin-1 from 160 up, and below 32 the
-- symbols of IBM's code page 437, but for the blank 9, 10 and 13. So a folded text is as wide as it is long.

local withoutCommands = require("/apis/trapos/terminal").withoutCommands

local M = {}

--- What stands for code points (hexadecimal, ranges with "-"). None stands here twice, as the order is Lua's.
local SPELLINGS = {
	["\1"] = "263A 1F600-1F606 1F60A 1F642",
	["\3"] = "2665 2764 1F493-1F49C",
	["\4"] = "2666 25C6 25C7 1F536-1F539",
	["\5"] = "2663",
	["\6"] = "2660",
	["\7"] = "2022 2023 2219 25CF 25E6 25AA 26AB 25C9 25CE 26AA 1F534 1F535 1F7E0-1F7E4",
	["\v"] = "2642",
	["\f"] = "2640",
	["\14"] = "266A",
	["\15"] = "266B",
	["\16"] = "25B6 25B8 25BA",
	["\17"] = "25C0 25C2 25C4",
	["\18"] = "2195",
	["\19"] = "203C",
	["\24"] = "2191 2B06 1F446 21D1",
	["\25"] = "2193 2B07 1F447 21D3",
	["\26"] = "2192 2794 279C 279E 27A1 27F6 1F449 2197 2198 21AA 21B3 2937",
	["\27"] = "2190 2B05 27F5 1F448 2196 2199 21A9 21B5 23CE",
	["\29"] = "2194 27F7 21C4 21C6",
	["\30"] = "25B2 25B4",
	["\31"] = "25BC 25BE",
	[""] = "AD 300-36F 61C 115F 1160 180B-180F 1AB0-1AFF 1DC0-1DFF 200B-200F 202A-202E 2060-206F 20D0-20FF FE00-FE0F FE20-FE2F FEFF FFF9-FFFB 1F3FB-1F3FF",
	[" "] = "B C 1680 2000-200A 2028 2029 202F 205F 2800 3000 3164",
	["  "] = "9",
	["'"] = "2B9 2BB-2BD 2018-201B 2032 2039 203A",
	['"'] = "201C-201F 2033 2036 275D 275E 300C-300F",
	["-"] = "2010-2015 2043 2212 2500 2501 2504 2505 2550 301C 2796",
	["|"] = "2502 2503 2506 2507 2551",
	["#"] = "2580-259F 25A0 25FC 2B1B 1F7E5-1F7EB",
	["*"] = "2217 2605 2606 2728 2B50",
	[","] = "3001",
	["."] = "3002",
	["/"] = "2044 2215 2797",
	["^"] = "2C6",
	["~"] = "2DC 223C 2248",
	["..."] = "2026 22EF",
	["<="] = "2264 21D0",
	[">="] = "2265",
	["<"] = "27E8 3008",
	[">"] = "27E9 3009",
	["=>"] = "21D2 27F9",
	["<=>"] = "21D4 27FA",
	["!="] = "2260",
	["=="] = "2261",
	["?"] = "2753 2754",
	["+"] = "2795",
	["+1"] = "1F44D",
	["-1"] = "1F44E",
	o = "25CB 2B55",
	["o/oo"] = "2030",
	inf = "221E",
	pi = "3C0",
	sqrt = "221A",
	sum = "2211",
	["!"] = "26A0 2757 2755",
	i = "2139",
	f = "192",
	["[ ]"] = "2610 25A1 25FB 2B1C",
	["[x]"] = "2611 2612",
	oe = "153",
	OE = "152",
	ss = "1E9E",
	ff = "FB00",
	fi = "FB01",
	fl = "FB02",
	EUR = "20AC",
	TM = "2122",
	No = "2116",
	OK = "2713 2714 2705",
	X = "2717 2718 274C 274E 2716",
	["10"] = "2469 1F51F",
}

--- What stands for code points that follow each other, by the first; "." for those that have no likeness.
local ROWS = {
	{
		256,
		"AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiJjJjKkkLlLlLlLlLlNnNnNnnNnOoOoOo..RrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs",
	},
	{ 416, "Oo.............Uu" },
	{ 461, "AaIiOoUuUuUuUuUu.AaAa" },
	{ 536, "SsTt" },
	{
		7680,
		"AaBbBbBbCcDdDdDdDdDdEeEeEeEeEeFfGgHhHhHhHhHhIiIiKkKkKkLlLlLlLlMmMmMmNnNnNnNnOoOoOoOoPpPpRrRrRrRrSsSsSsSsSsTtTtTtTtUuUuUuUuUuVvVvWwWwWwWwWwXxXxYyZzZzZzhtwy",
	},
	{ 7840, "AaAaAaAaAaAaAaAaAaAaAaAaEeEeEeEeEeEeEeEeIiIiOoOoOoOoOoOoOoOoOoOoOoOoUuUuUuUuUuUuUuYyYyYyYy" },
	{ 8304, "0i..456789+-=()n0123456789+-=()" },
	{ 9312, "123456789" },
}

--- Letters that Latin-1 has with an accent, and what they are there, by the accent that stands behind them in UTF-8.
local ACCENTED = {
	{ 128, "AC0 EC8 ICC OD2 UD9 aE0 eE8 iEC oF2 uF9" },
	{ 129, "AC1 EC9 ICD OD3 UDA YDD aE1 eE9 iED oF3 uFA yFD" },
	{ 130, "AC2 ECA ICE OD4 UDB aE2 eEA iEE oF4 uFB" },
	{ 131, "AC3 ND1 OD5 aE3 nF1 oF5" },
	{ 136, "AC4 ECB ICF OD6 UDC aE4 eEB iEF oF6 uFC yFF" },
	{ 138, "AC5 aE5" },
	{ 167, "CC7 cE7" },
}

--- What stands for a code point, where it is not what follows from its number.
local glyphs = {}

--- Letters with an accent behind them, in UTF-8, and both in one.
local composed = {}

--- Stands for what has no likeness until all is folded: it is not in a text, as it is a control character.
local UNKNOWN = "\127"

--- Stands for what adorns a text until all is folded: it goes, and a blank behind it. No spelling has it.
local ADORNMENT = "\28"
local C2, C3, CC = string.char(194), string.char(195), string.char(204)
local TAIL = "[" .. string.char(128) .. "-" .. string.char(191) .. "]*"

--- Chinese, Korean and what is between them, U+4000 to U+CFFF: none of it has a likeness.
local EASTERN = "["
	.. string.char(228)
	.. "-"
	.. string.char(236)
	.. "]["
	.. string.char(128)
	.. "-"
	.. string.char(191)
	.. "]["
	.. string.char(128)
	.. "-"
	.. string.char(191)
	.. "]"
local JOINED = string.char(226, 128, 141) .. "[" .. C2 .. "-" .. string.char(244) .. "]" .. TAIL
local ACCENT_BEHIND = "%a" .. CC .. "[" .. string.char(128) .. "-" .. string.char(191) .. "]"
for _Module, value in ipairs(ROWS) do
	local first = value[1]
	local letters = value[2]
	for index = 1, #letters do
		local letter = string.sub(letters, index, index)
		if letter ~= "." then
			glyphs[first + index - 1] = letter
		end
	end
end
for text, codePoints in pairs(SPELLINGS) do
	for first, last in string.gmatch(codePoints, "(%x+)-?(%x*)") do
		local start = tonumber(first, 16)
		for code = start, tonumber(last, 16) or start do
			glyphs[code] = text
		end
	end
end

-- The Greek letter, as models write it; the font has the sign for a millionth.
glyphs[956] = string.char(181)
for _Module, value in ipairs(ACCENTED) do
	local accent = value[1]
	local letters = value[2]
	for letter, code in string.gmatch(letters, "(%a)(%x%x)") do
		composed[letter .. CC .. string.char(accent)] = C3 .. string.char(tonumber(code, 16) - 64)
	end
end

--- Whether a code point is a picture: an emoji or a dingbat. Those that say something have a spelling.
local function isAdornment(code)
	if code < 65536 then
		local isClock = code == 8986 or code == 8987 or code >= 9193 and code < 9211
		return isClock or code >= 9728 and code < 10176 or code >= 11008 and code < 11264
	end
	return code >= 126976 and code < 129792
end

local function foldCodePoint(code)
	local text = glyphs[code]
	if text ~= nil then
		return text
	end

	-- Control characters, first halves of surrogate pairs (JSON escapes leave them apart) and tags.
	if code < 160 or code >= 55296 and code < 56320 or code >= 917504 and code < 983040 then
		return ""
	end
	if code < 256 then
		return string.char(code)
	end
	if code >= 9472 and code < 9600 then
		return "+"
	end
	if code >= 65281 and code < 65375 then
		return string.char(code - 65248)
	end
	if code >= 127462 and code < 127488 then
		return string.char(code - 127462 + 65)
	end

	-- Bold, italic and other mathematical letters and digits, one alphabet behind the other.
	if code >= 120782 and code < 120832 then
		return string.char((code - 120782) % 10 + 48)
	end
	if code >= 119808 and code < 120484 then
		local index = (code - 119808) % 52
		return string.char(index + (index < 26 and 65 or 71))
	end
	return isAdornment(code) and ADORNMENT or UNKNOWN
end

--- The least code point that takes so many bytes; fewer would do for one below it, so that it is no UTF-8.
local LEAST = { 0, 128, 2048, 65536 }

--- Folds a character that is not printable ASCII, with the stray bytes behind it.
local function foldCharacter(bytes)
	local lead = string.byte(bytes)
	local size = lead < 194 and 1 or (lead < 224 and 2 or (lead < 240 and 3 or (lead < 245 and 4 or 1)))
	if #bytes < size or size == 1 and lead >= 128 then
		-- Not UTF-8: a byte alone may be Latin-1, a character cut short is unknown.
		return #bytes == 1 and lead >= 160 and bytes or UNKNOWN
	end
	local code = size == 1 and lead or lead % (size == 2 and 32 or 16)
	for index = 2, size do
		code = code * 64 + string.byte(bytes, index) % 64
	end
	local isBroken = code < LEAST[size] or code > 1114111
	return (isBroken and UNKNOWN or foldCodePoint(code)) .. (#bytes > size and UNKNOWN or "")
end

--- How many characters are remembered, which is more than a language of letters has.
local MOST_KNOWN = 3000

--- What stands for characters, filled as they come: most of a text's come again, and a table is looked up much faster
-- than a function is called.
local known = {}
local count = 0
local filling = {
	__index = function(_, bytes)
		local folded = foldCharacter(bytes)

		-- With stray bytes behind them there would be no end of them.
		if #bytes <= 4 and count < MOST_KNOWN then
			known[bytes] = folded
			count = count + 1
		end
		return folded
	end,
}
setmetatable(known, filling)

--- What a terminal shows of a line in which it goes back to the start: what was written last.
local function overprint(line)
	local last = string.match(line, "^.*\r([^\r]+)")
	return last or line
end

--- What a terminal shows of a line in which it goes back by single characters.
local function backspace(line)
	local kept = {}
	local gone = 0
	for at = #line, 1, -1 do
		local character = string.sub(line, at, at)
		if character == "\b" then
			gone = gone + 1
		elseif gone > 0 then
			gone = gone - 1
		else
			kept[#kept + 1] = character
		end
	end
	return string.reverse(table.concat(kept))
end

--- Folds UTF-8 to CC's font: what the font has stays itself, for the rest stands the nearest spelling, or one `?` for
-- all that stands together and has none. Emoji that say something are spelled, those that adorn go. Commands to a terminal leave nothing, a carriage return or a backspace leaves
-- what a terminal would show at the end. Line ends become "\n"; no other control character is left. Bytes that are not
-- UTF-8 do no harm. Takes a time in proportion to the text, about 0.3 s for a million bytes.
--
-- @param text UTF-8
-- @returns the text in CC's font, one byte a column
function M.fold(text)
	if (string.find(text, "[^ -~\n]")) == nil then
		return text
	end
	local folded = string.gsub(text, "\r\n", "\n")
	folded = withoutCommands(folded)
	if (string.find(folded, "\r", 1, true)) ~= nil then
		folded = string.gsub(folded, "[^\n]+", overprint)
	end
	folded = string.gsub(folded, ACCENT_BEHIND, function(letter)
		return composed[letter] or letter
	end)

	-- Of emoji that are joined to one the first is shown.
	folded = string.gsub(folded, JOINED, "")

	-- One by one they would take long: a text of theirs has hardly anything else.
	folded = string.gsub(folded, UNKNOWN, "")
	folded = string.gsub(folded, EASTERN, UNKNOWN)
	folded = string.gsub(folded, "[^ -" .. UNKNOWN .. "\n\b]" .. TAIL, known)
	if (string.find(folded, "\b", 1, true)) ~= nil then
		folded = string.gsub(folded, "[^\n]+", backspace)
	end
	folded = string.gsub(folded, ADORNMENT .. "+ ?", "")
	return (string.gsub(folded, UNKNOWN .. "+", "?"))
end

--- One character of UTF-8 as a file has it in which quotes and backslashes may end a text of Lua's.
local function foldWritten(character)
	local code = utf8.codepoint(character)

	-- Block graphics, too: what a computer's own file has comes back as it was.
	if code < 256 then
		return string.char(code)
	end
	return (string.gsub(M.fold(character), "[\"'\\\n]", string.char(180)))
end

--- A file's text as this computer's programs print it: letters beyond ASCII are those of CC's font. All of ASCII stays as it
-- is, and nothing becomes a quote, a backslash or a line's end, so that a program stays the same. `toUtf8` undoes it for
-- what the font has.
--
-- @param text UTF-8; what is not stays as it is
function M.foldFile(text)
	if type(utf8.len(text)) ~= "number" then
		return text
	end
	return (string.gsub(text, "[" .. C2 .. "-" .. string.char(244) .. "]" .. TAIL, foldWritten))
end

--- A control character, and one of ECMA-48's further ones as UTF-8 has it and as a byte of its own.
local CONTROLS = {
	"[^\n\t -~" .. string.char(128) .. "-" .. string.char(255) .. "]",
	C2 .. "[" .. string.char(128) .. "-" .. string.char(159) .. "]",
	"%f[" .. string.char(128) .. "-" .. string.char(255) .. "][" .. string.char(128) .. "-" .. string.char(
		159
	) .. "]",
}

--- The same as `fold` for what somebody has to agree to: a carriage return, a backspace or a terminal's command would show
-- less of it than is done, so each stands there as Lua would write it.
function M.foldExact(text)
	local visible = string.gsub(text, "\r\n", "\n")
	for _Module, control in ipairs(CONTROLS) do
		visible = string.gsub(visible, control, function(bytes)
			return string.format("\\%d", string.byte(bytes, -1))
		end)
	end
	return M.fold(visible)
end

return M
