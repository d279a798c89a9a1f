--- The words of a spec file, in busted's vocabulary, and the cases that they make.
local M={}

local function withName(n,na)
	local l={}
	for _,o in ipairs(n) do l[#l+1]=o end
	l[#l+1]=na
	return l
end

function M.createSuite()
	local c={}
	local b={names={},before={},after={}}
	local i=false
	local function m(w)
		if i then error(w.." cannot stand inside of a case",3) end
	end
	local function a(n,bo) c[#c+1]={names=withName(b.names,n),block=b,body=bo} end
	return {
		cases=c,
		close=function() i=true end,
		vocabulary={
			describe=function(n,bo)
				m("describe")
				local o=b
				b={names=withName(o.names,n),parent=o,before={},after={}}
				bo()
				b=o
			end,
			it=function(n,bo)
				m("it")
				a(n,bo)
			end,
			pending=function(n)
				if i then error({pending=n or ""},0) end
				a(n or "pending")
			end,
			before_each=function(bo)
				m("before_each")
				b.before[#b.before+1]=bo
			end,
			after_each=function(bo)
				m("after_each")
				b.after[#b.after+1]=bo
			end
		}
	}
end

return M
