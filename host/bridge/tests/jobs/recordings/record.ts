/**
 * Records good turns of a real opencode server with the scripted model, as the bridge is told of them. Run it after a change
 * of opencode's version, or of the scenes:
 * `node --conditions=trapos-source --import tsx host/bridge/tests/jobs/recordings/record.ts [words of a scene's name]`
 * With words it plays the scenes alone whose names hold them, and keeps the others as they are.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Happening, opencodeClient, watch } from "trapos-opencode";
import { startScriptedServer } from "../../../../../tools/harness/server.ts";
import { type Happened, pack, type PackedTurn, type Recordings } from "./recording.ts";
import { type Scene, scenes } from "./scenes.ts";

const FILE = join(import.meta.dirname, "good-turns.json");
const words = process.argv.slice(2).join(" ");

const folder = await mkdtemp(join(tmpdir(), "trapos-turns-"));
const directory = join(folder, "work");
await mkdir(directory);
const server = await startScriptedServer({
    home: join(folder, "home"),
    directory,
    permission: { "*": "allow", bash: { "*": "allow", "date *": "ask" }, question: "allow" },
});
const client = opencodeClient(server.opencode);

let tell: (happening: Happening) => void = () => undefined;
const stop = new AbortController();
await new Promise<void>((connected) => {
    watch(() => client, {
        onHappening: (happening) => tell(happening),
        onConnected: () => connected(),
        signal: stop.signal,
    });
});

/** Plays a scene in a session of its own, until that is idle. */
async function record({ name, answer, meanwhile }: Scene): Promise<PackedTurn> {
    server.model.setRules([answer]);
    const { id } = await client.createSession("good", { directory });
    const sessions = new Set([id]);
    const happened: Happened[] = [];
    const begun = performance.now();
    const over = new Promise<void>((resolve) => {
        tell = (happening) => {
            if (!sessions.has(happening.sessionId)) return;
            if (happening.kind === "child") sessions.add(happening.childId);
            happened.push({ at: Math.round(performance.now() - begun), happening });
            if (happening.kind === "idle" && happening.sessionId === id) resolve();
        };
    });
    await client.sendPrompt(id, { text: "go", nonce: "n" });
    await meanwhile?.(client, id, directory);
    await over;
    const messages = await client.listMessages(id, 1);
    if (messages.at(-1)?.info.error !== undefined) throw new Error(`${name}: the turn has failed`);
    console.log(`${name}: ${happened.length} happenings in ${Math.round(performance.now() - begun)} ms`);
    return pack({ name, happened });
}

const before = await readFile(FILE, "utf8").then(
    (text) => (JSON.parse(text) as Recordings).turns,
    () => [],
);
const turns: PackedTurn[] = [];
for (const scene of scenes) {
    const kept = before.find(({ name }) => name === scene.name);
    turns.push(kept !== undefined && !scene.name.includes(words) ? kept : await record(scene));
}
stop.abort();
await server.stop();
await rm(folder, { recursive: true, force: true });

const turnLines = turns.map((turn) => {
    const entries = turn.entries.map((entry) => JSON.stringify(entry)).join(",\n");
    return `{"name": ${JSON.stringify(turn.name)}, "places": ${JSON.stringify(turn.places)}, "entries": [\n${entries}]}`;
});
const text = `{"version": "${server.opencode.version}", "turns": [\n${turnLines.join(",\n")}]}\n`;
await writeFile(FILE, text.replaceAll(folder, "/srv"));
console.log(`${FILE}: ${text.length} characters`);
