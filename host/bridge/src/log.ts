/** The bridge's log: JSON, a line each, in which no secret ever stands. */
import { constants } from "node:os";
import { type DestinationStream, destination, type Logger, pino } from "pino";
import type { BridgeOptions } from "./options.ts";

/** What stands where a secret stood. */
export const hidden = "[hidden]";

/** Fields whose values are secrets, whatever they hold. Compared without case, dashes and underscores. */
const secretNames =
    /password|passwd|secret|token|authorization|cookie|apikey|credential|pairingcode|^code$|^auth$|ticket/;

/** Names of that kind under which counts stand, as of a model's tokens. */
const isCount = (value: unknown): boolean => typeof value === "number" || typeof value === "boolean";

/**
 * What is called a code and is none to be hidden: the system's, libraries' and ours. Those that look like a pairing's are hidden
 * all the same, but for the system's.
 */
function isFailureCode(value: string): boolean {
    if (Object.hasOwn(constants.errno, value)) return true;
    return /^[A-Za-z][A-Za-z0-9]*([_-][A-Za-z0-9]+)*$/.test(value) && value.length !== pairingLength;
}

/** How many letters the code has by which a computer is linked. */
const pairingLength = 6;

/** Secrets by their form, wherever they stand in a text. */
const secretTexts: readonly (readonly [RegExp, string])[] = [
    // Authorization headers.
    [/\b(Basic|Bearer)\s+[A-Za-z0-9+/=_.~-]+/gi, `$1 ${hidden}`],
    // In addresses: http://user:password@host, ?auth_token=...
    [/([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, `$1${hidden}@`],
    [/([?&][^=&\s]*(?:token|password|secret|code|ticket|key)[^=&\s]*=)[^&\s"']+/gi, `$1${hidden}`],
    // As in a header, an assignment or JSON that stands in a text.
    [
        /((?:[a-z_-]*password|[a-z_-]*token|[a-z_-]*secret|authorization|api[_-]?key)\\?["']?\s*[=:]\s*\\?["']?)(?!\[hidden\])[^\s"'\\,;}]+/gi,
        `$1${hidden}`,
    ],
];

/** A code by which a computer is linked, as a text tells of it. */
const pairingText = /(\bcode\b\\?["']?\s*(?:[=:]|is)?\s*\\?["']?)([A-Z0-9]{6})\b/gi;

/** The shortest secret that is looked for in texts: a shorter one is part of words. */
const leastLength = 4;

/** What is written to a log by. */
export type Log = Pick<Logger, "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "child">;

/** The bridge's log. */
export interface BridgeLog extends Log {
    /** Hides a text from now on, wherever it stands. @returns ends that, for one that is of no use any more */
    hide(secret: string): () => void;
    /** Begins its file anew under the same name: for whoever has moved it away. */
    reopen(): void;
}

/** The forms in which a secret may stand in a text. */
function formsOf(secret: string): string[] {
    const bytes = Buffer.from(secret);
    return [
        secret,
        encodeURIComponent(secret),
        JSON.stringify(secret).slice(1, -1),
        bytes.toString("base64"),
        bytes.toString("base64url"),
    ];
}

/** Takes secrets out of what is about to be logged. */
function scrub(value: unknown, name: string, secrets: Iterable<string>): unknown {
    if (typeof value === "string") {
        const plain = name.toLowerCase().replace(/[-_ ]/g, "");
        if (secretNames.test(plain) && !(plain === "code" && isFailureCode(value))) return hidden;
        let text = value;
        for (const secret of secrets) text = text.replaceAll(secret, hidden);
        for (const [pattern, instead] of secretTexts) text = text.replace(pattern, instead);
        return text.replace(pairingText, (all, before: string, code: string) =>
            Object.hasOwn(constants.errno, code) || /^[a-z]+$/.test(code) ? all : before + hidden,
        );
    }
    // What a list holds is of its name.
    if (Array.isArray(value)) return value.map((one) => scrub(one, name, secrets));
    if (typeof value !== "object" || value === null) {
        const plain = name.toLowerCase().replace(/[-_ ]/g, "");
        return plain !== "code" && secretNames.test(plain) && value !== null && !isCount(value)
            ? hidden
            : value;
    }
    const { type, data } = value as { type?: unknown; data?: unknown };
    // Bytes may be those of a secret.
    if (type === "Buffer" && Array.isArray(data)) return `[${data.length} bytes]`;
    return Object.fromEntries(
        Object.entries(value).map(([key, one]) => [
            // A secret may be a key, too.
            scrub(key, "", secrets) as string,
            scrub(one, key, secrets),
        ]),
    );
}

/**
 * Opens the log.
 * @param options how much it says, and where: the file is its owner's alone
 * @param stream stands in for both, in tests
 */
export function openLog(
    options: Pick<BridgeOptions, "logLevel" | "logFile">,
    stream?: DestinationStream,
): BridgeLog {
    // A secret may be told of by several, each of whom ends that for itself.
    const secrets = new Map<string, number>();
    const file =
        stream === undefined && options.logFile !== undefined
            ? destination({ dest: options.logFile, mkdir: true, mode: 0o600, sync: true })
            : undefined;
    const logger = pino(
        {
            level: options.logLevel,
            base: undefined,
            hooks: {
                // The last moment before it is written: whatever way it was logged in, it passes here.
                streamWrite: (line) => {
                    // The longest first: one may be a part of another.
                    const all = [...secrets.keys()].sort((a, b) => b.length - a.length);
                    return `${JSON.stringify(scrub(JSON.parse(line), "", all))}\n`;
                },
            },
        },
        stream ?? file ?? destination({ dest: 2, sync: true }),
    );
    return Object.assign(logger, {
        hide(secret: string) {
            const forms = secret.length < leastLength ? [] : [...new Set(formsOf(secret))];
            for (const form of forms) secrets.set(form, (secrets.get(form) ?? 0) + 1);
            let isHidden = true;
            return () => {
                if (!isHidden) return;
                isHidden = false;
                for (const form of forms) {
                    const left = (secrets.get(form) ?? 1) - 1;
                    if (left === 0) secrets.delete(form);
                    else secrets.set(form, left);
                }
            };
        },
        reopen: () => file?.reopen(),
    });
}
