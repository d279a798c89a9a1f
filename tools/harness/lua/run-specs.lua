-- Runs a spec file in place of the shell's prompt, and switches the computer off with how it ended.

-- A spec may put something else in its place.
local shutdown = os.shutdown

local file = assert(fs.open("/harness/spec.txt", "r"))
local spec = "/" .. file.readAll()
file.close()

local runtest = "/programs/runtest.lua"
local succeeded = shell.run(runtest, "--skip", "/harness/skip.json", "--report", "/harness/report.json", spec)
shutdown(succeeded and 0 or 1)
