/** Requests to opencode as data: whoever sends one writes its path, its query and its body in its own world. Pure. */

/** A request to opencode. */
export interface Route {
    /** The names between the path's slashes, not encoded. */
    readonly path: readonly string[];
    /** What stands behind its question mark, not encoded; what has no value is left out. */
    readonly query?: Readonly<Record<string, string | number | undefined>>;
    /** POST where there is a body and GET where there is none, if nothing is said. */
    readonly method?: "PATCH" | "DELETE" | "POST";
    /** Becomes JSON. */
    readonly body?: object;
}

/** Writes a text for a part of an address. */
export type Encode = (this: void, text: string) => string;

/** A model as it is named in two parts. */
export interface ModelParts {
    readonly providerID: string;
    readonly modelID: string;
}

/** The texts between a text's slashes, by the few words for texts that both worlds have. */
export function namesOf(text: string): string[] {
    const names: string[] = [];
    let name = "";
    for (let rest = text; rest !== ""; rest = rest.slice(1)) {
        const letter = rest.charAt(0);
        if (letter === "/") {
            names.push(name);
            name = "";
        } else {
            name += letter;
        }
    }
    names.push(name);
    return names;
}

/** The parts of "provider/model"; nothing for what is of another form. */
export function modelParts(model: string | undefined): ModelParts | undefined {
    let providerID: string | undefined;
    let modelID: string | undefined;
    for (const name of namesOf(model ?? "")) {
        if (providerID === undefined) providerID = name;
        else modelID = modelID === undefined ? name : `${modelID}/${name}`;
    }
    if (providerID === undefined || modelID === undefined) return undefined;
    return providerID === "" || modelID === "" ? undefined : { providerID, modelID };
}

/** The address of a file: each name of its path is encoded on its own, and the slashes stay. */
export function fileAddress(path: string, encode: Encode): string {
    let address = "file:/";
    for (const name of namesOf(path)) address += `/${encode(name)}`;
    return address;
}

/** What opencode 2 says of itself, with its version; opencode 1 answers with a web page. */
export function information(): Route {
    return { path: ["api", "info"] };
}
