/**
 * The names of permissions and forms that wait. opencode 2 answers them by their session's route, so that their name
 * here has the session in it: "per_1~ses_2". Pure.
 */

/** The id of something that waits, and the session that waits for it. */
export interface AskParts {
    readonly id: string;
    readonly sessionId: string;
}

/** The name of something that waits. */
export function askName(id: string, sessionId: string): string {
    return `${id}~${sessionId}`;
}

/** What a name is made of. A name of another form is of no session, which no route has. */
export function askParts(name: string): AskParts {
    let id = "";
    for (let rest = name; rest !== ""; rest = rest.slice(1)) {
        if (rest.charAt(0) === "~") return { id, sessionId: rest.slice(1) };
        id += rest.charAt(0);
    }
    return { id, sessionId: "" };
}
