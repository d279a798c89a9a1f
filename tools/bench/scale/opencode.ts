/** An opencode for many computers at once: each turn writes ten words a second for a minute, and no model is asked. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Happening, OpencodeClient } from "trapos-opencode";

/** How often each session's model writes something, which is some 16 characters, and for how many words a turn goes on. */
const EVERY_MILLISECONDS = 100;
const WORDS = 600;

/** How long a list takes: opencode answers within 2 to 5 ms. */
const REQUEST_MILLISECONDS = 3;

/** What is read of a text that is written: as long as that. */
const PAGE = "x".repeat(WORDS * 20);

/** In how many parts of that time the sessions take turns. */
const SLICES = 10;

/** A turn that is written. */
interface Writing {
    readonly messageId: string;
    readonly partId: string;
    readonly nonce: string;
    /** How long its text is by now. */
    length: number;
    words: number;
}

/** What a scripted stand-in is fed by. */
export interface CrowdedOpencode {
    readonly client: OpencodeClient;
    stop(): void;
}

/** The milliseconds of a clock that all processes of this machine share. */
export function sharedClock(): number {
    return performance.timeOrigin + performance.now();
}

/**
 * Starts one.
 * @param happened is told what happens, as by the stream of events
 */
export function startCrowdedOpencode(happened: (happening: Happening) => void): CrowdedOpencode {
    const sessions = new Map<string, Writing & { completed?: number }>();
    let count = 0;

    function messagesOf(id: string): object[] {
        const writing = sessions.get(id);
        if (writing === undefined) return [];
        const { messageId, nonce, length, completed } = writing;
        const asked = {
            info: { id: `${messageId}-asked`, role: "user", time: { created: 1 } },
            parts: [{ type: "text", text: "x", metadata: { nonce } }],
        };
        const info = {
            id: messageId,
            role: "assistant",
            parentID: `${messageId}-asked`,
            time: { created: 1, ...(completed === undefined ? {} : { completed }) },
            ...(completed === undefined ? {} : { finish: "stop" }),
        };
        return [asked, { info, parts: [{ type: "text", text: PAGE.slice(0, length) }] }];
    }

    /** Writes one word more, with the moment in it. */
    function write(sessionId: string, writing: Writing & { completed?: number }): void {
        if (writing.completed !== undefined) return;
        if (writing.words < WORDS) {
            const text = `${sharedClock().toFixed(2)} xx\n`;
            const { messageId, partId } = writing;
            const offset = writing.length;
            writing.words += 1;
            writing.length += text.length;
            happened({ kind: "text", sessionId, messageId, partId, offset, text });
            return;
        }
        writing.completed = Date.now();
        happened({ kind: "final", sessionId, messageId: writing.messageId, finish: "stop" });
        happened({ kind: "idle", sessionId });
    }

    // All at once would be one burst. What was due while the process was held up is made up for.
    const begun = performance.now();
    let written = 0;
    const timer = setInterval(() => {
        const due = Math.floor((performance.now() - begun) / (EVERY_MILLISECONDS / SLICES));
        if (due - written > SLICES) written = due - SLICES;
        for (; written < due; written += 1) {
            let place = 0;
            for (const [id, writing] of sessions)
                if (place++ % SLICES === written % SLICES) write(id, writing);
        }
    }, EVERY_MILLISECONDS / SLICES);

    const known: Partial<Record<keyof OpencodeClient, unknown>> = {
        url: "http://127.0.0.1:1",
        dialect: 1,
        // The stream is silent: what happens is told by itself.
        events: () =>
            Promise.resolve({
                async *[Symbol.asyncIterator]() {
                    await new Promise(() => undefined);
                    yield new Uint8Array();
                },
            }),
        createSession: () => Promise.resolve({ id: `ses_${++count}`, title: "", directory: "/" }),
        getSession: (id: string) => Promise.resolve({ id, title: "", directory: "/" }),
        setPermission: (_id: string, rules: unknown) => Promise.resolve(rules),
        getMessages: (id: string, limit: number) => Promise.resolve(messagesOf(id).slice(-limit)),
        sendPrompt(sessionId: string, { nonce }: { nonce: string }) {
            const messageId = `msg_${++count}`;
            sessions.set(sessionId, { messageId, partId: `prt_${count}`, nonce, length: 0, words: 0 });
            return Promise.resolve();
        },
        async readList(name: string) {
            await sleep(REQUEST_MILLISECONDS);
            if (name !== "status") return [];
            const busy = [...sessions].filter(([, { completed }]) => completed === undefined);
            return Object.fromEntries(busy.map(([id]) => [id, { type: "busy" }]));
        },
    };
    const client = new Proxy({} as OpencodeClient, {
        get: (_target, name: keyof OpencodeClient) => known[name] ?? (() => Promise.resolve(undefined)),
    });
    return { client, stop: () => clearInterval(timer) };
}
