import { ATHENA_POINTS } from './athena-points.ts';
import { DATAPROC_POINTS } from './dataproc-points.ts';
import { EMR_POINTS } from './emr-points.ts';
import { EMR_SERVERLESS_POINTS } from './emr-serverless-points.ts';
import { GLUE_POINTS } from './glue-points.ts';
import { HEALTHOMICS_POINTS } from './healthomics-points.ts';
import type { Point } from './point.ts';

/** Every point that no document settles, one for each row of the table in docs/guide/emulator.md and for each token lifetime. */
export const POINTS: readonly Point[] = [
  ...ATHENA_POINTS,
  ...EMR_SERVERLESS_POINTS,
  ...EMR_POINTS,
  ...GLUE_POINTS,
  ...DATAPROC_POINTS,
  ...HEALTHOMICS_POINTS,
];
