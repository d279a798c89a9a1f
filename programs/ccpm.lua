--- `ccpm`.
local FINISHER = "/startup/00-ccpm-finish.lua"
if fs.exists("/trapos/ccpm.staging/journal.json") and fs.exists(FINISHER) then shell.run(FINISHER) end
local load = require
local command = load("/apis/ccpm/command")
local screen = load("/apis/ccpm/screen")
local createCcpm = load("/apis/libccpm")
local client = createCcpm({onProgress = screen.showProgress, onNote = screen.say})
if not command.run({...}, client) then error("", 0) end
