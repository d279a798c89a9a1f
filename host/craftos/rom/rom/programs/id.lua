local drive = ...

if not drive then
    print("This is computer #" .. os.getComputerID())
    local label = os.getComputerLabel()
    if label then
        print('This computer is labelled "' .. label .. '"')
    end
elseif disk.hasAudio(drive) then
    local title = disk.getAudioTitle(drive)
    print(title and 'Has audio track "' .. title .. '"' or "Has untitled audio")
elseif disk.hasData(drive) then
    local id = disk.getID(drive)
    print(id and "The disk is #" .. id or "Non-disk data source")
    local label = disk.getLabel(drive)
    if label then
        print('Labelled "' .. label .. '"')
    end
else
    print("No disk in drive " .. drive)
end
