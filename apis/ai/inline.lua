--- The marks of Markdown within a line, as pieces of text in a style.
local M={}
local readAll,REACH,PARTS

function M.readPart(s,t,a,st)
	local ah=t:sub(a,a+REACH)
	local i=t:match("^%w[*_]",a-1)
	for _,p in ipairs(PARTS) do
		local o=p[2]
		local _,sto,_,sh,ad=ah:find(p[1])
		if sto and (not i or o~="bold") then
			if o=="bold" or o=="link" then readAll(s,sh,o) else s[#s+1]={text=sh,style=o or st} end
			if o=="link" and ad~=sh then s[#s+1]={text=" ("..ad..")",style=o} end
			return a+sto
		end
	end
	return #t+1
end

function readAll(s,t,st)
	local a=1
	while a<=#t do a=M.readPart(s,t,a,st) end
end

REACH=300
PARTS={
	{"^()([^*_`%[\\]+)"},
	{"^(`+)([^`].-)%f[`]%1%f[^`]","code"},
	{"^(%*+)([^%s*].-)%1%f[^%w*]","bold"},
	{"^(_+)([^%s_].-)%1%f[^%w_]","bold"},
	{"^(%[)([^%[%]]+)%]%(<?([^%s()<>]*)[^()]*%)","link"},
	{"^(\\)(%p)"},
	{"^()([*_`]+)"},
	{"^()(.)"}
}

function M.spansOf(t,s,m)
	local sp={}
	local a=1
	local w=0
	local c=0
	while a<=#t and w<=m do
		a=M.readPart(sp,t,a,s)
		for i=c,#sp-1 do w=w+#sp[i+1].text end
		c=#sp
	end
	return sp,w
end

return M
