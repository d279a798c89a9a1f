-- What a structured answer has to be: a part of JSON Schema (2020-12, validation), as a Lua table. Its words are `type`,
-- `properties`, `required`, `items`, `enum`, `minimum`, `maximum`, `minItems`, `maxItems` and `description`.

local M = {}
local TYPES = {
	object = "table",
	array = "table",
	string = "string",
	number = "number",
	integer = "number",
	boolean = "boolean",
}

--- Lua's types of a schema's words.
local WORDS = {
	type = "string",
	description = "string",
	properties = "table",
	required = "table",
	items = "table",
	enum = "table",
	minimum = "number",
	maximum = "number",
	minItems = "number",
	maxItems = "number",
}

--- Schemas within schemas deeper than this are a table that holds itself.
local DEEPEST = 20

--- What is wrong with a schema, in words that begin with where it stands, or nothing.
--
-- @param where what it is called
function M.problemWithSchema(schema, where, depth)
	if depth == nil then
		depth = 0
	end
	if type(schema) ~= "table" then
		return where .. " must be a table"
	end
	if depth > DEEPEST then
		return where .. " goes too deep"
	end
	for word, value in pairs(schema) do
		local wanted = WORDS[word]
		if wanted == nil then
			return where .. "." .. tostring(word) .. " is no word of a schema"
		end
		if type(value) ~= wanted then
			return where .. "." .. word .. " must be a " .. wanted
		end
	end
	local given = schema
	if given.type ~= nil and TYPES[given.type] == nil then
		return where .. ".type must be object, array, string, number, integer or boolean"
	end
	for name, inner in pairs(given.properties or {}) do
		local problem = M.problemWithSchema(inner, where .. ".properties." .. name, depth + 1)
		if problem ~= nil then
			return problem
		end
	end
	if given.items == nil then
		return nil
	end
	return M.problemWithSchema(given.items, where .. ".items", depth + 1)
end

--- Whether a value is of a schema's type. JSON's null is nothing, and an empty table any of the two.
local function isOfType(value, wanted)
	if type(value) ~= TYPES[wanted] then
		return false
	end
	if wanted == "integer" then
		return value % 1 == 0
	end
	local isList = wanted ~= "object" and wanted ~= "array"
	if isList or (next(value)) == nil then
		return true
	end
	return value[1] ~= nil == (wanted == "array")
end

--- What is wrong with a value that is to be one of some.
local function problemWithChoice(value, allowed, where)
	local names = {}
	for _, one in ipairs(allowed) do
		if one == value then
			return nil
		end
		names[#names + 1] = tostring(one)
	end
	return where .. " must be one of: " .. table.concat(names, ", ")
end

--- What is wrong with how much or how many a value is.
local function problemWithSize(schema, value, where)
	if type(value) == "number" then
		local number = value
		if number < (schema.minimum or number) then
			return where .. " must be at least " .. tostring(schema.minimum)
		end
		if number > (schema.maximum or number) then
			return where .. " must be at most " .. tostring(schema.maximum)
		end
	end
	if type(value) == "table" then
		local count = #value
		if count < (schema.minItems or count) then
			return where .. " must have at least " .. tostring(schema.minItems) .. " items"
		end
		if count > (schema.maxItems or count) then
			return where .. " must have at most " .. tostring(schema.maxItems) .. " items"
		end
	end
	return nil
end

--- What does not fit a schema, in words that begin with where it stands, or nothing.
--
-- @param schema one with which nothing is wrong
-- @param value as JSON was decoded
-- @param where what it is called
function M.misfit(schema, value, where)
	if value == nil then
		return where .. " is missing"
	end
	if schema.type ~= nil and not isOfType(value, schema.type) then
		return where .. " must be of type " .. schema.type
	end
	local choice = problemWithChoice(value, schema.enum or { value }, where)
	if choice ~= nil then
		return choice
	end
	local problem = problemWithSize(schema, value, where)
	if problem ~= nil or type(value) ~= "table" then
		return problem
	end
	local fields = value
	for _, name in ipairs(schema.required or {}) do
		if fields[name] == nil then
			return where .. "." .. name .. " is missing"
		end
	end
	for name, inner in pairs(schema.properties or {}) do
		local field = fields[name]
		if field ~= nil then
			local wrong = M.misfit(inner, field, where .. "." .. name)
			if wrong ~= nil then
				return wrong
			end
		end
	end
	if schema.items == nil then
		return nil
	end
	for place, item in ipairs(value) do
		local wrong = M.misfit(schema.items, item, where .. "[" .. tostring(place) .. "]")
		if wrong ~= nil then
			return wrong
		end
	end
	return nil
end

return M
