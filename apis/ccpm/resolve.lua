--- Which versions of which packages fit together.
local M={}
local raise = require("/apis/ccpm/failure").raise
local semver = require("/apis/ccpm/semver")
local MOST_WORK=1000000
local WORK_OF_RANGE=100

local function sortedNames(v)
	local n={}
	for na in pairs(v) do n[#n+1]=na end
	table.sort(n)
	return n
end

function M.resolve(r)
	local i=r.installed
	local is={}
	local isU={}
	local q={}
	local o={}
	local ob={}
	local w=0
	local function versionsOf(n)
		local v={}
		local c=i[n]
		for _,ca in ipairs(r.candidates[n] or {}) do
			if not c or semver.compare(ca.version,c.version)>0 then v[#v+1]=ca end
		end
		if c then table.insert(v,isU[n] and #v+1 or 1,c) end
		return v
	end
	local function need(n)
		for _,na in ipairs(n) do
			if not o[na] then
				o[na]=versionsOf(na)
				q[#q+1]=na
			end
		end
	end
	local function check(n,v,ot,t)
		local ra=v.dependencies[ot]
		if not ra then return nil end
		w=w+WORK_OF_RANGE
		if t and semver.satisfies(t.version,ra) then return nil end
		return {need=n.." "..v.version.." needs "..ot.." "..ra,name=ot}
	end
	local function findClash(n,v)
		for _,ot in ipairs(q) do
			local c=check(n,v,ot)
			for _,t in ipairs(o[ot]) do
				w=w+1
				c=check(n,v,ot,t) or check(ot,t,n,v)
				if not c then break end
			end
			if c then return c end
		end
		return nil
	end
	local function search(p)
		local n=q[p+1]
		if not n then return nil end
		local c=#q
		local v=o[n]
		if #v==0 then raise("unknown_package",{name=n}) end
		local b
		ob[n]=nil
		for _,ve in ipairs(v) do
			if w>MOST_WORK then raise("too_complex") end
			o[n]={ve}
			need(sortedNames(ve.dependencies))
			local cl=findClash(n,ve)
			if not cl then
				b=search(p+1)
				if not b then return nil end
			elseif not b then
				b=cl
			elseif not b.but and b.need~=cl.need then
				b.but=cl.need
			end
			while #q>c do o[table.remove(q)]=nil end
			if isU[n] and not ob[n] then ob[n]=n.." "..ve.version.." is held back: "..b.need.."." end
		end
		o[n]=v
		return b
	end
	local p={}
	local isA={}
	local function add(n,t)
		if isA[n] then return end
		local s=t:find(" "..n.." >",1,true)
		if s then raise("cycle",{what=t:sub(s+1,s+100).." "..n}) end
		local v=o[n][1]
		for _,d in ipairs(sortedNames(v.dependencies)) do add(d,t.." "..n.." >") end
		isA[n]=true
		local c=i[n]
		local a=not is[n] and (c==nil or c.automatic==true)
		p[#p+1]={name=n,package=v,automatic=a}
	end
	local n=sortedNames(i)
	local u=r.newest==true and n or r.newest
	for _,na in ipairs(u) do isU[na]=true end
	for _,na in ipairs(r.wanted) do is[na]=true end
	need(r.wanted)
	need(u)
	need(n)
	local c=search(0)
	if c then
		local k={}
		for _,v in ipairs(versionsOf(c.name)) do k[#k+1]=v.version end
		c.known=#k==0 and "none" or "only "..table.concat(k,", ")
		raise(c.but and "conflict" or "no_version",c)
	end
	local no={}
	for _,na in ipairs(q) do
		add(na,"")
		local obs=ob[na]
		if obs then no[#no+1]=obs end
	end
	return {packages=p,notes=no}
end

return M
