/** An error that the Lua program sees: it is raised there with this message. */
export class LuaError extends Error {}

/** What Lua itself says when it finds no memory. */
export const NOT_ENOUGH_MEMORY = "not enough memory";
