/** What Tab offers behind a program, made from its table. To be called at every key: it must not raise. */
import { choice } from "cc.completion";
import { commandNamed, COMMON, knownCommand, takes, type Command, type Program } from "./commandline";

/** The word at a place of the names of commands: the first, or what may stand behind the first. */
function nameWords(program: Program, group: string | undefined): string[] {
    const found: Record<string, true | undefined> = {};
    const words: string[] = [];
    for (const commands of [program.commands, [program.help]]) {
        for (const command of commands) {
            const [first, second] = string.match(command.name, "(%S+) ?(.*)");
            const word = group === undefined ? first! : second!;
            const isMeant = command.isSign !== true && (group === undefined || first === group);
            if (isMeant && word !== "" && !found[word]) {
                found[word] = true;
                table.insert(words, word);
            }
        }
    }
    return words;
}

function flagWords(program: Program, command: Command | undefined): string[] {
    const words: string[] = [];
    for (const flags of [program.flags, command === undefined || command.flags === undefined ? COMMON : []]) {
        for (const flag of flags) {
            if (command === undefined || takes(command, flag)) table.insert(words, `--${flag.name}`);
        }
    }
    return words;
}

/** What may stand behind some words. */
function candidates(program: Program, text: string, previous: readonly string[]): readonly string[] {
    const first = previous[0];
    const group = first !== undefined && nameWords(program, first).length > 0 ? first : undefined;
    const named = group === undefined ? 1 : 2;
    const name = table.concat(previous as string[], " ", 1, Math.min(named, previous.length));
    const command =
        knownCommand(program, name) ??
        (first === undefined ? undefined : commandNamed(program, program.otherwise));
    if (string.sub(text, 1, 1) === "-") return flagWords(program, command);
    if (first === undefined || first === program.help.name) return nameWords(program, previous[1]);
    if (group !== undefined && previous.length < 2) return nameWords(program, group);
    if (command === undefined || command.complete === undefined) return [];
    const words: string[] = [];
    for (const index of $range(named, previous.length - 1)) table.insert(words, previous[index]!);
    return words.length < (command.most ?? 0) ? command.complete(words) : [];
}

/**
 * The ends of the word that is typed, as the shell's completion wants them.
 * @param program whose table it is
 * @param text what is there of the word
 * @param previous the words before it, without the program's name
 */
export function complete(program: Program, text: string, previous: readonly string[]): string[] {
    const [ok, words] = pcall(candidates, program, text, previous);
    if (!ok) return [];
    const sorted: string[] = [];
    for (const word of words) table.insert(sorted, word);
    table.sort(sorted);
    return choice(text, sorted, true);
}
