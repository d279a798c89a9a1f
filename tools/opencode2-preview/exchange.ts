/** What goes between a client, the translations and the engine that stands behind them. */

/** An answer to a request. */
export interface Answer {
    readonly status: number;
    /** What its JSON says; undefined where it has none. */
    readonly body?: unknown;
    /** A text of another type, in the place of a body. */
    readonly text?: { readonly type: string; readonly content: string };
}

/** A thing of JSON with names in it. */
export type Fields = Readonly<Record<string, unknown>>;

/** The fields of a value; none of what is no thing with names. */
export function fieldsOf(value: unknown): Fields {
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** The entries of a list; none of what is no list. */
export function entriesOf(value: unknown): readonly Fields[] {
    return Array.isArray(value) ? value.map(fieldsOf) : [];
}

/** The same fields without some. */
export function without(fields: Fields, ...names: readonly string[]): Fields {
    return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

/** Whether an answer says that all went well. */
export function isWell({ status }: Answer): boolean {
    return status >= 200 && status < 300;
}

/** The same answer with something else as its `data`; one of a failure stays as it is. */
export function withData(answer: Answer, translate: (data: unknown) => unknown): Answer {
    if (!isWell(answer)) return answer;
    const body = fieldsOf(answer.body);
    return { status: answer.status, body: { ...body, data: translate(body["data"]) } };
}

/** The answer to what has been done and has nothing to say. */
export const done: Answer = { status: 204 };

/** An answer of a failure, as opencode 2 writes it. */
export function failure(status: number, tag: string, message: string, more: Fields = {}): Answer {
    return { status, body: { _tag: tag, ...more, message } };
}

/** What a server of opencode says to all that it does not know: its web application's page. */
export const webPage: Answer = {
    status: 200,
    text: { type: "text/html", content: "<!doctype html>\n<title>OpenCode</title>\n" },
};
