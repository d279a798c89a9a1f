-- Asks before something is done that cannot be undone, or costs something.

local ask = require("/apis/trapos/question").ask
local fail = require("/apis/ai/failure").fail

local M = {}

--- Whether what is asked about is shown before: always where somebody is asked, however quiet it is to be.
function M.isShownFirst(context)
	local options = context.options
	return not options.isQuiet or options.answer == nil and options.isAttended
end

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
