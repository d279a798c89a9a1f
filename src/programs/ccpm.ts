/** `ccpm`: installs, upgrades and removes packages. See `ccpm help`. */
import { run } from "../apis/ccpm/command";
import { say, showProgress } from "../apis/ccpm/screen";
import createCcpm = require("../apis/libccpm");

const client = createCcpm({ onProgress: showProgress, onNote: say });
// What went wrong is on the screen already: no message here, but the shell sees it fail.
if (!run([...$vararg], { client })) throw "";
