/**
 * What CC makes of a message that comes in parts: only the first one reaches a program, as if it were all of it, and
 * the others are dropped without a word. Source: WebsocketHandler in CC: Tweaked, which knows no continuation frames.
 * What it does to a compressed message in parts is not done here: such a one is put together.
 */

const FINAL = 0x80;
const COMPRESSED = 0x40;
const CONTINUATION = 0;
const TEXT = 1;
const BINARY = 2;
const OPCODES = 0x0f;
/** A length that follows in 2 bytes, and one that follows in 8. Source: RFC 6455, 5.2. */
const LENGTH_IN_TWO = 126;
const LENGTH_IN_EIGHT = 127;

/** The size of a frame's header, and of what follows it; undefined while too little of it is there. A server masks nothing. */
function sizesOf(bytes: Buffer): { header: number; payload: number } | undefined {
    const short = bytes[1];
    if (short === undefined) return undefined;
    if (short < LENGTH_IN_TWO) return { header: 2, payload: short };
    if (short === LENGTH_IN_TWO)
        return bytes.length < 4 ? undefined : { header: 4, payload: bytes.readUInt16BE(2) };
    if (short > LENGTH_IN_EIGHT) return { header: 2, payload: Infinity };
    return bytes.length < 10 ? undefined : { header: 10, payload: Number(bytes.readBigUInt64BE(2)) };
}

/** Changes the bytes that a server sends after its handshake, frame by frame. */
export class FirstParts {
    private readonly largest: number;
    /** The beginning of a header that is not whole yet. */
    private begun: Buffer = Buffer.alloc(0);
    /** How much of a frame is still to come, and whether it counts. */
    private left = 0;
    private keeps = true;
    /** Between the first and the last part of a message, what the first one was. */
    private within: "cut" | "compressed" | undefined;
    /** For each message that goes on as binary, whether it is the first part of a text. */
    private readonly texts: boolean[] = [];

    /** @param largest the largest frame; a larger one goes on whatever it is, so that it ends the connection */
    constructor(largest: number) {
        this.largest = largest;
    }

    /** @returns what is left of the bytes */
    filter(bytes: Buffer): Buffer {
        const kept: Buffer[] = [];
        let rest = Buffer.concat([this.begun, bytes]);
        this.begun = Buffer.alloc(0);
        while (rest.length > 0) {
            if (this.left > 0) {
                const part = rest.subarray(0, this.left);
                if (this.keeps) kept.push(part);
                this.left -= part.length;
                rest = rest.subarray(part.length);
            } else {
                const sizes = sizesOf(rest);
                if (sizes === undefined) {
                    this.begun = rest;
                    break;
                }
                const header = Buffer.from(rest.subarray(0, sizes.header));
                this.left = sizes.payload;
                this.keeps = this.begin(header, sizes.payload);
                if (this.keeps) kept.push(header);
                rest = rest.subarray(sizes.header);
            }
        }
        return Buffer.concat(kept);
    }

    /** Whether the next binary message is a text: part of a letter may be missing at its end, which is no text for `ws`. */
    isText(): boolean {
        return this.texts.shift() ?? false;
    }

    /** Changes a frame's header. @returns whether the frame counts */
    private begin(header: Buffer, payload: number): boolean {
        const first = header[0] as number;
        const opcode = first & OPCODES;
        const isFinal = (first & FINAL) !== 0;
        if (opcode === CONTINUATION) {
            const { within } = this;
            if (isFinal) this.within = undefined;
            if (within !== "cut") return true;
            if (payload <= this.largest) return false;
            header[0] = FINAL | BINARY;
            return true;
        }
        if (opcode !== TEXT && opcode !== BINARY) return true;
        const isCut = !isFinal && (first & COMPRESSED) === 0;
        if (!isFinal) this.within = isCut ? "cut" : "compressed";
        if (isCut) header[0] = FINAL | BINARY;
        if (opcode === BINARY || isCut) this.texts.push(opcode === TEXT);
        return true;
    }
}
