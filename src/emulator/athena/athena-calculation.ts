import { Calculation, type CalculationStart } from '../code/calculation.ts';
import type { Timeline } from '../timeline.ts';
import type { CALCULATION_STATES } from './athena-inputs.ts';

type CalculationState = (typeof CALCULATION_STATES)[number];

interface AthenaCalculationStart extends CalculationStart {
  readonly description: string | undefined;
}

/** One calculation in a session of PySpark engine version 3. */
export class AthenaCalculation extends Calculation<CalculationState, AthenaCalculationStart> {
  constructor(timeline: Timeline, start: AthenaCalculationStart) {
    const words = {
      waiting: ['CREATING', 'QUEUED'],
      running: 'RUNNING',
      stopping: 'CANCELING',
      stopped: 'CANCELED',
      succeeded: 'COMPLETED',
      failed: 'FAILED',
    } as const;
    super(timeline, words, start);
  }
}
