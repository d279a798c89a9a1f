/**
 * Copies the Lua packages that a registry serves, as the index of this tree names them, for a package of host/ that serves them
 * without this tree. Plain JavaScript, because npm runs it while it packs: node carried-packages.mjs <folder>
 */
import fs from "node:fs";
import path from "node:path";

const [target] = process.argv.slice(2);
if (target === undefined) throw new Error("usage: node carried-packages.mjs <folder>");
const root = path.resolve(import.meta.dirname, "../..");
const index = "packages/index.json";
const { packages } = JSON.parse(fs.readFileSync(path.join(root, index), "utf8"));
const files = Object.values(packages).flatMap((one) => Object.keys(one.files));
for (const file of [index, "manifest.json", "install.lua", ...files]) {
    const copy = path.join(target, file);
    fs.mkdirSync(path.dirname(copy), { recursive: true });
    fs.copyFileSync(path.join(root, file), copy);
}
