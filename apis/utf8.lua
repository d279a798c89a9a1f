--- Texts as UTF-8.
local M={}
local withoutCommands = require("/apis/terminal").withoutCommands
local LEAD="[^"..string.char(128).."-"..string.char(191).."]"
local LONGEST=4

function M.toUtf8(t)
	if type(utf8.len(t))=="number" then return t end
	return (t:gsub("[^\1-\127]",function(c) return utf8.char(c:byte()) end))
end

function M.oneLine(t,m)
	local l=withoutCommands(t:sub(1,m*20)):gsub("[%s%c]+"," ")
	if #l<=m then return l end
	l=l:sub(1,(m+1)*LONGEST)
	local e=0
	local a=0
	for c=1,m+1 do
		local le=l:find(LEAD,a+1)
		if not le then return l end
		a=le
		if c==m-1 then e=le end
	end
	return l:sub(1,e-1)..".."
end

function M.percentEncode(t)
	return (t:gsub("[^A-Za-z0-9._~-]",function(b) return string.format("%%%02X",b:byte()) end))
end

return M
