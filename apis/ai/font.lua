--- UTF-8 in the computer's own font, which has one byte a character.
local M = {}
local SPELLINGS = {
	["\7"] = "2022 2023 25CF 25E6",
	["\24"] = "2191 2B06",
	["\25"] = "2193 2B07",
	["\26"] = "2192 2794 279C 27A1",
	["\27"] = "2190 2B05",
	[""] = "AD 300-36F 200B-200F 202A-202E 2060-206F FE00-FE0F FEFF 1F3FB-1F3FF",
	[" "] = "2000-200A 2028 2029 202F 205F 3000",
	["'"] = "2018-201B 2032",
	['"'] = "201C-201F 2033",
	["-"] = "2010-2015 2212 2500 2501 2550",
	["|"] = "2502 2503 2551",
	["#"] = "2580-2593 25A0",
	["*"] = "2605 2B50",
	["..."] = "2026",
	["~"] = "2248",
	["<="] = "2264",
	[">="] = "2265",
	["=>"] = "21D2",
	["!="] = "2260",
	EUR = "20AC",
	OK = "2713 2714 2705",
	X = "2717 2718 274C"
}
local LATIN_EXTENDED = "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiJjJjKkkLlLlLlLlLlNnNnNnnNnOoOoOo??RrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs"
local glyphs = {[9] = "  "}
for index = 1, 128 do glyphs[255 + index] = LATIN_EXTENDED:sub(index, index) end
for text, codePoints in pairs(SPELLINGS) do
	for first, last in codePoints:gmatch("(%x+)-?(%x*)") do
		local start = tonumber(first, 16)
		for code = start, tonumber(last, 16) or start do glyphs[code] = text end
	end
end

local function foldCodePoint(code)
	local text = glyphs[code]
	if text then return text end
	if code < 160 or code >= 55296 and code < 56320 or code >= 917504 and code < 983040 then return "" end
	if code < 256 then return string.char(code) end
	if code >= 9472 and code < 9600 then return "+" end
	return "?"
end

local function foldCharacter(bytes)
	local lead = bytes:byte()
	local size = lead < 194 and 1 or lead < 224 and 2 or lead < 240 and 3 or lead < 245 and 4 or 1
	if #bytes < size or size == 1 and lead >= 128 then return #bytes == 1 and lead >= 160 and bytes or "?" end
	local code = size == 1 and lead or lead % (size == 2 and 32 or 16)
	for index = 2, size do code = code * 64 + bytes:byte(index) % 64 end
	return foldCodePoint(code) .. (#bytes > size and "?" or "")
end

local TAIL = "[" .. string.char(128) .. "-" .. string.char(191) .. "]*"
local JOINED = string.char(226, 128, 141) .. "[" .. string.char(194) .. "-" .. string.char(244) .. "]" .. TAIL

function M.fold(text)
	local folded = text:gsub("\r\n?", "\n")
	folded = folded:gsub(JOINED, "")
	folded = folded:gsub("[^ -~\n]" .. TAIL, foldCharacter)
	return folded
end

return M
