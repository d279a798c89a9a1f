-- The computer's settings, and their file: `settings.save` writes in place, and a power cut there would cost the player
-- every setting.

local writeBy = require("/apis/trapos/wholefile").writeBy

local M = {}
local FILE = "/.settings"

--- Whether a path is that of the settings' file, or of what a power cut left of it: it has the server's password. Some
-- hosts take letters of either case, and blanks, for the same.
--
-- @param path in whichever way it is written
function M.isSettingsFile(path)
	local name = string.gsub(string.lower(fs.combine("", path)), "%s", "")
	return (string.find(name, "^%.settings")) ~= nil
end

--- Writes all settings; false where they cannot be written.
local function save(disk)
	local isSaved = pcall(writeBy, disk, FILE, function(draft)
		-- On a full disk CC gives false, or raises where the room ends in the middle.
		if not settings.save(draft) then
			error("Out of space", 0)
		end
	end)
	return isSaved
end

--- The computer's own settings, as a store that can save them: whole whenever the power goes.
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

--- Loads the settings again where the file that was mended is theirs: CC may have found none at boot.
--
-- @param path that of a file that was mended
function M.reloadSettings(path)
	if path == FILE then
		settings.load(FILE)
	end
end

return M
