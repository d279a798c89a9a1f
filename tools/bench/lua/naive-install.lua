-- The installer that one writes first: it fetches every file of the registry's packages, one after the other, and
-- writes it where it belongs. It keeps no lock, so an upgrade is the same again.

local registry = ...

local function get(path)
    local response = assert(http.get(registry .. path, nil, true))
    local content = response.readAll()
    response.close()
    return content
end

local packages = textutils.unserializeJSON(get("packages/index.json")).packages
local wanted, done = { "ccpm", "trapos" }, {}
while #wanted > 0 do
    local name = table.remove(wanted)
    if not done[name] then
        done[name] = true
        for path in pairs(packages[name].files) do
            local file = fs.open(path, "wb")
            file.write(get(path))
            file.close()
        end
        for other in pairs(packages[name].dependencies) do wanted[#wanted + 1] = other end
    end
end
print("Done.")
