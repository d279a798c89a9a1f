const reasons: Record<string, string> = {
    ENOENT: "No such file",
    EEXIST: "File exists",
    ENOTEMPTY: "File exists",
    ENOTDIR: "Not a directory",
    EISDIR: "Not a file",
    EACCES: "Access denied",
    EPERM: "Access denied",
    EROFS: "Access denied",
    ELOOP: "Access denied",
    ENOSPC: "Out of space",
    EDQUOT: "Out of space",
    EFBIG: "File too large",
    ENAMETOOLONG: "File name too long",
};

/** What CC says for an error of the host's file system; undefined for any other error. */
export function reasonOf(error: unknown): string | undefined {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code === undefined || syscall === undefined) return undefined;
    return reasons[code] ?? "Operation failed";
}
