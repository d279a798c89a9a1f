/** What a server is asked to do, whatever it speaks. */

/** Who is asked; the server chooses where nothing is said. */
export interface Named {
    /** "provider/model" */
    readonly model?: string;
    readonly agent?: string;
    /** Of the model. */
    readonly variant?: string;
}

/** A prompt as it is sent. */
export interface Prompt extends Named {
    readonly text: string;
    readonly nonce: string;
    readonly system?: string;
    /** Texts that the model reads behind the prompt, and that are no part of what was said: files of this computer. */
    readonly attachments?: readonly string[];
    /** Files of the server. */
    readonly files?: readonly ServerFile[];
}

/** A file of the server that a prompt names. */
export interface ServerFile {
    /** As the prompt names it, from the session's folder. */
    readonly path: string;
    readonly absolute: string;
}

/** A command of opencode's configuration that is to be run. */
export interface CommandCall extends Named {
    readonly name: string;
    readonly arguments: string;
}
