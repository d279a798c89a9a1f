/** Somebody who knows what they have asked, and looks whether they were told all that the server has. */
import { readSetting } from "craftos-headless";
import type { Reply } from "../../../tools/model/index.ts";
import type { Player } from "./turns-player.ts";
import { promptOf, replyOf, type Target, type Word } from "./turns-server.ts";

/** A tool call as the server has it. */
export interface ServerPart {
    readonly type: string;
    readonly text?: string;
    readonly tool?: string;
    readonly state?: {
        readonly status?: string;
        readonly input?: unknown;
        readonly output?: string;
        readonly error?: string;
    };
}

export interface ServerMessage {
    readonly info: {
        readonly id: string;
        readonly role: string;
        readonly parentID?: string;
        readonly time: { readonly completed?: number };
        readonly error?: object;
    };
    readonly parts: readonly ServerPart[];
}

/** How many prompts the server has with a word, and whether one of them was answered. */
interface OnServer {
    prompts: number;
    isAnswered: boolean;
}

/** The messages of a session of opencode 1, oldest first. */
export async function messagesOf({ calls }: Target, session: string): Promise<ServerMessage[]> {
    return calls.call<ServerMessage[]>("GET", `/session/${session}/message`);
}

export interface ReaderOptions {
    readonly target: Target;
    readonly player: Player;
    /** The computer's disk, a folder. */
    readonly disk: string;
    /** How long a command may take. */
    readonly seconds: number;
    /** Makes a word, of which the scripted model knows. */
    readonly newWord: (index: number, reply: Partial<Word>) => Word;
}

export class Reader {
    readonly words: Word[] = [];
    readonly sessions = new Set<string>();
    /** Whether answers were fetched that the screen had not told of. */
    isLate = false;
    private readonly options: ReaderOptions;

    constructor(options: ReaderOptions) {
        this.options = options;
    }

    newWord(reply: Reply = {}, more: Partial<Word> = {}): Word {
        const word = this.options.newWord(this.words.length, { ...more, reply });
        this.words.push(word);
        return word;
    }

    /** How often the model was asked for each word. */
    asked(): string {
        return this.words.map(({ word, asked }) => `${word} ${asked}`).join(", ");
    }

    /**
     * Looks at what a command has shown.
     * @param word what was asked, where something was
     * @returns what is wrong with it, if anything
     */
    note(text: string, word: Word | undefined): string | undefined {
        let shownFor: string | undefined = word?.word;
        let newest = -1;
        for (const [, prompt, last, reply] of text.matchAll(
            /> say (w[\dx]+) now|(The last answer:)|reply to (w[\dx]+)/g,
        )) {
            if (prompt !== undefined) shownFor = prompt;
            if (last !== undefined) shownFor = undefined;
            if (reply === undefined) continue;
            const found = this.words.findIndex((one) => one.word === reply);
            if (found < 0) return `The answer of another round: ${reply}`;
            if (shownFor !== undefined && reply !== shownFor)
                return `For ${shownFor} the answer to ${reply} is shown`;
            if (shownFor === undefined) {
                newest = this.words.findLastIndex((one) => one.isShown);
                if (found < newest) return `The last answer is said to be ${reply}`;
            }
            this.words[found]!.isShown = true;
        }
        return undefined;
    }

    /** Notes the sessions in which anything was asked. */
    async noteSession(): Promise<void> {
        const session = await readSetting(this.options.disk, "opencc.session_id");
        if (typeof session === "string") this.sessions.add(session);
        for (const word of this.words) if (word.session !== undefined) this.sessions.add(word.session);
    }

    /** What the server has of each word. */
    private async onServer(): Promise<Map<string, OnServer>> {
        const found = new Map(this.words.map(({ word }) => [word, { prompts: 0, isAnswered: false }]));
        for (const id of this.sessions) {
            const messages = await this.options.target.calls.messages(id);
            for (const [word, state] of found) {
                state.prompts += messages.filter(
                    ({ role, texts }) => role === "user" && texts.includes(promptOf(word)),
                ).length;
                state.isAnswered ||= messages.some(
                    ({ completed, hasFailed, texts }) =>
                        completed !== undefined && !hasFailed && texts.includes(replyOf(word)),
                );
            }
        }
        return found;
    }

    /** Nothing is lost, nothing came twice, and the next prompt is answered. @returns what is wrong, if anything */
    async end(): Promise<string | undefined> {
        const { player, seconds } = this.options;
        const isUnseen = (states: ReadonlyMap<string, OnServer>) =>
            this.words.filter(({ word, isShown }) => !isShown && states.get(word)!.isAnswered);
        for (let count = 0; count < 4; count++) {
            const unseen = isUnseen(await this.onServer());
            if (unseen.length === 0 && (await player.pending()).length === 0) break;
            if (count === 0 && unseen.length > 0) this.isLate = true;
            const { text } = await player.run("ai resume", seconds);
            const wrong = this.note(text, undefined);
            if (wrong !== undefined) return wrong;
        }
        const pending = await player.pending();
        if (pending.length > 0) return `Still written down: ${pending.join(", ")}`;
        const last = this.newWord();
        const { text } = await player.run(`ai ${promptOf(last.word)}`, seconds);
        const wrong = this.note(text, last);
        if (wrong !== undefined) return wrong;
        if (!last.isShown) return "The last prompt is not answered";
        await this.noteSession();
        const states = await this.onServer();
        const lost = isUnseen(states);
        if (lost.length > 0) return `Answered and never shown: ${lost.map(({ word }) => word).join(", ")}`;
        for (const { word, asked, isShown } of this.words) {
            const { prompts } = states.get(word)!;
            if (prompts > 1 || asked > 1)
                return `${word} was sent ${prompts} times, the model asked ${asked} times`;
            if (isShown && (prompts !== 1 || asked !== 1))
                return `${word} is shown, was sent ${prompts} times, the model asked ${asked} times`;
        }
        return undefined;
    }
}
