--- What a client of opencode does.
local M={}
local failure_ = require("/apis/failure")
local need=failure_.need
local utf8 = require("/apis/utf8")
local drive = require("/apis/ai/drive")
local failure_ = require("/apis/ai/failure")
local fail=failure_.fail
local nearest = require("/apis/ai/names").nearest
local opencode = require("/apis/ai/opencode")
local messages_ = require("/apis/ai/messages")
local session_ = require("/apis/ai/session")
local PING="Reply with the single word: pong"
local LONGEST_TITLE=42

local function raise(c,d) error(fail(c,d),0) end

local function asUtf8(o) return o and utf8.toUtf8(o) or nil end

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
	local n=utf8.toUtf8(os.getComputerLabel() or "computer "..os.getComputerID())
	if p=="" or p==PING then return "ComputerCraft: "..n end
	local w=utf8.toUtf8(p):gsub("^%s+","")
	return utf8.oneLine(w,LONGEST_TITLE).." ("..n..")"
end

local function createSession(s,t)
	local se=need(opencode.createSession,s,t)
	session_.rememberSession(s,se.id)
	return se
end

local function modelsIn(v)
	local n={}
	for _,p in ipairs(v.providers) do
		for i in pairs(p.models) do n[#n+1]=p.id.."/"..i end
	end
	table.sort(n)
	return n
end

local function agentsIn(a)
	local n={}
	local o={}
	for _,ag in ipairs(a) do
		local i=ag.hidden~=true and ag.mode~="subagent"
		table.insert(i and n or o,ag.name)
	end
	for _,na in ipairs(o) do n[#n+1]=na end
	return n
end

local function lookUp(c,co,w,wh,n)
	local k=c.settings.server_url.." "..wh.." "..co.." "..w
	if c.known[k] then return true end
	local t=n()
	if not t then return nil end
	for _,na in ipairs(t) do
		if na==w then
			c.known[k]=true
			return true
		end
	end
	error(fail(co,{wanted=w,known=nearest(w,t)}),0)
end

local function checkNames(c,d,m,a)
	local w=d or ""
	if a then
		lookUp(c,"unknown_agent",a,w,function()
			local o,ag=opencode.readList(c,"agents",d)
			return o and agentsIn(ag) or nil
		end)
	end
	if m then
		local i=lookUp(c,"unknown_model",m,w,function()
			local o,p=opencode.readList(c,"providers",d)
			return o and modelsIn(p) or nil
		end)
		if i==nil and not m:find("^[^/]+/.") then
			raise("bad_argument",{what="The model "..m.." is not of the form provider/model"})
		end
	end
end

local function openSession(c,p,o,ch)
	local i=not o.newSession and (o.session or c.settings.session_id) or nil
	if i then
		local ok,s=opencode.getSession(c,i)
		if ok then
			ch(s.directory)
			return s
		end
		if s.code~="session_gone" or o.session then error(s,0) end
	end
	ch(c.settings.directory)
	local cr=createSession(c,titleOf(p))
	if i then drive.tell(o,{phase="new session",seconds=0,message=i}) end
	return cr
end

local function ask(c,p,g)
	local o=g or {}
	local v=c.settings
	local m=asUtf8(o.model) or v.model
	local a=asUtf8(o.agent) or v.agent
	if not p:find("%S") then raise("empty_prompt") end
	local s=openSession(c,p,o,function(d) checkNames(c,d,m,a) end)
	local r={
		nonce=string.format("%d-%.0f-%d",os.getComputerID(),c.now(),math.random(1,999999)),
		sessionId=s.id,
		directory=s.directory,
		text=utf8.toUtf8(p),
		sentAt=c.now(),
		model=m,
		agent=a,
		variant=asUtf8(o.variant) or v.variant,
		system=asUtf8(o.system)
	}
	return drive.drive(c,r,o,false)
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
	local f=findTurn(s,se,function(t) return drive.answerOf(t.steps)~="" end)
	if not f then return raise("nothing_to_resume") end
	local sen=f.steps[#f.steps].info.time.created
	local n=f.prompt and messages_.nonceOf(f.prompt)
	for _,r in ipairs(isOver(f) and session_.pendingTurns(s.disk) or {}) do
		if r.nonce==n then session_.forgetTurn(s.disk,r.nonce) end
	end
	return drive.replyOf(s,f.steps,{sessionId=se,sentAt=sen})
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
	local d=ses.directory
	local st=need(opencode.readList,s,"status",d)
	if not st[se] then return nil end
	local sen=p.info.time.created
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
		for _,se in ipairs(need(opencode.listSessions,s,w.limit,asUtf8(w.search))) do
			su[#su+1]=summarise(s,se)
		end
		return su
	end,
	newSession=function(s,o)
		return summarise(s,createSession(s,utf8.toUtf8(o and o.title or titleOf(""))))
	end,
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
