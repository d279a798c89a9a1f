import fs from "node:fs";
import path from "node:path";

/**
 * What each room of the project may import from others; of src/ that is its pure modules. What is missing here may import from none, so a new package of
 * host/ says first whom it needs. A test stands in the room that it tests, and may use tools besides.
 */
const mayImport = {
    src: [],
    "host/craftos": [],
    "host/opencode": ["src"],
    "host/registry": ["src"],
    "host/bridge": ["host/opencode", "host/registry", "src"],
    tools: ["host/craftos", "host/opencode", "host/registry", "host/bridge", "src"],
    "vitest.config.ts": ["tests"],
    tests: ["host/craftos", "host/opencode", "host/registry", "host/bridge", "tools", "src"],
};

/** Where a file belongs, by its path from the root: a room, and whether it is a test there. */
function placeOf(file) {
    const [top, name, folder] = file.split("/");
    if (top === "host") return { room: `host/${name}`, isTest: folder === "tests" };
    return { room: top, isTest: top === "tests" };
}

/** The packages of host/ by the name under which they are published. */
function packagesOf(root) {
    const host = path.join(root, "host");
    const rooms = new Map();
    for (const entry of fs.existsSync(host) ? fs.readdirSync(host) : []) {
        const file = path.join(host, entry, "package.json");
        if (fs.existsSync(file)) rooms.set(JSON.parse(fs.readFileSync(file, "utf8")).name, `host/${entry}`);
    }
    return rooms;
}

/** The package's name in an import: "a/b" is of "a", "@a/b/c" of "@a/b". */
function packageName(specifier) {
    return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

/** Whether a module is one of a list, in which "folder/*" stands for all that are in a folder itself. */
function isIn(modules, module) {
    return modules.includes(module) || modules.includes(`${path.posix.dirname(module)}/*`);
}

/**
 * What is wrong with an import.
 *
 * @param file who imports, by its path from the root
 * @param specifier what stands behind `from`
 * @param packages rooms by the name of their package
 * @param pure the modules of src/ that Node may run, by their paths from the root without ".ts", see isIn
 * @returns undefined when all is well
 */
function problemWith(file, specifier, packages, pure) {
    const here = placeOf(file);
    const isRelative = specifier.startsWith(".");
    const target = isRelative ? path.posix.join(path.posix.dirname(file), specifier) : undefined;
    const there = isRelative
        ? placeOf(target)
        : { room: packages.get(packageName(specifier)), isTest: false };
    if (there.room === undefined) return undefined;
    const module = target?.replace(/\.ts$/, "") ?? "";

    if (there.room === here.room) {
        if (there.isTest && !here.isTest) return "is a test: what is not one may not need it";
        if (!isRelative) return "is the package itself: import the file";
        if (here.room === "src" && isIn(pure, file.replace(/\.ts$/, "")) && !isIn(pure, module)) {
            return "is not in pureModules of eslint.config.mjs, and what is may import nothing else";
        }
        return undefined;
    }
    const allowed = here.isTest ? mayImport.tests : (mayImport[here.room] ?? []);
    if (!allowed.includes(there.room) && !(here.isTest && there.isTest)) {
        return `is of ${there.room}, which ${here.room} may not know`;
    }
    if (there.room === "src" && !isIn(pure, module)) {
        return "is compiled to Lua: Node may import no other modules of src/ than pureModules of eslint.config.mjs";
    }
    if (isRelative && there.room.startsWith("host/") && !there.isTest) {
        return `is inside of ${there.room}: import what its exports name`;
    }
    return undefined;
}

/** That imports cross the borders of the project's rooms in one direction, and by their doors. */
export const borders = {
    meta: {
        type: "problem",
        schema: [
            {
                type: "object",
                properties: { root: { type: "string" }, pure: { type: "array", items: { type: "string" } } },
                required: ["root", "pure"],
                additionalProperties: false,
            },
        ],
        messages: { border: '"{{specifier}}" {{problem}}.' },
    },
    create(context) {
        const [{ root, pure }] = context.options;
        const packages = packagesOf(root);
        const file = path.relative(root, context.filename).replaceAll(path.sep, "/");
        const look = ({ source }) => {
            if (source?.type !== "Literal" || typeof source.value !== "string") return;
            const problem = problemWith(file, source.value, packages, pure);
            if (problem === undefined) return;
            context.report({ node: source, messageId: "border", data: { specifier: source.value, problem } });
        };
        return {
            ImportDeclaration: look,
            ImportExpression: look,
            ExportNamedDeclaration: look,
            ExportAllDeclaration: look,
            TSImportType: look,
        };
    },
};
