-- Sends what this computer's screen shows to a bridge that watches it, where its player has allowed that.

local notices = require("/apis/trapos/notices")
local LOOK, ROWS = notices.LOOK, notices.ROWS
local say = require("/apis/ai/link/conversation").say
local MESSAGE = require("/apis/ai/link/names").MESSAGE

local M = {}

--- Seconds between two screens.
local PAUSE = 1

--- What IBM's code page 437 has below 32, and CC's font, too, as code points; a blank where that has one.
local SYMBOLS = "20 263A 263B 2665 2666 2663 2660 2022 25D8 20 20 2642 2640 20 266A 266B "
	.. "25BA 25C4 2195 203C B6 A7 25AC 21A8 2191 2193 2192 2190 221F 2194 25B2 25BC"

--- The first of Unicode's sextants. They leave out what older characters are: the left half.
local SEXTANTS = 129792
local LEFT_HALF = 21
local LEFT_HALF_BLOCK = 9612

--- Each character of CC's font that is not ASCII, as UTF-8.
local characters = {}
for code = 160, 255 do
	characters[string.char(code)] = utf8.char(code)
end

-- As the font has them: a blank like any, and a hyphen that is seen.
characters[string.char(160)] = " "
characters[string.char(173)] = "-"
for pattern = 0, 31 do
	local code = SEXTANTS + pattern - 1
	if pattern == 0 then
		code = 32
	elseif pattern == LEFT_HALF then
		code = LEFT_HALF_BLOCK
	elseif pattern > LEFT_HALF then
		code = code - 1
	end
	characters[string.char(128 + pattern)] = utf8.char(code)
end
characters["\127"] = utf8.char(9618)
local place = 0
for code in string.gmatch(SYMBOLS, "%x+") do
	characters[string.char(place)] = utf8.char(tonumber(code, 16))
	place = place + 1
end

--- A text in CC's font as UTF-8, a character for each byte.
local function asUtf8(text)
	return (string.gsub(text, "[^ -~]", characters))
end

--- Whether the player has allowed it.
local function isShared()
	return settings.get("opencc.share_screen") == true
end

--- Sends a screen, or that nobody has allowed that.
local function send(rows)
	local sent = {}
	for _, value in ipairs(rows or {}) do
		local text = value[1]
		local colours = value[2]
		local grounds = value[3]
		table.insert(sent, {
			asUtf8(text),
			colours,
			grounds,
		})
	end
	if rows == nil then
		say({ type = "screen" })
	else
		say({ type = "screen", rows = sent })
	end
end

--- All that rows show, to tell whether it is something else.
local function wholeOf(rows)
	local parts = {}
	for _, row in ipairs(rows) do
		table.insert(parts, table.concat(row, "\n"))
	end
	return table.concat(parts, "\n")
end

--- What stands for a screen that is not shown.
local HIDDEN = "hidden"

--- Sends what the screen shows while it is watched, at once and then where it has changed, for ever.
function M.keepShowing()
	local untilModule = 0
	local last
	local timer
	local function look()
		timer = nil
		if os.clock() >= untilModule then
			return
		end
		if isShared() then
			os.queueEvent(LOOK)
		elseif last ~= HIDDEN then
			last = HIDDEN
			send()
		end
		timer = os.startTimer(PAUSE)
	end
	while true do
		local event, first = os.pullEventRaw()
		if event == MESSAGE and first.type == "watch" then
			untilModule = os.clock() + first.seconds
			last = nil

			-- One was sent within the last second: the next is due in time.
			if timer == nil then
				look()
			end
		elseif event == "timer" and first == timer then
			look()
		elseif event == ROWS and os.clock() < untilModule and isShared() then
			local rows = first
			local whole = wholeOf(rows)
			if whole ~= last then
				send(rows)
			end
			last = whole
		end
	end
end

return M
