import { createHash, randomBytes, randomInt } from "node:crypto";
import type { Journal, LinkedComputer, Profile } from "./journal/journal.ts";

/** For how long a code can be approved. */
const CODE_SECONDS = 600;

/** The most pairings that wait, and of one address. */
const MOST_WAITING = 100;
const MOST_OF_ADDRESS = 5;

/** Letters that nobody takes for another one, and no vowels, so that no code is a word. */
const LETTERS = "BCDFGHJKLMNPQRSTVWXZ";
const LENGTH = 6;

/** A computer that waits to be linked. */
export interface WaitingPairing {
    readonly code: string;
    readonly gameId: number;
    readonly label: string | undefined;
    readonly address: string;
    /** Epoch milliseconds. */
    readonly expiresAt: number;
}

/** What a computer that was approved is told, once. */
export interface Approved {
    readonly token: string;
    readonly name: string;
    readonly owner: string;
    readonly profile: Profile;
}

interface Pairing extends WaitingPairing {
    readonly secret: string;
    /** End the hiding of its code, its secret and its token in the log. */
    readonly hidden: (() => void)[];
    approved?: Approved;
}

/** How a computer is to be known. */
export interface Approval {
    readonly name?: string | undefined;
    readonly owner?: string | undefined;
    readonly profile?: Profile | undefined;
}

/** Why somebody is not let in, for the computer's screen. */
export class PairingError extends Error {
    readonly code: "expired" | "too_many" | "unknown_code";
    constructor(code: PairingError["code"], message: string) {
        super(message);
        this.code = code;
    }
}

/** The pairing of computers. */
export interface Pairings {
    /** A computer wants to be linked. */
    offer(
        gameId: number,
        label: string | undefined,
        address: string,
    ): {
        readonly code: string;
        readonly secret: string;
        readonly seconds: number;
    };
    /** Whether it was approved; the token is told once, and not known any more then. */
    state(secret: string): Approved | undefined;
    /** Those that wait. */
    waiting(): WaitingPairing[];
    /** Refuses a code, which has expired then. @throws PairingError for a code that nobody waits with */
    refuse(code: string): void;
    /** Approves a code. @throws PairingError for a code that nobody waits with */
    approve(code: string, approval: Approval): LinkedComputer;
}

/** What is kept of a token. It has 144 random bits, so that no salt and no slow hash is needed. */
export function hashOf(token: string): string {
    return createHash("sha256").update(token).digest("hex");
}

function newCode(): string {
    return Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join("");
}

/** A random name that the shapes of both ends take for an id. */
function random(): string {
    return randomBytes(18).toString("hex");
}

/**
 * Makes a place for pairings.
 * @param journal where computers are kept
 * @param now epoch milliseconds
 * @param hide keeps a secret out of the log, until the function that it gives is called
 */
export function createPairings(
    journal: Journal,
    now: () => number,
    hide: (secret: string) => () => void = () => () => undefined,
): Pairings {
    const pairings = new Map<string, Pairing>();

    function forget(pairing: Pairing): void {
        pairings.delete(pairing.secret);
        for (const show of pairing.hidden) show();
    }

    function waiting(): Pairing[] {
        for (const pairing of pairings.values()) if (pairing.expiresAt <= now()) forget(pairing);
        return [...pairings.values()];
    }

    function withCode(code: string): Pairing {
        const wanted = code.toUpperCase().replace(/[^A-Z]/g, "");
        const pairing = waiting().find((entry) => entry.code === wanted && entry.approved === undefined);
        if (pairing === undefined)
            throw new PairingError("unknown_code", `No computer waits with the code ${code}`);
        return pairing;
    }

    function freeName(wanted: string): string {
        const taken = new Set(
            journal.computers().flatMap(({ name, revokedAt }) => (revokedAt === undefined ? [name] : [])),
        );
        for (let count = 1; ; count += 1) {
            const name = count === 1 ? wanted : `${wanted} ${count}`;
            if (!taken.has(name)) return name;
        }
    }

    return {
        offer(gameId, label, address) {
            const all = waiting();
            const ofAddress = all.filter((pairing) => pairing.address === address).length;
            if (all.length >= MOST_WAITING || ofAddress >= MOST_OF_ADDRESS)
                throw new PairingError("too_many", "Too many computers wait to be linked; try again later");
            const codes = new Set(all.map(({ code }) => code));
            let code = newCode();
            while (codes.has(code)) code = newCode();
            const secret = random();
            const expiresAt = now() + CODE_SECONDS * 1000;
            const hidden = [hide(code), hide(secret)];
            pairings.set(secret, { code, secret, gameId, label, address, expiresAt, hidden });
            return { code, secret, seconds: CODE_SECONDS };
        },
        state(secret) {
            waiting();
            const pairing = pairings.get(secret);
            if (pairing === undefined) throw new PairingError("expired", "The code has expired");
            if (pairing.approved !== undefined) forget(pairing);
            return pairing.approved;
        },
        refuse: (code) => forget(withCode(code)),
        waiting: () => waiting().filter(({ approved }) => approved === undefined),
        approve(code, approval) {
            const pairing = withCode(code);
            const token = random();
            pairing.hidden.push(hide(token));
            const computer: LinkedComputer = {
                id: randomBytes(9).toString("hex"),
                tokenHash: hashOf(token),
                gameId: pairing.gameId,
                name: freeName(approval.name ?? pairing.label ?? `computer ${pairing.gameId}`),
                owner: approval.owner ?? "owner",
                profile: approval.profile ?? "talk",
                linkedAt: now(),
            };
            journal.addComputer(computer);
            const { name, owner, profile } = computer;
            pairing.approved = { token, name, owner, profile };
            return computer;
        },
    };
}
