/** Stops on a computer that cannot run what is to be installed, before any of it is loaded. */

// README.md names the oldest release that the packages are made for.
const [major, minor] = string.match(tostring(_HOST), "ComputerCraft (%d+)%.(%d+)");
if (major === undefined || tonumber(major)! * 1000 + tonumber(minor)! < 1100) {
    throw `This needs CC: Tweaked 1.100 or newer.\nHere is ${tostring(_HOST)}. Update the mod.`;
}
if ((http as typeof http | undefined) === undefined) {
    throw "The HTTP API is switched off here.\nIn computercraft-server.toml: [http] enabled = true";
}
