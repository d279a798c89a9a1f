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

local function order(one, other, count)
	for index = 0, math.min(count or 99, math.max(#one, #other)) - 1 do
		local a, b = one[index + 1], other[index + 1]
		if a ~= b then
			local isBefore = type(a) == "number"
			if not a or not b then
				isBefore = (a == nil) ~= (index == 3)
			elseif isBefore == (type(b) == "number") then
				isBefore = a < b
			end
			return isBefore and "<" or ">"
		end
	end
	return "="
end

local function isIn(version, range)
	local isInAny = false
	for alternative in string.gmatch(range .. "||", "(.-)||") do
		local isInThis = true
		local isNamed = #version == 3
		local hyphens = alternative:gsub("^%s*(%S+)%s+%-%s+(%S+)%s*$", ">=%1 <=%2")
		local text = hyphens:gsub("([<>=~^])%s+", "%1")
		for token in text:gmatch("%S+") do
			local mark, rest = match(token, "^([<>=~^]*)v?(.*)$")
			local parts = parse(rest)
			if not parts or not MARKS:find(" " .. mark .. " ", 1, true) then return nil end
			if #parts > 3 and order(version, parts, 3) == "=" then isNamed = true end
			local given = math.min(#parts, 3)
			local count = given < 3 and given or nil
			if mark:sub(1, 1) == "~" then count = math.min(given, 2) end
			if mark == "^" then
				count = math.min(given, 1)
				while count < given and parts[count] == 0 do count = count + 1 end
			end
			local signs = match(mark, "^[<>]=?") or "="
			if not signs:find(order(version, parts, count), 1, true) then isInThis = false end
			if given > 0 and signs:sub(1, 1) ~= "<" then
				if mark == ">" and given < 3 then parts[given] = parts[given] + 1 end
				for index = given, 2 do parts[index + 1] = 0 end
				if order(version, parts) == "<" then isInThis = false end
			end
		end
		if isInThis and isNamed then isInAny = true end
	end
	return isInAny
end

function M.isVersion(text) return match(text, "^%d+%.%d+%.%d") ~= nil and parse(text) ~= nil end

function M.compare(a, b) return string.find("<=>", order(parse(a), parse(b)), 1, true) - 2 end

function M.isRange(text) return isIn({0, 0, 0}, text) ~= nil end

function M.satisfies(version, range) return isIn(parse(version), range) == true end

return M
