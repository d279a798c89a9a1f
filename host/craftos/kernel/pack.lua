-- string.pack, string.unpack and string.packsize: Lua 5.3's, with every number a double and a size_t of four bytes, as
-- ComputerCraft has them.

local kernel = ...
local byte, char, rep, sub = string.byte, string.char, string.rep, string.sub
local concat, find, floor = table.concat, string.find, math.floor
local frexp, ldexp, huge = math.frexp, math.ldexp, math.huge
local format, min, select, tonumber, unpack = string.format, math.min, select, tonumber, table.unpack

local error, number, text = error, kernel.numberArgument, kernel.stringArgument

local SIZE_T_BYTES = 4
-- What CC computes whole numbers with; longer ones are filled up.
local INTEGER_BYTES = 8
local MAXIMUM_RESULT = 2 ^ 31 - 1

local function argumentError(index, message)
    error("bad argument #" .. index .. " (" .. message .. ")")
end

-- Formats -----------------------------------------------------------------------------------------------------------

local fixed = {
    b = { "int", 1 }, B = { "unsigned", 1 }, h = { "int", 2 }, H = { "unsigned", 2 },
    l = { "int", 8 }, L = { "unsigned", 8 }, j = { "int", 8 }, J = { "unsigned", 8 },
    T = { "unsigned", SIZE_T_BYTES }, f = { "float", 4 }, d = { "double", 8 }, n = { "double", 8 },
    z = { "zero-terminated", 0 }, x = { "padding", 1 },
}
local sized = { i = { "int", 4 }, I = { "unsigned", 4 }, s = { "string", SIZE_T_BYTES } }

--- The number that stands at the format's position, which goes past it.
local function readNumber(state)
    local _, stop, digits = find(state.format, "^(%d+)", state.position)
    if not stop then return nil end
    state.position = stop + 1
    return tonumber(digits)
end

local function readSize(state, default)
    local size = readNumber(state) or default
    if size < 1 or size > 16 then error(format("integral size (%d) out of limits [1,16]", size)) end
    return size
end

--- Reads one option; returns what it is and how many bytes it takes.
local function readOption(state)
    local letter = sub(state.format, state.position, state.position)
    state.position = state.position + 1
    if fixed[letter] then return fixed[letter][1], fixed[letter][2] end
    if sized[letter] then return sized[letter][1], readSize(state, sized[letter][2]) end
    if letter == "c" then
        local size = readNumber(state)
        if not size then error("missing size for format option 'c'") end
        return "characters", size
    elseif letter == "X" then
        return "align", 0
    elseif letter == "<" or letter == "=" then
        state.little = true
    elseif letter == ">" then
        state.little = false
    elseif letter == "!" then
        state.alignment = readSize(state, 8)
    elseif letter ~= " " then
        error("invalid format option '" .. letter .. "'")
    end
    return "none", 0
end

--- Reads one option and what must come before it. Returns what it is, its bytes, and the bytes that fill up to it.
local function nextOption(state, offset)
    local kind, size = readOption(state)
    local align = size
    if kind == "align" then
        local nextKind
        if state.position <= #state.format then nextKind, align = readOption(state) end
        if not nextKind or nextKind == "characters" or align == 0 then
            error("invalid next option for option 'X'")
        end
    end
    if align <= 1 or kind == "characters" then return kind, size, 0 end
    align = min(align, state.alignment)
    if frexp(align) ~= 0.5 then argumentError(1, "format asks for alignment not power of 2") end
    return kind, size, -offset % align
end

local function start(pattern)
    return { format = pattern, position = 1, little = true, alignment = 1 }
end

-- Numbers -----------------------------------------------------------------------------------------------------------

local function reverse(bytes)
    local result = {}
    for index = #bytes, 1, -1 do result[#result + 1] = bytes[index] end
    return result
end

local function assemble(bytes, little)
    return char(unpack(little and bytes or reverse(bytes)))
end

--- The bytes of a whole number, lowest first, in two's complement.
local function integerBytes(value, size, signed)
    if value ~= value then value = 0 end
    value = value < 0 and -floor(-value) or floor(value)
    local fill = signed and value < 0 and 255 or 0
    local bytes = {}
    -- CC's whole numbers end at 64 bits: what is beyond stops at the ends.
    local beyond = value >= 2 ^ 63 and 255 or value < -2 ^ 63 and 0
    for index = 1, min(size, INTEGER_BYTES) do
        if beyond then
            bytes[index] = index < INTEGER_BYTES and beyond or (beyond == 255 and 127 or 128)
        else
            bytes[index] = value % 256
            value = floor(value / 256)
        end
    end
    for index = INTEGER_BYTES + 1, size do bytes[index] = fill end
    return bytes
end

local function bytesAt(data, position, size, little)
    local bytes = { byte(data, position, position + size - 1) }
    return little and bytes or reverse(bytes)
end

local function readInteger(data, position, size, little, signed)
    local bytes = bytesAt(data, position, size, little)
    -- Halves of 32 bits are exact, and their sum is rounded once. CC's unsigned numbers of 64 bits wrap round too.
    local low, high = 0, 0
    for index = min(size, 4), 1, -1 do low = low * 256 + bytes[index] end
    for index = min(size, INTEGER_BYTES), 5, -1 do high = high * 256 + bytes[index] end
    if size >= INTEGER_BYTES then
        if high >= 2 ^ 31 then high = high - 2 ^ 32 end
    elseif signed and bytes[size] >= 128 then
        if size > 4 then high = high - 256 ^ (size - 4) else low = low - 256 ^ size end
    end
    local fill = signed and high < 0 and 255 or 0
    for index = INTEGER_BYTES + 1, size do
        if bytes[index] ~= fill then error(size .. "-byte integer does not fit into Lua Integer") end
    end
    return high * 2 ^ 32 + low
end

-- Bits of the mantissa and of the exponent. Source: IEEE 754.
local layouts = { float = { mantissa = 23, exponent = 8 }, double = { mantissa = 52, exponent = 11 } }

--- The bytes of a floating point number, lowest first.
local function floatBytes(value, layout)
    local mantissaBits, largest = layout.mantissa, 2 ^ layout.exponent - 1
    local bias = 2 ^ (layout.exponent - 1) - 1
    local sign = (value < 0 or 1 / value < 0) and 1 or 0
    local exponent, mantissa = 0, 0
    if value ~= value then
        sign, exponent, mantissa = 0, largest, 2 ^ (mantissaBits - 1)
    elseif value == huge or value == -huge then
        exponent = largest
    elseif value ~= 0 then
        local fraction, power = frexp(sign == 1 and -value or value)
        exponent = power - 1 + bias
        local exact
        if exponent > 0 then
            exact = (fraction * 2 - 1) * 2 ^ mantissaBits
        else
            exact, exponent = ldexp(fraction, power + mantissaBits + bias - 1), 0
        end
        mantissa = floor(exact)
        local rest = exact - mantissa
        if rest > 0.5 or rest == 0.5 and mantissa % 2 == 1 then mantissa = mantissa + 1 end
        if mantissa == 2 ^ mantissaBits then exponent, mantissa = exponent + 1, 0 end
        if exponent >= largest then exponent, mantissa = largest, 0 end
    end
    local bytes = {}
    for index = 1, floor(mantissaBits / 8) do
        bytes[index] = mantissa % 256
        mantissa = floor(mantissa / 256)
    end
    local top = (sign * (largest + 1) + exponent) * 2 ^ (mantissaBits % 8) + mantissa
    bytes[#bytes + 1], bytes[#bytes + 2] = top % 256, floor(top / 256)
    return bytes
end

local function readFloat(data, position, size, little, layout)
    local bytes = bytesAt(data, position, size, little)
    local mantissaBits, largest = layout.mantissa, 2 ^ layout.exponent - 1
    local bias = 2 ^ (layout.exponent - 1) - 1
    local top = bytes[size] * 256 + bytes[size - 1]
    local inTop = 2 ^ (mantissaBits % 8)
    local mantissa = top % inTop
    for index = size - 2, 1, -1 do mantissa = mantissa * 256 + bytes[index] end
    local exponent = floor(top / inTop) % (largest + 1)
    local negative = bytes[size] >= 128
    local value
    if exponent == largest then
        value = mantissa == 0 and huge or 0 / 0
    elseif exponent == 0 then
        value = ldexp(mantissa, 1 - bias - mantissaBits)
    else
        value = ldexp(mantissa + 2 ^ mantissaBits, exponent - bias - mantissaBits)
    end
    return negative and -value or value
end

-- The functions -----------------------------------------------------------------------------------------------------

local function checkInteger(index, value, size, signed)
    if size >= INTEGER_BYTES then return end
    local least = signed and -256 ^ size / 2 or 0
    local most = signed and 256 ^ size / 2 or 256 ^ size
    value = value < 0 and -floor(-value) or floor(value)
    if value < least or value >= most then argumentError(index, "integer overflow") end
end

local library = kernel.globals.string

function library.pack(pattern, ...)
    pattern = text(pattern)
    local state, values, parts, offset, index = start(pattern), { ... }, {}, 0, 1
    local function add(part)
        parts[#parts + 1] = part
        offset = offset + #part
    end
    while state.position <= #pattern do
        local kind, size, fill = nextOption(state, offset)
        add(rep("\0", fill))
        if kind == "padding" then
            add("\0")
        elseif kind ~= "none" and kind ~= "align" then
            index = index + 1
            local value = values[index - 1]
            if kind == "int" or kind == "unsigned" then
                value = number(value)
                checkInteger(index, value, size, kind == "int")
                add(assemble(integerBytes(value, size, kind == "int"), state.little))
            elseif layouts[kind] then
                add(assemble(floatBytes(number(value), layouts[kind]), state.little))
            else
                value = text(value)
                if kind == "characters" then
                    if #value > size then argumentError(index, "string longer than given size") end
                    add(value .. rep("\0", size - #value))
                elseif kind == "zero-terminated" then
                    if find(value, "\0", 1, true) then argumentError(index, "string contains zeros") end
                    add(value .. "\0")
                else
                    if size < SIZE_T_BYTES and #value >= 256 ^ size then
                        argumentError(index, "string length does not fit in given size")
                    end
                    add(assemble(integerBytes(#value, size, false), state.little))
                    add(value)
                end
            end
        end
    end
    return concat(parts)
end

function library.packsize(pattern)
    pattern = text(pattern)
    local state, total = start(pattern), 0
    while state.position <= #pattern do
        local kind, size, fill = nextOption(state, total)
        total = total + fill + size
        if total > MAXIMUM_RESULT then argumentError(1, "format result too large") end
        if kind == "string" or kind == "zero-terminated" then argumentError(1, "variable-length format") end
    end
    return total
end

function library.unpack(pattern, data, from)
    pattern, data = text(pattern), text(data)
    from = from == nil and 1 or floor(number(from))
    if from < 0 then from = from < -#data and 0 or #data + from + 1 end
    local position = from - 1
    if position < 0 or position > #data then argumentError(3, "initial position out of string") end
    local state, values, count = start(pattern), {}, 0
    local function need(bytes)
        if position + bytes > #data then argumentError(2, "data string too short") end
    end
    while state.position <= #pattern do
        local kind, size, fill = nextOption(state, position)
        need(fill + size)
        position = position + fill
        local value
        if kind == "int" or kind == "unsigned" then
            value = readInteger(data, position + 1, size, state.little, kind == "int")
        elseif layouts[kind] then
            value = readFloat(data, position + 1, size, state.little, layouts[kind])
        elseif kind == "characters" then
            value = sub(data, position + 1, position + size)
        elseif kind == "string" then
            local length = readInteger(data, position + 1, size, state.little, false)
            if length < 0 then length = huge end
            need(size + length)
            value = sub(data, position + size + 1, position + size + length)
            position = position + length
        elseif kind == "zero-terminated" then
            local stop = find(data, "\0", position + 1, true) or #data + 1
            value = sub(data, position + 1, stop - 1)
            position = stop
        end
        position = position + size
        if value ~= nil then
            count = count + 1
            values[count] = value
        end
    end
    values[count + 1] = position + 1
    return unpack(values, 1, count + 1)
end
