/** Asks for a yes or a no. */

/** Waits for one of some characters; "\n" is Enter. What Ctrl+T ends begins on a row of its own. */
function choose(question: string, answers: string): string {
    write(question);
    while (true) {
        const [event, what] = os.pullEventRaw();
        let key: string | undefined;
        if (event === "char") key = string.lower(what as string);
        if (event === "key" && what === keys.enter) key = "\n";
        if (key !== undefined && string.find(answers, key, 1, true)[0] !== undefined) return key;
        if (event === "terminate") {
            print();
            error("Terminated", 0);
        }
    }
}

/**
 * Asks until y, n or Enter is pressed.
 * @param question without "[Y/n]" behind it
 * @param usual what Enter means
 */
export function ask(question: string, usual: boolean): boolean {
    const key = choose(`${question} ${usual ? "[Y/n]" : "[y/N]"} `, "yn\n");
    const agreed = key === "y" || (usual && key === "\n");
    print(agreed ? "yes" : "no");
    return agreed;
}
