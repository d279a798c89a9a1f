--- What a change of the installed packages means for the files of the computer.
local M={}
local failure = require("/apis/ccpm/failure")
local fail=failure.fail
local raise=failure.raise
local finish = require("/apis/ccpm/finish")
local sha256 = require("/apis/ccpm/sha256").sha256
local state_ = require("/apis/ccpm/state")
local transaction = require("/apis/ccpm/transaction")
local ENTRY_TO=150
local ENTRY_FOUND=25
local ENTRY_GONE=45
local OVERHEAD=6*transaction.LEAST+1500
local NOBODYS={name="",file={size=-1,sha256=""}}

function M.keys(...)
	local r={...}
	local f={}
	local s={}
	for _,re in ipairs(r) do
		for k in pairs(re) do
			if not s[k] then f[#f+1]=k end
			s[k]=true
		end
	end
	table.sort(f)
	return f
end

function M.same(o,ot)
	if type(o)~="table" or type(ot)~="table" then return o==ot end
	for _,k in ipairs(M.keys(o,ot)) do
		if not M.same(o[k],ot[k]) then return false end
	end
	return true
end

function M.look(d,p) return d.exists(p) and not d.isDir(p) and d.attributes(p) or nil end

function M.matches(d,p,f)
	local fo=M.look(d,p)
	return fo~=nil and fo.size==f.size and sha256(finish.read(d,p))==f.sha256
end

function M.stamp(d)
	local t=""
	for _,p in ipairs({state_.CACHE,state_.CONFIGURATION,state_.LOCK}) do
		t=t..p.." "..finish.standing(d,p).." "
	end
	return t
end

local function counted(s) return math.max(transaction.LEAST,s) end

local function brings(l,n,p)
	local k=l.packages[n]
	return k~=nil and k.files[p]~=nil
end

local function filesOf(l,b)
	local f={}
	local o={}
	for _,n in ipairs(M.keys(l.packages)) do
		for p,fi in pairs(l.packages[n].files) do
			local fo=p:lower()
			local ot=o[fo]
			if ot and b then
				local i=brings(b,ot.name,ot.path) or not brings(b,n,p)
				local ow,la=unpack(i and {ot.name,n} or {n,ot.name},1,2)
				raise("file_conflict",{path=p,owner=ow,name=la})
			end
			o[fo]={name=n,path=p}
			if f[p]==nil then f[p]={name=n,file=fi} end
		end
	end
	return f
end

local function packageChanges(b,a)
	local c={}
	for _,n in ipairs(M.keys(b.packages,a.packages)) do
		local o=b.packages[n]
		local f=a.packages[n]
		local fr=o and o.version
		local t=f and f.version
		if fr~=t then c[#c+1]={name=n,from=fr,to=t,registry=(f or o).registry} end
	end
	return c
end

local function dataThatGoes(d,b,a)
	local g={}
	local function i(p,f) return string.find(p.."/",f.."/",1,true)==1 end
	for n,o in pairs(b.packages) do
		for _,p in ipairs(a.packages[n]==nil and o.data or {}) do
			if d.exists(p) then g[p]=true end
			for _,ot in pairs(a.packages) do
				for _,u in ipairs(ot.data or {}) do
					if i(p,u) or i(u,p) then g[p]=nil end
				end
			end
		end
	end
	if next(b.packages)~=nil and next(a.packages)==nil then
		for _,n in ipairs(d.list("trapos")) do
			if n:find("^ccpm%..*%.broken%d*$") then g["trapos/"..n]=true end
		end
	end
	return M.keys(g)
end

function M.makePlan(d,t,b,s,n,c,f,r)
	local o=filesOf(b.lock)
	local fr=filesOf(s.lock,b.lock)
	local l=transaction.leftBehind(d)
	local sp=d.getFreeSpace("")
	local fre=sp=="unlimited" and math.huge or sp
	for _,si in pairs(l) do fre=fre+counted(si) end
	local fi={}
	local fo={}
	local g={}
	local dow=0
	local ov=OVERHEAD
	local p=M.look(d,transaction.FINISHER)
	local fin=p and p.size or 0
	local a=0
	local re=0
	local function req(pa,na)
		local fol=pa:match("^(.+)/")
		while fol~=nil and not fo[fol] do
			fo[fol]=true
			local ot=fr[fol]
			if ot then raise("file_conflict",{path=fol,owner=ot.name,name=na}) end
			if g[fol] or not d.exists(fol) then
				a=a+transaction.LEAST
			elseif not d.isDir(fol) then
				raise("file_in_the_way",{path=fol,name=na})
			elseif d.getDrive(fol)~=d.getDrive("") then
				raise("other_drive",{path=fol})
			end
			fol=fol:match("^(.+)/")
		end
	end
	local function pl(pa)
		local w=o[pa]
		local ow=fr[pa]
		local to=ow and ow.file
		if w and to and w.file.sha256==to.sha256 then return end
		local fou=M.look(d,pa)
		if not to and not fou or to and M.matches(d,pa,to) then return end
		local na=(ow or w).name
		if d.getDrive(pa)~=d.getDrive("") and fou then raise("other_drive",{path=pa}) end
		local reg,ba
		if to then
			req(pa,na)
			if d.isDir(pa) then
				for _,ot in ipairs(M.keys(fr)) do
					if ot:find(pa.."/",1,true)==1 then
						raise("file_conflict",{path=pa,owner=fr[ot].name,name=na})
					end
				end
				raise("folder_in_the_way",{path=pa,name=na})
			end
			for _,ca in ipairs(c and c[na] or {}) do
				if M.same(ca.files[pa],to) then
					if reg==nil then reg=ca.registry end
				end
			end
			if not reg then
				local pr=fail("not_repairable",{path=pa,name=na})
				n[#n+1]=pr.message.." "..pr.hint
				return
			end
			a=a+counted(to.size)
			if l[to.sha256]~=to.size then dow=dow+to.size end
			l[to.sha256]=to.size
		else
			g[pa]=true
		end
		if fou then
			if w and M.matches(d,pa,w.file) then
				re=re+counted(fou.size)
			else
				if not w and not f then raise("file_exists",{path=pa}) end
				ba=finish.backupOf(d,pa)
				n[#n+1]="What was "..pa.." is kept as "..ba.."."
			end
		end
		ov=ov+((to and ENTRY_TO or ENTRY_GONE)+(fou and ENTRY_FOUND or 0)+2*#pa)
		if to and pa==transaction.FINISHER then fin=math.max(fin,to.size) end
		fi[#fi+1]={path=pa,package=na,to=to,registry=reg,backup=ba,found=fou}
	end
	for _,find in ipairs(r or {}) do o[find.path]=not fr[find.path] and NOBODYS or nil end
	for _,pa in ipairs(M.keys(o,fr)) do pl(pa) end
	local da=dataThatGoes(d,b.lock,s.lock)
	for _,pa in ipairs(da) do ov=ov+(ENTRY_GONE+#pa) end
	local te=M.same(b,s) and {} or state_.stateFiles(s,b)
	for pa,tex in pairs(te) do
		local fou=M.look(d,pa)
		if fou then re=re+counted(fou.size) end
		if tex~=false then a=a+counted(#tex) end
	end
	return {
		title=t,
		packages=packageChanges(b.lock,s.lock),
		files=fi,
		data=da,
		state=te,
		stamp=b.stamp,
		download=dow,
		needed=ov+fin+a,
		free=fre,
		freed=re-a,
		notes=n
	}
end

function M.withoutPackages(l,n,o,no)
	local a=M.keys(l.packages)
	local g={}
	local q={}
	local function r(na)
		if not l.packages[na] then raise("not_installed",{name=na}) end
		if not g[na] then q[#q+1]=na end
		g[na]=true
	end
	for _,na in ipairs(n) do r(na) end
	for _,go in ipairs(q) do
		local u={}
		for _,na in ipairs(a) do
			if not g[na] and l.packages[na].dependencies[go] then u[#u+1]=na end
		end
		local w=table.concat(u,", ")
		if w~="" and o.cascade~=true then raise("needed_by",{name=go,what=w}) end
		for _,na in ipairs(u) do r(na) end
	end
	local ne={}
	local nee
	nee=function(na)
		local k=l.packages[na]
		if not k or ne[na] or g[na] then return end
		ne[na]=true
		for d in pairs(k.dependencies) do nee(d) end
	end
	local u={}
	local p={}
	for _,na in ipairs(a) do
		if l.packages[na].automatic~=true then nee(na) end
	end
	for _,na in ipairs(a) do
		if not ne[na] and not g[na] then u[#u+1]=na end
		if ne[na] or not (g[na] or o.unused) then p[na]=l.packages[na] end
	end
	if #u>0 and not o.unused then
		no[#no+1]="Not needed then: "..table.concat(u,", ")..". Remove them, too: add --unused"
	end
	return p
end

return M
