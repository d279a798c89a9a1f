/** The bridge between ComputerCraft computers and an opencode server. */
export {};
