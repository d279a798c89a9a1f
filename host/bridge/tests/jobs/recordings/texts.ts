/** What models write that repeats itself for good reasons. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

const project = join(import.meta.dirname, "../../../../..");

/** A file of this project. */
const file = (path: string): string => readFileSync(join(project, path), "utf8");

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
const lines = (count: number, line: (number: number) => string): string =>
    numbers(count).map(line).join("\n");
const code = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\`\n`;

/** Whole numbers from 0 to `below - 1` that are the same each time. */
function dice(seed: number): (below: number) => number {
    const generator = xoroshiro128plus(seed);
    return (below) => uniformInt(generator, 0, below - 1);
}

/** Prose: what this project says of itself. */
export const manual = [
    "libai",
    "bridge",
    "computer",
    "protocol",
    "architecture",
    "opencode",
    "ai",
    "build",
    "failures",
]
    .map((name) => file(`docs/${name}.md`))
    .join("\n")
    .slice(0, 200_000);

/** A program as one writes it: many of its lines stand in it more than once. */
export const program = `Here is the whole module:\n\n${code("lua", file("apis/ai/client.lua") + file("apis/ccpm/transaction.lua"))}`;

const walk = ["turtle.dig()", "turtle.forward()", "turtle.digUp()"];

export const tunnel = `The turtle needs no loop for it:\n\n${code(
    "lua",
    lines(240, (number) => (number > 200 ? walk[number % 3]! : "turtle.forward()")),
)}`;

export const equalRows = `| slot | item | count |\n| ---- | ---- | ----- |\n${lines(100, () => "| any  | minecraft:cobblestone | 64    |")}\n\nAll slots hold the same.`;

const dots = ".".repeat(51);
const mapWith = (column: number): string =>
    lines(19, (row) => (row === 9 ? `${dots.slice(0, column)}@${dots.slice(column + 1)}` : dots));

export const maps = `The robot walks from left to right:\n\n${[5, 20, 35, 50].map((column) => code("", mapWith(column))).join("\n")}`;

/** A building of equal floors. */
export const floors = lines(24, (floor) => {
    const wall = "################";
    const room = "#..............#";
    return `Floor ${floor}:\n${[wall, ...numbers(14).map(() => room), wall].join("\n")}\n`;
});

export const pixels = `An empty picture to paint in:\n\n${code("lua", `local picture = {\n${lines(64, () => `    { ${"0, ".repeat(63)}0 },`)}\n}`)}`;

const hex = (next: (below: number) => number, length: number): string =>
    numbers(length)
        .map(() => next(16).toString(16))
        .join("");

const ids = dice(1);
export const records = JSON.stringify(
    numbers(120).map((number) => ({
        id: hex(ids, 8),
        type: "chest",
        owner: "nobody",
        isLocked: false,
        tags: ["wood", "small", "old"],
        slot: number % 27,
        contents: { item: "minecraft:cobblestone", count: 64, damage: 0 },
    })),
    undefined,
    2,
);

export const blocks = JSON.stringify(
    numbers(512).map((number) => ({ x: number % 8, y: (number >> 3) % 8, z: number >> 6, block: "stone" })),
    undefined,
    2,
);

/** A page of cards that differ in a number and a name. */
export const cards = code(
    "html",
    lines(
        80,
        (number) => `<article class="card">
  <header class="card-header">
    <img class="card-image" src="/images/placeholder.png" alt="A picture of what is sold" width="320" height="240">
  </header>
  <div class="card-body">
    <h2 class="card-title">Chest ${number}</h2>
    <p class="card-text">Made of wood by hand, with a lid that closes by itself and hinges of iron.</p>
    <ul class="card-list">
      <li class="card-list-item">27 slots</li>
      <li class="card-list-item">Burns in a furnace</li>
    </ul>
    <button class="button button-primary" type="button">Put it into the basket</button>
  </div>
</article>`,
    ),
);

/** Functions that differ in a name. */
export const functions = code(
    "lua",
    lines(
        90,
        (number) =>
            `--- Opens a door and closes it again.\nlocal function door${number}()\n    redstone.setOutput("left", true)\n    sleep(3)\n    redstone.setOutput("left", false)\n    return true\nend\n`,
    ),
);

const bytes = dice(2);
const base64Lines = (length: number, byte: () => number): string =>
    Buffer.from(numbers(length).map(byte)).toString("base64").replace(/.{76}/g, "$&\n");
export const base64 = `The picture, encoded:\n\n${base64Lines(18_000, () => bytes(256))}`;
export const base64Blank = `An empty picture, encoded:\n\n${base64Lines(6000, () => 0)}`;
export const base64OneLine = base64Lines(18_000, () => bytes(256)).replaceAll("\n", "");

const stanzas = [
    "The miner went down with a lamp in his hand,\nwith bread for a day and a rope made of strand,",
    "The smith lit the coals when the morning was grey,\nand hammered the iron till the end of the day,",
    "The farmer sowed wheat in a row by the stream,\nand slept in the hay, and he had a good dream,",
    "The fisher sat still till the moon had gone down,\nand carried one salmon the long way to town,",
    "The mason laid stone upon stone in the rain,\nand when the wall fell he would lay it again,",
    "The guard on the tower saw nothing at all,\nbut snow on the hills and a cat on the wall,",
    "The cook had a kettle of mushroom and beet,\nand all who were hungry had something to eat,",
    "The builder of bridges looked over the chasm,\nand counted his planks with enthusiasm,",
    "The child found a diamond the size of a bean,\nthe brightest of stones that had ever been seen,",
    "The baker made cookies, a stack for each door,\nand when they were eaten she baked twenty more,",
];
const refrain =
    "and the wheel of the mill went around and around,\nand the water ran on with its whispering sound,\nso turn, little wheel, and go on, little stream,\nthe village is sleeping, the village may dream.";
export const poem = numbers(30)
    .map((number) => `${stanzas[(number - 1) % 10]!.replace("The", number > 10 ? "A" : "The")}\n${refrain}`)
    .join("\n\n");

export const items = lines(
    500,
    (number) => `${number}. A chest with 27 slots that holds item number ${number} and stands at the wall.`,
);

export const counting = lines(2000, String);
export const countingInARow = numbers(2000).join(", ");

const greeting: Readonly<Record<string, string>> = {
    English: "Welcome to the village. The door is open, the fire burns, and there is bread on the table.",
    German: "Willkommen im Dorf. Die Tür ist offen, das Feuer brennt, und auf dem Tisch liegt Brot.",
    French: "Bienvenue au village. La porte est ouverte, le feu brûle, et il y a du pain sur la table.",
    Spanish: "Bienvenido al pueblo. La puerta está abierta, el fuego arde y hay pan en la mesa.",
    Italian: "Benvenuto nel villaggio. La porta è aperta, il fuoco arde e c'è pane sulla tavola.",
    Dutch: "Welkom in het dorp. De deur is open, het vuur brandt en er ligt brood op tafel.",
    Swedish: "Välkommen till byn. Dörren är öppen, elden brinner och det finns bröd på bordet.",
    Polish: "Witaj w wiosce. Drzwi są otwarte, ogień płonie, a na stole leży chleb.",
    Russian: "Добро пожаловать в деревню. Дверь открыта, огонь горит, и на столе лежит хлеб.",
    Greek: "Καλώς ήρθες στο χωριό. Η πόρτα είναι ανοιχτή, η φωτιά καίει και υπάρχει ψωμί στο τραπέζι.",
    Japanese: "村へようこそ。扉は開いていて、火が燃え、食卓にはパンがあります。",
    Chinese: "欢迎来到村庄。门开着，火烧着，桌上有面包。",
};
/** The same sentence in each language with the English one before it, as one reads them side by side. */
export const translations = numbers(8)
    .flatMap((number) =>
        Object.entries(greeting).map(
            ([language, text]) => `**${language} ${number}**\n\n> ${greeting["English"]}\n\n${text}\n`,
        ),
    )
    .join("\n");

const clauses =
    "村里的孩子都知道那扇门 只有在月亮升起的时候才会打开 老铁匠把钥匙藏在井底的石头下面 雨下了整整三天三夜 河水漫过了木桥 没有人敢走进矿洞深处 灯火在风里摇晃 她数着墙上的砖块 一块也没有少 远处传来马蹄的声音 商人带着盐和布匹来了 面包师傅天不亮就起床揉面 炉子里的火烧得正旺 猫睡在窗台上 梦见了鱼 他把地图摊在桌子上 用炭笔画出新的路线 山那边有一座废弃的塔 塔顶住着一只乌鸦 每到冬天它就飞走 春天又回来 井水很凉 喝一口就忘了疲倦 种子埋进土里 七天以后长出绿芽 守夜人敲了三下钟".split(
        " ",
    );
const chineseDice = dice(3);
const clause = (): string => clauses[chineseDice(clauses.length)]!;
export const chinese = numbers(300)
    .map(() => `${clause()}，${clause()}，${clause()}。`)
    .join("");
export const chineseWithoutStops = numbers(700).map(clause).join("");

const nouns = "lever door lamp chest rail piston wire torch hopper furnace bucket ladder".split(" ");
const verbs = "moves opens lights fills pushes turns carries breaks holds follows".split(" ");
const sentenceDice = dice(4);
const noun = (): string => nouns[sentenceDice(nouns.length)]!;
const verb = (): string => verbs[sentenceDice(verbs.length)]!;
/** So many characters without an end of a sentence. */
export function longSentence(length: number): string {
    let text = "It works because the lever";
    while (text.length < length)
        text += ` ${verb()} the ${noun()} which ${verb()} the ${noun()} beside the ${noun()} and`;
    return `${text.slice(0, length)} so on.`;
}

const before = file("apis/ai/doctor/examine.lua");
export const difference = code(
    "diff",
    before
        .split("\n")
        .map((line) =>
            line.includes("local ") ? `-${line}\n+${line.replace("local ", "local the_")}` : ` ${line}`,
        )
        .join("\n"),
);

const log = dice(5);
export const logLines = `The log, as far as it matters:\n\n${code(
    "",
    lines(400, (number) => {
        const second = String(number % 60).padStart(2, "0");
        const minute = String(Math.floor(number / 60)).padStart(2, "0");
        return `[12:${minute}:${second}] [Server thread/INFO]: ${log(4) === 0 ? "Saved the game" : `Computer ${log(9)} turned on`}`;
    }),
)}`;

export const drums = lines(
    64,
    (bar) => `Bar ${bar}\nhat   |x-x-x-x-x-x-x-x-|\nsnare |----x-------x---|\nkick  |x-------x-------|`,
);

/** Thoughts that go through things one by one. */
export const carefulThoughts = lines(300, (number) => {
    const where = `x=${number % 32}, z=${Math.floor(number / 32)}`;
    return `Let me check the block at ${where}. It is ${noun()}-shaped, so it is fine. Let me go on with the next one.`;
});

const draft = file("apis/trapos/commandline.lua").slice(0, 2400);
/** Thoughts that draft a program four times, doubt it, and come back to what was said. */
export const doubtfulThoughts = numbers(4)
    .map(
        (number) =>
            `Okay, the user wants a list that scrolls. Let me write it down.\n\n${draft}\n\nWait, let me reconsider. ${longSentence(300)} Actually, that is attempt ${number}, and the first version was right.\n`,
    )
    .join("\n");

export const shortThoughts = ["They ask ", "for the time. ", "I need a command."];

/** A plan that is said again at each step. */
export const plan = lines(
    12,
    (number) => `- [ ] Step ${number}: look at the ${nouns[number % 12]} and write down what it does`,
);
