import type {
  CalculationObservation,
  CalculationRequest,
  CalculationRunner,
  CalculationState,
} from '../contract/calculation-runner.ts';
import type { Clock } from '../contract/ports.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { CallContext } from '../contract/call-context.ts';
import type { CallRunner } from '../provider-kit/call-runner.ts';
import type { ScriptedCalculationRecord, ScriptedCalculations } from './scripted-calculations.ts';

const STATES: Readonly<Record<ScriptedCalculationRecord['state'], CalculationState>> = {
  RUNNING: 'running',
  DONE: 'succeeded',
  ERROR: 'failed',
  STOPPED: 'cancelled',
};

/** Runs blocks of code in the sessions of a scripted service. */
export class ScriptedCalculationRunner implements CalculationRunner {
  readonly #calculations: ScriptedCalculations;
  readonly #runner: CallRunner;
  readonly #clock: Clock;

  constructor(options: {
    readonly calculations: ScriptedCalculations;
    readonly attempts: CallRunner;
    readonly clock: Clock;
  }) {
    this.#calculations = options.calculations;
    this.#runner = options.attempts;
    this.#clock = options.clock;
  }

  async start(handle: SessionHandle, request: CalculationRequest, call: CallContext): Promise<CalculationObservation> {
    const { token, code } = request;
    const input = { sessionId: handle.id, token, code };
    const about = { operation: 'startCalculation', handle, call } as const;
    return this.#observe(await this.#runner.run(about, () => this.#calculations.start(input, call)));
  }

  async describe(handle: SessionHandle, calculationId: string, call: CallContext): Promise<CalculationObservation> {
    const about = { operation: 'describeCalculation', handle, call } as const;
    return this.#observe(await this.#runner.run(about, () => this.#calculations.get(calculationId, call)));
  }

  async stop(handle: SessionHandle, calculationId: string, call: CallContext): Promise<CalculationObservation> {
    const about = { operation: 'stopCalculation', handle, call } as const;
    return this.#observe(await this.#runner.run(about, () => this.#calculations.stop(calculationId, call)));
  }

  #observe({ id, state, submittedAt, endedAt, message, outputUri }: ScriptedCalculationRecord): CalculationObservation {
    return {
      id,
      nativeState: state,
      state: STATES[state],
      observedAtMs: this.#clock.nowMs(),
      submittedAtMs: Math.round(submittedAt * 1000),
      ...(endedAt !== undefined && { endedAtMs: Math.round(endedAt * 1000) }),
      ...(message !== undefined && { reason: message }),
      ...(outputUri !== undefined && { output: { stdoutUri: outputUri } }),
    };
  }
}
