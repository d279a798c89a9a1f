/** How much of an event may come without its end; opencode's largest hold a whole reply or a tool's output. */
const longestEvent = 64 * 1024 * 1024;

/** Reads server-sent events from a stream's bytes, however those are cut. */
export interface EventReader {
    /**
     * Reads the bytes that came next.
     * @returns the data of each event that they complete
     * @throws Error where an event is longer than any that opencode sends
     */
    read(bytes: Uint8Array): string[];
}

/** Makes a reader for one stream. Of an event it gives the data alone: opencode sends nothing else. */
export function eventReader(): EventReader {
    const decoder = new TextDecoder();
    // The line that has begun, in pieces: joined once, so that a long one costs no more than its length.
    let pieces: string[] = [];
    let length = 0;
    let data: string[] = [];

    /** A line of the format (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
    function readLine(line: string, complete: string[]): void {
        if (line === "") {
            if (data.length > 0) complete.push(data.join("\n"));
            data = [];
            length = 0;
        } else if (line.startsWith("data:")) {
            data.push(line.slice(line.startsWith("data: ") ? 6 : 5));
        }
    }

    return {
        read(bytes) {
            const complete: string[] = [];
            const lines = decoder.decode(bytes, { stream: true }).split("\n");
            for (const [index, text] of lines.entries()) {
                pieces.push(text);
                length += text.length;
                if (index === lines.length - 1) break;
                const line = pieces.join("");
                pieces = [];
                readLine(line.endsWith("\r") ? line.slice(0, -1) : line, complete);
            }
            if (length > longestEvent) throw new Error(`an event of more than ${longestEvent} characters`);
            return complete;
        },
    };
}
