-- Made by npm run build: the program at the end, and above it the modules that it requires.

local modules, loaded, requireOfComputer = {}, {}, require

local function require(name)
	local module = modules[name]
	if not module then return requireOfComputer(name) end
	if loaded[name] == nil then
		local value = module(name)
		loaded[name] = value == nil and true or value
	end
	return loaded[name]
end

modules["/apis/ccpm/apply"] = function(...)
--- Does what a plan says.
local M={}
local failure_ = require("/apis/failure")
local need=failure_.need
local failure_ = require("/apis/ccpm/failure")
local raise=failure_.raise
local stamp = require("/apis/ccpm/plan").stamp
local fetchFile = require("/apis/ccpm/registry").fetchFile
local LOCK = require("/apis/ccpm/state").LOCK
local transaction_ = require("/apis/ccpm/transaction")

local function carryOut(t,p,tr)
	local w={}
	local s={}
	for _,c in ipairs(p.files) do
		local to=c.to
		if to and not s[to.sha256] and not tr.has(to) then
			s[to.sha256]=true
			table.insert(w,c.path==transaction_.FINISHER and 1 or #w+1,c)
		end
	end
	local to=#w
	local b=0
	local d=0
	local by=0
	local f
	local function te(ph,n) t.onProgress({phase=ph,name=n,done=d,total=to,bytes=by,totalBytes=p.download}) end
	local function wo(l)
		while b<l and f==nil do
			b=b+1
			local c=w[b]
			te("fetch",c.path)
			local o,co=fetchFile(c,t.fetch)
			if o then
				local st,pr=tr.stage(c.to,co)
				if not st then f=pr end
			else
				f=co
			end
			d=d+1
			by=by+c.to.size
		end
	end
	local function a() wo(to) end
	wo(math.min(1,to))
	parallel.waitForAll(a,a,a,a)
	if f~=nil then error(f,0) end
	te("apply",p.title)
	if stamp(t.disk)~=p.stamp then raise("changed_meanwhile",{path=LOCK}) end
	need(tr.commit,p,p.state)
end

function M.apply(t,p)
	if #p.files+#p.data==0 and next(p.state)==nil then return end
	if p.free<p.needed then raise("no_space",{needed=p.needed,free=p.free}) end
	local tr=need(transaction_.open,t.disk,p.files)
	local o,f=pcall(carryOut,t,p,tr)
	if o then return end
	tr.keep()
	error(f,0)
end

return M
end

modules["/apis/ccpm/arguments"] = function(...)
--- The command line of `ccpm`.
local M={}
local MANY=math.huge
M.commands={
	install={1,MANY,"yes dry-run force","available"},
	uninstall={1,MANY,"yes dry-run cascade unused","installed"},
	upgrade={0,MANY,"yes dry-run force","installed"},
	update={0,0,""},
	list={0,0,""},
	search={0,MANY,""},
	info={1,1,"","available"},
	files={1,1,"","installed"},
	verify={0,MANY,"fix yes dry-run","installed"},
	recover={0,0,""},
	["registry list"]={0,0,""},
	["registry add"]={1,2,"force"},
	["registry remove"]={1,1,"","registry"},
	["registry move"]={2,2,"","registry"},
	help={0,MANY,"","command"}
}

function M.takes(c,f)
	local k=M.commands[c]
	return k~=nil and string.find(" "..k[3].." "," "..f.." ",1,true)~=nil
end

function M.parse(g)
	local w={}
	local f={}
	local t={}
	for _,wo in ipairs(g) do
		local fl=wo=="-y" and "yes" or wo:match("^%-%-?(.+)")
		if fl then
			f[fl]=true
			t[fl]=wo
		else
			w[#w+1]=wo
		end
	end
	if f.version then return {command="version",words=w,flags=f} end
	local n=table.remove(w,1) or "help"
	if n=="registry" then n="registry " .. (table.remove(w,1) or "list") end
	local function a(p) return {command="help",words={n},flags=f,problem=p} end
	local k=M.commands[n]
	if not k then return a("There is no command "..n..".") end
	if f.help or f.h then return n=="help" and {command=n,words=w,flags=f} or a() end
	for fl in pairs(f) do
		if not M.takes(n,fl) then return a("ccpm "..n.." takes no "..tostring(t[fl])..".") end
	end
	if #w<k[1] and not f.unused then return a("Something is missing:") end
	if #w>k[2] then return a("That is too much:") end
	return {command=n,words=w,flags=f}
end

return M
end

modules["/apis/ccpm/client"] = function(...)
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
end

modules["/apis/ccpm/command"] = function(...)
--- All that the program `ccpm` does, with its client handed in, so that the installer does the same.
local M={}
local arguments = require("/apis/ccpm/arguments")
local fail = require("/apis/ccpm/failure").fail
local keys = require("/apis/ccpm/plan").keys
local screen = require("/apis/ccpm/screen")
local add=screen.add
local ask=screen.ask
local bytes=screen.bytes
local show=screen.fail
local flush=screen.flush
local need=screen.need
local unattended=screen.unattended
local compare = require("/apis/ccpm/semver").compare
local NOTE=colours.yellow
local REMARK=colours.lightGrey

local function offers(s)
	local o={}
	local f={}
	for __,r in ipairs(s.configuration.registries) do
		local k=s.cache.registries[r]
		for n,fo in pairs(k and k.packages or {}) do
			local i=s.lock.packages[n]
			local function is(on) return i and compare(on.version,i.version)>0 end
			local ot=o[n]
			if not ot or not is(ot) and is(fo) then
				o[n]=fo
				f[n]=r
			end
		end
	end
	return o,f
end

local function carryOut(p,f,c)
	local s
	for __,ch in ipairs(p.packages) do
		local n=ch.name
		local fr=ch.from
		local t=ch.to
		local g=t and "From "..tostring(ch.registry)..":" or "Remove:"
		if g~=s then add(g) end
		s=g
		if not t then
			add("- "..n,colours.red,fr)
		elseif not fr then
			add("+ "..n,colours.lime,t)
		else
			add("> "..n,NOTE,fr.." > "..t)
		end
	end
	local fe=0
	local d="Done."
	for __,fi in ipairs(p.files) do
		if fi.to then fe=fe+1 end
		if not s then add((fi.to and "+ " or "- ") .. fi.path) end
		if fi.to and fi.path:sub(1,8)=="startup/" then d="Done. To use it all: reboot" end
	end
	for __,pa in ipairs(p.data) do add("- "..pa.." (data)",colours.red) end
	local i=#p.packages+#p.files+#p.data==0
	local l=p.free+p.freed
	if fe>0 then add("Fetch "..bytes(p.download)..", files: "..fe) end
	if not i and l>=0 and l<math.huge then add("Disk left: "..bytes(l)) end
	for __,n in ipairs(p.notes) do add(n,NOTE) end
	if i and #p.notes==0 then add("There is nothing to do.") end
	if f["dry-run"] then return true end
	if not i and p.needed<=p.free and not f.yes and not ask("Go on?",true) then return false end
	need(c.apply,p)
	if not i then add(d,NOTE) end
	return true
end

function M.list(s,o)
	local p=s.lock.packages
	local of=offers(s)
	local h=false
	for __,n in ipairs(keys(p)) do
		local i=p[n]
		local k=of[n]
		local is=k~=nil and compare(k.version,i.version)>0
		local v=i.version
		if is then v=v.." > "..k.version end
		if i.automatic then v=v.." (needed)" end
		add(n,is and NOTE or nil,v)
		h=h or is
	end
	if h then
		add("Take the newer: ccpm upgrade",NOTE)
	elseif next(p)==nil then
		add("Nothing is installed. See: ccpm search")
	else
		add(o or "Look for newer: ccpm update",REMARK)
	end
	return h
end

local function listRegistries(s)
	for n,r in ipairs(s.configuration.registries) do
		local k=s.cache.registries[r]
		add(n.." "..r)
		if k then
			local d=os.date("%Y-%m-%d",k.updated/1000)
			add("  packages: " .. #keys(k.packages) .. ", " .. d,REMARK)
		end
	end
	if #s.configuration.registries==0 then add("There is none. Add one: ccpm registry add <registry>") end
end

local function positionIn(w,l)
	local p=tonumber(w[2] or "")
	if w[2] and not p then error(fail("registry_position",{position=w[2],last=l}),0) end
	return p
end

local function registryIn(s,w)
	local wo=w[1]
	return s.configuration.registries[tonumber(wo) or 0] or wo
end

local actions={
	install=function(_,w,f,c) return need(c.planInstall,w,f) end,
	uninstall=function(_,w,f,c) return need(c.planUninstall,w,f) end,
	upgrade=function(_,w,f,c) return need(c.planUpgrade,#w>0 and w or nil,f) end,
	update=function(_,_w,_f,c)
		need(c.update)
		M.list(need(c.state),"Nothing newer is known.")
	end,
	list=function(s) M.list(s) end,
	search=function(s,w)
		local o=offers(s)
		local i=false
		for __,n in ipairs(keys(o)) do
			local k=o[n]
			local t=string.lower(n.." "..k.description)
			local f=true
			for ___,wo in ipairs(w) do f=f and t:find(wo:lower(),1,true)~=nil end
			if f then
				local ins=s.lock.packages[n]
				local h=ins and ins.version
				local m=h==k.version and " (installed)" or " (installed: "..tostring(h)..")"
				add(n,NOTE,k.version .. (h and m or ""))
				add("  "..k.description)
				i=true
			end
		end
		if not i then add("No such package is known. Look: ccpm update",colours.red) end
		return i
	end,
	info=function(s,w)
		local n=w[1]
		local p=s.lock.packages
		local o,f=offers(s)
		local i=p[n]
		local k=o[n]
		if not i and not k then error(fail("unknown_package",{name=n}),0) end
		add(n,NOTE)
		if k then
			add(k.description)
			add("Available:",nil,k.version..", "..bytes(k.size))
			add("From:",nil,f[n])
		end
		if i then add("Installed:",nil,i.version) end
		local d=(i or k).dependencies
		for __,ot in ipairs(keys(d)) do add("Needs:",nil,ot.." "..tostring(d[ot])) end
		for __,ot in ipairs(keys(p)) do
			if p[ot].dependencies[n] then add("Needed by:",nil,ot) end
		end
	end,
	files=function(s,w)
		local n=w[1]
		local i=s.lock.packages[n]
		if not i then error(fail("not_installed",{name=n}),0) end
		for __,p in ipairs(keys(i.files)) do add(p,nil,bytes(i.files[p].size)) end
	end,
	verify=function(s,w,f,c)
		local fi=need(c.verify,#w>0 and w or nil)
		for __,fin in ipairs(fi) do add(fin.problem..": "..fin.path,colours.red) end
		if next(s.lock.packages)==nil then
			add("Nothing is installed.")
		elseif #fi==0 then
			add("All files are as they were installed.")
		elseif f.fix then
			local p=need(c.planRepair,fi)
			return carryOut(p,f,c) and #p.files==#fi
		else
			add("Repair them: ccpm verify --fix",NOTE)
		end
		return #fi==0
	end,
	version=function(s)
		local o=s.lock.packages.ccpm
		add("ccpm " .. (o and o.version or "(not installed)"))
	end,
	["registry add"]=function(s,w,f,c)
		local p=positionIn(w,#s.configuration.registries+1)
		need(c.addRegistry,w[1],{position=p,force=f.force})
	end,
	["registry remove"]=function(s,w,_f,c) need(c.removeRegistry,registryIn(s,w)) end,
	["registry move"]=function(s,w,_f,c)
		local p=positionIn(w,#s.configuration.registries)
		need(c.moveRegistry,registryIn(s,w),p)
	end
}

function M.help(p,t)
	local w=term.getSize()
	local pa="/help/"..p..".txt"
	local i=false
	if not fs.exists(pa) then error(fail("no_help",{path=pa}),0) end
	for l in io.lines(pa) do
		local f=l:match("^%-%-([%l%-]+)")
		if l:sub(1,#t)==t or f and arguments.takes(t,f) then
			add(#l>w and l:gsub("(%S)  +","%1\n") or l)
			i=true
		end
	end
	return i
end

local function perform(l,c)
	local co=l.command
	if l.problem then add(l.problem,colours.red) end
	if co=="help" then
		local t=table.concat(l.words," ")
		local i=M.help("ccpm",t)
		if not i and t=="" then error(fail("no_help",{path="/help/ccpm.txt"}),0) end
		if not i and not l.problem then add("There is no command "..t..".",colours.red) end
		if not i then add("See: ccpm help") end
		return i and l.problem==nil
	end
	if #need(c.recover)==0 and co=="recover" then add("There is nothing to recover.") end
	local a=actions[co]
	local r=a and a(need(c.state),l.words,l.flags,c)
	if co:sub(1,8)=="registry" then listRegistries(need(c.state)) end
	if type(r)=="table" then return (carryOut(r,l.flags,c)) end
	return r~=false
end

local function suggest(w,c)
	local o=offers(need(c.state))
	for __,wo in ipairs(w) do
		for l=o[wo] and 0 or math.min(#wo,40),2,-1 do
			for ___,n in ipairs(keys(o)) do
				if n:find(wo:sub(1,l):lower(),1,true) then
					add("Did you mean: "..n.."?",NOTE)
					return
				end
			end
		end
	end
end

function M.run(g,c)
	local l=arguments.parse(g)
	if l.flags.yes then unattended() end
	local o,d=pcall(perform,l,c)
	if not o then
		if type(d)~="table" then error(d,0) end
		show(d)
		if d.code=="unknown_package" then suggest(l.words,c) end
	end
	flush()
	return o and d
end

return M
end

modules["/apis/ccpm/failure"] = function(...)
--- Every way in which ccpm can fail.
local M={}
local makeFailure = require("/apis/failure").makeFailure
M.failures={
	http_disabled={
		"The HTTP API is switched off here.",
		"In computercraft-server.toml: [http] enabled = true"
	},
	address_denied={
		"ComputerCraft forbids {registry} (Domain not permitted).",
		'In computercraft-server.toml, at host = "$private": action = "allow"'
	},
	network_error={"The request to {registry} failed: {what}.","Check the address and the network."},
	server_error={"{registry} failed at {path} (HTTP {status}).","Try again in some minutes."},
	no_index={
		"{registry} is no registry: it has no packages/index.json.",
		"Check the address and the network."
	},
	no_entry={"{registry} lets nobody in (HTTP {status}).","Check the address, or ask those who run it."},
	file_missing={"{registry} lists {path}, but does not serve it.","Try again in some minutes."},
	wrong_content={"{registry} serves another {path} than it lists.","Try again in some minutes."},
	bad_index={"The index of {registry} is not valid: {what}.","Tell those who run that registry."},
	not_json={"The index of {registry} is not JSON: {what}.","Check the address, or tell those who run it."},
	newer_index={"{registry} is for a newer ccpm.","Type: ccpm upgrade ccpm"},
	bad_registry={
		"{registry} is no registry's address.",
		"Give http(s)://... or <owner>/<repo>[@branch] of GitHub."
	},
	no_registry={"No registry is configured.","Add one: ccpm registry add <registry>"},
	registry_known={"{registry} is configured already.","See: ccpm registry list"},
	registries_full={"There can be no more registries.","Remove one: ccpm registry remove <registry>"},
	registry_unknown={"{registry} is not configured.","See: ccpm registry list"},
	registry_position={"There is no position {position}.","Give one from 1 to {last}."},
	unknown_package={"No registry has a package {name}.","See: ccpm search <word>"},
	left_out={"{name} cannot be had: {what}.","Tell those who run its registry."},
	no_version={"{need}, but there is {known}.","Try: ccpm update, or add a registry that has it."},
	conflict={"{need}, but {but}.","Upgrade or uninstall one, or add a registry."},
	cycle={"Packages need each other in a circle: {what}.","Tell those who made them."},
	too_complex={"These packages need too much to be worked out.","Install fewer of them at once."},
	not_installed={"{name} is not installed.","See: ccpm list"},
	needed_by={"{name} is needed by {what}.","Uninstall them, too: add --cascade"},
	file_exists={
		"{path} is there, and no package brought it.",
		"Move it away, or keep it beside: add --force"
	},
	file_conflict={"{path} belongs to {owner}; {name} has it, too.","Keep only one of the two packages."},
	folder_in_the_way={"{path} is a folder; {name} has a file there.","Move it: mv {path} {path}.old"},
	file_in_the_way={"{path} is a file; {name} needs a folder there.","Move it: mv {path} {path}.lua"},
	other_drive={"{path} is on another drive.","Move it away, or take the disk out."},
	no_space={"The disk is too full: {needed} bytes are needed, {free} are free.","Delete something first."},
	changed_meanwhile={"{path} changed meanwhile. Nothing was touched.","Try again."},
	cannot_write={"{path} cannot be written: {what}.","Look at the disk, then try again."},
	not_finished={"A change was begun and cannot be finished.","{what}"},
	not_repairable={
		"No registry has {path} of {name} as it was installed.",
		"Try again later, or: ccpm upgrade {name}"
	},
	no_help={"{path} is damaged.","Type: ccpm verify --fix"},
	newer_format={"{path} was written by a newer ccpm.","Upgrade ccpm, or delete that file."},
	bad_argument={"{call}: {what}.","Call it as: {usage}"},
	internal_error={"Unexpected: {what}","Use install.lua again, or report this."}
}

function M.fail(c,d) return makeFailure(M.failures,c,d) end

function M.raise(c,d) error(M.fail(c,d),0) end

return M
end

modules["/apis/ccpm/finish"] = function(...)
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
end

modules["/apis/ccpm/formats"] = function(...)
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
end

modules["/apis/ccpm/offers"] = function(...)
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
end

modules["/apis/ccpm/plan"] = function(...)
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
end

modules["/apis/ccpm/registry"] = function(...)
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
end

modules["/apis/ccpm/resolve"] = function(...)
--- Which versions of which packages fit together.
local M={}
local raise = require("/apis/ccpm/failure").raise
local semver = require("/apis/ccpm/semver")
local MOST_WORK=1000000
local WORK_OF_RANGE=100

local function sortedNames(v)
	local n={}
	for na in pairs(v) do n[#n+1]=na end
	table.sort(n)
	return n
end

function M.resolve(r)
	local i=r.installed
	local is={}
	local isU={}
	local q={}
	local o={}
	local ob={}
	local w=0
	local function re(n)
		local wh=r.leftOut and r.leftOut[n]
		if wh then raise("left_out",{name=n,what=wh}) end
	end
	local function v(n)
		local ve={}
		local c=i[n]
		for _,ca in ipairs(r.candidates[n] or {}) do
			if not c or semver.compare(ca.version,c.version)>0 then ve[#ve+1]=ca end
		end
		if c then table.insert(ve,isU[n] and #ve+1 or 1,c) end
		return ve
	end
	local function n(na)
		for _,nam in ipairs(na) do
			if not o[nam] then
				o[nam]=v(nam)
				q[#q+1]=nam
			end
		end
	end
	local function c(na,ve,ot,t)
		local ra=ve.dependencies[ot]
		if not ra then return nil end
		w=w+WORK_OF_RANGE
		if t and semver.satisfies(t.version,ra) then return nil end
		return {need=na.." "..ve.version.." needs "..ot.." "..ra,name=ot}
	end
	local function f(na,ve)
		for _,ot in ipairs(q) do
			local cl=c(na,ve,ot)
			for _,t in ipairs(o[ot]) do
				w=w+1
				cl=c(na,ve,ot,t) or c(ot,t,na,ve)
				if not cl then break end
			end
			if cl then return cl end
		end
		return nil
	end
	local function s(p)
		local na=q[p+1]
		if not na then return nil end
		local co=#q
		local ve=o[na]
		if #ve==0 then
			re(na)
			raise("unknown_package",{name=na})
		end
		local b
		ob[na]=nil
		for _,ver in ipairs(ve) do
			if w>MOST_WORK then raise("too_complex") end
			o[na]={ver}
			n(sortedNames(ver.dependencies))
			local cl=f(na,ver)
			if not cl then
				b=s(p+1)
				if not b then return nil end
			elseif not b then
				b=cl
			elseif not b.but and b.need~=cl.need then
				b.but=cl.need
			end
			while #q>co do o[table.remove(q)]=nil end
			if isU[na] and not ob[na] then ob[na]=na.." "..ver.version.." is held back: "..b.need.."." end
		end
		o[na]=ve
		return b
	end
	local p={}
	local isA={}
	local function a(na,t)
		if isA[na] then return end
		local st=t:find(" "..na.." >",1,true)
		if st then raise("cycle",{what=t:sub(st+1,st+100).." "..na}) end
		local ve=o[na][1]
		for _,d in ipairs(sortedNames(ve.dependencies)) do a(d,t.." "..na.." >") end
		isA[na]=true
		local cu=i[na]
		local au=not is[na] and (cu==nil or cu.automatic==true)
		p[#p+1]={name=na,package=ve,automatic=au}
	end
	local na=sortedNames(i)
	local u=r.newest==true and na or r.newest
	for _,nam in ipairs(u) do isU[nam]=true end
	for _,nam in ipairs(r.wanted) do is[nam]=true end
	n(r.wanted)
	n(u)
	n(na)
	local cl=s(0)
	if cl then
		local k={}
		for _,ve in ipairs(v(cl.name)) do k[#k+1]=ve.version end
		if #k==0 then re(cl.name) end
		cl.known=#k==0 and "none" or "only "..table.concat(k,", ")
		raise(cl.but and "conflict" or "no_version",cl)
	end
	local no={}
	for _,nam in ipairs(q) do
		a(nam,"")
		local obs=ob[nam]
		if obs then no[#no+1]=obs end
	end
	return {packages=p,notes=no}
end

return M
end

modules["/apis/ccpm/screen"] = function(...)
--- What `ccpm` shows.
local M={}
local strings = require("cc.strings")
local pending={}
local isPaged=settings.get("trapos.harness_mode")~=true

function M.unattended() isPaged=false end

function M.add(t,c,d) pending[#pending+1]={text=t,colour=c,detail=d} end

local function clearRow()
	local _,r=term.getCursorPos()
	term.setCursorPos(1,r)
	term.clearLine()
end

local function choose(q,a)
	write(q)
	while true do
		local e,w=os.pullEventRaw()
		local k
		if e=="char" then k=w:lower() end
		if e=="key" and w==keys.enter then k="\n" end
		if k and a:find(k,1,true) then return k end
		if e=="terminate" then
			print()
			error("Terminated",0)
		end
	end
end

function M.flush()
	local w,h=term.getSize()
	local l=pending
	pending={}
	local c=0
	for _,li in ipairs(l) do
		local e=#li.text+1
		if li.detail and e+#li.detail<=w then c=math.max(c,e) end
	end
	clearRow()
	local s=0
	for _,li in ipairs(l) do
		local t=li.text
		if li.detail then
			local g=math.min(c,w-#li.detail)-#t
			t=t .. (g>0 and string.rep(" ",g) or "\n") .. li.detail
		end
		local b=term.getTextColour()
		for n,r in ipairs(strings.wrap(t,#t>w and w-2 or w)) do
			if isPaged and s>0 and s%(h-1)==0 then
				local k=choose("-- Enter: more, q: quit --","q\n")
				clearRow()
				if k=="q" then return end
			end
			if li.colour and term.isColour() then term.setTextColour(li.colour) end
			print(n>1 and "  "..r or r)
			term.setTextColour(b)
			s=s+1
		end
	end
end

function M.say(t,c)
	M.add(t,c)
	M.flush()
end

function M.note(t) M.say(t,colours.yellow) end

function M.fail(f)
	M.add(f.message,colours.red)
	M.say(f.hint,colours.red)
end

function M.ask(q,u)
	M.flush()
	local k=choose(q .. " " .. (u and "[Y/n]" or "[y/N]") .. " ","yn\n")
	local a=k=="y" or u and k=="\n"
	print(a and "yes" or "no")
	return a
end

function M.bytes(c) return c<1000 and c.." bytes" or string.format("%.1f kB",c/1000) end

local PHASES={index="Asking ",fetch="Fetching ",apply="Writing "}

function M.showProgress(p)
	local w=term.getSize()
	local a=p.totalBytes
	local t=(w<40 and "" or PHASES[p.phase]) .. p.done .. "/" .. p.total .. " "
	if a>0 then t=t..string.format("%d/%d kB ",math.ceil(p.bytes/1000),math.ceil(a/1000)) end
	t=strings.ensure_width(t..p.name:sub(#t-w),w)
	local l=math.floor(w*math.min(p.bytes/math.max(a,1),1))
	clearRow()
	term.blit(t,string.rep("0",w),string.rep("7",l)..string.rep("f",w-l))
end

function M.need(c,...)
	M.flush()
	local r,o,v=pcall(c,...)
	clearRow()
	if not r then
		if o=="Terminated" then M.say("Nothing has changed. The same command goes on.") end
		error(o,0)
	end
	if o==false then error(v,0) end
	return v
end

return M
end

modules["/apis/ccpm/semver"] = function(...)
--- Versions and version ranges, as npm's semver reads them.
local M={}
local match=string.match
local LARGEST=9007199254740991
local MARKS="  = ^ ~ ~> < <= > >= "

local function split(t)
	local p={}
	for pa in string.gmatch(t..".","(.-)%.") do
		if not match(pa,"^[%w-]+$") or match(pa,"^0%d+$") then return nil end
		p[#p+1]=match(pa,"^%d+$") and tonumber(pa) or pa
	end
	return p
end

local function parse(t)
	local c,d,r=match(t:gsub("%+[%w.-]+$",""),"^([%dxX*.]+)(%-?)(.*)$")
	local n=split((string.gsub(c or "","[X*]","x")))
	local p=d=="" and {} or split(r or "")
	if not n or #n>3 or not p then return nil end
	if r~="" and (d=="" or #n<3) then return nil end
	local pa={}
	for _,par in ipairs(n) do
		if par=="x" then return pa end
		if type(par)=="string" or par>LARGEST then return nil end
		pa[#pa+1]=par
	end
	for _,par in ipairs(p) do pa[#pa+1]=par end
	return pa
end

local function order(o,ot,c)
	for i=0,math.min(c or 99,math.max(#o,#ot))-1 do
		local a,b=o[i+1],ot[i+1]
		if a~=b then
			local is=type(a)=="number"
			if not a or not b then
				is=(a==nil)~=(i==3)
			elseif is==(type(b)=="number") then
				is=a<b
			end
			return is and "<" or ">"
		end
	end
	return "="
end

local function isIn(v,r)
	local i=false
	for a in string.gmatch(r.."||","(.-)||") do
		local is=true
		local isN=#v==3
		local h=a:gsub("^%s*(%S+)%s+%-%s+(%S+)%s*$",">=%1 <=%2")
		local t=h:gsub("([<>=~^])%s+","%1")
		for to in t:gmatch("%S+") do
			local m,re=match(to,"^([<>=~^]*)v?(.*)$")
			local p=parse(re)
			if not p or not MARKS:find(" "..m.." ",1,true) then return nil end
			if #p>3 and order(v,p,3)=="=" then isN=true end
			local g=math.min(#p,3)
			local c=g<3 and g or nil
			if m:sub(1,1)=="~" then c=math.min(g,2) end
			if m=="^" then
				c=math.min(g,1)
				while c<g and p[c]==0 do c=c+1 end
			end
			local s=match(m,"^[<>]=?") or "="
			if not s:find(order(v,p,c),1,true) then is=false end
			if g>0 and s:sub(1,1)~="<" then
				if m==">" and g<3 then p[g]=p[g]+1 end
				for ind=g,2 do p[ind+1]=0 end
				if order(v,p)=="<" then is=false end
			end
		end
		if is and isN then i=true end
	end
	return i
end

function M.isVersion(t) return match(t,"^%d+%.%d+%.%d")~=nil and parse(t)~=nil end

function M.compare(a,b) return string.find("<=>",order(parse(a),parse(b)),1,true)-2 end

function M.isRange(t) return isIn({0,0,0},t)~=nil end

function M.satisfies(v,r) return isIn(parse(v),r)==true end

return M
end

modules["/apis/ccpm/sha256"] = function(...)
--- SHA-256 as FIPS 180-4 defines it, fast enough for the files of programs.
local M={}
local bits=_G.bit32
local band=bits.band
local bxor=bits.bxor
local rrotate=bits.rrotate
local rshift=bits.rshift
local WORD=4294967296
local BLOCKS_WITHOUT_YIELD=1024
local YIELD="ccpm_sha256"
local squareRoots={}
local cubeRoots={}
for c=2,311 do
	local p=true
	for d=2,math.sqrt(c) do p=p and c%d>0 end
	if p then
		local pl=#cubeRoots+1
		squareRoots[pl]=math.floor(math.sqrt(c)%1*WORD)
		cubeRoots[pl]=math.floor(c^(1/3)%1*WORD)
	end
end
local blocks=0

function M.sha256(b)
	local p=b..string.char(128)..string.rep("\0",(55-#b)%64+8)
	local h={unpack(squareRoots,1,8)}
	local w={}
	for a=1,#p,64 do
		blocks=blocks+1
		if blocks%BLOCKS_WITHOUT_YIELD==0 then
			os.queueEvent(YIELD)
			os.pullEvent(YIELD)
		end
		for i=1,16 do
			local a2,b2,c,d=p:byte(a+i*4-4,a+i*4-1)
			w[i]=((a2*256+b2)*256+c)*256+d
		end
		if a+63==#p then w[16]=#b*8 end
		for i=17,64 do
			local e=w[i-15]
			local l=w[i-2]
			local m=bxor(rrotate(e,7),rrotate(e,18),rshift(e,3))
			local o=bxor(rrotate(l,17),rrotate(l,19),rshift(l,10))
			w[i]=(w[i-16]+m+w[i-7]+o)%WORD
		end
		local a2,b2,c,d,e,f,g,h2=unpack(h)
		for i=1,64 do
			local fi=h2+bxor(rrotate(e,6),rrotate(e,11),rrotate(e,25))+bxor(g,band(e,bxor(f,g)))+cubeRoots[i]
				+w[i]
			local s=bxor(rrotate(a2,2),rrotate(a2,13),rrotate(a2,22))+band(a2,b2)+band(c,bxor(a2,b2))
			a2,b2,c,d,e,f,g,h2=(fi+s)%WORD,a2,b2,c,(d+fi)%WORD,e,f,g
		end
		for i,v in ipairs({a2,b2,c,d,e,f,g,h2}) do h[i]=(h[i]+v)%WORD end
	end
	return string.rep("%08x",8):format(unpack(h))
end

return M
end

modules["/apis/ccpm/state"] = function(...)
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
end

modules["/apis/ccpm/transaction"] = function(...)
--- Changes files of the computer all at once or not at all, whenever the power goes.
local M={}
local encode = require("/apis/json").encode
local fail = require("/apis/ccpm/failure").fail
local finish = require("/apis/ccpm/finish")
local sha256 = require("/apis/ccpm/sha256").sha256
M.LEAST=500
M.FINISHER="apis/ccpm/finish.lua"
local STAGING=finish.STAGING

local function guarded(a)
	return function(...)
		local o,v=pcall(a,...)
		if o or type(v)=="table" then return o,v end
		return false,fail("cannot_write",{path=STAGING,what=finish.reasonOf(v)})
	end
end

local function changed(p) error(fail("changed_meanwhile",{path=p}),0) end

local function finishCommitted(d)
	local don,l=finish.recover(d)
	if not don then error(fail("not_finished",{what=l}),0) end
	return l
end

local function write(d,p,c)
	local f,r=d.open(p,"wb")
	if not f then error(r,0) end
	local o,pr=pcall(function() f.write(c) end)
	f.close()
	if o and d.getSize(p)==#c then return end
	d.delete(p)
	error(o and "Out of space" or pr,0)
end

function M.leftBehind(d)
	local s={}
	for _,n in ipairs(d.isDir(finish.PARTIAL) and d.list(finish.PARTIAL) or {}) do
		s[n]=d.getSize(finish.PARTIAL.."/"..n)
	end
	return s
end

function M.open(d,f)
	local c=finish.PARTIAL.."/"
	local o=STAGING.."/of-"..math.random(1000000000)
	local s={}
	local fi
	local i=false
	local function ow()
		if not d.exists(o) then changed(STAGING) end
	end
	local function g(so)
		if i then return end
		i=true
		if d.exists(finish.FINISHER) then
			if finish.read(d,finish.FINISHER)==finish.read(d,so) then return end
			d.delete(finish.FINISHER)
		end
		local m=o.."/startup"
		d.makeDir(m)
		d.copy(so,o.."/"..finish.FINISHER)
		if d.isDir("startup") then
			d.move(o.."/"..finish.FINISHER,finish.FINISHER)
		else
			d.move(m,"startup")
		end
	end
	local function a(sh)
		s[sh]=true
		if sh==fi then g(c..sh) end
	end
	local function h(fin)
		local sh=fin.sha256
		local p=c..sh
		if not s[sh] and d.exists(p) and sha256(finish.read(d,p))==sh then a(sh) end
		return s[sh]
	end
	local function k()
		if d.exists(o) and not d.exists(finish.JOURNAL) then pcall(finish.clean,d,true) end
	end
	local b=guarded(function()
		if finishCommitted(d) then changed("trapos/ccpm.lock.json") end
		if (finish.placeOf(d) or finish.FINISHER)~=finish.FINISHER then finish.clean(d,true) end
		for _,p in ipairs({"startup","trapos"}) do
			if d.exists(p) and not d.isDir(p) then error(fail("file_in_the_way",{path=p,name="ccpm"}),0) end
		end
		d.delete(STAGING)
		d.makeDir(o)
		local is=d.exists(M.FINISHER)
		for _,ch in ipairs(f) do
			local t=ch.to
			if t then s[t.sha256]=false end
			if t and ch.path==M.FINISHER then
				fi=t.sha256
				if ch.backup then is=false end
			end
		end
		if is then g(M.FINISHER) end
		for sh in pairs(M.leftBehind(d)) do
			if s[sh]==nil then d.delete(c..sh) end
		end
	end)
	local st=guarded(function(fin,co)
		ow()
		write(d,c..fin.sha256,co)
		a(fin.sha256)
	end)
	local co=guarded(function(p,sta)
		ow()
		local ste={}
		local go={}
		local u={}
		local n=0
		local function r(pa)
			local fo=fs.getDir(pa)
			if u[fo] or d.isDir(fo) then return end
			if d.exists(fo) and not go[fo] then changed(fo) end
			u[fo]=true
			n=n+M.LEAST
			r(fo)
		end
		for _,ch in ipairs(p.files) do
			local pa=ch.path
			local ba=ch.backup
			local se=ch.found or {}
			local no=d.exists(pa) and d.attributes(pa) or {}
			if no.size~=se.size or no.modified~=se.modified or no.isDir then changed(pa) end
			if ba then
				if d.exists(ba) then changed(ba) end
				r(ba)
			end
			local so
			if not ch.to then
				go[pa]=true
			else
				if not s[ch.to.sha256] then changed(STAGING) end
				r(pa)
				local co=c..ch.to.sha256
				so=u[co] and o .. "/" .. #ste or co
				if u[co] then d.copy(co,so) end
				u[co]=true
			end
			ste[#ste+1]={path=pa,staged=so,backup=ba,seen=finish.standing(d,pa)}
		end
		for _,pa in ipairs(p.data) do ste[#ste+1]={path=pa,folder=true} end
		local pa={}
		for pat in pairs(sta) do pa[#pa+1]=pat end
		table.sort(pa)
		for _,pat in ipairs(pa) do
			local t=sta[pat]
			local so=t~=false and o.."/"..fs.getName(pat) or nil
			if so then write(d,so,t) end
			ste[#ste+1]={path=pat,staged=so}
		end
		write(d,finish.JOURNAL..".new",encode({version=1,title=p.title,steps=ste}))
		local fr=d.getFreeSpace("/")
		if fr~="unlimited" and fr<n then error(fail("no_space",{needed=n,free=fr}),0) end
		d.move(finish.JOURNAL..".new",finish.JOURNAL)
		finishCommitted(d)
	end)
	local ok,fa=b()
	if ok then return true,{has=h,stage=st,keep=k,commit=co} end
	k()
	return false,fa
end

return M
end

modules["/apis/ccpm/verify"] = function(...)
--- What stands on the disk that is not what was installed.
local M={}
local plan = require("/apis/ccpm/plan")

function M.verify(d,l,n)
	local f={}
	local o={}
	local fo={trapos="^ccpm%."}
	for _,p in ipairs({"ccpm.json","ccpm.lock.json","ccpm.cache.json"}) do o["trapos/"..p]=true end
	for _,na in ipairs(n or plan.keys(l.packages)) do
		for p,fi in pairs(l.packages[na].files) do
			o[p]=true
			local fol=p:match("^(.+/.+)/")
			if fol then fo[fol]="" end
			if not plan.matches(d,p,fi) then
				f[#f+1]={path=p,problem=plan.look(d,p) and "changed" or "missing",package=na}
			end
		end
	end
	for _,fol in ipairs(n and {} or plan.keys(fo)) do
		for _,na in ipairs(d.isDir(fol) and d.list(fol) or {}) do
			local p=fol.."/"..na
			local function h(pa) return na:find(pa)~=nil end
			local i=h("%.ccpm%-old%d*$") or h("%.broken%d*$")
			if h(fo[fol]) and not i and not o[p] and plan.look(d,p) then
				f[#f+1]={path=p,problem="foreign"}
			end
		end
	end
	table.sort(f,function(on,ot) return on.path<ot.path end)
	return f
end

return M
end

modules["/apis/failure"] = function(...)
--- How a call says that it failed.
local M={}
local oneLine = require("/apis/utf8").oneLine
local LONGEST_DETAIL=160
local describe={__tostring=function(f) return f.message.."\n"..f.hint end}

function M.makeFailure(f,c,d,t)
	local m,h=unpack(f[c] or {c,""},1,2)
	local g=d or {}
	local function fi(te)
		return (te:gsub("{(%w+)}",function(n)
			return g[n]==nil and "" or oneLine(tostring(g[n]),LONGEST_DETAIL)
		end))
	end
	local fa={code=c,message=fi(m),hint=fi(h),text=t}
	return setmetatable(fa,describe)
end

function M.need(a,...)
	local o,v=a(...)
	if not o then error(v,0) end
	return v
end

function M.attempt(a,f)
	local o,v=pcall(a)
	if o or type(v)=="table" and v.code then return o,v end
	if v=="Terminated" then error(v,0) end
	return false,f("internal_error",{what=v})
end

return M
end

modules["/apis/http"] = function(...)
--- One HTTP request on CC's asynchronous `http.request`, with an answer or a reason in every case.
local M={}
local sent=0
local start=os.epoch("utc").."-"..math.random(1,1000000)

local function read(h)
	local he={}
	for n,v in pairs(h.getResponseHeaders()) do he[n:lower()]=v end
	local r={status=h.getResponseCode(),headers=he,body=h.readAll() or ""}
	h.close()
	return r
end

local function failed(r) return {headers={},body="",reason=r} end

function M.send(r)
	if not http then return failed("http is disabled") end
	sent=sent+1
	local q=r.url:find("?",1,true)
	local u=r.url .. (q and "&" or "?") .. "n=" .. start .. "-" .. sent
	local o,re=http.request({
		url=u,
		method=r.method or "GET",
		headers=r.headers,
		body=r.body,
		timeout=r.timeout,
		binary=true
	})
	if not o then return failed(re or "the request was refused") end
	local t=os.startTimer(r.timeout+1)
	local p=r.raw==true and os.pullEventRaw or os.pullEvent
	while true do
		local e,s,d,h=p()
		if e=="timer" and s==t then return failed("Timed out") end
		if s==u then
			os.cancelTimer(t)
			if e=="http_success" then return read(d) end
			if e=="http_failure" then return h==nil and failed(tostring(d)) or read(h) end
		end
	end
end

return M
end

modules["/apis/json"] = function(...)
--- JSON as servers write it, on top of CC's textutils.
local M={}

function M.encode(v)
	local t=textutils.serializeJSON(v):gsub("(\\+)u00([89A-Fa-f]%x)",function(s,h)
		if #s%2==0 then return nil end
		return s:sub(2)..string.char(tonumber(h,16))
	end)
	return t
end

function M.decode(t)
	local r=textutils.unserializeJSON
	local o,v=pcall(r,t,{parse_empty_array=false})
	if o then return v end
	return nil
end

return M
end

modules["/apis/libccpm"] = function(...)
--- The package manager for programs.
local functions = require("/apis/ccpm/client").functions
local failure = require("/apis/ccpm/failure")
local fail = failure.fail
local raise = failure.raise
local finish = require("/apis/ccpm/finish")
local argumentProblem = require("/apis/ccpm/formats").argumentProblem
local stamp = require("/apis/ccpm/plan").stamp
local readState = require("/apis/ccpm/state").readState
local failure = require("/apis/failure")
local attempt = failure.attempt
local need = failure.need
local send = require("/apis/http").send
local TIMEOUT = 30
local NAMES = {"names", "1000 text"}
local SOME_NAMES = {"names", "?1000 text"}
local REGISTRY = {"registry", "text"}
local ARGUMENTS = {
	state = {},
	update = {},
	planInstall = {NAMES, {"options", "?installing"}},
	planUpgrade = {SOME_NAMES, {"options", "?installing"}},
	planUninstall = {NAMES, {"options", "?uninstalling"}},
	verify = {SOME_NAMES},
	planRepair = {{"findings", "500000 finding"}},
	apply = {{"plan", "plan"}},
	addRegistry = {REGISTRY, {"options", "?adding"}},
	removeRegistry = {REGISTRY},
	moveRegistry = {REGISTRY, {"position", "amount"}},
	recover = {}
}
local MAKER = 'require("/apis/libccpm")'

local function raiseBad(call, usage, what)
	return raise("bad_argument", {call = call, usage = usage, what = what})
end

local function requireArguments(name, given)
	local names = {}
	local problem
	for place, argument in ipairs(ARGUMENTS[name]) do
		if problem == nil then problem = argumentProblem(argument[2], given[place], argument[1]) end
		names[#names + 1] = argument[1]
	end
	if problem then raiseBad(name, "ccpm." .. name .. "(" .. table.concat(names, ", ") .. ")", problem) end
end

local function handed(field, act, usual, spec)
	if not act then return usual end
	local name = "environment." .. field
	return function(...)
		local ok, value = pcall(act, ...)
		if not ok and value == "Terminated" then error(value, 0) end
		local problem = not ok and name .. " failed: " .. tostring(value) or nil
		if ok and spec then problem = argumentProblem(spec, value, "what " .. name .. " gives") end
		if problem then raiseBad("libccpm", MAKER .. "(environment)", problem) end
		return value
	end
end

local function makeClient(given)
	local problem = argumentProblem("environment", given, "environment")
	if problem then raiseBad("libccpm", MAKER .. "(environment)", problem) end
	return {
		disk = given.fs or fs,
		fetch = handed(
			"fetch",
			given.fetch,
			function(url) return send({url = url, timeout = TIMEOUT}) end,
			"fetched"
		),
		now = handed("now", given.now, function() return os.epoch("utc") end, "number"),
		onProgress = handed("onProgress", given.onProgress, function() end),
		onNote = handed("onNote", given.onNote, function() end),
		registry = given.registry,
		notes = {}
	}
end

local function prepare(client)
	local disk = client.disk
	local notes = client.notes
	local done, line = finish.recover(disk)
	if not done and disk.exists(finish.JOURNAL) then raise("not_finished", {what = line}) end
	if line then notes[#notes + 1] = line end
	local state = need(readState, disk, notes)
	state.stamp = stamp(disk)
	for _, note in ipairs(notes) do client.onNote(note) end
	return state
end

--- Makes a package manager. It keeps nothing in memory: the state is read anew by each call.
-- @param environment stand-ins for what the computer provides, and who is told of progress and notes
-- @return its functions
local function createCcpm(environment)
	local ccpm = {}
	for name, act in pairs(functions) do
		ccpm[name] = function(first, second)
			return attempt(
				function()
					requireArguments(name, {first, second})
					local client = makeClient(environment or {})
					return act(client, prepare(client), first, second)
				end,
				fail
			)
		end
	end
	return ccpm
end

return createCcpm
end

modules["/apis/terminal"] = function(...)
--- What programs write for a terminal and not for a reader.
local M={}
local ESCAPE="\27"
local C2=string.char(194)
local COMMANDS={
	ESCAPE.."[P%]X^_][^\n\7"..ESCAPE.."]*\7?",
	ESCAPE.."%[[0-?]*[ -/]*[@-~]?",
	ESCAPE.."[%%(-/#][0-~]?",
	ESCAPE.."[78=>DEMc\\]?"
}
local SHORT_ESCAPE=C2.."(["..string.char(144)..string.char(152)..string.char(155).."-"..string.char(159).."])"
local ESCAPE_BYTE="%f["..string.char(128).."-"..string.char(255).."]"..string.char(155)

function M.withoutCommands(t)
	local p=t:gsub(SHORT_ESCAPE,function(b) return ESCAPE..string.char(b:byte()-64) end)
	p=p:gsub(ESCAPE_BYTE,ESCAPE.."[")
	if not p:find(ESCAPE,1,true) then return p end
	for _,c in ipairs(COMMANDS) do p=p:gsub(c,"") end
	return p
end

return M
end

modules["/apis/utf8"] = function(...)
--- Texts as UTF-8.
local M={}
local withoutCommands = require("/apis/terminal").withoutCommands
local LEAD="[^"..string.char(128).."-"..string.char(191).."]"
local LONGEST=4

function M.toUtf8(t)
	if type(utf8.len(t))=="number" then return t end
	return (t:gsub("[^\1-\127]",function(c) return utf8.char(c:byte()) end))
end

function M.oneLine(t,m)
	local l=withoutCommands(t:sub(1,m*20)):gsub("[%s%c]+"," ")
	if #l<=m then return l end
	l=l:sub(1,(m+1)*LONGEST)
	local e=0
	local a=0
	for c=1,m+1 do
		local le=l:find(LEAD,a+1)
		if not le then return l end
		a=le
		if c==m-1 then e=le end
	end
	return l:sub(1,e-1)..".."
end

function M.percentEncode(t)
	return (t:gsub("[^A-Za-z0-9._~-]",function(b) return string.format("%%%02X",b:byte()) end))
end

return M
end

modules["/install/requirements"] = function(...)
--- Stops on a computer that cannot run what is to be installed, before any of it is loaded.
local major, minor = tostring(_HOST):match("ComputerCraft (%d+)%.(%d+)")
if not major or tonumber(major) * 1000 + tonumber(minor) < 1100 then
	error("This needs CC: Tweaked 1.100 or newer.\nHere is " .. tostring(_HOST) .. ". Update the mod.", 0)
end
if not http then
	error("The HTTP API is switched off here.\nIn computercraft-server.toml: [http] enabled = true", 0)
end
end

--- `wget run <registry>/install.lua [--yes] [--force]`.
require("/install/requirements")
local run = require("/apis/ccpm/command").run
local baseUrl = require("/apis/ccpm/registry").baseUrl
local screen = require("/apis/ccpm/screen")
local createCcpm = require("/apis/libccpm")
local isWget = arg[1] == "run" and string.find(arg[2] or "", "^https?://") ~= nil
local OWN = {"ccpm", "trapos-core"}

local function registryOf(url)
	local base = url:match("^([^?#]*/)")
	local plain = string.gsub(base or "", "/refs/heads/", "/", 1)
	local name, branch = plain:match("^https://raw%.githubusercontent%.com/([^/]+/[^/]+)/([^/]+)/$")
	if not name then return base end
	return branch == "HEAD" and name or name .. "@" .. tostring(branch)
end

local function install(words)
	local agreed = false
	local forced = false
	local registry = isWget and registryOf(arg[2]) or nil
	for _, word in ipairs(words) do
		if word == "--yes" or word == "-y" then
			agreed = true
		elseif word == "--force" then
			forced = true
		elseif word:sub(1, 1) == "-" then
			screen.fail({message = "There is no " .. word .. ".", hint = "There are --yes and --force."})
			return false
		else
			registry = word
		end
	end
	if not registry then
		local program = arg[0] or "install"
		screen.fail({
			message = "From where? Name a registry.",
			hint = program .. " https://... (or owner/repo of GitHub)"
		})
		return false
	end
	local valid, problem = baseUrl(registry)
	if not valid then
		screen.fail(problem)
		return false
	end
	local client = createCcpm({registry = registry, onProgress = screen.showProgress, onNote = screen.note})
	local known, state = client.state()
	if not known then
		screen.fail(state)
		return false
	end
	local installed = state.lock.packages
	local isNew = installed.ccpm == nil
	local isWhole = installed.trapos ~= nil or agreed or screen.ask("All of TrapOS? (n: only ccpm)", true)
	local function perform(line)
		if forced then line[#line + 1] = "--force" end
		return run(line, client)
	end
	local isThere, findings = client.verify(OWN)
	if isThere and #findings > 0 then
		local repair = {"verify", "--fix", unpack(OWN)}
		if agreed then repair[#repair + 1] = "--yes" end
		run(repair, client)
	end
	if not isNew and not perform(agreed and {"upgrade", "--yes"} or {"upgrade"}) then return false end
	local isKnown, left = client.verify(OWN)
	if isKnown and #left > 0 then
		screen.fail({message = "ccpm is still damaged.", hint = "Use the install.lua of another registry."})
		return false
	end
	local line = {"install", "--yes"}
	if isNew then line[#line + 1] = "ccpm" end
	if isWhole and not installed.trapos then line[#line + 1] = "trapos" end
	if #line == 2 then return true end
	if not perform(line) then return false end
	screen.say(isWhole and "Then type: ai help, or: ccpm help" or "Then type: ccpm install trapos")
	if not agreed and screen.ask("Reboot now?", true) then os.reboot() end
	return true
end

if not install({...}) and not isWget then error("", 0) end
