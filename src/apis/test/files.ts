/** Opens files for those who must not end because a file does not open. */

/**
 * Opens a file.
 * @param path absolute path
 * @param mode one of `fs.open`
 * @returns its handle; or nil and the reason, also where `fs.open` raises it, as CraftOS-PC does when too many files are
 * open
 */
export function openFile(
    path: string,
    mode: "r" | "w",
): LuaMultiReturn<[FileHandle | undefined, string | undefined]> {
    const [ok, handle, reason] = pcall(() => fs.open(path, mode));
    if (!ok) return $multi(undefined, tostring(handle));
    return $multi(handle as unknown as FileHandle | undefined, reason as unknown as string | undefined);
}
