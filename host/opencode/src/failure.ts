import { failures, type Code } from "../../../src/apis/ai/codes.ts";

/** What is told of a failure, by the names that its words have for it. */
export type Detail = Readonly<Record<string, string | number | undefined>>;

/**
 * Fills the words of the table of failures. What is told of comes from outside, and is put in as it is.
 * @param template a text in which `{name}` stands for a detail
 */
function fill(template: string, detail: Detail): string {
    return template.replace(/\{(\w+)\}/g, (_, name: string) => String(detail[name] ?? ""));
}

/** A request to opencode that failed, by the codes that a computer has for it. */
export class OpencodeFailure extends Error {
    /** Which entry of src/apis/ai/codes.ts this is. */
    readonly code: Code;
    /** What its message is made of. */
    readonly detail: Detail;
    /** The HTTP status, where there was an answer. */
    readonly status: number | undefined;

    constructor(code: Code, detail: Detail = {}, options?: ErrorOptions) {
        super(fill(failures[code][0], detail), options);
        this.name = "OpencodeFailure";
        this.code = code;
        this.detail = detail;
        this.status = typeof detail.status === "number" ? detail.status : undefined;
    }
}
