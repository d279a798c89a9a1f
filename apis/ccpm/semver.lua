--- Versions and version ranges, as npm's semver reads them.
local M={}
local match=string.match
local LARGEST=9007199254740991
local MARKS="  = ^ ~ ~> < <= > >= "

local function split(t)
	local p={}
	for pa in string.gmatch(t..".","(.-)%.") do
		if not match(pa,"^[%w-]+$") or match(pa,"^0%d+$") then return nil end
		p[#p+1]=match(pa,"^%d+$") and tonumber(pa) or pa
	end
	return p
end

local function parse(t)
	local c,d,r=match(t:gsub("%+[%w.-]+$",""),"^([%dxX*.]+)(%-?)(.*)$")
	local n=split((string.gsub(c or "","[X*]","x")))
	local p=d=="" and {} or split(r or "")
	if not n or #n>3 or not p then return nil end
	if r~="" and (d=="" or #n<3) then return nil end
	local pa={}
	for _,par in ipairs(n) do
		if par=="x" then return pa end
		if type(par)=="string" or par>LARGEST then return nil end
		pa[#pa+1]=par
	end
	for _,par in ipairs(p) do pa[#pa+1]=par end
	return pa
end

local function order(o,ot,c)
	for i=0,math.min(c or 99,math.max(#o,#ot))-1 do
		local a,b=o[i+1],ot[i+1]
		if a~=b then
			local is=type(a)=="number"
			if not a or not b then
				is=(a==nil)~=(i==3)
			elseif is==(type(b)=="number") then
				is=a<b
			end
			return is and "<" or ">"
		end
	end
	return "="
end

local function isIn(v,r)
	local i=false
	for a in string.gmatch(r.."||","(.-)||") do
		local is=true
		local isN=#v==3
		local h=a:gsub("^%s*(%S+)%s+%-%s+(%S+)%s*$",">=%1 <=%2")
		local t=h:gsub("([<>=~^])%s+","%1")
		for to in t:gmatch("%S+") do
			local m,re=match(to,"^([<>=~^]*)v?(.*)$")
			local p=parse(re)
			if not p or not MARKS:find(" "..m.." ",1,true) then return nil end
			if #p>3 and order(v,p,3)=="=" then isN=true end
			local g=math.min(#p,3)
			local c=g<3 and g or nil
			if m:sub(1,1)=="~" then c=math.min(g,2) end
			if m=="^" then
				c=math.min(g,1)
				while c<g and p[c]==0 do c=c+1 end
			end
			local s=match(m,"^[<>]=?") or "="
			if not s:find(order(v,p,c),1,true) then is=false end
			if g>0 and s:sub(1,1)~="<" then
				if m==">" and g<3 then p[g]=p[g]+1 end
				for ind=g,2 do p[ind+1]=0 end
				if order(v,p)=="<" then is=false end
			end
		end
		if is and isN then i=true end
	end
	return i
end

function M.isVersion(t) return match(t,"^%d+%.%d+%.%d")~=nil and parse(t)~=nil end

function M.compare(a,b) return string.find("<=>",order(parse(a),parse(b)),1,true)-2 end

function M.isRange(t) return isIn({0,0,0},t)~=nil end

function M.satisfies(v,r) return isIn(parse(v),r)==true end

return M
