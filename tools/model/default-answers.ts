import type { Conversation } from "./conversation.ts";
import { followDirectives, withoutDirectives } from "./directives.ts";
import type { Reply, Rule } from "./rules.ts";

/** opencode cuts titles itself; 40 characters also fit beside a number and an age on a 51-character screen. */
const longestTitle = 40;

/** A title from the first words of the prompt. */
export function title(conversation: Conversation): Reply {
    const words = withoutDirectives(conversation.userText);
    if (words === "") return { text: "A talk with the scripted model" };
    return {
        text: words.length <= longestTitle ? words : `${words.slice(0, longestTitle - 3).trimEnd()}...`,
    };
}

/** A summary that says that there is none: nothing here reads the conversation. */
export function summary(): Reply {
    return { text: "## Objective\n- (the scripted model keeps no summary)\n\n## Next Move\n1. (none)" };
}

/** The prompt that opencode writes itself after it has compacted a session. */
const compactionPrompt = "Continue if you have next steps";

/** What `ai ping` sends, and a plain `ping`. */
const pingPrompt = /^(reply with the single word: pong|ping)[.!]?$/i;

/** What a person reads who talks to the scripted model. Follows the directives in their prompt. */
export const defaultRule: Rule = (conversation) => {
    const words = withoutDirectives(conversation.userText);
    if (words.startsWith(compactionPrompt)) return { text: "Nothing is left to do." };
    if (pingPrompt.test(words)) return followDirectives(conversation, { text: "pong" });
    const said = words === "" ? "You said nothing." : `You said: ${words}`;
    return followDirectives(conversation, {
        text:
            `I am the scripted model, a stand-in that answers without a key or a network. ${said}\n\n` +
            "For a real model, start your own opencode server and run: npm start -- --server URL",
    });
};
