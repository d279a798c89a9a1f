--- Does what a plan says.
local M={}
local failure_ = require("/apis/failure")
local need=failure_.need
local failure_ = require("/apis/ccpm/failure")
local raise=failure_.raise
local stamp = require("/apis/ccpm/plan").stamp
local fetchFile = require("/apis/ccpm/registry").fetchFile
local LOCK = require("/apis/ccpm/state").LOCK
local transaction_ = require("/apis/ccpm/transaction")

local function carryOut(t,p,tr)
	local w={}
	local s={}
	for _,c in ipairs(p.files) do
		local to=c.to
		if to and not s[to.sha256] and not tr.has(to) then
			s[to.sha256]=true
			table.insert(w,c.path==transaction_.FINISHER and 1 or #w+1,c)
		end
	end
	local to=#w
	local b=0
	local d=0
	local by=0
	local f
	local function te(ph,n) t.onProgress({phase=ph,name=n,done=d,total=to,bytes=by,totalBytes=p.download}) end
	local function wo(l)
		while b<l and f==nil do
			b=b+1
			local c=w[b]
			te("fetch",c.path)
			local o,co=fetchFile(c,t.fetch)
			if o then
				local st,pr=tr.stage(c.to,co)
				if not st then f=pr end
			else
				f=co
			end
			d=d+1
			by=by+c.to.size
		end
	end
	local function a() wo(to) end
	wo(math.min(1,to))
	parallel.waitForAll(a,a,a,a)
	if f~=nil then error(f,0) end
	te("apply",p.title)
	if stamp(t.disk)~=p.stamp then raise("changed_meanwhile",{path=LOCK}) end
	need(tr.commit,p,p.state)
end

function M.apply(t,p)
	if #p.files+#p.data==0 and next(p.state)==nil then return end
	if p.free<p.needed then raise("no_space",{needed=p.needed,free=p.free}) end
	local tr=need(transaction_.open,t.disk,p.files)
	local o,f=pcall(carryOut,t,p,tr)
	if o then return end
	tr.keep()
	error(f,0)
end

return M
