/** The machine below the computer, for those who change its kernel. It is not as settled as the rest. */
export { compileKernel, kernelImage, kernelSource, type KernelImage, type PartName } from "./kernel-image.ts";
export { Machine } from "./machine.ts";
