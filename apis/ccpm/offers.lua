--- What the registries offer.
local M={}
local fail = require("/apis/ccpm/failure").fail
local plan = require("/apis/ccpm/plan")
local fetchIndex = require("/apis/ccpm/registry").fetchIndex
local state = require("/apis/ccpm/state")
local MOST_NAMED=5

local function noteLeftOut(t,r,l)
	local n=plan.keys(l)
	for p,na in ipairs(n) do
		if p>MOST_NAMED then break end
		t.onNote(r..": left out: "..na.." ("..tostring(l[na])..")")
	end
	local m=#n-MOST_NAMED
	if m>0 then t.onNote(r..": left out: "..m.." more") end
end

function M.askRegistries(t,b,i,o)
	local r=o or b.configuration.registries
	local to=#r
	local c=state.copy(b.cache.registries)
	local ca={}
	local l={}
	local f={}
	for p,re in ipairs(r) do
		t.onProgress({phase="index",name=re,done=p-1,total=to,bytes=0,totalBytes=0})
		local ok,a=fetchIndex(re,t.fetch)
		if ok then
			noteLeftOut(t,re,a.leftOut)
			for n,w in pairs(a.leftOut) do
				if l[n]==nil then l[n]=w end
			end
			local pa={}
			for n,of in pairs(a.packages) do
				local s=0
				for _,fi in pairs(of.files) do s=s+fi.size end
				pa[n]={version=of.version,description=of.description,dependencies=of.dependencies,size=s}
				of.registry=re
				if ca[n]==nil then ca[n]={} end
				table.insert(ca[n],of)
			end
			local k=c[re]
			local is=k and plan.same(k.packages,pa)
			if not is then c[re]={updated=t.now(),packages=pa} end
		else
			f[#f+1]=a
		end
	end
	if #f==to and not i then error(f[1] or fail("no_registry"),0) end
	for _,fa in ipairs(f) do t.onNote(fa.message.." It is left out.") end
	return state.replace(b,"cache","registries",c),ca,l
end

return M
