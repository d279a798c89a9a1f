/** Something that the developer has to mend. `message` says what, where and how: one problem a line. */
export class BuildError extends Error {}
