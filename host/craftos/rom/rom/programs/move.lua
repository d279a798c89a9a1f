local from, to = ...

if not to then
    print("Usage: " .. (arg[0] or fs.getName(shell.getRunningProgram())) .. " <source> <destination>")
    return
end

local function move(source, target)
    if fs.exists(target) then
        printError("Destination exists")
    elseif fs.isReadOnly(target) then
        printError("Destination is read-only")
    elseif fs.isDriveRoot(source) then
        printError("Cannot move mount /" .. source)
    elseif fs.isReadOnly(source) then
        printError("Cannot move read-only file /" .. source)
    else
        fs.move(source, target)
    end
end

local target = shell.resolve(to)
local sources = fs.find(shell.resolve(from))
if #sources == 0 then
    printError("No matching files")
end

for _, source in ipairs(sources) do
    if fs.isDir(target) then
        move(source, fs.combine(target, fs.getName(source)))
    elseif #sources == 1 then
        move(source, target)
    else
        printError("Cannot overwrite file multiple times")
        return
    end
end
