-- The computer's settings, and their file: `settings.save` writes in place, and a power cut there would cost the player
-- every setting.

local M = {}
local FILE = "/.settings"
local DRAFT = "/.settings.new"

--- The computer's own settings, as a store that can save them: beside the file first.
function M.ownSettings(disk)
	return {
		get = settings.get,
		set = settings.set,
		unset = settings.unset,
		save = function()
			if settings.save(DRAFT) then
				disk.delete(FILE)
				disk.move(DRAFT, FILE)
			end
		end,
	}
end

--- Mends the settings file when the power went while it was replaced. To be called at boot.
function M.recoverSettings(disk)
	if not disk.exists(DRAFT) then
		return
	end
	if disk.exists(FILE) then
		disk.delete(DRAFT)
	else
		disk.move(DRAFT, FILE)
		settings.load(FILE)
	end
end

return M
