/** What a disk is slow at, or fails at, while a prompt is on its way to opencode. */
import { pino } from "pino";
import { expect, test, vi } from "vitest";
import type { BridgeMessage } from "../../../src/apis/ai/link/frames.ts";
import { JournalError } from "../src/journal/index.ts";
import { createTurns } from "../src/turns/turns.ts";
import { memoryJournal } from "./journal/memory-journal.ts";
import { computerOf, noon } from "./journal/samples.ts";
import { standInClient } from "./security/stand-in.ts";

function deferred() {
    let resolve!: () => void;
    let reject!: (error: Error) => void;
    const promise = new Promise<void>((...both) => ([resolve, reject] = both));
    return { promise, resolve, reject };
}

/** A turn whose prompt was handed over, with a disk that does what the test says. */
function begin() {
    const disk = deferred();
    const journal = { ...memoryJournal(), durable: vi.fn(() => disk.promise) };
    journal.addComputer(computerOf("c1"));
    journal.addSession("s1", "c1", noon);
    const asked: string[] = [];
    const client = standInClient(asked, {
        readList: (() => Promise.resolve({})) as never,
        getSession: (id: string) => Promise.resolve({ id, title: "", directory: "/" } as never),
    });
    const turns = createTurns({
        client: () => client,
        journal,
        directory: "/",
        now: () => noon,
        log: pino({ level: "silent" }),
    });
    const told: BridgeMessage[] = [];
    turns.take(
        computerOf("c1"),
        { type: "prompt", nonce: "n1", sessionId: "s1", text: "x", idleTimeout: 60, wanted: {} },
        { wanted: {}, send: (message) => told.push(message), isReady: () => true },
    );
    return { disk, journal, asked, told, turns };
}

test("a prompt goes to opencode once it is on the disk, and not before", async () => {
    const { disk, journal, asked, told, turns } = begin();
    await vi.waitFor(() => expect(journal.durable).toHaveBeenCalled());
    expect(journal.promptOf("n1")).toMatchObject({ state: "sent" });
    await new Promise(setImmediate);
    expect(asked).not.toContain("sendPrompt s1");
    expect(told).not.toContainEqual(expect.objectContaining({ type: "sent" }));
    disk.resolve();
    await vi.waitFor(() => expect(asked).toContain("sendPrompt s1"));
    turns.stop();
});

test("a disk that fails has the prompt fail, which opencode never sees", async () => {
    const { disk, asked, told, turns } = begin();
    disk.reject(new JournalError("unusable", "The journal j cannot be used (EIO): look at the disk."));
    await vi.waitFor(() => expect(told).toContainEqual(expect.objectContaining({ type: "failed" })));
    expect(asked).not.toContain("sendPrompt s1");
    turns.stop();
});
