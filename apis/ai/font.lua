--- UTF-8 in the computer's own font, which has one byte a character.
local M={}
local withoutCommands = require("/apis/terminal").withoutCommands
local SPELLINGS={
	["\1"]="263A 1F600-1F606 1F60A 1F642",
	["\3"]="2665 2764 1F493-1F49C",
	["\4"]="2666",
	["\5"]="2663",
	["\6"]="2660",
	["\7"]="2022 2023 2219 25CF 25E6 25AA 26AB",
	["\11"]="2642",
	["\12"]="2640",
	["\14"]="266A",
	["\15"]="266B",
	["\16"]="25B6 25B8 25BA",
	["\17"]="25C0 25C2 25C4",
	["\18"]="2195",
	["\19"]="203C",
	["\24"]="2191 2B06 1F446",
	["\25"]="2193 2B07 1F447",
	["\26"]="2192 2794 279C 279E 27A1 27F6 1F449",
	["\27"]="2190 2B05 27F5 1F448",
	["\29"]="2194 27F7",
	["\30"]="25B2 25B4",
	["\31"]="25BC 25BE",
	[""]="AD 300-36F 61C 115F 1160 180B-180F 1AB0-1AFF 1DC0-1DFF 200B-200F 202A-202E 2060-206F 20D0-20FF FE00-FE0F FE20-FE2F FEFF FFF9-FFFB 1F3FB-1F3FF",
	[" "]="B C 1680 2000-200A 2028 2029 202F 205F 2800 3000 3164",
	["  "]="9",
	["'"]="2B9 2BB-2BD 2018-201B 2032 2039 203A",
	['"']="201C-201F 2033 2036 275D 275E 300C-300F",
	["-"]="2010-2015 2043 2212 2500 2501 2504 2505 2550 301C",
	["|"]="2502 2503 2506 2507 2551",
	["#"]="2580-2593 25A0 25FC 2B1B",
	["*"]="2217 2605 2606 2728 2B50",
	[","]="3001",
	["."]="3002",
	["/"]="2044 2215",
	["^"]="2C6",
	["~"]="2DC 223C 2248",
	["..."]="2026 22EF",
	["<="]="2264",
	[">="]="2265",
	["<"]="27E8 3008",
	[">"]="27E9 3009",
	["=>"]="21D2 27F9",
	["<=>"]="21D4 27FA",
	["!="]="2260",
	["=="]="2261",
	["!"]="26A0",
	i="2139",
	f="192",
	["[ ]"]="2610 25A1 25FB 2B1C",
	["[x]"]="2611 2612",
	oe="153",
	OE="152",
	ss="1E9E",
	ff="FB00",
	fi="FB01",
	fl="FB02",
	EUR="20AC",
	TM="2122",
	No="2116",
	OK="2713 2714 2705",
	X="2717 2718 274C 274E",
	["10"]="2469"
}
local ROWS={
	{
		256,
		"AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiJjJjKkkLlLlLlLlLlNnNnNnnNnOoOoOo..RrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs"
	},
	{416,"Oo.............Uu"},
	{461,"AaIiOoUuUuUuUuUu.AaAa"},
	{536,"SsTt"},
	{
		7680,
		"AaBbBbBbCcDdDdDdDdDdEeEeEeEeEeFfGgHhHhHhHhHhIiIiKkKkKkLlLlLlLlMmMmMmNnNnNnNnOoOoOoOoPpPpRrRrRrRrSsSsSsSsSsTtTtTtTtUuUuUuUuUuVvVvWwWwWwWwWwXxXxYyZzZzZzhtwy"
	},
	{7840,"AaAaAaAaAaAaAaAaAaAaAaAaEeEeEeEeEeEeEeEeIiIiOoOoOoOoOoOoOoOoOoOoOoOoUuUuUuUuUuUuUuYyYyYyYy"},
	{8304,"0i..456789+-=()n0123456789+-=()"},
	{9312,"123456789"}
}
local ACCENTED={
	{128,"AC0 EC8 ICC OD2 UD9 aE0 eE8 iEC oF2 uF9"},
	{129,"AC1 EC9 ICD OD3 UDA YDD aE1 eE9 iED oF3 uFA yFD"},
	{130,"AC2 ECA ICE OD4 UDB aE2 eEA iEE oF4 uFB"},
	{131,"AC3 ND1 OD5 aE3 nF1 oF5"},
	{136,"AC4 ECB ICF OD6 UDC aE4 eEB iEF oF6 uFC yFF"},
	{138,"AC5 aE5"},
	{167,"CC7 cE7"}
}
local glyphs={}
local composed={}
local UNKNOWN="\127"
local C2,C3,CC=string.char(194),string.char(195),string.char(204)
local TAIL="["..string.char(128).."-"..string.char(191).."]*"
local JOINED=string.char(226,128,141).."["..C2.."-"..string.char(244).."]"..TAIL
local ACCENT_BEHIND="%a"..CC.."["..string.char(128).."-"..string.char(191).."]"
for _,v in ipairs(ROWS) do
	local f=v[1]
	local l=v[2]
	for i=1,#l do
		local le=l:sub(i,i)
		if le~="." then glyphs[f+i-1]=le end
	end
end
for t,c in pairs(SPELLINGS) do
	for f,l in c:gmatch("(%x+)-?(%x*)") do
		local s=tonumber(f,16)
		for co=s,tonumber(l,16) or s do glyphs[co]=t end
	end
end
for _,v in ipairs(ACCENTED) do
	local a=v[1]
	local l=v[2]
	for le,c in l:gmatch("(%a)(%x%x)") do
		composed[le..CC..string.char(a)]=C3..string.char(tonumber(c,16)-64)
	end
end

local function foldCodePoint(c)
	local t=glyphs[c]
	if t then return t end
	if c<160 or c>=55296 and c<56320 or c>=917504 and c<983040 then return "" end
	if c<256 then return string.char(c) end
	if c>=9472 and c<9600 then return "+" end
	if c>=65281 and c<65375 then return string.char(c-65248) end
	if c>=127462 and c<127488 then return string.char(c-127462+65) end
	if c>=120782 and c<120832 then return string.char((c-120782)%10+48) end
	if c>=119808 and c<120484 then
		local i=(c-119808)%52
		return string.char(i+(i<26 and 65 or 71))
	end
	return UNKNOWN
end

local LEAST={0,128,2048,65536}

local function foldCharacter(b)
	local l=b:byte()
	local s=l<194 and 1 or l<224 and 2 or l<240 and 3 or l<245 and 4 or 1
	if #b<s or s==1 and l>=128 then return #b==1 and l>=160 and b or UNKNOWN end
	local c=s==1 and l or l%(s==2 and 32 or 16)
	for i=2,s do c=c*64+b:byte(i)%64 end
	local i=c<LEAST[s] or c>1114111
	return (i and UNKNOWN or foldCodePoint(c)) .. (#b>s and UNKNOWN or "")
end

local function overprint(l)
	local la=l:match("^.*\r([^\r]+)")
	return la or l
end

local function backspace(l)
	local k={}
	local g=0
	for a=#l,1,-1 do
		local c=l:sub(a,a)
		if c=="\8" then
			g=g+1
		elseif g>0 then
			g=g-1
		else
			k[#k+1]=c
		end
	end
	return table.concat(k):reverse()
end

function M.fold(t)
	local f=t:gsub("\r\n","\n")
	f=withoutCommands(f)
	if f:find("\r",1,true) then f=f:gsub("[^\n]+",overprint) end
	f=f:gsub(ACCENT_BEHIND,function(l) return composed[l] or l end)
	f=f:gsub(JOINED,"")
	f=f:gsub("[^ -~\n\8]"..TAIL,foldCharacter)
	if f:find("\8",1,true) then f=f:gsub("[^\n]+",backspace) end
	return (f:gsub(UNKNOWN.."+","?"))
end

return M
