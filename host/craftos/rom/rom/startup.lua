--- What the first shell runs before its first prompt: sets up paths, aliases and completion, and then runs the
-- startup files of the computer.

local completion = require("cc.shell.completion")

-- Paths

local isColour = term.isColour()
local path = ".:/rom/programs:/rom/programs/http"
if isColour then
    path = path .. ":/rom/programs/advanced"
end
path = path .. ":/rom/programs/rednet:/rom/programs/fun"
if isColour then
    path = path .. ":/rom/programs/fun/advanced"
end
shell.setPath(path)
help.setPath("/rom/help")

-- Aliases

local aliases = {
    ls = "list", dir = "list", cp = "copy", mv = "move", rm = "delete", clr = "clear", sh = "shell",
}
for alias, program in pairs(aliases) do
    shell.setAlias(alias, program)
end

-- Completion

local build = completion.build

--- Programs in /rom/programs by name, with what `completion.build` makes their completion of.
local completions = {
    alias = build(nil, completion.program),
    cd = build(completion.dir),
    clear = build({ completion.choice, { "screen", "palette", "all" } }),
    copy = build({ completion.dirOrFile, true }, completion.dirOrFile),
    delete = build({ completion.dirOrFile, many = true }),
    help = build(completion.help),
    id = build(completion.peripheral),
    label = build({ completion.choice, { "get", "get ", "set ", "clear", "clear " } }, completion.peripheral),
    list = build(completion.dir),
    mkdir = build({ completion.dir, many = true }),
    move = build({ completion.dirOrFile, true }, completion.dirOrFile),
    set = build({ completion.setting, true }),
    shell = build({ completion.programWithArgs, 2, many = true }),
    type = build(completion.dirOrFile),
    ["http/wget"] = build({ completion.choice, { "run " } }),
}
for program, complete in pairs(completions) do
    shell.setCompletionFunction("rom/programs/" .. program .. ".lua", complete)
end

-- Startup files

--- The files in a folder with their paths from the root, in the order in which `fs.list` gives them.
local function filesIn(folder)
    local files = {}
    for _, name in ipairs(fs.isDir(folder) and fs.list(folder) or {}) do
        local file = "/" .. fs.combine(folder, name)
        if not fs.isDir(file) then
            files[#files + 1] = file
        end
    end
    return files
end

--- The startup files below a folder: `startup` or `startup.lua`, then all in the folder `startup`. Returns nil when
-- there is neither.
local function startupFiles(root)
    local base = "/" .. fs.combine(root, "startup")
    local single = shell.resolveProgram(base)
    if not single and not fs.isDir(base) then
        return nil
    end
    local files = filesIn(base)
    if single then
        table.insert(files, 1, single)
    end
    return files
end

--- The startup files of the first drive whose disk has any, or nil.
local function diskStartupFiles()
    for _, name in ipairs(peripheral.getNames()) do
        if disk.isPresent(name) and disk.hasData(name) then
            local files = startupFiles(disk.getMountPath(name))
            if files then
                return files
            end
        end
    end
    return nil
end

for _, file in ipairs(filesIn("/rom/autorun")) do
    if fs.getName(file):sub(1, 1) ~= "." then
        shell.run(file)
    end
end

local files = settings.get("shell.allow_startup") and startupFiles("/") or nil
if settings.get("shell.allow_disk_startup") then
    files = diskStartupFiles() or files
end
for _, file in ipairs(files or {}) do
    shell.run(file)
end
