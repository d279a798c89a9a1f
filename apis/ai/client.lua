--- What a client of opencode does.
local M={}
local failure = require("/apis/failure")
local need=failure.need
local drive = require("/apis/ai/drive")
local failure = require("/apis/ai/failure")
local fail=failure.fail
local opencode = require("/apis/ai/opencode")
local withoutReasoning = require("/apis/ai/reasoning").withoutReasoning
local session_ = require("/apis/ai/session")
local messageText = require("/apis/ai/turn").messageText
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

local function lastReply(s)
	local se=s.settings.session_id or raise("nothing_to_resume")
	need(opencode.getSession,s,se)
	local r
	for _,m in ipairs(need(opencode.getMessages,s,se,10)) do
		local i=m.info
		local t=withoutReasoning(messageText(m))
		if i.role=="assistant" and t~="" then r=drive.replyOf(s,m,t,{sessionId=se,sentAt=i.time.created}) end
	end
	return r or raise("nothing_to_resume")
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
	abort=function(s,se)
		local i=se or s.settings.session_id or raise("no_session")
		local d=need(opencode.getSession,s,i).directory
		local st=need(opencode.readList,s,"status",d)
		need(opencode.abortSession,s,i)
		for _,r in ipairs(session_.pendingTurns(s.disk)) do
			if r.sessionId==i then session_.forgetTurn(s.disk,r.nonce) end
		end
		return st[i]~=nil
	end,
	resume=function(s,o)
		local r=session_.pendingTurns(s.disk)
		local re=r[1]
		if not re then return lastReply(s) end
		local rep=drive.drive(s,re,o or {},true)
		rep.remaining=#r-1
		return rep
	end
}
return M
