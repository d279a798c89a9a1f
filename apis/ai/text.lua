--- Texts for a narrow screen.
local M={}
local fold = require("/apis/ai/font").fold
M.fold=fold
local MOST=32000

local function textOfPage(h)
	local t=h:match("<[Tt][Ii][Tt][Ll][Ee][^<>]*>%s*([^<]*[^%s<])")
	if t then return t end
	return (h:gsub("<[^<>]*>"," "))
end

function M.oneLine(t)
	local s=t
	if #t>MOST then s=t:sub(1,MOST/2).." ... "..t:sub(-MOST/2) end
	local p=s:lower():find("<!doctype html",1,true)
	local st=unpack(p and {p} or {s:lower():find("<html",1,true)},1,1)
	if st then s=s:sub(1,st-1)..textOfPage(s:sub(st)) end
	local l=fold(s):gsub("%s+"," ")
	return (l:match("^ ?(.-) ?$"))
end

function M.cut(t,w)
	if #t<=w then return t end
	return t:sub(1,math.max(w-3,0))..string.sub("...",1,w)
end

function M.shorten(t,w)
	if #t<=w then return t end
	if w<8 then return M.cut(t,w) end
	local e=math.floor((w-3)/3)
	return t:sub(1,w-3-e).."..."..t:sub(-e)
end

function M.ageText(s)
	if not (s<1000000000000) then return "" end
	local m=math.floor(s/60)
	if m<1 then return "now" end
	if m<60 then return m.."m" end
	if m<1440 then return math.floor(m/60).."h" end
	return math.floor(m/1440).."d"
end

return M
