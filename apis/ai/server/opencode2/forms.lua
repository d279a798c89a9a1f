-- Forms, by which opencode 2 asks questions and the tools of MCP servers ask for what they need: as the questions that a
-- person is asked, and what these have answered as the form takes it. Pure.

local askName = require("/apis/ai/server/opencode2/asks").askName

local M = {}
local YES = "Yes"
local NO = "No"

--- Where something is to be done elsewhere: in a browser.
local DONE = "Done"

--- The fields that somebody is to fill in.
local function shownFields(form)
	local shown = {}
	for _, field in ipairs(form.fields or {}) do
		if field.hidden ~= true then
			shown[#shown + 1] = field
		end
	end
	return shown
end

--- What a field asks.
local function wordsOf(field)
	local words = field.description or field.title or field.key
	return field.url == nil and words or words .. "\n" .. field.url
end

--- What a field asks, and what may be answered.
local function itemOf(field)
	local question = wordsOf(field)
	local header = field.title
	local typeModule = field.type
	if typeModule == "boolean" then
		return {
			question = question,
			header = header,
			options = { { label = YES }, { label = NO } },
			custom = false,
		}
	end
	if typeModule == "number" or typeModule == "integer" then
		return { question = question, header = header, custom = true, kind = typeModule }
	end
	if typeModule ~= "string" and typeModule ~= "multiselect" then
		return { question = question, header = header, options = { { label = DONE } }, custom = false }
	end
	local options = {}
	for _, option in ipairs(field.options or {}) do
		options[#options + 1] = { label = option.label, description = option.description }
	end
	local custom = field.custom == true or #options == 0
	return {
		question = question,
		header = header,
		options = options,
		multiple = typeModule == "multiselect",
		custom = custom,
	}
end

--- A form that waits as the questions that it asks, by a name that tells its route.
function M.questionOf(form)
	local questions = {}
	for _, field in ipairs(shownFields(form)) do
		questions[#questions + 1] = itemOf(field)
	end
	if #questions == 0 then
		local words = form.title or "A web page is to be opened."
		local question = form.url == nil and words or words .. "\n" .. form.url
		questions[#questions + 1] = { question = question, options = { { label = DONE } }, custom = false }
	end
	local callID = form.metadata and form.metadata.callID
	local id = askName(form.id, form.sessionID)
	if callID == nil then
		return { id = id, sessionID = form.sessionID, questions = questions }
	end
	return { id = id, sessionID = form.sessionID, questions = questions, tool = { callID = callID } }
end

--- What stands for a label: the value of the option that has it, or itself.
local function valueOf(field, label)
	for _, option in ipairs(field.options or {}) do
		if option.label == label then
			return option.value
		end
	end
	return label
end

--- Whether a condition holds for what is filled in so far. One on a field that is not filled in does not.
local function holds(condition, answers)
	local given = answers[condition.key]
	if given == nil then
		return false
	end
	local isEqual = given == condition.value
	if type(given) == "table" then
		for _, one in ipairs(given) do
			if one == condition.value then
				isEqual = true
			end
		end
	end
	return isEqual == (condition.op ~= "neq")
end

--- Whether a field is to be filled in.
local function isActive(field, answers)
	for _, condition in ipairs(field.when or {}) do
		if not holds(condition, answers) then
			return false
		end
	end
	return true
end

--- Reads what a field of numbers is filled in with.
local function numberOf(field, text, toNumber)
	local value = toNumber(text)

	-- What is endless in Lua, as 1e999, has no word in JSON: taken from itself it is no number.
	if value == nil or value - value ~= 0 then
		return nil
	end
	if field.type == "integer" and value % 1 ~= 0 then
		return nil
	end
	return value
end

--- What a field is filled in with; nothing where it does not take that, or has nothing to be filled in.
local function fieldValue(field, labels, toNumber)
	local first = labels[1]
	local typeModule = field.type
	if typeModule == "boolean" then
		return first == YES
	end
	if typeModule == "number" or typeModule == "integer" then
		return numberOf(field, first, toNumber)
	end
	if typeModule == "string" then
		return valueOf(field, first)
	end
	if typeModule ~= "multiselect" then
		return nil
	end
	local values = {}
	for _, label in ipairs(labels) do
		values[#values + 1] = valueOf(field, label)
	end
	return values
end

--- Fills in a form.
--
-- @param form as the server has it
-- @param chosen for each of its questions the labels that were chosen, or own words; what is empty is left out
-- @param toNumber reads a number; nothing where a text is none
function M.fillIn(form, chosen, toNumber)
	local answers = {}
	local problem
	local count = 0
	for _, field in ipairs(shownFields(form)) do
		local labels = chosen[count + 1] or {}
		count = count + 1
		if #labels > 0 and isActive(field, answers) then
			local value = fieldValue(field, labels, toNumber)
			answers[field.key] = value
			local isNumber = field.type == "number" or field.type == "integer"
			if value == nil and isNumber and problem == nil then
				problem = tostring(labels[1])
					.. " is not "
					.. (field.type == "number" and "a number" or "a whole number")
			end
		end
	end
	return { answers = answers, problem = problem }
end

return M
