--- What the functions of libai take, and what is said of an argument that is something else.
local M={}

local function kind(w,f,l)
	return function(wh,v) return not (type(v)==l and f(v)) and wh.." must be "..w or nil end
end

local function always() return true end

local function fields(w,c,n)
	return function(wh,v)
		if type(v)~="table" then return wh.." must be "..w end
		local g=v
		for _,na in ipairs(n) do
			local p=c[na](wh.."."..na,g[na])
			if p then return p end
		end
		for na,ch in pairs(c) do
			local p=g[na]~=nil and ch(wh.."."..na,g[na]) or nil
			if p then return p end
		end
		return nil
	end
end

local text=kind("a text",always,"string")
local name=kind("a text that is not empty",function(v) return v~="" end,"string")
local flag=kind("true or false",always,"boolean")
local act=kind("a function",always,"function")
local model=kind("a text, like provider/model",function(v) return v~="" end,"string")
local seconds=kind("a number of seconds above 0",function(v) return v>0 end,"number")
local count=kind("a whole number from 1 on",function(v) return v>=1 and v%1==0 end,"number")
local waitOptions=fields("a table of options",{idleTimeout=seconds,onProgress=act,log=act},{})
local askOptions=fields(
	"a table of options",
	{
		idleTimeout=seconds,
		onProgress=act,
		log=act,
		session=name,
		newSession=flag,
		model=model,
		agent=name,
		variant=name,
		system=text
	},
	{}
)
local signatures={
	ask={{"prompt",text},{"options?",askOptions}},
	ping={{"options?",askOptions}},
	health={},
	listSessions={{"options?",fields("a table of options",{limit=count,search=text},{})}},
	newSession={{"options?",fields("a table of options",{title=text},{})}},
	useSession={{"id",name}},
	currentSession={},
	clearSession={},
	abort={{"session?",name},{"options?",waitOptions}},
	resume={{"options?",waitOptions}},
	last={}
}

function M.problemWith(a,c,g)
	local p=signatures[c]
	if g[1]==a then return c..": call it with a dot, as ai."..c.."(...)" end
	for pl,pa in ipairs(p) do
		local v=g[pl]
		local w,m=pa[1]:match("^(%w+)(%??)$")
		local i=m~="" and v==nil
		local pr=not i and pa[2](w,v) or nil
		if pr then return c..": "..pr end
	end
	return nil
end

local storeOfSettings=fields(
	"a table like CC's settings",
	{get=act,set=act,unset=act,save=act},
	{"get","set","unset"}
)
local disk=fields(
	"a table like CC's fs",
	{exists=act,list=act,open=act,delete=act,move=act},
	{"exists","list","open","delete","move"}
)
local environment=fields(
	"a table of stand-ins",
	{settings=storeOfSettings,fs=disk,send=act,now=act,sleep=act},
	{}
)

function M.problemWithEnvironment(g)
	local p=g~=nil and environment("environment",g) or nil
	return p and "createAi: "..p or nil
end

return M
