/** What an agent may do to the host for a computer, said to whoever decides it. */
import type { Profile } from "./journal/journal.ts";

/** The profiles, the narrowest first, which is also what a computer gets without a word. */
export const profiles = ["talk", "read", "build", "trusted"] as const satisfies readonly Profile[];

/** What each lets a computer's player do to this machine, in one line. */
export const profileMeaning: Readonly<Record<Profile, string>> = {
    talk: "The agent answers. It reads no file of this machine and runs no command on it.",
    read: "The agent reads the files of its folder. It changes none and runs no command.",
    build: "The agent reads, writes and runs commands as you. The player is asked, but not for every line of a shell: for whoever may have one.",
    trusted:
        "The agent does all of that without asking: whoever sits at the computer has a shell on this machine, as you.",
};
