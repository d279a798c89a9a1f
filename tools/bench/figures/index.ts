import type { Figure } from "../figure.ts";
import { bridgeScaleFigures } from "./bridge-scale.ts";
import { ccpmFigures } from "./ccpm.ts";
import { sha256Figures } from "./ccpm-sha256.ts";
import { computerFigures } from "./computer.ts";
import { installedSizeFigures } from "./installed-size.ts";
import { liveFigures } from "./live.ts";
import { markdownFigures } from "./markdown.ts";
import { pageFigures } from "./page.ts";
import { growthFigures, turnFigures } from "./turns.ts";
import { versionCostFigures } from "./version-cost.ts";

/** All that is measured, in the order of the table. */
export const figures: readonly Figure[] = [
    ...installedSizeFigures,
    ...versionCostFigures,
    ...markdownFigures,
    ...sha256Figures,
    ...ccpmFigures,
    ...computerFigures,
    ...turnFigures,
    ...growthFigures,
    ...liveFigures,
    ...bridgeScaleFigures,
    ...pageFigures,
];
