-- The ids of our prompts' messages. opencode 2 lets a client choose them, and sends a prompt once whose id it knows: so a
-- turn's nonce stands in it, behind its session, as ids are of the whole server. Pure.

local M = {}

--- The id of a prompt: "msg_<session>_<nonce>".
function M.promptId(sessionId, nonce)
	return "msg_" .. string.sub(sessionId, 5) .. "_" .. nonce
end

--- The nonce in a prompt's id; nothing in ids that are not ours, which have no second "_".
function M.nonceIn(id)
	do
		local rest = string.sub(id, 5)
		while rest ~= "" do
			if string.sub(rest, 1, 1) == "_" then
				return string.sub(rest, 2)
			end
			rest = string.sub(rest, 2)
		end
	end
	return nil
end

return M
