-- What a command prints with `--json`: one object, for programs that read it from the screen.

local encode = require("/apis/trapos/json").encode

local M = {}

--- The characters of UTF-8 from two bytes on; what is no UTF-8 is left as it is.
local BEYOND_ASCII = "["
	.. string.char(194)
	.. "-"
	.. string.char(244)
	.. "]["
	.. string.char(128)
	.. "-"
	.. string.char(191)
	.. "]+"

--- A character as JSON escapes it, which is in ASCII (RFC 8259, section 7).
local function escaped(code)
	if code < 65536 then
		return string.format("\\u%04x", code)
	end
	local beyond = code - 65536
	return string.format("\\u%04x\\u%04x", 55296 + math.floor(beyond / 1024), 56320 + beyond % 1024)
end

--- JSON in ASCII alone: the screen has a font of its own.
local function inAscii(json)
	return (
		string.gsub(json, BEYOND_ASCII, function(bytes)
			local ok, code = pcall(utf8.codepoint, bytes)

			-- Bytes that are no character show as the sign for that.
			return escaped(ok and code or 65533)
		end)
	)
end

--- Prints an object in rows that, put together, are its JSON: no blank is lost where a row ends.
local function printObject(object)
	local json = inAscii(encode(object))
	local width = term.getSize()
	local rows = 0
	for at = 1, #json, width do
		term.write(string.sub(json, at, at + width - 1))
		print()
		rows = rows + 1

		-- A program that prints for 7 s without a pause is stopped.
		if rows % 100 == 0 then
			sleep(0)
		end
	end
end

--- Prints that a command succeeded: `{"ok":true,"value":...}`.
function M.succeed(value)
	printObject({ ok = true, value = value })
end

--- Prints that a command failed: `{"ok":false,"code":...,"message":...,"hint":...}`, and what there is of a text.
function M.fail(failure)
	printObject({
		ok = false,
		code = failure.code,
		message = failure.message,
		hint = failure.hint,
		text = failure.text,
	})
end

return M
