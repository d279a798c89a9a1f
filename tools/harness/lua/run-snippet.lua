-- Runs the snippet on an empty screen, so that what the screen shows in the end is the snippet's, and fails if it
-- failed.

term.clear()
term.setCursorPos(1, 1)

if not shell.run("/harness/snippet.lua") then
    -- The shell has said why.
    error("", 0)
end
