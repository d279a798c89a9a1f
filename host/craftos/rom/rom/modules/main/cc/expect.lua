--- Checks for the arguments of public functions.
--
-- Every API of the ROM checks what it is given with these, so that a mistake is reported at the line that
-- made the call, in the words that CC: Tweaked uses. The module may be called itself: `expect(1, name,
-- "string")`.

local type, select, error, pcall = type, select, error, pcall
local getinfo, getmetatable = debug.getinfo, debug.getmetatable

--- The name that an error shows for a value: its type, or the `__name` that its metatable gives to a kind of
--- object.
local function displayType(value)
    local kind = type(value)
    if kind ~= "table" and kind ~= "userdata" then
        return kind
    end
    local metatable = getmetatable(value)
    local name = metatable and rawget(metatable, "__name")
    return type(name) == "string" and name or kind
end

--- Joins type names for an error. "nil" only means that a value may be left out, so it goes unnamed next to
--- others.
local function describeTypes(...)
    local named = {}
    for i = 1, select("#", ...) do
        local name = select(i, ...)
        if name ~= "nil" then
            named[#named + 1] = name
        end
    end
    if #named < 2 then
        return tostring((...))
    end
    local last = table.remove(named)
    return table.concat(named, ", ") .. " or " .. last
end

local function isOneOf(kind, ...)
    for i = 1, select("#", ...) do
        if select(i, ...) == kind then
            return true
        end
    end
    return false
end

--- Checks an argument of the calling function.
---@param index number which argument it is, from 1
---@param value any the argument
---@param first string a type it may have, as `type` names it
---@param ... string more of them
---@return any value the argument
--- Raises "bad argument #1 to 'name' (string expected, got nil)" at the caller of the calling function.
local function expect(index, value, first, ...)
    local kind = type(value)
    if kind == first or isOneOf(kind, ...) then
        return value
    end

    -- Levels, from pcall's view: 0 getinfo, 1 pcall, 2 this function, 3 the function whose argument it is.
    local known, info = pcall(getinfo, 3, "nS")
    local name = known and info and info.what ~= "C" and info.name or ""
    local subject = name == "" and "bad argument #%d" or "bad argument #%d to '" .. name:gsub("%%", "%%%%") .. "'"
    error((subject .. " (%s expected, got %s)"):format(index, describeTypes(first, ...), displayType(value)), 3)
end

--- Checks a field of a table that the calling function was given.
---@param options table the table
---@param name string the field's name
---@param ... string the types it may have, as `type` names them; "nil" makes it optional
---@return any value the field's value
--- Raises "field 'name' missing from table" or "bad field 'name' (string expected, got number)" at the caller
--- of the calling function.
local function field(options, name, ...)
    expect(1, options, "table")
    expect(2, name, "string")

    local value = options[name]
    if isOneOf(type(value), ...) then
        return value
    end
    if value == nil then
        error(("field '%s' missing from table"):format(name), 3)
    end
    error(("bad field '%s' (%s expected, got %s)"):format(name, describeTypes(...), displayType(value)), 3)
end

--- Checks that a number lies between two others, both included.
---@param number number the number to check; NaN lies in no range
---@param minimum? number none when left out
---@param maximum? number none when left out
---@return number number the number
--- Raises "number outside of range (expected 0 to be within 1 and inf)" at the caller of the calling
--- function.
local function range(number, minimum, maximum)
    expect(1, number, "number")
    minimum = expect(2, minimum, "number", "nil") or -math.huge
    maximum = expect(3, maximum, "number", "nil") or math.huge
    if minimum > maximum then
        error("min must be less than or equal to max)", 2) -- the bracket is CC's
    end
    if number >= minimum and number <= maximum then
        return number
    end
    error(("number outside of range (expected %s to be within %s and %s)"):format(number, minimum, maximum), 3)
end

return setmetatable({ expect = expect, field = field, range = range }, {
    __call = function(_, ...)
        return expect(...)
    end,
})
