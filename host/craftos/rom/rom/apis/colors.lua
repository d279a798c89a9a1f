--- The sixteen colours, as numbers of one bit each, so that a set of them is a number too.

local expect = dofile("rom/modules/main/cc/expect.lua").expect

local colors = _ENV

local names = {
    "white", "orange", "magenta", "lightBlue", "yellow", "lime", "pink", "gray",
    "lightGray", "cyan", "purple", "blue", "brown", "green", "red", "black",
}
local digitOf = {}
for index, name in ipairs(names) do
    colors[name] = 2 ^ (index - 1)
    digitOf[colors[name]] = ("%x"):format(index - 1)
end

--- The set that holds every given colour.
function colors.combine(...)
    local set = 0
    for index = 1, select("#", ...) do
        local colour = select(index, ...)
        expect(index, colour, "number")
        set = bit32.bor(set, colour)
    end
    return set
end

--- `set` without the given colours.
function colors.subtract(set, ...)
    expect(1, set, "number")
    for index = 1, select("#", ...) do
        local colour = select(index, ...)
        expect(index + 1, colour, "number")
        set = bit32.band(set, bit32.bnot(colour))
    end
    return set
end

--- Whether `set` holds `colour`.
function colors.test(set, colour)
    expect(1, set, "number")
    expect(2, colour, "number")
    return bit32.band(set, colour) == colour
end

--- Makes 0xRRGGBB of three numbers from 0 to 1.
function colors.packRGB(red, green, blue)
    expect(1, red, "number")
    expect(2, green, "number")
    expect(3, blue, "number")
    local function byte(part)
        return bit32.band(math.floor(part * 255), 0xff)
    end
    return byte(red) * 0x10000 + byte(green) * 0x100 + byte(blue)
end

--- Takes 0xRRGGBB apart into three numbers from 0 to 1.
function colors.unpackRGB(rgb)
    expect(1, rgb, "number")
    local function part(shift)
        return bit32.extract(rgb, shift, 8) / 255
    end
    return part(16), part(8), part(0)
end

--- `packRGB` or `unpackRGB`, by the number of arguments.
function colors.rgb8(red, green, blue)
    if green == nil and blue == nil then
        return colors.unpackRGB(red)
    end
    return colors.packRGB(red, green, blue)
end

--- The hexadecimal digit that stands for a colour in `term.blit`. Of a set of colours the highest counts.
function colors.toBlit(colour)
    expect(1, colour, "number")
    if colour < 0 or colour > 0xffff then
        error("Colour out of range", 2)
    end
    return digitOf[colour] or ("%x"):format(math.floor(math.log(colour, 2)))
end

--- The colour that a digit of `term.blit` stands for, or nil.
function colors.fromBlit(digit)
    expect(1, digit, "string")
    local index = #digit == 1 and tonumber(digit, 16)
    if not index then
        return nil
    end
    return 2 ^ index
end
