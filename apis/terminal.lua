--- What programs write for a terminal and not for a reader.
local M={}
local ESCAPE="\27"
local C2=string.char(194)
local COMMANDS={
	ESCAPE.."[P%]X^_][^\n\7"..ESCAPE.."]*\7?",
	ESCAPE.."%[[0-?]*[ -/]*[@-~]?",
	ESCAPE.."[%%(-/#][0-~]?",
	ESCAPE.."[78=>DEMc\\]?"
}
local SHORT_ESCAPE=C2.."(["..string.char(144)..string.char(152)..string.char(155).."-"..string.char(159).."])"
local ESCAPE_BYTE="%f["..string.char(128).."-"..string.char(255).."]"..string.char(155)

function M.withoutCommands(t)
	local p=t:gsub(SHORT_ESCAPE,function(b) return ESCAPE..string.char(b:byte()-64) end)
	p=p:gsub(ESCAPE_BYTE,ESCAPE.."[")
	if not p:find(ESCAPE,1,true) then return p end
	for _,c in ipairs(COMMANDS) do p=p:gsub(c,"") end
	return p
end

return M
