-- The names of permissions and forms that wait. opencode 2 answers them by their session's route, so that their name
-- here has the session in it: "per_1~ses_2". Pure.

local M = {}

--- The name of something that waits.
function M.askName(id, sessionId)
	return id .. "~" .. sessionId
end

--- What a name is made of. A name of another form is of no session, which no route has.
function M.askParts(name)
	local id = ""
	do
		local rest = name
		while rest ~= "" do
			if string.sub(rest, 1, 1) == "~" then
				return {
					id = id,
					sessionId = string.sub(rest, 2),
				}
			end
			id = id .. string.sub(rest, 1, 1)
			rest = string.sub(rest, 2)
		end
	end
	return { id = id, sessionId = "" }
end

return M
