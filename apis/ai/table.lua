--- Tables of Markdown (GitHub's, section 4.10).
local M={}
local spansOf = require("/apis/ai/inline").spansOf
local rows = require("/apis/ai/rows")
local ROWS_AT_ONCE=200
local BAR="\127"
local SEPARATOR=" | "

local function cellsOf(l)
	local b=l:gsub("\\|",BAR)
	local i=b:match("^ *|?(.*)$")
	local c={}
	for w in string.gmatch(i:gsub("| *$","").."|"," *([^|]*)|") do
		local la=w:find("[^ ] *$")
		local t=w:sub(1,la or 0):gsub("<br */?>"," ")
		c[#c+1]=t:gsub(BAR,"|")
	end
	return c
end

function M.tableOf(h,l,le,s)
	if not l:find("^[|: -]*%-[|: -]*$") then return nil end
	if not string.find(h..l,"|",1,true) then return nil end
	local he=cellsOf(h)
	local a={}
	for _,c in ipairs(cellsOf(l)) do
		local lef,r=c:match("^(:?)%-+(:?)$")
		if not lef then return nil end
		a[#a+1]=r=="" and "left" or lef=="" and "right" or "centre"
	end
	if #a~=#he then return nil end
	return {lead=le,style=s,heads=he,alignments=a,rows={}}
end

local function widthsOf(t,r)
	local w={}
	local s=-#SEPARATOR
	for _,c in ipairs({t.heads,unpack(t.rows)}) do
		for n,ce in ipairs(c) do
			local b=w[n]
			local _,wi=spansOf(ce,t.style,r)
			if not b then
				s=s+(#SEPARATOR+wi)
			elseif wi>b then
				s=s+(wi-b)
			end
			if s>r then return nil end
			if not b or wi>b then w[n]=wi end
		end
	end
	return w
end

local function putCells(s,t,c,st,w)
	local r={}
	local te=t.lead
	for n,co in ipairs(w) do
		local sp,wi=spansOf(c[n] or "",st,co)
		local a=t.alignments[n]
		local g=co-wi
		local b=a=="right" and g or a=="centre" and math.floor(g/2) or 0
		r[#r+1]={text=te..string.rep(" ",b),style=t.style}
		for _,spa in ipairs(sp) do r[#r+1]=spa end
		te=string.rep(" ",g-b)..SEPARATOR
	end
	rows.put(s,r)
end

local function putRecord(s,t,c)
	local l=t.lead
	for n,ce in ipairs(c) do
		local na=t.heads[n] or ""
		local te=(na=="" or ce=="") and ce or na..": "..ce
		if te~="" then
			rows.putText(s,l,l.."  ",te,t.style)
			l=t.lead.."  "
		end
	end
end

function M.putTable(s,t)
	local w=widthsOf(t,s.width-#t.lead)
	if w then
		if not t.isBegun then
			local r={}
			for _,wi in ipairs(w) do r[#r+1]=string.rep("-",wi) end
			putCells(s,t,t.heads,"heading",w)
			rows.put(s,{{text=t.lead..table.concat(r,"-+-"),style=t.style}})
		end
		for _,c in ipairs(t.rows) do putCells(s,t,c,t.style,w) end
	elseif #t.rows==0 and not t.isBegun then
		rows.putText(s,t.lead,t.lead,table.concat(t.heads,SEPARATOR or ","),"heading")
	else
		for _,c in ipairs(t.rows) do putRecord(s,t,c) end
	end
	t.isBegun=true
	t.rows={}
end

function M.addRow(s,t,l)
	if not l:find("|",1,true) then return false end
	t.rows[#t.rows+1]=cellsOf(l)
	if #t.rows>=ROWS_AT_ONCE then M.putTable(s,t) end
	return true
end

return M
