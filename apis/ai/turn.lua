--- One prompt from sent to settled, as a pure state machine.
local M={}
local START_MILLISECONDS=6000
local INTERRUPTED_MILLISECONDS=2000
local STUCK_BUSY_MILLISECONDS=10000
local LOST_SECONDS=60
local OUT_OF_REACH={cannot_connect=true,timed_out=true,network_error=true,server_error=true}

local function copy(f,i)
	for k in pairs(f) do i[k]=f[k] end
	return i
end

function M.start(f,i,r)
	local s={
		idleTimeout=i,
		resumed=r,
		now=0,
		sent=r,
		polls=0,
		status="unknown",
		statusAt=0,
		searched=0,
		sight="",
		changedAt=0
	}
	return copy(f,s)
end

local function pollInterval(a) return math.max(0.2,math.min(a*0.065,5)) end

function M.messageText(m)
	local t={}
	for _,p in ipairs(m.parts) do
		if p.type=="text" and p.synthetic~=true and (p.text or "")~="" then t[#t+1]=p.text end
	end
	return table.concat(t,"\n\n")
end

local function isAnswer(m) return m.info.role=="assistant" and m.info.summary~=true end

local function isComplete(m) return m~=nil and m.info.time.completed~=nil end

local function carriesNonce(m,n)
	for _,p in ipairs(m.parts) do
		if p.metadata and p.metadata.nonce==n then return true end
	end
	return m.info.id==n
end

local function answersUs(s,m)
	local n=s.nonce
	local p=m.info.parentID
	local i=p~=nil and (p==n or p==s.userMessageId)
	return isAnswer(m) and (i or m.info.id==n)
end

local function findAnswer(s,m)
	local f=false
	local a,l
	for _,me in ipairs(m) do
		if answersUs(s,me) then
			f=true
			a=me
		elseif f and isAnswer(me) then
			l=me
		elseif carriesNonce(me,s.nonce) then
			f=true
			s.userMessageId=me.info.id
		end
	end
	return {found=f,answer=a or l}
end

local function runningTool(m)
	local r
	for _,p in ipairs(m and m.parts or {}) do
		local s=p.state and p.state.status
		if s=="running" or s=="pending" then r=p end
	end
	return r
end

local function notice(s)
	local si=tostring(s.retry and s.retry.attempt)
	local l=s.last
	if l then
		local i=l.info
		si=si.." "..i.id.." "..tostring(i.finish).." "..tostring(i.time.completed)
		for _,p in ipairs(l.parts) do
			local t=p.state or {}
			si=si .. ";" .. p.type .. " " .. #(p.text or "") .. " " .. tostring(t.status) .. " "
				.. tostring(t.title)
		end
	end
	if si~=s.sight then
		s.sight=si
		s.changedAt=s.now
		s.idleSince=nil
		s.blocker=nil
	end
end

local function fail(c,d,t,p) return {kind="fail",code=c,pending=p==true,detail=d or {},text=t} end

local function failWith(f,p) return {kind="fail",code=f.code,pending=p,detail={},failure=f} end

local function wait(s,se)
	if s.now-s.changedAt<s.idleTimeout*1000 then
		return {kind="wait",seconds=se or pollInterval((s.now-s.sentAt)/1000)}
	end
	local b=s.blocker
	return b and fail("waiting_for_"..b.kind,{what=b.text},nil,true)
		or fail("no_progress",{seconds=tostring(s.idleTimeout)},nil,true)
end

local function newAnswer(s)
	local l=s.last
	return l and l.info.id~=s.baselineId and l.info.role=="assistant" and l or nil
end

local function looksFinal(m)
	local i=m.info
	return isAnswer(m) and (i.error~=nil or (i.finish or "tool-calls")~="tool-calls")
end

local function statusIsDue(s)
	if s.status=="idle" then return true end
	local si=s.now-s.statusAt
	if s.status=="retry" then return si>=2000 end
	local q=s.now-s.changedAt
	local l=runningTool(s.last) and 1000 or 2000
	return q>=l and si>=math.max(l,q*0.6)
end

local function finish(m)
	local t=M.messageText(m)
	local i=m.info
	local f=i.error
	if f then
		if f.name=="MessageAbortedError" then return fail("aborted",nil,t) end
		local d=f.data or {}
		local s=d.statusCode and " (HTTP "..d.statusCode..")" or ""
		return fail("model_error",{what=d.message or f.name,status=s},t)
	end
	if t~="" then return {kind="done",message=m,text=t} end
	if not i.finish then return fail("interrupted") end
	return fail(i.finish=="tool-calls" and "stopped_at_tool" or "empty_reply")
end

local function search(s,l)
	s.searched=l
	return {kind="recent",limit=l}
end

local function settle(s,m) return answersUs(s,m) and finish(m) or search(s,10) end

local function diagnose(s) return {kind=s.agent and "agents" or "providers"} end

local function afterLast(s)
	local a=newAnswer(s)
	local p=a and a.info.parentID
	if p and not s.userMessageId and p~=s.askedParentId and p~=s.nonce then
		s.askedParentId=p
		return {kind="parent",id=p}
	end
	local i
	if isComplete(a) then i=looksFinal(a) or s.now~=s.changedAt else i=statusIsDue(s) end
	return i and {kind="status"} or wait(s)
end

local function afterStatus(s)
	local n=s.now
	local a=newAnswer(s)
	if s.status=="idle" then
		s.idleSince=s.idleSince or n
		if not a then return n-s.sentAt>=START_MILLISECONDS and diagnose(s) or wait(s) end
		if isComplete(a) then return looksFinal(a) and settle(s,a) or search(s,10) end
		return n-s.idleSince>=INTERRUPTED_MILLISECONDS and fail("interrupted",nil,M.messageText(a))
			or wait(s,0.5)
	end
	s.idleSince=nil
	if s.status=="busy" then
		local i=n-s.changedAt>=STUCK_BUSY_MILLISECONDS
		if i and isComplete(a) and looksFinal(a) then return settle(s,a) end
		if runningTool(s.last) then return {kind="permissions"} end
	end
	return wait(s)
end

local function begin(s)
	s.sent=true
	s.sentAt=s.now
	s.changedAt=s.now
	s.statusAt=s.now
	s.status="unknown"
end

local function beforeSending(s,l)
	if s.status~="idle" then
		local t=runningTool(l)
		local si=l and l.info.time.created or s.now
		local se=tostring(math.floor((s.now-si)/1000))
		return fail("session_busy",{seconds=se,what=t and " ("..tostring(t.tool)..")" or ""},nil,true)
	end
	s.baselineId=l and l.info.id
	return {kind="send"}
end

local function ours(s,e)
	local t=runningTool(s.last)
	local m=t and t.state and t.state.metadata
	for _,en in ipairs(e) do
		local se=en.sessionID
		if se==s.sessionId or m and se==m.sessionId then return en end
	end
	return nil
end

local function checkKnown(w,n,c)
	local k=""
	local i=false
	for _,na in ipairs(n) do
		if na==w then return nil end
		if #k+#na<45 then k=k.." "..na else i=true end
	end
	if i then k=k.." .." end
	return w and fail(c,{wanted=w,known=k}) or nil
end

local after={
	begin=function(s)
		s.changedAt=s.now
		return {kind="status"}
	end,
	status=function(s,v)
		local st=v[s.sessionId]
		s.status=st and st.type or "idle"
		s.statusAt=s.now
		s.retry=st
		if not s.sent then return {kind="last"} end
		notice(s)
		return not s.last and s.resumed and search(s,10) or afterStatus(s)
	end,
	send=function(s)
		begin(s)
		return wait(s)
	end,
	wait=function(s) return s.unsure and search(s,10) or {kind="last"} end,
	last=function(s,m)
		local l=m[1]
		if not s.sent then return beforeSending(s,l) end
		s.polls=s.polls+1
		s.last=l
		if l and l.info.role=="user" and carriesNonce(l,s.nonce) then s.userMessageId=l.info.id end
		notice(s)
		return afterLast(s)
	end,
	parent=function(s,m)
		if carriesNonce(m,s.nonce) then s.userMessageId=m.info.id end
		return afterLast(s)
	end,
	recent=function(s,m)
		local f=findAnswer(s,m)
		local fo=f.found
		local a=f.answer
		local n=m[#m]
		local y=s.now-s.sentAt<START_MILLISECONDS
		s.last=n
		notice(s)
		if s.unsure and not fo then return y and wait(s,1) or failWith(s.unsure,false) end
		s.unsure=nil
		if not fo and s.searched<100 and #m>=s.searched then return search(s,100) end
		if s.status~="idle" then return wait(s) end
		if a then return isComplete(a) and finish(a) or fail("interrupted",nil,M.messageText(a)) end
		if fo then return y and wait(s) or diagnose(s) end
		if s.resumed then return fail("not_sent") end
		return n and isAnswer(n) and finish(n) or fail("interrupted")
	end,
	permissions=function(s,p)
		local pe=ours(s,p)
		s.blocker=nil
		if not pe then return {kind="questions"} end
		local pa=pe.patterns and pe.patterns[1]
		local t=pe.permission .. ": " .. (pa or "")
		s.blocker={kind="permission",phase="waiting for permission",text=t}
		return wait(s)
	end,
	questions=function(s,q)
		local qu=ours(s,q)
		local f=qu and qu.questions[1]
		if f then s.blocker={kind="question",phase="waiting for an answer",text=f.question} end
		return wait(s)
	end,
	agents=function(s,a)
		local n={}
		for _,ag in ipairs(a) do
			if ag.hidden~=true and ag.mode~="subagent" then n[#n+1]=ag.name end
		end
		return checkKnown(s.agent,n,"unknown_agent") or {kind="providers"}
	end,
	providers=function(s,v)
		local n={}
		for _,p in ipairs(v.providers) do
			for i in pairs(p.models) do n[#n+1]=p.id.."/"..i end
		end
		local u=s.last and s.last.info.model
		local w=u and u.providerID.."/"..u.modelID or s.model
		return checkKnown(w,n,"unknown_model") or fail("never_started")
	end,
	failed=function(s,f,r)
		if f.code=="not_found" and r~="parent" then return fail("session_gone",{session=s.sessionId}) end
		if not OUT_OF_REACH[f.code] then
			if r=="parent" then return afterLast(s) end
			local i=r=="permissions" or r=="questions"
			return i and wait(s) or failWith(f,s.sent)
		end
		if r=="send" then
			begin(s)
			s.unsure=f
		end
		if not s.sent then return failWith(f,false) end
		s.lostAt=s.lostAt or s.now
		local p=math.min(s.idleTimeout,LOST_SECONDS)
		local i=s.now-s.lostAt>=p*1000
		return i and failWith(s.unsure or f,true) or {kind="wait",seconds=1}
	end
}

function M.step(s,o)
	local g=o
	local k=o.kind
	local n=copy(s,{})
	n.now=o.now
	if k~="wait" and k~="failed" then n.lostAt=nil end
	return {state=n,action=after[k](n,g.value,g.request)}
end

function M.progress(s,n)
	local se=(n-s.sentAt)/1000
	if s.lostAt then return {phase="reconnecting",seconds=se} end
	local b=s.blocker
	if b then return {phase=b.phase,seconds=se,message=b.text} end
	if s.status=="retry" then return {phase="retry",seconds=se,message=s.retry and s.retry.message} end
	local t=runningTool(s.last)
	if t then
		local c=t.state
		local i=c.input or {}
		return {phase="tool",seconds=se,tool=t.tool,title=c.title or i.description or i.command}
	end
	return {phase=newAnswer(s) and "working" or "sent",seconds=se}
end

function M.describePoll(s,c)
	local a=newAnswer(s)
	local f="found=" .. (a and a.info.id or "nil") .. ", complete=" .. tostring(isComplete(a))
	return "poll attempt #"..s.polls..": msgs="..c..", "..f..", status="..s.status
end

return M
