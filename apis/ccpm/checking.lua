-- Checks values that come from outside by specs, which are plain tables: a value of one kind, an object with known fields,
-- a list, or a table of entries by name. What is right is copied, with what the spec names alone; what is wrong is raised
-- as a text that says where: "packages.ai.version 1 is not like 1.0.0".

local M = {}

--- A single value. `says` completes a sentence: "is not a number".
function M.single(says, fits)
	return { type = "single", says = says, fits = fits }
end

--- An object with these fields.
function M.object(fields, check)
	return { type = "object", fields = fields, check = check }
end

--- A list of at most so many items.
function M.listOf(most, item)
	return { type = "list", most = most, item = item }
end

--- At most so many entries by names of a kind.
function M.entriesOf(most, key, item)
	return { type = "entries", most = most, key = key, item = item }
end

--- What may be absent.
function M.optional(spec)
	return { type = "optional", spec = spec }
end

--- A text in one line of ASCII: what comes from a registry may hold what a screen obeys.
function M.plain(text)
	return (string.gsub(text, "[^ -~]", "?"))
end

--- Raises what is wrong at a place.
function M.raiseWrong(where, what)
	return error(M.plain(string.sub(where, -100)) .. " " .. what, 0)
end

--- A place in another one; the whole has none.
function M.placeIn(where, name)
	return where == "" and tostring(name) or where .. "." .. tostring(name)
end

--- How a value that is not as it should be is shown, where that helps.
function M.shown(value)
	if type(value) == "number" or type(value) == "string" and value ~= "" then
		local known = M.plain((string.gsub(tostring(value), "%s+", " ")))
		return " " .. (#known > 24 and string.sub(known, 1, 21) .. "..." or known)
	end
	return ""
end

--- The copy of a single value that is right: texts in one line that fits.
local function copyOf(spec, value)
	if type(value) ~= "string" then
		return value
	end
	return M.plain(string.sub(spec.isLower and string.lower(value) or value, 1, 200))
end

--- Reads the name of an entry, which is shown by its place.
function M.readName(spec, value, where)
	if not spec.fits(value) then
		M.raiseWrong(where, spec.says)
	end
	return copyOf(spec, value)
end

--- Fails unless a value that is there has the form that its spec says.
local function requireForm(spec, value, where)
	if spec.type == "single" then
		if not spec.fits(value) then
			M.raiseWrong(where .. M.shown(value), spec.says)
		end
	elseif type(value) ~= "table" then
		M.raiseWrong(where, spec.type == "list" and "is not a list" or "is not an object")
	end
end

--- Fails where there are more entries than there may be.
local function requireFew(spec, given, where)
	local count = 0
	for _ in pairs(given) do
		count = count + 1
	end
	if count > spec.most then
		M.raiseWrong(where, "has more than " .. tostring(spec.most) .. " entries")
	end
end

--- The place of an item in its list; fails for a name, and for what comes after a null.
local function placeOf(given, key, where)
	if type(key) == "number" and (key == 1 or given[key - 1] ~= nil) then
		return key
	end
	return M.raiseWrong(where, "is not a list")
end

--- Reads a value by a spec.
--
-- @param spec what it has to be
-- @param value anything
-- @param where it stands, for the message when it is wrong
-- @returns a copy that holds what the spec names; raises a text otherwise
function M.read(spec, value, where)
	if spec.type == "optional" then
		if value == nil then
			return nil
		end
		return M.read(spec.spec, value, where)
	end
	if value == nil then
		M.raiseWrong(where, "is missing")
	end
	requireForm(spec, value, where)
	if spec.type == "single" then
		return copyOf(spec, value)
	end
	local given = value
	local copy = {}
	if spec.type == "object" then
		for name, field in pairs(spec.fields) do
			copy[name] = M.read(field, given[name], M.placeIn(where, name))
		end
		if spec.check ~= nil then
			spec.check(copy, where)
		end
		return copy
	end
	requireFew(spec, given, where)
	if spec.type == "list" then
		local list = {}
		for key, item in pairs(given) do
			local place = placeOf(given, key, where)
			list[place] = M.read(spec.item, item, M.placeIn(where, place))
		end
		return list
	end
	for name, entry in pairs(given) do
		local at = M.placeIn(where, name)
		local key = M.readName(spec.key, name, at)
		copy[key] = M.read(spec.item, entry, at)
	end
	return copy
end

return M
