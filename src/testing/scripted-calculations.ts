import type { Clock } from '../contract/ports.ts';
import type { ScriptedRequest } from './scripted-engine.ts';
import type { ScriptedFault } from './scripted-faults.ts';
import type { ScriptedCall } from './scripted-oracle.ts';
import type { ScriptedSession } from './scripted-session.ts';
import { ServiceFault } from './service-fault.ts';

/** What the calculations need of the service they belong to. */
export interface ScriptedCalculationHost {
  nowMs(): number;
  session(sessionId: string): ScriptedSession;
  request<T>(
    call: Pick<ScriptedCall, 'operation' | 'sessionId' | 'token'>,
    request: ScriptedRequest,
    act: (fault: ScriptedFault | undefined) => T,
  ): Promise<T>;
}

/** A block of code as the service shows it; times in epoch seconds. */
export interface ScriptedCalculationRecord {
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
  /** Calls off the end that time would bring. */
  readonly cancelTimer: () => void;
}

/** How long code runs that nobody has said anything about, milliseconds. */
const USUAL_MS = 1_000;

/** The blocks of code of a scripted service: one at a time in a session, which is RUNNING meanwhile. */
export class ScriptedCalculations {
  /** How long each block of code takes, milliseconds; 1000 for all others. */
  readonly durationsMs = new Map<string, number>();
  readonly #host: ScriptedCalculationHost;
  readonly #clock: Clock;
  readonly #runs = new Map<string, Run>();

  constructor(options: { readonly host: ScriptedCalculationHost; readonly clock: Clock }) {
    this.#host = options.host;
    this.#clock = options.clock;
  }

  /** The ids of all that ever ran, oldest first. */
  started(): readonly string[] {
    return [...this.#runs.keys()];
  }

  start(
    input: { readonly sessionId: string; readonly token: string; readonly code: string },
    request: ScriptedRequest,
  ): Promise<ScriptedCalculationRecord> {
    const { sessionId, token, code } = input;
    return this.#host.request({ operation: 'startCalculation', sessionId, token }, request, (fault) => {
      for (const run of this.#runs.values()) if (run.token === token) return run.record;
      const session = this.#host.session(sessionId);
      if (session.state !== 'IDLE') {
        const isGone = session.isFinal || session.state === 'STOPPING';
        throw new ServiceFault(isGone ? 'SessionEnded' : 'NotReady', 409, `the session is ${session.state}`);
      }
      const nowMs = this.#host.nowMs();
      const id = `calc-${this.#runs.size + 1}`;
      const failure = fault?.kind === 'broken-start' ? fault.reason : undefined;
      const cancelTimer = this.#clock.schedule(this.durationsMs.get(code) ?? USUAL_MS, () => {
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
    return this.#host.request({ operation: 'describeCalculation' }, request, () => this.#one(id).record);
  }

  /** Ends the work of a block of code; what has ended is left alone. */
  stop(id: string, request: ScriptedRequest): Promise<ScriptedCalculationRecord> {
    return this.#host.request({ operation: 'stopCalculation' }, request, () => {
      const run = this.#one(id);
      this.#end(id, { state: 'STOPPED' });
      return run.record;
    });
  }

  #one(id: string): Run {
    const run = this.#runs.get(id);
    if (run === undefined)
      throw new ServiceFault('NoSuchCalculation', 404, `there is no calculation ${JSON.stringify(id)}`);
    // Its session may have ended under it.
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
