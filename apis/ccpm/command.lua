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
