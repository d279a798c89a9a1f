/**
 * What was last seen of the server, for Tab, for the numbers of a list that stands on the screen, and for the models that
 * were chosen last. One file; where it is lost nothing but that is.
 */
import { copy } from "./copy";
import { decode, encode } from "../trapos/json";
import { reader } from "../trapos/shape";
import { writeText } from "../trapos/wholefile";
import type { Disk } from "./session";

const FILE = "/trapos/ai/known.json";

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
    /** Which opencode the server is: 1 or 2, and 0 where that is to be asked again. */
    "server?": { url: "text", dialect: "count" },
    /** The session that this computer talks in, and of which opencode it is. */
    "session?": { id: "id", dialect: "count" },
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
    if (text !== encode(before)) pcall(writeText, disk, FILE, text);
}
