/** What waits for an answer: permissions, questions, and computers that want to be linked. */
import { useEffect, useState } from "preact/hooks";
import { change } from "./api.js";
import {
	Asking,
	attempt,
	duration,
	Field,
	html,
	nameOf,
	plain,
	ProfileField,
	prose,
	Said,
	textOf,
} from "./parts.js";
import { now, store } from "./store.js";

/** @typedef {import("./types.d.ts").Ask} Ask */
/** @typedef {import("./types.d.ts").Pairing} Pairing */

/** How many are shown at once. */
const MOST = 20;

/** How long what is asked has to stand still before a click answers it, in milliseconds: it is meant for what stood there before. */
const STILL_MILLISECONDS = 500;

/** Whether something stands as it has stood for a while. @param {string} shown */
function useStill(shown) {
	const [still, setStill] = useState("");
	useEffect(() => {
		const timer = setTimeout(() => setStill(shown), STILL_MILLISECONDS);
		return () => clearTimeout(timer);
	}, [shown]);
	return still === shown;
}

/** Clicks that come too soon do nothing; keys go to what is focused. @param {boolean} isStill */
const onlyIf = (isStill) => (/** @type {MouseEvent} */ event) => {
	if (isStill || event.detail === 0) return true;
	event.preventDefault();
	return false;
};

/** @param {{ name: string, text?: string }} given */
const Part = ({ name, text }) =>
	text &&
	html`<dt>${name}</dt>
		<dd><pre class="prose" dir="auto" tabindex="0" aria-label=${name}>${prose(text)}</pre></dd>`;

/** @param {Ask} given */
const Place = ({ computerId, sessionId }) =>
	html`<p class="quiet">
		Asked by <a href=${`#/computers/${computerId}`}><${Said} text=${nameOf(computerId)} /></a>, in
		${" "}<a href=${`#/sessions/${encodeURIComponent(sessionId)}`}>this session</a>.
	</p>`;

/** @param {{ entry: Extract<Ask, { what: "permission" }>, isStill: boolean }} given */
function Permission({ entry, isStill }) {
	const { nonce, ask, computerId } = entry;
	const { id, kind, command, filepath, url, diff, description, patterns, always } = ask;
	const whose = plain(nameOf(computerId), 40);
	/** @param {"once" | "always" | "reject"} reply @param {string} [message] */
	const answer = (reply, message) =>
		change("permission", { nonce, id, reply, ...(message ? { message } : {}) });
	const subject = command ?? filepath ?? url;
	return html`<li>
		<h3><${Said} text=${whose} /> asks: may it use <code>${plain(kind, 40)}</code>?</h3>
		<dl>
			<${Part} name="Command" text=${command} />
			<${Part} name="File" text=${filepath} />
			<${Part} name="Address" text=${url} />
			${!subject && html`<${Part} name="For" text=${patterns.join("\n")} />`}
			<${Part} name="The model says" text=${description} />
		</dl>
		${
			diff &&
			html`<details>
				<summary>What it changes</summary>
				<pre class="prose" tabindex="0" aria-label="What it changes">${prose(diff)}</pre>
			</details>`
		}
		<${Place} ...${entry} />
		<div class="buttons">
			<button
				type="button"
				class="main"
				aria-disabled=${String(!isStill)}
				onClick=${(/** @type {MouseEvent} */ event) =>
					onlyIf(isStill)(event) && attempt(() => answer("once"), "It may, this once.")}
			>
				Allow once
			</button>
			${
				always.length > 0 &&
				html`<${Asking}
					label="Allow always…"
					action="Allow always"
					title="Allow it in this session from now on?"
					done="It may, in this session."
					run=${() => answer("always")}
				>
					<p>Nobody is asked any more for what fits one of these, as long as this session lasts:</p>
					<pre class="prose" tabindex="0" aria-label="What fits">${prose(always.join("\n"))}</pre>
				<//>`
			}
			<${Asking}
				label="Refuse…"
				isDanger
				title="Refuse it?"
				done="It was refused."
				run=${(/** @type {FormData} */ fields) => answer("reject", textOf(fields, "message"))}
			>
				<${Field}
					label="What the model is told instead"
					name="message"
					tag="textarea"
					rows="3"
					maxlength="4000"
					hint="Without a word its turn ends."
				/>
			<//>
		</div>
	</li>`;
}

/** @param {{ entry: Extract<Ask, { what: "question" }>, isStill: boolean }} given */
function Question({ entry, isStill }) {
	const { nonce, ask, computerId } = entry;
	/** @param {SubmitEvent} event */
	function submit(event) {
		event.preventDefault();
		const fields = new FormData(/** @type {HTMLFormElement} */ (event.target));
		const answers = ask.questions.map(({ options }, place) => {
			const chosen = fields
				.getAll(`choice-${place}`)
				.map((value) => options[Number(value)]?.label ?? "");
			const own = textOf(fields, `own-${place}`);
			return own
				? [...chosen.filter((_, at) => ask.questions[place]?.multiple && at >= 0), own]
				: chosen;
		});
		void attempt(() => change("question", { nonce, id: ask.id, answers }), "It was answered.");
	}
	return html`<li>
		<h3><${Said} text=${nameOf(computerId)} most=${40} /> asks</h3>
		<form onSubmit=${submit}>
			${ask.questions.map(
				({ question, options, multiple, custom }, place) =>
					html`<fieldset key=${place}>
						<legend class="prose" dir="auto">${prose(question)}</legend>
						${options.map(
							({ label, description }, at) =>
								html`<label class="choice" key=${at}>
									<input
										type=${multiple ? "checkbox" : "radio"}
										name=${`choice-${place}`}
										value=${at}
									/>
									<span><b dir="auto">${plain(label, 400)}</b> ${description && prose(description)}</span>
								</label>`,
						)}
						${
							custom &&
							html`<${Field}
								label=${options.length > 0 ? "Or in your own words" : "Your answer"}
								name=${`own-${place}`}
								maxlength="4000"
							/>`
						}
					</fieldset>`,
			)}
			<${Place} ...${entry} />
			<div class="buttons">
				<button class="main" aria-disabled=${String(!isStill)} onClick=${onlyIf(isStill)}>Answer</button>
				<${Asking}
					label="Refuse…"
					isDanger
					title="Refuse to answer?"
					done="Nobody answers it."
					run=${() => change("question", { nonce, id: ask.id })}
				>
					<p>Its turn ends then.</p>
				<//>
			</div>
		</form>
	</li>`;
}

/** @param {{ entry: Pairing }} given */
function Waiting({ entry }) {
	const { code, gameId, label, address, expiresAt } = entry;
	return html`<li>
		<h3>
			Computer ${gameId} ${label && html`“<${Said} text=${label} most=${60} />”`} wants to be linked
		</h3>
		<p>
			Its screen shows <code class="code">${code}</code>. It asks from ${plain(address, 60)}; the code
			holds for ${" "}${duration((expiresAt - now()) / 1000)}.
		</p>
		<div class="buttons">
			<${Asking}
				label="Approve…"
				title=${`Link computer ${gameId}`}
				done="It is linked."
				run=${(/** @type {FormData} */ fields) => {
					const [name, owner] = [textOf(fields, "name"), textOf(fields, "owner")];
					const given = {
						...(name ? { name } : {}),
						...(owner ? { owner } : {}),
						profile: textOf(fields, "profile"),
					};
					return change("approve", { code, ...given });
				}}
			>
				<p>Approve it only if you see <code class="code">${code}</code> on its screen.</p>
				<${Field} label="Name" name="name" maxlength="200" defaultValue=${plain(label ?? "", 100)} />
				<${Field} label="Whose it is, for limits" name="owner" maxlength="200" />
				<${ProfileField} now="talk" />
			<//>
			<${Asking}
				label="Refuse…"
				isDanger
				title=${`Refuse computer ${gameId}?`}
				done="It was refused."
				run=${() => change("refuse", { code })}
			/>
		</div>
	</li>`;
}

export function Asks() {
	const { asks: allAsks, pairings: allPairings } = store.sections;
	const count = allAsks.size + allPairings.size;
	const asks = [...allAsks].slice(0, MOST);
	const pairings = [...allPairings].slice(0, MOST);
	const isStill = useStill(asks.map(([key]) => key).join());
	return html`${
		count > 0 &&
		html`<section class="asks" aria-labelledby="asks-title">
				<h2 id="asks-title">To answer</h2>
				<ul class="list">
					${asks.map(([key, entry]) =>
						entry.what === "permission"
							? html`<${Permission} key=${key} entry=${entry} isStill=${isStill} />`
							: html`<${Question} key=${key} entry=${entry} isStill=${isStill} />`,
					)}
					${pairings.map(([key, entry]) => html`<${Waiting} key=${key} entry=${entry} />`)}
				</ul>
				${count > asks.length + pairings.length && html`<p>And ${count - asks.length - pairings.length} more.</p>`}
			</section>`
	}`;
}
