--- What a client of registries does.
local M={}
local failure = require("/apis/failure")
local need=failure.need
local apply = require("/apis/ccpm/apply").apply
local failure = require("/apis/ccpm/failure")
local raise=failure.raise
local MOST_REGISTRIES = require("/apis/ccpm/formats").MOST_REGISTRIES
local askRegistries = require("/apis/ccpm/offers").askRegistries
local planning = require("/apis/ccpm/plan")
local baseUrl = require("/apis/ccpm/registry").baseUrl
local resolve = require("/apis/ccpm/resolve").resolve
local state_ = require("/apis/ccpm/state")
local verify = require("/apis/ccpm/verify").verify

local function titleOf(v,n) return table.concat({v,unpack(n)}," "):sub(1,80) end

local function positionOf(r,re)
	local _,b=baseUrl(re)
	for p,k in ipairs(r) do
		local _,o=baseUrl(k)
		if k==re or b==o then return p end
	end
	return nil
end

local function requireInstalled(s,n)
	for _,na in ipairs(n or {}) do
		if not s.lock.packages[na] then raise("not_installed",{name=na}) end
	end
end

local function place(b,r,p,i)
	local re=state_.copy(b.configuration.registries)
	local f=positionOf(re,r)
	if i~=(f==nil) then raise(i and "registry_known" or "registry_unknown",{registry=r}) end
	local n=f and table.remove(re,f) or r
	local l=#re+1
	if l>MOST_REGISTRIES then raise("registries_full") end
	local t=p or l
	if not (t>=1 and t<=l and t%1==0) then raise("registry_position",{position=t,last=l}) end
	if i or p then table.insert(re,t,n) end
	return state_.replace(b,"configuration","registries",re)
end

local function withOwnRegistry(c,b)
	local o=c.registry
	local i=o==nil or positionOf(b.configuration.registries,o)~=nil
	return i and b or place(b,o,nil,true)
end

local function planResolved(c,b,t,w,n,o)
	local s,ca,l=askRegistries(c,withOwnRegistry(c,b))
	local i=b.lock.packages
	local r=resolve({wanted=w,newest=n,installed=i,candidates=ca,leftOut=l})
	local p={}
	for _,ch in ipairs(r.packages) do
		local e=state_.copy(ch.package)
		e.description=nil
		e.automatic=ch.automatic or nil
		p[ch.name]=e
	end
	local a=state_.replace(s,"lock","packages",p)
	local f=o and o.force
	return planning.makePlan(c.disk,t,b,a,r.notes,ca,f)
end

local function change(c,b,s,t) return apply(c,planning.makePlan(c.disk,t,b,s,{})) end

M.functions={
	state=function(_c,s) return s end,
	update=function(c,b)
		local s=askRegistries(c,withOwnRegistry(c,b))
		return change(c,b,s,"update")
	end,
	planInstall=function(c,b,n,o) return planResolved(c,b,titleOf("install",n),n,{},o) end,
	planUpgrade=function(c,b,n,o)
		requireInstalled(b,n)
		return planResolved(c,b,titleOf("upgrade",n or {}),{},n or true,o)
	end,
	planUninstall=function(c,b,n,o)
		local no={}
		local p=planning.withoutPackages(b.lock,n,o or {},no)
		local s=state_.replace(b,"lock","packages",p)
		return planning.makePlan(c.disk,titleOf("uninstall",n),b,s,no)
	end,
	verify=function(c,s,n)
		requireInstalled(s,n)
		return verify(c.disk,s.lock,n)
	end,
	planRepair=function(c,b,f)
		local s,ca=askRegistries(c,withOwnRegistry(c,b),true)
		return planning.makePlan(c.disk,"repair",b,s,{},ca,true,f)
	end,
	apply=function(c,_b,p) return apply(c,p) end,
	addRegistry=function(c,b,r,o)
		local g=o or {}
		need(baseUrl,r)
		local p=place(b,r,g.position,true)
		local s=askRegistries(c,p,g.force,{r})
		return change(c,b,s,"add registry "..r)
	end,
	removeRegistry=function(c,b,r) return change(c,b,place(b,r,nil,false),"remove registry "..r) end,
	moveRegistry=function(c,b,r,p) return change(c,b,place(b,r,p,false),"move registry "..r) end,
	recover=function(c) return c.notes end
}
return M
