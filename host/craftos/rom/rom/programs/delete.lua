local patterns = { ... }

if #patterns == 0 then
    print("Usage: " .. (arg[0] or fs.getName(shell.getRunningProgram())) .. " <paths>")
    return
end

local function delete(path)
    if fs.isReadOnly(path) then
        printError("Cannot delete read-only file /" .. path)
    elseif fs.isDriveRoot(path) then
        printError("Cannot delete mount /" .. path)
        if fs.isDir(path) then
            print("To delete its contents run rm /" .. fs.combine(path, "*"))
        end
    else
        local succeeded, problem = pcall(fs.delete, path)
        if not succeeded then
            printError((problem:gsub("^pcall: ", "")))
        end
    end
end

for _, pattern in ipairs(patterns) do
    local paths = fs.find(shell.resolve(pattern))
    if #paths == 0 then
        printError(pattern .. ": No matching files")
    end
    for _, path in ipairs(paths) do
        delete(path)
    end
end
