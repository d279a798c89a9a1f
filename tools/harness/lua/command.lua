-- Asks for one command at a prompt like the shell's, runs it, and fails if it failed.

if term.isColour() then
    term.setTextColour(colours.yellow)
end
write("> ")
term.setTextColour(colours.white)

local line = read(nil, nil, shell.complete)
if not shell.run(line) then
    -- The command has said why.
    error("", 0)
end
