--- Reads values that come from outside by shapes (see shapes.d.ts).
local M={}
local oneLine = require("/apis/utf8").oneLine
local LONGEST_NAME=100
local LONGEST_MESSAGE=160
local LONGEST_PATH=4096
local LONGEST_ID=100
local REACH=4000

local function text(v) return type(v)=="string" and v or nil end

local function line(m) return function(v) return type(v)=="string" and oneLine(v,m) or nil end end

local function within(m,p)
	return function(v)
		local g=text(v)
		if not g or #g>m then return nil end
		return g:find(p) and g or nil
	end
end

local function number(l,m)
	return function(v)
		local g=type(v)=="number" and v or nil
		return g and g>=l and g<=m and g or nil
	end
end

local function reason(v)
	local g=text(v)
	if not g then return nil end
	local s=g:sub(1,REACH)
	local l=s:lower()
	local p=l:find("<!doctype html",1,true) or l:find("<html",1,true)
	if not p then return oneLine(g,LONGEST_MESSAGE) end
	local t=s:match("<[tT][iI][tT][lL][eE][^>]*>%s*([^<]+)")
	return oneLine(s:sub(1,p-1) .. (t or "a web page"),LONGEST_MESSAGE)
end

local words={
	text=text,
	name=line(LONGEST_NAME),
	message=line(LONGEST_MESSAGE),
	reason=reason,
	id=within(LONGEST_ID,"^[A-Za-z0-9][A-Za-z0-9._~-]*$"),
	folder=within(LONGEST_PATH,""),
	boolean=function(v)
		if type(v)=="boolean" then return v end
		return nil
	end,
	time=number(0,100000000000000),
	count=number(0,1000000000000),
	amount=number(0,1000000000),
	status=number(100,999),
	present=function(v)
		if v==nil then return nil end
		return true
	end
}

local function readList(v,e,i)
	if type(v)~="table" then return nil end
	local g=v
	local l=0
	for k in pairs(g) do
		if type(k)~="number" then return nil end
		if k>l then l=k end
	end
	local en={}
	for ind=1,l do
		local r=e(g[ind])
		if r~=nil then
			en[#en+1]=r
		elseif i and g[ind]~=nil then
			return nil
		end
	end
	return not (l>0 and #en==0) and en or nil
end

local function readRecord(v,e)
	if type(v)~="table" then return nil end
	local r={}
	local i
	for n,g in pairs(v) do
		local re
		if type(n)=="string" then re=e(g) else re=nil end
		if re~=nil then r[n]=re else i=true end
	end
	return not (i and next(r)==nil) and r or nil
end

local function readFields(v,f)
	if type(v)~="table" then return nil end
	local r={}
	for _,fi in ipairs(f) do
		local re=fi.read(v[fi.name])
		if re==nil and fi.isNeeded then return nil end
		r[fi.name]=re
	end
	return r
end

local function readChoice(v,s)
	for p=1,#s-1 do
		if v==s[p+1] then return s[p+1] end
	end
	return s[2]
end

local function readerOf(s)
	if type(s)=="string" then return words[s] end
	local k,o,st=unpack(s,1,3)
	if type(k)~="string" then
		local f={}
		for ke,i in pairs(s) do
			local n,m=ke:match("^(.-)(%??)$")
			f[#f+1]={name=n,isNeeded=m=="",read=readerOf(i)}
		end
		return function(v) return readFields(v,f) end
	end
	if k=="choice" then return function(v) return readChoice(v,s) end end
	local e=readerOf(o)
	if k=="either" then
		return function(v)
			local en=e(v)
			if en==nil then en=st end
			return en
		end
	end
	if k=="record" then return function(v) return readRecord(v,e) end end
	return function(v) return readList(v,e,k=="list") end
end

function M.reader(s) return readerOf(s) end

return M
