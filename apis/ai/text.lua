--- Texts for a narrow screen.
local M = {}
local fold = require("/apis/ai/font").fold
M.fold = fold
local DEEPEST = 8
local REACH = 300
local PARTS = {
	{"^()([^*_`%[\\]+)"},
	{"^(`+)([^`].-)%f[`]%1%f[^`]", "code"},
	{"^(%*+)([^%s*].-)%1%f[^%w*]", "bold"},
	{"^(_+)([^%s_].-)%1%f[^%w_]", "bold"},
	{"^(%[)([^%[%]]+)%]%(<?([^%s()<>]*)[^()]*%)", "link"},
	{"^(\\)(%p)"},
	{"^()([*_`]+)"},
	{"^()(.)"}
}

local function addSpans(spans, text, style)
	local at = 1
	while at <= #text do
		local ahead = text:sub(at, at + REACH)
		local inWord = text:match("^%w[*_]", at - 1)
		for _, part in ipairs(PARTS) do
			local own = part[2]
			local _, stop, _, shown, address = ahead:find(part[1])
			if stop and (not inWord or own ~= "bold") then
				at = at + stop
				if own == "bold" or own == "link" then
					addSpans(spans, shown, own)
				else
					spans[#spans + 1] = {text = shown, style = own or style}
				end
				if own == "link" and address ~= shown then
					spans[#spans + 1] = {text = " (" .. address .. ")", style = own}
				end
				break
			end
		end
	end
	return spans
end

local function wrap(lead, source, style, width, emit)
	local spans = addSpans({}, source, style)
	local texts = {}
	for _, span in ipairs(spans) do texts[#texts + 1] = span.text end
	local text = table.concat(texts, "")
	local room = math.max(width - #lead, 1)
	local start = lead
	local at = 1
	local index = 0
	local used = 0
	repeat
		local row = {}
		if start ~= "" then row[#row + 1] = {text = start, style = style} end
		local ahead = text:sub(at, at + room)
		local space = ahead:find(" [^ ]*$")
		local isBroken = #ahead > room
		local left = isBroken and (space or room) or #ahead
		at = at + left
		while left > 0 do
			local span = spans[index + 1]
			local piece = span.text:sub(used + 1, used + left)
			left = left - #piece
			used = used + #piece
			if used == #span.text then
				index = index + 1
				used = 0
			end
			local end_ = left == 0 and isBroken and space and -2 or -1
			row[#row + 1] = {text = piece:sub(1, end_), style = span.style}
		end
		emit(row)
		start = lead:gsub("[^>]", " ")
	until not (at <= #text)
end

function M.markdown(source, width, emit)
	local gap
	local quote = ""
	local fence
	local function put(row)
		if gap == true then emit({}) end
		gap = false
		emit(row)
	end
	local function putText(line)
		local indent = line:match("^ *")
		local body = line:sub(#indent + 1):gsub(" +", " ")
		local heading = body:match("^##?#?#?#?#? (.*)$")
		local rule = body:match("^[-*_] ?[-*_] ?[-*_][-*_ ]*$")
		local row = body:match("^| ?(.-) ?|?$")
		local bullet = body:match("^[-*+] (.*)$")
		local number, item = body:match("^(%d%d?%d?[.)] )(.*)$")
		local style = quote == "" and "text" or "quote"
		local lead = quote .. indent:sub(1, DEEPEST)
		local text = heading or bullet or item or body
		if heading then style = "heading" end
		if rule then
			text = string.rep("-", width - #lead)
		elseif bullet then
			lead = lead .. string.char(7) .. " "
		elseif number then
			lead = lead .. number
		elseif row then
			text = row:gsub(" ?| ?", " | ")
		end
		if not row or not row:match("^[|: -]+$") then wrap(lead, text, style, width, put) end
	end
	local lines = source:gsub("\r\n?", "\n")
	for whole in string.gmatch(lines .. "\n", "([^\n]*)\n") do
		local folded = fold(whole)
		local quoted = string.match(fence and quote == "" and "" or folded, "^ *> ?(.*)$")
		local line = quoted or folded
		local ticks, info = line:match("^ *([`~][`~][`~]+)([^`]*)$")
		if not quoted and quote ~= "" then fence = nil end
		quote = quoted and "> " or ""
		if fence then
			if info == "" and ticks:sub(1, #fence) == fence then
				fence = nil
			else
				for at = 1, math.max(#line, 1), width do
					put({{text = line:sub(at, at + width - 1), style = "code"}})
				end
			end
		elseif ticks then
			fence = ticks
		elseif line:match("^ *$") then
			if gap ~= nil then gap = true end
		else
			putText(line)
		end
	end
end

function M.cut(text, width)
	if #text <= width then return text end
	return text:sub(1, math.max(width - 2, 0)) .. string.sub("..", 1, width)
end

function M.ageText(seconds)
	local minutes = math.floor(seconds / 60)
	if minutes < 1 then return "now" end
	if minutes < 60 then return minutes .. "m" end
	if minutes < 1440 then return math.floor(minutes / 60) .. "h" end
	return math.floor(minutes / 1440) .. "d"
end

return M
