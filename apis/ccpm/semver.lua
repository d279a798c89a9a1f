--- Versions and version ranges, as npm's semver reads them.
local M = {}
local match = string.match
local LARGEST = 9007199254740991
local MARKS = "  = ^ ~ ~> < <= > >= "

local function split(text)
	local parts = {}
	for part in string.gmatch(text .. ".", "(.-)%.") do
		if not match(part, "^[%w-]+$") or match(part, "^0%d+$") then return nil end
		parts[#parts + 1] = match(part, "^%d+$") and tonumber(part) or part
	end
	return parts
end

local function parse(text)
	local core, dash, rest = match(text:gsub("%+[%w.-]+$", ""), "^([%dxX*.]+)(%-?)(.*)$")
	local numbers = split((string.gsub(core or "", "[X*]", "x")))
	local prerelease = dash == "" and {} or split(rest or "")
	if not numbers or #numbers > 3 or not prerelease then return nil end
	if rest ~= "" and (dash == "" or #numbers < 3) then return nil end
	local parts = {}
	for _, part in ipairs(numbers) do
		if part == "x" then return parts end
		if type(part) == "string" or part > LARGEST then return nil end
		parts[#parts + 1] = part
	end
	for _, part in ipairs(prerelease) do parts[#parts + 1] = part end
	return parts
end

local function order(one, other)
	for index = 0, math.max(#one, #other) - 1 do
		local a, b = one[index + 1], other[index + 1]
		if a ~= b then
			if not a or not b then return (a == nil) == (index == 3) and 1 or -1 end
			local isNumber = type(a) == "number"
			if isNumber ~= (type(b) == "number") then return isNumber and -1 or 1 end
			return a < b and -1 or 1
		end
	end
	return 0
end

local function after(parts, place)
	local next = {0, 0, 0}
	for index = 0, place - 2 do next[index + 1] = parts[index + 1] end
	next[place] = parts[place] + 1
	return next
end

local function isIn(version, range)
	local isInAny = false
	for alternative in string.gmatch(range .. "||", "(.-)||") do
		local isInThis = true
		local isNamed = #version == 3
		local function limit(sign, parts)
			local place = order(version, parts) + 2
			if not sign:find(string.sub("<=>", place, place), 1, true) then isInThis = false end
			if #parts > 3 and order(after(parts, 3), after(version, 3)) == 0 then isNamed = true end
		end
		local hyphens = alternative:gsub("^%s*(%S+)%s+%-%s+(%S+)%s*$", ">=%1 <=%2")
		local text = hyphens:gsub("([<>=~^])%s+", "%1")
		for token in text:gmatch("%S+") do
			local mark, rest = match(token, "^([<>=~^]*)v?(.*)$")
			local low = parse(rest)
			if not low or not MARKS:find(" " .. mark .. " ", 1, true) then return nil end
			local given = math.min(#low, 3)
			local isWhole = given == 3
			local kind = mark:sub(1, 1)
			if given == 0 then
				if mark == "<" or mark == ">" then isInThis = false end
			else
				local place = given
				if kind == "~" and isWhole then place = 2 end
				if kind == "^" then
					place = 1
					while place < given and low[place] == 0 do place = place + 1 end
				end
				local high = after(low, place)
				for index = given, 2 do low[index + 1] = 0 end
				if mark == ">" then
					limit(isWhole and ">" or ">=", isWhole and low or high)
				elseif kind ~= "<" then
					limit(">=", low)
				end
				if not isWhole then low[4] = 0 end
				high[4] = 0
				if mark == "<" then
					limit("<", low)
				elseif isWhole and string.find("<=", kind, 1, true) then
					limit("<=", low)
				elseif kind ~= ">" then
					limit("<", high)
				end
			end
		end
		if isInThis and isNamed then isInAny = true end
	end
	return isInAny
end

function M.isVersion(text) return match(text, "^%d+%.%d+%.%d") ~= nil and parse(text) ~= nil end

function M.compare(a, b) return order(parse(a), parse(b)) end

function M.isRange(text) return isIn({0, 0, 0}, text) ~= nil end

function M.satisfies(version, range) return isIn(parse(version), range) == true end

return M
