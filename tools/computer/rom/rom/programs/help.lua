--- Shows a help text: at once if it fits on the screen, else page by page.

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
local text = file.readAll():gsub("\n$", "")
file.close()

local width, height = term.getSize()
local lines = strings.wrap(text, width)

if #lines < height then
    for _, line in ipairs(lines) do
        print(line)
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
        term.write(lines[offset + row] or "")
    end
    term.setCursorPos(1, height)
    term.clearLine()
    term.setTextColour(term.isColour() and colours.yellow or colours.white)
    local title, hint = "Help: " .. topic, "Press Q to exit"
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
        lines = strings.wrap(text, width)
        scrollTo(offset)
    end
end

term.setTextColour(colours.white)
term.clear()
term.setCursorPos(1, 1)
