/**
 * Writes ".js" behind the relative imports of compiled files that have another or none, as Node wants it. Sources of src/
 * have none, for their Lua's sake, and the packages of host/ that need pure modules of src/ are built with them. Plain
 * JavaScript, because npm runs it while it packs: node relative-imports.mjs <folder>
 */
import fs from "node:fs";
import path from "node:path";

const relativeImport = /(\b(?:from|import)\s*\(?\s*")(\.{1,2}\/[^"]+)(")/g;

/** An import as Node finds it, from the folder of the file that has it. */
function withExtension(folder, specifier) {
    const compiled = specifier.replace(/(\.[jt]s)?$/, ".js");
    if (fs.existsSync(path.join(folder, compiled))) return compiled;
    throw new Error(`${folder}: imports ${specifier}, which was not compiled with it`);
}

const [root] = process.argv.slice(2);
if (root === undefined) throw new Error("usage: node relative-imports.mjs <folder>");
for (const file of fs.readdirSync(root, { recursive: true })) {
    if (!/\.(js|d\.ts)$/.test(file)) continue;
    const whole = path.join(root, file);
    const text = fs.readFileSync(whole, "utf8");
    const changed = text.replace(relativeImport, (_, before, specifier, after) => {
        return before + withExtension(path.dirname(whole), specifier) + after;
    });
    if (changed !== text) fs.writeFileSync(whole, changed);
}
