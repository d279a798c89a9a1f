/** What was used, by day and computer. */
import { useState } from "preact/hooks";
import { look } from "./api.js";
import { dollars, html, plain, useAnswer } from "./parts.js";

/** @typedef {{ id: string, name: string, tokens: number[], cost: number[] }} Series */

const HEIGHT = 200;
const WIDTH = 600;

/** @param {number} tokens */
const short = (tokens) =>
	tokens >= 1e6
		? `${(tokens / 1e6).toFixed(1)} M`
		: tokens >= 1e4
			? `${Math.round(tokens / 1e3)} k`
			: tokens.toLocaleString("en");

/** @param {{ days: string[], series: Series[], what: "tokens" | "cost" }} given */
function Chart({ days, series, what }) {
	const show = what === "cost" ? dollars : short;
	const totals = days.map((_, day) => series.reduce((sum, one) => sum + (one[what][day] ?? 0), 0));
	const top = Math.max(...totals, what === "cost" ? 0.001 : 1);
	const step = WIDTH / days.length;
	const bars = days.map((day, at) => {
		let y = HEIGHT;
		return series.map((one, place) => {
			const value = one[what][at] ?? 0;
			const height = (value / top) * HEIGHT;
			y -= height;
			return (
				value > 0 &&
				html`<rect
					class=${`c${place}`}
					key=${`${at}-${place}`}
					x=${at * step + step * 0.1}
					y=${y}
					width=${step * 0.8}
					height=${height}
				>
					<title>${plain(one.name, 60)}, ${day}: ${show(value)}</title>
				</rect>`
			);
		});
	});
	const sum = totals.reduce((all, one) => all + one, 0);
	return html`<figure>
		<figcaption>
			${what === "cost" ? "US dollars" : "Tokens"} a day (UTC): ${show(sum)} in all, at most${" "}
			${show(Math.max(...totals))} a day
		</figcaption>
		<svg
			viewBox="0 0 ${WIDTH} ${HEIGHT}"
			preserveAspectRatio="none"
			role="img"
			aria-label="Bars of what was used each day; the table below says the same"
		>
			${bars}
		</svg>
		<p class="days"><span>${days[0]}</span><span>${days.at(-1)}</span></p>
		<ul class="legend">
			${series.map((one, place) => html`<li key=${one.id}><span class=${`mark c${place}`}></span> <bdi>${plain(one.name, 60)}</bdi></li>`)}
		</ul>
		<details>
			<summary>As a table</summary>
			<div class="wide-table" role="region" aria-label="What was used, as a table" tabindex="0">
				<table>
					<thead>
						<tr>
							<th scope="col">Day</th>
							${series.map((one) => html`<th scope="col" key=${one.id}>${plain(one.name, 40)}</th>`)}
							<th scope="col">All</th>
						</tr>
					</thead>
					<tbody>
						${days
							.map(
								(day, at) =>
									html`<tr key=${day}>
										<th scope="row">${day}</th>
										${series.map((one) => html`<td key=${one.id}>${show(one[what][at] ?? 0)}</td>`)}
										<td>${show(totals[at] ?? 0)}</td>
									</tr>`,
							)
							.reverse()}
					</tbody>
				</table>
			</div>
		</details>
	</figure>`;
}

/** A choice of two. @param {{ name: string, now: string, set: (value: any) => void, choices: [string, string][] }} given */
const Choice = ({ name, now, set, choices }) =>
	html`<span role="group" aria-label=${name} class="buttons">
		${choices.map(
			([value, label]) =>
				html`<button
					type="button"
					key=${value}
					aria-pressed=${String(value === now)}
					onClick=${() => set(value)}
				>
					${label}
				</button>`,
		)}
	</span>`;

export function Usage() {
	const [days, setDays] = useState("14");
	const [what, setWhat] = useState(/** @type {"tokens" | "cost"} */ ("tokens"));
	const { value, problem } = useAnswer(() => look(`usage?days=${days}`), [days]);
	return html`<h1>Usage</h1>
		<div class="tools">
			<${Choice}
				name="What"
				now=${what}
				set=${setWhat}
				choices=${[
					["tokens", "Tokens"],
					["cost", "Cost"],
				]}
			/>
			<${Choice}
				name="How long"
				now=${days}
				set=${setDays}
				choices=${[
					["14", "14 days"],
					["30", "30 days"],
				]}
			/>
		</div>
		${problem && html`<p class="bad">${plain(problem)}</p>`}
		${value?.series.length === 0 && html`<p class="quiet">Nothing was used.</p>`}
		${value?.series.length > 0 && html`<${Chart} ...${value} what=${what} />`}`;
}
