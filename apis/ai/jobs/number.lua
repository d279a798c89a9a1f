-- The number of a job, as somebody types it.

local M = {}

--- Whether a word is one. Jobs are numbered for ever, so it may be large.
function M.isJobNumber(word)
	return (string.find(word, "^[1-9]%d*$")) ~= nil and #word <= 9
end

return M
