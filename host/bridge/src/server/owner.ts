/** What the owner does with computers, by commands or on the page. */
import type { Journal, LinkedComputer } from "../journal/journal.ts";
import type { Hub } from "../link/hub.ts";
import type { Turns } from "../turns/turns.ts";

/** What computers are changed by. */
export interface OwnerWorld {
    readonly journal: Journal;
    readonly hub: Hub;
}

/** How a computer is to be from now on; what is absent stays. */
export type ComputerChange = Parameters<Journal["changeComputer"]>[1];

/** A session that was made by the rules of a profile that the computer has no more. */
const OTHER_PROFILE = "its computer's profile is another one";

/** The computers that are linked. */
export function linkedComputers(journal: Journal): LinkedComputer[] {
    return journal.computers().filter(({ revokedAt }) => revokedAt === undefined);
}

/** Ends a computer's link at once, and what its agent does. */
export function revokeComputer({ journal, hub }: OwnerWorld, id: string, at: number): void {
    journal.revokeComputer(id, at);
    hub.revoke(id);
}

/**
 * Changes a computer. Sessions keep the rules of the profile with which they were made: where that is another one its turns are
 * stopped and its sessions closed, so that the next prompt opens one by the new rules.
 * @returns how it is now; nothing where it is not linked
 */
export function changeComputer(
    { journal, hub, turns }: OwnerWorld & { readonly turns: Turns },
    id: string,
    change: ComputerChange,
): LinkedComputer | undefined {
    const before = linkedComputers(journal).find((computer) => computer.id === id);
    if (before === undefined) return undefined;
    journal.changeComputer(id, change);
    const after = { ...before, ...change };
    const isOther = after.profile !== before.profile;
    if (isOther) {
        for (const sessionId of journal.sessionsOf(id))
            if (journal.closedReason(sessionId) === undefined) journal.closeSession(sessionId, OTHER_PROFILE);
        turns.abandon(id);
    }
    hub.change(after, isOther);
    return after;
}
