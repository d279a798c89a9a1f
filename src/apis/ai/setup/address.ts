/** The address of a server as somebody types it. */

/** opencode's own port, where none is named. */
const USUAL_PORT = 4096;

/**
 * Reads an address: "host", "host:port", or a whole URL.
 * @param typed what was typed
 * @param port where a host alone is named; opencode's where nothing is said
 * @returns the URL, or nothing and what is wrong with it
 */
export function readTypedAddress(
    typed: string,
    port = USUAL_PORT,
): LuaMultiReturn<[url: string, problem: undefined] | [url: undefined, problem: string]> {
    const [text] = string.match(typed, "^%s*(.-)%s*$");
    if (string.find(text!, "%s")[0] !== undefined) return $multi(undefined, "An address has no blanks.");
    let [scheme, rest] = string.match(text!, "^(%w+)://(.*)$");
    if (scheme === undefined) [scheme, rest] = ["http", text!];
    scheme = string.lower(scheme);
    if (scheme !== "http" && scheme !== "https")
        return $multi(undefined, "It begins with http:// or https://.");
    const [place, path] = string.match(rest!, "^([^/]*)(.*)$");
    if (string.find(place!, "@", 1, true)[0] !== undefined)
        return $multi(undefined, "Leave user and password out: they are asked for.");
    if (string.find(rest!, "[?#]")[0] !== undefined) return $multi(undefined, "It has no ? and no #.");
    const [isWhole] = string.find(place!, "^%[[%x:.]+%]:?%d*$");
    const [host, named] = string.match(place!, "^([^:]*):?(%d*)$");
    if (isWhole === undefined && (host === undefined || host === ""))
        return $multi(undefined, "Type it as host:port, like 127.0.0.1:4096.");
    if (named !== undefined && named !== "" && !(tonumber(named)! >= 1 && tonumber(named)! <= 65535))
        return $multi(undefined, "A port is a number from 1 to 65535.");
    // Behind a path, or with https, something else than opencode itself answers first.
    const isBare =
        named === "" &&
        isWhole === undefined &&
        scheme === "http" &&
        string.find(path!, "^/*$")[0] !== undefined;
    const isHostAlone = isBare && string.find(text!, "://", 1, true)[0] === undefined;
    const whole = isHostAlone ? `${place}:${port}` : place!;
    const [trimmed] = string.gsub(path!, "/+$", "");
    return $multi(`${scheme}://${whole}${trimmed}`, undefined);
}
