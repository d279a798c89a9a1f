--- What a client of opencode does.
local M={}
local failure_ = require("/apis/failure")
local need=failure_.need
local drive = require("/apis/ai/drive")
local failure_ = require("/apis/ai/failure")
local fail=failure_.fail
local opencode = require("/apis/ai/opencode")
local messages_ = require("/apis/ai/messages")
local session_ = require("/apis/ai/session")
local PING="Reply with the single word: pong"

local function toUtf8(t)
	if type(utf8.len(t))=="number" then return t end
	return (t:gsub("[^\1-\127]",function(c) return utf8.char(c:byte()) end))
end

local function raise(c,d) error(fail(c,d),0) end

local function summarise(s,se)
	return {
		id=se.id,
		title=se.title,
		created=se.time.created,
		updated=se.time.updated,
		current=se.id==s.settings.session_id
	}
end

local function titleOf(p)
	local n=toUtf8(os.getComputerLabel() or "computer "..os.getComputerID())
	if p=="" or p==PING then return "ComputerCraft: "..n end
	local l=toUtf8(p):gsub("^%s+",""):gsub("%s+"," ")
	local la=40
	while type(utf8.len(l:sub(1,la)))~="number" do la=la-1 end
	return l:sub(1,la) .. (#l>la and ".." or "") .. " (" .. n .. ")"
end

local function createSession(s,t)
	local se=need(opencode.createSession,s,t)
	session_.rememberSession(s,se.id)
	return se
end

local function openSession(s,p,o)
	local i=o.session or s.settings.session_id
	if not i or o.newSession then return createSession(s,titleOf(p)) end
	local ok,se=opencode.getSession(s,i)
	if ok then return se end
	if se.code~="session_gone" or o.session then error(se,0) end
	local c=createSession(s,titleOf(p))
	drive.tell(o,{phase="new session",seconds=0,message=i})
	return c
end

local function ask(s,p,g)
	local o=g or {}
	local v=s.settings
	local m=o.model or v.model
	if type(p)~="string" or not p:find("%S") then raise("empty_prompt") end
	if m and not tostring(m):find("^[^/]+/.") then
		raise("bad_argument",{what="The model "..m.." is not of the form provider/model"})
	end
	local se=openSession(s,p,o)
	local r={
		nonce=string.format("%d-%.0f-%d",os.getComputerID(),s.now(),math.random(1,999999)),
		sessionId=se.id,
		directory=se.directory,
		text=toUtf8(p),
		sentAt=s.now(),
		model=m,
		agent=o.agent or v.agent,
		variant=o.variant or v.variant,
		system=o.system
	}
	return drive.drive(s,r,o,false)
end

local function findTurn(s,se,i)
	for _,l in ipairs({10,100}) do
		local m=need(opencode.getMessages,s,se,l)
		local f=messages_.newestTurn(m,i)
		if f or #m<l then return f end
	end
	return nil
end

local function isOver(t)
	local l=t.steps[#t.steps]
	return messages_.isComplete(l) and messages_.looksFinal(l)
end

local function lastReply(s)
	local se=s.settings.session_id or raise("nothing_to_resume")
	need(opencode.getSession,s,se)
	local f=findTurn(s,se,function(t) return messages_.textOf(t.steps)~="" end)
	if not f then return raise("nothing_to_resume") end
	local l=f.steps[#f.steps]
	local n=f.prompt and messages_.nonceOf(f.prompt)
	for _,r in ipairs(isOver(f) and session_.pendingTurns(s.disk) or {}) do
		if r.nonce==n then session_.forgetTurn(s.disk,r.nonce) end
	end
	return drive.replyOf(s,l,messages_.textOf(f.steps),{sessionId=se,sentAt=l.info.time.created})
end

local function unrecordedTurn(s)
	local se=s.settings.session_id
	if not se then return nil end
	local ses=need(opencode.getSession,s,se)
	local f=findTurn(s,se,function() return true end)
	local p=f and f.prompt
	local n=p and messages_.nonceOf(p)
	if not f or not p or not n or isOver(f) then return nil end
	if not n:find("^"..os.getComputerID().."%-%d+%-%d+$") then return nil end
	local sen=p.info.time.created
	local d=ses.directory
	return {nonce=n,sessionId=se,directory=d,text=messages_.textOf({p}),sentAt=sen,sent=true}
end

M.functions={
	ask=ask,
	ping=function(s,o) return ask(s,PING,o) end,
	health=function(s)
		local st=s.now()
		local v=need(opencode.health,s).version
		return {version=v,seconds=(s.now()-st)/1000}
	end,
	listSessions=function(s,o)
		local su={}
		local w=o or {}
		for _,se in ipairs(need(opencode.listSessions,s,w.limit,w.search)) do su[#su+1]=summarise(s,se) end
		return su
	end,
	newSession=function(s,o) return summarise(s,createSession(s,o and o.title or titleOf(""))) end,
	useSession=function(s,i)
		local se=need(opencode.getSession,s,i)
		session_.rememberSession(s,se.id)
		return summarise(s,se)
	end,
	currentSession=function(s) return s.settings.session_id end,
	clearSession=function(s)
		session_.rememberSession(s,nil)
		return nil
	end,
	abort=function(s,se,o)
		local i=se or s.settings.session_id or raise("no_session")
		local d=need(opencode.getSession,s,i).directory
		local r
		for _,p in ipairs(session_.pendingTurns(s.disk)) do
			if p.sessionId==i then r=p end
		end
		drive.tell(o or {},{phase="stopping",seconds=0})
		local b=r and r.baselineId
		local is=r~=nil
		local st=drive.stop(s,{sessionId=i,isOurs=is,baselineId=b},d)
		local ou=st.outcome
		local f=st.failure
		if ou=="starting" then raise("still_starting") end
		if ou=="failed" then error(f or fail("not_stopped"),0) end
		if ou=="stopped" and r then session_.forgetTurn(s.disk,r.nonce) end
		if ou=="ended" then drive.tell(o or {},{phase="ended",seconds=0}) end
		return ou=="stopped"
	end,
	resume=function(s,o)
		local r=session_.pendingTurns(s.disk)
		local re=r[1] or unrecordedTurn(s)
		if not re then return lastReply(s) end
		local rep=drive.drive(s,re,o or {},true)
		rep.remaining=math.max(#r-1,0)
		return rep
	end,
	last=lastReply
}
return M
