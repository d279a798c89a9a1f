import { INSTALLER } from "trapos-registry";
import { BuildError } from "./problem.ts";
import { requiredBy } from "./requires.ts";

/** Whether a compiled file is of the installer alone, and so not written by itself. */
export function isOfInstaller(file: string): boolean {
    return file === INSTALLER || file.startsWith("install/");
}

/**
 * Puts a program and every module of ours that it needs into one file, which runs on a computer that has none of them.
 * `require` of one of them is answered from the file, whatever else is on the computer; that of CC's modules by CC.
 *
 * @param entry path of the program among the files
 * @param files compiled Lua by its path
 * @throws BuildError for a module that is not among the files
 */
export function bundle(entry: string, files: ReadonlyMap<string, string>): string {
    const modules = new Map<string, string>();
    const add = (file: string, code: string): void => {
        for (const name of requiredBy(code)) {
            if (!name.startsWith("/") || modules.has(name)) continue;
            const needed = files.get(`${name.slice(1)}.lua`);
            if (needed === undefined) throw new BuildError(`${file}: requires "${name}", which is not there`);
            modules.set(name, needed);
            add(`${name.slice(1)}.lua`, needed);
        }
    };
    const program = files.get(entry);
    if (program === undefined) throw new BuildError(`${entry}: not there`);
    add(entry, program);
    const sorted = [...modules].sort(([one], [other]) => (one < other ? -1 : 1));
    return [
        HEAD,
        ...sorted.map(([name, code]) => `modules[${JSON.stringify(name)}] = function(...)\n${code}end\n`),
        program,
    ].join("\n");
}

// A computer's own require may be missing (CC before 1.79), which the program gets to say.
const HEAD = `-- Made by npm run build: the program at the end, and above it the modules that it requires.

local modules, loaded, requireOfComputer = {}, {}, require

local function require(name)
	local module = modules[name]
	if not module then return requireOfComputer(name) end
	if loaded[name] == nil then
		local value = module(name)
		loaded[name] = value == nil and true or value
	end
	return loaded[name]
end
`;
