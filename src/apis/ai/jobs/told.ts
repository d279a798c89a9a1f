/**
 * Of which jobs this computer's player was told, beyond a power cut: each end, and each question, in one line and once. The
 * last ones alone: the bridge tells again of what it was not heard of, and of nothing else.
 */
import { decode, encode } from "../../trapos/json";
import { reader } from "../../trapos/shape";
import { writeText } from "../../trapos/wholefile";

/** What is used of CC's fs API. */
type Disk = Pick<typeof fs, "exists" | "open" | "delete" | "move">;

const FILE = "/trapos/ai/jobs.json";
/** So many are kept of either. */
const MOST = 50;

/** Comes when a job was looked at by its player: its number. What is about to be told of it need not be. */
export const SEEN = "trapos_job_seen";

const readTold = reader({
    /** Numbers of jobs whose end was told, the last one last. */
    "ended?": ["some", "count"],
    /** What jobs have asked, as told. */
    "asked?": ["some", { number: "count", asks: "message" }],
});

type Told = NonNullable<ReturnType<typeof readTold>>;

function read(disk: Disk): Told {
    const [file] = disk.open(FILE, "r");
    if (file === null) return {};
    const text = file.readAll() ?? "";
    file.close();
    return readTold(decode(text)) ?? {};
}

/** A list with one more at its end, and without those at its beginning that are too many. */
function added<T>(list: readonly T[] | undefined, entry: T): T[] {
    const entries: T[] = [];
    for (const one of list ?? []) table.insert(entries, one);
    table.insert(entries, entry);
    while (entries.length > MOST) table.remove(entries, 1);
    return entries;
}

/**
 * Whether the player was told.
 * @param asks what the job asks; nothing where it has ended
 */
export function wasTold(disk: Disk, number: number, asks?: string): boolean {
    const told = read(disk);
    if (asks === undefined) {
        for (const one of told.ended ?? []) if (one === number) return true;
        return false;
    }
    for (const one of told.asked ?? []) if (one.number === number && one.asks === asks) return true;
    return false;
}

/** Keeps that the player was told. On a full disk it is told once more some time. */
export function noteTold(disk: Disk, number: number, asks?: string): void {
    if (wasTold(disk, number, asks)) return;
    const told = read(disk);
    let ended = told.ended;
    let asked = told.asked;
    if (asks === undefined) ended = added(ended, number);
    else asked = added(asked, { number, asks });
    pcall(writeText, disk, FILE, encode({ ended, asked }));
}

/** Keeps that the player has seen a job's end, and says so to whoever is about to tell of it. */
export function noteSeen(disk: Disk, number: number): void {
    noteTold(disk, number);
    os.queueEvent(SEEN, number);
}

/** Forgets all of it: another bridge has jobs of the same numbers. */
export function forgetTold(disk: Disk): void {
    pcall(disk.delete, FILE);
}
