--- The command line of `ccpm`.
local M={}
local MANY=math.huge
M.commands={
	install={1,MANY,"yes dry-run force","available"},
	uninstall={1,MANY,"yes dry-run cascade unused","installed"},
	upgrade={0,MANY,"yes dry-run force","installed"},
	update={0,0,""},
	list={0,0,""},
	search={0,MANY,""},
	info={1,1,"","available"},
	files={1,1,"","installed"},
	verify={0,MANY,"fix yes dry-run","installed"},
	recover={0,0,""},
	["registry list"]={0,0,""},
	["registry add"]={1,2,"force"},
	["registry remove"]={1,1,"","registry"},
	["registry move"]={2,2,"","registry"},
	help={0,MANY,"","command"}
}

function M.takes(c,f)
	local k=M.commands[c]
	return k~=nil and string.find(" "..k[3].." "," "..f.." ",1,true)~=nil
end

function M.parse(g)
	local w={}
	local f={}
	local t={}
	for _,wo in ipairs(g) do
		local fl=wo=="-y" and "yes" or wo:match("^%-%-?(.+)")
		if fl then
			f[fl]=true
			t[fl]=wo
		else
			w[#w+1]=wo
		end
	end
	if f.version then return {command="version",words=w,flags=f} end
	local n=table.remove(w,1) or "help"
	if n=="registry" then n="registry " .. (table.remove(w,1) or "list") end
	local function a(p) return {command="help",words={n},flags=f,problem=p} end
	local k=M.commands[n]
	if not k then return a("There is no command "..n..".") end
	if f.help or f.h then return n=="help" and {command=n,words=w,flags=f} or a() end
	for fl in pairs(f) do
		if not M.takes(n,fl) then return a("ccpm "..n.." takes no "..tostring(t[fl])..".") end
	end
	if #w<k[1] and not f.unused then return a("Something is missing:") end
	if #w>k[2] then return a("That is too much:") end
	return {command=n,words=w,flags=f}
end

return M
