-- How what `ai` and libai do fails.

local makeFailure = require("/apis/trapos/failure").makeFailure
local failures = require("/apis/ai/codes").failures

local M = {}
M.failures = failures

--- Makes a failure.
--
-- @param detail values for the `{name}`s in its message and hint
-- @param text what the model had written, where there is any
-- @returns the failure, which `tostring` turns into message and hint
function M.fail(code, detail, text)
	return makeFailure(failures, code, detail, text)
end

return M
