--- What a model thinks aloud in its answer because it has no channel for that.
local M={}
local fence_ = require("/apis/ai/fence")
local BEGIN="^%s*<think%a*>"
local END="</think%a*>"

local function bare(l) return (l:gsub("^[%s>]*%d*[-*+.)]? *","")) end

function M.withoutReasoning(t)
	if not t:find("<think",1,true) and not t:find(END) then return t end
	local k={}
	local f
	local i=false
	local h=false
	local is=false
	for w in string.gmatch(t.."\n","([^\n]*)\n") do
		local l=w
		local a=1
		if f then
			if fence_.isClosedBy(l:gsub("^[%s>]*",""),f) then f=nil end
		else
			local isR=false
			while not isR do
				local _,m=l:find(i and END or BEGIN,a)
				local _,e=l:find("^%s*"..END,a)
				if not m and not i and not h and not e then
					local te={l:find("^.*"..END.."%s*$",a)}
					e=te[2]
				end
				if m then
					i=not i
					h=true
					a=m+1
				elseif not i and e then
					if not h then
						k={}
						is=true
						h=true
					end
					a=e+1
				else
					isR=true
				end
			end
			if not i then f=fence_.openedBy(bare(l:sub(a))) end
		end
		if not i and (a==1 or l:find("%S",a)) then k[#k+1]=l:sub(a) end
	end
	if not h then return t end
	local a=table.concat(k,"\n"):gsub("^%s*\n","")
	return is and not a:find("%S") and t or a
end

return M
