/** A prompt as opencode 1 takes it. */
import { percentEncode } from "../../../trapos/utf8";
import type { Prompt, ServerFile } from "../face";

/** A model as requests name it: {providerID, modelID}; nothing for what is no "provider/model". */
export function modelIn(model: string | undefined): Record<string, string> | undefined {
    const [providerID, modelID] = string.match(model ?? "", "^([^/]+)/(.+)$");
    if (providerID === undefined) return undefined;
    return { providerID, modelID: modelID! };
}

/** A file of the server as a part of a prompt: opencode reads it and puts what it says beside the prompt (1.18.33). */
function partOfFile(file: ServerFile): object {
    // Each name of the path on its own: the slashes stay.
    const [path] = string.gsub(file.absolute, "[^/]+", percentEncode);
    return { type: "file", mime: "text/plain", url: `file://${path}`, filename: file.path };
}

/**
 * The body of a prompt's request. It carries no messageID, which makes servers up to 1.18.14 loop and all of them
 * ignore an id that was used before; the nonce in the first part's metadata marks it instead. What is attached is
 * "synthetic", as all is that nobody has typed.
 */
export function bodyOfPrompt(prompt: Prompt): object {
    const parts: object[] = [{ type: "text", text: prompt.text, metadata: { nonce: prompt.nonce } }];
    for (const text of prompt.attachments ?? []) table.insert(parts, { type: "text", text, synthetic: true });
    for (const file of prompt.files ?? []) table.insert(parts, partOfFile(file));
    return {
        parts,
        agent: prompt.agent,
        variant: prompt.variant,
        system: prompt.system,
        model: modelIn(prompt.model),
    };
}
