--- What `ai` shows.
local M={}
local strings = require("cc.strings")
local markdown = require("/apis/ai/markdown").markdown
local text = require("/apis/ai/text")
local COLOURS={
	heading=colours.yellow,
	bold=colours.yellow,
	code=colours.lightBlue,
	quote=colours.lightGrey,
	link=colours.cyan
}
local MOST_ROWS=3
local FAILURE_COLUMNS=150

local function withColour(c,s,l)
	local b=term.getTextColour()
	if term.isColour() then term.setTextColour(c) end
	local sh=s(l)
	term.setTextColour(b)
	return sh
end

local function startRow()
	local _,r=term.getCursorPos()
	local _,h=term.getSize()
	if r>h then term.scroll(1) end
	term.setCursorPos(1,math.min(r,h))
end

local function clearRow()
	startRow()
	term.clearLine()
end

local function rowsOf(l,m)
	local w=term.getSize()
	local wh=text.oneLine(l)
	local c=w*m
	local r
	repeat
		r=strings.wrap(text.shorten(wh,c),w)
		c=c-1
	until not (#r>m)
	return r
end

function M.say(l)
	for _,r in ipairs(rowsOf(l,MOST_ROWS)) do print(r) end
end

local above=0

function M.remark(l)
	for _,r in ipairs(rowsOf(l,MOST_ROWS)) do above=above+withColour(colours.lightGrey,print,r) end
end

local function turnPage()
	local w=term.getSize()
	term.write(text.cut("-- any key, q to quit --",w))
	local e,k
	repeat
		e,k=os.pullEventRaw()
	until not (e~="key" and e~="terminate")
	clearRow()
	if e=="terminate" then error("Terminated",0) end
	sleep(0.05)
	return k~=keys.q
end

function M.pages()
	local i=settings.get("trapos.harness_mode")~=true
	local _,f=term.getSize()
	local s=above<f-1 and above or 0
	local p=0
	local is=true
	above=0
	return function(d)
		local _,h=term.getSize()
		if is and i and s>=h-1 then
			is=turnPage()
			s=0
		end
		if not is then return false end
		d()
		print()
		s=s+1
		p=p+1
		if p%100==0 then sleep(0) end
		return true
	end
end

function M.showAnswer(a)
	local w=term.getSize()
	local p=M.pages()
	markdown(a,w,function(r)
		return p(function()
			for _,s in ipairs(r) do withColour(COLOURS[s.style] or colours.white,write,s.text) end
		end)
	end)
end

function M.showFailure(f)
	if f.text and f.text~="" then M.showAnswer(f.text) end
	local w=term.getSize()
	local m=math.max(MOST_ROWS,math.ceil(FAILURE_COLUMNS/w))
	for _,r in ipairs(rowsOf(f.message,m)) do printError(r) end
	for l in f.hint:gmatch("[^\n]+") do
		for _,r in ipairs(rowsOf(l,m)) do printError(r) end
	end
end

local PHASES={
	sent="asked",
	starting="not started yet: the server is slow",
	retry="the model fails, trying again: ",
	reconnecting="server out of reach, trying again",
	failing="server fails, trying again: ",
	["waiting for permission"]="needs permission: ",
	["waiting for an answer"]="asks: ",
	stopping="stopping the turn"
}

local function describe(p)
	local t=p.tool
	local s=PHASES[p.phase] or p.phase
	return text.oneLine(t and t .. " " .. (p.title or "") or s .. (p.message or ""))
end

local function drawLine(t,s,d)
	local w=term.getSize()
	local a=t%4+1
	local st=string.sub("|/-\\",a,a).." "..s.." s"
	local h=#st+6<w
	startRow()
	withColour(colours.lightGrey,term.write,strings.ensure_width(h and text.cut(st.." "..d,w) or st,w))
end

function M.withSpinner(a)
	local s=os.epoch("utc")
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
			drawLine(t,math.floor((os.epoch("utc")-s)/1000),d)
			t=t+1
		end
	end
	local ok,p=pcall(function() return parallel.waitForAny(function() a({onProgress=o,log=l}) end,sp) end)
	clearRow()
	if not ok then error(p,0) end
end

return M
