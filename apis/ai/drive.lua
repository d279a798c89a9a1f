--- Drives turns.
local M={}
local fail = require("/apis/ai/failure").fail
local opencode = require("/apis/ai/opencode")
local withoutReasoning = require("/apis/ai/reasoning").withoutReasoning
local memory = require("/apis/ai/session")
local turn = require("/apis/ai/turn")

function M.tell(o,p)
	if o.onProgress then o.onProgress(p) end
end

local function perform(s,r,a)
	local i=r.sessionId
	local k=a.kind
	if k=="wait" then
		s.sleep(a.seconds)
		return true,nil
	end
	if k=="send" then
		memory.recordTurn(s.disk,r)
		return opencode.sendPrompt(s,i,r)
	end
	if k=="last" or k=="recent" then return opencode.getMessages(s,i,a.limit or 1) end
	if k=="parent" then return opencode.getMessage(s,i,a.id) end
	return opencode.readList(s,k,r.directory)
end

function M.replyOf(s,m,t,r)
	local i=m.info
	return {
		text=t,
		sessionId=r.sessionId,
		messageId=i.id,
		model=i.modelID and tostring(i.providerID).."/"..i.modelID or nil,
		agent=i.agent,
		finish=i.finish,
		tokens=i.tokens,
		cost=i.cost,
		seconds=(s.now()-r.sentAt)/1000,
		prompt=r.text
	}
end

local function carryOut(s,r,o,re)
	local se=s.settings
	local st=turn.start(r,o.idleTimeout or se.poll_timeout_seconds,re)
	local ob={kind="begin",now=s.now()}
	while true do
		local n=turn.step(st,ob)
		local a=n.action
		st=n.state
		if o.log and ob.kind=="last" and st.polls>0 then o.log(turn.describePoll(st,#ob.value)) end
		if a.kind=="done" then
			memory.forgetTurn(s.disk,r.nonce)
			local t=withoutReasoning(a.text)
			if not t:find("%S") then error(fail("empty_reply"),0) end
			return M.replyOf(s,a.message,t,r)
		end
		if a.kind=="fail" then
			if not a.pending then memory.forgetTurn(s.disk,r.nonce) end
			if a.code=="no_progress" and se.reset_session_on_timeout=="true" then
				memory.rememberSession(s,nil)
			end
			local w=a.text and withoutReasoning(a.text) or nil
			error(a.failure or fail(a.code,a.detail,w),0)
		end
		if a.kind=="wait" then M.tell(o,turn.progress(st,s.now())) end
		if a.kind=="send" then
			r.sent=true
			r.baselineId=st.baselineId
			r.sentAt=s.now()
		end
		local ok,v=perform(s,r,a)
		ob={kind=ok and a.kind or "failed",request=a.kind,value=v,now=s.now()}
	end
end

function M.drive(s,r,o,re)
	local ok,rep=pcall(carryOut,s,r,o,re)
	if ok then return rep end
	if rep=="Terminated" and r.sent==true then
		M.tell(o,{phase="stopping",seconds=0})
		s.raw=true
		local st,p=opencode.abortSession(s,r.sessionId)
		if st then memory.forgetTurn(s.disk,r.nonce) end
		M.tell(o,{phase="stopped",seconds=0,message=not st and p.message or nil})
	end
	return error(rep,0)
end

return M
