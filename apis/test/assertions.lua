--- `assert` as busted has it.
local M={}
local values_ = require("/apis/test/values")
local same=values_.same
local show=values_.show
local FILLERS={}
for w in string.gmatch("is are was were has have does a an be","%a+") do FILLERS[w]=true end
local SYNONYMS={equals="equal",errors="error",match="matches"}

local function outcome(b)
	local o,p=pcall(b)
	if not o and p=="Terminated" then error(p,0) end
	return o,p
end

local function withoutPlace(p) return type(p)=="string" and p:gsub("^[^\n]-:%d+: ","",1) or p end

local function raises(b,e)
	local o,p=outcome(b)
	if o then return false,e==nil and "an error" or "error "..show(e),"no error" end
	local h=e==nil or same(e,p) or same(e,withoutPlace(p))
	return h,e==nil and "an error" or "error "..show(e),"error "..show(p)
end

local function matches(p,t)
	local h=type(t)=="string" and t:find(p)~=nil
	return h,"a match of "..show(p),show(t)
end

local function raisesMatch(b,p)
	local o,pr=outcome(b)
	if o then return false,"an error like "..show(p),"no error" end
	local h=matches(p,pr)
	return h,"an error like "..show(p),"error "..show(pr)
end

local ASSERTIONS={
	equal={arguments=2,find=function(e,a) return e==a,show(e),show(a) end},
	same={arguments=2,find=function(e,a) return same(e,a),show(e),show(a) end},
	["true"]={arguments=1,find=function(a) return a==true,"true",show(a) end},
	["false"]={arguments=1,find=function(a) return a==false,"false",show(a) end},
	truthy={arguments=1,find=function(a) return a~=nil and a~=false,"a true value",show(a) end},
	falsy={arguments=1,find=function(a) return a==nil or a==false,"nil or false",show(a) end},
	error={arguments=2,find=raises},
	matches={arguments=2,find=matches},
	error_matches={arguments=2,find=raisesMatch}
}
for n in string.gmatch("nil boolean number string table function thread","%a+") do
	ASSERTIONS[n]={
		arguments=1,
		find=function(a) return type(a)==n,n=="nil" and "nil" or "a "..tostring(n),show(a) end
	}
end

local function read(w)
	local r={}
	local n=false
	for wo in w:lower():gmatch("%a+") do
		if wo=="not" or wo=="no" then
			n=not n
		elseif FILLERS[wo]==nil then
			r[#r+1]=SYNONYMS[wo] or wo
		end
	end
	return table.concat(r,"_"),n
end

local function check(w,...)
	local v={...}
	local n,ne=read(w)
	local a=ASSERTIONS[n]
	if not a then
		local na={}
		for k in pairs(ASSERTIONS) do na[#na+1]=k end
		table.sort(na)
		error('assert has no "'..w..'". It has: '..table.concat(na,", "),3)
	end
	local h,e,g=a.find(v[1],v[2])
	if h~=ne then return end
	local m=v[a.arguments+1]
	local f={assertion=w,expected=ne and "not "..e or e,got=g,message=m~=nil and tostring(m) or nil}
	error(setmetatable(f,{__tostring=function() return "expected "..f.expected..", got "..f.got end}),0)
end

local function sentence(w)
	return setmetatable(
		{},
		{
			__index=function(_,wo) return sentence(w.."_"..tostring(wo)) end,
			__call=function(__,...) check(w,...) end
		}
	)
end

local luaAssert=assert
M.assertions=setmetatable(
	{},
	{__index=function(_,w) return sentence(tostring(w)) end,__call=function(__,...) return luaAssert(...) end}
)

function M.isAssertionFailure(p) return type(p)=="table" and p.assertion~=nil end

return M
