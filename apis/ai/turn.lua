--- One prompt from sent to settled, as a pure state machine.
local M={}
local pollInterval,fail,failWith,newAnswer,isSeen,isAlone,giveUpOn,overdue,wait,isWorthAsking,lookForBlocker,lookForQuestion,REST_MILLISECONDS,HOPELESS,ANSWERED,requests
local messages_ = require("/apis/ai/messages")

function pollInterval(a) return math.max(0.2,math.min(a*0.065,5)) end

function fail(c,d,t,p) return {kind="fail",code=c,pending=p==true,detail=d or {},text=t} end

function failWith(f,p) return {kind="fail",code=f.code,pending=p,detail={},failure=f} end

function newAnswer(s)
	local l=s.last
	return l and l.info.id~=s.baselineId and l.info.role=="assistant" and l or nil
end

function isSeen(s) return s.userMessageId~=nil or newAnswer(s)~=nil end

function isAlone(s,t) return ANSWERED[t.failure.code]==true or s.reachedAt>t.since end

function giveUpOn(s,r,f)
	local t=s.troubles[r]
	if not s.unsure and t and not HOPELESS[f.code] and isAlone(s,t) then
		local w=f.message or f.code
		return fail("request_fails",{route=requests[r].route,what=w},nil,true)
	end
	return failWith(s.unsure or f,true)
end

function overdue(s)
	local b=s.blocker
	if b then return fail(b.code,{what=b.text},nil,true) end
	local f=s.failing
	local t=f and s.troubles[f] or nil
	if f and t then return giveUpOn(s,f,t.failure) end
	local se=tostring(s.idleTimeout)
	return fail(isSeen(s) and "no_progress" or "slow_start",{seconds=se},nil,true)
end

function wait(s,se)
	if s.now-s.changedAt>=s.idleTimeout*1000 then return overdue(s) end
	return {kind="wait",seconds=se or pollInterval((s.now-s.sentAt)/1000)}
end

function isWorthAsking(s,r)
	local t=s.troubles[r]
	return t==nil or s.now-t.at>=REST_MILLISECONDS
end

function lookForBlocker(s)
	if #messages_.activeTools(s.last)==0 then return wait(s) end
	if isWorthAsking(s,"permissions") then return {kind="permissions"} end
	return lookForQuestion(s)
end

function lookForQuestion(s) return isWorthAsking(s,"questions") and {kind="questions"} or wait(s) end

local START_MILLISECONDS=6000
local INTERRUPTED_MILLISECONDS=2000
local IDLE_LOOKS=3
local STUCK_BUSY_MILLISECONDS=10000
local LOST_SECONDS=60
local RESTART_MILLISECONDS=1500
local DIAGNOSIS_SECONDS=10
REST_MILLISECONDS=30000
HOPELESS={
	http_disabled=true,
	address_denied=true,
	reply_too_large=true,
	unauthorized=true,
	server_config=true,
	bad_request=true,
	not_found=true
}
local CUT={cannot_connect=true,network_error=true}
ANSWERED={server_error=true,not_opencode=true}

function M.copy(f,i)
	for k in pairs(f) do i[k]=f[k] end
	return i
end

local function withField(t,n,v)
	local c=M.copy(t,{})
	c[n]=v
	return c
end

function M.start(f,i,r)
	local s={
		idleTimeout=i,
		resumed=r,
		now=0,
		sent=r,
		isTraced=false,
		polls=0,
		status="unknown",
		statusAt=0,
		idleLooks=0,
		searched=0,
		sight="",
		changedAt=0,
		parents={},
		stranger="",
		troubles={},
		reachedAt=0,
		cutAt=0,
		hasSession=false,
		hasAgent=false
	}
	return M.copy(f,s)
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
		s.idleLooks=0
		s.blocker=nil
		s.failing=nil
	end
end

local function statusIsDue(s)
	if s.status=="idle" then return true end
	local si=s.now-s.statusAt
	if s.status=="retry" then return si>=2000 end
	local q=s.now-s.changedAt
	local l=#messages_.activeTools(s.last)==0 and 2000 or 1000
	return q>=l and si>=math.max(l,q*0.6)
end

local function hasRested(s,m)
	local si=s.idleSince or s.now
	return s.idleLooks>=IDLE_LOOKS and s.now-si>=m
end

local function finish(s)
	local m=s[#s]
	local t=messages_.textOf(s)
	local i=m.info
	local f=i.error
	if f then
		if f.name=="MessageAbortedError" then return fail("aborted",nil,t) end
		local d=f.data or {}
		local st=d.statusCode and " (HTTP "..d.statusCode..")" or ""
		return fail("model_error",{what=d.message or f.name,status=st},t)
	end
	if messages_.textOf({m})=="" then
		if not i.finish then return fail("interrupted",nil,t) end
		if i.finish=="tool-calls" then return fail("stopped_at_tool",nil,t) end
	end
	return t=="" and fail("empty_reply") or {kind="done",steps=s,text=t}
end

local function isYoung(s) return s.now-math.max(s.sentAt,s.cutAt)<START_MILLISECONDS end

local function unanswered(s)
	if isYoung(s) then return wait(s) end
	if s.idleLooks<IDLE_LOOKS then return wait(s,0.5) end
	if s.cutAt>0 then return fail("restarted") end
	return {kind=s.agent and "agents" or "providers"}
end

local function neverStarted(s,r,f)
	local p=not s.resumed
	if not r or not f then return s.resumed and fail("restarted") or fail("never_started",{why=""},nil,p) end
	local ro=requests[r].route
	if f.code=="server_error" then return fail("server_stuck",{route=ro},nil,p) end
	local w=f.message or f.code
	return fail("never_started",{why=" ("..ro..": "..w..")"},nil,p)
end

local function missing(s)
	if s.resumed and not s.hasSession then return {kind="session"} end
	if isYoung(s) then return wait(s,s.unsure and 1) end
	if s.unsure then return fail("not_sent",nil,nil,true) end
	if s.cutAt>0 then return fail("restarted",nil,nil,true) end
	if s.agent and not s.hasAgent then return {kind="agents"} end
	local i=s.resumed and s.now-s.sentAt>=s.idleTimeout*1000
	return i and fail("not_sent") or wait(s)
end

local function conclude(s)
	local e=finish(s)
	local h=#s>1 or #s[1].parts>0
	return e.kind=="fail" and e.code=="aborted" and not h and {kind="mcp"} or e
end

local function search(s,l)
	s.searched=l
	return {kind="recent",limit=l}
end

local function settle(s,m) return s.firstStepId==m.info.id and conclude({m}) or search(s,10) end

local function afterLast(s)
	local a=newAnswer(s)
	if a and not s.isTraced then
		s.isTraced=true
		return {kind="beginning",limit=2}
	end
	local i
	if messages_.isComplete(a) then
		i=messages_.looksFinal(a) or s.now~=s.changedAt
	else
		i=s.troubles.status~=nil or statusIsDue(s)
	end
	return i and {kind="status"} or wait(s)
end

local function afterStatus(s)
	local a=newAnswer(s)
	local l=s.last
	if s.status=="idle" then
		if a then
			if messages_.isComplete(a) then return messages_.looksFinal(a) and settle(s,a) or search(s,10) end
			return hasRested(s,INTERRUPTED_MILLISECONDS) and search(s,10) or wait(s,0.5)
		end
		if l and messages_.carriesNonce(l,s.nonce) then return unanswered(s) end
		if isYoung(s) then return wait(s) end
		if s.idleLooks<IDLE_LOOKS then return wait(s,0.5) end
		return l and l.info.id~=s.baselineId and search(s,10) or missing(s)
	end
	local i=s.now-s.changedAt>=STUCK_BUSY_MILLISECONDS
	if i and messages_.isComplete(a) and messages_.looksFinal(a) then return settle(s,a) end
	if s.status=="busy" then return lookForBlocker(s) end
	return wait(s)
end

local function activityOf(m)
	local c={}
	local s={}
	local h=false
	for _,p in ipairs(messages_.activeTools(m)) do
		if p.callID then c[p.callID]=true end
		local me=p.state.metadata
		if me and me.sessionId then
			s[me.sessionId]=true
			h=true
		end
	end
	return {calls=c,subagents=s,hasSubagents=h}
end

local function isOfTurn(s,a,as)
	if as.sessionID==s.sessionId then
		local c=as.tool and as.tool.callID
		return c==nil or a.calls[c]==true
	end
	if not a.hasSubagents then return false end
	local se=as.sessionID
	do
		local g=0
		while g<10 do
			if a.subagents[se] then return true end
			local p=s.parents[se]
			if not p then return se end
			se=p
			g=g+1
		end
	end
	return false
end

local function asksOfTurn(s,e)
	local a=activityOf(s.last)
	local st
	for _,en in ipairs(e) do
		local i=isOfTurn(s,a,en)
		if i==true then return {ask=en} end
		if i~=false then st=st or i end
	end
	return {stranger=isWorthAsking(s,"parent") and st or nil}
end

local function askForParent(s,i)
	s.stranger=i
	return {kind="parent",id=i}
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
		local t=messages_.activeTools(l)
		local to=t[#t]
		local si=l and l.info.time.created or s.now
		local se=tostring(math.floor((s.now-si)/1000))
		return fail("session_busy",{seconds=se,what=to and " ("..tostring(to.tool)..")" or ""},nil,true)
	end
	s.baselineId=l and l.info.id
	return {kind="send"}
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

local function takeNewest(s,m)
	s.last=m[#m]
	notice(s)
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
		if not s.sent then return {kind="last",limit=1} end
		notice(s)
		if s.status=="idle" then
			s.idleSince=s.idleSince or s.now
			s.idleLooks=s.idleLooks+1
		else
			s.idleSince=nil
			s.idleLooks=0
		end
		return not s.last and s.resumed and search(s,10) or afterStatus(s)
	end,
	send=function(s)
		begin(s)
		return wait(s)
	end,
	wait=function(s) return s.unsure and search(s,10) or {kind="last",limit=1} end,
	last=function(s,m)
		local l=m[#m]
		if not s.sent then return beforeSending(s,l) end
		s.polls=s.polls+1
		takeNewest(s,m)
		if l and l.info.role=="user" and messages_.carriesNonce(l,s.nonce) then s.userMessageId=l.info.id end
		return afterLast(s)
	end,
	beginning=function(s,m)
		local t=messages_.turnIn(s,m)
		local f=t.steps[1]
		s.userMessageId=t.userMessageId
		if t.isWhole and f and not t.isFollowed then s.firstStepId=f.info.id end
		takeNewest(s,m)
		return afterLast(s)
	end,
	recent=function(s,m)
		local t=messages_.turnIn(s,m)
		local st=t.steps
		local l=st[#st]
		takeNewest(s,m)
		local i=s.unsure~=nil or #m<s.searched or s.searched>=100
		if not (t.isFound and t.isWhole) and not i then return search(s,100) end
		local is=s.status=="idle"
		if not t.isFound then
			local a=not (s.resumed or s.unsure) and newAnswer(s) or nil
			local isO=is and messages_.isComplete(a) and messages_.isAnswer(a)
			return isO and conclude({a}) or missing(s)
		end
		s.unsure=nil
		s.userMessageId=t.userMessageId
		if t.isWhole and st[1] then s.firstStepId=st[1].info.id end
		if not l then return is and unanswered(s) or wait(s) end
		if messages_.isComplete(l) then
			local isS=s.now-s.changedAt>=STUCK_BUSY_MILLISECONDS
			local isO=messages_.looksFinal(l) and (t.isFollowed or isS)
			return (is or isO) and conclude(st) or wait(s)
		end
		local isD=t.isFollowed or is and hasRested(s,INTERRUPTED_MILLISECONDS)
		return isD and fail("interrupted",nil,messages_.textOf(st)) or wait(s,is and 0.5 or nil)
	end,
	session=function(s)
		s.hasSession=true
		return missing(s)
	end,
	parent=function(s,se)
		s.parents=withField(s.parents,s.stranger,se.parentID or "")
		return {kind="permissions"}
	end,
	mcp=function() return fail("aborted") end,
	permissions=function(s,p)
		local a=asksOfTurn(s,p)
		local as=a.ask
		local st=a.stranger
		s.blocker=nil
		if not as then return st and askForParent(s,st) or lookForQuestion(s) end
		local pa=as.patterns and as.patterns[1]
		local t=as.permission .. ": " .. (pa or "")
		local c="waiting_for_permission"
		s.blocker={kind="permission",phase="waiting for permission",text=t,code=c}
		return wait(s)
	end,
	questions=function(s,q)
		local a=asksOfTurn(s,q)
		local as=a.ask
		local st=a.stranger
		if not as and st then return askForParent(s,st) end
		local f=as and as.questions[1]
		if f then
			local c="waiting_for_question"
			local t=f.question
			s.blocker={kind="question",phase="waiting for an answer",text=t,code=c}
		end
		return wait(s)
	end,
	agents=function(s,a)
		local n={}
		for _,ag in ipairs(a) do
			if ag.hidden~=true and ag.mode~="subagent" then n[#n+1]=ag.name end
		end
		local u=checkKnown(s.agent,n,"unknown_agent")
		if u then return u end
		s.hasAgent=true
		return isSeen(s) and {kind="providers"} or missing(s)
	end,
	providers=function(s,v)
		local n={}
		for _,p in ipairs(v.providers) do
			for i in pairs(p.models) do n[#n+1]=p.id.."/"..i end
		end
		local u=s.last and s.last.info.model
		local w=u and u.providerID.."/"..u.modelID or s.model
		return checkKnown(w,n,"unknown_model") or neverStarted(s)
	end,
	failed=function(s,f,r)
		local ru=requests[r]
		if f.code=="not_found" and ru.isOfSession then return fail("session_gone",{session=s.sessionId}) end
		local i=HOPELESS[f.code]==true
		if r=="send" then
			if i then return failWith(f,false) end
			begin(s)
			s.unsure=f
		end
		if not s.sent then return failWith(f,false) end
		local b=s.troubles[r]
		local si=b and b.since or s.now
		local is=s.now-si>=RESTART_MILLISECONDS
		if CUT[f.code] and ru.isVital and is then s.cutAt=s.now end
		s.troubles=withField(s.troubles,r,{since=si,at=s.now,failure=f})
		if ru.patience>0 then s.failing=r end
		local o=ru.unless and ru.unless(s)
		if o then return o end
		local w=s.now-math.max(si,s.changedAt)
		local isO=w>=math.min(s.idleTimeout,ru.patience)*1000
		if not i and not isO then return wait(s,1) end
		return ru.giveUp and ru.giveUp(s,f) or giveUpOn(s,r,f)
	end
}

local function settleWithout(s)
	local a=newAnswer(s)
	local i=s.now-s.changedAt>=STUCK_BUSY_MILLISECONDS
	return i and messages_.isComplete(a) and messages_.looksFinal(a) and settle(s,a) or nil
end

local MESSAGES="/session/.../message"
requests={
	send={route="/session/.../prompt_async",patience=LOST_SECONDS,isOfSession=true,isVital=true},
	last={route=MESSAGES,patience=LOST_SECONDS,isOfSession=true,isVital=true},
	status={route="/session/status",patience=LOST_SECONDS,isVital=true,unless=settleWithout},
	beginning={route=MESSAGES,patience=0,giveUp=afterLast},
	recent={
		route=MESSAGES,
		patience=LOST_SECONDS,
		isOfSession=true,
		isVital=true,
		giveUp=function(s,f)
			local a=newAnswer(s)
			local i=messages_.isComplete(a) and a.info.parentID==s.userMessageId
			return i and messages_.looksFinal(a) and conclude({a}) or giveUpOn(s,"recent",f)
		end
	},
	session={route="/session/...",patience=DIAGNOSIS_SECONDS,isOfSession=true},
	parent={route="/session/...",patience=0,giveUp=lookForQuestion},
	permissions={
		route="/permission",
		patience=0,
		giveUp=function(s,f)
			local t=messages_.activeTools(s.last)[1]
			if f.code=="bad_request" and t then
				local te=t.tool or "a tool"
				local c="permission_unlisted"
				s.blocker={kind="permission",phase="waiting for permission",text=te,code=c}
			end
			return lookForQuestion(s)
		end
	},
	questions={route="/question",patience=0,giveUp=function(s) return wait(s) end},
	mcp={
		route="/mcp",
		patience=DIAGNOSIS_SECONDS,
		giveUp=function(s,f) return f.code=="server_error" and neverStarted(s,"mcp",f) or fail("aborted") end
	},
	agents={
		route="/agent",
		patience=DIAGNOSIS_SECONDS,
		giveUp=function(s,f)
			if isSeen(s) then return neverStarted(s,"agents",f) end
			s.failing=nil
			s.hasAgent=true
			return missing(s)
		end
	},
	providers={
		route="/config/providers",
		patience=DIAGNOSIS_SECONDS,
		giveUp=function(s,f) return neverStarted(s,"providers",f) end
	}
}

function M.step(s,o)
	local g=o
	local k=o.kind
	local n=M.copy(s,{})
	n.now=o.now
	if k~="begin" and k~="wait" and k~="failed" then
		if n.troubles[k] then n.troubles=withField(n.troubles,k,nil) end
		if n.failing==k or n.failing=="send" then n.failing=nil end
		n.reachedAt=n.now
	end
	return {state=n,action=after[k](n,g.value,g.request)}
end

function M.progress(s,n)
	local se=(n-s.sentAt)/1000
	local f=s.failing
	local t=f and s.troubles[f] or nil
	if f and t then
		return isAlone(s,t) and {phase="failing",seconds=se,message=requests[f].route}
			or {phase="reconnecting",seconds=se}
	end
	local b=s.blocker
	if b then return {phase=b.phase,seconds=se,message=b.text} end
	if s.status=="retry" then return {phase="retry",seconds=se,message=s.retry and s.retry.message} end
	local to=messages_.activeTools(s.last)
	local too=to[#to]
	if too then
		local c=too.state
		local i=c.input or {}
		return {phase="tool",seconds=se,tool=too.tool,title=c.title or i.description or i.command}
	end
	if newAnswer(s) then return {phase="working",seconds=se} end
	local i=not isSeen(s) and (s.unsure~=nil or n-s.sentAt>=START_MILLISECONDS)
	return {phase=i and "starting" or "sent",seconds=se}
end

function M.describePoll(s,c)
	local a=newAnswer(s)
	local f="found=" .. (a and a.info.id or "nil") .. ", complete=" .. tostring(messages_.isComplete(a))
	return "poll attempt #"..s.polls..": msgs="..c..", "..f..", status="..s.status
end

return M
