--- Texts for a narrow screen: Markdown as rows, and what lists need. Takes linear time, as no stretch of a text is
--- searched twice in vain.
local exports = {}
local font = require("/apis/ai/font")
local fold = font.fold
exports.fold = fold

--- Deepest that quotes (levels) and lists (columns) are shown nested.
local DEEPEST = 8

--- What belongs together where one of these begins.
local RUNS = {
    ["*"] = "^%*+",
    _ = "^_+",
    ["`"] = "^`+",
    ["["] = "^%[",
    ["\\"] = "^\\%p?"
}
local match = string.match

local function textOf(spans)
    local texts = {}
    for __, span in ipairs(spans) do
        texts[#texts + 1] = span.text
    end
    return table.concat(texts, "")
end

--- Breaks spans at spaces; a word that is wider than the screen is cut. Rows after the first are indented as far.
local function wrap(spans, width, first, emit)
    local text = textOf(spans)
    local room = math.max(width - #first, 1)
    local prefix = first
    local at = 1
    local index = 0
    local used = 0
    --- Moves the next characters to a row.
    local function take(count, row)
        at = at + count
        while count > 0 do
            local span = spans[index + 1]
            local piece = string.sub(span.text, used + 1, used + count)
            row[#row + 1] = {text = piece, style = span.style}
            used = used + #piece
            count = count - #piece
            if used == #span.text then
                index = index + 1
                used = 0
            end
        end
    end
    repeat
        do
            local row = prefix == "" and ({}) or ({{text = prefix, style = "text"}})
            local ahead = string.sub(text, at, at + room)
            local stop = string.find(ahead, "\n", 1, true)
            if stop == nil and #ahead > room then
                local __, space = string.find(ahead, "^.*[^ ] ")
                stop = space
            end
            if stop == nil then
                take(
                    math.min(room, #ahead),
                    row
                )
            else
                take(stop - 1, row)
                take(1, {})
            end
            emit(row)
            prefix = string.rep(" ", #first)
        end
    until not (at <= #text)
end

--- A paragraph, heading or cell as folded spans; `style` is that of the text that has no other.
local function spansOf(source, style)
    local text = string.gsub(source, "<br ?/?>", "\n")
    local spans = {}
    local open = {}
    local found = {}
    local depth = 0
    local at = 1
    local function add(piece, own)
        local folded = fold(piece)
        spans[#spans + 1] = {text = folded, style = own or (depth > 0 and "bold" or style)}
    end
    --- Where a pattern is next, or infinity; remembered, so that it is looked for once.
    local function search(pattern)
        if (found[pattern] or 0) < at then
            found[pattern] = (string.find(text, pattern, at)) or math.huge
        end
        return found[pattern]
    end
    local function addCode(ticks)
        local stop = search(("%f[`]" .. ticks) .. "%f[^`]")
        if stop == math.huge then
            add(ticks)
        else
            local code = string.sub(text, at, stop - 1)
            add(code, "code")
            at = stop + #ticks
        end
    end
    --- Begins or ends emphasis, where the run stands right for that and the other end is there.
    local function addMarks(run, mark)
        local before = at - #run - 1
        local marks = string.rep("%" .. mark, #run)
        local inWord = match(text, ("^%w" .. marks) .. "%w", before)
        local opens = match(text, "^%S", at)
        local closes = match(text, "^%S", before)
        if open[run] and closes ~= nil and inWord == nil then
            open[run] = false
            depth = depth - 1
        elseif not open[run] and opens ~= nil and inWord == nil and #run <= 3 and search(((("%S" .. marks) .. "%f[^%w%") .. mark) .. "]") < math.huge then
            open[run] = true
            depth = depth + 1
        else
            add(run)
        end
    end
    --- Shows "[words](address)" as "words (address)".
    local function addLink()
        local __, middle, words, url = string.find(text, "^([^%[%]]*)%]%(<?([^%s%[()<>]*)", at)
        local __, stop = string.find(text, "^[^%[()]*%)", (middle or #text) + 1)
        if stop == nil then
            add("[")
        else
            local label = string.gsub(words, "[*`]", "")
            add(label == url and label or ((label .. " (") .. url) .. ")", "link")
            at = stop + 1
        end
    end
    while at <= #text do
        local mark = string.sub(text, at, at)
        local run = (match(text, RUNS[mark] or "^[^*_`%[\\]+", at))
        at = at + #run
        if mark == "`" then
            addCode(run)
        elseif mark == "*" or mark == "_" then
            addMarks(run, mark)
        elseif mark == "[" then
            addLink()
        else
            add(mark == "\\" and run ~= mark and string.sub(run, 2) or run)
        end
    end
    return spans
end

--- Shows a table in columns, or where it is too wide for that as a list: one item a row, each cell after its name.
local function putTable(lines, width, put)
    local rows = {}
    local widths = {}
    local total = -1
    for __, line in ipairs(lines) do
        local cells = {}
        local open = string.gsub(line, "^|", "")
        local closed = string.gsub(open, "([^|])$", "%1|")
        for cell in string.gmatch(closed, " ?([^|]-) ?|") do
            local spans = spansOf(cell, "text")
            local text = textOf(spans)
            cells[#cells + 1] = text
            local column = #cells - 1
            local before = widths[column + 1] or -1
            widths[column + 1] = math.max(before, #text)
            total = total + (widths[column + 1] - before)
        end
        rows[#rows + 1] = cells
    end
    local names = rows[1]
    for __, row in ipairs(rows) do
        local style = row == names and "bold" or "text"
        if total <= width then
            local padded = {}
            for column, cell in ipairs(row) do
                padded[#padded + 1] = cell .. string.rep(" ", widths[column] - #cell)
            end
            put({{
                text = table.concat(padded, " "),
                style = style
            }})
        elseif row ~= names or #rows == 1 then
            for column, cell in ipairs(row) do
                local name = names[column] or ""
                local item = {{text = name .. ": ", style = "bold"}, {text = cell, style = style}}
                wrap(
                    item,
                    width,
                    column == 1 and string.char(7) .. " " or "  ",
                    put
                )
            end
        end
    end
end

--- Lays Markdown out for a screen. What is not understood stays as it was written: nothing is lost but the marks.
---@param source string UTF-8; the rows are in CC's font
---@param width number columns of the screen
---@param emit fun(row: table[]) gets each row, without a line break, as soon as it is known
function exports.markdown(source, width, emit)
    local room = width
    local quoted = 0
    local gap
    local inList = false
    local fence
    local fenceIndent = 0
    local table_
    local paragraph = {}
    local first = ""
    local function put(row)
        if gap == true then
            emit({})
        end
        gap = false
        local bars = quoted > 0 and ({{
            text = string.rep("> ", quoted),
            style = "quote"
        }}) or ({})
        for __, span in ipairs(row) do
            bars[#bars + 1] = span
        end
        emit(bars)
    end
    local function putCode(line)
        local code = fold(line)
        for at = 1, math.max(#code, 1), room do
            local piece = string.sub(code, at, at + room - 1)
            put({{text = piece, style = "code"}})
        end
    end
    --- Shows the paragraph, list item or table that has been read.
    local function flush()
        if table_ ~= nil then
            putTable(table_, room, put)
        end
        table_ = nil
        if #paragraph > 0 then
            local text = string.gsub(
                table.concat(paragraph, " "),
                "\n ",
                "\n"
            )
            local spans = spansOf(text, quoted > 0 and "quote" or "text")
            wrap(spans, room, first, put)
        end
        paragraph = {}
    end
    local function readText(line, indent)
        local trimmed = match(line, "^.*%S", indent + 1)
        local body = string.gsub(trimmed, " +", " ")
        local above = paragraph[#paragraph]
        local bar = match(body, "|")
        if bar ~= nil and table_ ~= nil then
            table_[#table_ + 1] = body
            return
        end
        if bar ~= nil and above ~= nil and (match(body, "^[|: -]+$")) ~= nil then
            table.remove(paragraph)
            flush()
            table_ = {above}
            return
        end
        local ticks = match(body, "^(```+)[^`]*$")
        local tildes = match(body, "^~~~+")
        local heading = match(body, "^##?#?#?#?#? ")
        local rule = match(body, "^[-*_] ?[-*_] ?[-*_][-*_ ]*$")
        local bullet = match(body, "^[-*+] ")
        local number = match(body, "^%d%d?%d?[.)] ")
        local item = bullet or number or ""
        if above == nil or item ~= "" or (ticks or tildes or heading or rule) ~= nil then
            flush()
        end
        if heading ~= nil then
            local spans = spansOf(
                string.sub(body, #heading + 1),
                "heading"
            )
            wrap(spans, room, "", put)
        elseif rule ~= nil then
            put({{
                text = string.rep("-", room),
                style = "quote"
            }})
        elseif (ticks or tildes) ~= nil then
            fence = ticks or tildes
            fenceIndent = indent
        else
            if #paragraph == 0 then
                inList = item ~= "" or inList and indent > 0
                first = inList and string.rep(
                    " ",
                    math.min(indent, DEEPEST)
                ) or ""
                if item ~= "" then
                    first = first .. (number or string.char(7) .. " ")
                end
            end
            local lineBreak = match(line, "  $")
            paragraph[#paragraph + 1] = string.sub(body, #item + 1) .. (lineBreak == nil and "" or "\n")
        end
    end
    local function readLine(line)
        local indent = #(match(line, "^ *"))
        if fence ~= nil then
            local end_ = match(line, "^ *([`~]+) *$")
            if string.sub(end_ or "", 1, #fence) == fence then
                fence = nil
            else
                putCode(string.sub(
                    line,
                    math.min(indent, fenceIndent) + 1
                ))
            end
        elseif indent == #line then
            flush()
            if gap ~= nil then
                gap = true
            end
        elseif indent >= 4 and not inList and #paragraph == 0 then
            putCode(string.sub(line, 5))
        else
            readText(line, indent)
        end
    end
    local text = string.gsub(source, "\r\n?", "\n")
    text = string.gsub(text, "\t", "  ")
    for line in string.gmatch(text .. "\n", "([^\n]*)\n") do
        local isCode = fence ~= nil and quoted == 0
        local bars, quote = match(line, "^([> ]*>) ?(.*)$")
        local levels = string.gsub(isCode and "" or (bars or ""), " ", "")
        if #levels ~= quoted then
            flush()
            fence = nil
            inList = false
            quoted = #levels
            room = math.max(width - 2 * quoted, 1)
        end
        readLine(quoted > 0 and quote or line)
    end
    flush()
end

--- Cuts a folded text to a width in columns; ".." at the end shows that something is missing.
function exports.cut(text, width)
    if #text <= width then
        return text
    end
    return string.sub(
        text,
        1,
        math.max(width - 2, 0)
    ) .. string.sub("..", 1, width)
end

--- How long ago something was, as short as a list needs it: "now", "5m", "3h", "2d".
function exports.ageText(seconds)
    if seconds < 60 then
        return "now"
    end
    if seconds < 3600 then
        return string.format(
            "%dm",
            math.floor(seconds / 60)
        )
    end
    if seconds < 86400 then
        return string.format(
            "%dh",
            math.floor(seconds / 3600)
        )
    end
    return string.format(
        "%dd",
        math.floor(seconds / 86400)
    )
end

return exports
