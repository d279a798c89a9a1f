--- What may stand in ccpm's JSON.
local M={}
local semver = require("/apis/ccpm/semver")
M.MOST_REGISTRIES=100
M.INDEX_BYTES=524288

local function has(t,p) return t:find(p)~=nil end

local function without(p)
	return function(pa)
		for _,pat in ipairs(p) do
			if has("/"..pa:lower().."/",pat) then return false end
		end
		return true
	end
end

local BAD_PART="[./]/"
local BACKUP="%.ccpm%-old%d*/"
local isFile=without({BAD_PART,BACKUP,"^/rom/","^/disk%d*/","^/%.settings/","^/trapos/","^/startup/00%-ccpm"})
local isData=without({BAD_PART,"^/trapos/ccpm"})
local KINDS={
	name={"a name of a-z 0-9 . _ -",64,"^[a-z0-9][a-z0-9._-]*$"},
	path={"a path that packages may have",200,"^[%w._/-]+$",isFile},
	folder={"a folder in trapos/",200,"^trapos/[%w._/-]+$",isData},
	registry={"a registry",200,"^[!-~]+$"},
	version={"a version",64,"",semver.isVersion},
	range={"a version range",200,"^[ -~]*$",semver.isRange},
	hash={"64 hex digits, no capitals",64,"^"..string.rep("[0-9a-f]",64).."$"},
	text={"a text",M.INDEX_BYTES,""},
	size={"a whole number up to 1000000",1000000},
	number={"a whole number",99999999999999},
	flag={"true or false"}
}
local OBJECTS={
	offered={
		version="version",
		description="text",
		dependencies="100 name range",
		files="500 path file",
		autostart="?100 path",
		data="?100 folder"
	},
	installed={
		version="version",
		dependencies="100 name range",
		files="500 path file",
		autostart="?100 path",
		data="?100 folder",
		registry="?registry",
		automatic="?flag"
	},
	file={size="size",sha256="hash"},
	cached={updated="number",packages="1000 name known"},
	known={version="version",description="text",dependencies="100 name range",size="number"}
}

local function plain(t) return (t:gsub("[^ -~]","?")) end

local function wrong(w,wh) return error(plain(w:sub(-100)).." "..wh,0) end

local function readPlain(k,v,w)
	local wh,m,p,i=unpack(KINDS[k],1,4)
	local f=type(v)=="boolean"
	if p then
		local is=type(v)=="string" and #v<=m
		f=is and has(v,p) and (i==nil or i(v))
	elseif m then
		f=type(v)=="number" and v>=0 and v<=m and v%1==0
	end
	if not f then wrong(w,"must be "..wh) end
	return type(v)=="string" and plain(v:sub(1,200)) or v
end

local function checkPackage(c,w)
	local s={}
	for p in pairs(c.files) do
		local f=p:lower()
		if s[f] then wrong(w..".files."..p,"is there twice, but for capitals") end
		s[f]=true
	end
	for _,p in ipairs(c.autostart or {}) do
		if not c.files[p] then wrong(w..".autostart","must be among its files") end
	end
end

local function read(s,v,w)
	local o,m,k,i=s:match("^(%??)(%d*) ?(%a+) ?(%a*)$")
	if v==nil and o=="?" then return nil end
	local f=OBJECTS[k]
	if m=="" and not f then return readPlain(k,v,w) end
	if type(v)~="table" then wrong(w,"has the wrong type") end
	local c={}
	if m=="" then
		for n,fi in pairs(f) do c[n]=read(fi,v[n],w.."."..n) end
		if c.files~=nil then checkPackage(c,w) end
		return c
	end
	local l={}
	local co=0
	for n,e in pairs(v) do
		co=co+1
		if co>tonumber(m) then wrong(w,"has too many entries") end
		local a=w.."."..n
		if i~="" then
			c[read(k,n,a)]=read(i,e,a)
		elseif type(n)=="number" and (n==1 or v[n-1]~=nil) then
			l[n]=read(k,e,a)
		else
			wrong(w,"has the wrong type")
		end
	end
	return i~="" and c or l
end

local function check(v,f,s)
	local ve=type(v)=="table" and v.version
	if ve~=1 then return false,"it is damaged",type(ve)=="number" and ve>1 end
	local o,r=pcall(read,s,v[f],f)
	if not o then return false,r,false end
	return true,{version=ve,[f]=r}
end

function M.checkIndex(v) return check(v,"packages","1000 name offered") end

function M.checkConfiguration(v) return check(v,"registries",M.MOST_REGISTRIES.." registry") end

function M.checkLock(v) return check(v,"packages","1000 name installed") end

function M.checkCache(v) return check(v,"registries","100 registry cached") end

return M
