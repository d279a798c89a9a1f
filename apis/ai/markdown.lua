--- Markdown as rows of a narrow screen, line by line.
local M={}
local fence = require("/apis/ai/fence")
local fold = require("/apis/ai/font").fold
local rows = require("/apis/ai/rows")
local table_ = require("/apis/ai/table")
local addRow=table_.addRow
local putTable=table_.putTable
local tableOf=table_.tableOf
local DEEPEST=8

local function indentOf(l) return #l:match("^ *") end

local function settle(p)
	local pa=p
	local h=pa.held
	local t=pa.table
	p.held=nil
	p.table=nil
	if h then rows.putText(p,h.lead,h.lead,h.text,h.style) end
	if t then putTable(p,t) end
end

local function takeForTable(p,l)
	local pa=p
	local h=pa.held
	local t=pa.table
	if h then
		p.table=tableOf(h.text,l,h.lead,h.style)
		if p.table then p.held=nil end
		return p.table~=nil
	end
	return t~=nil and addRow(p,t,l)
end

local function opensFence(p,l)
	p.fence=fence.openedBy(l)
	if p.fence then p.isParagraph=false end
	return p.fence~=nil
end

local function leadOfCode(c) return string.rep(" ",math.min(c,DEEPEST)) end

local function putLine(p,l)
	local d=indentOf(l)
	local b=l:sub(d+1):gsub(" +"," ")
	local le=p.quote..string.rep(" ",math.min(d,DEEPEST))
	local s=p.quote=="" and "text" or "quote"
	p.isParagraph=false
	if b:find("^[-*_] ?[-*_] ?[-*_][-*_ ]*$") then
		rows.put(p,{{text=le..string.rep("-",p.width-#le),style=s}})
		return
	end
	local h=b:match("^##?#?#?#?#? (.*)$")
	if h then
		rows.putText(p,le,le,h:gsub(" #+ ?$",""),"heading")
		return
	end
	p.isParagraph=true
	local bu=b:match("^([-*+]) ")
	local n=b:match("^(%d%d?%d?[.)]) ")
	local m=bu or n
	if not m then
		p.held={lead=le,style=s,text=b}
		if not b:find("|",1,true) then settle(p) end
		return
	end
	local bl=indentOf(l:sub(d+#m+1))
	local c=d+#m+(bl>4 and 1 or bl)
	p.items[#p.items+1]=c
	local f=le .. (bu and string.char(7) or m) .. " "
	if opensFence(p,l:sub(c+1)) then
		rows.put(p,{{text=f,style=s}})
	else
		local o=p.quote..string.rep(" ",#f-#p.quote)
		rows.putText(p,f,o,b:sub(#m+2),s)
	end
end

local function addLine(p,f)
	local c=(p.fence==nil or p.quote~="") and f:find("^ *>=")==nil
	local q=string.match(c and f or "","^ *> ?(.*)$")
	local qu=q and "> " or ""
	if qu~=p.quote then
		settle(p)
		p.quote=qu
		p.items={}
		p.fence=nil
		p.isParagraph=false
	end
	local l=q or f
	local d=indentOf(l)
	local i=d==#l
	local pa=p
	local it=pa.items
	if not i then
		while #it>0 and it[#it]>d do
			table.remove(it)
			p.fence=nil
		end
	end
	local co=it[#it] or 0
	local inn=l:sub(co+1)
	if p.fence then
		local s=math.min(indentOf(inn),p.fence.indent)
		if fence.isClosedBy(inn,p.fence) then p.fence=nil else rows.putCode(p,leadOfCode(co),inn:sub(s+1)) end
	elseif i then
		settle(p)
		p.isParagraph=false
		if p.gap~=nil then p.gap=true end
	elseif not takeForTable(p,l) then
		settle(p)
		local is=d-co>=4 and not p.isParagraph
		local isI=inn:find("^ *[-*+] ") or inn:find("^ *%d+[.)] ")
		if is and not isI then
			rows.putCode(p,leadOfCode(co),inn:sub(5))
		elseif not opensFence(p,inn) then
			putLine(p,l)
		end
	end
end

function M.markdown(s,w,e)
	local p={width=w,emit=function(r) return e(r)~=false end,quote="",items={}}
	local l=s
	if not l:find("\n",1,true) then l=l:gsub("\r","\n") end
	for li in string.gmatch(l.."\n","([^\n]*)\n") do
		addLine(p,fold(li))
		if p.isOver then return end
	end
	settle(p)
end

return M
