/** A former name of /apis/libfont, for programs that use it: it goes with the next minor version. */
export { fold } from "../trapos/font";
