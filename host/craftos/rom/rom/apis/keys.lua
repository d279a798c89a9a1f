--- The codes that `key` and `key_up` events carry: those of GLFW's keyboard, as CC: Tweaked has used them since 1.13.

local expect = dofile("rom/modules/main/cc/expect.lua").expect

local keys = _ENV

--- Names of keys with neighbouring codes, by the first code.
local runs = {
    [32] = "space",
    [39] = "apostrophe",
    [44] = "comma minus period slash zero one two three four five six seven eight nine",
    [59] = "semicolon",
    [61] = "equals",
    [65] = "a b c d e f g h i j k l m n o p q r s t u v w x y z leftBracket backslash rightBracket",
    [96] = "grave",
    [257] = "enter tab backspace insert delete right left down up pageUp pageDown home end",
    [280] = "capsLock scrollLock numLock printScreen pause",
    [290] = "f1 f2 f3 f4 f5 f6 f7 f8 f9 f10 f11 f12 f13 f14 f15 f16 f17 f18 f19 f20 f21 f22 f23 f24 f25",
    [320] = "numPad0 numPad1 numPad2 numPad3 numPad4 numPad5 numPad6 numPad7 numPad8 numPad9 numPadDecimal "
        .. "numPadDivide numPadMultiply numPadSubtract numPadAdd numPadEnter numPadEqual",
    [340] = "leftShift leftCtrl leftAlt leftSuper rightShift rightCtrl rightAlt",
    [348] = "menu",
}

local nameOf = {}
for code, names in pairs(runs) do
    for name in names:gmatch("%S+") do
        nameOf[code] = name
        keys[name] = code
        code = code + 1
    end
end

-- Older names that programs still use; one of them was misspelt.
keys["return"] = keys.enter
keys.scollLock = keys.scrollLock

--- The name of a key by its code, or nil.
function keys.getName(code)
    expect(1, code, "number")
    return nameOf[code]
end
