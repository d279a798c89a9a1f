-- What a turn asks of whoever drives it, and what it is told of that. An action that asks the server for something has
-- for its kind the name of a request (see turn/requests); the others are
--
-- - `wait`: for so many `seconds`;
-- - `ask`: a person, who decides on a permission or a question of the turn;
-- - `done`: the reply was found: the messages of the turn are its `steps`, and what they say is its `text`;
-- - `fail`: there is no reply. `pending` is true when there may still be one, so that it is worth asking again later.

local M = {}

--- Ends the turn: there will be no reply.
--
-- @param code one of those in `codes`
-- @param detail what that code's message names
-- @param text what the model had written until then
function M.fail(code, detail, text)
	return {
		kind = "fail",
		code = code,
		pending = false,
		detail = detail or {},
		text = text,
	}
end

--- Ends waiting for a turn that may still be answered.
--
-- @param code one of those in `codes`
-- @param detail what that code's message names
function M.failForNow(code, detail)
	return { kind = "fail", code = code, pending = true, detail = detail or {} }
end

--- Ends waiting with the failure of a request.
--
-- @param failure as it came
-- @param pending whether the turn may still be answered
function M.failWith(failure, pending)
	return {
		kind = "fail",
		code = failure.code,
		pending = pending,
		detail = {},
		failure = failure,
	}
end

return M
