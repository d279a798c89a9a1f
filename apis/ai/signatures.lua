-- What the functions of libai take, and what is said of an argument that is something else. Pure.

local problemWithSchema = require("/apis/ai/schema").problemWithSchema

local M = {}

--- A value of which it can be told whether it fits.
local function kind(words, fits, luaType)
	return function(where, value)
		return not (type(value) == luaType and fits(value)) and where .. " must be " .. words or nil
	end
end

local function always()
	return true
end

--- A table whose fields are looked at, each where it is given. Fields of other names are let through.
local function fields(words, checks, needed)
	return function(where, value)
		if type(value) ~= "table" then
			return where .. " must be " .. words
		end
		local given = value
		for _, name in ipairs(needed) do
			local problem = checks[name](where .. "." .. name, given[name])
			if problem ~= nil then
				return problem
			end
		end
		for name, check in pairs(checks) do
			local problem = given[name] ~= nil and check(where .. "." .. name, given[name]) or nil
			if problem ~= nil then
				return problem
			end
		end
		return nil
	end
end

local text = kind("a text", always, "string")
local name = kind("a text that is not empty", function(value)
	return value ~= ""
end, "string")
local flag = kind("true or false", always, "boolean")
local act = kind("a function", always, "function")
local model = kind("a text, like provider/model", function(value)
	return value ~= ""
end, "string")
local seconds = kind("a number of seconds above 0", function(value)
	return value > 0
end, "number")
local count = kind("a whole number from 1 on", function(value)
	return value >= 1 and value % 1 == 0
end, "number")
local period = kind('"session", "today" or "all"', function(value)
	return value == "session" or value == "today" or value == "all"
end, "string")
local REPLIES = { once = true, always = true, reject = true }
local reply = kind("once, always or reject", function(value)
	return REPLIES[value] == true
end, "string")
local policy = kind("ask, once, always or reject", function(value)
	return value == "ask" or REPLIES[value] == true
end, "string")

--- A list of which each entry is looked at.
local function list(words, check)
	return function(where, value)
		if type(value) ~= "table" then
			return where .. " must be " .. words
		end
		for place, entry in ipairs(value) do
			local problem = check(where .. "[" .. tostring(place) .. "]", entry)
			if problem ~= nil then
				return problem
			end
		end
		return nil
	end
end

--- What every call takes that waits for a turn.
local waiting = {
	idleTimeout = seconds,
	onProgress = act,
	log = act,
	onPermission = act,
	onQuestion = act,
	onTool = act,
	onText = act,
	onReasoning = act,
	permission = policy,
}
local asking = {
	session = name,
	newSession = flag,
	model = model,
	agent = name,
	variant = name,
	system = text,
	files = list("a list of paths", name),
	schema = function(where, value)
		return problemWithSchema(value, where)
	end,
}
for option, check in pairs(waiting) do
	asking[option] = check
end

local function groupNames(where, value)
	local problem = where .. " must be a list of names of groups"
	if type(value) ~= "table" then
		return problem
	end
	for _, group in ipairs(value) do
		if type(group) ~= "string" then
			return problem
		end
	end
	return nil
end

local luaOptions = {
	approve = act,
	allow = groupNames,
	onNotAllowed = act,
	timeout = seconds,
	retries = kind("a whole number from 0 on", function(value)
		return value >= 0 and value % 1 == 0
	end, "number"),
}
for option, check in pairs(asking) do
	luaOptions[option] = check
end
local inSession = { session = name }
for option, check in pairs(waiting) do
	inSession[option] = check
end
local waitOptions = fields("a table of options", waiting, {})
local sessionOptions = fields("a table of options", inSession, {})
local askOptions = fields("a table of options", asking, {})

--- Lists of texts, one for each question.
local function answers(where, value)
	local problem = where .. " must be a list of labels for each question"
	if type(value) ~= "table" then
		return problem
	end
	for _, labels in ipairs(value) do
		if type(labels) ~= "table" then
			return problem
		end
		for _, label in ipairs(labels) do
			if type(label) ~= "string" then
				return problem
			end
		end
	end
	return nil
end

--- Kinds of arguments, for functions whose signatures stand elsewhere.
M.kinds = {
	kind = kind,
	fields = fields,
	text = text,
	name = name,
	flag = flag,
	act = act,
	model = model,
	count = count,
}
local signatures = {
	ask = { { "prompt", text }, { "options?", askOptions } },
	askAsync = { { "prompt", text }, { "options?", askOptions } },
	run = {},
	luaExec = {
		{ "prompt", text },
		{
			"options",
			fields("a table of options", luaOptions, { "approve" }),
		},
	},
	ping = { { "options?", askOptions } },
	health = {},
	listSessions = {
		{
			"options?",
			fields("a table of options", { limit = count, search = text }, {}),
		},
	},
	newSession = { {
		"options?",
		fields("a table of options", { title = text }, {}),
	} },
	useSession = { { "id", name } },
	currentSession = {},
	session = { { "id?", name } },
	clearSession = {},
	abort = { { "session?", name }, { "options?", waitOptions } },
	resume = { { "options?", sessionOptions } },
	last = { { "session?", name } },
	doctor = {
		{
			"options?",
			fields("a table of options", { ping = flag, onStart = act, onCheck = act }, {}),
		},
	},
	messages = {
		{
			"options?",
			fields("a table of options", { session = name, limit = count }, {}),
		},
	},
	models = {},
	chooseModel = { { "model?", name } },
	agents = {},
	chooseAgent = { { "agent?", name } },
	variants = {},
	chooseVariant = { { "variant?", name } },
	commands = {},
	rename = { { "title", name }, { "session?", name } },
	delete = { { "session", name } },
	fork = { { "session?", name } },
	share = { { "session?", name } },
	unshare = { { "session?", name } },
	undo = { { "session?", name } },
	redo = { { "session?", name } },
	todo = { { "session?", name } },
	diff = { { "session?", name } },
	usage = {
		{
			"options?",
			fields("a table of options", { of = period, session = name }, {}),
		},
	},
	compact = { { "options?", sessionOptions } },
	shell = { { "line", name }, { "options?", sessionOptions } },
	runCommand = { { "name", name }, { "text?", text }, { "options?", askOptions } },
	status = {},
	permissions = {},
	answerPermission = { { "id", name }, { "reply", reply }, { "message?", text } },
	questions = {},
	answerQuestion = { { "id", name }, { "answers?", answers } },
}

--- Looks at what a function of libai was called with.
--
-- @param ai the table that it was called on, to tell `ai:ask()` from `ai.ask()`
-- @param called the function's name
-- @param given its arguments
-- @param parameters what it takes, where that does not stand here
-- @returns what is wrong, as "ask: options.model must be a text, like provider/model", or nothing
function M.problemWith(ai, called, given, parameters)
	if parameters == nil then
		parameters = signatures[called]
	end
	if given[1] == ai then
		return called .. ": call it with a dot, as ai." .. called .. "(...)"
	end
	for place, parameter in ipairs(parameters) do
		local value = given[place]
		local where, mark = string.match(parameter[1], "^(%w+)(%??)$")
		local isLeftOut = mark ~= "" and value == nil
		local problem = not isLeftOut and parameter[2](where, value) or nil
		if problem ~= nil then
			return called .. ": " .. problem
		end
	end
	return nil
end

local storeOfSettings = fields(
	"a table like CC's settings",
	{ get = act, set = act, unset = act, save = act },
	{ "get", "set", "unset" }
)
local disk = fields("a table like CC's fs", {
	exists = act,
	list = act,
	open = act,
	delete = act,
	move = act,
}, {
	"exists",
	"list",
	"open",
	"delete",
	"move",
})
local environment = fields("a table of stand-ins", {
	settings = storeOfSettings,
	fs = disk,
	send = act,
	now = act,
	sleep = act,
}, {})

--- What is wrong with the stand-ins that a client is to be made with, or nothing.
function M.problemWithEnvironment(given)
	local problem = given ~= nil and environment("environment", given) or nil
	return problem ~= nil and "createAi: " .. problem or nil
end

return M
