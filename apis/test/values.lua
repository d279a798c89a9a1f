--- Compares Lua values by what they hold, and writes them down for people.
local M={}
local escape,isBefore,showTable,DEEPEST,MOST_BYTES,MOST_ENTRIES

function escape(c)
	if c=="\n" then return "\\n" end
	if c=='"' or c=="\\" then return "\\"..c end
	if c:find("%p") then return c end
	return string.format("\\%03d",c:byte())
end

function isBefore(o,ot)
	if type(o)=="number" and type(ot)=="number" then return o<ot end
	return tostring(o)<tostring(ot)
end

function showTable(v,d)
	if next(v)==nil then return "{}" end
	if d>=DEEPEST then return "{ ... }" end
	local l=v
	local p={}
	for i=1,math.min(#l,MOST_ENTRIES) do p[#p+1]=M.show(l[i],d+1) end
	local k={}
	for ke in pairs(v) do
		local i=type(ke)=="number" and ke or 0
		if i<1 or i>#l or i%1~=0 then k[#k+1]=ke end
	end
	table.sort(k,isBefore)
	for _,ke in ipairs(k) do
		local i=string.find(type(ke)=="string" and ke or "","^[%a_][%w_]*$")
		local n=i and ke or "["..M.show(ke,d+1).."]"
		p[#p+1]=n.." = "..M.show(v[ke],d+1)
	end
	local s=table.concat(p,", ",1,math.min(#p,MOST_ENTRIES))
	return (#p>MOST_ENTRIES or #l>MOST_ENTRIES) and "{ "..s..", ... }" or "{ "..s.." }"
end

function M.show(v,d)
	if d==nil then d=0 end
	if type(v)=="string" then
		local e=v:sub(1,MOST_BYTES):gsub("[^%w ]",escape)
		local r=#v-MOST_BYTES
		return r>0 and '"'..e..'" and '..r.." bytes" or '"'..e..'"'
	end
	return type(v)=="table" and showTable(v,d) or tostring(v)
end

DEEPEST=4
MOST_BYTES=400
MOST_ENTRIES=20

function M.same(o,ot,k)
	if k==nil then k={} end
	if o==ot then return true end
	if type(o)~="table" or type(ot)~="table" then return false end
	if k[o]==ot then return true end
	k[o]=ot
	for ke,v in pairs(o) do
		if not M.same(v,rawget(ot,ke),k) then return false end
	end
	for ke in pairs(ot) do
		if type(rawget(o,ke))=="nil" then return false end
	end
	return true
end

return M
