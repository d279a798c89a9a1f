--- What ccpm knows, in its files under /trapos.
local M={}
local json = require("/apis/json")
local fail = require("/apis/ccpm/failure").fail
local finish = require("/apis/ccpm/finish")
local formats = require("/apis/ccpm/formats")
M.LOCK="trapos/ccpm.lock.json"
M.CONFIGURATION="trapos/ccpm.json"
M.CACHE="trapos/ccpm.cache.json"
local REMEDIES={
	[M.LOCK]="install <what you had>",
	[M.CONFIGURATION]="registry add <registry>",
	[M.CACHE]="update"
}
local EMPTY={version=1,registries={},packages={}}

local function readFile(d,p,c,n)
	if d.exists(p) then
		local o,v,ne=c(json.decode(finish.read(d,p)))
		if o then return v end
		if ne then error(fail("newer_format",{path=p}),0) end
		local a=finish.freeName(d,p..".broken")
		local m,pr=pcall(d.move,p,a)
		if not m then error(fail("cannot_write",{path=p,what=finish.reasonOf(pr)}),0) end
		n[#n+1]=p.." cannot be read ("..v.."). It was set aside as "..a..". Type: ccpm "..REMEDIES[p]
	end
	local _,e=c(EMPTY)
	return e
end

function M.readState(d,n)
	return pcall(function()
		return {
			configuration=readFile(d,M.CONFIGURATION,formats.checkConfiguration,n),
			lock=readFile(d,M.LOCK,formats.checkLock,n),
			cache=readFile(d,M.CACHE,formats.checkCache,n)
		}
	end)
end

function M.stateFiles(s,b)
	local function i(v) return next(v)==nil end
	local g=i(s.lock.packages) and not i(b.lock.packages)
	local function t(c,v) return not g and not i(v) and json.encode(c) end
	local c=s.configuration.registries
	local ca={}
	for _,r in ipairs(c) do ca[r]=s.cache.registries[r] end
	return {
		[M.LOCK]=t(s.lock,s.lock.packages),
		[M.CONFIGURATION]=t(s.configuration,c),
		[M.CACHE]=t({version=1,registries=ca},ca)
	}
end

function M.copy(f)
	local t={}
	for fi,v in pairs(f) do t[fi]=v end
	return t
end

function M.replace(b,f,fi,c)
	local s=M.copy(b)
	s[f]={version=1,[fi]=c}
	return s
end

return M
