-- tostring and string.format as CC's Lua has them: addresses without 0x, names of types from `__name`, whole numbers of
-- 64 bits, and literals of numbers by %q.

local kernel = ...
local globals = kernel.globals
local find, floor, format, frexp, gsub, rep = string.find, math.floor, string.format, math.frexp, string.gsub, string.rep
local match, sub, upper = string.match, string.sub, string.upper
local concat, getmetatable, pack, error, rawget = table.concat, debug.getmetatable, table.pack, error, rawget
local argument, numberArgument = kernel.argument, kernel.numberArgument
local rawToString, select, tonumber, type, unpack = tostring, select, tonumber, type, table.unpack

local function toString(value)
    local kind = type(value)
    if kind == "string" then return value end
    if kind == "number" or kind == "boolean" or kind == "nil" then return rawToString(value) end
    local metatable = getmetatable(value)
    if metatable then
        local convert, name = rawget(metatable, "__tostring"), rawget(metatable, "__name")
        if convert ~= nil then
            local text = convert(value)
            if type(text) == "number" then return rawToString(text) end
            if type(text) ~= "string" then error("'__tostring' must return a string") end
            return text
        end
        if type(name) == "string" then kind = name end
    end
    return kind .. ": " .. match(rawToString(value), "0x(%x+)$")
end

function globals.tostring(...)
    if select("#", ...) == 0 then error("bad argument #1 (value expected)") end
    return toString((...))
end
--- The same for natives: always a text.
kernel.toText = toString

-- Whole numbers ------------------------------------------------------------------------------------------------------

--- The digits of a whole number from 0 up to 2^64 in base 8, 10 or 16.
local function digitsOf(number, base)
    if base == 10 then return rawToString(number) end
    local digits = ""
    repeat
        local digit = number % base
        digits = format("%x", digit) .. digits
        number = (number - digit) / base
    until number == 0
    return digits
end

--- The digits of the 64 bits of a negative whole number.
local function negativeDigits(number, base)
    -- Doubles cannot hold all of the 64 bits: the upper and the lower 32 of them are looked at apart.
    local low = number % 2 ^ 32
    local high = (number - low) / 2 ^ 32 % 2 ^ 32
    if base == 16 then return format("%s%08x", digitsOf(high, 16), low) end
    local digits = ""
    repeat
        local remainder = high % base
        high = floor(high / base)
        low = low + remainder * 2 ^ 32
        remainder = low % base
        low = (low - remainder) / base
        digits = remainder .. digits
    until high == 0 and low == 0
    return digits
end

local bases = { x = 16, X = 16, o = 8, u = 10 }

--- Writes a whole number that is too large for C's 32 bits, or negative where C takes none.
local function formatWhole(flags, width, precision, conversion, number)
    local base, sign, prefix, digits = bases[conversion], "", ""
    if not base then
        digits = digitsOf(number < 0 and -number or number, 10)
        if number == -2 ^ 63 then digits = "9223372036854775808" end
        if number < 0 then
            sign = "-"
        elseif find(flags, "+", 1, true) then
            sign = "+"
        elseif find(flags, " ", 1, true) then
            sign = " "
        end
    else
        digits = number < 0 and negativeDigits(number, base) or digitsOf(number, base)
        if number == 2 ^ 63 and base ~= 10 then digits = base == 16 and "7" .. rep("f", 15) or rep("7", 21) end
        if find(flags, "#", 1, true) then prefix = base == 16 and "0x" or base == 8 and "0" or "" end
        if conversion == "X" then digits, prefix = upper(digits), upper(prefix) end
    end
    local left = find(flags, "-", 1, true)
    local wanted = tonumber(width) or 0
    if precision ~= "" then
        digits = rep("0", (tonumber(sub(precision, 2)) or 0) - #digits) .. digits
    elseif find(flags, "0", 1, true) and not left then
        digits = rep("0", wanted - #sign - #prefix - #digits) .. digits
    end
    local text = sign .. prefix .. digits
    local spaces = rep(" ", wanted - #text)
    return left and text .. spaces or spaces .. text
end

-- Literals -----------------------------------------------------------------------------------------------------------

--- A number in hexadecimal digits, exactly.
local function hexadecimal(number)
    if number == 0 then return "0x0p+0" end
    if number - number ~= 0 then return rawToString(number) end
    local sign = ""
    if number < 0 then sign, number = "-", -number end
    local mantissa, exponent = frexp(number)
    mantissa, exponent = mantissa * 2, exponent - 1
    if exponent < -1022 then mantissa, exponent = mantissa * 2 ^ (exponent + 1022), -1022 end
    local whole, digits = floor(mantissa), ""
    local bits = mantissa - whole
    while bits > 0 do
        bits = bits * 16
        digits = digits .. format("%x", floor(bits))
        bits = bits % 1
    end
    if digits ~= "" then digits = "." .. digits end
    return format("%s0x%d%sp%+d", sign, whole, digits, exponent)
end

local escapes = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\\n", ["\r"] = "\\r", ["\0"] = "\\000" }

--- A value as Lua reads it, or nil where it has no literal.
local function literal(value)
    local kind = type(value)
    if kind == "string" then return '"' .. gsub(value, '["\\\n\r%z]', escapes) .. '"' end
    if kind == "boolean" or kind == "nil" then return rawToString(value) end
    if kind ~= "number" then return nil end
    if value ~= value then return "(0/0)" end
    if value == 1 / 0 then return "1e9999" end
    if value == -1 / 0 then return "-1e9999" end
    return value % 1 == 0 and value >= -2 ^ 63 and value <= 2 ^ 63 and rawToString(value) or hexadecimal(value)
end

-- Formatting ---------------------------------------------------------------------------------------------------------

local NAN = 0 / 0

local function toWhole(number)
    return number < 0 and -floor(-number) or floor(number)
end

--- Changes the argument of a conversion that C does otherwise than CC, and returns whether it is a text now that stands
-- there as it is.
local function convert(spec, values, index)
    local value, conversion = values[index], spec.conversion
    if conversion == "s" then
        values[index] = toString(value)
        -- C writes a nil that is there, but wants as many arguments as conversions.
        if index > values.n then values.n = index end
    elseif conversion == "q" then
        if spec.flags .. spec.width .. spec.precision ~= "" then
            error("specifier '%q' cannot have modifiers")
        end
        local text = literal(value)
        if not text then error("bad argument #" .. index + 1 .. " (value has no literal form)") end
        values[index] = text
        if index > values.n then values.n = index end
        return true
    elseif not find(conversion, "^[cdiouxXaAeEfgG]") then
        error("invalid conversion '%" .. conversion .. "' to 'format'")
    elseif value == nil then
        argument(value, "number")
    elseif spec.isWhole then
        local number = tonumber(value)
        if type(value) ~= "number" and type(value) ~= "string" or not number then return false end
        if number > -2 ^ 31 and number < 2 ^ 31 and (number > -1 or not bases[conversion]) then return false end
        local whole = toWhole(number)
        if not (whole >= -2 ^ 63 and whole <= 2 ^ 63) then return false end
        if #spec.flags > 5 or #spec.width > 2 or #spec.precision > 3 then return false end
        values[index] = formatWhole(spec.flags, spec.width, spec.precision, conversion, whole)
        return true
    elseif conversion == "a" or conversion == "A" then
        local text = hexadecimal(numberArgument(value))
        values[index] = format("%" .. spec.flags .. spec.width .. "s", conversion == "A" and upper(text) or text)
        return true
    elseif value ~= value then
        -- C would write its sign.
        values[index] = NAN
    end
    return false
end

--- The conversions of a pattern, in order, each with where it begins and ends.
local function parse(pattern)
    local specs, position = {}, 1
    while true do
        local first, last, flags, width, precision, conversion =
            find(pattern, "%%([-+ #0]*)(%d*)(%.?%d*)(.?)", position)
        if not first then return specs end
        position = last + 1
        if conversion ~= "%" then
            specs[#specs + 1] = {
                first = first, last = last,
                flags = flags, width = width, precision = precision, conversion = conversion,
                isWhole = find(conversion, "[diuxXo]") ~= nil,
            }
        end
    end
end

-- What was parsed, by pattern: programs use few, again and again. Long ones are not kept: they would take memory that the
-- program cannot give back.
local parsed, parsedCount = {}, 0
local MOST_PARSED, LONGEST_PARSED = 200, 200

local function specsOf(pattern)
    if #pattern > LONGEST_PARSED then return parse(pattern) end
    local specs = parsed[pattern]
    if specs then return specs end
    if parsedCount >= MOST_PARSED then
        parsed, parsedCount = {}, 0
    end
    specs = parse(pattern)
    parsed[pattern], parsedCount = specs, parsedCount + 1
    return specs
end

function globals.string.format(pattern, ...)
    pattern = kernel.stringArgument(pattern)
    local specs, values = specsOf(pattern), pack(...)
    local pieces, position
    for index = 1, #specs do
        local spec = specs[index]
        local isText = convert(spec, values, index)
        if isText then
            pieces, position = pieces or {}, position or 1
            pieces[#pieces + 1] = sub(pattern, position, spec.first - 1) .. "%s"
            position = spec.last + 1
        end
    end
    if pieces then pattern = concat(pieces) .. sub(pattern, position) end
    return format(pattern, unpack(values, 1, values.n))
end
