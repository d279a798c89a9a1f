-- Versions and version ranges, as npm's semver reads them.

local M = {}
local match = string.match

--- The largest number that Lua and JavaScript hold exactly, 2^53 - 1; npm refuses larger ones, too.
local LARGEST = 9007199254740991

--- Every mark of a range with a space on both sides; the first is none.
local MARKS = "  = ^ ~ ~> < <= > >= "

--- Splits at dots. Undefined where a part is empty, of other characters, or a number with a leading zero.
local function split(text)
	local parts = {}
	for part in string.gmatch(text .. ".", "(.-)%.") do
		if (match(part, "^[%w-]+$")) == nil or (match(part, "^0%d+$")) ~= nil then
			return nil
		end
		parts[#parts + 1] = (match(part, "^%d+$")) == nil and part or tonumber(part)
	end
	return parts
end

--- Reads a version, whole or partial ("1.2", "1.x", "*"); builds and what follows an "x" count for nothing.
local function parse(text)
	local core, dash, rest = match((string.gsub(text, "%+[%w.-]+$", "")), "^([%dxX*.]+)(%-?)(.*)$")
	local numbers = split((string.gsub(core or "", "[X*]", "x")))
	local prerelease = dash == "" and {} or split(rest or "")
	if numbers == nil or #numbers > 3 or prerelease == nil then
		return nil
	end
	if rest ~= "" and (dash == "" or #numbers < 3) then
		return nil
	end
	local parts = {}
	for _, part in ipairs(numbers) do
		if part == "x" then
			return parts
		end
		if type(part) == "string" or part > LARGEST then
			return nil
		end
		parts[#parts + 1] = part
	end
	for _, part in ipairs(prerelease) do
		parts[#parts + 1] = part
	end
	return parts
end

--- Compares the first `count` parts, or all: "<" when the first version comes first, ">" when the second does, "=".
local function order(one, other, count)
	for index = 0, math.min(count or 99, math.max(#one, #other)) - 1 do
		local a, b = one[index + 1], other[index + 1]
		if a ~= b then
			local isBefore = type(a) == "number"

			-- A version comes after its prereleases, but a longer prerelease after a shorter one.
			if a == nil or b == nil then
				isBefore = a == nil ~= (index == 3)
			elseif isBefore == (type(b) == "number") then
				isBefore = a < b
			end
			return isBefore and "<" or ">"
		end
	end
	return "="
end

--- Reads a condition; undefined where it is none.
local function readCondition(token)
	local mark, rest = match(token, "^([<>=~^]*)v?(.*)$")
	local parts = parse(rest)
	if parts == nil or (string.find(MARKS, " " .. mark .. " ", 1, true)) == nil then
		return nil
	end
	return { mark = mark, parts = parts }
end

--- Reads the conditions of one alternative, all of which have to hold; undefined where one is none.
local function readAlternative(text)
	local hyphens = string.gsub(text, "^%s*(%S+)%s+%-%s+(%S+)%s*$", ">=%1 <=%2")
	local joined = string.gsub(hyphens, "([<>=~^])%s+", "%1")
	local conditions = {}
	for token in string.gmatch(joined, "%S+") do
		local condition = readCondition(token)
		if condition == nil then
			return nil
		end
		conditions[#conditions + 1] = condition
	end
	return conditions
end

--- Reads a range as its alternatives, one of which has to hold; undefined where it is none.
local function readRange(range)
	local alternatives = {}
	for text in string.gmatch(range .. "||", "(.-)||") do
		local alternative = readAlternative(text)
		if alternative == nil then
			return nil
		end
		alternatives[#alternatives + 1] = alternative
	end
	return alternatives
end

--- How many parts of a condition's version count; undefined for all.
local function countOf(condition)
	local parts = condition.parts
	local given = math.min(#parts, 3)
	if string.sub(condition.mark, 1, 1) == "~" then
		return math.min(given, 2)
	end
	if condition.mark == "^" then
		local count = math.min(given, 1)
		while count < given and parts[count] == 0 do
			count = count + 1
		end
		return count
	end
	return given < 3 and given or nil
end

--- The least version of a condition: "1" begins with 1.0.0 and not with its prereleases, as does what comes after ">0".
local function leastOf(condition)
	local least = {}
	for _, part in ipairs(condition.parts) do
		least[#least + 1] = part
	end
	local given = math.min(#least, 3)
	if condition.mark == ">" and given < 3 then
		least[given] = least[given] + 1
	end
	for index = given, 2 do
		least[index + 1] = 0
	end
	return least
end

local function holds(version, condition)
	local signs = (match(condition.mark, "^[<>]=?")) or "="
	local sign = order(version, condition.parts, countOf(condition))
	if (string.find(signs, sign, 1, true)) == nil then
		return false
	end
	local isFromBelow = #condition.parts == 0 or string.sub(signs, 1, 1) == "<"
	return isFromBelow or order(version, leastOf(condition)) ~= "<"
end

local function isInAlternative(version, conditions)
	-- A prerelease is in a range only where that names a prerelease of the same version.
	local isNamed = #version == 3
	for _, condition in ipairs(conditions) do
		if not holds(version, condition) then
			return false
		end
		local parts = condition.parts
		if #parts > 3 and order(version, parts, 3) == "=" then
			isNamed = true
		end
	end
	return isNamed
end

--- Whether a text is a version: three numbers, perhaps a prerelease and a build ("1.2.3-beta.1+build").
--
-- @param text any text
-- @returns true for a version
function M.isVersion(text)
	return (match(text, "^%d+%.%d+%.%d")) ~= nil and parse(text) ~= nil
end

--- Compares two versions.
--
-- @param a a version
-- @param b another
-- @returns -1 when `a` comes before `b`, 1 when it comes after it, 0 otherwise: builds have no order
function M.compare(a, b)
	return (string.find("<=>", order(parse(a), parse(b)), 1, true)) - 2
end

--- Whether a text is a version range as npm reads it: `^1.2.0`, `~1.2`, `1.x`, `>=1 <2`, `1.2 - 1.4`, `^1 || ^2`, `*`.
--
-- @param text any text
-- @returns true for a range
function M.isRange(text)
	return readRange(text) ~= nil
end

--- Whether a version is in a range.
--
-- @param version a version
-- @param range a version range
-- @returns false, too, for a range that is none
function M.satisfies(version, range)
	local parts = parse(version)
	for _, alternative in ipairs(readRange(range) or {}) do
		if isInAlternative(parts, alternative) then
			return true
		end
	end
	return false
end

return M
