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

local function refused(u,s,v)
	local b=type(v)=="table" and v or {}
	local d=b.data or {}
	local c="server_error"
	if s==401 or s==403 then
		c="unauthorized"
	elseif b.name=="ConfigJsonError" then
		c="server_config"
	elseif type(b.name)~="string" and s<500 then
		c="not_opencode"
	elseif s==404 then
		c="not_found"
	end
	return fail(c,{url=u,status=s,what=d.path or d.message or ""})
end

local function call(s,p,b)
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
	if st==204 then return true,nil end
	local v=json.decode(r.body)
	if st<200 or st>299 then return false,refused(u,st,v) end
	local i=string.find(r.headers["content-type"] or "","json")
	if v==nil or not i then return false,fail("not_opencode",{url=u}) end
	return true,v
end

local function query(p)
	local t=""
	for n,v in pairs(p) do t=t .. (t=="" and "?" or "&") .. n .. "=" .. textutils.urlEncode(tostring(v)) end
	return t
end

function M.health(s)
	local o,v=call(s,"/global/health")
	if not o then return false,v end
	if v.healthy==nil then return false,fail("not_opencode",{url=redact(s.settings.server_url)}) end
	return true,{version=v.version or "unknown"}
end

function M.createSession(s,t) return call(s,"/session"..query({directory=s.settings.directory}),{title=t}) end

function M.getSession(s,i)
	if tostring(i):find("^ses") then
		local o,v=call(s,"/session/"..textutils.urlEncode(i))
		if o or v.code~="not_found" then return o,v end
	end
	return false,fail("session_gone",{session=i})
end

function M.listSessions(s,l,se)
	local p={limit=l,search=se,roots="true",directory=s.settings.directory}
	return call(s,"/session"..query(p))
end

function M.getMessages(s,se,l) return call(s,"/session/"..se.."/message?limit="..l) end

function M.getMessage(s,se,i) return call(s,"/session/"..se.."/message/"..textutils.urlEncode(i)) end

function M.sendPrompt(s,se,p)
	local pr,m=string.match(p.model or "","^([^/]+)/(.+)$")
	local b={
		parts={{type="text",text=p.text,metadata={nonce=p.nonce}}},
		agent=p.agent,
		variant=p.variant,
		system=p.system
	}
	if pr then b.model={providerID=pr,modelID=m} end
	return call(s,"/session/"..se.."/prompt_async",b)
end

function M.abortSession(s,se) return call(s,"/session/"..se.."/abort",{}) end

local lists={
	status="/session/status",
	permissions="/permission",
	questions="/question",
	providers="/config/providers",
	agents="/agent"
}

function M.readList(s,n,d) return call(s,lists[n]..query({directory=d})) end

return M
