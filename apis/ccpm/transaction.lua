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
