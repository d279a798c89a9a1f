--- What `ccpm` and `trapos` need at boot.
local choice = require("cc.completion").choice
local load = require
for f,a in pairs({programs=shell,help=help}) do
	local p=a.path()
	if not string.find(":"..p..":",":/"..f..":",1,true) then a.setPath(p..":/"..f) end
end
local isSound=pcall(function()
	local f=load("/apis/ccpm/finish")
	local i=not fs.exists(f.FINISHER)
	local d,l=f.recover(fs,true)
	if l and (d or i) then print(l) end
end)
if not isSound and not fs.exists("/trapos/ccpm.staging/journal.json") then
	for _,f in ipairs({"staging","partial"}) do pcall(fs.delete,"/trapos/ccpm."..f) end
end
local known={}

local function read(n)
	local p="/trapos/"..n..".json"
	local k=p..fs.attributes(p).modified
	if known[k]==nil then
		local f=fs.open(p,"r")
		known[k]=textutils.unserializeJSON(f.readAll())
		f.close()
	end
	return known[k]
end

local function choices(i,t,p)
	local c=load("/apis/ccpm/arguments").commands
	local f={}
	local n=p[2] or ""
	if n=="registry" and i>2 then n="registry "..tostring(p[3]) end
	local co=c[n]
	local o=not co and "command" or co[4]
	local pl=n:find(" ") and 2 or 1
	if co and i-pl>co[2] then return f end
	if t:sub(1,1)=="-" then
		for fl in co[3]:gmatch("%S+") do f["--"..tostring(fl)]=true end
	elseif o=="installed" then
		return read("ccpm.lock").packages
	elseif o=="available" then
		for _,r in pairs(read("ccpm.cache").registries) do
			for of in pairs(r.packages) do f[of]=true end
		end
	elseif o=="registry" then
		for _,r in ipairs(read("ccpm").registries) do f[r]=true end
	elseif o=="command" then
		for on in pairs(c) do
			local fi,s=on:match("(%S+) ?(.*)")
			if i==1 or co then
				f[fi]=true
			elseif fi==n then
				f[s]=true
			end
		end
	end
	return f
end

shell.setCompletionFunction("programs/ccpm.lua",function(_s,i,t,p)
	local f={}
	pcall(function()
		for w in pairs(choices(i,t,p)) do f[#f+1]=w end
	end)
	table.sort(f)
	return choice(t,f,true)
end)
shell.setCompletionFunction("programs/trapos.lua",function(_s,i,t)
	return i==1 and choice(t,{"help","upgrade","--version"}) or {}
end)
