/** Jobs: what runs in the background, whoever is there. */
import { useState } from "preact/hooks";
import { change, look, wordsOf } from "./api.js";
import {
	age,
	Asking,
	dollars,
	duration,
	Field,
	html,
	List,
	plain,
	Prose,
	Said,
	showDialog,
	some,
	textOf,
	useAnswer,
} from "./parts.js";
import { store, tell, useStore } from "./store.js";

/** @typedef {import("./types.d.ts").Job} Job */

/** @param {Job} job */
const isOpen = ({ state }) => state === "queued" || state === "running";

const colours = { queued: "warn", running: "ok", done: "off", failed: "bad", killed: "bad" };

/** What there is to say of a job in a line. @param {Job} job */
function lineOf({ state, asks, reason, tool, words, place }) {
	if (state === "queued") return `place ${place ?? "?"}${reason ? `: ${reason}` : ""}`;
	if (asks) return `asks: ${asks}`;
	return reason ?? tool ?? words ?? "";
}

/** @param {{ number: number }} given */
function Result({ number }) {
	useStore();
	const [count, setCount] = useState(0);
	const told = store.sections.jobs.get(String(number));
	const { value, problem } = useAnswer(() => look(`job?number=${number}`), [number, count, told?.state]);
	const job = /** @type {Job | undefined} */ (told ?? value?.job);
	async function collect() {
		try {
			await change("collect", { number });
			tell(`Job ${number} is collected.`);
			setCount(count + 1);
		} catch (error) {
			tell(wordsOf(error), true);
		}
	}
	if (problem) return html`<p class="bad">${plain(problem)}</p>`;
	if (!value || !job) return html`<p class="quiet">Asking for it.</p>`;
	const mayCollect = !isOpen(job) && !job.isCollected;
	return html`<p>
			<span class="state ${colours[job.state]}">${job.state}</span>
			${job.reason && html` <span class="bad">${plain(job.reason)}</span>`}
		</p>
		<${Prose} text=${value.text ?? "Nothing was written."} />
		${
			mayCollect &&
			html`<p class="quiet">To look is not to collect: its player is still told of it.</p>
				<div class="buttons">
					<button type="button" onClick=${collect}>Collect for its player</button>
				</div>`
		}
		${job.isCollected && html`<p class="quiet">It was collected: nobody is told of it any more.</p>`}`;
}

/** @param {Job} job */
function row(job) {
	const { number, state, prompt, computer, tools, cost, attempt, isKept, sessionId } = job;
	const line = lineOf(job);
	const time = job.begunAt === undefined ? duration(job.seconds ?? 0) : age(job.begunAt);
	const show = () =>
		showDialog({ title: `Job ${number}`, isWide: true, children: html`<${Result} number=${number} />` });
	return html`<li key=${number}>
		<h2>${number} <span class="state ${colours[state]}">${state}</span> <${Said} text=${prompt} /></h2>
		${line && html`<p><${Said} text=${line} most=${300} /></p>`}
		<p class="quiet">
			<${Said} text=${computer} />, ${time}, ${some(tools, "tool call")}, ${dollars(cost)}
			${job.heardAt && state === "running" && `, last heard of ${age(job.heardAt)} ago`}
			${attempt > 1 && `, attempt ${attempt}`} ${isKept && ", kept"} ${job.isCollected && ", collected"}
		</p>
		<div class="buttons">
			<button type="button" aria-label=${`Result of job ${number}`} onClick=${show}>Result</button>
			${sessionId && html`<a href=${`#/sessions/${encodeURIComponent(sessionId)}`}>Follow</a>`}
			${
				isOpen(job) &&
				html`<${Asking}
					label="Kill…"
					name=${`Kill job ${number}…`}
					isDanger
					title=${`Kill job ${number}?`}
					done=${`Job ${number} is stopped.`}
					run=${() => change("kill", { number })}
				>
					<p>What it has written so far stays.</p>
				<//>`
			}
		</div>
	</li>`;
}

/** What was last sent and not answered, and its name: sent once more it is the same job. */
let sent = { text: "", key: "" };

/** @param {object} job */
async function spawn(job) {
	const text = JSON.stringify(job);
	if (sent.text !== text) sent = { text, key: crypto.randomUUID() };
	const begun = await change("spawn", { ...job, key: sent.key });
	sent = { text: "", key: "" };
	return begun;
}

function Spawn() {
	const all = [...store.sections.computers.values()].sort((a, b) => a.name.localeCompare(b.name));
	return html`<${Asking}
		label="Start a job…"
		action="Start"
		title="Start a job"
		done="It is begun."
		run=${(/** @type {FormData} */ fields) => {
			const [agent, model] = [textOf(fields, "agent"), textOf(fields, "model")];
			return spawn({
				computer: textOf(fields, "computer"),
				prompt: textOf(fields, "prompt"),
				...(agent ? { agent } : {}),
				...(model ? { model } : {}),
				isKept: fields.has("keep"),
			});
		}}
	>
		<${Field} label="For the computer" name="computer" tag="select" required>
			${all.map(({ id, name, owner }) => html`<option key=${id} value=${id}>${plain(name, 60)} (${plain(owner, 40)})</option>`)}
		<//>
		<${Field} label="Prompt" name="prompt" tag="textarea" rows="5" required maxlength="30000" />
		<${Field} label="Agent" name="agent" maxlength="200" hint="Left empty: opencode's own." />
		<${Field}
			label="Model"
			name="model"
			maxlength="200"
			hint="As provider/model. Left empty: opencode's own."
		/>
		<label class="choice"><input type="checkbox" name="keep" /> <span>Begin it again when it fails</span></label>
	<//>`;
}

export function Jobs() {
	const [wanted, setWanted] = useState("");
	const all = [...store.sections.jobs.values()].sort((a, b) => b.number - a.number);
	const shown = all.filter(
		(job) => wanted === "" || (wanted === "open" ? isOpen(job) : job.state === wanted),
	);
	return html`<h1>Jobs</h1>
		<div class="buttons"><${Spawn} /></div>
		<${List}
			name="Jobs"
			entries=${shown}
			wordsOf=${(/** @type {Job} */ job) => `${job.number} ${job.prompt} ${job.computer} ${lineOf(job)}`}
			show=${row}
			empty="There are none."
		>
			<label>
				Show
				<select onChange=${(/** @type {any} */ event) => setWanted(event.target.value)}>
					<option value="">all</option>
					<option value="open">open</option>
					<option>done</option>
					<option>failed</option>
					<option>killed</option>
				</select>
			</label>
		<//>`;
}
