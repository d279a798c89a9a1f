-- Reads values that come from outside by shapes (see shapes.ts): what it gives has the type that the shape says,
-- through and through, and is made of what the shape names alone. So the code behind it never asks what type a field
-- has.

local oneLine = require("/apis/trapos/utf8").oneLine

local M = {}

--- A word or two, as names of models, agents and tools are: two rows of a computer's screen.
local LONGEST_NAME = 100

--- A sentence or two: three rows and a bit.
local LONGEST_MESSAGE = 160

--- No path is longer on Linux, in bytes.
local LONGEST_PATH = 4096
local LONGEST_ID = 100

--- What somebody scrolls through, in bytes: more than 2,000 rows of a pocket computer.
local LONGEST_LONG = 65536

--- How far into a text of unknown length is looked.
local REACH = 4000

local function text(value)
	return type(value) == "string" and value or nil
end

--- A text to be shown: one line of it, so that it fits.
local function line(most)
	return function(value)
		return type(value) == "string" and oneLine(value, most) or nil
	end
end

--- A text of so many bytes that is whole or wrong.
local function within(most, pattern)
	return function(value)
		local given = text(value)
		if given == nil or #given > most then
			return nil
		end
		return (string.find(given, pattern)) ~= nil and given or nil
	end
end

--- The first byte of a character of UTF-8, or a byte that is none; and the bytes that go on with one.
local LEAD = "[^" .. string.char(128) .. "-" .. string.char(191) .. "]"
local TAIL = "[" .. string.char(128) .. "-" .. string.char(191) .. "]*"

--- A text of many lines, such as a command or a patch: whole as far as anybody reads, and cut where a character ends.
local function long(value)
	local given = text(value)
	if given == nil or #given <= LONGEST_LONG then
		return given
	end
	local start = string.sub(given, 1, LONGEST_LONG + 1)
	local endModule = string.find(start, LEAD .. TAIL .. "$")
	return string.sub(start, 1, (endModule or LONGEST_LONG + 1) - 1)
		.. "\n.. ("
		.. tostring(#given - LONGEST_LONG)
		.. " more bytes)"
end

local function boolean(value)
	if type(value) ~= "boolean" then
		return nil
	end
	return value
end

--- A number in a range. NaN and infinity are in none: JSON has no word for them, but 1e999 becomes one.
local function number(least, most)
	return function(value)
		local given = type(value) == "number" and value or nil
		return given ~= nil and given >= least and given <= most and given or nil
	end
end

--- Why something failed, as a message. Gateways answer with web pages: a page's title stands for it.
local function reason(value)
	local given = text(value)
	if given == nil then
		return nil
	end
	local start = string.sub(given, 1, REACH)
	local lower = string.lower(start)
	local page = (string.find(lower, "<!doctype html", 1, true)) or (string.find(lower, "<html", 1, true))
	if page == nil then
		return oneLine(given, LONGEST_MESSAGE)
	end
	local title = string.match(start, "<[tT][iI][tT][lL][eE][^>]*>%s*([^<]+)")
	return oneLine(string.sub(start, 1, page - 1) .. (title or "a web page"), LONGEST_MESSAGE)
end

local words = {
	text = text,
	long = long,
	name = line(LONGEST_NAME),
	message = line(LONGEST_MESSAGE),
	reason = reason,
	id = within(LONGEST_ID, "^[A-Za-z0-9][A-Za-z0-9._~-]*$"),
	folder = within(LONGEST_PATH, ""),
	boolean = boolean,
	time = number(0, 100000000000000),
	count = number(0, 1000000000000),
	amount = number(0, 1000000000),
	status = number(100, 999),
	present = function(value)
		return value ~= nil or nil
	end,
	any = function(value)
		return value
	end,
}

---
-- @param isWhole true where one wrong entry makes the whole wrong; else such entries are left out
local function readList(value, entry, isWhole)
	if type(value) ~= "table" then
		return nil
	end
	local given = value
	local last = 0
	for key in pairs(given) do
		if type(key) ~= "number" then
			return nil
		end
		if key > last then
			last = key
		end
	end
	local entries = {}
	for index = 1, last do
		local read = entry(given[index])
		if read ~= nil then
			entries[#entries + 1] = read
		elseif isWhole and given[index] ~= nil then
			return nil
		end
	end
	return not (last > 0 and #entries == 0) and entries or nil
end

local function readRecord(value, entry)
	if type(value) ~= "table" then
		return nil
	end
	local record = {}
	local isOther
	for name, given in pairs(value) do
		local read
		if type(name) == "string" then
			read = entry(given)
		end
		if read ~= nil then
			record[name] = read
		else
			isOther = true
		end
	end
	return not (isOther and (next(record)) == nil) and record or nil
end

local function readFields(value, fields)
	if type(value) ~= "table" then
		return nil
	end
	local record = {}
	for _, field in ipairs(fields) do
		local read = field.read(value[field.name])
		if read == nil and field.isNeeded then
			return nil
		end
		record[field.name] = read
	end
	return record
end

---
-- @param shape the word "choice" and texts, the first of which stands for all others
local function readChoice(value, shape)
	for place = 1, #shape - 1 do
		if value == shape[place + 1] then
			return shape[place + 1]
		end
	end
	return shape[2]
end

local function readerOf(shape)
	if type(shape) == "string" then
		return words[shape]
	end
	local kind, other, stand = unpack(shape, 1, 3)
	if type(kind) ~= "string" then
		local fields = {}
		for key, inner in pairs(shape) do
			local name, mark = string.match(key, "^(.-)(%??)$")
			fields[#fields + 1] = {
				name = name,
				isNeeded = mark == "",
				read = readerOf(inner),
			}
		end
		return function(value)
			return readFields(value, fields)
		end
	end
	if kind == "choice" then
		return function(value)
			return readChoice(value, shape)
		end
	end
	local entry = readerOf(other)
	if kind == "either" then
		return function(value)
			local read = entry(value)
			if read == nil then
				return stand
			end
			return read
		end
	end
	if kind == "record" then
		return function(value)
			return readRecord(value, entry)
		end
	end
	return function(value)
		return readList(value, entry, kind == "list")
	end
end

--- Makes what reads values by a shape.
--
-- @param shape any shape; see shapes.ts
-- @returns a function that gives what it read, or nothing where the value is of another shape
function M.reader(shape)
	return readerOf(shape)
end

return M
