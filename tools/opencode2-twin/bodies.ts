/** The bodies of requests, as shapes. Source: upstream's packages/protocol/src/groups/*.ts. */
import { absolutePath, anything, either, fields, flag, list, number, oneOf, record, text } from "./shapes.ts";

const sessionID = text("ses");
const messageID = text("msg_");
const metadata = record(anything);
const delivery = oneOf("steer", "queue");
const model = fields({ id: text(), providerID: text() }, { variant: text() });
const rules = list(fields({ action: text(), resource: text(), effect: oneOf("allow", "deny", "ask") }, {}));
const source = fields({ start: number, end: number, text: text() }, {});

/** What a prompt and a command have in common. */
const promptFields = {
    files: list(fields({ uri: text() }, { name: text(), mime: text(), description: text(), source })),
    agents: list(fields({ name: text() }, { source })),
    skills: list(anything),
} as const;

const decision = oneOf("once", "always", "reject");

export const bodies = {
    create: fields(
        {},
        {
            id: sessionID,
            parentID: sessionID,
            title: text(),
            agent: text(),
            model,
            location: fields({ directory: absolutePath }, {}),
            metadata,
            permissions: rules,
        },
    ),
    update: fields({}, { title: text(), metadata, permissions: rules }),
    fork: fields({}, { before: messageID }),
    agent: fields({ agent: text() }, {}),
    model: fields({ model }, {}),
    prompt: fields({ text: text() }, { id: messageID, ...promptFields, metadata, delivery, resume: flag }),
    command: fields({ name: text(), text: text() }, { ...promptFields, delivery }),
    synthetic: fields(
        { text: text() },
        { id: messageID, description: text(), metadata, delivery, resume: flag },
    ),
    shell: fields({ command: text() }, { id: messageID }),
    compact: fields({}, { id: messageID, delivery }),
    inbox: fields({ delivery }, {}),
    revert: fields({ messageID }, { files: flag }),
    environment: fields({ variables: record(text()) }, {}),
    permissionDecision: fields({ decision }, { message: text() }),
    permissionReply: fields({ reply: decision }, { message: text() }),
    formAnswer: fields({ answer: record(either(either(text(), number), either(flag, list(text())))) }, {}),
} as const;
