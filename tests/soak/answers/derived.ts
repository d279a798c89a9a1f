/** Conversations that hardly ever happen, made of recorded ones: those in which the client asks for what it seldom needs. */
import type { Frame, Scene } from "./recording.ts";

interface Message {
    readonly info: {
        readonly id: string;
        readonly role: string;
        readonly time: { readonly completed?: number };
    };
    readonly parts: readonly { readonly type: string }[];
}

const messagesOf = (frame: Frame): Message[] => [...(frame.messages as Message[])];

/** A tool call that is at work. */
const RUNNING = { status: "running", input: {}, time: { start: 1795970848000 } };

/** A message that has just begun. */
const begun = (message: Message): Message => {
    const { completed: _, ...time } = message.info.time;
    return { info: { ...message.info, time }, parts: [] };
};

/** The last frame of a scene with an answer, and its messages. */
function ending(scene: Scene): {
    readonly frame: Frame;
    readonly messages: Message[];
    readonly answer: Message;
} {
    const frame = scene.frames.at(-1)!;
    const messages = messagesOf(frame);
    return { frame, messages, answer: messages.at(-1)! };
}

/** The prompt has come and nothing follows. */
function ignored(scene: Scene): Scene {
    const { frame, messages } = ending(scene);
    return {
        ...scene,
        name: "ignored",
        frames: [{ ...frame, at: 0, messages: messages.slice(0, 1), status: {} }],
    };
}

/** The model has not begun yet, for as long as anybody waits. */
function beginning(scene: Scene): Scene {
    const { messages, answer } = ending(scene);
    const frames = [{ ...scene.frames[0]!, at: 0, messages: [messages[0]!, begun(answer)] }];
    const error = { name: "MessageAbortedError", data: { message: "Aborted" } };
    const stopped = { ...begun(answer), info: { ...answer.info, error } };
    return {
        ...scene,
        name: "beginning",
        frames,
        stopped: { ...scene.frames.at(-1)!, messages: [messages[0]!, stopped] },
    };
}

/** It was stopped before the model had begun, by nobody. */
function broken(scene: Scene): Scene {
    const { frame, messages, answer } = ending(scene);
    const error = { name: "MessageAbortedError", data: { message: "Aborted" } };
    const stopped = { info: { ...answer.info, error }, parts: [] };
    return { ...scene, name: "broken", frames: [{ ...frame, at: 0, messages: [messages[0]!, stopped] }] };
}

/** A tool has ended between two looks, and the next step has just begun. */
function passed(scene: Scene): Scene {
    const { frame, answer, messages } = ending(scene);
    const [prompt, first] = messages;
    const parts = first!.parts.map((part) => ({ ...part, ...(part.type === "tool" && { state: RUNNING }) }));
    const running = { ...frame, status: scene.frames[0]!.status };
    const early = [prompt!, { ...begun(first!), parts }];
    const next = { ...running, messages: [prompt!, first!, begun(answer)] };
    return {
        ...scene,
        name: "passed",
        frames: [
            { ...running, at: 0, messages: early },
            { ...next, at: 1500 },
            { ...frame, at: 3000 },
        ],
    };
}

/** The same as a recording has them, with those in which something was not recorded to the end. */
export function withDerived(scenes: readonly Scene[]): Scene[] {
    const of = (name: string): Scene => scenes.find((scene) => scene.name === name)!;
    const greet = of("greet");
    return [...scenes, ignored(greet), beginning(greet), broken(greet), passed(of("write"))];
}
