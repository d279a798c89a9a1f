/** Bridges that are killed at random moments: what they said was done is there, once, and nothing else is. */
import { createInterface } from "node:readline";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { expect, test } from "vitest";
import { openJournal } from "../../src/journal/store.ts";
import { change, contentsOf } from "./changes.ts";
import { memoryJournal } from "./memory-journal.ts";
import { journalFile, kill, startProgram } from "./support.ts";

const file = journalFile();

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const lives = Number(process.env.LIVES ?? 6);

/** @returns what a writer said before it was killed, which is when it has said so many lines */
async function live(first: number, lines: number): Promise<string[]> {
    const said: string[] = [];
    const writer = startProgram("writer.ts", file.path, String(seed), String(first));
    let killed: Promise<void> | undefined;
    for await (const line of createInterface(writer.stdout)) {
        said.push(line);
        if (said.length === lines) killed = kill(writer);
    }
    await killed;
    return said;
}

test(`a journal keeps what it promised through ${lives} kills (SEED=${seed})`, async () => {
    const random = xoroshiro128plus(seed);
    const expected = memoryJournal();
    let done = 0;
    for (let life = 1; life <= lives; life++) {
        // One in four is killed while it opens the file.
        const lines = uniformInt(random, 0, 3) === 0 ? 1 : uniformInt(random, 2, 90);
        const again = done;
        const [opening, ...said] = await live(done, lines);
        expect(opening).toBe("opening");
        expect(said.length).toBeGreaterThanOrEqual(lines - 1);
        for (const line of said) {
            const answer = change(expected, seed, done);
            // The first one may have been done before the kill, whose answer to it nobody heard.
            if (done > again || life === 1) expect(JSON.parse(line)).toEqual({ number: done, answer });
            done++;
        }

        const journal = openJournal(file.path);
        const found = contentsOf(journal);
        journal.close();
        const before = contentsOf(expected);
        const stillUnsaid = memoryJournal();
        for (let number = 0; number <= done; number++) change(stillUnsaid, seed, number);
        expect([before, contentsOf(stillUnsaid)]).toContainEqual(found);
    }
    expect(done).toBeGreaterThan(0);
});
