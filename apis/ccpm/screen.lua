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
