-- Asks the model for Lua and runs it on this computer: every version approved, behind the fence, and corrected where it fails.

local foldFile = require("/apis/trapos/font").foldFile
local listOf = require("/apis/trapos/json").listOf
local toUtf8 = require("/apis/trapos/utf8").toUtf8
local fail = require("/apis/ai/failure").fail
local codeBlocks = require("/apis/ai/markdown/codeblocks").codeBlocks
local fence = require("/apis/ai/hands/fence")
local run, syntaxProblem = fence.run, fence.syntaxProblem
local groupsModule = require("/apis/ai/hands/groups")
local groupNames, groups, isGroup = groupsModule.groupNames, groupsModule.groups, groupsModule.isGroup
local instructionsModule = require("/apis/ai/hands/instructions")
local correction, instructions = instructionsModule.correction, instructionsModule.instructions

local M = {}

--- Blocks of an answer that are looked at for its program.
local MOST_BLOCKS = 20

--- The program in an answer: its first block of Lua, or else its first block that is called nothing.
local function programIn(answer)
	local unnamed
	for _, block in ipairs(codeBlocks(answer, MOST_BLOCKS)) do
		if block.language == "lua" then
			return block.code
		end
		if block.language == nil then
			if unnamed == nil then
				unnamed = block.code
			end
		end
	end
	return unnamed
end

--- The groups of some names. Fails with `bad_argument` for one that there is not.
local function groupsNamed(names)
	local found = {}
	for _, name in ipairs(names) do
		if not isGroup(name) then
			error(
				fail(
					"bad_argument",
					{
						what = "There is no group " .. name .. "; there are " .. table.concat(
							groupNames(),
							", "
						),
					}
				),
				0
			)
		end
		table.insert(found, name)
	end
	return found
end

--- Options of a prompt: those of the call, in the session that the talk has begun in.
local function askOptions(options, system, session)
	local own = {}
	for name, value in pairs(options) do
		own[name] = value
	end
	own.system = system
	if session ~= nil then
		own.session = session
		own.newSession = nil
	end
	return own
end

--- The failure that an outcome is, where nothing is left to try.
local function failureOf(parts, outcome, seconds)
	local text = parts.screen == nil and toUtf8(outcome.output) or nil
	local closed = outcome.closed
	if closed ~= nil then
		local detail = { does = groups[closed.group], what = closed.what, group = closed.group }
		return fail("not_allowed", detail, text)
	end
	if outcome.how == "timed out" then
		return fail("lua_timed_out", { seconds = seconds }, text)
	end
	return fail("lua_failed", { what = toUtf8(outcome.problem or "") }, text)
end

--- Does it. Fails with `no_code`, `not_approved`, `not_allowed`, `lua_timed_out`, `lua_failed` once it was corrected as
-- often as is allowed, and as `ask` does.
--
-- @param prompt what the program is to do
function M.luaExec(parts, prompt, options)
	local allow = groupsNamed(options.allow or {})
	local seconds = options.timeout or parts.seconds
	local system = instructions(allow, seconds)
	local log = options.log or function()
		return nil
	end
	local left = options.retries or parts.retries
	local attempts = 0
	local session
	local asked = prompt
	while true do
		local reply = parts.ask(asked, askOptions(options, system, session))
		session = reply.sessionId
		local code = programIn(reply.text)
		if code == nil then
			error(fail("no_code", {}, reply.text), 0)
		end
		attempts = attempts + 1
		local syntax = syntaxProblem(code)
		local outcome
		if syntax == nil then
			if options.approve(code, attempts) ~= true then
				error(fail("not_approved"), 0)
			end
			log("runs version " .. tostring(attempts))
			outcome = run(foldFile(code), {
				seconds = seconds,
				allow = allow,
				ask = options.onNotAllowed,
				screen = parts.screen,
				shell = shell,
				multishell = multishell,
			})
			if outcome.how == "returned" then
				local output = toUtf8(outcome.output)
				local values, opened = listOf(outcome.values), listOf(outcome.opened)
				return {
					code = code,
					output = output,
					values = values,
					attempts = attempts,
					opened = opened,
				}
			end
		end
		local problem = syntax or outcome and outcome.problem
		if problem == nil then
			error(failureOf(parts, outcome, seconds), 0)
		end
		log("version " .. tostring(attempts) .. " failed: " .. problem)
		if left <= 0 then
			if outcome == nil then
				error(fail("lua_failed", { what = problem }), 0)
			end
			error(failureOf(parts, outcome, seconds), 0)
		end
		left = left - 1
		asked = correction(toUtf8(problem), outcome and toUtf8(outcome.output))
	end
end

return M
