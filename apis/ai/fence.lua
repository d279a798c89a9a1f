--- The lines around code in Markdown (CommonMark 0.31, section 4.5).
local M={}

function M.openedBy(l)
	local i,m=l:match("^( ? ? ?)(```+)[^`]*$")
	if not i then i,m=l:match("^( ? ? ?)(~~~+)") end
	return i and {indent=#i,marks=m} or nil
end

function M.isClosedBy(l,f)
	local t=l:match("^ ? ? ?(```+)%s*$")
	local m=unpack(t and {t} or {l:match("^ ? ? ?(~~~+)%s*$")},1,1)
	return m~=nil and m:sub(1,#f.marks)==f.marks
end

return M
