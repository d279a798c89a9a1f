--- Boots TrapOS.
local load = require
local LOCK="/trapos/ccpm.lock.json"
local PROGRAMS="/programs"
local SHELL="/rom/programs/shell.lua"
settings.define("trapos.harness_mode",{
	description="For tests: switch the computer off when its shell ends.",
	default=false,
	type="boolean"
})
settings.define("trapos.harness_program",{
	description="For tests: the program that runs in place of the shell in harness mode.",
	type="string"
})

local function autostarts()
	local p={}
	if not fs.exists(LOCK) then return p end
	local k=pcall(function()
		local f=fs.open(LOCK,"r")
		local l=textutils.unserializeJSON(f.readAll())
		f.close()
		for _,e in pairs(l.packages) do
			local pr=e.autostart or {}
			assert(type(pr)=="table")
			for _,pa in ipairs(pr) do p[#p+1]="/"..pa end
		end
	end)
	if not k then printError("No servers start: "..LOCK.." is broken. Install a package to repair it.") end
	table.sort(p)
	return p
end

local function laterFiles()
	local r=shell.getRunningProgram()
	local f={}
	local fo=fs.getDir(r)
	local p=false
	for _,n in ipairs((arg and arg[0])=="/"..r and fs.list(fo) or {}) do
		local pa=fs.combine(fo,n)
		if p and not fs.isDir(pa) then f[#f+1]="/"..pa end
		p=p or pa==r
	end
	return f
end

local function skip(f)
	local a=shell
	local r=a.run
	local n=0
	a.run=function(c,...)
		n=n+1
		if c==f[n] then return true end
		a.run=r
		return r(c,...)
	end
end

local path=shell.path()
if not string.find(path..":",":"..PROGRAMS..":",1,true) then shell.setPath(path..":"..PROGRAMS) end
local isWhole,runBeside=pcall(function() return load("/apis/supervisor").runBeside end)
if not isWhole then error("TrapOS is damaged. Mend it: ccpm verify --fix",0) end
local servers=autostarts()
local harness=settings.get("trapos.harness_mode")==true
local program=harness and settings.get("trapos.harness_program",SHELL) or SHELL
if #servers>0 or harness then
	local l=laterFiles()
	local s=false
	runBeside(
		function()
			for _,f in ipairs(l) do shell.run(f) end
			s=shell.execute(program)
		end,
		servers,
		shell
	)
	if harness then os.shutdown(s and 0 or 1) end
	print("The servers are stopped; reboot starts them.")
	skip(l)
end
