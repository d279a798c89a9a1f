--- What `runtest` needs at boot.
local choice = require("cc.completion").choice
for f,a in pairs({programs=shell,help=help}) do
	local p=a.path()
	if not string.find(":"..p..":",":/"..f..":",1,true) then a.setPath(p..":/"..f) end
end
shell.setCompletionFunction("programs/runtest.lua",function(_,_i,t)
	return t:sub(1,1)=="-" and choice(t,{"--help","--report","--skip"},true)
		or fs.complete(t,shell.dir(),true,true)
end)
