-- Asks before something is done that cannot be undone, or costs something.

local ask = require("/apis/trapos/question").ask
local fail = require("/apis/ai/failure").fail

local M = {}

--- Whether something is to be done: as the command line says, or else as whoever is there does. Fails with `asks_first`
-- where nobody is.
--
-- @param command as it is typed, for that failure
-- @param question without "[y/N]" behind it
function M.confirm(context, command, question)
	local answer = context.options.answer
	if answer ~= nil then
		return answer == "yes"
	end
	if not context.options.isAttended then
		error(fail("asks_first", { command = command }), 0)
	end
	return ask(question, false)
end

return M
