--- Disk drives, by the side or the name on the network that they are attached to.

local disk = _ENV

--- Makes a function that calls a method of a drive, and returns `otherwise` for whatever is not a drive.
local function ofDrive(method, otherwise)
    return function(name, ...)
        if type(name) ~= "string" then
            error("bad argument #1 (string expected, got " .. type(name) .. ")", 2)
        elseif peripheral.getType(name) == "drive" then
            return peripheral.call(name, method, ...)
        end
        return otherwise
    end
end

disk.isPresent = ofDrive("isDiskPresent", false)
disk.hasData = ofDrive("hasData", false)
disk.hasAudio = ofDrive("hasAudio", false)
disk.getLabel = ofDrive("getDiskLabel")
disk.setLabel = ofDrive("setDiskLabel")
disk.getMountPath = ofDrive("getMountPath")
disk.getAudioTitle = ofDrive("getAudioTitle")
disk.getID = ofDrive("getDiskID")
disk.playAudio = ofDrive("playAudio")
disk.eject = ofDrive("ejectDisk")

local stopDrive = ofDrive("stopAudio")

--- Stops what a drive plays; without a name, what any drive plays.
function disk.stopAudio(name)
    if name then
        return stopDrive(name)
    end
    for _, found in ipairs(peripheral.getNames()) do
        stopDrive(found)
    end
end
