/** The version of the package trapos-ai; the build writes it from packages/trapos-ai/ccpm.json. */
declare const version: string;
export = version;
