-- What a library function says of its arguments, and where, as CC's Lua does: by type alone, without a number or a name,
-- and at the line of the program that runs, even if `pcall` or another native called the function.

local kernel = ...
local getmetatable, error, rawget, tonumber, type = debug.getmetatable, error, rawget, tonumber, type
local ceil, floor = math.ceil, math.floor

local function typeName(value)
    local kind = type(value)
    if kind == "table" or kind == "userdata" then
        local metatable = getmetatable(value)
        local name = metatable and rawget(metatable, "__name")
        if type(name) == "string" then return name end
    end
    return kind
end

--- Raises "bad argument" unless `value` has the type; returns it.
function kernel.argument(value, expected)
    if type(value) ~= expected then
        error("bad argument (" .. expected .. " expected, got " .. typeName(value) .. ")")
    end
    return value
end

--- As `argument` for a string, where a number passes, too, as its text.
function kernel.stringArgument(value)
    if type(value) == "number" then return value .. "" end
    return kernel.argument(value, "string")
end

--- As `argument` for a number, where a string that is one passes, too.
function kernel.numberArgument(value)
    local number = type(value) == "string" and tonumber(value) or value
    return kernel.argument(number, "number")
end

--- A number without its fraction, within 32 bits, or what is given for nil.
function kernel.wholeArgument(value, otherwise)
    if value == nil and otherwise ~= nil then return otherwise end
    local number = kernel.numberArgument(value)
    if number ~= number then return 0 end
    if number >= 2 ^ 63 then return -1 end
    if number <= -2 ^ 63 then return 0 end
    number = number < 0 and ceil(number) or floor(number)
    if number >= -2 ^ 31 and number < 2 ^ 31 then return number end
    number = number % 2 ^ 32
    return number < 2 ^ 31 and number or number - 2 ^ 32
end
