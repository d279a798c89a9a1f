-- Names that Tab offers, from ccpm's files as they are on the disk. Where there is none of a name there is nothing to offer.

local decode = require("/apis/trapos/json").decode
local state = require("/apis/ccpm/state")
local CACHE, CONFIGURATION, LOCK = state.CACHE, state.CONFIGURATION, state.LOCK

local M = {}

--- What was read, by path and when it was written: completion runs at every key.
local read = {}

--- A file of ccpm's state; raises where there is none.
local function readFile(path)
	local key = path .. tostring(fs.attributes(path).modified)
	if read[key] == nil then
		local file = fs.open(path, "r")
		read[key] = decode(file.readAll())
		file.close()
	end
	return read[key]
end

--- The packages that are installed.
function M.installedNames()
	local names = {}
	for name in pairs(readFile(LOCK).packages) do
		table.insert(names, name)
	end
	return names
end

--- The packages that the registries were last seen to offer.
function M.offeredNames()
	local found = {}
	local names = {}
	for _, registry in pairs(readFile(CACHE).registries) do
		for name in pairs(registry.packages) do
			if not found[name] then
				table.insert(names, name)
			end
			found[name] = true
		end
	end
	return names
end

--- The registries.
function M.registryNames()
	return readFile(CONFIGURATION).registries
end

return M
