--- Drives turns.
local M={}
local fail = require("/apis/ai/failure").fail
local textOf = require("/apis/ai/messages").textOf
local opencode = require("/apis/ai/opencode")
local withoutReasoning = require("/apis/ai/reasoning").withoutReasoning
local memory = require("/apis/ai/session")
local stopping = require("/apis/ai/stop")
local turn = require("/apis/ai/turn")

function M.tell(o,p)
	if o.onProgress then o.onProgress(p) end
end

local function perform(s,p,a)
	local i=p.sessionId
	local d=p.directory
	local k=a.kind
	if k=="wait" then
		s.sleep(a.seconds)
		return true,nil
	end
	if k=="last" or k=="beginning" or k=="recent" then return opencode.getMessages(s,i,a.limit) end
	if k=="session" then return opencode.getSession(s,i) end
	if k=="parent" then return opencode.getSession(s,a.id) end
	if k=="mcp" then return opencode.waitUntilLoaded(s,"mcp",d) end
	if k=="load" then return opencode.waitUntilLoaded(s,a.what,d) end
	if k=="abort" then return opencode.abortSession(s,i) end
	return opencode.readList(s,k,d)
end

local function send(s,r,o)
	if not memory.recordTurn(s.disk,r) then M.tell(o,{phase="not recorded",seconds=0}) end
	return opencode.sendPrompt(s,r.sessionId,r)
end

function M.answerOf(s)
	local t={}
	for _,st in ipairs(s) do
		local te=withoutReasoning(textOf({st}))
		if te:find("%S") then t[#t+1]=te end
	end
	return table.concat(t,"\n\n")
end

function M.replyOf(s,st,r)
	local i=st[#st].info
	return {
		text=M.answerOf(st),
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
			local rep=M.replyOf(s,a.steps,r)
			if rep.text=="" then error(fail("empty_reply"),0) end
			return rep
		end
		if a.kind=="fail" then
			if not a.pending then memory.forgetTurn(s.disk,r.nonce) end
			local i=a.code=="no_progress" or a.code=="slow_start"
			if i and se.reset_session_on_timeout=="true" then memory.rememberSession(s,nil) end
			local w=a.text and withoutReasoning(a.text) or nil
			error(a.failure or fail(a.code,a.detail,w),0)
		end
		if a.kind=="wait" then M.tell(o,turn.progress(st,s.now())) end
		if a.kind=="send" then
			r.sent=true
			r.baselineId=st.baselineId
			r.sentAt=s.now()
		end
		local ok,v=unpack(a.kind=="send" and {send(s,r,o)} or {perform(s,r,a)},1,2)
		ob={kind=ok and a.kind or "failed",request=a.kind,value=v,now=s.now()}
	end
end

function M.stop(s,f,d)
	local st=stopping.start(f)
	local o={kind="begin",now=s.now()}
	while true do
		local n=stopping.step(st,o)
		local a=n.action
		st=n.state
		if a.kind=="end" then return {outcome=a.outcome,failure=a.failure} end
		local ok,v=perform(s,{sessionId=f.sessionId,directory=d},a)
		o={kind=ok and a.kind or "failed",request=a.kind,value=v,now=s.now()}
	end
end

local REASONS={starting="opencode is still starting it",failed="opencode does not say that it did"}

local function stopTurn(s,r,o)
	M.tell(o,{phase="stopping",seconds=0})
	local re=r
	local se=re.sessionId
	local b=re.baselineId
	local d=re.directory
	local ok,e=pcall(M.stop,s,{sessionId=se,baselineId=b,isOurs=true},d)
	local ou=ok and e.outcome or "failed"
	if ou=="stopped" then memory.forgetTurn(s.disk,r.nonce) end
	if ou=="ended" then
		M.tell(o,{phase="ended",seconds=0})
	elseif not ok then
		M.tell(o,{phase="stopped",seconds=0,message="you did not wait"})
	else
		local m=e.failure and e.failure.message or REASONS[ou]
		M.tell(o,{phase="stopped",seconds=0,message=m})
	end
end

function M.drive(s,r,o,re)
	local ok,rep=pcall(carryOut,s,r,o,re)
	if ok then return rep end
	if rep=="Terminated" and r.sent==true then stopTurn(s,r,o) end
	return error(rep,0)
end

return M
