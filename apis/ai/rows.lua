--- Lines of text and of code as rows of a screen, which a word is only cut for when it is wider than all of a row.
local M={}
local readPart = require("/apis/ai/inline").readPart

function M.put(s,r)
	if s.gap==true and not s.isOver then s.isOver=not s.emit({}) end
	s.gap=false
	if not s.isOver then s.isOver=not s.emit(r) end
end

function M.putText(s,f,o,t,st)
	local sp={}
	local r=""
	local a=1
	local l=f
	repeat
		local ro=math.max(s.width-#l,1)
		while #r<=ro and a<=#t do
			local k=#sp
			a=readPart(sp,t,a,st)
			for i=k,#sp-1 do r=r..sp[i+1].text end
		end
		local row={}
		if l~="" then row[#row+1]={text=l,style=st} end
		local spa=r:sub(1,ro+1):find(" [^ ]*$")
		local i=#r>ro
		local le=i and (spa or ro) or #r
		r=r:sub(le+1)
		while le>0 do
			local span=sp[1]
			local p=span.text:sub(1,le)
			le=le-#p
			if #p==#span.text then table.remove(sp,1) else span.text=span.text:sub(#p+1) end
			local e=le==0 and i and spa and -2 or -1
			row[#row+1]={text=p:sub(1,e),style=span.style}
		end
		M.put(s,row)
		l=o
	until not (not s.isOver and (r~="" or a<=#t))
end

local WORDS={"%w_.'\"","%w_"}

local function lengthOfRow(a,r)
	if #a<=r then return #a end
	local _,b=a:find("^.*[^ ] ")
	if b then return b-1 end
	for _,w in ipairs(WORDS) do
		if not a:find("["..w.."]["..w.."]$") then return r end
		local _,be=a:find("^.*[^"..w.."]%f["..w.."]")
		if be then return be end
	end
	return r
end

function M.putCode(s,l,c)
	local la=c:find("[^ ] *$") or 0
	local i=c:match("^ *")
	local d=math.max(math.floor((s.width-#l)/2),0)
	local st=l .. (la==0 and "" or i:sub(1,d))
	local o=l..string.sub(tostring(i).."  ",1,d)
	local a=#i+1
	repeat
		local r=math.max(s.width-#st,1)
		local le=lengthOfRow(c:sub(a,math.min(a+r,la)),r)
		M.put(s,{{text=st..c:sub(a,a+le-1),style="code"}})
		a=a+le
		while c:sub(a,a)==" " do a=a+1 end
		st=o
	until not (not s.isOver and a<=la)
end

return M
