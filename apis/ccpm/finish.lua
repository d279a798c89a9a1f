--- Finishes what a transaction of ccpm has begun.
local M={}
M.STAGING="trapos/ccpm.staging"
M.JOURNAL=M.STAGING.."/journal.json"
M.PARTIAL="trapos/ccpm.partial"
M.FINISHER="startup/00-ccpm-finish.lua"
local STARTUP_FILE="startup.lua"
local KEPT="startup.lua.ccpm-kept"
local MARK="the finisher of ccpm, version 1"

function M.read(d,p)
	local f=d.open(p,"rb")
	if not f then return "" end
	local c=f.readAll() or ""
	f.close()
	return c
end

function M.freeName(d,p,n)
	local f=p .. (n or "")
	return d.exists(f) and M.freeName(d,p,(n or 1)+1) or f
end

function M.backupOf(d,p)
	local m,c=p:gsub("^startup/","startup.ccpm-old/")
	return M.freeName(d,c>0 and m or p..".ccpm-old")
end

function M.standing(d,p)
	if not d.exists(p) or d.isDir(p) then return "" end
	local f=d.attributes(p)
	return f.size.." "..f.modified
end

local function removeEmptyFolders(d,p)
	local f=fs.getDir(p)
	while f~="" do
		if d.isDir(f) then
			if #d.list(f)>0 then return end
			d.delete(f)
		end
		f=fs.getDir(f)
	end
end

function M.moveTo(d,f,t)
	local fo=fs.getDir(t)
	if not d.isDir(fo) then d.makeDir(fo) end
	d.move(f,t)
end

function M.reasonOf(p) return (tostring(p):match("([^:%s][^:]*)$")) end

local function perform(d,s)
	local p=s.path
	local st=s.staged
	if st and not d.exists(st) then return end
	if d.exists(p) and (s.folder or not d.isDir(p)) then
		local i=s.seen~=nil and s.seen~=M.standing(d,p)
		if i and not st then return end
		if s.backup then
			M.moveTo(d,p,M.freeName(d,s.backup))
		elseif i then
			M.moveTo(d,p,M.backupOf(d,p))
		else
			d.delete(p)
		end
	end
	if st then M.moveTo(d,st,p) else removeEmptyFolders(d,p) end
end

function M.placeOf(d)
	if d.exists(M.FINISHER) then return M.FINISHER end
	for _,p in ipairs({STARTUP_FILE,"startup"}) do
		local i=d.exists(p) and not d.isDir(p)
		if i and M.read(d,p):find(MARK,1,true) then return p end
	end
	return nil
end

local function leave(d,p)
	local a=p
	if a==M.FINISHER and #d.list("startup")==1 and not (d.exists(STARTUP_FILE) and d.exists(KEPT)) then
		if d.exists(STARTUP_FILE) then d.move(STARTUP_FILE,KEPT) end
		d.move(a,STARTUP_FILE)
		a=STARTUP_FILE
	end
	if a==STARTUP_FILE then
		local i=d.isDir("startup") and #d.list("startup")>0
		local t=i and M.FINISHER or "startup"
		if not i then d.delete(t) end
		d.move(a,t)
		a=t
	end
	if d.exists(KEPT) and not d.exists(STARTUP_FILE) then d.move(KEPT,STARTUP_FILE) end
	d.delete(a)
	removeEmptyFolders(d,a)
end

function M.clean(d,p)
	if not p then d.delete(M.PARTIAL) end
	d.delete(M.STAGING)
	removeEmptyFolders(d,M.PARTIAL.."/any")
	local pl=M.placeOf(d)
	if pl then leave(d,pl) end
end

function M.recover(d,b)
	if not d.exists(M.JOURNAL) then
		if not b then return true end
		local s=d.exists(M.STAGING)
		local p=M.placeOf(d)
		if not s and not p then return true end
		local h=d.exists(KEPT) or p==STARTUP_FILE or p=="startup"
		M.clean(d)
		if h and d.exists(STARTUP_FILE) then os.reboot() end
		return true,s and "ccpm was stopped before it changed anything." or nil
	end
	local j=textutils.unserializeJSON(M.read(d,M.JOURNAL))
	local i=pcall(function()
		for _,s in ipairs(j.steps) do fs.combine(s.path,j.title) end
	end)
	if not i or j.version~=1 then
		d.move(M.JOURNAL,M.freeName(d,"trapos/ccpm.journal.broken"))
		M.clean(d)
		return false,"ccpm cannot read its journal. Type: ccpm verify --fix"
	end
	local be=b and table.concat(d.list("startup"),"/")
	for _,s in ipairs(j.steps) do
		local o,p=pcall(perform,d,s)
		if not o then
			return false,"ccpm cannot finish: "..j.title.."\n"..s.path..": "..M.reasonOf(p)
				..". Mend that, then: reboot"
		end
	end
	local r=M.STAGING.."/restarted"
	if b and table.concat(d.list("startup"),"/")~=be and not d.exists(r) then
		d.makeDir(r)
		os.reboot()
	end
	d.delete(M.PARTIAL)
	d.move(M.STAGING,M.PARTIAL)
	M.clean(d)
	return true,"ccpm finished: "..j.title.." (the power had gone)"
end

local name=...
if not name then
	local d,l=M.recover(fs,true)
	if l then (d and print or printError)(l) end
end
return M
