-- Runs the snippet in place of the shell's prompt, and switches the computer off with how it ended.

local succeeded = shell.run("/harness/run-snippet.lua")
os.shutdown(succeeded and 0 or 1)
