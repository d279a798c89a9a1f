--- The `fs` API: the machine's own functions, and those that are built on them.

local expectModule = dofile("rom/modules/main/cc/expect.lua")
local expect, field = expectModule.expect, expectModule.field

local fs = _ENV
for name, value in pairs(_G.fs) do
    fs[name] = value
end

--- How the path that the user began can go on, for `read`. Folders are offered with a slash behind them, and
-- without one too unless told otherwise.
--
-- @tparam string path What was typed.
-- @tparam string location The folder that it is relative to, unless it begins with a slash.
-- @tparam[opt] boolean|table includeFiles Whether to offer files; or a table of `include_files`, `include_dirs` and
-- `include_hidden` (names that begin with a dot, which are always offered once a dot was typed). All default to true.
-- @tparam[opt] boolean includeFolders Whether to offer folders without a slash.
-- @treturn {string} The endings.
function fs.complete(path, location, includeFiles, includeFolders)
    expect(1, path, "string")
    expect(2, location, "string")
    local includeHidden
    if type(includeFiles) == "table" then
        local options = includeFiles
        includeFolders = field(options, "include_dirs", "boolean", "nil")
        includeHidden = field(options, "include_hidden", "boolean", "nil")
        includeFiles = field(options, "include_files", "boolean", "nil")
    else
        expect(3, includeFiles, "boolean", "nil")
        expect(4, includeFolders, "boolean", "nil")
    end
    includeFiles, includeFolders = includeFiles ~= false, includeFolders ~= false

    local folderPart, prefix = path:match("^(.*[/\\])([^/\\]*)$")
    local folder = location
    if folderPart then
        folder = folderPart:find("^[/\\]") and fs.combine(folderPart) or fs.combine(location, folderPart)
    else
        prefix = path
    end
    if not fs.isDir(folder) then
        return {}
    end
    includeHidden = includeHidden ~= false or prefix:sub(1, 1) == "."

    local endings = {}
    local function offer(ending)
        endings[#endings + 1] = ending
    end

    if path == "" and includeFolders then
        offer(".")
    end
    if folder ~= "" and path == "" then
        offer(includeFolders and ".." or "../")
    elseif folder ~= "" and path == "." then
        offer(includeFolders and "." or "./")
    end
    for _, name in ipairs(fs.list(folder)) do
        if name:sub(1, #prefix) == prefix and (includeHidden or name:sub(1, 1) ~= ".") then
            local ending = name:sub(#prefix + 1)
            local isFolder = fs.isDir(fs.combine(folder, name))
            if isFolder then
                offer(ending .. "/")
            end
            if ending ~= "" and (isFolder and includeFolders or not isFolder and includeFiles) then
                offer(ending)
            end
        end
    end
    return endings
end

--- Turns one part of a path with wildcards into a Lua pattern that matches a whole name.
local function namePattern(part)
    local escaped = part:gsub("[%^%$%(%)%%%.%[%]%+%-]", "%%%0"):gsub("%*", ".*"):gsub("%?", ".")
    return "^" .. escaped .. "$"
end

--- Adds to `found` every existing path below `path` that the parts from `index` on describe.
local function findBelow(path, parts, index, found)
    local part = parts[index]
    if not part then
        if fs.exists(path) then
            found[#found + 1] = path
        end
    elseif not part:find("[*?]") then
        findBelow(fs.combine(path, part), parts, index + 1, found)
    elseif fs.isDir(path) then
        local pattern = namePattern(part)
        for _, name in ipairs(fs.list(path)) do
            if name:find(pattern) then
                findBelow(fs.combine(path, name), parts, index + 1, found)
            end
        end
    end
end

--- All existing paths that match: `*` stands for any part of a name, `?` for one character.
function fs.find(pattern)
    expect(1, pattern, "string")
    local path = fs.combine(pattern)
    if path == ".." or path:sub(1, 3) == "../" then
        error("/" .. path .. ": Invalid Path", 2)
    end

    local parts = {}
    for part in path:gmatch("[^/]+") do
        parts[#parts + 1] = part
    end
    local found = {}
    findBelow("", parts, 1, found)
    return found
end

--- Whether a path is where a drive begins: "/" itself, /rom, a disk.
function fs.isDriveRoot(path)
    expect(1, path, "string")
    local parent = fs.getDir(path)
    return parent == ".." or fs.getDrive(path) ~= fs.getDrive(parent)
end
