/** Holds the link to the bridge beside the shell, from boot on. */
import { holdLink } from "./service";
import { createLink } from "./state";

holdLink(createLink());
