--- Finishes what a transaction of ccpm has begun.
local M={}
M.STAGING="trapos/ccpm.staging"
M.JOURNAL=M.STAGING.."/journal.json"
M.PARTIAL="trapos/ccpm.partial"
M.FINISHER="startup/00-ccpm-finish.lua"

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
		if s.backup then M.moveTo(d,p,s.backup) else d.delete(p) end
	end
	if st then M.moveTo(d,st,p) else removeEmptyFolders(d,p) end
end

function M.clean(d,p)
	if not p then d.delete(M.PARTIAL) end
	d.delete(M.STAGING)
	removeEmptyFolders(d,M.PARTIAL.."/any")
	if d.exists(M.FINISHER) then d.delete(#d.list("startup")>1 and M.FINISHER or "startup") end
end

function M.recover(d,b)
	if not d.exists(M.JOURNAL) then
		local s=d.exists(M.STAGING)
		if not b or not (s or d.exists(M.FINISHER)) then return true end
		M.clean(d)
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
