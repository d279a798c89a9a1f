-- What a session's agent may do, as opencode 2 has it. Pure.

local M = {}

--- What opencode 2 calls tools of opencode 1; those that it does not have are none. Others have the same name.
local TOOLS = {
	bash = "shell",
	task = "subagent",
	apply_patch = "patch",
	list = "",
	todowrite = "",
	todoread = "",
}

--- Rules of opencode 1 as rules of opencode 2.
function M.translateRules(rules)
	local translated = {}
	for _, rule in ipairs(rules) do
		local action = TOOLS[rule.permission] or rule.permission
		if action ~= "" then
			translated[#translated + 1] = { action = action, resource = rule.pattern, effect = rule.action }
		end
	end
	return translated
end

--- Rules as a text that is another one where any of them is.
function M.ruleText(rules)
	local text = ""
	for _, rule in ipairs(rules) do
		text = text .. rule.action .. " " .. rule.resource .. " " .. rule.effect .. "\n"
	end
	return text
end

return M
