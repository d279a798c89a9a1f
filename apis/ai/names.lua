--- Names that somebody gives and that are not there.
local M={}
local oneLine = require("/apis/utf8").oneLine
local ROOM=45

local function pairsIn(n)
	local c={}
	local l=n:lower()
	for a=1,#l-1 do
		local p=l:sub(a,a+1)
		c[p]=(c[p] or 0)+1
	end
	return {counts=c,total=math.max(#l-1,0)}
end

local function likeness(o,ot)
	local f=pairsIn(o)
	local s=pairsIn(ot)
	local c=0
	for p,co in pairs(f.counts) do c=c+math.min(co,s.counts[p] or 0) end
	return 2*c/math.max(f.total+s.total,1)
end

function M.nearest(w,n)
	local r={}
	for a,na in ipairs(n) do
		local _,m=na:match("^([^/]*)/(.*)$")
		local s=math.max(likeness(w,na),likeness(w,m or ""))
		r[#r+1]={name=na,score=s,at=a}
	end
	table.sort(r,function(a,b) return a.score>b.score or a.score==b.score and a.at<b.at end)
	local k=""
	for _,ro in ipairs(r) do
		if k~="" and #k+#ro.name>=ROOM then return k.." .." end
		k=k.." "..oneLine(ro.name,ROOM)
	end
	return k=="" and " none" or k
end

return M
