/** Holds the link to the bridge beside the shell, from boot on, and does what the bridge says of itself. */
import { keepTelling } from "../jobs/notices";
import { keepShowing } from "./screen";
import { holdLink } from "./service";
import { createLink } from "./state";

parallel.waitForAny(
    () => {
        holdLink(createLink());
    },
    keepTelling,
    keepShowing,
);
