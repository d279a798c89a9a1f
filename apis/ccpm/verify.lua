--- What stands on the disk that is not what was installed.
local M={}
local plan = require("/apis/ccpm/plan")

function M.verify(d,l,n)
	local f={}
	local o={}
	local fo={trapos="^ccpm%."}
	for _,p in ipairs({"ccpm.json","ccpm.lock.json","ccpm.cache.json"}) do o["trapos/"..p]=true end
	for _,na in ipairs(n or plan.keys(l.packages)) do
		for p,fi in pairs(l.packages[na].files) do
			o[p]=true
			local fol=p:match("^(.+/.+)/")
			if fol then fo[fol]="" end
			if not plan.matches(d,p,fi) then
				f[#f+1]={path=p,problem=plan.look(d,p) and "changed" or "missing",package=na}
			end
		end
	end
	for _,fol in ipairs(n and {} or plan.keys(fo)) do
		for _,na in ipairs(d.isDir(fol) and d.list(fol) or {}) do
			local p=fol.."/"..na
			local function h(pa) return na:find(pa)~=nil end
			local i=h("%.ccpm%-old%d*$") or h("%.broken%d*$")
			if h(fo[fol]) and not i and not o[p] and plan.look(d,p) then
				f[#f+1]={path=p,problem="foreign"}
			end
		end
	end
	table.sort(f,function(on,ot) return on.path<ot.path end)
	return f
end

return M
