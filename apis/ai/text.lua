--- Texts for a narrow screen.
local M = {}
local fold = require("/apis/ai/font").fold
M.fold = fold
local DEEPEST = 8
local BULLET = string.char(7) .. " "
local REACH = 300
local match = string.match

local function wrap(spans, width, first, emit)
	local texts = {}
	for _, span in ipairs(spans) do texts[#texts + 1] = span.text end
	local text = table.concat(texts, "")
	local room = math.max(width - #first, 1)
	local prefix = first
	local at = 1
	local index = 0
	local used = 0
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
	while true do
		local row = prefix == "" and {} or {{text = prefix, style = "text"}}
		local ahead = string.sub(text, at, at + room)
		local stop = string.find(ahead, "\n", 1, true)
		if not stop and #ahead > room then
			local _, space = string.find(ahead, "^.*[^ ] ")
			stop = space
		end
		local size = not stop and math.min(room, #ahead) or stop - 1
		take(size, row)
		if stop then take(1, {}) end
		emit(row)
		if at > #text then return end
		prefix = string.rep(" ", #first)
	end
end

local function addSpans(spans, text, style)
	local at = 1
	while at <= #text do
		local mark = string.sub(text, at, at)
		local ahead = string.sub(text, at, at + REACH)
		local plain = match(text, "^[^*_`%[\\]+", at)
		local marked = match(text, "^[*_`]+", at)
		local code, _, inCode = match(ahead, "^((`+)([^`].-)%f[`]%2)%f[^`]")
		local link, words, url = match(ahead, "^(%[%**`?([^%[%]]-)`?%**%]%(<?([^%s()<>]*)[^()]*%))")
		local escaped, character = match(ahead, "^(\\(%p))")
		local marks = mark == "_" and "^((_+)([^%s_].-)%2)%f[^%w_]"
			or "^((%*+)([^%s*].-)%2)%f[^%w*]"
		local inWord = match(text, "^%w[*_]", at - 1)
		local strong, _, inStrong = match(not inWord and ahead or "", marks)
		local span = {
			text = fold(inCode or words or character or plain or marked or mark),
			style = style
		}
		if code then span.style = "code" end
		if link then span.style = "link" end
		if link and words ~= url then span.text = span.text .. fold(" (" .. url .. ")") end
		if strong then
			addSpans(spans, inStrong, "bold")
		else
			spans[#spans + 1] = span
		end
		at = at + #(strong or code or link or escaped or plain or marked or mark)
	end
	return spans
end

function M.markdown(source, width, emit)
	local quote = ""
	local room = width
	local gap
	local inList = false
	local fence
	local fenceIndent = 0
	local paragraph = {}
	local first = ""
	local function put(row)
		if gap == true then emit({}) end
		gap = false
		local whole = quote == "" and {} or {{text = quote, style = "quote"}}
		for _, span in ipairs(row) do whole[#whole + 1] = span end
		emit(whole)
	end
	local function putCode(line)
		local code = fold(line)
		for at = 1, math.max(#code, 1), room do
			local piece = string.sub(code, at, at + room - 1)
			put({{text = piece, style = "code"}})
		end
	end
	local function flush()
		if #paragraph > 0 then
			local joined = table.concat(paragraph, " ")
			local text = string.gsub(joined, "\n ", "\n")
			local spans = addSpans({}, text, quote == "" and "text" or "quote")
			wrap(spans, room, first, put)
		end
		paragraph = {}
	end
	local function readText(line, indent)
		local trimmed = match(line, "^.*%S", indent + 1)
		local body = string.gsub(trimmed, " +", " ")
		local above = paragraph[#paragraph]
		local row = match(body, "^| ?(.-) ?|?$")
		local ticks = match(body, "^([`~][`~][`~]+)[^`]*$")
		local heading = match(body, "^##?#?#?#?#? ")
		local rule = match(body, "^[-*_] ?[-*_] ?[-*_][-*_ ]*$")
		local bullet = match(body, "^[-*+] ")
		local number = match(body, "^%d%d?%d?[.)] ")
		local item = bullet or number or ""
		if row then
			flush()
			local cells = string.gsub(row, " *| *", " | ")
			if not match(row, "^[|: -]+$") then wrap(addSpans({}, cells, "text"), room, "", put) end
			return
		end
		if not above or item ~= "" or ticks or heading or rule then flush() end
		if heading then
			local title = string.sub(body, #heading + 1)
			wrap(addSpans({}, title, "heading"), room, "", put)
		elseif rule then
			local dashes = string.rep("-", room)
			put({{text = dashes, style = "quote"}})
		elseif ticks then
			fence = ticks
			fenceIndent = indent
		else
			if #paragraph == 0 then
				inList = item ~= "" or inList and indent > 0
				local depth = inList and math.min(indent, DEEPEST) or 0
				first = string.rep(" ", depth)
				if item ~= "" then first = first .. (number or BULLET) end
			end
			local lineBreak = match(line, "  $")
			paragraph[#paragraph + 1] = string.sub(body, #item + 1)
				.. (not lineBreak and "" or "\n")
		end
	end
	local text = string.gsub(source, "\r\n?", "\n")
	text = string.gsub(text, "\t", "  ")
	for whole in string.gmatch(text .. "\n", "([^\n]*)\n") do
		local quoted = match(fence and quote == "" and "" or whole, "^ ? ? ?> ?(.*)$")
		local prefix = not quoted and "" or "> "
		if prefix ~= quote then
			flush()
			fence = nil
			inList = false
			quote = prefix
			room = math.max(width - #prefix, 1)
		end
		local line = quoted or whole
		local indent = #match(line, "^ *")
		local end_ = match(line, "^ *([`~]+) *$")
		if fence then
			local code = math.min(indent, fenceIndent) + 1
			if string.sub(end_ or "", 1, #fence) == fence then
				fence = nil
			else
				putCode(string.sub(line, code))
			end
		elseif indent == #line then
			flush()
			if gap ~= nil then gap = true end
		elseif indent >= 4 and not inList and #paragraph == 0 then
			putCode(string.sub(line, 5))
		else
			readText(line, indent)
		end
	end
	flush()
end

function M.cut(text, width)
	if #text <= width then return text end
	local kept = math.max(width - 2, 0)
	return string.sub(text, 1, kept) .. string.sub("..", 1, width)
end

function M.ageText(seconds)
	if seconds < 60 then return "now" end
	if seconds < 3600 then return string.format("%dm", math.floor(seconds / 60)) end
	if seconds < 86400 then return string.format("%dh", math.floor(seconds / 3600)) end
	return string.format("%dd", math.floor(seconds / 86400))
end

return M
