--- `ccpm`.
local run = require("/apis/ccpm/command").run
local screen = require("/apis/ccpm/screen")
local say = screen.say
local showProgress = screen.showProgress
local createCcpm = require("/apis/libccpm")
local client = createCcpm({onProgress = showProgress, onNote = say})
if not run({...}, {client = client}) then error("", 0) end
