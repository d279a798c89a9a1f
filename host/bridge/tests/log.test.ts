/** No secret ever stands in the log, whatever way it was logged in. */
import { mkdtemp, readFile, rename, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { type BridgeLog, hidden, openLog } from "../src/log.ts";

/** A log whose lines are kept. */
function keptLog(): { log: BridgeLog; lines: () => Record<string, unknown>[]; text: () => string } {
    let text = "";
    const log = openLog({ logLevel: "trace" }, { write: (line: string) => void (text += line) });
    return {
        log,
        text: () => text,
        lines: () =>
            text
                .split("\n")
                .filter(Boolean)
                .map((line) => JSON.parse(line) as Record<string, unknown>),
    };
}

/** Every way to log something. */
const shapes: Record<string, (log: BridgeLog, secret: string) => void> = {
    "a text": (log, secret) => log.info(secret),
    "inside of a text": (log, secret) => log.warn(`linked with ${secret}, at last`),
    "an argument": (log, secret) => log.info("linked with %s", secret),
    "an argument in JSON": (log, secret) => log.info("linked with %j", { secret }),
    "an object's field": (log, secret) => log.error({ what: secret }, "done"),
    "deep in an object": (log, secret) => log.debug({ a: { b: [{ c: `x${secret}y` }] } }),
    "a list": (log, secret) => log.trace({ list: [1, secret] }),
    "a key": (log, secret) => log.info({ [secret]: 1 }),
    "an error": (log, secret) => log.error(new Error(`wrong: ${secret}`)),
    "an error as a field": (log, secret) => log.error({ err: new Error(secret) }, "failed"),
    "an error's cause": (log, secret) =>
        log.error(new Error("outer", { cause: new Error(secret) }), "failed"),
    "an error's own field": (log, secret) =>
        log.error(Object.assign(new Error("failed"), { answer: secret })),
    "several errors": (log, secret) => log.fatal(new AggregateError([new Error(secret)], "all")),
    "a child's binding": (log, secret) => log.child({ who: secret }).info("hello"),
    "a child's line": (log, secret) => log.child({ who: "me" }).info({ nested: { secret } }, secret),
    "an address": (log, secret) => log.info({ url: `http://127.0.0.1/?x=${encodeURIComponent(secret)}` }),
    "an object with toJSON": (log, secret) => log.info({ at: { toJSON: () => secret } }),
    "what inspect shows": (log, secret) => log.info(inspect({ secret })),
    "JSON in a text": (log, secret) => log.info(`body ${JSON.stringify({ x: secret })}`),
    base64: (log, secret) => log.info(`body ${Buffer.from(secret).toString("base64")}`),
    bytes: (log, secret) => log.info({ frame: Buffer.from(secret) }),
};

describe("a secret that was told of", () => {
    const secrets = [
        ["a password", "correct horse"],
        ["one with letters that JSON and addresses write in another way", 'a"b\\c&d ü/1'],
        ["a token", "tk_0123456789abcdefABCDEF"],
        ["a code", "KXWQJZ"],
    ] as const;
    const cases = Object.keys(shapes).flatMap((shape) =>
        secrets.map(([what, secret]) => [what, shape, secret] as const),
    );

    test.each(cases)("%s as %s is hidden", (_, shape, secret) => {
        const { log, text, lines } = keptLog();
        log.hide(secret);
        shapes[shape]?.(log, secret);
        expect(lines()).toHaveLength(1);
        for (const form of [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]) {
            expect(text()).not.toContain(form);
        }
        expect(text()).not.toContain(Buffer.from(secret).toString("base64"));
        expect(text()).not.toContain(Buffer.from(secret).join(","));
    });

    test("is not hidden any more once it is of no use, unless another still needs that", () => {
        const { log, lines } = keptLog();
        const [one, other] = [log.hide("KXWQJZ"), log.hide("KXWQJZ")];
        one();
        one();
        log.info("it was KXWQJZ");
        other();
        log.info("it was KXWQJZ");
        expect(lines().map(({ msg }) => msg)).toEqual([`it was ${hidden}`, "it was KXWQJZ"]);
    });

    test("is hidden whole where another is a part of it", () => {
        const { log, text } = keptLog();
        log.hide("abcd");
        log.hide("abcdefgh");
        log.info("abcdefgh");
        expect(text()).not.toContain("efgh");
    });

    test("of a few letters hides no other word", () => {
        const { log, lines } = keptLog();
        log.hide("a");
        log.hide("");
        log.info("a day");
        expect(lines()[0]?.msg).toBe("a day");
    });
});

describe("a secret that nobody told of", () => {
    const secret = "Zm9vYmFyYmF6";
    test.each<[string, object]>([
        ["a password", { password: secret }],
        ["a header", { headers: { Authorization: `Token ${secret}` } }],
        ["a header of node's", { req: { rawHeaders: ["x", `Bearer ${secret}`] } }],
        ["a token deep down", { a: [{ b: { access_token: secret } }] }],
        ["tokens", { tokens: [secret] }],
        ["a variable", { env: { OPENCODE_SERVER_PASSWORD: secret } }],
        ["a cookie", { "set-cookie": [secret] }],
        ["a key", { apiKey: secret }],
        ["a code", { code: "KXWQJZ" }],
        ["a code in small letters", { code: "kxwqjz" }],
        ["a pairing's code", { pairingCode: "KXWQJZ" }],
        ["a basic login in a text", { msg: `sent Basic ${secret}==` }],
        ["a bearer in a text", { msg: `sent bearer ${secret}` }],
        ["an address with a login", { url: `http://opencode:${secret}@127.0.0.1:4096/` }],
        ["an address with a token", { url: `/event?auth_token=${secret}&x=1` }],
        ["a header in a text", { msg: `Authorization: ${secret}` }],
        ["JSON in a text", { body: JSON.stringify({ password: secret }) }],
        ["JSON in JSON in a text", { body: JSON.stringify({ inner: JSON.stringify({ token: secret }) }) }],
        ["an assignment in a text", { msg: `OPENCODE_SERVER_PASSWORD=${secret} opencode serve` }],
        ["a code in a text", { msg: "wrong code KXWQJZ" }],
        ["a code in JSON in a text", { msg: '{"code":"KXWQJZ"}' }],
    ])("is hidden as %s", (_, fields) => {
        for (const log of [
            (log: BridgeLog) => log.info(fields),
            (log: BridgeLog) => log.child(fields).info({}),
            (log: BridgeLog) => log.error(Object.assign(new Error("x"), fields)),
        ]) {
            const { log: kept, text } = keptLog();
            log(kept);
            expect(text()).toContain(hidden);
            expect(text()).not.toMatch(new RegExp(`${secret}|KXWQJZ`, "i"));
        }
    });
});

describe("what is no secret", () => {
    test.each<object>([
        { tokens: { input: 3, output: 4 }, inputTokens: 5 },
        { code: "ENOENT", errno: -2 },
        { code: "prompt_limit" },
        { code: "SQLITE_BUSY" },
        { code: 1006 },
        { computer: "KXWQJZ" },
        { url: "http://127.0.0.1:4096/session/ses_1?limit=1" },
        { ok: true, nothing: null, list: [1, "a"], text: "the code is wrong, exit code 7" },
    ])("%j stands as it is", (fields) => {
        const { log, lines } = keptLog();
        log.info(fields);
        expect(lines()[0]).toMatchObject(fields);
    });
});

describe("a log in a file", () => {
    test("is its owner's alone, says what it was told to, and begins anew where it was moved away", async () => {
        const folder = await mkdtemp(join(tmpdir(), "trapos-log-"));
        try {
            const file = join(folder, "new", "bridge.log");
            const log = openLog({ logLevel: "warn", logFile: file });
            log.info("not this");
            log.warn("this");
            await rename(file, `${file}.1`);
            log.reopen();
            log.warn("that");
            expect(await readFile(`${file}.1`, "utf8")).toMatch(/^\{"level":40,"time":\d+,"msg":"this"\}\n$/);
            expect(await readFile(file, "utf8")).toMatch(/"msg":"that"\}\n$/);
            if (process.platform !== "win32") expect((await stat(file)).mode & 0o777).toBe(0o600);
        } finally {
            await rm(folder, { recursive: true, force: true });
        }
    });
});
