/** Connections of whoever has not shown a token yet: how many there may be, and how often one is turned away. */

/** The most of one address at once. All computers of a game's server have its address. */
const MOST_OF_ADDRESS = 512;

/** The most of all addresses at once. */
const MOST = 2048;

/** What may be closed: a connection. */
export interface Guest {
    destroy(): void;
}

/** Counts connections until they are closed, or known. */
export interface Guests {
    /**
     * Lets a connection in, or closes it at once where there are too many.
     * @returns to be called when it is closed, or has shown a token; safe to call twice
     */
    enter(guest: Guest, address: string): () => void;
    /** How many there are. */
    readonly count: number;
}

/**
 * Makes the place where connections are counted.
 * @param most.ofAddress the most of one address
 * @param most.all the most of all addresses
 */
export function createGuests(most = { ofAddress: MOST_OF_ADDRESS, all: MOST }): Guests {
    const byAddress = new Map<string, number>();
    let count = 0;
    return {
        enter(guest, address) {
            const ofAddress = byAddress.get(address) ?? 0;
            if (count >= most.all || ofAddress >= most.ofAddress) {
                guest.destroy();
                return () => undefined;
            }
            count += 1;
            byAddress.set(address, ofAddress + 1);
            let isHere = true;
            return () => {
                if (!isHere) return;
                isHere = false;
                count -= 1;
                const left = (byAddress.get(address) ?? 1) - 1;
                if (left === 0) byAddress.delete(address);
                else byAddress.set(address, left);
            };
        },
        get count() {
            return count;
        },
    };
}
