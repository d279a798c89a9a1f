/**
 * Forms, by which opencode 2 asks questions and the tools of MCP servers ask for what they need: as the questions that a
 * person is asked, and what these have answered as the form takes it. Pure.
 */
import type { Question } from "../../protocol";
import { askName } from "./asks";
import type { Condition2, Field2, Form2 } from "./shapes";

/** What a field is filled in with. */
type Value = string | number | boolean | readonly string[];

/** What a form is filled in with, by the keys of its fields. */
export type Answers = Readonly<Record<string, Value | undefined>>;

/** One of the questions. */
type Item = Question["questions"][number];

const YES = "Yes";
const NO = "No";
/** Where something is to be done elsewhere: in a browser. */
const DONE = "Done";

/** The fields that somebody is to fill in. */
function shownFields(form: Form2): Field2[] {
    const shown: Field2[] = [];
    for (const field of form.fields ?? []) if (field.hidden !== true) shown.push(field);
    return shown;
}

/** What a field asks. */
function wordsOf(field: Field2): string {
    const words = field.description ?? field.title ?? field.key;
    return field.url === undefined ? words : `${words}\n${field.url}`;
}

/** What a field asks, and what may be answered. */
function itemOf(field: Field2): Item {
    const question = wordsOf(field);
    const header = field.title;
    const type = field.type;
    if (type === "boolean")
        return { question, header, options: [{ label: YES }, { label: NO }], custom: false };
    if (type === "number" || type === "integer") return { question, header, custom: true, kind: type };
    if (type !== "string" && type !== "multiselect")
        return { question, header, options: [{ label: DONE }], custom: false };
    const options: { readonly label: string; readonly description?: string }[] = [];
    for (const option of field.options ?? [])
        options.push({ label: option.label, description: option.description });
    const custom = field.custom === true || options.length === 0;
    return { question, header, options, multiple: type === "multiselect", custom };
}

/** A form that waits as the questions that it asks, by a name that tells its route. */
export function questionOf(form: Form2): Question {
    const questions: Item[] = [];
    for (const field of shownFields(form)) questions.push(itemOf(field));
    if (questions.length === 0) {
        const words = form.title ?? "A web page is to be opened.";
        const question = form.url === undefined ? words : `${words}\n${form.url}`;
        questions.push({ question, options: [{ label: DONE }], custom: false });
    }
    const callID = form.metadata && form.metadata.callID;
    const id = askName(form.id, form.sessionID);
    if (callID === undefined) return { id, sessionID: form.sessionID, questions };
    return { id, sessionID: form.sessionID, questions, tool: { callID } };
}

/** What stands for a label: the value of the option that has it, or itself. */
function valueOf(field: Field2, label: string): string {
    for (const option of field.options ?? []) if (option.label === label) return option.value;
    return label;
}

/** Whether a condition holds for what is filled in so far. One on a field that is not filled in does not. */
function holds(condition: Condition2, answers: Answers): boolean {
    const given = answers[condition.key];
    if (given === undefined) return false;
    let isEqual = given === condition.value;
    if (typeof given === "object") for (const one of given) if (one === condition.value) isEqual = true;
    return isEqual === (condition.op !== "neq");
}

/** Whether a field is to be filled in. */
function isActive(field: Field2, answers: Answers): boolean {
    for (const condition of field.when ?? []) if (!holds(condition, answers)) return false;
    return true;
}

/** What a form is answered with, or the first thing in it that it does not take. */
export interface Filled {
    readonly answers: Answers;
    readonly problem?: string;
}

/** Reads a number; nothing where a text is none. */
type ToNumber = (this: void, text: string) => number | undefined;

/** Reads what a field of numbers is filled in with. */
function numberOf(field: Field2, text: string, toNumber: ToNumber): number | undefined {
    const value = toNumber(text);
    // What is endless in Lua, as 1e999, has no word in JSON: taken from itself it is no number.
    if (value === undefined || value - value !== 0) return undefined;
    if (field.type === "integer" && value % 1 !== 0) return undefined;
    return value;
}

/** What a field is filled in with; nothing where it does not take that, or has nothing to be filled in. */
function fieldValue(field: Field2, labels: readonly string[], toNumber: ToNumber): Value | undefined {
    const first = labels[0]!;
    const type = field.type;
    if (type === "boolean") return first === YES;
    if (type === "number" || type === "integer") return numberOf(field, first, toNumber);
    if (type === "string") return valueOf(field, first);
    if (type !== "multiselect") return undefined;
    const values: string[] = [];
    for (const label of labels) values.push(valueOf(field, label));
    return values;
}

/**
 * Fills in a form.
 * @param form as the server has it
 * @param chosen for each of its questions the labels that were chosen, or own words; what is empty is left out
 * @param toNumber reads a number; nothing where a text is none
 */
export function fillIn(form: Form2, chosen: readonly (readonly string[])[], toNumber: ToNumber): Filled {
    const answers: Record<string, Value | undefined> = {};
    let problem: string | undefined;
    let count = 0;
    for (const field of shownFields(form)) {
        const labels = chosen[count] ?? [];
        count += 1;
        if (labels.length > 0 && isActive(field, answers)) {
            const value = fieldValue(field, labels, toNumber);
            answers[field.key] = value;
            const isNumber = field.type === "number" || field.type === "integer";
            if (value === undefined && isNumber && problem === undefined)
                problem = `${labels[0]} is not ${field.type === "number" ? "a number" : "a whole number"}`;
        }
    }
    return { answers, problem };
}
