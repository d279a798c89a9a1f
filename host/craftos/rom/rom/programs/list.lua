local target = ...

local folder = target and shell.resolve(target) or shell.dir()
if not fs.isDir(folder) then
    printError("Not a directory")
    return
end

local showHidden = settings.get("list.show_hidden")
local folders, files = {}, {}
for _, name in ipairs(fs.list(folder)) do
    if showHidden or name:sub(1, 1) ~= "." then
        table.insert(fs.isDir(fs.combine(folder, name)) and folders or files, name)
    end
end
table.sort(folders)
table.sort(files)
textutils.pagedTabulate(term.isColour() and colors.green or colors.lightGray, folders, colors.white, files)
