--- Registries.
local M={}
local decode = require("/apis/json").decode
local fail = require("/apis/ccpm/failure").fail
local formats = require("/apis/ccpm/formats")
local sha256 = require("/apis/ccpm/sha256").sha256
local match=string.match
local LONGEST=200
local INDEX_PATH="packages/index.json"

function M.baseUrl(r)
	local a=match(r:gsub("/install%.lua$",""),"^(https?://[%w%[][%w%[%]:/@%%._~+-]-)/*$")
	local p=match(r,"^https://github%.com/(.-)/*$")
	local re,at,b=match(p and p:gsub("%.git$","") or r,"^([%w-]+/[%w._-]+)(@?)([%w._/-]*)$")
	local ba=a
	if re and (at=="")==(b=="") then
		ba="https://raw.githubusercontent.com/" .. re .. "/" .. (b=="" and "HEAD" or b)
	end
	if not ba or #r>LONGEST then return false,fail("bad_registry",{registry=r:sub(1,40)}) end
	return true,ba.."/"
end

local function fetchText(f,b,r,p)
	local a=f(b..p)
	local s=a.status
	local re=a.reason
	if s==200 then return true,a.body end
	local c="server_error"
	if s==401 or s==403 then c="no_entry" end
	if s==404 then c=p==INDEX_PATH and "no_index" or "file_missing" end
	if not s then c="network_error" end
	if re=="http is disabled" then c="http_disabled" end
	if re=="Domain not permitted" then c="address_denied" end
	return false,fail(c,{registry=r,path=p,status=s,what=re})
end

function M.fetchIndex(r,f)
	local o,b=M.baseUrl(r)
	if not o then return false,b end
	local fe,t=fetchText(f,b,r,INDEX_PATH)
	if not fe then return false,t end
	local w="it is too large"
	local c="bad_index"
	if #t<=formats.INDEX_BYTES then
		local v=decode(t)
		local va,i,is=formats.checkIndex(v)
		if va then return true,i end
		w=i
		if type(v)~="table" then c="no_index" end
		if is then c="newer_index" end
	end
	return false,fail(c,{registry=r,what=w})
end

function M.fetchFile(c,f)
	local t=c.to
	local p=c.path
	local r=c.registry
	local _,b=M.baseUrl(r)
	local o,co=fetchText(f,b,r,p)
	if not o then return false,co end
	if #co==t.size and sha256(co)==t.sha256 then return true,co end
	return false,fail("wrong_content",{registry=r,path=p})
end

return M
