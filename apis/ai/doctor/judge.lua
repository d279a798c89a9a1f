-- What is made of what was seen of the way to the model: each thing is well, doubtful or broken, with what to do next.
-- Pure: whoever examines a computer hands in what it found (see examine.ts).

local M = {}

--- How far ahead or behind of the server a clock may be: ages in lists show minutes.
local MOST_SKEW_SECONDS = 180

--- A turn that is written down, the settings beside their file, and a little.
local LEAST_BYTES = 5000

--- An upgrade keeps the new files beside the old ones until all of them are there.
local FEW_BYTES = 50000

--- opencode 1.14 is the oldest that all of this client was tested with.
local LEAST_MINOR = 14

--- Failures of a request that never left, or that nobody answered.
local UNREACHABLE = { cannot_connect = true, timed_out = true, network_error = true, reply_too_large = true }

local function ok(check, message)
	return { check = check, state = "ok", message = message }
end

local function warning(check, message, hint)
	return { check = check, state = "warning", message = message, hint = hint }
end

--- A check that ends as a failed call tells it.
function M.failed(check, problem)
	return { check = check, state = "failed", message = problem.message, hint = problem.hint }
end

--- A check that was not made, and why.
function M.skipped(check, why)
	return { check = check, state = "skipped", message = why }
end

--- "1 file", "2 files".
local function count(number, word)
	return number == 1 and "1 " .. word or tostring(number) .. " " .. word .. "s"
end

local function versionCheck(version)
	local major = version.major or 0
	local minor = version.minor or 0
	local name = "opencode " .. version.text
	if major == 1 and minor >= LEAST_MINOR then
		return ok("opencode", version.text)
	end
	if major >= 2 then
		return ok("opencode", version.text .. "; opencode 2 as published, not tried with us")
	end
	return warning(
		"opencode",
		name .. " was not tested with this client.",
		"Use 1." .. tostring(LEAST_MINOR) .. " or newer of opencode 1: npm i -g opencode-ai@1"
	)
end

--- The rule for a whole host beside the narrow one, which the failure has.
local function deniedHint(hint)
	return hint .. "\nWithout the port line: every port of that host."
end

local function passwordCheck(greeting)
	if greeting.isOpen then
		return warning(
			"password",
			"The server wants no password: it obeys whoever reaches it.",
			"Start it with OPENCODE_SERVER_PASSWORD set."
		)
	end
	return ok("password", "right")
end

--- What the first request says of each thing on the way to the server, in the order of the way. What lies behind the first
-- one that is broken is not among them.
function M.greetingChecks(greeting)
	local problem = greeting.problem
	local code = problem and problem.code or ""
	if problem and code == "http_disabled" then
		return { M.failed("http", problem) }
	end
	local checks = { ok("http", "on") }
	if problem and code == "address_denied" then
		checks[#checks + 1] = M.failed("address", {
			message = problem.message,
			hint = deniedHint(problem.hint),
		})
		return checks
	end
	checks[#checks + 1] = ok("address", "allowed")
	if problem and UNREACHABLE[code] then
		checks[#checks + 1] = M.failed("reachable", problem)
		return checks
	end
	checks[#checks + 1] = ok("reachable", "yes")
	if problem and code == "unauthorized" then
		checks[#checks + 1] = M.skipped("opencode", "It tells its version once the password is right.")
		checks[#checks + 1] = M.failed("password", problem)
		return checks
	end
	if problem then
		checks[#checks + 1] = M.failed("opencode", problem)
		return checks
	end
	checks[#checks + 1] = versionCheck(greeting.version or { text = "" })
	checks[#checks + 1] = passwordCheck(greeting)
	return checks
end

local function linkCheck(seen)
	local message = (seen.name or "?") .. " (" .. (seen.owner or "?") .. "), " .. (seen.profile or "?")
	if seen.isPolling ~= true then
		return ok("link", message)
	end
	return warning(
		"link",
		message .. ". Websockets are off here: it polls.",
		"Text comes sooner with them. In computercraft-server.toml: [http] websocket_enabled = true"
	)
end

--- What was seen of each thing on the way to an opencode behind a bridge, in the order of the way. What lies behind the first
-- one that is broken is not among them.
function M.linkChecks(seen)
	local problem = seen.problem

	-- Without the link's own package nothing is looked at.
	if problem == nil and seen.bridge == nil and seen.linkProblem then
		return { M.failed("link", seen.linkProblem) }
	end
	local code = problem and problem.code or ""
	if problem and code == "http_disabled" then
		return { M.failed("http", problem) }
	end
	local checks = { ok("http", "on") }
	if problem and code == "address_denied" then
		checks[#checks + 1] = M.failed("address", {
			message = problem.message,
			hint = deniedHint(problem.hint),
		})
		return checks
	end
	checks[#checks + 1] = ok("address", "allowed")
	if problem and code == "link_down" then
		checks[#checks + 1] = M.failed("reachable", problem)
		return checks
	end
	checks[#checks + 1] = ok("reachable", "yes")
	if problem then
		checks[#checks + 1] = M.failed("bridge", problem)
		return checks
	end
	checks[#checks + 1] = ok("bridge", seen.bridge or "there")
	if seen.linkProblem then
		checks[#checks + 1] = M.failed("link", seen.linkProblem)
		return checks
	end
	checks[#checks + 1] = linkCheck(seen)
	if seen.opencodeProblem then
		checks[#checks + 1] = M.failed("opencode", seen.opencodeProblem)
	else
		checks[#checks + 1] = versionCheck(seen.version or { text = "" })
	end
	return checks
end

local function nameCheck(check, named)
	if named.wanted == nil then
		return ok(check, "the server's choice")
	end
	if named.problem then
		return M.failed(check, named.problem)
	end
	if named.missing == nil then
		return ok(check, named.wanted)
	end
	return {
		check = check,
		state = "failed",
		message = named.missing.message,
		hint = named.missing.hint,
		remedy = { kind = check == "model" and "unset_model" or "unset_agent" },
	}
end

---
-- @param isHalf true where a model has no provider, or the other way round
function M.modelCheck(named, isHalf)
	if isHalf then
		return warning(
			"model",
			"Of provider_id and model_id one alone is set, which does not count.",
			"Set the other one, too: ai config model_id <id>"
		)
	end
	return nameCheck("model", named)
end

function M.agentCheck(named)
	return nameCheck("agent", named)
end

function M.sessionCheck(seen)
	if seen.id == nil then
		return ok("session", "none yet")
	end
	local problem = seen.problem
	if problem == nil then
		return ok("session", seen.title or seen.id)
	end
	if problem.code ~= "session_gone" then
		return M.failed("session", problem)
	end
	return {
		check = "session",
		state = "warning",
		message = problem.message,
		hint = "The next prompt makes a new one. To forget it: ai doctor --fix",
		remedy = { kind = "clear_session" },
	}
end

function M.turnsCheck(seen)
	if seen.problem then
		return M.failed("turns", seen.problem)
	end
	local stale = #seen.stale
	if stale > 0 then
		return {
			check = "turns",
			state = "warning",
			message = count(stale, "turn") .. " written down here can never be answered.",
			hint = "To forget what is gone from the server: ai doctor --fix",
			remedy = { kind = "forget_turns", turns = seen.stale },
		}
	end
	if seen.retry ~= nil then
		return warning(
			"turns",
			"The model fails, and opencode tries again: " .. seen.retry,
			"Wait for it, or stop it: ai abort"
		)
	end
	if seen.waiting > 0 then
		return warning("turns", count(seen.waiting, "answer") .. " not seen yet.", "Show it: ai resume")
	end
	if seen.running > 0 then
		return ok("turns", tostring(seen.running) .. " under way")
	end
	return ok("turns", "none")
end

function M.asksCheck(seen)
	local first = seen.asks[1]
	if seen.problem then
		return M.failed("asks", seen.problem)
	end
	if first == nil then
		return ok("asks", "none")
	end
	return warning(
		"asks",
		count(#seen.asks, "ask") .. " waiting for somebody: " .. first,
		"Answer it: ai status. Or stop the turn: ai abort"
	)
end

---
-- @param seconds how far the computer's clock is ahead of the server's; nothing where the server tells no time
function M.clockCheck(seconds)
	if seconds == nil then
		return M.skipped("clock", "The server tells no time.")
	end
	local off = math.abs(seconds)
	if off <= MOST_SKEW_SECONDS then
		return ok("clock", "right")
	end
	local minutes = math.floor(off / 60)
	local said = minutes < 180 and tostring(minutes) .. " min" or tostring(math.floor(minutes / 60)) .. " h"
	return warning(
		"clock",
		"It is " .. said .. " " .. (seconds > 0 and "ahead of" or "behind") .. " the server's.",
		"Set the clock of the machine that is wrong. Ages are off by that."
	)
end

---
-- @param free bytes; nothing where the disk does not say
function M.diskCheck(free)
	if free == nil then
		return M.skipped("disk", "Nothing is known of its space.")
	end
	if free >= FEW_BYTES then
		return ok("disk", tostring(math.floor(math.min(free, 1000000000) / 1000)) .. " kB free")
	end
	local message = tostring(math.floor(free)) .. " bytes are free."
	if free >= LEAST_BYTES then
		return warning("disk", message, "Upgrades may need more. Delete what you do not need.")
	end
	return M.failed("disk", { message = message, hint = "Turns and settings cannot be saved. Delete files." })
end

function M.filesCheck(seen)
	if seen.isUnknown then
		return M.skipped("files", "There is no ccpm here to tell.")
	end
	if seen.problem then
		return M.failed("files", seen.problem)
	end
	local first = seen.wrong[1]
	if first == nil then
		return ok("files", "intact")
	end
	local more = #seen.wrong > 1 and " .." or ""
	return {
		check = "files",
		state = "failed",
		message = count(#seen.wrong, "file") .. " missing or changed: " .. first .. more,
		hint = "To have them as they were: ai doctor --fix",
		remedy = { kind = "repair_files" },
	}
end

--- What is to be done where the test's turn fails: it is gone, so that nothing of it can be resumed.
local TEST_HINTS = {
	no_progress = "Look at the server and its model, or choose another: ai models",
	slow_start = "Look at the server's log, then try again.",
	request_fails = "Look at the server's log, then try again.",
	model_error = "Look at the server and its model, or choose another: ai models",
}

function M.answerCheck(seen)
	local problem = seen.problem
	if problem then
		return M.failed(
			"answer",
			{ message = problem.message, hint = TEST_HINTS[problem.code] or problem.hint }
		)
	end
	local seconds = math.floor((seen.seconds or 0) * 10 + 0.5) / 10
	return ok("answer", (seen.model or "the model") .. ", " .. tostring(seconds) .. " s")
end

return M
