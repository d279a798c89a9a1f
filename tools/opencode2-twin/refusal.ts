/** How a request is refused. Source: upstream's packages/protocol/src/errors.ts, and the preview, measured. */

/** An answer that is an error. Its body is JSON, or a plain text. */
export class Refusal extends Error {
    readonly status: number;
    readonly body: Readonly<Record<string, unknown>> | string;

    constructor(status: number, body: Readonly<Record<string, unknown>> | string) {
        super(typeof body === "string" ? body : String(body["message"]));
        this.status = status;
        this.body = body;
    }
}

function tagged(status: number, tag: string, message: string, more: Record<string, unknown> = {}): Refusal {
    return new Refusal(status, { _tag: tag, ...more, message });
}

export const refusals = {
    unauthorized: () => tagged(401, "UnauthorizedError", "Authentication required"),
    invalid: (message: string, kind: "Payload" | "Query" | "Params") =>
        tagged(400, "InvalidRequestError", message, { kind }),
    invalidField: (message: string, field: string) => tagged(400, "InvalidRequestError", message, { field }),
    contentType: (type: string) => new Refusal(415, `Unsupported content-type: ${type}`),
    unknown: (status: number) => tagged(status, "UnknownError", "Unexpected server error."),
    cursor: (message: string) => tagged(400, "InvalidCursorError", message),
    session: (sessionID: string) =>
        tagged(404, "SessionNotFoundError", `Session not found: ${sessionID}`, { sessionID }),
    message: (sessionID: string, messageID: string) =>
        tagged(404, "MessageNotFoundError", `Message not found: ${messageID}`, { sessionID, messageID }),
    conflict: (resource: string) =>
        tagged(
            409,
            "ConflictError",
            `Prompt message ID conflicts with an existing durable record: ${resource}`,
            {
                resource,
            },
        ),
    busy: (sessionID: string) => tagged(409, "SessionBusyError", "Session is busy", { sessionID }),
    permission: (requestID: string) =>
        tagged(404, "PermissionNotFoundError", `Permission request not found: ${requestID}`, { requestID }),
    form: (id: string) => tagged(404, "FormNotFoundError", `Form not found: ${id}`, { id }),
    formSettled: (id: string) =>
        tagged(409, "FormAlreadySettledError", `Form already settled: ${id}`, { id }),
    formAnswer: (id: string, message: string) => tagged(400, "FormInvalidAnswerError", message, { id }),
    command: (command: string) =>
        tagged(404, "CommandNotFoundError", `Command not found: ${command}`, { command }),
    file: (path: string) => tagged(404, "FileNotFoundError", `File not found: ${path}`, { path }),
    location: (directory: string) =>
        tagged(404, "LocationNotFoundError", `Location not found: ${directory}`, { location: { directory } }),
} as const;
