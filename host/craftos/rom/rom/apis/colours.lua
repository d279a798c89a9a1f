--- `colors` in British spelling.

local colours = _ENV

local british = { gray = "grey", lightGray = "lightGrey" }
for name, value in pairs(colors) do
    colours[british[name] or name] = value
end
