/** Texts that nobody wants on a screen, made of what models, servers and attackers write. One character is one byte. */
import type { Random } from "../random.ts";

const utf8 = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

/** Must never be seen: it stands in what a model thinks before its answer, and in what only a terminal reads. */
export const SECRET = "pondering";

const words = [
    "door",
    "the",
    "redstone",
    "turtle",
    "opens",
    "a",
    "chest",
    "monitor",
    "and",
    "is",
    "it's",
    "x",
    "1.5",
];
const scripts = [
    "Größe déjà vu ñandú",
    "Привет мир",
    "日本語のテキスト",
    "한국어",
    "שלום עולם",
    "مرحبا بالعالم",
    "e\u0301a\u0308o\u0302",
    "🚀🔥👩‍👩‍👧 ❤️‍🔥 🇩🇪 1️⃣",
    "“curly” – dashes… ‘x’ → ⇒ ≤ ≈",
    "\u200b\u200d\ufeff\u2060\u00ad\u061c",
    "\u202eright to left\u202c \u2066isolated\u2069",
    "a\u00a0b\u3000c\u2028d\u2029e",
    "┌─┬─┐│║└┴┘█▒░",
    "𝗕𝗼𝗹𝗱 ﬁ ＡＢ１ x² H₂O",
    "\u{10ffff}\u{e0041}\ufffd\ufffe",
];
const broken = [
    "\x80",
    "\xff",
    "\xc3",
    "\xe2\x82",
    "\xf0\x9f\x98",
    "\xed\xa0\xbd",
    "\xed\xb8\x80",
    "\xc0\xaf",
    "\xe0\x80\x8a",
    "\xf4\xbf\xbf\xbf",
    "caf\xe9",
    "\xc4\xd6\xdc",
];
const commands = [
    "\x1b[31m", "\x1b[0m", "\x1b[1;38;5;200m", "\x1b[2J", "\x1b[10;10H", "\x1b[?25l", "\x1b[K", "\x1b[31", "\x1b[", "\x1b",
    `\x1b]8;;http://${SECRET}\x07`, `\x1b]0;${SECRET}\x1b\\`, `\x1bP${SECRET}\x1b\\`, "\x1b(B", "\x1b7", "\x1bc",
    "\xc2\x9b31m", `\xc2\x9d0;${SECRET}\xc2\x9c`, "\x9b1m", "\r", "\b", "\b\b\b", "\x07", "\f", "\v", "\0", "\x7f", "\x01\x02\x1a", "\xc2\x85",
]; // prettier-ignore
const templates = [
    "{what}",
    "{url}",
    "{}",
    "{{known}}",
    "%1",
    "%%",
    "%",
    "%d",
    "%s",
    "%f[%w]",
    "[%",
    "(%a+)",
    "$1",
    "\\1",
    "\\n",
    "${x}",
];
const numbers = ["0", "-1", "1e999", "NaN", "Infinity", "9007199254740993", "0x7f", "1/0", "1,000,000.00"];

function repeat(random: Random, most: number, make: () => string, separator = ""): string {
    return Array.from({ length: 1 + random.whole(most) }, make).join(separator);
}

function word(random: Random): string {
    if (random.chance(0.02))
        return random.pick(["x", "ab_", "a.b", "-", "é"].map(utf8)).repeat(1 + random.whole(3000));
    if (random.chance(0.15)) return utf8(random.pick(scripts));
    if (random.chance(0.06)) return random.pick(broken);
    if (random.chance(0.08)) return random.pick(commands) + random.pick(words);
    if (random.chance(0.05)) return random.pick(templates);
    if (random.chance(0.03)) return random.pick(numbers);
    return random.pick(words);
}

/** A few words with marks of Markdown around some, closed and not. */
function phrase(random: Random, most = 12): string {
    const mark = (): string => {
        if (random.chance(0.75)) return word(random);
        const [open, close] = random.pick([
            ["**", "**"], ["*", "*"], ["_", "_"], ["`", "`"], ["``", "``"], ["~~", "~~"], ["[", "](http://a.b/c)"], ["![", "](x)"],
            ["**", ""], ["`", ""], ["[", "]("], ["\\", ""], ["<", ">"], ["***", "**"], ["*`", "*`"], ["", "***"],
        ] as const); // prettier-ignore
        return open + word(random) + close;
    };
    return repeat(random, most, mark, random.chance(0.9) ? " " : random.pick(["", "  ", "\t"]));
}

function fence(random: Random): string {
    const indent = " ".repeat(random.whole(6));
    const marks = random.pick(["`", "~"]).repeat(2 + random.whole(4));
    const info = random.pick(["", "lua", " lua {1} `x`", "~~~", "\x1b[1mlua"]);
    const code = repeat(random, 6, () => `${indent}${" ".repeat(random.whole(20))}${phrase(random)}`, "\n");
    const close = random.pick([
        marks,
        `${marks}  \t`,
        `${marks}\`\`\``,
        `${indent}${marks}`,
        "```",
        "",
        `    ${marks}`,
    ]);
    return `${indent}${marks}${info}\n${code}\n${close}`;
}

function table(random: Random): string {
    const columns = 1 + random.whole(random.chance(0.1) ? 60 : 5);
    const row = (make: () => string): string =>
        `|${Array.from({ length: Math.max(columns + random.whole(3) - 1, 1) }, make).join("|")}|`;
    const rule = `|${Array.from({ length: columns }, () => random.pick(["-", ":--", "--:", ":-:", "---", "="])).join("|")}|`;
    const head = `|${Array.from({ length: columns }, () => phrase(random, 2)).join("|")}|`;
    return [
        head,
        rule,
        repeat(random, random.chance(0.05) ? 300 : 8, () => row(() => phrase(random, 3)), "\n"),
    ].join("\n");
}

function nested(random: Random): string {
    const deep = 1 + random.whole(30);
    return Array.from({ length: deep }, (_, depth) => {
        const lead = random.pick([
            " ".repeat(depth * 2),
            "> ".repeat(depth),
            "\t".repeat(depth % 9),
            "- ".repeat(depth),
            "1. ".repeat(depth),
        ]);
        return `${lead}${random.pick(["- ", "* ", "1. ", "99) ", "> ", "# ", ""])}${phrase(random, 4)}`;
    }).join("\n");
}

function thought(random: Random, what: string): string {
    const [open, close] = random.pick([
        ["<think>", "</think>"],
        ["<thinking>", "</thinking>"],
    ] as const);
    const end = random.pick(["", "\n"]);
    return `${open}${end}${what} ${random.pick(words)}\n\n${random.pick(words)}${end}${close}\n`;
}

function html(random: Random): string {
    const title = random.chance(0.5) ? `<title>${phrase(random, 3)}</title>` : "";
    return `${random.pick(["<!DOCTYPE html>", "<html>", "<HTML lang=en>"])}<head>${title}<style>p{color:red}</style></head><body>${repeat(random, 200, () => `<p class="x">${word(random)}</p>`)}</body></html>`;
}

function block(random: Random): string {
    const makers = [
        () => phrase(random, 60),
        () => `${"#".repeat(1 + random.whole(7))} ${phrase(random)}`,
        () => repeat(random, 6, () => `${random.pick(["- ", "* [ ] ", "1. "])}${phrase(random)}`, "\n"),
        () => fence(random),
        () => table(random),
        () => nested(random),
        () => `\n${thought(random, random.pick(words))}`,
        () => `> ${phrase(random)}\n> > ${phrase(random)}`,
        () => random.pick(["---", "***", "- - -", "===", "* * *"]),
        () => repeat(random, 20, () => random.pick(commands)) + phrase(random),
        () => repeat(random, 30, () => `${random.whole(101)}%`, "\r"),
        () => repeat(random, 40, () => random.pick(broken)),
        () => repeat(random, 12, () => random.pick([...templates, ...numbers]), " "),
        () =>
            random
                .pick(
                    ["*", "_", "`", "[", "|", ">", "<", "\\", "x", " ", "\n", "~", "日", "\u0301"].map(utf8),
                )
                .repeat(1 + random.whole(2000)),
        () =>
            Array.from({ length: 1 + random.whole(200) }, () => String.fromCharCode(random.whole(256))).join(
                "",
            ),
    ];
    return random.pick(makers)();
}

/** Whatever there is. */
export function hostileText(random: Random): string {
    if (random.chance(0.05)) return html(random);
    const text = repeat(random, 8, () => block(random), random.pick(["\n\n", "\n", "\r\n", ""]));
    return random.chance(0.03) ? text + random.pick(words).repeat(20_000) : text;
}

/** An answer, behind what the model thinks or not. */
export function hostileAnswer(random: Random): string {
    const blanks = random.pick(["", "\n", "  \n\n"]);
    return (random.chance(0.3) ? blanks + thought(random, SECRET) : "") + hostileText(random);
}

/** What stands for a name, a title or a reason: sometimes short. */
export function hostileLine(random: Random): string {
    return random.chance(0.4) ? phrase(random, 6) : hostileText(random);
}
