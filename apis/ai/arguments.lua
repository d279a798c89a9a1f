--- The command line of `ai`.
local M={}
M.commands={
	{"ask","<prompt>","Ask; also: ai ask <prompt>",1000000000},
	{"new","new [prompt]","Start a session and ask in it",1000000000},
	{"ping","ping","Test the whole way to the model",0},
	{"sessions","sessions","List sessions; * is the current",0},
	{"use","use <number|id>","Go on in another session",1},
	{"abort","abort","Stop what the session is doing",0},
	{"resume","resume","Show the missed or last answer",0},
	{"last","last","Show the last answer again",0},
	{"help","help [command]","Show this",1}
}
M.flags={
	{"verbose","","Show each poll (-v)"},
	{"session","number|id","Ask in this session"},
	{"model","id","Ask this provider/model"},
	{"agent","name","Ask this agent"},
	{"timeout","seconds","Wait so long for progress"},
	{"version","","Show the version"},
	{"help","","Show this (-h)"}
}

local function named(r,n,d)
	for _,ro in ipairs(r) do
		if d..ro[1]==n then return ro end
	end
	return nil
end

function M.parse(g)
	local l={command="",words={},flags={}}
	local i=false
	local w
	for _,wo in ipairs(g) do
		local d,v=wo:match("^(%-%-%w+)=(.+)$")
		local f=named(M.flags,wo=="-v" and "--verbose" or d or wo,"--")
		if w then
			l.flags[w]=wo
			w=nil
		elseif i then
			l.words[#l.words+1]=wo
		elseif wo=="-h" or wo=="--help" then
			l.command="help"
		elseif wo=="--version" then
			l.command="version"
		elseif f and (f[2]~="" or not v) then
			local s=f[2]=="" and "true" or v
			if not s then w=f[1] else l.flags[f[1]]=s end
		elseif wo:find("^%-%-") or wo:find("^%-%a$") then
			l.problem="There is no flag "..wo
			return l
		elseif l.command=="" and named(M.commands,wo,"") then
			l.command=wo
		else
			l.words[#l.words+1]=wo
			i=l.command=="" or l.command=="ask" or l.command=="new"
		end
	end
	if w then l.problem="--"..w.." needs a value" end
	local c=named(M.commands,l.command,"")
	if c and #l.words>c[4] then
		table.insert(l.words,1,l.command)
		l.command="ask"
	end
	if l.command=="" then l.command=#l.words==0 and next(l.flags)==nil and "help" or "ask" end
	return l
end

return M
