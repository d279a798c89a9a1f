/** Forms that wait to be filled in: questions of a model. Source: upstream's packages/schema/src/form.ts and its tool `question`. */
import type { Doubts } from "./doubts.ts";
import type { Events } from "./events.ts";
import { refusals } from "./refusal.ts";
import type { Form, FormCondition, FormField, FormValue } from "./types.ts";

export type Answer = Record<string, FormValue>;

/** What came of a form. */
export type FormState =
    | { readonly status: "pending" }
    | { readonly status: "answered"; readonly answer: Answer }
    | { readonly status: "cancelled"; readonly message?: string };

interface Kept {
    readonly form: Form;
    readonly directory: string;
    state: FormState;
    settle(state: FormState): void;
}

export interface Forms {
    /**
     * Waits until a form is answered or dismissed.
     * @param signal ends the wait, and dismisses it
     */
    ask(form: Form, directory: string, signal: AbortSignal): Promise<FormState>;
    /** Those that wait, oldest first, with the directories of their sessions. */
    pending(): { form: Form; directory: string }[];
    /** @throws Refusal for a form that is not there */
    get(sessionID: string, id: string): { form: Form; state: FormState };
    /** @throws Refusal for a form that is not there or settled, and for an answer that does not fit */
    reply(sessionID: string, id: string, answer: Answer): void;
    /** @throws Refusal for a form that is not there or settled */
    dismiss(sessionID: string, id: string, message: string | undefined): void;
}

function holds(condition: FormCondition, answer: Answer): boolean {
    const value = answer[condition.key];
    if (value === undefined) return false;
    const equals = Array.isArray(value) ? value.includes(String(condition.value)) : value === condition.value;
    return condition.op === "eq" ? equals : !equals;
}

function outsideOf(field: FormField, value: number): boolean {
    return value < (field.minimum ?? -Infinity) || value > (field.maximum ?? Infinity);
}

/** Whether a text is one of a field's options, where it has to be. */
function isOffered(field: FormField, value: string): boolean {
    if (field.options === undefined || field.custom === true) return true;
    return field.options.some((option) => option.value === value);
}

/** How a text has to be, by the format that a field wants. */
const formats: Readonly<Record<string, (value: string) => boolean>> = {
    email: (value) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value),
    uri: (value) => URL.canParse(value),
    date: (value) => /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value)),
    "date-time": (value) => !Number.isNaN(Date.parse(value)),
};

/** What is wrong with the value of a field; undefined when nothing is. */
function problemWith(field: FormField, value: FormValue): string | undefined {
    switch (field.type) {
        case "string":
            if (typeof value !== "string") return "it wants a text";
            if (field.required === true && value === "") return "it is empty";
            if (!isOffered(field, value)) return "it is none of its options";
            if (field.format !== undefined && formats[field.format]?.(value) === false)
                return `it is no ${field.format}`;
            if (value.length < (field.minLength ?? 0)) return "it is too short";
            if (value.length > (field.maxLength ?? Infinity)) return "it is too long";
            return field.pattern !== undefined && !new RegExp(field.pattern).test(value)
                ? "it does not match its pattern"
                : undefined;
        case "multiselect":
            if (!Array.isArray(value)) return "it wants a list of texts";
            if (field.required === true && value.length === 0) return "it is empty";
            if (!value.every((entry) => isOffered(field, entry))) return "one is none of its options";
            if (value.length < (field.minItems ?? 0)) return "it wants more";
            return value.length > (field.maxItems ?? Infinity) ? "it wants fewer" : undefined;
        case "number":
            if (typeof value !== "number") return "it wants a number";
            return outsideOf(field, value) ? "it is out of its bounds" : undefined;
        case "integer":
            if (!Number.isInteger(value)) return "it wants a whole number";
            return outsideOf(field, value as number) ? "it is out of its bounds" : undefined;
        case "boolean":
            return typeof value === "boolean" ? undefined : "it wants true or false";
        case "external":
            return typeof value === "boolean" || typeof value === "string"
                ? undefined
                : "it wants true, false or a text";
    }
}

/** What is wrong with an answer; undefined when nothing is. */
export function answerProblem(form: Form, answer: Answer): string | undefined {
    const unknown = Object.keys(answer).find((key) => !form.fields.some((field) => field.key === key));
    if (unknown !== undefined) return `Unknown field: ${unknown}`;
    for (const field of form.fields) {
        const isActive = (field.when ?? []).every((condition) => holds(condition, answer));
        const value = answer[field.key];
        if (value === undefined) {
            if (isActive && field.required === true) return `Missing field: ${field.key}`;
            continue;
        }
        if (!isActive) return `Inactive field: ${field.key}`;
        const problem = problemWith(field, value);
        if (problem !== undefined) return `Invalid field: ${field.key}: ${problem}`;
    }
    return undefined;
}

export function makeForms(events: Events, doubts: Doubts): Forms {
    const kept = new Map<string, Kept>();

    function find(sessionID: string, id: string): Kept {
        const found = kept.get(id);
        if (found?.form.sessionID !== sessionID) throw refusals.form(id);
        return found;
    }

    function findPending(sessionID: string, id: string): Kept {
        const found = find(sessionID, id);
        if (found.state.status !== "pending") throw refusals.formSettled(id);
        return found;
    }

    function settle(found: Kept, state: FormState): void {
        found.state = state;
        const { id, sessionID } = found.form;
        if (state.status === "answered")
            events.publish("form.replied", { id, sessionID, answer: state.answer }, found.directory);
        else events.publish("form.cancelled", { id, sessionID }, found.directory);
        found.settle(state);
    }

    return {
        ask(asked, directory, signal) {
            const form: Form = doubts.formMode ? { ...asked, mode: "form" } : asked;
            return new Promise((resolve, reject) => {
                if (signal.aborted) return reject(signal.reason as Error);
                const giveUp = (): void => settle(found, { status: "cancelled" });
                const found: Kept = {
                    form,
                    directory,
                    state: { status: "pending" },
                    settle(state) {
                        signal.removeEventListener("abort", giveUp);
                        if (signal.aborted) reject(signal.reason as Error);
                        else resolve(state);
                    },
                };
                signal.addEventListener("abort", giveUp, { once: true });
                kept.set(form.id, found);
                events.publish("form.created", { form }, directory);
            });
        },
        pending: () => [...kept.values()].filter(({ state }) => state.status === "pending"),
        get: find,
        reply(sessionID, id, answer) {
            const found = findPending(sessionID, id);
            const problem = answerProblem(found.form, answer);
            if (problem !== undefined) throw refusals.formAnswer(id, problem);
            settle(found, { status: "answered", answer });
        },
        dismiss(sessionID, id, message) {
            settle(findPending(sessionID, id), {
                status: "cancelled",
                ...(message === undefined ? {} : { message }),
            });
        },
    };
}
