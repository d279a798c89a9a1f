--- The line editor behind the global `read`: one line of text with a cursor, scrolled sideways where it is longer
-- than the screen, with a history, and with suggestions shown on grey behind the cursor.
--
-- Part of the ROM's inside: programs call `read`.
--
-- An editor is a table of
--   line         the text so far
--   position     how many of its characters are left of the cursor
--   scroll       how many of its characters are hidden beyond the left edge
--   column       the screen column where the line begins; width is the screen's
--   mask         the character shown in place of each typed one, or nil
--   history      earlier lines, oldest first, or nil; recalled is the index of the one shown, or nil
--   complete     function(line) -> endings, or nil
--   suggestions  the endings on offer, or nil; chosen is the index of the one shown, or nil
--   drawn        how many columns the last drawing filled

local expect = dofile("rom/modules/main/cc/expect.lua").expect

local function dropSuggestions(editor)
    editor.suggestions, editor.chosen = nil, nil
end

--- Asks for suggestions. They exist only while the cursor is at the end of the line.
local function suggest(editor)
    dropSuggestions(editor)
    if editor.complete and editor.position == #editor.line then
        local suggestions = editor.complete(editor.line)
        if suggestions and #suggestions > 0 then
            editor.suggestions, editor.chosen = suggestions, 1
        end
    end
end

--- Scrolls the line just as far as it takes to have the cursor on the screen.
local function scrollToCursor(editor)
    local offset = editor.position - editor.scroll
    if offset < 0 then
        editor.scroll = editor.position
    elseif editor.column + offset >= editor.width then
        editor.scroll = editor.column + editor.position - editor.width
    end
end

local function shown(editor, text)
    return editor.mask and editor.mask:rep(#text) or text
end

local function draw(editor)
    scrollToCursor(editor)
    local _, row = term.getCursorPos()
    term.setCursorPos(editor.column, row)

    local text = shown(editor, editor.line:sub(editor.scroll + 1))
    term.write(text)
    local drawn = #text

    if editor.chosen then
        local textColour, backgroundColour = term.getTextColour(), term.getBackgroundColour()
        term.setTextColour(colours.white)
        term.setBackgroundColour(colours.grey)
        local ending = shown(editor, editor.suggestions[editor.chosen])
        term.write(ending)
        drawn = drawn + #ending
        term.setTextColour(textColour)
        term.setBackgroundColour(backgroundColour)
    end

    if editor.drawn > drawn then
        term.write((" "):rep(editor.drawn - drawn))
    end
    editor.drawn = drawn
    term.setCursorPos(editor.column + editor.position - editor.scroll, row)
end

--- Replaces the line from `first` to `last` by `text` and puts the cursor behind it.
local function replace(editor, first, last, text)
    editor.line = editor.line:sub(1, first - 1) .. text .. editor.line:sub(last + 1)
    editor.position = first - 1 + #text
    suggest(editor)
    draw(editor)
end

local function insert(editor, text)
    replace(editor, editor.position + 1, editor.position, text)
end

local function moveTo(editor, position)
    if position ~= editor.position and position >= 0 and position <= #editor.line then
        editor.position = position
        suggest(editor)
        draw(editor)
    end
end

local function acceptSuggestion(editor)
    if editor.chosen then
        replace(editor, #editor.line + 1, #editor.line, editor.suggestions[editor.chosen])
    end
end

local function recall(editor, index)
    editor.recalled = index
    editor.line = index and editor.history[index] or ""
    editor.position, editor.scroll = #editor.line, 0
    dropSuggestions(editor)
    draw(editor)
end

--- Shows the suggestion that is `step` further down, around the end of the list.
local function cycleSuggestions(editor, step)
    editor.chosen = (editor.chosen - 1 + step) % #editor.suggestions + 1
    draw(editor)
end

--- What each key does, by its name in `keys`.
local onKey = {
    left = function(editor)
        moveTo(editor, editor.position - 1)
    end,

    right = function(editor)
        if editor.position < #editor.line then
            moveTo(editor, editor.position + 1)
        else
            acceptSuggestion(editor)
        end
    end,

    home = function(editor)
        moveTo(editor, 0)
    end,

    ["end"] = function(editor)
        moveTo(editor, #editor.line)
    end,

    tab = acceptSuggestion,

    up = function(editor)
        if editor.chosen then
            cycleSuggestions(editor, -1)
        elseif editor.history then
            local newest = #editor.history > 0 and #editor.history or nil
            recall(editor, editor.recalled and math.max(editor.recalled - 1, 1) or newest)
        end
    end,

    down = function(editor)
        if editor.chosen then
            cycleSuggestions(editor, 1)
        elseif editor.history then
            local isNewest = editor.recalled == #editor.history
            recall(editor, editor.recalled and not isNewest and editor.recalled + 1 or nil)
        end
    end,

    backspace = function(editor)
        if editor.position > 0 then
            editor.scroll = math.max(editor.scroll - 1, 0)
            replace(editor, editor.position, editor.position, "")
        end
    end,

    delete = function(editor)
        if editor.position < #editor.line then
            replace(editor, editor.position + 1, editor.position + 1, "")
        end
    end,
}

--- Moves the cursor to where the mouse is, if that is on the line.
local function onMouse(editor, x, y)
    local _, row = term.getCursorPos()
    if y == row and x >= editor.column and x <= editor.width then
        editor.position = math.max(math.min(editor.scroll + x - editor.column, #editor.line), 0)
        draw(editor)
    end
end

--- Lets the user edit a line and returns it when they press Enter.
--
-- @tparam[opt] string mask Shown in place of each character, for passwords. Only its first character counts.
-- @tparam[opt] {string} history Earlier lines, oldest first, for the up and down keys. It is not added to.
-- @tparam[opt] function complete Gets the line and returns a list of possible endings, or nil.
-- @tparam[opt] string initial What stands on the line at first.
local function read(mask, history, complete, initial)
    expect(1, mask, "string", "nil")
    expect(2, history, "table", "nil")
    expect(3, complete, "function", "nil")
    expect(4, initial, "string", "nil")

    local line = initial or ""
    local editor = {
        line = line,
        position = #line,
        scroll = 0,
        column = (term.getCursorPos()),
        width = (term.getSize()),
        mask = mask and mask:sub(1, 1),
        history = history,
        complete = complete,
        drawn = 0,
    }
    term.setCursorBlink(true)
    suggest(editor)
    draw(editor)

    while true do
        local event, first, x, y = os.pullEvent()
        if event == "char" or event == "paste" then
            insert(editor, first)
        elseif event == "key" then
            local name = keys.getName(first)
            if name == "enter" or name == "numPadEnter" then
                break
            elseif onKey[name] then
                onKey[name](editor)
            end
        elseif event == "mouse_click" or event == "mouse_drag" and first == 1 then
            onMouse(editor, x, y)
        elseif event == "term_resize" then
            editor.width = term.getSize()
            draw(editor)
        end
    end

    if editor.chosen then
        dropSuggestions(editor)
        draw(editor)
    end
    local _, row = term.getCursorPos()
    term.setCursorBlink(false)
    term.setCursorPos(editor.width + 1, row)
    print()
    return editor.line
end

return read
