/**
 * Writes the licences of all that is installed with a package, in Markdown. Plain JavaScript, because npm runs it while it packs,
 * in the package's folder: node notices.mjs <file>
 */
import fs from "node:fs";
import path from "node:path";

const [target] = process.argv.slice(2);
if (target === undefined) throw new Error("usage: node notices.mjs <file>");

const read = (folder) => JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));

/** Where a package is that another one needs; undefined for one of another system. */
function find(name, folder) {
    for (let above = folder; ; above = path.dirname(above)) {
        const found = path.join(above, "node_modules", name);
        if (fs.existsSync(found)) return fs.realpathSync(found);
        if (above === path.dirname(above)) return undefined;
    }
}

/** All that a package needs, and what those need, by name and version. */
function collect(folder, found) {
    const { dependencies = {}, optionalDependencies = {} } = read(folder);
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
        const needed = find(name, folder);
        if (needed === undefined) {
            if (optionalDependencies[name] === undefined) throw new Error(`${name} is not installed`);
            continue;
        }
        const { version, license } = read(needed);
        if (found.has(`${name} ${version}`)) continue;
        const file = fs.readdirSync(needed).find((entry) => /^(licen[cs]e|copying)(\.|$)/i.test(entry));
        found.set(`${name} ${version}`, {
            name: `${name} ${version}`,
            license,
            text: file && fs.readFileSync(path.join(needed, file), "utf8").trim(),
        });
        collect(needed, found);
    }
}

const found = new Map();
collect(process.cwd(), found);
const sections = [...found.values()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, license, text }) => {
        if (license === undefined) throw new Error(`${name} says no licence`);
        const quoted = text === undefined ? "" : `\n\n${text.replace(/^/gm, "    ").replace(/ +$/gm, "")}`;
        return `## ${name}\n\n${license}${quoted}\n`;
    });
fs.writeFileSync(
    target,
    `# Third-party notices\n\nWhat is installed with ${read(process.cwd()).name}, and under which licences. Of what there is one for each system, this names that of one.\n\n${sections.join("\n")}`,
);
