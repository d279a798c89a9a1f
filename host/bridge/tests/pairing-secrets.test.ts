/** The secrets of a pairing: hidden in the log for as long as they are good for something. */
import { expect, test } from "vitest";
import type { Journal } from "../src/journal/journal.ts";
import { createPairings } from "../src/pairing.ts";

const journal = { computers: () => [], addComputer() {} } as unknown as Journal;

/** Pairings, and what is hidden now. */
function watched() {
    const hidden: string[] = [];
    const time = { now: 1_000_000 };
    const pairings = createPairings(
        journal,
        () => time.now,
        (secret) => {
            hidden.push(secret);
            return () => void hidden.splice(hidden.indexOf(secret), 1);
        },
    );
    return { hidden, time, pairings };
}

test("the code and the secret, and the token until it is handed over", () => {
    const { hidden, pairings } = watched();
    const { code, secret } = pairings.offer(3, "door", "127.0.0.1");
    expect(hidden).toEqual([code, secret]);
    pairings.approve(code, {});
    expect(hidden).toHaveLength(3);
    const { token } = pairings.state(secret)!;
    expect(token).toMatch(/^[0-9a-f]{36}$/);
    expect(hidden).toEqual([]);
});

test("those of a computer whose code has expired are not kept", () => {
    const { hidden, time, pairings } = watched();
    const first = pairings.offer(3, undefined, "127.0.0.1");
    time.now += first.seconds * 1000;
    const second = pairings.offer(4, undefined, "127.0.0.1");
    expect(hidden).toEqual([second.code, second.secret]);
});
