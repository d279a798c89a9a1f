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
	local function re(n)
		local wh=r.leftOut and r.leftOut[n]
		if wh then raise("left_out",{name=n,what=wh}) end
	end
	local function v(n)
		local ve={}
		local c=i[n]
		for _,ca in ipairs(r.candidates[n] or {}) do
			if not c or semver.compare(ca.version,c.version)>0 then ve[#ve+1]=ca end
		end
		if c then table.insert(ve,isU[n] and #ve+1 or 1,c) end
		return ve
	end
	local function n(na)
		for _,nam in ipairs(na) do
			if not o[nam] then
				o[nam]=v(nam)
				q[#q+1]=nam
			end
		end
	end
	local function c(na,ve,ot,t)
		local ra=ve.dependencies[ot]
		if not ra then return nil end
		w=w+WORK_OF_RANGE
		if t and semver.satisfies(t.version,ra) then return nil end
		return {need=na.." "..ve.version.." needs "..ot.." "..ra,name=ot}
	end
	local function f(na,ve)
		for _,ot in ipairs(q) do
			local cl=c(na,ve,ot)
			for _,t in ipairs(o[ot]) do
				w=w+1
				cl=c(na,ve,ot,t) or c(ot,t,na,ve)
				if not cl then break end
			end
			if cl then return cl end
		end
		return nil
	end
	local function s(p)
		local na=q[p+1]
		if not na then return nil end
		local co=#q
		local ve=o[na]
		if #ve==0 then
			re(na)
			raise("unknown_package",{name=na})
		end
		local b
		ob[na]=nil
		for _,ver in ipairs(ve) do
			if w>MOST_WORK then raise("too_complex") end
			o[na]={ver}
			n(sortedNames(ver.dependencies))
			local cl=f(na,ver)
			if not cl then
				b=s(p+1)
				if not b then return nil end
			elseif not b then
				b=cl
			elseif not b.but and b.need~=cl.need then
				b.but=cl.need
			end
			while #q>co do o[table.remove(q)]=nil end
			if isU[na] and not ob[na] then ob[na]=na.." "..ver.version.." is held back: "..b.need.."." end
		end
		o[na]=ve
		return b
	end
	local p={}
	local isA={}
	local function a(na,t)
		if isA[na] then return end
		local st=t:find(" "..na.." >",1,true)
		if st then raise("cycle",{what=t:sub(st+1,st+100).." "..na}) end
		local ve=o[na][1]
		for _,d in ipairs(sortedNames(ve.dependencies)) do a(d,t.." "..na.." >") end
		isA[na]=true
		local cu=i[na]
		local au=not is[na] and (cu==nil or cu.automatic==true)
		p[#p+1]={name=na,package=ve,automatic=au}
	end
	local na=sortedNames(i)
	local u=r.newest==true and na or r.newest
	for _,nam in ipairs(u) do isU[nam]=true end
	for _,nam in ipairs(r.wanted) do is[nam]=true end
	n(r.wanted)
	n(u)
	n(na)
	local cl=s(0)
	if cl then
		local k={}
		for _,ve in ipairs(v(cl.name)) do k[#k+1]=ve.version end
		if #k==0 then re(cl.name) end
		cl.known=#k==0 and "none" or "only "..table.concat(k,", ")
		raise(cl.but and "conflict" or "no_version",cl)
	end
	local no={}
	for _,nam in ipairs(q) do
		a(nam,"")
		local obs=ob[nam]
		if obs then no[#no+1]=obs end
	end
	return {packages=p,notes=no}
end

return M
