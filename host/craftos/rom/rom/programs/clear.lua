local what = ... or "screen"

local function clearScreen()
    term.clear()
    term.setCursorPos(1, 1)
end

local function resetPalette()
    for index = 0, 15 do
        term.setPaletteColour(2 ^ index, term.nativePaletteColour(2 ^ index))
    end
end

if what == "screen" then
    clearScreen()
elseif what == "palette" then
    resetPalette()
elseif what == "all" then
    clearScreen()
    resetPalette()
else
    local name = arg[0] or fs.getName(shell.getRunningProgram())
    print("Usages:")
    for _, usage in ipairs({ "", " screen", " palette", " all" }) do
        print(name .. usage)
    end
end
