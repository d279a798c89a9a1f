-- The computer's settings, and their file: `settings.save` writes in place, and a power cut there would cost the player
-- every setting.

local M = {}
local FILE = "/.settings"
local DRAFT = "/.settings.new"

--- Writes all settings beside their file, and then puts that in its place.
local function save(disk)
	-- On a full disk CC gives false, or raises where the room ends in the middle.
	local ok, isWritten = pcall(function()
		return settings.save(DRAFT)
	end)
	if not ok or not isWritten then
		pcall(function()
			return disk.delete(DRAFT)
		end)
		return false
	end
	disk.delete(FILE)
	disk.move(DRAFT, FILE)
	return true
end

--- The computer's own settings, as a store that can save them: beside the file first.
function M.ownSettings(disk)
	return {
		get = settings.get,
		set = settings.set,
		unset = settings.unset,
		isSet = function(name)
			return settings.getDetails(name).changed == true
		end,
		save = function()
			return save(disk)
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
