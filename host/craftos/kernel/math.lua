-- math.frexp and math.ldexp where CC's Lua gives other numbers than C: they look at a number's bits as they are, also where
-- it has no end, is none, or is too small to have all its digits.

local kernel = ...
local library = kernel.globals.math
local frexp, ldexp, ceil, floor = math.frexp, math.ldexp, math.ceil, math.floor
local numberArgument = kernel.numberArgument

local SMALLEST, STEP, DIGITS = 2 ^ -1022, 2 ^ -1074, 2 ^ 52

function library.frexp(number)
    local mantissa, exponent = frexp(number)
    number = number + 0
    if number ~= number then return 0.75, 1025 end
    if number == 1 / 0 then return 0.5, 1025 end
    if number == -1 / 0 then return -0.5, 1025 end
    if number == 0 or number >= SMALLEST or number <= -SMALLEST then return mantissa, exponent end
    local sign = number < 0 and -1 or 1
    return sign * (sign * number / STEP + DIGITS) / 2 ^ 53, -1022
end

--- The power of two whose bits are these, of which there are 12: a sign and an exponent.
local function powerOf(bits)
    local sign = bits >= 2048 and -1 or 1
    local exponent = bits % 2048
    if exponent == 0 then return 0 end
    if exponent == 2047 then return sign / 0 end
    return sign * 2 ^ (exponent - 1023)
end

function library.ldexp(number, exponent)
    number, exponent = numberArgument(number), numberArgument(exponent)
    if exponent % 1 == 0 and exponent >= -1022 and exponent <= 1023 then return ldexp(number, exponent) + 0 end
    local biased = exponent + 1023.5
    -- Whether it is odd is looked at in 32 bits.
    local limited = biased ~= biased and 0 or biased > 2 ^ 31 - 1 and 2 ^ 31 - 1 or biased < -2 ^ 31 and -2 ^ 31 or biased
    local isOdd = (limited < 0 and ceil(limited) or floor(limited)) % 2 == 1
    local bits = isOdd and floor(biased) or ceil(biased - 1)
    if bits ~= bits or bits <= -2 ^ 63 then
        bits = 0
    elseif bits >= 2 ^ 63 then
        bits = 4095
    end
    return number * powerOf(bits % 4096)
end
library.mod = library.fmod
