-- Markdown on a screen as one writes it first: character by character, each of which may change the colour, with the
-- rest of the text cut off anew each time.

return function(text, width, emit)
    local row, style, isCode = {}, "text", false
    local column = 0
    local function put(character)
        if column == width then
            emit(row)
            row, column = {}, 0
        end
        row[#row + 1] = { text = character, style = style }
        column = column + 1
    end
    while text ~= "" do
        if text:sub(1, 3) == "```" then
            isCode = not isCode
            style = isCode and "code" or "text"
            text = text:gsub("^[^\n]*", "")
        elseif not isCode and text:sub(1, 2) == "**" then
            style = style == "bold" and "text" or "bold"
            text = text:sub(3)
        elseif text:sub(1, 1) == "\n" then
            emit(row)
            row, column = {}, 0
            text = text:sub(2)
        else
            put(text:sub(1, 1))
            text = text:sub(2)
        end
    end
    emit(row)
end
