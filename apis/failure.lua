--- How a call says that it failed.
local M={}
local oneLine = require("/apis/utf8").oneLine
local LONGEST_DETAIL=160
local describe={__tostring=function(f) return f.message.."\n"..f.hint end}

function M.makeFailure(f,c,d,t)
	local m,h=unpack(f[c] or {c,""},1,2)
	local g=d or {}
	local function fi(te)
		return (te:gsub("{(%w+)}",function(n)
			return g[n]==nil and "" or oneLine(tostring(g[n]),LONGEST_DETAIL)
		end))
	end
	local fa={code=c,message=fi(m),hint=fi(h),text=t}
	return setmetatable(fa,describe)
end

function M.need(a,...)
	local o,v=a(...)
	if not o then error(v,0) end
	return v
end

function M.attempt(a,f)
	local o,v=pcall(a)
	if o or type(v)=="table" and v.code then return o,v end
	if v=="Terminated" then error(v,0) end
	return false,f("internal_error",{what=v})
end

return M
