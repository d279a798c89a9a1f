import type { Figure } from "../figure.ts";
import { computerFigures } from "./computer.ts";
import { installedSizeFigure } from "./installed-size.ts";
import { growthFigures, turnFigures } from "./turns.ts";
import { versionCostFigures } from "./version-cost.ts";

/** All that is measured, in the order of the table. */
export const figures: readonly Figure[] = [
    installedSizeFigure,
    ...versionCostFigures,
    ...computerFigures,
    ...turnFigures,
    ...growthFigures,
];
