--- Runs servers beside a program, without their getting at its screen and keyboard, and restarts those that crash.
local M={}
local modules = require("cc.require")
local FIRST_PAUSE=1
local LONGEST_PAUSE=60
local LOG_SIZE=8000
local INPUT="char key key_up paste terminate mouse_click mouse_up mouse_drag mouse_scroll file_transfer"

function M.nextPause(l,r)
	if not l or r>=LONGEST_PAUSE then return FIRST_PAUSE end
	return math.min(l*2,LONGEST_PAUSE)
end

local function writeLog(n,t)
	local p="/trapos/log/"..n..".log"
	pcall(function()
		local i=fs.exists(p) and fs.getSize(p)>LOG_SIZE
		local f=fs.open(p,i and "w" or "a")
		f.writeLine(os.date("%Y-%m-%d %H:%M:%S").." "..t)
		f.close()
	end)
end

local function runServer(p,n,s)
	local function log(...)
		local t={}
		for i=1,select("#",...) do t[#t+1]=tostring((select(i,...))) end
		writeLog(n,table.concat(t," "))
	end
	local e={shell=s,print=log,printError=log,arg={[0]=p}}
	local r,l=modules.make(e,fs.getDir(p))
	e.require=r
	e.package=l
	setmetatable(e,{__index=_G})
	local pr,pro=loadfile(p,nil,e)
	if not pr then error(pro or "",0) end
	pr()
end

local function keepRunning(p,s,t)
	local n=fs.getName(p):gsub("%.lua$","")
	local pa
	while true do
		local st=os.clock()
		local o,pr=pcall(runServer,p,n,s)
		if o or pr=="Terminated" then return end
		pa=M.nextPause(pa,os.clock()-st)
		local l="Server "..n.." crashed, restart in "..pa.." s: "..tostring(pr)
		writeLog(n,l)
		t(l)
		sleep(pa)
	end
end

function M.runBeside(p,s,sh)
	local i={}
	for n in INPUT:gmatch("%S+") do i[n]=true end
	local sc=term.current()
	local w,h=term.getSize()
	local hi=window.create(sc,1,1,w,h,false)
	local function tell(l)
		local b=term.redirect(sc)
		local c=term.getCursorPos()
		if c>1 then print() end
		printError(l)
		term.redirect(b)
		os.queueEvent("term_resize")
	end
	local function resume(r,e,...)
		local wa=r.filter==nil or r.filter==e or e=="terminate"
		if not wa or coroutine.status(r.thread)=="dead" then return end
		term.redirect(r.terminal)
		local o,re=coroutine.resume(r.thread,e,...)
		if not o and re~="Terminated" then printError(re) end
		r.filter=re
		r.terminal=term.current()
	end
	local m={thread=coroutine.create(p),terminal=sc}
	local r={}
	for _,pa in ipairs(s) do
		local function run() keepRunning(pa,sh,tell) end
		r[#r+1]={thread=coroutine.create(run),terminal=hi}
	end
	r[#r+1]=m
	local function dispatch(e,...)
		for _,ro in ipairs(r) do
			if ro==m or i[e]==nil then resume(ro,e,...) end
		end
	end
	dispatch()
	while coroutine.status(m.thread)~="dead" do dispatch(os.pullEventRaw()) end
	for _,ro in ipairs(r) do resume(ro,"terminate") end
	term.redirect(sc)
end

return M
