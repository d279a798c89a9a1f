--- Runs spec files and says what became of each case.
local M={}
local assertions = require("/apis/test/assertions")
local openFile = require("/apis/test/files").openFile
local createSuite = require("/apis/test/suite").createSuite
local show = require("/apis/test/values").show
local modules = require("cc.require")

local function lineIn(f,t)
	local _,l=t:find(f..":",1,true)
	local li=string.match(l and t:sub(l+1) or "","^%d+")
	return li and f..":"..li or nil
end

local function attempt(f,b)
	local w
	local o,v=xpcall(b,function(p)
		w=lineIn(f,debug.traceback())
		return p
	end)
	if not o and v=="Terminated" then error(v,0) end
	return not o and {value=v,where=w} or nil
end

local function failed(n,b)
	local w,v
	v=b.value
	w=b.where
	local r={names=n,status="failed",where=w}
	if assertions.isAssertionFailure(v) then
		r.message=v.message
		r.expected=v.expected
		r.got=v.got
	else
		local i=type(v)~="table"
		if not i then
			local o=getmetatable(v)
			i=(o and o.__tostring)~=nil
		end
		r.message=i and tostring(v) or show(v)
	end
	return r
end

local function runBefore(b)
	if b.parent then runBefore(b.parent) end
	for _,bo in ipairs(b.before) do bo() end
end

local function runCase(f,b)
	local bo,bl,n
	n=b.names
	bl=b.block
	bo=b.body
	if not bo then return {names=n,status="pending"} end
	local p=attempt(f,function()
		runBefore(bl)
		bo()
	end)
	local a=bl
	while a~=nil do
		for _,af in ipairs(a.after) do
			local an=attempt(f,af)
			if p==nil then p=an end
		end
		a=a.parent
	end
	if not p then return {names=n,status="passed"} end
	local r=type(p.value)=="table" and p.value.pending or nil
	if r then return {names=n,status="pending",message=r} end
	return failed(n,p)
end

function M.runFile(p,s,sk,t)
	local c=createSuite()
	local v=c.vocabulary
	local ca=c.cases
	local cl=c.close
	local e={shell=s,assert=assertions.assertions,arg={[0]=p}}
	for w,m in pairs(v) do e[w]=m end
	local r,l=modules.make(e,fs.getDir(p))
	e.require=r
	e.package=l
	setmetatable(e,{__index=_G})
	local h,pr=openFile(p,"r")
	if not h then return t(failed({"loads"},{value=pr})) end
	local so=h.readAll()
	h.close()
	local ch,m=load(so,"@"..p,"t",e)
	local b=not ch and {value=m} or attempt(p,ch)
	if b then return t(failed({"loads"},b)) end
	cl()
	for _,o in ipairs(ca) do
		local re=sk[table.concat(o.names," ")]
		t(re and {names=o.names,status="pending",message=re} or runCase(p,o))
	end
end

return M
