--- Stopping what a session does, as a pure state machine like that of a turn.
local M={}
local messages = require("/apis/ai/messages")
local copy = require("/apis/ai/turn").copy
local START_MILLISECONDS=6000
local END_MILLISECONDS=3000
local LOOK_SECONDS=0.2
local LOADED={"providers","tools","mcp","skills"}
local UNANSWERED={timed_out=true,cannot_connect=true,network_error=true}

function M.start(f)
	local fr=f
	local s=fr.sessionId
	local i=fr.isOurs
	local b=fr.baselineId
	return {sessionId=s,isOurs=i,baselineId=b,now=0,since=0,isBusy=false,loaded=0,toldAt=0}
end

local function end_(o,f) return {kind="end",outcome=o,failure=f} end

local function lookAgain(s,m,o,f)
	local i=s.now-math.max(s.since,s.toldAt)>=m
	return i and end_(o,f) or {kind="wait",seconds=LOOK_SECONDS}
end

local function judge(s,l)
	local i=l~=nil and l.info.id~=s.baselineId
	local a=i and l.info.role=="assistant" and l or nil
	local is=a~=nil and messages.isAnswer(a) and messages.isComplete(a) and messages.looksFinal(a)
	if s.toldAt>0 then
		local e=a and a.info.error
		if e and e.name=="MessageAbortedError" then return end_("stopped") end
		if s.isBusy then return lookAgain(s,END_MILLISECONDS,"failed",s.problem) end
		return end_(is and "ended" or "stopped")
	end
	if s.isBusy then
		if not a or is then return lookAgain(s,START_MILLISECONDS,"starting") end
		local w=LOADED[s.loaded+1]
		return (not w or #a.parts>0) and {kind="abort"} or {kind="load",what=w}
	end
	if s.isOurs then
		local o=a and "ended" or "starting"
		return messages.isComplete(a) and end_("ended") or lookAgain(s,START_MILLISECONDS,o)
	end
	local m=l~=nil and l.info.role=="user"
	return m and lookAgain(s,START_MILLISECONDS,"idle") or end_("idle")
end

local function loadNext(s)
	s.loaded=s.loaded+1
	local w=LOADED[s.loaded+1]
	return w and {kind="load",what=w} or {kind="status"}
end

local function failed(s,r,f)
	local i=UNANSWERED[f.code]~=true
	if r=="load" and i then return loadNext(s) end
	if r=="load" then return lookAgain(s,START_MILLISECONDS,"starting") end
	if r=="abort" and not i then
		s.toldAt=s.now
		s.problem=f
	elseif i and f.code~="server_error" then
		return end_("failed",f)
	end
	return lookAgain(s,START_MILLISECONDS,"failed",f)
end

function M.step(b,o)
	local s=copy(b,{})
	s.now=o.now
	local k=o.kind
	local a={kind="status"}
	if k=="begin" then
		s.since=s.now
	elseif k=="load" then
		a=loadNext(s)
	elseif k=="abort" then
		s.toldAt=s.now
	elseif k=="last" then
		a=judge(s,o.value[#o.value])
	elseif k=="failed" then
		a=failed(s,o.request,o.value)
	elseif k=="status" then
		local st=o.value[s.sessionId]
		s.isBusy=st~=nil and st.type~="idle"
		a={kind="last",limit=1}
	end
	return {state=s,action=a}
end

return M
