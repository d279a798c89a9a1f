--- Registries.
local M={}
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

local function placeIn(t,p)
	local b=t:sub(1,p-1)
	local l,br=b:gsub("[^\n]*\n","")
	local pl="line " .. br+1 .. ", column " .. #l+1
	local r=t:sub(p,p+30):match("^%s*([^\r\n]*)")
	return r=="" and "it ends at "..pl or pl..", at: "..formats.plain(r)
end

local BYTE_ORDER_MARK=string.char(239,187,191)

local function isUtf16(t)
	local f,s=t:byte(1,2)
	return f==0 or s==0 or f==255 and s==254 or f==254 and s==255
end

local readStrictly=textutils.unserializeJSON

local function readJson(g)
	local t=g:sub(1,3)==BYTE_ORDER_MARK and g:sub(4) or g
	if isUtf16(t) then return nil,"it is UTF-16, not UTF-8" end
	local v,p
	local o=pcall(function() v,p=readStrictly(t,{parse_empty_array=false}) end)
	if not o then return nil,"it is nested too deeply" end
	if not p then return v end
	local po=p:match("position (%d+)")
	return nil,po and placeIn(t,tonumber(po)) or formats.plain(p)
end

function M.fetchIndex(r,f)
	local o,b=M.baseUrl(r)
	if not o then return false,b end
	local fe,t=fetchText(f,b,r,INDEX_PATH)
	if not fe then return false,t end
	if #t>formats.INDEX_BYTES then return false,fail("bad_index",{registry=r,what="it is too large"}) end
	local v,p=readJson(t)
	if p then return false,fail("not_json",{registry=r,what=p}) end
	local va,of,i=formats.checkIndex(v)
	if va then return true,of end
	return false,fail(i and "newer_index" or "bad_index",{registry=r,what=of})
end

function M.fetchFile(c,f)
	local t=c.to
	local p=c.path
	local r=c.registry
	local v,b=M.baseUrl(r)
	if not v then return false,b end
	local o,co=fetchText(f,b,r,p)
	if not o then return false,co end
	if #co==t.size and sha256(co)==t.sha256 then return true,co end
	return false,fail("wrong_content",{registry=r,path=p})
end

return M
