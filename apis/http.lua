--- One HTTP request on CC's asynchronous `http.request`, with an answer or a reason in every case.
local M={}
local sent=0
local start=os.epoch("utc").."-"..math.random(1,1000000)

local function read(h)
	local he={}
	for n,v in pairs(h.getResponseHeaders()) do he[n:lower()]=v end
	local r={status=h.getResponseCode(),headers=he,body=h.readAll() or ""}
	h.close()
	return r
end

local function failed(r) return {headers={},body="",reason=r} end

function M.send(r)
	if not http then return failed("http is disabled") end
	sent=sent+1
	local q=r.url:find("?",1,true)
	local u=r.url .. (q and "&" or "?") .. "n=" .. start .. "-" .. sent
	local o,re=http.request({
		url=u,
		method=r.method or "GET",
		headers=r.headers,
		body=r.body,
		timeout=r.timeout,
		binary=true
	})
	if not o then return failed(re or "the request was refused") end
	local t=os.startTimer(r.timeout+1)
	local p=r.raw==true and os.pullEventRaw or os.pullEvent
	while true do
		local e,s,d,h=p()
		if e=="timer" and s==t then return failed("Timed out") end
		if s==u then
			os.cancelTimer(t)
			if e=="http_success" then return read(d) end
			if e=="http_failure" then return h==nil and failed(tostring(d)) or read(h) end
		end
	end
end

return M
