--- The routes of opencode's HTTP server as functions.
local M={}
local json = require("/apis/json")
local reader = require("/apis/shape").reader
local percentEncode = require("/apis/utf8").percentEncode
local fail = require("/apis/ai/failure").fail
local protocol = require("/apis/ai/protocol")
local answers=protocol.answers
local lists=protocol.lists
local response=protocol.response
local redact = require("/apis/ai/settings").redact
local readHealth=reader(answers.health)
local readSession=reader(answers.session)
local readSessions=reader(answers.sessions)
local readMessage=reader(answers.message)
local readMessages=reader(answers.messages)
local readRefusal=reader(answers.refusal)
local readResponse=reader(response)
local directoryLists={
	status={path="/session/status",read=reader(lists.status)},
	permissions={path="/permission",read=reader(lists.permissions)},
	questions={path="/question",read=reader(lists.questions)},
	providers={path="/config/providers",read=reader(lists.providers)},
	agents={path="/agent",read=reader(lists.agents)}
}
local ALPHABET="ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

local function base64(b)
	local d=b:gsub("..?.?",function(g)
		local a,b2,c=g:byte(1,3)
		local bi=a*65536+(b2 or 0)*256+(c or 0)
		local t=""
		for p=3,3-#g,-1 do
			local i=math.floor(bi/64^p)%64+1
			t=t..ALPHABET:sub(i,i)
		end
		return t..string.rep("=",3-#g)
	end)
	return d
end

local REASONS={
	["http is disabled"]="http_disabled",
	["Domain not permitted"]="address_denied",
	["Timed out"]="timed_out",
	["Response is too large"]="reply_too_large",
	["Could not connect"]="cannot_connect",
	["Unknown host"]="cannot_connect",
	["Connection refused"]="cannot_connect",
	["Host not found"]="cannot_connect"
}

local function placeOf(u)
	local s,p=u:match("^(https?)://([^/]*)")
	local po=p:match(":(%d+)$")
	local h=p:gsub(":%d+$",""):gsub("[%[%]]","")
	return {host=h,port=po or s=="https" and "443" or "80"}
end

local function request(s,p,b)
	local se=s.settings
	local a=readResponse(
		s.send({
			url=se.server_url..p,
			method=b and "POST" or "GET",
			headers={
				Accept="application/json",
				["Content-Type"]=b and "application/json",
				Authorization=se.password
						and "Basic "..base64((se.username or "opencode") .. ":" .. se.password)
					or nil
			},
			body=b and json.encode(b),
			timeout=se.request_timeout_seconds,
			raw=s.raw
		})
	)
	return a or {headers={},body="",reason="no answer of a known form"}
end

local function isJson(a) return string.find(a.headers["content-type"] or "","json",1,true)~=nil end

local function stranger(s)
	local a=request(s,"/api/info")
	local i=a.status==200 and isJson(a) and readHealth(json.decode(a.body)) or nil
	local v=i and i.version or ""
	local m=v:match("^(%d+)%.")
	if (tonumber(m) or 0)>=2 then return fail("opencode_2",{version=v}) end
	return fail("not_opencode",{url=redact(s.settings.server_url)})
end

local function refused(s,a)
	local st=a.status
	local b=readRefusal(json.decode(a.body)) or {}
	local d=b.data or {}
	local c="server_error"
	if st==401 or st==403 then
		c="unauthorized"
	elseif b.name=="ConfigJsonError" then
		c="server_config"
	elseif not b.name and not b._tag and st<500 then
		return stranger(s)
	elseif st==404 then
		c="not_found"
	elseif st==400 then
		c="bad_request"
	end
	local w=d.path or d.message or b.message or "no reason given"
	return fail(c,{status=st,what=w})
end

local function call(s,p,r,b)
	local a=request(s,p,b)
	local st=a.status
	if not st then
		local w=a.reason or ""
		local u=redact(s.settings.server_url)
		local pl=placeOf(u)
		local h=pl.host
		local po=pl.port
		local d={url=u,what=w,host=h,port=po}
		return false,fail(REASONS[w] or "network_error",d)
	end
	if st<200 or st>299 then return false,refused(s,a) end
	if st==204 and not r then return true,nil end
	local g
	if isJson(a) then g=json.decode(a.body) else g=nil end
	local v
	if r then v=r(g) else v=g end
	if v==nil then return false,stranger(s) end
	return true,v
end

local function query(p)
	local t=""
	for n,v in pairs(p) do t=t .. (t=="" and "?" or "&") .. n .. "=" .. percentEncode(tostring(v)) end
	return t
end

function M.health(s) return call(s,"/global/health",readHealth) end

function M.createSession(s,t)
	return call(s,"/session"..query({directory=s.settings.directory}),readSession,{title=t})
end

function M.getSession(s,i)
	if i:find("^ses") then
		local o,v=call(s,"/session/"..percentEncode(i),readSession)
		if o or v.code~="not_found" then return o,v end
	end
	return false,fail("session_gone",{session=i})
end

function M.listSessions(s,l,se)
	local p={limit=l,search=se,roots="true",directory=s.settings.directory}
	local o,ses=call(s,"/session"..query(p),readSessions)
	if o and #ses==0 then
		local i,f=M.health(s)
		if not i then return false,f end
	end
	return o,ses
end

function M.getMessages(s,se,l)
	return call(s,"/session/"..percentEncode(se).."/message?limit="..l,readMessages)
end

function M.getMessage(s,se,i)
	local p="/session/"..percentEncode(se).."/message/"..percentEncode(i)
	return call(s,p,readMessage)
end

function M.sendPrompt(s,se,p)
	local pr,m=string.match(p.model or "","^([^/]+)/(.+)$")
	local b={
		parts={{type="text",text=p.text,metadata={nonce=p.nonce}}},
		agent=p.agent,
		variant=p.variant,
		system=p.system
	}
	if pr then b.model={providerID=pr,modelID=m} end
	return call(s,"/session/"..percentEncode(se).."/prompt_async",nil,b)
end

function M.abortSession(s,se) return call(s,"/session/"..percentEncode(se).."/abort",nil,{}) end

function M.readList(s,n,d)
	local l=directoryLists[n]
	return call(s,l.path..query({directory=d}),l.read)
end

local loadedLists={providers="/config/providers",tools="/experimental/tool/ids",mcp="/mcp",skills="/skill"}

function M.waitUntilLoaded(s,w,d) return call(s,loadedLists[w]..query({directory=d}),nil) end

return M
