--- Versions and version ranges, as npm's semver reads them.
local M = {}
local match = string.match
local LARGEST = 9007199254740991

local function split(text)
	local parts = {}
	for part in string.gmatch(text .. ".", "(.-)%.") do
		if not match(part, "^[%w-]+$") or match(part, "^0%d+$") then return nil end
		parts[#parts + 1] = match(part, "^%d+$") and tonumber(part) or part
	end
	return parts
end

local function parse(text)
	local core, prerelease, build = match(text, "^([%dxX*.]+)(%-?[^+]*)(%+?.*)$")
	local numbers = split((string.gsub(core or "", "%*", "x")))
	if not numbers or #numbers > 3 then return nil end
	local parts = {}
	local isWhole = true
	for _, part in ipairs(numbers) do
		local temp_0
		if type(part) == "string" then
			temp_0 = string.lower(part) ~= "x"
		else
			temp_0 = part > LARGEST
		end
		if temp_0 then return nil end
		if isWhole then isWhole = type(part) == "number" end
		if isWhole then parts[#parts + 1] = part end
	end
	if prerelease ~= "" then
		local more = match(prerelease, "^%-") ~= nil
			and #numbers == 3
			and split(string.sub(prerelease, 2))
		if more == false or not more then return nil end
		if isWhole then
			for _, part in ipairs(more) do parts[#parts + 1] = part end
		end
	end
	if build ~= "" then
		local zeros = string.gsub(string.sub(build, 2), "0", "1")
		if #numbers < 3 or not split(zeros) then return nil end
	end
	return parts
end

local function compareParts(a, b)
	for index = 0, math.max(#a, #b) - 1 do
		local one, other = a[index + 1], b[index + 1]
		if one ~= other then
			if not one or not other then return (one == nil) == (index == 3) and 1 or -1 end
			local isNumber = type(one) == "number"
			if isNumber ~= (type(other) == "number") then return isNumber and -1 or 1 end
			return one < other and -1 or 1
		end
	end
	return 0
end

local function next(parts, place)
	local bumped = {0, 0, 0}
	for index = 0, place - 1 do bumped[index + 1] = parts[index + 1] end
	bumped[place] = parts[place] + 1
	return bumped
end

local function test(range, version)
	local isInAny = false
	for alternative in string.gmatch(string.gsub(range, "||", "\n") .. "\n", "(.-)\n") do
		local text = string.gsub(alternative, "^%s*(%S+)%s+%-%s+(%S+)%s*$", ">=%1 <=%2")
		text = string.gsub(text, "([<>=~^])%s+", "%1")
		local isIn = true
		local isNamed = #version == 3
		local function check(limit, isRight)
			if not isRight(compareParts(version, limit)) then isIn = false end
			if #limit > 3 and compareParts(next(limit, 3), next(version, 3)) == 0 then
				isNamed = true
			end
		end
		for token in string.gmatch(text, "%S+") do
			local mark, rest = match(token, "^([<>~^]?[>=]?)[v=]*(.*)$")
			local low = parse(rest)
			if not low then return nil end
			local given = math.min(#low, 3)
			local place = given
			if mark == "^" then
				place = 1
				while place < given and low[place] == 0 do place = place + 1 end
			elseif mark == "~" or mark == "~>" then
				place = math.min(given, 2)
			end
			local high = given ~= 0 and next(low, place) or nil
			for index = given, 2 do low[index + 1] = 0 end
			check(low, function(order) return order >= 0 end)
			if high then check(high, function(order) return order < 0 end) end
		end
		if isIn and isNamed then isInAny = true end
	end
	return isInAny
end

function M.isVersion(text) return match(text, "^%d+%.%d+%.%d") ~= nil and parse(text) ~= nil end

function M.compare(a, b) return compareParts(parse(a), parse(b)) end

function M.isRange(text) return test(text, {0, 0, 0}) ~= nil end

function M.satisfies(version, range)
	return M.isVersion(version) and test(range, parse(version)) == true
end

return M
