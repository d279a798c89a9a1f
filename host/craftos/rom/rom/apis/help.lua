--- Finds the texts that the help program shows.

local expect = dofile("rom/modules/main/cc/expect.lua").expect

local help = _ENV

local searchPath = "/rom/help"
local extensions = { ".md", ".txt" }

--- The folders that are searched, with colons between them.
function help.path()
    return searchPath
end

function help.setPath(path)
    expect(1, path, "string")
    searchPath = path
end

--- The path of the text on a topic, or nil.
function help.lookup(topic)
    expect(1, topic, "string")
    for folder in searchPath:gmatch("[^:]+") do
        local path = fs.combine(folder, topic)
        for _, candidate in ipairs({ path, path .. extensions[1], path .. extensions[2] }) do
            if fs.exists(candidate) and not fs.isDir(candidate) then
                return candidate
            end
        end
    end
    return nil
end

local function withoutExtension(name)
    for _, extension in ipairs(extensions) do
        if #name > #extension and name:sub(-#extension) == extension then
            return name:sub(1, -#extension - 1)
        end
    end
    return name
end

--- All topics, sorted. One of them is `index`, the list of topics.
function help.topics()
    local found = { index = true }
    for folder in searchPath:gmatch("[^:]+") do
        for _, name in ipairs(fs.isDir(folder) and fs.list(folder) or {}) do
            if name:sub(1, 1) ~= "." and not fs.isDir(fs.combine(folder, name)) then
                found[withoutExtension(name)] = true
            end
        end
    end
    local topics = {}
    for topic in pairs(found) do
        topics[#topics + 1] = topic
    end
    table.sort(topics)
    return topics
end

--- How the names of topics that begin with `prefix` go on.
function help.completeTopic(prefix)
    expect(1, prefix, "string")
    local endings = {}
    for _, topic in ipairs(help.topics()) do
        if #topic > #prefix and topic:sub(1, #prefix) == prefix then
            endings[#endings + 1] = topic:sub(#prefix + 1)
        end
    end
    return endings
end
