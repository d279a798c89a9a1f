-- What the registries offer.

local outcome = require("/apis/trapos/failure").outcome
local fail = require("/apis/ccpm/failure").fail
local tables = require("/apis/ccpm/tables")
local keys, same = tables.keys, tables.same
local fetchIndex = require("/apis/ccpm/registry").fetchIndex
local state = require("/apis/ccpm/state")
local copy, replace = state.copy, state.replace

local M = {}

--- How many packages of a registry are named that are left out.
local MOST_NAMED = 5

--- Tells which packages of a registry are left out, and why.
local function noteLeftOut(tools, registry, leftOut)
	local names = keys(leftOut)
	for place, name in ipairs(names) do
		if place > MOST_NAMED then
			break
		end
		tools.onNote(registry .. ": left out: " .. name .. " (" .. tostring(leftOut[name]) .. ")")
	end
	local more = #names - MOST_NAMED
	if more > 0 then
		tools.onNote(registry .. ": left out: " .. tostring(more) .. " more")
	end
end

--- Asks registries what they have. One that does not answer is left out, with a note.
--
-- @param tools what is used of the computer, and who is told
-- @param before the state up to now
-- @param isOptional whether to go on where none answers
-- @param only those that are asked; all that are configured where it is absent
-- @returns the state with what is new in its cache, of each package what the registries offer in their order, and why
-- packages are left out, by name
function M.askRegistries(tools, before, isOptional, only)
	local registries = only or before.configuration.registries
	local total = #registries
	local cached = copy(before.cache.registries)
	local candidates = {}
	local leftOut = {}
	local failures = {}
	for place, registry in ipairs(registries) do
		tools.onProgress({
			phase = "index",
			name = registry,
			done = place - 1,
			total = total,
			bytes = 0,
			totalBytes = 0,
		})
		local ok, answer = outcome(function()
			return fetchIndex(registry, tools.fetch)
		end)
		if ok then
			noteLeftOut(tools, registry, answer.leftOut)
			for name, why in pairs(answer.leftOut) do
				if leftOut[name] == nil then
					leftOut[name] = why
				end
			end
			local packages = {}
			for name, offered in pairs(answer.packages) do
				local size = 0
				for _, file in pairs(offered.files) do
					size = size + file.size
				end
				packages[name] = {
					version = offered.version,
					description = offered.description,
					dependencies = offered.dependencies,
					size = size,
				}
				offered.registry = registry
				if candidates[name] == nil then
					candidates[name] = {}
				end
				table.insert(candidates[name], offered)
			end
			local known = cached[registry]
			local isKnown = known and same(known.packages, packages)
			if not isKnown then
				cached[registry] = {
					updated = tools.now(),
					packages = packages,
				}
			end
		else
			failures[#failures + 1] = answer
		end
	end
	if #failures == total and not isOptional then
		error(failures[1] or fail("no_registry"), 0)
	end
	for _, failure in ipairs(failures) do
		tools.onNote(failure.message .. " It is left out.")
	end
	return replace(before, "cache", "registries", cached), candidates, leftOut
end

return M
