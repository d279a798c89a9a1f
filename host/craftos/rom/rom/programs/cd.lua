local target = ...

if not target then
    print("Usage: " .. (arg[0] or fs.getName(shell.getRunningProgram())) .. " <path>")
    return
end

local folder = shell.resolve(target)
if fs.isDir(folder) then
    shell.setDir(folder)
else
    print("Not a directory")
end
