import type {
  CalculationObservation,
  CalculationRequest,
  CalculationRunner,
  CalculationState,
} from '../contract/calculation-runner.ts';
import type { CallContext } from '../contract/call-context.ts';
import type { Clock } from '../contract/ports.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { CallRunner } from '../provider-kit/call-runner.ts';
import { omitUndefined } from '../provider-kit/omit-undefined.ts';
import type { ScriptedHost, ScriptedRequest } from './scripted-engine.ts';
import { ServiceFault } from './scripted-faults.ts';
import { toMs } from './scripted-observations.ts';

/** A code block as the service reports it; times in epoch seconds. */
interface ScriptedCalculationRecord {
  readonly id: string;
  readonly state: 'RUNNING' | 'DONE' | 'ERROR' | 'STOPPED';
  readonly submittedAt: number;
  readonly endedAt?: number;
  readonly message?: string;
  /** Where its output is, once it is DONE. */
  readonly outputUri?: string;
}

interface Run {
  readonly sessionId: string;
  readonly token: string;
  record: ScriptedCalculationRecord;
  /** Cancels the end of its duration. */
  readonly cancelTimer: () => void;
}

/** How long a code block runs by default, milliseconds. */
const DEFAULT_MS = 1_000;

/** The code blocks of a scripted service: one at a time per session, which is RUNNING meanwhile. */
export class ScriptedCalculations {
  /** How long each code block runs, milliseconds; 1000 for all others. */
  readonly durationsMs = new Map<string, number>();
  readonly #host: ScriptedHost;
  readonly #clock: Clock;
  readonly #runs = new Map<string, Run>();

  constructor(options: { readonly host: ScriptedHost; readonly clock: Clock }) {
    this.#host = options.host;
    this.#clock = options.clock;
  }

  /** The ids of all that ever ran, oldest first. */
  started(): readonly string[] {
    return [...this.#runs.keys()];
  }

  start(
    { sessionId, token, code }: { readonly sessionId: string; readonly token: string; readonly code: string },
    request: ScriptedRequest,
  ): Promise<ScriptedCalculationRecord> {
    return this.#host.request({ operation: 'startCalculation', sessionId, token }, request, (fault) => {
      for (const run of this.#runs.values()) if (run.token === token) return run.record;
      const session = this.#host.session(sessionId);
      if (session.state !== 'IDLE') throw session.refusal();
      const nowMs = this.#host.nowMs();
      const id = `calc-${this.#runs.size + 1}`;
      const failure = fault?.kind === 'broken-start' ? fault.reason : undefined;
      const cancelTimer = this.#clock.schedule(this.durationsMs.get(code) ?? DEFAULT_MS, () => {
        if (failure === undefined) this.#end(id, { state: 'DONE', outputUri: `scripted://${sessionId}/${id}` });
        else this.#end(id, { state: 'ERROR', message: failure });
      });
      const record = { id, state: 'RUNNING', submittedAt: nowMs / 1000 } as const;
      this.#runs.set(id, { sessionId, token, record, cancelTimer });
      session.changeWork(1, nowMs);
      return record;
    });
  }

  get(id: string, request: ScriptedRequest): Promise<ScriptedCalculationRecord> {
    return this.#host.request({ operation: 'describeCalculation' }, request, () => this.#find(id).record);
  }

  /** Ends the work of a code block; one that has ended stays as it is. */
  stop(id: string, request: ScriptedRequest): Promise<ScriptedCalculationRecord> {
    return this.#host.request({ operation: 'stopCalculation' }, request, () => {
      const run = this.#find(id);
      this.#end(id, { state: 'STOPPED' });
      return run.record;
    });
  }

  #find(id: string): Run {
    const run = this.#runs.get(id);
    if (run === undefined)
      throw new ServiceFault('NoSuchCalculation', 404, `there is no calculation ${JSON.stringify(id)}`);
    // Its session may have ended meanwhile.
    const { state } = this.#host.session(run.sessionId);
    if (state !== 'RUNNING') this.#end(id, { state: 'ERROR', message: `the session is ${state}` });
    return run;
  }

  #end(id: string, end: Pick<ScriptedCalculationRecord, 'state' | 'message' | 'outputUri'>): void {
    const run = this.#runs.get(id);
    if (run?.record.state !== 'RUNNING') return;
    run.cancelTimer();
    const nowMs = this.#host.nowMs();
    run.record = { ...run.record, ...end, endedAt: nowMs / 1000 };
    this.#host.session(run.sessionId).changeWork(-1, nowMs);
  }
}

const STATES: Readonly<Record<ScriptedCalculationRecord['state'], CalculationState>> = {
  RUNNING: 'running',
  DONE: 'succeeded',
  ERROR: 'failed',
  STOPPED: 'cancelled',
};

/** Runs code blocks in the sessions of a scripted service. */
export function scriptedCalculationRunner(
  calculations: ScriptedCalculations,
  { runner, clock }: { readonly runner: CallRunner; readonly clock: Clock },
): CalculationRunner {
  const run = async (
    verb: 'start' | 'describe' | 'stop',
    handle: SessionHandle,
    call: CallContext,
    work: () => Promise<ScriptedCalculationRecord>,
  ): Promise<CalculationObservation> => {
    const record = await runner.run({ operation: `${verb}Calculation`, handle, call }, work);
    return toCalculationObservation(record, clock.nowMs());
  };
  return {
    start: (handle: SessionHandle, { token, code }: CalculationRequest, call) =>
      run('start', handle, call, () => calculations.start({ sessionId: handle.id, token, code }, call)),
    describe: (handle, id, call) => run('describe', handle, call, () => calculations.get(id, call)),
    stop: (handle, id, call) => run('stop', handle, call, () => calculations.stop(id, call)),
  };
}

function toCalculationObservation(record: ScriptedCalculationRecord, observedAtMs: number): CalculationObservation {
  const { id, state, submittedAt, endedAt, message, outputUri } = record;
  return omitUndefined<CalculationObservation>({
    id,
    nativeState: state,
    state: STATES[state],
    observedAtMs,
    submittedAtMs: toMs(submittedAt),
    endedAtMs: endedAt && toMs(endedAt),
    reason: message,
    output: outputUri === undefined ? undefined : { stdoutUri: outputUri },
  });
}
