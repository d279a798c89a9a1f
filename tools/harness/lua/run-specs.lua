-- Runs spec files in place of the shell's prompt, and switches the computer off with how they ended.

-- A spec may put something else in its place.
local shutdown = os.shutdown

local succeeded = shell.run("/programs/runtest.lua --skip /harness/skip.json --report /harness/report.json /specs")
shutdown(succeeded and 0 or 1)
