import type { CallContext } from '../contract/call-context.ts';
import { ATTEMPT_TIMEOUT_MS } from '../contract/operations.ts';
import type { Clock } from '../contract/ports.ts';
import type { ServiceProbe } from '../contract/service-probe.ts';
import { SessionError } from '../contract/session-error.ts';
import type { StartRequest } from '../contract/start-request.ts';
import { abortedError } from '../provider-kit/aborted-error.ts';
import { isServiceRefusal } from '../provider-kit/refused-session.ts';
import { sleep } from '../provider-kit/sleep.ts';
import type { Evidence, Interval, Reading, Step } from './evidence.ts';

/** A call of a probe is repeated this often after a temporary failure. */
const MAX_ATTEMPTS = 6;

/** How fast the probes ask, milliseconds. */
export interface Pace {
  /** The pause between two readings at first. */
  readonly earlyMs: number;
  /** How long that is. */
  readonly earlyForMs: number;
  /** The pause after it. */
  readonly lateMs: number;
}

/** Few calls, yet short phases show: a start takes a minute or more. */
export const USUAL_PACE: Pace = { earlyMs: 250, earlyForMs: 10_000, lateMs: 1_000 };

/** What a probe run needs. */
export interface ProbeRunParts {
  readonly probe: ServiceProbe;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly pace: Pace;
  /** Called with each throttle, with the pause that the service asked for. */
  readonly onThrottled?: (retryAfterMs: number | undefined) => void;
}

/** Makes single calls and keeps what came of them: an answer, or a refusal by the service. Everything else is no evidence. */
export class ProbeCalls {
  readonly #parts: ProbeRunParts;
  readonly #evidence: Evidence;
  readonly #beganMs: number;

  constructor(parts: ProbeRunParts, evidence: Evidence) {
    this.#parts = parts;
    this.#evidence = evidence;
    this.#beganMs = parts.clock.monotonicMs();
  }

  get nowMs(): number {
    return this.#parts.clock.monotonicMs();
  }

  /**
   * Makes a call, again after temporary failures.
   * @returns the answer or the refusal, and when the first attempt was sent; `undefined` when neither came, and the evidence says why.
   * @throws SessionError `aborted`, `quota-exceeded`.
   */
  async ask<T>(
    step: Step,
    send: (call: CallContext) => Promise<T>,
  ): Promise<(Reading<T> & { readonly firstSentMs: number }) | undefined> {
    const { clock, signal, onThrottled } = this.#parts;
    const firstSentMs = clock.monotonicMs();
    for (let attempt = 1; ; attempt++) {
      if (signal.aborted) throw abortedError('verify', signal);
      const sentMs = clock.monotonicMs();
      const interval = (): Interval & { readonly firstSentMs: number } => {
        return { sentMs, receivedMs: clock.monotonicMs(), firstSentMs };
      };
      try {
        const value = await send({ signal, deadline: sentMs + ATTEMPT_TIMEOUT_MS, attempt: 1 });
        return { ...interval(), value };
      } catch (error) {
        if (isServiceRefusal(error)) return { ...interval(), refused: error };
        if (!SessionError.is(error)) throw error;
        if (error.kind === 'aborted' || error.kind === 'quota-exceeded') throw error;
        if (error.kind === 'rate-limited') onThrottled?.(error.retryAfterMs);
        if (error.retry === 'permanent' || attempt === MAX_ATTEMPTS) {
          this.#evidence.failures.set(step, error.message);
          return undefined;
        }
        await this.pause(error.retryAfterMs);
      }
    }
  }

  /** Waits until the next reading. */
  pause(atLeastMs = 0): Promise<void> {
    const { clock, signal, pace } = this.#parts;
    const isEarly = clock.monotonicMs() - this.#beganMs < pace.earlyForMs;
    return sleep(clock, Math.max(atLeastMs, isEarly ? pace.earlyMs : pace.lateMs), signal);
  }
}

/** The same start with another name: a service that compares parameters sees the difference. */
export function differing(request: StartRequest): StartRequest {
  return { ...request, name: `${request.name ?? 'anysession verify'} again` };
}
