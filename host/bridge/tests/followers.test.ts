import { expect, it } from "vitest";
import type { BridgeMessage } from "../../../src/apis/ai/link/frames.ts";
import { type Follower, LiveText } from "../src/turns/followers.ts";

interface Listener extends Follower {
    isReady: () => boolean;
    /** What it was told, put together as a computer does it. */
    heard: string;
}

function listener(): Listener {
    const one: Listener = {
        wanted: { text: true },
        isReady: () => true,
        heard: "",
        send(message: BridgeMessage) {
            if (message.type !== "text") return;
            expect(message.at).toBe(Buffer.byteLength(one.heard));
            expect(message.text.length).toBeLessThanOrEqual(8000);
            one.heard += message.text;
        },
    };
    return one;
}

it("tells the quick, the slow and the late the same text, each of its characters once", () => {
    const live = new LiveText("nonce");
    const [quick, slow, late] = [listener(), listener(), listener()];
    live.follow(quick);
    live.follow(slow);
    let isReady = false;
    slow.isReady = () => isReady;
    let text = "";
    for (let word = 0; word < 3000; word += 1) {
        const piece = `${word} \u{1f600}gr\u00fc\u00df `;
        live.add("part", "text", text.length, piece);
        text += piece;
        isReady = word % 700 === 0;
        if (word === 1500) live.follow(late);
        if (word % 3 === 0) live.flush();
    }
    isReady = true;
    live.flush();
    expect(quick.heard).toBe(text);
    expect(slow.heard).toBe(text);
    expect(late.heard).toBe(text);
});

it("passes over a piece whose beginning was missed, and goes on with a text that takes a part's place", () => {
    const live = new LiveText("nonce");
    const one = listener();
    live.follow(one);
    live.add("part", "text", 0, "one ");
    live.flush();
    live.add("part", "text", 8, "three");
    live.replace("part", "text", "one two three");
    live.flush();
    live.add("part", "text", 13, " four");
    live.flush();
    expect(one.heard).toBe("one two three four");
});
