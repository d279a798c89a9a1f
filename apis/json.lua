--- JSON as servers write it, on top of CC's textutils.
local M={}

function M.encode(v)
	local t=textutils.serializeJSON(v):gsub("(\\+)u00([89A-Fa-f]%x)",function(s,h)
		if #s%2==0 then return nil end
		return s:sub(2)..string.char(tonumber(h,16))
	end)
	return t
end

function M.decode(t)
	local r=textutils.unserializeJSON
	local o,v=pcall(r,t,{parse_empty_array=false})
	if o then return v end
	return nil
end

return M
