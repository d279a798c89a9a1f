-- Which packages stay when some are uninstalled.

local raise = require("/apis/ccpm/failure").raise
local keys = require("/apis/ccpm/tables").keys

local M = {}

--- Notes that a package goes.
local function remove(removal, name)
	if removal.lock.packages[name] == nil then
		raise("not_installed", { name = name })
	end
	if not removal.going[name] then
		table.insert(removal.queue, name)
	end
	removal.going[name] = true
end

--- Those that stay and need a package.
local function usersOf(removal, gone)
	local users = {}
	for _, name in ipairs(removal.all) do
		local dependencies = removal.lock.packages[name].dependencies
		if not removal.going[name] and dependencies[gone] ~= nil then
			users[#users + 1] = name
		end
	end
	return users
end

--- Lets go what needs a package that goes; fails unless that is wanted.
local function removeUsers(removal, gone, isWanted)
	local users = usersOf(removal, gone)
	if #users > 0 and not isWanted then
		raise("needed_by", {
			name = gone,
			what = table.concat(users, ", "),
		})
	end
	for _, name in ipairs(users) do
		remove(removal, name)
	end
end

--- Notes that a package is needed, and all that it needs.
local function need(removal, name)
	local known = removal.lock.packages[name]
	if known == nil or removal.needed[name] or removal.going[name] then
		return
	end
	removal.needed[name] = true
	for dependency in pairs(known.dependencies) do
		need(removal, dependency)
	end
end

--- Those that came with another package, and that nothing needs any more.
local function unusedOf(removal)
	local unused = {}
	for _, name in ipairs(removal.all) do
		if removal.lock.packages[name].automatic ~= true then
			need(removal, name)
		end
	end
	for _, name in ipairs(removal.all) do
		if not removal.needed[name] and not removal.going[name] then
			unused[#unused + 1] = name
		end
	end
	return unused
end

--- The packages of a lock without some.
--
-- @param lock as it is
-- @param names packages that go
-- @param options what else goes
-- @param notes gets a line when there are packages that nothing needs afterwards
-- @throws Failure when a package is not installed, or others need it
function M.withoutPackages(lock, names, options, notes)
	local removal = {
		lock = lock,
		all = keys(lock.packages),
		going = {},
		queue = {},
		needed = {},
	}
	for _, name in ipairs(names) do
		remove(removal, name)
	end
	for _, gone in ipairs(removal.queue) do
		removeUsers(removal, gone, options.cascade == true)
	end
	local unused = unusedOf(removal)
	if options.unused then
		for _, name in ipairs(unused) do
			remove(removal, name)
		end
	elseif #unused > 0 then
		notes[#notes + 1] = "Not needed then: "
			.. table.concat(unused, ", ")
			.. ". Remove them, too: add --unused"
	end
	local packages = {}
	for _, name in ipairs(removal.all) do
		if not removal.going[name] then
			packages[name] = lock.packages[name]
		end
	end
	return packages
end

return M
