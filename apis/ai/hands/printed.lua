-- What a program prints: on its screen as by any program, and as text of a bounded size.

local guarded = require("/apis/ai/hands/gate").guarded

local M = {}

--- The most bytes that are kept; what a model or a player reads of a run is less.
local MOST = 16000

--- Makes an empty one.
function M.makePrinted()
	return { pieces = {}, length = 0, isPrinting = false, row = 0 }
end

local function keep(printed, text)
	local room = MOST - printed.length
	if room <= 0 then
		return
	end
	printed.length = printed.length + #text
	table.insert(printed.pieces, #text > room and string.sub(text, 1, room) .. "\n.." or text)
end

--- All that was printed, ".." at its end where it was more than is kept.
function M.printedText(printed)
	return table.concat(printed.pieces)
end

--- Keeps what is drawn at a place, on a line of its own where it is in another row than what was drawn before.
local function keepDrawn(printed, row, text)
	if printed.isPrinting then
		return
	end
	if printed.row ~= row and printed.length > 0 then
		keep(printed, "\n")
	end
	printed.row = row
	keep(printed, text)
end

--- A terminal that passes everything on to another and keeps what is written.
--
-- @param gate with it the terminal ends
-- @param screen where it goes
function M.recorded(gate, printed, screen)
	local real = screen
	local own = {}
	for name, call in pairs(real) do
		if type(call) == "function" then
			own[name] = guarded(gate, call)
		end
	end
	for _, name in ipairs({ "write", "blit" }) do
		local draw = real[name]
		own[name] = guarded(gate, function(...)
			local text = select(1, ...)
			if type(text) == "string" or type(text) == "number" then
				local _, row = screen.getCursorPos()
				keepDrawn(printed, row, tostring(text))
			end
			return draw(...)
		end)
	end
	return own
end

--- `print`, `write`, `printError` and `read`.
function M.printFunctions(gate, printed)
	--- Prints a text that is kept as it is, and not as the screen breaks it into rows.
	local function show(call, text, ended)
		keep(printed, text .. ended)
		printed.isPrinting = true
		local ok, rows = pcall(call, text)
		printed.isPrinting = false
		local _, row = term.getCursorPos()
		printed.row = row
		if not ok then
			error(rows, 0)
		end
		return rows
	end
	local function joined(...)
		local values = table.pack(...)
		local texts = {}
		for at = 1, values.n do
			table.insert(texts, tostring(values[at]))
		end
		return table.concat(texts, "\t")
	end
	return {
		print = guarded(gate, function(...)
			return show(print, joined(...), "\n")
		end),
		printError = guarded(gate, function(...)
			return show(printError, joined(...), "\n")
		end),
		read = guarded(gate, function(...)
			printed.isPrinting = true
			local ok, line = pcall(read, ...)
			printed.isPrinting = false
			if not ok then
				error(line, 0)
			end
			keep(printed, tostring(line) .. "\n")
			return line
		end),
		write = guarded(gate, function(text)
			return show(write, tostring(text), "")
		end),
	}
end

return M
