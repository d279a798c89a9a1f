--- `ccpm`.
local run = require("/apis/ccpm/command").run
local screen = require("/apis/ccpm/screen")
local createCcpm = require("/apis/libccpm")
local client = createCcpm({onProgress = screen.showProgress, onNote = screen.say})
if not run({...}, {client = client}) then error("", 0) end
