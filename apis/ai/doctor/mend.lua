-- Does what `ai doctor --fix` can do about what it found.

local fail = require("/apis/ai/failure").fail
local forgetTurn = require("/apis/ai/session").forgetTurn
local changeSettings = require("/apis/ai/settings").changeSettings

local M = {}

--- Files of packages that are missing or changed; those of no package are nobody's fault.
local function wrongFiles(ccpm)
	local ok, findings = ccpm.verify()
	if not ok then
		error(findings, 0)
	end
	local wrong = {}
	for _, finding in ipairs(findings) do
		if finding.problem ~= "foreign" then
			table.insert(wrong, finding)
		end
	end
	return wrong
end

--- Puts files back that are missing or changed, as `ccpm verify --fix` does.
local function repairFiles(ccpm)
	local wrong = wrongFiles(ccpm)
	local isPlanned, plan = ccpm.planRepair(wrong)
	if not isPlanned then
		error(plan, 0)
	end
	local isDone, problem = ccpm.apply(plan)
	if not isDone then
		error(problem, 0)
	end
	local left = wrongFiles(ccpm)
	local first = left[1]
	if first ~= nil then
		error(fail("not_mended", { path = first.path }), 0)
	end
	return #wrong == 1 and "Mended " .. wrong[1].path .. "." or "Mended " .. tostring(#wrong) .. " files."
end

--- What is asked before something of the player's own choice is changed.
M.QUESTIONS = {
	unset_model = "Unset the model, so that the server chooses?",
	unset_agent = "Unset the agent, so that the server chooses?",
}

--- Does one thing. Raises its failure.
--
-- @returns what was done, in a line
function M.mend(tools, remedy)
	local kind = remedy.kind
	if kind == "forget_turns" then
		local turns = remedy.turns or {}
		for _, nonce in ipairs(turns) do
			forgetTurn(tools.disk, nonce)
		end
		return #turns == 1 and "Forgot that turn." or "Forgot " .. tostring(#turns) .. " turns."
	end
	if kind == "clear_session" then
		changeSettings(tools.store, { { "session_id" } })
		return "Forgot that session."
	end
	if kind == "unset_model" then
		changeSettings(tools.store, { { "provider_id" }, { "model_id" } })
		return "Unset the model."
	end
	if kind == "unset_agent" then
		changeSettings(tools.store, { { "agent" } })
		return "Unset the agent."
	end
	return repairFiles(tools.ccpm())
end

return M
