--- All that the program `ai` does, with its client handed in.
local M={}
local strings = require("cc.strings")
local commandLine = require("/apis/ai/arguments")
local fail = require("/apis/ai/failure").fail
local screen = require("/apis/ai/screen")
local text = require("/apis/ai/text")

local function refuse(w) error(fail("bad_command_line",{what=w}),0) end

local function wait(o,c)
	local ok,v
	screen.withSpinner(function(r)
		o.onProgress=r.onProgress
		if o.verbose then o.log=function(p) r.log("[ai] "..p) end end
		ok,v=c(o)
	end)
	if not ok then error(v,0) end
	return v
end

local MOST_SESSIONS=1000

local function listSessions(a,o)
	return wait(o,function() return a.listSessions({limit=MOST_SESSIONS}) end)
end

local function findSession(a,o,w)
	local n=tonumber(w)
	if not n then return w end
	local s=listSessions(a,o)[n]
	if not s then error(fail("session_gone",{session=w}),0) end
	return s.id
end

local function short(w) return text.shorten(text.oneLine(w),40) end

local function showDetails(o,r)
	if not o.verbose then return end
	local s={}
	if r.model then s[#s+1]="model="..short(r.model) end
	if r.finish then s[#s+1]="finish="..short(r.finish) end
	if r.tokens then s[#s+1]=string.format("tokens=%.0f+%.0f",r.tokens.input,r.tokens.output) end
	s[#s+1]=string.format("seconds=%.1f",r.seconds)
	screen.remark("[ai] "..table.concat(s,", "))
end

local function tell(o,r)
	screen.showAnswer(r.text)
	if r.finish=="length" then screen.remark("The answer was cut at the model's limit.") end
	showDetails(o,r)
end

local function ask(a,p,o) tell(o,wait(o,function() return a.ask(p,o) end)) end

local actions={
	ask=ask,
	new=function(a,p,o)
		if p=="" then
			wait(o,a.newSession)
			screen.remark("Talking in a new session.")
		else
			o.newSession=true
			ask(a,p,o)
		end
	end,
	ping=function(a,_,o)
		local r=wait(o,a.ping)
		local i=r.text:lower():find("pong",1,true)
		local s=string.format("%.2f",r.seconds)
		screen.say((i and "pong" or r.text) .. " (" .. s .. " s)")
		showDetails(o,r)
	end,
	sessions=function(a,_,o)
		local w=term.getSize()
		local s=listSessions(a,o)
		if #s==0 then screen.remark("No sessions yet. Start one: ai <prompt>") end
		local p=screen.pages()
		local d=math.max(#tostring(#s),2)
		for i,se in ipairs(s) do
			local ag=text.ageText((os.epoch("utc")-se.updated)/1000)
			local st=string.format("%s%"..d.."d ",se.current and "*" or " ",i)
			local r=math.max(w-#st-#ag-1,0)
			local t=strings.ensure_width(text.cut(text.oneLine(se.title),r),r)
			if not p(function() term.write(st..t.." "..ag) end) then break end
		end
	end,
	use=function(a,p,o)
		if p=="" then refuse("Which session? A number of ai sessions, or an id") end
		local i=findSession(a,o,p)
		screen.say("Talking in: "..wait(o,function() return a.useSession(i) end).title)
	end,
	abort=function(a,_,o)
		local h=wait(o,function() return a.abort(o.session,o) end)
		print(h and "Stopped." or "Nothing was running.")
	end,
	resume=function(a,_,o)
		local r
		repeat
			r=wait(o,a.resume)
			screen.remark(r.prompt and "> "..r.prompt or "The last answer:")
			tell(o,r)
		until not ((r.remaining or 0)>0)
	end,
	last=function(a,_,o) tell(o,wait(o,a.last)) end,
	version=function() print("ai ".."0.3.7") end,
	help=function(_,t)
		local w=term.getSize()
		local i=w<40 and t==""
		local is
		local function e(u,p)
			print(i and u or string.format("%-19s %s",u,p))
			is=true
		end
		for __,c in ipairs(commandLine.commands) do
			if t=="" or t==c[1] then e("ai "..c[2],c[3]) end
		end
		for __,f in ipairs(t=="" and commandLine.flags or {}) do
			if i then write("--"..f[1].." ") else e("--"..f[1].." "..f[2],f[3]) end
		end
		if i then print() end
		if not is then refuse("There is no command "..t) end
	end
}

local function perform(l,a)
	local o=l.flags
	local t=o.timeout
	local s=o.session
	if l.problem then refuse(l.problem) end
	o.idleTimeout=tonumber(t or "")
	if t and not ((o.idleTimeout or 0)>0) then refuse("--timeout takes a number of seconds above 0") end
	if s and l.command=="new" then refuse("ai new takes no --session") end
	if s then o.session=findSession(a,o,s) end
	actions[l.command](a,table.concat(l.words," "),o)
end

function M.run(w,a)
	local o,p=pcall(perform,commandLine.parse(w),a)
	if o then return true end
	if type(p)~="table" then error(p,0) end
	screen.showFailure(p)
	return false
end

return M
