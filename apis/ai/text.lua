--- Texts for a narrow screen.
local M={}
local fold = require("/apis/ai/font").fold
M.fold=fold
local DEEPEST=8
local REACH=300
local PARTS={
	{"^()([^*_`%[\\]+)"},
	{"^(`+)([^`].-)%f[`]%1%f[^`]","code"},
	{"^(%*+)([^%s*].-)%1%f[^%w*]","bold"},
	{"^(_+)([^%s_].-)%1%f[^%w_]","bold"},
	{"^(%[)([^%[%]]+)%]%(<?([^%s()<>]*)[^()]*%)","link"},
	{"^(\\)(%p)"},
	{"^()([*_`]+)"},
	{"^()(.)"}
}

local function addSpans(s,t,st)
	local a=1
	while a<=#t do
		local ah=t:sub(a,a+REACH)
		local i=t:match("^%w[*_]",a-1)
		for _,p in ipairs(PARTS) do
			local o=p[2]
			local _,sto,_,sh,ad=ah:find(p[1])
			if sto and (not i or o~="bold") then
				a=a+sto
				if o=="bold" or o=="link" then addSpans(s,sh,o) else s[#s+1]={text=sh,style=o or st} end
				if o=="link" and ad~=sh then s[#s+1]={text=" ("..ad..")",style=o} end
				break
			end
		end
	end
	return s
end

local function wrap(l,s,st,w,e)
	local sp=addSpans({},s,st)
	local t={}
	for _,spa in ipairs(sp) do t[#t+1]=spa.text end
	local te=table.concat(t,"")
	local r=math.max(w-#l,1)
	local sta=l
	local a=1
	local i=0
	local u=0
	repeat
		local ro={}
		if sta~="" then ro[#ro+1]={text=sta,style=st} end
		local ah=te:sub(a,a+r)
		local spa=ah:find(" [^ ]*$")
		local is=#ah>r
		local le=is and (spa or r) or #ah
		a=a+le
		while le>0 do
			local span=sp[i+1]
			local p=span.text:sub(u+1,u+le)
			le=le-#p
			u=u+#p
			if u==#span.text then
				i=i+1
				u=0
			end
			local en=le==0 and is and spa and -2 or -1
			ro[#ro+1]={text=p:sub(1,en),style=span.style}
		end
		e(ro)
		sta=l:gsub("[^>]"," ")
	until not (a<=#te)
end

function M.markdown(s,w,e)
	local g
	local q=""
	local f
	local function p(r)
		if g==true then e({}) end
		g=false
		e(r)
	end
	local function pu(l)
		local i=l:match("^ *")
		local b=l:sub(#i+1):gsub(" +"," ")
		local h=b:match("^##?#?#?#?#? (.*)$")
		local r=b:match("^[-*_] ?[-*_] ?[-*_][-*_ ]*$")
		local ro=b:match("^| ?(.-) ?|?$")
		local bu=b:match("^[-*+] (.*)$")
		local n,it=b:match("^(%d%d?%d?[.)] )(.*)$")
		local st=q=="" and "text" or "quote"
		local le=q..i:sub(1,DEEPEST)
		local t=h or bu or it or b
		if h then st="heading" end
		if r then
			t=string.rep("-",w-#le)
		elseif bu then
			le=le..string.char(7).." "
		elseif n then
			le=le..n
		elseif ro then
			t=ro:gsub(" ?| ?"," | ")
		end
		if not ro or not ro:match("^[|: -]+$") then wrap(le,t,st,w,p) end
	end
	local l=s:gsub("\r\n?","\n")
	for wh in string.gmatch(l.."\n","([^\n]*)\n") do
		local fo=fold(wh)
		local qu=string.match(f and q=="" and "" or fo,"^ *> ?(.*)$")
		local li=qu or fo
		local t,i=li:match("^ *([`~][`~][`~]+)([^`]*)$")
		if not qu and q~="" then f=nil end
		q=qu and "> " or ""
		if f then
			if i=="" and t:sub(1,#f)==f then
				f=nil
			else
				for a=1,math.max(#li,1),w do p({{text=li:sub(a,a+w-1),style="code"}}) end
			end
		elseif t then
			f=t
		elseif li:match("^ *$") then
			if g~=nil then g=true end
		else
			pu(li)
		end
	end
end

function M.cut(t,w)
	if #t<=w then return t end
	return t:sub(1,math.max(w-2,0))..string.sub("..",1,w)
end

function M.ageText(s)
	local m=math.floor(s/60)
	if m<1 then return "now" end
	if m<60 then return m.."m" end
	if m<1440 then return math.floor(m/60).."h" end
	return math.floor(m/1440).."d"
end

return M
