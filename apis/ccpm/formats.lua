--- What may come from outside.
local M={}
local semver = require("/apis/ccpm/semver")
M.MOST_REGISTRIES=100
local MOST_PACKAGES=1000
M.INDEX_BYTES=524288

local function has(t,p) return t:find(p)~=nil end

local function text(m,p,i)
	return function(v) return type(v)=="string" and #v<=m and has(v,p) and (i==nil or i(v)) end
end

local function whole(m) return function(v) return type(v)=="number" and v>=0 and v<=m and v%1==0 end end

local function without(p)
	return function(pa)
		for _,pat in ipairs(p) do
			if has("/"..pa:lower().."/",pat) then return false end
		end
		return true
	end
end

local BAD_PART="[./]/"
local KEPT="%.ccpm%-"
local isFile=without({BAD_PART,KEPT,"^/rom/","^/disk%d*/","^/%.settings","^/trapos/","^/startup/00%-ccpm"})
local isData=without({BAD_PART,"^/trapos/ccpm"})
local KINDS={
	name={"is not of a-z 0-9 . _ -",text(64,"^[a-z0-9][a-z0-9._-]*$")},
	path={"is not a path that packages may have",text(200,"^[%w._/-]+$",isFile)},
	folder={"is not a folder in trapos/",text(200,"^trapos/[%w._/-]+$",isData)},
	registry={"is not a registry",text(200,"^[!-~]+$")},
	version={"is not like 1.0.0",text(64,"",semver.isVersion)},
	range={"is not a version range",text(200,"^[ -~]*$",semver.isRange)},
	hash={"is not 64 hex digits",text(64,"^"..string.rep("%x",64).."$")},
	text={"is not a text",text(M.INDEX_BYTES,"")},
	content={"is not a text or false",function(v) return v==false or type(v)=="string" end},
	body={"is not a text",function(v) return type(v)=="string" end},
	size={"is not a whole number up to 1000000",whole(1000000)},
	number={"is not a whole number",whole(99999999999999)},
	amount={"is not a number",function(v) return type(v)=="number" and v==v end},
	flag={"is not true or false",function(v) return type(v)=="boolean" end},
	["function"]={"is not a function",function(v) return type(v)=="function" end}
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
	known={version="version",description="text",dependencies="100 name range",size="number"},
	installing={force="?flag"},
	uninstalling={cascade="?flag",unused="?flag"},
	adding={position="?amount",force="?flag"},
	finding={path="text",problem="text",package="?text"},
	plan={
		title="text",
		packages="1000 change",
		files="500000 move",
		data="100000 text",
		state="3 text content",
		stamp="?text",
		download="amount",
		needed="amount",
		free="amount",
		freed="amount",
		notes="600000 text"
	},
	change={name="text",from="?text",to="?text",registry="?text"},
	move={path="text",package="text",to="?file",registry="?text",backup="?text",found="?found"},
	found={size="amount",modified="amount"},
	environment={
		fs="?disk",
		fetch="?function",
		registry="?text",
		now="?function",
		onProgress="?function",
		onNote="?function"
	},
	disk={
		exists="function",
		isDir="function",
		list="function",
		open="function",
		delete="function",
		move="function",
		copy="function",
		makeDir="function",
		getSize="function",
		attributes="function",
		getFreeSpace="function",
		getDrive="function"
	},
	fetched={status="?number",body="body",reason="?text"}
}

function M.plain(t) return (t:gsub("[^ -~]","?")) end

local function wrong(w,wh) return error(M.plain(w:sub(-100)).." "..wh,0) end

local function placeIn(w,n) return w=="" and tostring(n) or w.."."..n end

local function shown(v)
	if type(v)=="number" or type(v)=="string" and v~="" then
		local k=M.plain((tostring(v):gsub("%s+"," ")))
		return " " .. (#k>24 and k:sub(1,21).."..." or k)
	end
	return ""
end

local function readPlain(k,v,w,i)
	local s,f=unpack(KINDS[k],1,2)
	if not f(v) then wrong(i and w or w..shown(v),s) end
	if type(v)~="string" then return v end
	return M.plain(string.sub(k=="hash" and v:lower() or v,1,200))
end

local function checkPackage(c,w)
	local s={}
	for p in pairs(c.files) do
		local f=p:lower()
		if s[f] then wrong(placeIn(w,"files."..p),"is there twice, but for capitals") end
		s[f]=true
	end
	for _,p in ipairs(c.autostart or {}) do
		if not c.files[p] then wrong(placeIn(w,"autostart"),"is not among its files") end
	end
end

local function read(s,v,w)
	local o,m,k,i=s:match("^(%??)(%d*) ?(%a+) ?(%a*)$")
	if v==nil then
		if o=="?" then return nil end
		return (wrong(w,"is missing"))
	end
	local f=OBJECTS[k]
	if m=="" and not f then return readPlain(k,v,w) end
	local is=m~="" and i==""
	if type(v)~="table" then wrong(w,is and "is not a list" or "is not an object") end
	local c={}
	if m=="" then
		for n,fi in pairs(f) do c[n]=read(fi,v[n],placeIn(w,n)) end
		if k=="offered" or k=="installed" then checkPackage(c,w) end
		if c.to~=nil and k=="move" and c.registry==nil then wrong(placeIn(w,"registry"),"is missing") end
		return c
	end
	local l={}
	local co=0
	for n,e in pairs(v) do
		co=co+1
		if co>tonumber(m) then wrong(w,"has more than "..tostring(m).." entries") end
		local a=placeIn(w,n)
		if i~="" then
			c[readPlain(k,n,a,true)]=read(i,e,a)
		elseif type(n)=="number" and (n==1 or v[n-1]~=nil) then
			l[n]=read(k,e,a)
		else
			wrong(w,"is not a list")
		end
	end
	return i~="" and c or l
end

local function versionProblem(v)
	if type(v)~="table" then return "it is damaged",false end
	local ve=v.version
	if ve==1 then return end
	return "version"..shown(ve).." is not 1",type(ve)=="number" and ve>1
end

local function check(v,f,s)
	local p,i=versionProblem(v)
	if p then return false,p,i end
	local o,r=pcall(read,s,v[f],f)
	if not o then return false,r,false end
	return true,{version=1,[f]=r}
end

local function readOffered(n,v)
	readPlain("name",n,"its name",true)
	return read("offered",v,"")
end

function M.checkIndex(v)
	local p,i=versionProblem(v)
	if p then return false,p,i end
	local g=v.packages
	if type(g)~="table" then return false,"packages " .. (g and "is not an object" or "is missing"),false end
	local pa={}
	local l={}
	local c=0
	for n,e in pairs(g) do
		c=c+1
		if c>MOST_PACKAGES then return false,"packages has more than "..MOST_PACKAGES.." entries",false end
		local o,r=pcall(readOffered,n,e)
		if o then pa[n]=r else l[M.plain(tostring(n):sub(1,64))]=tostring(r):gsub("^ ","") end
	end
	return true,{packages=pa,leftOut=l}
end

function M.checkConfiguration(v) return check(v,"registries",M.MOST_REGISTRIES.." registry") end

function M.checkLock(v) return check(v,"packages","1000 name installed") end

function M.checkCache(v) return check(v,"registries","100 registry cached") end

function M.argumentProblem(s,v,n)
	local o,p=pcall(read,s,v,n)
	return not o and p or nil
end

return M
