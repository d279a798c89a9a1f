--- What `ai` shows.
local M={}
local text = require("/apis/ai/text")
local COLOURS={
	heading=colours.yellow,
	bold=colours.yellow,
	code=colours.lightBlue,
	quote=colours.lightGrey,
	link=colours.cyan
}

local function withColour(c,s,l)
	local b=term.getTextColour()
	if term.isColour() then term.setTextColour(c) end
	local sh=s(l)
	term.setTextColour(b)
	return sh
end

local function clearRow()
	local _,r=term.getCursorPos()
	term.setCursorPos(1,r)
	term.clearLine()
end

local above=0

function M.remark(l) above=above+withColour(colours.lightGrey,print,text.fold(l)) end

local function turnPage(w)
	term.write(text.cut("-- any key, q to quit --",w))
	local _,k=os.pullEvent("key")
	sleep(0.05)
	clearRow()
	return k~=keys.q
end

function M.showAnswer(m)
	local w,h=term.getSize()
	local p=settings.get("trapos.harness_mode")~=true
	local r=above<h-1 and above or 0
	local re=true
	text.markdown(m,w,function(ro)
		if re and p and r>0 and r%(h-1)==0 then re=turnPage(w) end
		if not re then return end
		for _,s in ipairs(ro) do withColour(COLOURS[s.style] or colours.white,write,s.text) end
		print()
		r=r+1
		if r%500==0 then sleep(0) end
	end)
	above=0
end

function M.showFailure(f)
	if f.text and f.text~="" then M.showAnswer(f.text) end
	printError(text.fold(f.message))
	printError(text.fold(f.hint))
end

local PHASES={
	sent="asked",
	starting="the server has not started it yet",
	retry="the model fails, trying again: ",
	reconnecting="the server is out of reach, trying again",
	failing="trying again, the server fails at ",
	["waiting for permission"]="needs permission: ",
	["waiting for an answer"]="asks: ",
	stopping="stopping the turn"
}

local function describe(p)
	local t=p.tool
	if t then return t .. " " .. (p.title or "") end
	return (PHASES[p.phase] or p.phase) .. (p.message or "")
end

function M.withSpinner(a)
	local s=os.epoch("utc")
	local w=term.getSize()
	local d=""
	local function l(li)
		clearRow()
		M.remark(li)
	end
	local function o(p)
		local ph=p.phase
		local pr=p.message
		if ph=="new session" then
			l("The session is gone from the server; this is a new one.")
		elseif ph=="not recorded" then
			l("The disk is full: this turn is not written down.")
		elseif ph=="ended" then
			l("It had ended already. Show the answer: ai resume")
		elseif ph~="stopped" then
			d=describe(p)
		elseif not pr then
			l("The turn was stopped on the server.")
		else
			l("The turn may go on, stop it with: ai abort ("..pr..")")
		end
	end
	local function sp()
		local t=0
		while true do
			local ti=os.startTimer(0.2)
			local e,i
			repeat
				e,i=os.pullEventRaw()
			until e=="timer" and i==ti
			local at=t%4+1
			local si=string.sub("|/-\\",at,at)
			local se=math.floor((os.epoch("utc")-s)/1000)
			t=t+1
			clearRow()
			withColour(colours.lightGrey,term.write,text.cut(si.." "..se.." s "..text.fold(d),w))
		end
	end
	local ok,p=pcall(function() return parallel.waitForAny(function() a({onProgress=o,log=l}) end,sp) end)
	clearRow()
	if not ok then error(p,0) end
end

return M
