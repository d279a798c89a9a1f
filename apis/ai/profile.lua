-- What an agent may do for a computer, as rules of its sessions. Pure.

local M = {}

local function rule(permission, action)
	return { permission = permission, pattern = "*", action = action }
end

--- The rules of each profile.
--
-- - `talk`: no tool at all
-- - `read`: files of the folder, and of no other
-- - `build`: reads, and asks in the game for all else. Subagents are denied: whether what they do is asked for depends on
--   rules of their own.
-- - `trusted`: everything
local rules = {
	talk = { rule("*", "deny") },
	read = {
		rule("*", "deny"),
		rule("read", "allow"),
		rule("glob", "allow"),
		rule("grep", "allow"),
		rule("list", "allow"),
	},
	build = {
		rule("*", "ask"),
		rule("read", "allow"),
		rule("glob", "allow"),
		rule("grep", "allow"),
		rule("list", "allow"),
		rule("todowrite", "allow"),
		rule("todoread", "allow"),
		rule("question", "allow"),
		rule("task", "deny"),
	},
	trusted = { rule("*", "allow") },
}

--- The rules of a profile.
--
-- @param profile nothing, or another word, where what the server's configuration says is to hold
-- @returns the rules; nothing where there are none
function M.rulesOf(profile)
	return profile ~= nil and rules[profile] or nil
end

--- The rules of all profiles.
function M.allRules()
	return { rules.talk, rules.read, rules.build, rules.trusted }
end

return M
