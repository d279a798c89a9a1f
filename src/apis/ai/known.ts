/**
 * What was last seen of the server, for Tab, for the numbers of a list that stands on the screen, and for the models that
 * were chosen last. One file; where it is lost nothing but that is.
 */
import { copy } from "./copy";
import { decode, encode } from "../trapos/json";
import { reader } from "../trapos/shape";
import type { Disk } from "./session";

const FILE = "/trapos/ai/known.json";
const DRAFT = `${FILE}.new`;

const names = ["some", "text"] as const;

const readKnown = reader({
    "models?": names,
    "agents?": names,
    "variants?": names,
    "commands?": names,
    /** Ids of sessions, as the list on the screen numbers them. */
    "shown?": names,
    /** The models that were chosen last, the newest first. */
    "recent?": names,
    /** Paths of the server's folder. */
    "files?": names,
});

/** What is known; each is absent where it was never seen. */
export type Known = NonNullable<ReturnType<typeof readKnown>>;

/** Reads what is known. */
export function recall(disk: Disk): Known {
    const [file] = disk.open(FILE, "r");
    if (file === null) return {};
    const text = file.readAll() ?? "";
    file.close();
    return readKnown(decode(text)) ?? {};
}

/** Keeps what was seen, beside what else is known. Where the disk is full nothing changes. */
export function keep(disk: Disk, seen: Known): void {
    const before = recall(disk);
    const text = encode(copy(seen, copy(before, {})));
    if (text === encode(before)) return;
    const [isWritten] = pcall(() => {
        const [file, problem] = disk.open(DRAFT, "w");
        if (file === null) throw problem;
        file.write(text);
        file.close();
    });
    if (isWritten) disk.delete(FILE);
    if (isWritten) disk.move(DRAFT, FILE);
    else pcall(() => disk.delete(DRAFT));
}
