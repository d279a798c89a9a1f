--- UTF-8 in the computer's own font, which has one byte a character.
local M={}
local SPELLINGS={
	["\7"]="2022 2023 25CF 25E6",
	["\24"]="2191 2B06",
	["\25"]="2193 2B07",
	["\26"]="2192 2794 279C 27A1",
	["\27"]="2190 2B05",
	[""]="AD 300-36F 200B-200F 202A-202E 2060-206F FE00-FE0F FEFF 1F3FB-1F3FF",
	[" "]="2000-200A 2028 2029 202F 205F 3000",
	["'"]="2018-201B 2032",
	['"']="201C-201F 2033",
	["-"]="2010-2015 2212 2500 2501 2550",
	["|"]="2502 2503 2551",
	["#"]="2580-2593 25A0",
	["*"]="2605 2B50",
	["..."]="2026",
	["~"]="2248",
	["<="]="2264",
	[">="]="2265",
	["=>"]="21D2",
	["!="]="2260",
	EUR="20AC",
	OK="2713 2714 2705",
	X="2717 2718 274C"
}
local LATIN_EXTENDED="AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiJjJjKkkLlLlLlLlLlNnNnNnnNnOoOoOo??RrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs"
local glyphs={[9]="  "}
for i=1,128 do glyphs[255+i]=LATIN_EXTENDED:sub(i,i) end
for t,c in pairs(SPELLINGS) do
	for f,l in c:gmatch("(%x+)-?(%x*)") do
		local s=tonumber(f,16)
		for co=s,tonumber(l,16) or s do glyphs[co]=t end
	end
end

local function foldCodePoint(c)
	local t=glyphs[c]
	if t then return t end
	if c<160 or c>=55296 and c<56320 or c>=917504 and c<983040 then return "" end
	if c<256 then return string.char(c) end
	if c>=9472 and c<9600 then return "+" end
	return "?"
end

local function foldCharacter(b)
	local l=b:byte()
	local s=l<194 and 1 or l<224 and 2 or l<240 and 3 or l<245 and 4 or 1
	if #b<s or s==1 and l>=128 then return #b==1 and l>=160 and b or "?" end
	local c=s==1 and l or l%(s==2 and 32 or 16)
	for i=2,s do c=c*64+b:byte(i)%64 end
	return foldCodePoint(c) .. (#b>s and "?" or "")
end

local TAIL="["..string.char(128).."-"..string.char(191).."]*"
local JOINED=string.char(226,128,141).."["..string.char(194).."-"..string.char(244).."]"..TAIL

function M.fold(t)
	local f=t:gsub("\r\n?","\n")
	f=f:gsub(JOINED,"")
	f=f:gsub("[^ -~\n]"..TAIL,foldCharacter)
	return f
end

return M
