/** A process that opens a journal, links a computer in it, says so, and keeps it open until it is killed. */
import { openJournal } from "../../src/journal/store.ts";
import { computerOf } from "./samples.ts";

openJournal(process.argv[2] as string).addComputer(computerOf("held"));
console.log("open");
setInterval(() => undefined, 60_000);
