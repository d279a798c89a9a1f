--- The routes of opencode's HTTP server as functions.
local M={}
local json = require("/apis/json")
local fail = require("/apis/ai/failure").fail
local redact = require("/apis/ai/settings").redact
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

local function text(v)
	if type(v)~="string" then error("no text") end
	return v
end

local function checkSession(s) return text(s.id) .. text(s.title) .. s.time.created+s.time.updated end

local function each(c)
	return function(l)
		for _,e in pairs(l) do c(e) end
	end
end

local checkParts=each(function(p) return text(p.type)..text(p.text or "") end)

local function checkMessage(m)
	local i=m.info
	checkParts(m.parts)
	return text(i.id) .. text(i.role) .. text(i.parentID or "") .. i.time.created+0
end

local function refused(u,s,v)
	local b=type(v)=="table" and v or {}
	local d=type(b.data)=="table" and b.data or {}
	local c="server_error"
	if s==401 or s==403 then
		c="unauthorized"
	elseif b.name=="ConfigJsonError" then
		c="server_config"
	elseif type(b.name)~="string" and s<500 then
		c="not_opencode"
	elseif s==404 then
		c="not_found"
	elseif s==400 then
		c="bad_request"
	end
	return fail(c,{url=u,status=s,what=d.path or d.message or "no reason given"})
end

local function call(s,p,c,b)
	local se=s.settings
	local r=s.send({
		url=se.server_url..p,
		method=b and "POST" or "GET",
		headers={
			Accept="application/json",
			["Content-Type"]=b and "application/json",
			Authorization=se.password and "Basic "..base64((se.username or "opencode") .. ":" .. se.password)
				or nil
		},
		body=b and json.encode(b),
		timeout=se.request_timeout_seconds,
		raw=s.raw
	})
	local u=redact(se.server_url)
	local st=r.status
	if not st then
		local w=r.reason or ""
		return false,fail(REASONS[w] or "network_error",{url=u,what=w})
	end
	if st==204 and not c then return true,nil end
	local v=json.decode(r.body)
	if st<200 or st>299 then return false,refused(u,st,v) end
	local i=string.find(r.headers["content-type"] or "","json")
	if not i or v==nil or c and not pcall(c,v) then return false,fail("not_opencode",{url=u}) end
	return true,v
end

local function query(p)
	local t=""
	for n,v in pairs(p) do t=t .. (t=="" and "?" or "&") .. n .. "=" .. textutils.urlEncode(tostring(v)) end
	return t
end

function M.health(s) return call(s,"/global/health",function(a) return #a.version end) end

function M.createSession(s,t)
	return call(s,"/session"..query({directory=s.settings.directory}),checkSession,{title=t})
end

function M.getSession(s,i)
	if tostring(i):find("^ses") then
		local o,v=call(s,"/session/"..textutils.urlEncode(i),checkSession)
		if o or v.code~="not_found" then return o,v end
	end
	return false,fail("session_gone",{session=i})
end

function M.listSessions(s,l,se)
	local p={limit=l,search=se,roots="true",directory=s.settings.directory}
	local o,ses=call(s,"/session"..query(p),each(checkSession))
	if o and #ses==0 then
		local i,f=M.health(s)
		if not i then return false,f end
	end
	return o,ses
end

function M.getMessages(s,se,l) return call(s,"/session/"..se.."/message?limit="..l,each(checkMessage)) end

function M.getMessage(s,se,i)
	return call(s,"/session/"..se.."/message/"..textutils.urlEncode(i),checkMessage)
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
	return call(s,"/session/"..se.."/prompt_async",nil,b)
end

function M.abortSession(s,se) return call(s,"/session/"..se.."/abort",nil,{}) end

local lists={
	status="/session/status",
	permissions="/permission",
	questions="/question",
	providers="/config/providers",
	agents="/agent"
}

function M.readList(s,n,d) return call(s,lists[n]..query({directory=d}),next) end

local loadedLists={providers="/config/providers",tools="/experimental/tool/ids",mcp="/mcp",skills="/skill"}

function M.waitUntilLoaded(s,w,d) return call(s,loadedLists[w]..query({directory=d})) end

return M
