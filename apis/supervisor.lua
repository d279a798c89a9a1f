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
	local function l(...)
		local t={}
		for i=1,select("#",...) do t[#t+1]=tostring((select(i,...))) end
		writeLog(n,table.concat(t," "))
	end
	local e={shell=s,print=l,printError=l,arg={[0]=p}}
	local r,lo=modules.make(e,fs.getDir(p))
	e.require=r
	e.package=lo
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
	local function t(l)
		local b=term.redirect(sc)
		local c=term.getCursorPos()
		if c>1 then print() end
		printError(l)
		term.redirect(b)
		os.queueEvent("term_resize")
	end
	local function r(ro,e,...)
		local wa=ro.filter==nil or ro.filter==e or e=="terminate"
		if not wa or coroutine.status(ro.thread)=="dead" then return end
		term.redirect(ro.terminal)
		local o,re=coroutine.resume(ro.thread,e,...)
		if not o and re~="Terminated" then printError(re) end
		ro.filter=re
		ro.terminal=term.current()
	end
	local m={thread=coroutine.create(p),terminal=sc}
	local ro={}
	for _,pa in ipairs(s) do
		local function ru() keepRunning(pa,sh,t) end
		ro[#ro+1]={thread=coroutine.create(ru),terminal=hi}
	end
	ro[#ro+1]=m
	local function d(e,...)
		for _,rou in ipairs(ro) do
			if rou==m or i[e]==nil then r(rou,e,...) end
		end
	end
	d()
	while coroutine.status(m.thread)~="dead" do d(os.pullEventRaw()) end
	for _,rou in ipairs(ro) do r(rou,"terminate") end
	term.redirect(sc)
end

return M
