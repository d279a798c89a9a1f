-- Asks for a yes or a no.

local M = {}

--- Waits for one of some characters; "\n" is Enter. What Ctrl+T ends begins on a row of its own.
local function choose(question, answers)
	write(question)
	while true do
		local event, what = os.pullEventRaw()
		local key
		if event == "char" then
			key = string.lower(what)
		end
		if event == "key" and what == keys.enter then
			key = "\n"
		end
		if key ~= nil and (string.find(answers, key, 1, true)) ~= nil then
			return key
		end
		if event == "terminate" then
			print()
			error("Terminated", 0)
		end
	end
end

--- Asks until y, n or Enter is pressed.
--
-- @param question without "[Y/n]" behind it
-- @param usual what Enter means
function M.ask(question, usual)
	local key = choose(question .. " " .. (usual and "[Y/n]" or "[y/N]") .. " ", "yn\n")
	local agreed = key == "y" or usual and key == "\n"
	print(agreed and "yes" or "no")
	return agreed
end

return M
