/** What the views are made of. */
import { h } from "preact";
import htm from "htm";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { wordsOf } from "./api.js";
import { now, openDialog, store, tell } from "./store.js";

export const html = htm.bind(h);

/** How many entries of a list are shown at once. */
const PAGE = 50;

/** What a text does to those around it, or hides in itself. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const UNSEEN_IN_PROSE =
	/(?![\n\t\u200d])[\p{Cc}\p{Zl}\p{Zp}\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/gu;

/** A text; what a model has given for one may be something else, of which not everything has a text. @param {unknown} text */
const asText = (text) => (typeof text === "string" ? text : JSON.stringify(text ?? ""));

/** A name or the like, in one line that is not too long. @param {unknown} text */
export function plain(text, most = 160) {
	const whole = asText(text ?? "")
		.slice(0, 4 * most)
		.replace(UNSEEN, "\ufffd");
	return whole.length > most ? `${whole.slice(0, most)} …` : whole;
}

/** A text of several lines. @param {unknown} text */
export const prose = (text) => asText(text ?? "").replace(UNSEEN_IN_PROSE, "\ufffd");

/** What comes from somebody else, whose direction of writing is its own. @param {{ text: unknown, most?: number }} given */
export const Said = ({ text, most }) => html`<bdi>${plain(text, most)}</bdi>`;

/** @param {{ text: unknown }} given */
export const Prose = ({ text }) => html`<div class="prose" dir="auto">${prose(text)}</div>`;

/** @param {number} seconds */
export function duration(seconds) {
	const whole = Math.max(0, Math.floor(seconds));
	if (whole < 60) return `${whole} s`;
	if (whole < 3600) return `${Math.floor(whole / 60)} min`;
	if (whole < 172_800) return `${Math.floor(whole / 3600)} h`;
	return `${Math.floor(whole / 86_400)} days`;
}

/** How long ago something was. @param {number} at */
export const age = (at) => duration((now() - at) / 1000);

/** @param {number} count @param {string} word */
export const some = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;

/** @param {number} cost */
export const dollars = (cost) => `$${cost.toFixed(cost < 1 && cost > 0 ? 3 : 2)}`;

/** What a computer is called. @param {string} id */
export const nameOf = (id) => store.sections.computers.get(id)?.name ?? id;

/** Does something, and says what has come of it. @param {() => Promise<unknown>} work @param {string} [done] */
export async function attempt(work, done) {
	try {
		await work();
		if (done) tell(done);
	} catch (error) {
		tell(wordsOf(error), true);
	}
}

/**
 * A dialog, which asks before something is done. Its fields are handed on by their names.
 * @param {{ title: string, children?: unknown, action?: string, isDanger?: boolean, isWide?: boolean,
 *     run?: (fields: FormData) => Promise<unknown> }} given
 */
export function Dialog({ title, children, action, isDanger, isWide, run }) {
	const place = useRef(/** @type {HTMLDialogElement | null} */ (null));
	const [problem, setProblem] = useState("");
	const [isBusy, setBusy] = useState(false);
	// Another one may be open by the time when this one hears of its end.
	const [mine] = useState(store.dialog);
	useLayoutEffect(() => place.current?.showModal(), []);
	const close = () => place.current?.close();
	/** @param {SubmitEvent} event */
	async function submit(event) {
		event.preventDefault();
		if (!run || isBusy) return;
		setBusy(true);
		setProblem("");
		try {
			await run(new FormData(/** @type {HTMLFormElement} */ (event.target)));
			close();
		} catch (error) {
			setProblem(wordsOf(error));
		}
		setBusy(false);
	}
	return html`<dialog
		ref=${place}
		class=${isWide ? "wide" : ""}
		aria-labelledby="dialog-title"
		onClose=${() => store.dialog === mine && openDialog(undefined)}
	>
		<form onSubmit=${submit}>
			<h2 id="dialog-title">${title}</h2>
			${children}
			<p role="alert" class="bad">${problem}</p>
			<div class="buttons">
				${run && html`<button class=${isDanger ? "danger" : "main"} disabled=${isBusy}>${action}</button>`}
				<button type="button" onClick=${close}>${run ? "Cancel" : "Close"}</button>
			</div>
		</form>
	</dialog>`;
}

let dialogs = 0;

/** Opens a dialog. @param {Parameters<typeof Dialog>[0]} given */
export const showDialog = (given) => openDialog(h(Dialog, { key: ++dialogs, ...given }));

/**
 * A button that asks before it does something.
 * @param {{ label: string, name?: string, title: string, children?: unknown, action?: string, isDanger?: boolean,
 *     isWide?: boolean, done?: string, run?: (fields: FormData) => Promise<unknown> }} given
 */
export function Asking({ label, name, done, run, ...dialog }) {
	const doing =
		run &&
		(async (/** @type {FormData} */ fields) => {
			await run(fields);
			if (done) tell(done);
		});
	const open = () => showDialog({ action: label.replace("…", ""), ...dialog, run: doing });
	return html`<button
		type="button"
		aria-label=${name}
		class=${dialog.isDanger ? "danger" : ""}
		onClick=${open}
	>
		${label}
	</button>`;
}

let fields = 0;

/**
 * A field with its label. @param {{ label: string, name: string, hint?: string, tag?: string, children?: unknown,
 *     [more: string]: unknown }} given
 */
export function Field({ label, name, hint, tag = "input", children, ...more }) {
	const [id] = useState(() => `field-${++fields}`);
	return html`<p class="field">
		<label for=${id}>${label}</label>
		<${tag} id=${id} name=${name} aria-describedby=${hint && `${id}-hint`} ...${more}>${children}<//>
		${hint && html`<small id=${`${id}-hint`}>${hint}</small>`}
	</p>`;
}

/** The choice of a profile, with what each means. @param {{ now: string }} given */
export const ProfileField = ({ now: chosen }) =>
	html`<fieldset>
		<legend>What its agent may do</legend>
		${Object.entries(store.profiles).map(
			([name, meaning]) =>
				html`<label class="choice" key=${name}>
					<input type="radio" name="profile" value=${name} defaultChecked=${name === chosen} />
					<span><b>${name}</b> ${meaning}</span>
				</label>`,
		)}
	</fieldset>`;

/** What a field says, without spaces around it. @param {FormData} all @param {string} name */
export const textOf = (all, name) => String(all.get(name) ?? "").trim();

/**
 * A list that is shown in pages, with a field to find something in it.
 * @param {{ name: string, entries: any[], wordsOf: (entry: any) => string, show: (entry: any) => unknown, empty: string,
 *     children?: unknown }} given
 */
export function List({ name, entries, wordsOf: words, show, empty, children }) {
	const [wanted, setWanted] = useState("");
	const [page, setPage] = useState(0);
	const sought = wanted.trim().toLowerCase();
	const found =
		sought === "" ? entries : entries.filter((entry) => words(entry).toLowerCase().includes(sought));
	const last = Math.max(0, Math.ceil(found.length / PAGE) - 1);
	const at = Math.min(page, last);
	const shown = found.slice(at * PAGE, (at + 1) * PAGE);
	return html`<div class="tools">
			<label>Find
				<input
					type="search"
					value=${wanted}
					onInput=${(/** @type {any} */ event) => (setWanted(event.target.value), setPage(0))}
			/></label>
			${children}
		</div>
		${
			shown.length === 0
				? html`<p class="quiet">${entries.length === 0 ? empty : "Nothing like that is there."}</p>`
				: html`<ul class="list" aria-label=${name}>
					  ${shown.map(show)}
				  </ul>`
		}
		${
			last > 0 &&
			html`<nav class="pages" aria-label=${`Pages of ${name}`}>
				<button type="button" disabled=${at === 0} onClick=${() => setPage(at - 1)}>Before</button>
				<span>${at * PAGE + 1} to ${at * PAGE + shown.length} of ${found.length}</span>
				<button type="button" disabled=${at === last} onClick=${() => setPage(at + 1)}>After</button>
			</nav>`
		}`;
}

/** Asks the bridge for something, and again when one of `deps` changes. @param {() => Promise<any>} work @param {unknown[]} deps */
export function useAnswer(work, deps) {
	const [answer, setAnswer] = useState(/** @type {{ value?: any, problem?: string }} */ ({}));
	useEffect(() => {
		let isWanted = true;
		work().then(
			(value) => isWanted && setAnswer({ value }),
			(error) => isWanted && setAnswer({ problem: wordsOf(error) }),
		);
		return () => void (isWanted = false);
	}, deps);
	return answer;
}
