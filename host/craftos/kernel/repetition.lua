-- string.rep. Lua's own copies a text piece by piece, which takes seconds for a hundred million of one letter, and none
-- of them is a moment to look at the time. Here pieces of some length are made first and then repeated.

local kernel = ...
local ceil, floor, huge = math.ceil, math.floor, math.huge
local rep, type = string.rep, type

--- Bytes: what the computer copies at once.
local PIECE = 4096

function kernel.globals.string.rep(text, count, separator)
    local isText = type(text) == "string" and (separator == nil or type(separator) == "string")
    if not isText or type(count) ~= "number" or not (count >= 2 and count < huge) then
        return rep(text, count, separator)
    end
    count, separator = floor(count), separator or ""
    local length = #text + #separator
    if length == 0 then return "" end
    local inPiece = ceil(PIECE / length)
    if count < 2 * inPiece then return rep(text, count, separator) end
    -- Head and tail in turn are pieces of that many repetitions, and a head at the end leaves as many as are wanted.
    local inHead = (count - 1) % inPiece + 1
    local head = rep(text, inHead, separator)
    local tail = rep(text, inPiece - inHead, separator)
    if inHead == inPiece then return rep(head, count / inPiece, separator) end
    return rep(head, floor(count / inPiece) + 1, separator .. tail .. separator)
end
