/** What a line of a shell runs, as far as it matters for leave. */
import { dirname, isAbsolute, join, resolve } from "node:path";

/** Splits a line at `&&`, `||`, `;`, `|`, `&` and line ends that stand in no quotes. */
export function commandsOf(line: string): string[] {
    const commands: string[] = [];
    let command = "";
    let quote = "";
    for (let index = 0; index < line.length; index += 1) {
        const character = line.charAt(index);
        if (character === "\\" && quote !== "'") {
            command += character + line.charAt((index += 1));
        } else if (quote !== "") {
            if (character === quote) quote = "";
            command += character;
        } else if (character === "'" || character === '"') {
            quote = character;
            command += character;
        } else if (";|\n".includes(character) || (character === "&" && line.charAt(index - 1) !== ">")) {
            commands.push(command);
            command = "";
        } else {
            command += character;
        }
    }
    return [...commands, command].map((one) => one.trim()).filter((one) => one !== "");
}

/** What would be allowed for good with a command: all that its program does. */
export function savedPattern(command: string): string {
    return `${command.split(/\s+/)[0] ?? command} *`;
}

/** Programs whose arguments are paths that they go to or change. */
const pathPrograms = ["cd", "rm", "cp", "mv", "mkdir", "touch", "chmod", "chown", "cat"];

/** Folders that a command's arguments lead to, of those programs that are known for it. */
export function foldersOf(command: string, directory: string): string[] {
    const [program = "", ...values] = command.split(/\s+/);
    if (!pathPrograms.includes(program)) return [];
    const paths = values
        .map((value) => value.replace(/^(["'])(.*)\1$/, "$2"))
        .filter((value) => value !== "" && !value.startsWith("-") && !/[$`*?]/.test(value));
    return paths.map((path) => {
        const absolute = isAbsolute(path) ? path : join(directory, path);
        return program === "cd" ? resolve(absolute) : dirname(resolve(absolute));
    });
}
