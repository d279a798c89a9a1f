--- Lua literals, written the way CC: Tweaked's own Lua writes them.
--
-- Plain Lua 5.2 differs in small things that end up in files and messages: `%q` there turns a tab into `\9`,
-- and `tostring(2^53)` drops digits.

local format, gsub, match = string.format, string.gsub, string.match

--- Words that cannot be a name. `goto` is one of Lua 5.2's, so `{ goto = 1 }` could not be read back.
local keywords = {}
for word in
    ([[and break do else elseif end false for function goto if in local nil not or repeat return then true until
    while]]):gmatch("%a+")
do
    keywords[word] = true
end

--- Tells whether a string may stand as a name in Lua code, as in `x.name`.
---@param text string
---@return boolean
local function isName(text)
    return not keywords[text] and match(text, "^[%a_][%w_]*$") ~= nil
end

--- Writes a number: every digit of a whole one, 14 significant digits of any other.
---@param value number
---@return string
local function number(value)
    if value ~= value then
        return "nan"
    elseif value == 0 then
        return "0"
    elseif value % 1 == 0 and value > -2 ^ 63 and value < 2 ^ 63 then
        return format("%.0f", value)
    end
    return format("%.14g", value)
end

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\\n", ["\r"] = "\\r", ["\0"] = "\\000" }

--- Writes a string between double quotes.
---@param text string
---@return string
local function quote(text)
    return '"' .. gsub(text, '["\\\n\r\0]', ESCAPES) .. '"'
end

return { keywords = keywords, isName = isName, number = number, quote = quote }
