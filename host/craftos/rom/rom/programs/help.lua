--- Shows a help text: at once if it fits on the screen, else page by page. Of Markdown, in files that end in ".md",
-- headings, bullets and code between backquotes are shown as such.

local strings = require("cc.strings")

local topic = ... or "intro"

if topic == "index" then
    print("Help topics available:")
    textutils.pagedTabulate(help.topics())
    return
end

local path = help.lookup(topic)
local file = path and fs.open(path, "r")
if not file then
    printError("No help available")
    return
end
local text = file.readAll()
file.close()

local isMarkdown = path:sub(-3) == ".md"
local heading
if isMarkdown then
    heading = text:match("^# ([^\n]*)")
    -- A bullet is a star, after blanks or none, with a blank behind it.
    text = ("\n" .. text):gsub("\n( *)%* ", "\n%1\7 "):sub(2)
end

--- Takes the backquotes out of Markdown. Returns the text and, of the same length, "7" where there was code between
-- them and "f" elsewhere: the colours of the background.
local function takeCode(markdown)
    local parts, colour, last = {}, {}, 1
    for first, code, behind in markdown:gmatch("()`([^`]+)`()") do
        local plain = markdown:sub(last, first - 1)
        parts[#parts + 1] = plain .. code
        colour[#colour + 1] = ("f"):rep(#plain) .. ("7"):rep(#code)
        last = behind
    end
    parts[#parts + 1] = markdown:sub(last)
    colour[#colour + 1] = ("f"):rep(#markdown - last + 1)
    return table.concat(parts), table.concat(colour)
end

--- The lines of the help text for a width: each its text, text colours and background colours, as `blit` takes them.
local function layOut(width)
    local plain, background = text, ("f"):rep(#text)
    if isMarkdown then
        plain, background = takeCode(text)
    end

    local lines = {}
    local at = 1
    for paragraph in (plain .. "\n"):gmatch("([^\n]*)\n") do
        local colour = isMarkdown and paragraph:find("^#+ ") and "4" or "0"
        local column = at
        for _, line in ipairs(strings.wrap(paragraph, width)) do
            -- Wrapping drops blanks at the end of a line, which have to be passed over here too.
            local start = plain:find(line, column, true) or column
            column = start + #line
            lines[#lines + 1] = {
                strings.ensure_width(line, width),
                colour:rep(width),
                background:sub(start, start + #line - 1) .. ("f"):rep(width - #line),
            }
        end
        at = at + #paragraph + 1
    end
    return lines
end

local width, height = term.getSize()
local lines = layOut(width)

-- The cursor stays behind the last line: what is printed next begins a new one.
if #lines < height then
    for index, line in ipairs(lines) do
        if index > 1 then
            print()
        end
        term.setCursorPos(1, select(2, term.getCursorPos()))
        term.blit(line[1], line[2], line[3])
    end
    return
end

--- How many lines of the text are above the screen.
local offset = 0

--- The last row of the screen is kept for the title.
local function pageHeight()
    return height - 1
end

local function draw()
    term.setTextColour(colours.white)
    for row = 1, pageHeight() do
        term.setCursorPos(1, row)
        term.clearLine()
        local line = lines[offset + row]
        if line then
            term.blit(line[1], line[2], line[3])
        end
    end
    term.setCursorPos(1, height)
    term.clearLine()
    term.setTextColour(colours.yellow)
    local title, hint = "Help: " .. topic .. (heading and " (" .. heading .. ")" or ""), "Press Q to exit"
    term.write(title)
    if width > #title + #hint then
        term.setCursorPos(width - #hint + 1, height)
        term.write(hint)
    end
end

local function scrollTo(line)
    offset = math.max(math.min(line, #lines - pageHeight()), 0)
    draw()
end

--- A key that types a character is followed by a `char` event, which the shell would take for a command.
local function discardCharacter()
    local timer = os.startTimer(0)
    repeat
        local event, id = os.pullEvent()
    until event == "char" or event == "key" or event == "key_up" or event == "timer" and id == timer
end

local onKey = {
    up = function()
        scrollTo(offset - 1)
    end,
    down = function()
        scrollTo(offset + 1)
    end,
    pageUp = function()
        scrollTo(offset - pageHeight() + 1)
    end,
    pageDown = function()
        scrollTo(offset + pageHeight() - 1)
    end,
    home = function()
        scrollTo(0)
    end,
    ["end"] = function()
        scrollTo(#lines)
    end,
}

draw()
while true do
    local event, detail = os.pullEventRaw()
    local key = event == "key" and keys.getName(detail)
    if key == "q" then
        discardCharacter()
        break
    elseif event == "terminate" then
        break
    elseif onKey[key] then
        onKey[key]()
    elseif event == "mouse_scroll" then
        scrollTo(offset + detail)
    elseif event == "term_resize" then
        width, height = term.getSize()
        lines = layOut(width)
        scrollTo(offset)
    end
end

term.setTextColour(colours.white)
term.clear()
term.setCursorPos(1, 1)
